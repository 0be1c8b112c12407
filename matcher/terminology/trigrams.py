"""Candidates for a misspelt string from an index of character trigrams.

The index answers "which strings are within k edits of this one" without comparing with all of them. It loses
nothing: an edit (insertion, deletion, substitution, transposition of neighbours) touches at most four trigrams, so a
string within k edits shares all but 4k of the distinct trigrams of the query, and so at least one of its 4k + 1
rarest ones. A full scan gives the same answer (a
property test holds the two equal).
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

Ints = npt.NDArray[np.int32]

_BASE = 37
_SIZE = _BASE**3
_CODES = np.zeros(256, dtype=np.int32)
for _place, _char in enumerate("abcdefghijklmnopqrstuvwxyz0123456789", start=1):
    _CODES[ord(_char)] = _place
GRAMS_PER_EDIT = 4
SHARED_RARE = 4
"""Rare trigrams that a candidate must share beyond those that edits may have destroyed."""


def grams(text: str) -> Ints:
    """Distinct trigrams of a normalised string (letters a-z, digits, blanks) as numbers, padded by one blank."""
    codes = _CODES[np.frombuffer(f" {text} ".encode("latin-1", "replace"), dtype=np.uint8)]
    if len(codes) < 3:
        return np.zeros(0, dtype=np.int32)
    return np.unique(codes[:-2] * (_BASE * _BASE) + codes[1:-1] * _BASE + codes[2:]).astype(np.int32)


def allowed_edits(text: str) -> int:
    """How many edits a misspelling of this length may have: 1 from 5 letters, 2 from 9, 3 from 16."""
    length = len(text)
    if length < 5:
        return 0
    limit = 1 if length < 9 else 2 if length < 16 else 3
    return max(0, min(limit, (len(grams(text)) - 1) // GRAMS_PER_EDIT))


class NGramIndex:
    """Trigram postings over a list of normalised strings. The postings number the strings by length, so that those of
    about one length stand together.
    """

    def __init__(self, strings: Sequence[str], pointers: npt.NDArray[Any], postings: npt.NDArray[Any]) -> None:
        self.strings = strings
        self.pointers = pointers
        self.postings = postings

    @classmethod
    def build(cls, strings: Sequence[str]) -> "NGramIndex":
        """Index strings; some 10 microseconds each."""
        # All strings as one row of characters, so that numpy finds every trigram at once.
        padded = [f" {text} " for text in sorted(strings, key=len)]
        codes = _CODES[np.frombuffer("".join(padded).encode("latin-1", "replace"), dtype=np.uint8)].astype(np.int64)
        lengths = np.fromiter((len(text) for text in padded), dtype=np.int64, count=len(padded))
        owners = np.repeat(np.arange(len(padded), dtype=np.int64), lengths)
        values = codes[:-2] * (_BASE * _BASE) + codes[1:-1] * _BASE + codes[2:]
        inside = owners[:-2] == owners[2:]
        pairs = values[inside] * len(padded) + owners[:-2][inside]
        pairs.sort()  # and without the doubles: np.unique would first hash them all, which takes five times as long
        pairs = pairs[np.concatenate(([True], pairs[1:] != pairs[:-1]))] if len(pairs) else pairs
        all_grams, holders = np.divmod(pairs, max(1, len(padded)))
        pointers = np.zeros(_SIZE + 1, dtype=np.int64)
        np.cumsum(np.bincount(all_grams, minlength=_SIZE), out=pointers[1:])
        return cls(strings, pointers, holders.astype(np.int32))

    @cached_property
    def _unsorted_lengths(self) -> npt.NDArray[np.int64]:
        """Length of each string."""
        return np.fromiter(map(len, self.strings), dtype=np.int64, count=len(self.strings))

    @cached_property
    def _order(self) -> npt.NDArray[np.int64]:
        """Place of the string of each number."""
        return np.argsort(self._unsorted_lengths, kind="stable")

    @cached_property
    def _lengths(self) -> npt.NDArray[np.int64]:
        """Length of the string of each number."""
        return np.sort(self._unsorted_lengths)

    @cached_property
    def _blanks(self) -> npt.NDArray[np.int16]:
        """Blanks in the string of each number."""
        blanks = np.fromiter((text.count(" ") for text in self.strings), dtype=np.int16, count=len(self.strings))
        return blanks[self._order]

    def candidates(self, text: str, edits: int, blanks: int | None = None) -> list[int]:
        """Places of the strings that could be within that many edits: of about that length, with enough trigrams.
        blanks: only those with as many.

        Of the text's trigrams all but GRAMS_PER_EDIT an edit are shared, so of its rarest ones all but as many are:
        only their holders are looked at.
        """
        codes = grams(text)
        if not len(codes):
            return []
        starts, ends = self.pointers[codes], self.pointers[codes + 1]
        missing = GRAMS_PER_EDIT * edits
        rarest = np.argsort(ends - starts, kind="stable")[: missing + SHARED_RARE]
        span = np.searchsorted(self._lengths, (len(text) - edits, len(text) + edits + 1)).astype(self.postings.dtype)
        near: list[Ints] = []
        for start, end in zip(starts[rarest].tolist(), ends[rarest].tolist(), strict=True):
            holders = self.postings[start:end]
            first, last = holders.searchsorted(span)
            near.append(holders[first:last])
        counts = np.bincount(np.concatenate(near) - span[0])
        numbers = np.flatnonzero(counts >= max(1, len(rarest) - missing)) + span[0]
        if blanks is not None:
            numbers = numbers[self._blanks[numbers] == blanks]
        found: list[int] = self._order[numbers].tolist()
        return found

    def within(self, text: str, edits: int, blanks: int | None = None) -> list[tuple[int, int]]:
        """(place, edits) of every string within that many edits, nearest first, then in order of the list. blanks: only
        of those with as many.
        """
        places = self.candidates(text, edits, blanks)
        strings = list(map(self.strings.__getitem__, places))
        near = process.extract(text, strings, scorer=OSA.distance, score_cutoff=edits, limit=None)
        return sorted(((places[number], distance) for _, distance, number in near), key=lambda item: item[::-1])

    def nearest(self, text: str, limit: int) -> list[int]:
        """Places of the strings that share the largest part of trigrams (Dice), for "did you mean"."""
        codes = grams(text)
        if not len(codes):
            return []
        spans = zip(self.pointers[codes].tolist(), self.pointers[codes + 1].tolist(), strict=True)
        counts = np.bincount(np.concatenate([self.postings[start:end] for start, end in spans]))
        top = np.flatnonzero(counts > 1)
        if len(top) < limit * 8:
            top = np.flatnonzero(counts)
        else:
            at_least = np.cumsum(np.bincount(counts[top])[::-1])[::-1]
            top = top[counts[top] >= np.flatnonzero(at_least >= limit * 8)[-1]]
        dice = 2 * counts[top] / (len(codes) + self._lengths[top] + 1)
        top = self._order[top]
        found: list[int] = top[np.lexsort((top, -dice))[:limit]].tolist()
        return found


def full_scan(strings: Sequence[str], text: str, edits: int) -> list[tuple[int, int]]:
    """The plain form of `NGramIndex.within`: every string compared. For tests and benches."""
    found = []
    for place, string in enumerate(strings):
        distance = OSA.distance(text, string, score_cutoff=edits)
        if distance <= edits:
            found.append((place, distance))
    found.sort(key=lambda item: (item[1], item[0]))
    return found
