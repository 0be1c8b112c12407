"""Abbreviations of the terminology in a text: SSc, C.R.E.S.T., SSc-ILD, and in short texts in small letters too."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from matcher.text.language import is_filler
from matcher.text.normalise import Token

LONGEST_SHOUTED, PLAIN_WORD = 3, 7
"""Letters of words that may be anything in a text of capitals, and of one that is no abbreviation."""
SHORT_TEXT = 3
"""Words of a text in which an abbreviation may stand in small letters."""
_PIECE = re.compile(r"(?<![\w.])[A-Za-z](?:\.[A-Za-z]){2,}(?!\w)|[A-Za-z][\w\-/]*")
_PART = re.compile(r"[A-Za-z]*[A-Z][A-Za-z0-9]*[A-Z][A-Za-z0-9]*")
_ORDINARY = frozenset({"was", "all", "hit", "net", "add", "bed", "cap", "mens", "pap", "tar"})
"""Words that are abbreviations only in capitals, however short the text."""


class Abbreviated(NamedTuple):
    """A stretch of tokens that is an abbreviation, and the concepts that it may mean, likeliest first."""

    start: int
    end: int
    meanings: tuple[int, ...]


def abbreviated(table: Mapping[str, Sequence[int]], text: str, found: Sequence[Token]) -> Iterator[Abbreviated]:
    """Abbreviations among the tokens of a clause. table: the concepts of each as it is spelt."""
    if not found:
        return
    short = len(found) <= SHORT_TEXT
    shouted = not short and text.isupper() and any(map(_is_plain_word, found))
    by_start = {token.start: token_index for token_index, token in enumerate(found)}
    for match in _PIECE.finditer(text, found[0].start, found[-1].end):
        if shouted and len(match[0]) <= LONGEST_SHOUTED:
            continue  # in a text of capitals "HE" is a man
        for first, last, meanings in _pieces(table, match, short):
            start = by_start.get(first)
            if not meanings or start is None:
                continue
            end = start
            while end < len(found) and found[end].start < last:
                end += 1
            yield Abbreviated(start, end, tuple(meanings))


def _pieces(
    table: Mapping[str, Sequence[int]], match: re.Match[str], short: bool
) -> list[tuple[int, int, Sequence[int]]]:
    """(start, end, meanings) of a word of a text, or of its parts: SSc-ILD, SSc/DM."""
    whole = _meanings(table, match[0].replace(".", "").rstrip("-/"), short)
    if whole or ("-" not in match[0] and "/" not in match[0]):
        return [(match.start(), match.end(), whole)]
    return [
        (match.start() + part.start(), match.start() + part.end(), _meanings(table, part[0], False))
        for part in _PART.finditer(match[0])
    ]


def _meanings(table: Mapping[str, Sequence[int]], piece: str, short: bool) -> Sequence[int]:
    """Concepts of an abbreviation. short: it stands in so short a text that small letters may be meant as large."""
    meanings = table.get(piece) or table.get(piece.removesuffix("s"))
    if meanings is None and short and len(piece) >= 3 and piece.lower() not in _ORDINARY:
        ways = (piece.upper(), piece.capitalize(), piece[:2].upper() + piece[2:])
        meanings = next((table[spelt] for spelt in ways if spelt in table), None)
    if meanings is None and "-" in piece:
        meanings = table.get(piece.replace("-", ""))
    return meanings or ()


def _is_plain_word(token: Token) -> bool:
    """Whether a word in capitals shows that the text is written in them, and is no list of abbreviations."""
    return len(token.text) >= PLAIN_WORD or (token.text.isalpha() and is_filler(token.text))
