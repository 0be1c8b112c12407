"""The items of one side of the criteria: where each begins and ends in the text.

Sponsors write lists in every way there is: bullets, dashes, numbers of several levels, letters; one item a line,
wrapped lines, or all in one line because the line ends were lost on the way. A mark at the beginning of a line begins
an item.
Within a line a number counts only where it is the next one of a list that has begun, so that "diabetes type 2. Consent"
is told from item 2. Everything here is one pass over the text.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

Span = tuple[int, int]
"""Where an item begins, behind its mark, and where it ends."""

_BULLETS = "•·◦▪▫‣⁃●○◉■□◆◇►▸▶➢➤→✓✔☐☑※★・､"
_DASHES = "*–—‒―-"
_CIRCLED = "①-⑳⑴-⒇"
# A mark at the beginning of a line, and one behind it: "* \\- Dialysis", "-  1. Suspected cases".
_MARK_PATTERN = rf"""
    [^\S\n]*
    (?:
        \\?[{_BULLETS}{_CIRCLED}][^\S\n]*
      | \\?[{_DASHES}](?:[^\S\n]+|(?=[^\W\d]))
      | o[^\S\n]+(?=[A-Z])
      | [(（[]?(?P<number>\d{{1,2}}(?:\.\d{{1,2}}){{0,3}})(?:\\?[.．)）\]、:：]+-?)(?:[^\S\n]+|(?=[^\W\d(≥≤<>]|[(≥≤<>]))
      | (?P<counted>\d{{1,2}}(?:\.\d{{1,2}}){{1,3}})[^\S\n]+(?=\S)
      | (?P<dashed>\d{{1,2}})[^\S\n]?[-–][^\S\n]?(?=[^\W\d_])
      | [(（[]?(?:[a-z]|[ivx]{{2,4}}|[IVX]{{1,4}})\\?[.)）\]](?:[^\S\n]+|(?=[^\W\d]))
      | [(（[]?[A-H][)）\]](?:[^\S\n]+|(?=[^\W\d]))
      | (?P<capital>[A-H])\.[^\S\n]+(?=[A-Z])
    )
    (?:(?:\\?[{_BULLETS}{_DASHES}]|[(（]?\d{{1,2}}[.)）])[^\S\n]+(?=[^\W\d]))?
"""
_MARK = re.compile(_MARK_PATTERN, re.X)
_LINE_MARK = re.compile(r"\n" + _MARK_PATTERN, re.X)
_PLAIN_MARK = re.compile(r"\n[^\S\n]*(?:[*•-]|\d{1,2}[.)])[^\S\n]+")
# What stands before a mark is part of the pattern, so that most places of a text are passed at once.
_TOKEN = re.compile(
    rf"""
    (?P<before>\A|[\s;.,:，；。]|(?<=[\u3000-\u9fff\uac00-\ud7a3\uff00-\uffef]))
    (?:
        (?P<bullet>[{_BULLETS}{_CIRCLED}])
      | (?P<dash>[{_DASHES}])(?=\s+\S)
      | (?P<open>[(（]?)(?P<number>\d{{1,2}}(?:\.\d{{1,2}}){{0,3}})(?P<close>[.．)）、])(?=\s|[^\W\d]|[(≥≤<>])
      | (?P<counted>\d{{1,2}}(?:\.\d{{1,2}}){{1,3}})(?=[ ][A-Z])
      | (?P<apart>\d{{1,2}})[-–](?=[ ]?[A-Z])
      | (?P<letter_open>[(（]?)(?P<letter>[a-z]|[ivx]{{2,4}})[)）](?=\s|[^\W\d])
      | (?P<dotted>[a-h])\.(?=[ ]+[A-Z0-9])
    )
    """,
    re.X,
)
# What a number that ends a phrase belongs to: "type 2. Consent".
_NUMBERED = frozenset(
    re.findall(
        r"\S+",
        "type types type: grade grades stage stages class phase group groups score level levels than least most to of "
        "day week month visit version cohort part arm arms ≥ ≤ > < = + is by factor aged age over under from until "
        "ecog nyha mrs dose table appendix section criterion criteria item items no nr typ grad stade classe tipo "
        "grado estadio fase stadio klasse stadium up between approximately about with a the "
        "in on at",
    )
)
_JOINED = re.compile(r"\d\s*(?:or|and|to|oder|ou|o|of|en|y|e|et)$")
# A full stop that was the end of an item: what follows begins like one, and like no sentence.
_FRAGMENT = re.compile(r"(?:(?<=[^\W\d_]{4})|(?<=\d)|(?<=\d [a-z])|(?<=\d [a-z]{2}))\.\s+(?=[a-z]{3})")
_WORD = re.compile(r"\w")
_ENDS = (".", ";", ":", "!", "?", "。", "；", "：")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_LONGEST_HEADING = 80
_NARROWEST, _WIDEST = 55, 130
"""Characters of a line in a text whose lines were wrapped at a width."""
_MOST_LEVELS = 6
_ASCII_SIGNS = (" b)", "(b)", " 2)", "(2)", " 2.", ",2", ": -", ": *", " b. ")
_SIGNS = (*_ASCII_SIGNS, "•", "2、")
_LOOSE_SIGNS = ("- ", "* ", "1", ";", "•", "–", "—", "a)", "a. ", "①", "·")
"""What stands in a line that is all there is of a side, and a list."""
_AHEAD = 60
"""Tokens that are looked through for the next number of a list."""
_LEAD = 40
"""Characters before a mark that tell whether it is one."""


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
    regular = _regular(text, start, end)
    return [text[at:stop] for at, stop in spans(text, start, end)] if regular is None else regular


def _regular(text: str, start: int, end: int) -> list[str] | None:
    """The items of a list whose every line begins with a plain mark; None for any other text.

    This says nothing that spans would not say: most texts are so, and a split costs a fifth of looking at each line.
    """
    lead, *items = _PLAIN_MARK.split(text[start:end])
    if not items or (lead and not lead.isspace()):
        return None
    found = [bare for item in items if (bare := item.rstrip())]
    for bare in found:
        if "\n" in bare or not bare[0].isalpha():
            return None
    signs = _signs(text, start, end)
    return [part for item in found for part in _parts(item, signs)] if signs else found


def _parts(item: str, signs: Sequence[str]) -> list[str]:
    """An item with the further ones in its line."""
    if not any(sign in item for sign in signs):
        return [item]
    return [item[at:stop] for at, stop in _told(item, _within_line(item, 0, len(item), is_whole=False))]


def spans(text: str, start: int, end: int) -> list[Span]:
    """The items between two places of a text, in order, without their marks and the blanks around them."""
    section = text[start:end].rstrip()
    end = start + len(section)
    start = end - len(section.lstrip("\n\r"))
    if text.find("\n", start, end) < 0:
        if not any(text.find(sign, start, end) >= 0 for sign in _LOOSE_SIGNS):
            return _told(text, [(start, end)])
        return _told(text, _within_line(text, start, end, is_whole=True))
    marks = _marks(text, start, end)
    found = _marked(text, start, end, marks) if marks else _unmarked(text, _lines(text, start, end))
    signs = _signs(text, start, end)
    if not signs:
        return _told(text, found)
    nested: list[Span] = []
    for at, stop in found:
        if any(text.find(sign, at, stop) >= 0 for sign in signs):
            nested += _within_line(text, at, stop, is_whole=len(found) == 1)
        else:
            nested.append((at, stop))
    return _told(text, nested)


def _told(text: str, found: Sequence[Span]) -> list[Span]:
    """The spans that say something, without the blanks at their ends."""
    kept = []
    for start, end in found:
        part = text[start:end]
        if part[:1].isalnum() or _WORD.search(part):
            bare = part.strip()
            start += part.index(bare[0])
            kept.append((start, start + len(bare)))
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
        path, before = _path(stated), _path(last.get(kind, "0"))
        is_next = _follows(path, before) or (path[-1] == 1 and len(path) == 2 and path[0] == 1)
    if is_next:
        last[kind] = stated
    return is_next


def _path(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in number.split("."))


def _follows(path: tuple[int, ...], before: tuple[int, ...]) -> bool:
    """Whether a number of levels is the next one: 1.2 after 1.1 and after 1.1.3, 1.1 after 1, 2.1 after 1.4."""
    if path == (*before, 1):
        return True
    level = len(path)
    if level <= len(before) and path[:-1] == before[: level - 1] and path[-1] == before[level - 1] + 1:
        return True
    return level == 2 == len(before) and path == (before[0] + 1, 1)


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
        ends = text[before.text : before.end].rstrip().endswith(_ENDS)
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
                and not text[before.text : before.end].rstrip().endswith(_ENDS)
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


def _signs(text: str, start: int, end: int) -> list[str]:
    """What is there of the signs that stand in every line that holds a list: a cheap look before a dear one."""
    find = text.find
    return [sign for sign in (_ASCII_SIGNS if text.isascii() else _SIGNS) if find(sign, start, end) >= 0]


class _Token(NamedTuple):
    """What may be a mark within a line. kind: how it is written. path: its number, levels apart."""

    start: int
    end: int
    kind: str
    path: tuple[int, ...]


def _within_line(text: str, start: int, end: int, is_whole: bool) -> list[Span]:
    """Items of a text whose line ends were lost: "- a - b", "• a • b", "1. a 1.1. b 2. c", "a; b; c".

    is_whole: the text is all there is of its side, so that a list needs no word before it.
    """
    tokens = _tokens(text, start, end)
    marks = _in_turn(text, start, tokens, is_whole)
    if not marks:
        return _between_semicolons(text, start, end) if is_whole else [(start, end)]
    stops = [token.start for token in marks[1:]] + [end]
    return [(start, marks[0].start), *((token.end, stop) for token, stop in zip(marks, stops, strict=True))]


def _tokens(text: str, start: int, end: int) -> list[_Token]:
    found = []
    for match in _TOKEN.finditer(text, max(0, start - 1), end):
        at = match.end("before")
        if at < start:
            continue
        kind = "bullet"
        path: tuple[int, ...] = ()
        if match["dash"]:
            kind = match["dash"]
            if match["before"].strip():
                continue  # ",- ": a dash that belongs to the mark before it
        elif stated := match["number"] or match["counted"] or match["apart"]:
            path = _path(stated)
            style = "-" if match["apart"] else f"{match['open']}{match['close'] or ''}"
            kind = f"{len(path)}{style}"
        elif match["letter"]:
            kind = f"a{match['letter_open']}"
            path = (ord(match["letter"]) - 96,) if len(match["letter"]) == 1 else (_ROMAN.get(match["letter"], 0),)
            if len(match["letter"]) > 1:
                kind = f"i{match['letter_open']}"
        elif match["dotted"]:
            kind, path = "a.", (ord(match["dotted"]) - 96,)
        found.append(_Token(at, match.end(), kind, path))
    return found


def _in_turn(text: str, start: int, tokens: Sequence[_Token], is_whole: bool) -> list[_Token]:
    """The tokens that are marks: of lists that have begun, each in its turn."""
    last_of = {(token.kind, token.path): at for at, token in enumerate(tokens)}
    dashes = Counter(token.kind for token in tokens if not token.path and _next(text, token).isupper())
    marks: list[_Token] = []
    levels: list[_Token] = []
    for at, token in enumerate(tokens):
        begin = marks[-1].end if marks else start
        lead = text[max(begin, token.start - _LEAD) : token.start].rstrip()
        if not token.path:
            known = any(level.kind == token.kind for level in levels)
            opens = lead.endswith((":", "：")) or (not lead and not marks)
            is_known = any(mark.kind == token.kind for mark in marks) or (is_whole and not marks)
            loose = (is_known or is_whole) and dashes[token.kind] > 1 and _next(text, token).isupper()
            if token.kind == "bullet" or ((known or opens or loose) and not _is_range(text, token)):
                if not known:
                    levels = [*levels[: _MOST_LEVELS - 1], token]
                marks.append(token)
            continue
        level = _level(token, levels)
        if level is not None:
            if not _is_named(lead) or _goes_on(tokens, at):
                levels = [*levels[:level], token]
                marks.append(token)
        elif len(levels) < _MOST_LEVELS and _opens(token, lead, levels, bool(marks), last_of, at, is_whole):
            levels = [*levels, token]
            marks.append(token)
    return marks


def _level(token: _Token, levels: Sequence[_Token]) -> int | None:
    """The level of the open lists whose next number this is; None where it is none's."""
    for level in range(len(levels) - 1, -1, -1):
        last = levels[level]
        if (
            last.path
            and last.kind == token.kind
            and _follows(token.path, last.path)
            and len(last.path) == len(token.path)
        ):
            return level
        if last.kind[:1] == "a" and token.kind[:1] == "i" and last.path == (9,) and token.path == (2,):
            return level  # "(i)" was a number and no letter
    return None


def _opens(
    token: _Token,
    lead: str,
    levels: Sequence[_Token],
    has_marks: bool,
    last_of: dict[tuple[str, tuple[int, ...]], int],
    at: int,
    is_whole: bool,
) -> bool:
    """Whether a token begins a list: a first number, with a second one to come, where a list may begin."""
    if len(token.path) > 1:  # 1.1 behind 1
        return bool(levels) and bool(levels[-1].path) and token.path == (*levels[-1].path, 1)
    is_roman = token.kind[:1] == "a" and token.path == (9,) and last_of.get((f"i{token.kind[1:]}", (2,)), -1) > at
    if token.path != (1,) and not is_roman:
        return False
    goes_on = is_roman or last_of.get((token.kind, (2,)), -1) > at
    if token.kind[:1] == "a" and last_of.get((token.kind, (3,)), -1) > at:
        return True  # "a) ... b) ... c) ...": nothing else looks so
    if not has_marks and not lead:
        return goes_on or is_whole
    return goes_on and (lead.endswith((":", "：")) or (is_whole and not has_marks and lead.endswith(_ENDS)))


def _is_named(lead: str) -> bool:
    """Whether a number belongs to the word before it ("type 2."), and is no mark."""
    return bool(lead) and (lead.rsplit(None, 1)[-1].lower().strip("(") in _NUMBERED or _JOINED.search(lead) is not None)


def _goes_on(tokens: Sequence[_Token], at: int) -> bool:
    """Whether the number behind a number comes before another of the same: then it is a mark whatever stands before."""
    token = tokens[at]
    following = (*token.path[:-1], token.path[-1] + 1)
    for later in tokens[at + 1 : at + _AHEAD]:
        if later.kind == token.kind and later.path in (token.path, following):
            return later.path == following
    return False


def _next(text: str, token: _Token) -> str:
    """The first sign behind a mark that is no blank."""
    return text[token.end : token.end + _LEAD].lstrip()[:1]


def _is_range(text: str, token: _Token) -> bool:
    """Whether a dash stands between two numbers ("18 - 80 years")."""
    return text[max(0, token.start - _LEAD) : token.start].rstrip()[-1:].isdigit() and _next(text, token).isdigit()


def _between_semicolons(text: str, start: int, end: int) -> list[Span]:
    """Items that nothing but semicolons keep apart, or full stops before small letters, where there are two at least."""
    breaks = list(_FRAGMENT.finditer(text, start, end))
    if len(breaks) > 1:
        begins = [start, *(one.end() for one in breaks)]
        return list(zip(begins, [*(one.start() + 1 for one in breaks), end], strict=True))
    if text.count(";", start, end) < 2 or "(" in text[start:end]:
        return [(start, end)]
    found = []
    at = start
    while (stop := text.find(";", at, end)) >= 0:
        found.append((at, stop))
        at = stop + 1
    return [*found, (at, end)]
