"""The items of one side of the criteria: where each begins and ends in the text.

Sponsors write lists in every way there is: bullets, dashes, numbers of several levels, letters; one item a line,
wrapped lines, or all in one line because the line ends were lost on the way. A mark at the beginning of a line begins
an item.
What stands in one line crawler.wording.lists_in_line takes apart. Everything here is one pass over the text.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from crawler.wording.lists_in_line import BULLETS, CIRCLED, DASHES, ENDS, Span, follows, path_of, within_line

# A mark at the beginning of a line, and one behind it: "* \\- Dialysis", "-  1. Suspected cases".
_MARK_PATTERN = rf"""
    [^\S\n]*
    (?:
        \\?[{BULLETS}{CIRCLED}][^\S\n]*
      | \\?[{DASHES}](?:[^\S\n]+|(?=[^\W\d]))
      | o[^\S\n]+(?=[A-Z])
      | [(（[]?(?P<number>\d{{1,2}}(?:\.\d{{1,2}}){{0,3}})(?:\\?[.．)）\]、:：]+-?)(?:[^\S\n]+|(?=[^\W\d(≥≤<>]|[(≥≤<>]))
      | (?P<counted>\d{{1,2}}(?:\.\d{{1,2}}){{1,3}})[^\S\n]+(?=\S)
      | (?P<dashed>\d{{1,2}})[^\S\n]?[-–][^\S\n]?(?=[^\W\d_])
      | [(（[]?(?:[a-z]|[ivx]{{2,4}}|[IVX]{{1,4}})\\?[.)）\]](?:[^\S\n]+|(?=[^\W\d]))
      | [(（[]?[A-H][)）\]](?:[^\S\n]+|(?=[^\W\d]))
      | (?P<capital>[A-H])\.[^\S\n]+(?=[A-Z])
    )
    (?:(?:\\?[{BULLETS}{DASHES}]|[(（]?\d{{1,2}}[.)）])[^\S\n]+(?=[^\W\d]))?
"""
_MARK = re.compile(_MARK_PATTERN, re.X)
_LINE_MARK = re.compile(r"\n" + _MARK_PATTERN, re.X)
_BARE_MARK = re.compile(r"\s*(?:[*•-]|\d{1,2}[.)])\s*")
_FIRST_MARK = re.compile(r"\s*(?:[*•-]|\d{1,2}[.)])[^\S\n]+")
_PLAIN_MARK = re.compile(r"\n[^\S\n]*(?:[*•-]|\d{1,2}[.)])[^\S\n]+")
_PLAIN_BEGIN = re.compile(r"(?:\\?[<>]=?|[≥≤])?[^\S\n]?\d+(?![.)\d])")
"""How an item begins that begins with a number or a limit, and with no further mark: "18 years", "≥ 18", "\\\\> 3"."""
_WORD = re.compile(r"\w")
_LONGEST_HEADING = 80
_NARROWEST, _WIDEST = 55, 130
"""Characters of a line in a text whose lines were wrapped at a width."""
_SIGNS = (" b)", "(b)", " 2)", "(2)", " 2.", ",2", ": -", ": *", " b. ", "•", "2、")
# Each begins with one sign, for which the engine scans fastest.
_SECOND_NUMBER = re.compile(r"2(?:[)、]|(?<= 2)\.|(?<=,2))")
_SECOND_LETTER = re.compile(r"b(?:\)|(?<= b)\. )")
_LOOSE_SIGNS = re.compile(r"[1;•–—①·]|[-*.] |a\)")
"""What stands in a line that is all there is of a side, and a list."""


class _Mark(NamedTuple):
    """A mark at the beginning of a line. line: where that begins. text: where the item behind the mark begins."""

    line: int
    text: int


class _Line(NamedTuple):
    """A line that says something. text: where what it says begins. is_behind_gap: an empty line stands before it."""

    start: int
    text: int
    end: int
    is_behind_gap: bool


def texts(text: str, start: int, end: int) -> list[str]:
    """The items between two places of a text, as they stand there."""
    regular = _regular(text[start:end])
    return [text[at:stop] for at, stop in spans(text, start, end)] if regular is None else regular


def _regular(section: str) -> list[str] | None:
    """The items of a list whose every line begins with a plain mark, but perhaps the first; None for any other text.

    This says nothing that spans would not say: most texts are so, and a split costs a fifth of looking at each line.
    """
    lead, *items = _PLAIN_MARK.split(section)
    if not items:
        return None
    found = []
    if lead and (lead := lead.strip()):
        if "\n" in lead or not lead[0].isalpha() or _MARK.match(f"{lead} "):
            return None
        found.append(lead)
    for item in items:
        bare = item.rstrip()
        if not bare:
            continue
        if "\n" in bare or not (bare[0].isalpha() or _PLAIN_BEGIN.match(bare)) or _MARK.match(f"{bare} "):
            return None
        found.append(bare)
    signs = _signs(section)
    if not found or (signs and len(found) == 1):
        return None
    return [part for item in found for part in _parts(item, signs)] if signs else found


def _parts(item: str, signs: Sequence[str]) -> list[str]:
    """An item with the further ones in its line."""
    if not any(sign in item for sign in signs):
        return [item]
    return [item[at:stop] for at, stop in _told(item, within_line(item, 0, len(item), is_whole=False))]


def spans(text: str, start: int, end: int) -> list[Span]:
    """The items between two places of a text, in order, without their marks and the blanks around them."""
    section = text[start:end].rstrip()
    while (last := section.rfind("\n")) >= 0 and _BARE_MARK.fullmatch(section, last + 1):
        section = section[:last].rstrip()  # a mark with nothing behind it
    end = start + len(section)
    start = end - len(section.lstrip("\n\r"))
    if text.find("\n", start, end) < 0:
        found = within_line(text, start, end, is_whole=True) if _LOOSE_SIGNS.search(section) else [(start, end)]
        if len(found) == 1 and (first := _FIRST_MARK.match(text, start, end)):
            found = [(first.end(), end)]
        return _told(text, found)
    marks = _marks(text, start, end)
    found = _marked(text, start, end, marks) if marks else _unmarked(text, _lines(text, start, end))
    signs = _signs(section)
    if not signs:
        return _told(text, found)
    nested: list[Span] = []
    for at, stop in found:
        if any(text.find(sign, at, stop) >= 0 for sign in signs):
            nested += within_line(text, at, stop, is_whole=len(found) == 1)
        else:
            nested.append((at, stop))
    return _told(text, nested)


def _told(text: str, found: Sequence[Span]) -> list[Span]:
    """The spans that say something, without the blanks at their ends."""
    kept = []
    for start, end in found:
        part = text[start:end].lstrip()
        if part[:1].isalnum() or _WORD.search(part):
            start = end - len(part)
            kept.append((start, start + len(part.rstrip())))
    return kept


def _marks(text: str, start: int, end: int) -> list[_Mark]:
    """The marks at the beginning of lines. One that needs the one before it to be believed is checked against that."""
    found = []
    numbers: dict[str, str] = {}
    first = _MARK.match(text, start, end)
    if first is not None and (first.lastgroup is None or _is_in_turn(first, numbers)):
        found.append(_Mark(start, first.end()))
    for mark in _LINE_MARK.finditer(text, start, end):
        if mark.lastgroup is None or _is_in_turn(mark, numbers):
            found.append(_Mark(mark.start() + 1, mark.end()))  # noqa: PERF401 - the check remembers what came before
    return found


def _lines(text: str, start: int, end: int) -> list[_Line]:
    """The lines that say something."""
    lines: list[_Line] = []
    is_behind_gap = False
    for line in text[start:end].split("\n"):
        if not line or line.isspace():
            is_behind_gap = True
        else:
            lines.append(_Line(start, start + len(line) - len(line.lstrip()), start + len(line), is_behind_gap))
            is_behind_gap = False
        start += len(line) + 1
    return lines


def _is_in_turn(mark: re.Match[str], last: dict[str, str]) -> bool:
    """Whether a mark is believed: one that may well be part of a sentence ("1.5 mg", "2-Methoxy", "E. Coli") only where
    it is the first or the next of its kind. last: what stood last of each kind."""
    kind = mark.lastgroup or ""
    stated = mark[kind]
    if kind == "number":
        last["counted" if "." in stated else "dashed"] = last["number"] = stated
        if "." not in stated:
            last["counted"] = stated
        return True
    if kind == "capital":
        is_next = ord(stated) == ord(last.get(kind, "@")) + 1
    elif kind == "dashed":
        is_next = int(stated) in (1, int(last.get(kind, "0")) + 1)
    else:
        path, before = path_of(stated), path_of(last.get(kind, "0"))
        is_next = follows(path, before) or (path[-1] == 1 and len(path) == 2 and path[0] == 1)
    if is_next:
        last[kind] = stated
    return is_next


def _marked(text: str, start: int, end: int, marks: Sequence[_Mark]) -> list[Span]:
    """Items of a list with marks; a line without one goes on with its item unless it stands apart."""
    width = 0
    found: list[Span] = []
    if marks[0].line > start:
        marks = [_Mark(start, start), *marks]
    stops = [mark.line for mark in marks[1:]] + [end]
    for mark, stop in zip(marks, stops, strict=True):
        bare = text[mark.text : stop].rstrip()
        if "\n" in bare:
            width = width or max(map(len, text[start:end].split("\n")))
            found += _with_further_lines(text, mark, stop, width)
        elif bare:
            found.append((mark.text, mark.text + len(bare)))
    return found


def _with_further_lines(text: str, mark: _Mark, end: int, width: int) -> list[Span]:
    """The item behind a mark with the lines that go on with it, and those that stand apart."""
    found: list[Span] = []
    before: _Line | None = None
    for line in _lines(text, mark.text, end):
        if before is None or _stands_apart(text, line, before, mark.text - mark.line, width):
            found.append((line.text, line.end))
        else:
            found[-1] = (found[-1][0], line.end)
        before = line
    return found


def _stands_apart(text: str, line: _Line, before: _Line, margin: int, width: int) -> bool:
    """Whether a line without a mark, in a list with marks, is an item of its own."""
    first, last = text[line.text], text[line.text : line.end].rstrip()[-1:]
    if line.is_behind_gap:
        is_indented = margin > 2 and line.text - line.start >= margin
        ends = text[before.text : before.end].rstrip().endswith(ENDS)
        return ends or not (first.islower() or is_indented)
    if not first.isupper():
        return False
    if last in (":", "：") and line.end - line.text <= _LONGEST_HEADING:
        return True
    is_wrapped = width <= _WIDEST and _is_cut(text, before, line, width)
    return line.text == line.start and not is_wrapped


def _unmarked(text: str, lines: Sequence[_Line]) -> list[Span]:
    """Items of a text without marks: its lines, joined where they were wrapped."""
    width = max(line.end - line.start for line in lines)
    lower = sum(text[line.text].islower() for line in lines)
    are_lower = lower * 2 > len(lines)
    wraps = 0
    joined = [False]
    for before, line in pairwise(lines):
        is_cut = _is_cut(text, before, line, width)
        goes_on = not line.is_behind_gap and text[line.text].islower() and (is_cut or not are_lower)
        wraps += goes_on and is_cut
        joined.append(goes_on and not text[before.text : before.end].rstrip().endswith((";", ":", "；", "：")))
    is_wrapped = wraps >= 2 and _NARROWEST <= width <= _WIDEST
    found: list[Span] = []
    for at, line in enumerate(lines):
        before = lines[at - 1]
        if at and (
            joined[at]
            or (
                is_wrapped
                and not line.is_behind_gap
                and _is_cut(text, before, line, width)
                and not text[before.text : before.end].rstrip().endswith(ENDS)
            )
        ):
            found[-1] = (found[-1][0], line.end)
        else:
            found.append((line.text, line.end))
    return found


def _is_cut(text: str, before: _Line, line: _Line, width: int) -> bool:
    """Whether the first word of a line had no room on the line before it."""
    word = text[line.text : line.end].partition(" ")[0]
    return len(text[before.start : before.end].rstrip()) + 1 + len(word) >= width


def _signs(section: str) -> list[str]:
    """What is there of the signs that stand in every line that holds a list: a cheap look before a dear one."""
    may_hold = (
        _SECOND_NUMBER.search(section)
        or _SECOND_LETTER.search(section)
        or (":" in section and (": -" in section or ": *" in section))
        or (not section.isascii() and "•" in section)
    )
    return [sign for sign in _SIGNS if sign in section] if may_hold else []
