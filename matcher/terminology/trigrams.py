"""Candidates for a misspelt string from an index of character trigrams.

The index answers "which strings are within k edits of this one" without comparing with all of them. It loses
nothing: an edit (insertion, deletion, substitution, transposition of neighbours) touches at most four trigrams, so a
string within k edits shares all but 4k of the distinct trigrams of the query, and so at least one of its 4k + 1
rarest ones. A full scan gives the same answer (a
property test holds the two equal).
"""

from collections.abc import Mapping, Sequence
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
SHARED_RARE = 8
"""Rare trigrams that are looked up beyond those that edits may have destroyed, where there are as many."""
MOST_OF_A_LETTER = 127
SORTED_SOONER = 8
"""Strings of about one length for each trigram met in them, from which on it is sooner to sort than to count."""
ARRAYS = ("pointers", "postings", "order", "lengths", "blanks", "letters")
"""Names of the arrays of an index."""


def _codes(text: str) -> Ints:
    return _CODES[np.frombuffer(text.encode("latin-1", "replace"), dtype=np.uint8)]


def grams(text: str) -> Ints:
    """Distinct trigrams of a normalised string (letters a-z, digits, blanks) as numbers, padded by one blank."""
    codes = _codes(f" {text} ")
    if len(codes) < 3:
        return np.zeros(0, dtype=np.int32)
    found: Ints = codes[:-2] * (_BASE * _BASE) + codes[1:-1] * _BASE + codes[2:]
    found.sort()  # sooner than np.unique for so few
    distinct: Ints = found[np.append(True, found[1:] != found[:-1])]
    return distinct


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

    arrays: by the names in ``ARRAYS``: where the postings of each trigram begin, and the postings; for each number the
    place of its string, its length, its blanks, and how many it has of each letter.
    """

    def __init__(self, strings: Sequence[str], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self.strings = strings
        self.arrays = {name: arrays[name] for name in ARRAYS}
        self._pointers, self._postings, self._order, self._lengths, self._blanks, self._letters = (
            arrays[name] for name in ARRAYS
        )

    @classmethod
    def build(cls, strings: Sequence[str]) -> "NGramIndex":
        """Index strings; some 10 microseconds each."""
        order = np.array(sorted(range(len(strings)), key=lambda place: len(strings[place])), dtype=np.int32)
        # All strings as one row of characters, so that numpy finds every trigram at once.
        padded = [f" {strings[place]} " for place in order]
        codes = _codes("".join(padded)).astype(np.int64)
        lengths = np.fromiter((len(text) for text in padded), dtype=np.int64, count=len(padded))
        owners = np.repeat(np.arange(len(padded), dtype=np.int64), lengths)
        letters = np.bincount(owners * _BASE + codes, minlength=len(padded) * _BASE).reshape(len(padded), _BASE)
        letters[:, 0] -= 2  # the padding
        values = codes[:-2] * (_BASE * _BASE) + codes[1:-1] * _BASE + codes[2:]
        inside = owners[:-2] == owners[2:]
        pairs = values[inside] * len(padded) + owners[:-2][inside]
        pairs.sort()  # and without the doubles: np.unique would first hash them all, which takes five times as long
        pairs = pairs[np.concatenate(([True], pairs[1:] != pairs[:-1]))] if len(pairs) else pairs
        all_grams, holders = np.divmod(pairs, max(1, len(padded)))
        pointers = np.zeros(_SIZE + 1, dtype=np.int64)
        np.cumsum(np.bincount(all_grams, minlength=_SIZE), out=pointers[1:])
        blanks = np.array([text.count(" ") - 2 for text in padded], dtype=np.int16)
        letters = np.minimum(letters, MOST_OF_A_LETTER).astype(np.int8)
        parts = (pointers, holders.astype(np.int32), order, lengths - 2, blanks, letters)
        return cls(strings, dict(zip(ARRAYS, parts, strict=True)))

    def candidates(self, text: str, edits: int, blanks: int | None = None) -> list[int]:
        """Places of the strings that could be within that many edits: of about that length, with enough trigrams and
        enough of each letter. blanks: only those with as many.

        Of the text's trigrams all but GRAMS_PER_EDIT an edit are shared, so of its rarest ones all but as many are:
        only their holders are looked at. An edit changes how often two letters stand there, or one and the length.
        """
        codes = grams(text)
        starts, ends = self._pointers[codes], self._pointers[codes + 1]
        missing = GRAMS_PER_EDIT * edits
        if len(codes) > missing + SHARED_RARE:
            rarest = np.argsort(ends - starts, kind="stable")[: missing + SHARED_RARE]
            starts, ends = starts[rarest], ends[rarest]
        span = self._lengths.searchsorted((len(text) - edits, len(text) + edits + 1)).astype(self._postings.dtype)
        near: list[Ints] = []
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            holders = self._postings[start:end]
            first, last = holders.searchsorted(span).tolist()
            if first < last:
                near.append(holders[first:last])
        needed = max(1, len(starts) - missing)
        if len(near) < needed:
            return []
        numbers = _met(np.concatenate(near), needed, span)
        if blanks is not None:
            numbers = numbers[self._blanks[numbers] == blanks]
        letters = np.minimum(np.bincount(_codes(text), minlength=_BASE), MOST_OF_A_LETTER).astype(np.int8)
        apart = np.abs(self._letters[numbers] - letters).sum(axis=1)
        numbers = numbers[apart <= 2 * edits - np.abs(self._lengths[numbers] - len(text))]
        found: list[int] = self._order[numbers].tolist()
        return found

    def within(self, text: str, edits: int, blanks: int | None = None) -> list[tuple[int, int]]:
        """(place, edits) of every string within that many edits, nearest first, then in order of the list. blanks: only
        of those with as many.
        """
        found = self.candidates(text, edits, blanks)
        if not found:
            return []
        strings = list(map(self.strings.__getitem__, found))
        near = process.extract(text, strings, scorer=OSA.distance, score_cutoff=edits, limit=None)
        return sorted(((found[number], distance) for _, distance, number in near), key=lambda item: item[::-1])

    def nearest(self, text: str, limit: int) -> list[int]:
        """Places of the strings that share the largest part of trigrams (Dice), for "did you mean"."""
        codes = grams(text)
        if not len(codes):
            return []
        spans = zip(self._pointers[codes].tolist(), self._pointers[codes + 1].tolist(), strict=True)
        counts = np.bincount(np.concatenate([self._postings[start:end] for start, end in spans]))
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


def _met(numbers: Ints, times: int, span: Ints) -> npt.NDArray[Any]:
    """Those that stand among numbers at least so many times, in order. span: the lowest number and that behind the
    highest one.
    """
    if len(numbers) * SORTED_SOONER > span[1] - span[0]:
        counted: npt.NDArray[Any] = np.flatnonzero(np.bincount(numbers - span[0]) >= times) + span[0]
        return counted
    numbers.sort()
    found: npt.NDArray[Any] = numbers[times - 1 :][numbers[times - 1 :] == numbers[: len(numbers) - times + 1]]
    return found[np.append(True, found[1:] != found[:-1])] if len(found) > 1 else found


def full_scan(strings: Sequence[str], text: str, edits: int) -> list[tuple[int, int]]:
    """The plain form of `NGramIndex.within`: every string compared. For tests and benches."""
    found = []
    for place, string in enumerate(strings):
        distance = OSA.distance(text, string, score_cutoff=edits)
        if distance <= edits:
            found.append((place, distance))
    found.sort(key=lambda item: (item[1], item[0]))
    return found
