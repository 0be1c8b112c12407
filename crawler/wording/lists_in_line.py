"""Lists whose line ends were lost on their way: "- a - b", "• a • b", "1. a 1.1. b 2. c", "a; b; c".

A number counts only where it is the next one of a list that has begun, so that "diabetes type 2. Consent" is told from
item 2.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

Span = tuple[int, int]
"""Where an item begins, behind its mark, and where it ends."""

BULLETS = "•·◦▪▫‣⁃●○◉■□◆◇►▸▶➢➤→✓✔☐☑※★・､"
DASHES = "*–—‒―-"
CIRCLED = "①-⑳⑴-⒇"
"""Signs that stand before the items of a list."""
ENDS = (".", ";", ":", "!", "?", "。", "；", "：")
"""Signs that end what stands before a list."""
# What stands before a mark is part of the pattern, so that most places of a text are passed at once.
_TOKEN = re.compile(
    rf"""
    (?P<before>\A|[\s;.,:，；。]|(?<=[\u3000-\u9fff\uac00-\ud7a3\uff00-\uffef]))
    (?:
        (?P<bullet>[{BULLETS}{CIRCLED}])
      | (?P<dash>[{DASHES}])(?=\s+\S)
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
_FRAGMENT = re.compile(r"\.(?:(?<=[^\W\d_]{4}\.)|(?<=\d\.)|(?<=\d [a-z]\.)|(?<=\d [a-z]{2}\.))\s+(?=[a-z]{3})")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_MOST_LEVELS = 6
_AHEAD = 60
"""Tokens that are looked through for the next number of a list."""
_LEAD = 40
"""Characters before a mark that tell whether it is one."""


class _Token(NamedTuple):
    """What may be a mark within a line. kind: how it is written. path: its number, levels apart."""

    start: int
    end: int
    kind: str
    path: tuple[int, ...]


def within_line(text: str, start: int, end: int, is_whole: bool) -> list[Span]:
    """Items of a text whose line ends were lost: "- a - b", "• a • b", "1. a 1.1. b 2. c", "a; b; c".

    is_whole: the text is all there is of its side, so that a list needs no word before it.
    """
    tokens = _tokens(text, start, end)
    marks = _in_turn(text, start, tokens, is_whole) if tokens else []
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
            path = path_of(stated)
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
    kinds: set[str] = set()
    levels: list[_Token] = []
    for at, token in enumerate(tokens):
        begin = marks[-1].end if marks else start
        lead = text[max(begin, token.start - _LEAD) : token.start].rstrip()
        if not token.path:
            known = any(level.kind == token.kind for level in levels)
            opens = lead.endswith((":", "：")) or (not lead and not marks)
            loose = (is_whole or token.kind in kinds) and dashes[token.kind] > 1 and _next(text, token).isupper()
            if token.kind == "bullet" or ((known or opens or loose) and not _is_range(text, token)):
                if not known:
                    levels = [*levels[: _MOST_LEVELS - 1], token]
                kinds.add(token.kind)
                marks.append(token)
            continue
        level = _level(token, levels)
        if level is not None:
            if not is_named(lead) or _goes_on(tokens, at):
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
            and follows(token.path, last.path)
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
    return goes_on and (lead.endswith((":", "：")) or (is_whole and not has_marks and lead.endswith(ENDS)))


def is_named(lead: str) -> bool:
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
    """Items that nothing but semicolons keep apart, or full stops before small letters, two at least."""
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


def path_of(number: str) -> tuple[int, ...]:
    """The levels of a number: 1.2 is 1 and 2."""
    return tuple(int(part) for part in number.split("."))


def follows(path: tuple[int, ...], before: tuple[int, ...]) -> bool:
    """Whether a number of levels is the next one: 1.2 after 1.1 and after 1.1.3, 1.1 after 1, 2.1 after 1.4."""
    if path == (*before, 1):
        return True
    level = len(path)
    if level <= len(before) and path[:-1] == before[: level - 1] and path[-1] == before[level - 1] + 1:
        return True
    return level == 2 == len(before) and path == (before[0] + 1, 1)
