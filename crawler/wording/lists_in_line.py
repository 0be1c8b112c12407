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
# What stands before a mark is part of the pattern, so that most places of a text are passed at once; and after a blank
# most words are passed by their first two signs.
_AFTER = rf"""
    (?=[^A-Za-z]|[a-z][.)）]|[ivx]{{2,4}}[)）])
    (?:
        (?P<bullet>[{BULLETS}{CIRCLED}])
      | (?P<dash>[{DASHES}])(?=\s+(?P<next>\S))
      | (?P<open>[(（]?)(?P<number>\d{{1,2}}(?:\.\d{{1,2}}){{0,3}})(?P<close>[.．)）、])(?=\s|[^\W\d]|[(≥≤<>])
      | (?P<counted>\d{{1,2}}(?:\.\d{{1,2}}){{1,3}})(?=[ ][A-Z])
      | (?P<apart>\d{{1,2}})[-–](?=[ ]?[A-Z])
      | (?P<letter_open>[(（]?)(?P<letter>[a-z]|[ivx]{{2,4}})[)）](?=\s|[^\W\d])
      | (?P<dotted>[a-h])\.(?=[ ]+[A-Z0-9])
    )
"""
_FIRST_TOKEN = re.compile(rf"(?P<before>){_AFTER}", re.X)
_TOKEN = re.compile(rf"(?P<before>[\s;.,:]){_AFTER}", re.X)
_ASIAN = re.compile(r"[\u3000-\u9fff\uac00-\ud7a3\uff00-\uffef]")
_ASIAN_TOKEN = re.compile(rf"(?P<before>[\s;.,:，；。]|(?<={_ASIAN.pattern})){_AFTER}", re.X)
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
    before_capital: bool = False


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
    begin = start - 1
    if start == 0 and (first := _FIRST_TOKEN.match(text, 0, end)):
        found.append(_token(first))
        begin = first.end()
    is_asian = not text.isascii() and _ASIAN.search(text, max(0, begin), end)
    for match in (_ASIAN_TOKEN if is_asian else _TOKEN).finditer(text, max(0, begin), end):
        if match.end("before") < start or (match["dash"] and match["before"].strip()):
            continue  # ",- ": a dash that belongs to the mark before it
        found.append(_token(match))
    return found


def _token(match: re.Match[str]) -> _Token:
    kind = "bullet"
    path: tuple[int, ...] = ()
    if dash := match["dash"]:
        return _Token(match.end("before"), match.end(), dash, path, match["next"].isupper())
    if stated := match["number"] or match["counted"] or match["apart"]:
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
    return _Token(match.end("before"), match.end(), kind, path)


def _in_turn(text: str, start: int, tokens: Sequence[_Token], is_whole: bool) -> list[_Token]:
    """The tokens that are marks: of lists that have begun, each in its turn."""
    last_of = {(token.kind, token.path): at for at, token in enumerate(tokens)}
    dashes = Counter([token.kind for token in tokens if token.before_capital and not token.path])
    marks: list[_Token] = []
    kinds: set[str] = set()
    levels: list[_Token] = []
    for at, token in enumerate(tokens):
        if not token.path:
            known = any(level.kind == token.kind for level in levels)
            if token.kind != "bullet":
                loose = token.before_capital and (is_whole or token.kind in kinds) and dashes[token.kind] > 1
                if not (known or loose or _opens_line(_lead(text, start, marks, token), bool(marks))):
                    continue
                if _is_range(text, token):
                    continue
            if not known:
                levels = [*levels[: _MOST_LEVELS - 1], token]
            kinds.add(token.kind)
            marks.append(token)
            continue
        level = _level(token, levels)
        if level is not None:
            if not is_named(_lead(text, start, marks, token)) or _goes_on(tokens, at):
                levels = [*levels[:level], token]
                marks.append(token)
        elif len(levels) < _MOST_LEVELS:
            lead = _lead(text, start, marks, token)
            if _opens(token, lead, levels, bool(marks), last_of, at, is_whole):
                levels = [*levels, token]
                marks.append(token)
    return marks


def _lead(text: str, start: int, marks: Sequence[_Token], token: _Token) -> str:
    """What stands before a token, behind the last mark."""
    return text[max(marks[-1].end if marks else start, token.start - _LEAD) : token.start].rstrip()


def _opens_line(lead: str, has_marks: bool) -> bool:
    """Whether a dash may begin a list: at the very beginning, or behind a colon."""
    return lead.endswith((":", "：")) or (not lead and not has_marks)


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


def _is_range(text: str, token: _Token) -> bool:
    """Whether a dash stands between two numbers ("18 - 80 years")."""
    behind = text[token.end : token.end + _LEAD].lstrip()[:1]
    return behind.isdigit() and text[max(0, token.start - _LEAD) : token.start].rstrip()[-1:].isdigit()


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
