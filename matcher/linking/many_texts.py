"""Where names may begin in many texts, found by arrays over all of them and not word after word.

A word is looked at once, when it is first met; what it is good for then stands in a row of marks. Over the words of all
texts together numpy finds the few with which a name can begin. A text in which a word is parted ("PHP1a") or numbers
are read otherwise ("type II") is left to whoever asks.
"""

from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from matcher.linking.coordination import CONJUNCTIONS
from matcher.text.plain_words import BORDER, blanked

MOST_WORDS = 200_000
"""Words that are remembered."""
_BEGINS, _JOINS, _TELLS, _IS_SHORT, _PARTED, _RENUMBERS = 1, 2, 4, 8, 16, 32
_NONE = -1
_BETWEEN = f" {BORDER} "
_BLANK = 32
_SHIFT = 32
"""Bits of the number of a second word."""

Array = npt.NDArray[Any]


class Beginnings(NamedTuple):
    """A text and the places at which names may begin in it, as indices of words: its own are those from first to before
    limit.

    plain, words: as they stand there and in their normal form. longest: where a name of several words may begin, how
    many the longest such name has. telling: words that are names, and conjunctions around which names may share a word.
    has_short: whether there may be abbreviations. starts, ends: the characters of the words, counted from an offset.
    """

    plain: Sequence[str]
    words: Sequence[str]
    first: int
    limit: int
    longest: Mapping[int, int]
    telling: Sequence[int]
    has_short: bool
    starts: Sequence[int] | Array
    ends: Sequence[int] | Array
    offset: int = 0

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the words from one index to before another."""
        return int(self.starts[start]) - self.offset, int(self.ends[end - 1]) - self.offset


class Vocabulary(NamedTuple):
    """What decides whether a name may begin with a word.

    starts: by first and second word of the names of several words, how many the longest one has. single: names of one
    word. short: abbreviations in small letters. normal: the normal form of each word. parted: words that are two.
    before_numbers: words behind which numbers are read otherwise.
    """

    starts: Mapping[str, Mapping[str, int]]
    single: Collection[str]
    short: Collection[str]
    normal: Mapping[str, str]
    parted: Collection[str]
    before_numbers: Collection[str]


class ManyTexts:
    """Finds where names may begin in many texts. Not for several threads at once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        starts = vocabulary.starts
        seconds = dict.fromkeys(word for behind in starts.values() for word in behind)
        self._first_numbers = {word: number for number, word in enumerate(starts)}
        self._second_numbers = {word: number for number, word in enumerate(seconds)}
        pairs = sorted(
            (self._first_numbers[word] << _SHIFT | self._second_numbers[second], longest)
            for word, behind in starts.items()
            for second, longest in behind.items()
        )
        self._pairs = np.array([pair for pair, _ in pairs] or [_NONE], dtype=np.int64)
        self._longest = np.array([longest for _, longest in pairs] or [0], dtype=np.int64)
        self._forget()

    def _forget(self) -> None:
        self._met = _Met(self._learn)
        self._forms: list[str] = []
        self._marks = bytearray()
        self._firsts, self._seconds = array("q"), array("q")
        self._met[BORDER]  # before any other, so that its number is 0

    def _learn(self, word: str) -> int:
        """The number of a word that is met for the first time."""
        known = self._vocabulary
        form = known.normal[word]
        first = self._first_numbers.get(form, _NONE)
        self._forms.append(form)
        self._firsts.append(first)
        self._seconds.append(self._second_numbers.get(form, _NONE))
        self._marks.append(
            _BEGINS * (first != _NONE)
            | _JOINS * (form in CONJUNCTIONS)
            | _TELLS * (form in known.single)
            | _IS_SHORT * (word in known.short)
            | _PARTED * (word in known.parted)
            | _RENUMBERS * (word in known.before_numbers)
        )
        return len(self._forms) - 1

    def beginnings(
        self, flat_texts: Sequence[str], are_renumbered: bool = False
    ) -> Iterator[tuple[int, Beginnings | None]]:
        """Where names may begin, by the index of each text in which any may; None of a text that is to be read
        otherwise.

        flat_texts: in small letters without accents and possessives. are_renumbered: the numbers in them are read.
        """
        joined = _BETWEEN.join(flat_texts)
        if joined.count(BORDER) >= len(flat_texts):
            yield from ((index, None) for index in range(len(flat_texts)))
            return
        if len(self._met) > MOST_WORDS:
            self._forget()
        blanks = blanked(joined)
        plain = blanks.decode("ascii").split()
        numbers = np.fromiter(map(self._met.__getitem__, plain), np.int64, len(plain))
        marks = np.frombuffer(bytes(self._marks), np.uint8)[numbers]
        limits = np.concatenate(([_NONE], np.flatnonzero(numbers == 0), [len(plain)]))
        begins, longest = self._with_second(numbers, marks)
        telling = self._telling(numbers, marks)
        begun, told = np.searchsorted(begins, limits), np.searchsorted(telling, limits)
        short = _having(marks & _IS_SHORT, limits)
        otherwise = _having(marks & (_PARTED if are_renumbered else _PARTED | _RENUMBERS), limits)
        wanted = np.flatnonzero((begun[1:] > begun[:-1]) | (told[1:] > told[:-1]) | short | otherwise).tolist()
        words = [*map(self._forms.__getitem__, numbers.tolist())]
        starts, ends = _characters(blanks)
        offsets = [0, *accumulate(len(text) + len(_BETWEEN) for text in flat_texts)]
        begins, longest, telling, begun, told, limits, otherwise, short = (
            column.tolist() for column in (begins, longest, telling, begun, told, limits, otherwise, short)
        )
        for index in wanted:
            here, behind = slice(begun[index], begun[index + 1]), slice(told[index], told[index + 1])
            yield (
                index,
                None
                if otherwise[index]
                else Beginnings(
                    plain, words, limits[index] + 1, limits[index + 1],
                    dict(zip(begins[here], longest[here], strict=True)), telling[behind], short[index],
                    starts, ends, offsets[index],
                ),
            )  # fmt: skip

    def _with_second(self, numbers: Array, marks: Array) -> tuple[Array, Array]:
        """Where a name of several words may begin, by its first two words, and how many the longest such name has."""
        places = np.flatnonzero(marks[:-1] & _BEGINS)
        firsts, seconds = np.array(self._firsts), np.array(self._seconds)
        at = self._pair_at(firsts[numbers[places]], seconds[numbers[places + 1]])
        return places[at != _NONE], self._longest[at[at != _NONE]]

    def _telling(self, numbers: Array, marks: Array) -> Array:
        """Where a word is a name, or a conjunction such that a name may begin with the words around it without it."""
        firsts, seconds = np.array(self._firsts), np.array(self._seconds)
        around = np.concatenate(([0, 0], numbers, [0, 0]))
        joins = np.flatnonzero(marks & _JOINS)
        two_before, before, behind, two_behind = (around[joins + step] for step in (0, 1, 3, 4))
        farther = np.where(two_behind == 0, behind, two_behind)
        shares = (self._pair_at(firsts[before], seconds[farther]) != _NONE) | (
            self._pair_at(firsts[two_before], seconds[behind]) != _NONE
        )
        return np.union1d(joins[shares & (before != 0) & (behind != 0)], np.flatnonzero(marks & _TELLS))

    def _pair_at(self, firsts: Array, seconds: Array) -> Array:
        """Where each pair of a first and a second word stands among those of the names; _NONE where it does not."""
        found = np.full(len(firsts), _NONE)
        likely = np.flatnonzero((firsts != _NONE) & (seconds != _NONE))
        pairs = firsts[likely] << _SHIFT | seconds[likely]
        at = np.minimum(np.searchsorted(self._pairs, pairs), len(self._pairs) - 1)
        is_pair = self._pairs[at] == pairs
        found[likely[is_pair]] = at[is_pair]
        return found


class _Met(dict[str, int]):
    """A number for each word met."""

    def __init__(self, learn: Callable[[str], int]) -> None:
        super().__init__()
        self._learn = learn

    def __missing__(self, word: str) -> int:
        found = self[word] = self._learn(word)
        return found


def _having(marks: Array, limits: Array) -> Array:
    """Of each text whether any of its words has a mark. limits: the borders around the texts."""
    counts = np.concatenate(([0], np.cumsum(marks != 0)))
    found: Array = counts[limits[1:]] > counts[limits[:-1] + 1]
    return found


def _characters(blanks: bytes) -> tuple[Array, Array]:
    """The first characters of all words, and those behind their last ones."""
    is_letter = np.concatenate(([False], np.frombuffer(blanks, np.uint8) != _BLANK, [False]))
    changes = np.flatnonzero(is_letter[1:] != is_letter[:-1])
    return changes[::2], changes[1::2]
