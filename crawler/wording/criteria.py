"""Eligibility criteria as registries write them, split into inclusion and exclusion items.

Registries hold the criteria as one text with headings ("Inclusion Criteria:", "Key exclusion criteria") and
items behind bullets or numbers, one a line or, in older records, all in one line.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from crawler.wording.words import stated
from db.trial import Eligibility

_BULLET = (
    r"(?:[•·◦▪‣●○■□➢✓①-⑳]\s*|[*–—-](?:\s+|(?=[^\W\d]))"
    r"|\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}[.)]|\d(?:\.\d{1,2}){2,3}|[a-z][.)]|[A-Z]\)|[ivx]{2,4}[.)])(?:\s+|(?=[^\W\d])))"
)
# The bullet before the blank line: a blank line followed by a bullet is one break, not two.
_BREAK = re.compile(rf"\n\s*{_BULLET}|\n[^\S\n]*\n\s*|\n[^\S\n]*(?=[A-Z][^\n]{{0,80}}:[^\S\n]*\n)")
_BULLETED = re.compile(rf"\n\s*{_BULLET}")
_DOTS = re.compile(r"\s*[•·▪●■➢①-⑳]\s*")
_NUMBER = re.compile(r"\(?(\d{1,2})([.)])\s")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_WORD = re.compile(r"\w")

# Words that may stand before "inclusion criteria" in any heading, even behind a bullet or without a colon.
_QUALIFIERS = frozenset(
    re.findall(
        r"\S+",
        "key main major general specific additional other primary principal basic common study trial selection patient"
        " patients subject subjects participant participants important criteria for the and non non-",
    )
)
_COMMON = re.compile(r"(In|Ex)clusion [Cc]riteria ?:")
_TAIL = re.compile(
    r"""
    (?:in|ex)clusions?
    (?P<criteria>(?:ary)?[^\S\n]*criteri(?:a|on|um))?
    (?P<after>(?:(?!clusion)[^:：\n]){0,70}?)
    [^\w\n:：)]*(?:(?P<colon>[:：])|(?=\n|\Z))
    """,
    re.I | re.X,
)
_TITLE = re.compile(r"(?:(?:key|main) )?(?:inclusion|exclusion)(?: criteria)?\W*", re.I)
_INLINE = re.compile(r"(?P<kind>In|Ex|IN|EX|in|ex)(?:clusion|CLUSION)[^\S\n]+(?:[Cc]riteria|CRITERIA)[^\S\n]*[:：]")
_MARK = re.compile(r"[^\w\n]*(?:\(?(?:\d{1,2}|[a-z])[.)][^\S\n]*)?")
_SCOPE = re.compile(r"[^\S\n]*(?:$|for\b|of\b|in\b|\(|\[|[-–—])", re.I)


class _Heading(NamedTuple):
    """A heading's span in the text, and which items follow it."""

    start: int
    end: int
    is_inclusion: bool


def split(text: str | None) -> Eligibility:
    """Criteria text as it is, and its items where the text has inclusion or exclusion headings.

    Items keep their order; nested items stand on their own behind their parent. Bullets, numbers and the
    backslashes of escaped punctuation ("\\>") are not part of an item, and white space within it is one blank. A
    text without a heading gives the criteria only: which side an item belongs to would be a guess.
    """
    if text is None or not text.strip():
        return Eligibility()
    headings = list(_headings(text))
    if not headings:
        return Eligibility(criteria=text)
    inclusion: list[str] = []
    exclusion: list[str] = []
    ends = [heading.start for heading in headings[1:]] + [len(text)]
    for heading, end in zip(headings, ends, strict=True):
        (inclusion if heading.is_inclusion else exclusion).extend(items(text[heading.end : end]))
    return Eligibility(text, tuple(inclusion), tuple(exclusion))


def from_sides(inclusion: str | None, exclusion: str | None) -> Eligibility:
    """Eligibility of a registry that keeps the two sides apart: the criteria text names each side.

    "None" and other placeholders are no items.
    """
    sides = (("Inclusion Criteria", inclusion), ("Exclusion Criteria", exclusion))
    criteria = "\n\n".join(f"{name}:\n\n{text.strip()}" for name, text in sides if text and text.strip())
    found = [
        tuple(item for item in items(text or "") if stated(item) and not _TITLE.fullmatch(item)) for _, text in sides
    ]
    return Eligibility(criteria or None, found[0], found[1])


def items(text: str) -> list[str]:
    """The items of one side: by bullets and numbers, by lines where there are none."""
    body = text.strip()
    if "\n" not in body:
        parts = _in_one_line(body)
    elif is_bulleted(body):
        parts = _BREAK.split("\n" + body)
    else:
        parts = body.split("\n")
    return [_clean(part) for part in parts if part[:1].isalpha() or _WORD.search(part)]


def is_bulleted(text: str) -> bool:
    """Whether a text of several lines has one that begins with a bullet or a number."""
    return "\n" in text and _BULLETED.search("\n" + text) is not None


def _clean(item: str) -> str:
    """An item on one line, its escaped punctuation as meant."""
    item = " ".join(item.split()) if "\n" in item or "  " in item or "\t" in item else item.strip()
    return "".join(_ESCAPE.split(item)) if "\\" in item else item


def _in_one_line(body: str) -> list[str]:
    """Items of a text whose line ends were lost: "- a - b", "• a • b" or "1. a 2. b"."""
    if body[:2] in ("- ", "* ", "– ", "— "):
        return _dashed(body[2:], f" {body[:2]}")
    if body and _DOTS.match(body):
        return _DOTS.split(body)
    number = _NUMBER.match(body)
    if number is None:
        return [body]
    parts, start, following = [], number.end(), int(number[1]) + 1
    # Only the next number in turn is a break: "at least 2. degree" and "3. Age" are told apart by counting.
    while (at := body.find(f" {following}{number[2]} ", start)) >= 0:
        parts.append(body[start:at])
        start, following = at + len(f" {following}{number[2]} "), following + 1
    return [*parts, body[start:]]


def _dashed(body: str, dash: str) -> list[str]:
    """Items between dashes; a dash between two numbers ("18 - 80 years") belongs to its item."""
    parts: list[str] = []
    for part in body.split(dash):
        if parts and parts[-1][-1:].isdigit() and part[:1].isdigit():
            parts[-1] += dash + part
        else:
            parts.append(part)
    return parts


def _headings(text: str) -> Iterator[_Heading]:
    """Headings in order. Looks only around "clusion", which a plain search finds fastest."""
    end = 0
    for at in _marks(text):
        kind = at - 2
        if kind < end:
            continue
        line = text.rfind("\n", 0, at) + 1
        heading = _line_heading(text, max(line, end), kind) or _inline_heading(text, max(line, end), kind)
        if heading is not None:
            yield heading
            end = heading.end


def _marks(text: str) -> list[int]:
    places = []
    for word in ("clusion", "CLUSION"):
        at = text.find(word, 2)
        while at >= 0:
            places.append(at)
            at = text.find(word, at + 7)
    places.sort()
    return places


def _line_heading(text: str, line: int, kind: int) -> _Heading | None:
    """A heading that begins its line: "Key inclusion criteria", "Exclusion criteria for adults:", "INCLUSION"."""
    if kind - line > 80:
        return None
    if kind == line and (common := _COMMON.match(text, line)):  # the usual one, without the looks below
        return _Heading(line, common.end(), common[1] == "In")
    lead = text[line:kind]
    mark = _MARK.match(lead)
    is_item = mark is not None and any(sign in "*•-–1234567890" for sign in mark[0]) and "**" not in mark[0]
    words = lead[mark.end() if mark else 0 :].lower().split()
    foreign = sum(word.strip(",&/()") not in _QUALIFIERS for word in words)
    if foreign > (0 if is_item else 5) or (match := _TAIL.match(text, kind)) is None:
        return None  # "* does not meet the inclusion criteria" is an item
    after, colon = match["after"].strip(), match["colon"]
    if not (match["criteria"] or "criteria" in words) and (foreign or after):
        return None  # "Inclusion body myositis"
    if not colon and (foreign or _SCOPE.match(after) is None or (is_item and after)):
        return None
    return _Heading(line, match.end(), _is_inclusion(text, kind, words))


def _inline_heading(text: str, line: int, kind: int) -> _Heading | None:
    """A heading within a line, of a text whose line ends were lost: it needs its colon and a capital or a full stop."""
    match = _INLINE.match(text, kind)
    if match is None:
        return None
    start = kind
    words = text[max(line, kind - 60) : kind].split()
    lead = []
    while words and (word := words.pop()).lower() in _QUALIFIERS:
        lead.append(word.lower())
        start = text.rindex(word, line, start)
    if match["kind"].islower() and text[line:start].rstrip()[-1:] not in tuple(".;:)"):
        return None
    return _Heading(start, match.end(), _is_inclusion(text, kind, lead[::-1]))


def _is_inclusion(text: str, kind: int, lead: list[str]) -> bool:
    """Whether "inclusion" stands at ``kind``; French sponsors call exclusion criteria "non-inclusion criteria"."""
    is_negated = bool(lead) and lead[-1].strip("-(") == "non"
    return (text[kind] in "Ii") != is_negated
