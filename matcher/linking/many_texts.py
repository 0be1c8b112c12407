"""Where names may begin in many texts, found by arrays over all of them and not word after word.

A word is looked at once, when it is first met; what it is good for then stands in a row of marks. Over the words of all
texts together numpy finds the few with which a name can begin. A text in which words are parted or renumbered ("PHP1a",
"type II") is left to whoever reads texts one by one.
"""

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from matcher.linking.coordination import CONJUNCTIONS
from matcher.text.plain_words import BORDER, blanked

MOST_WORDS = 200_000
"""Words that are remembered."""
_BEGINS, _JOINS, _TELLS, _IS_SHORT, _READ_ALONE = 1, 2, 4, 8, 16
_NONE = -1
_BETWEEN = f" {BORDER} "
_BLANK = 32

Ints = npt.NDArray[Any]


class Beginnings(NamedTuple):
    """A text and the places at which names may begin in it.

    plain, words: its words as they stand there and in their normal form. longest: by the index of a word with which a
    name of several words may begin, how many the longest such name has. telling: indices of words that are names, and
    of conjunctions around which names may share a word. starts, ends: characters of its words, from the first word's
    place on and counted from an offset.
    """

    plain: list[str]
    words: list[str]
    longest: dict[int, int]
    telling: list[int]
    starts: Sequence[int]
    ends: Sequence[int]
    first: int = 0
    offset: int = 0

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the words from one index to before another."""
        return int(self.starts[self.first + start]) - self.offset, int(self.ends[self.first + end - 1]) - self.offset


NOWHERE = Beginnings([], [], {}, [], (), ())
"""Of a text without any name."""


class Vocabulary(NamedTuple):
    """What decides whether a name may begin with a word.

    starts: by first and second word of the names of several words, how many the longest one has. single: names of one
    word. short: abbreviations in small letters. normal: the normal form of each word. parted, read_alone: words that
    are two, and that change those behind them.
    """

    starts: Mapping[str, Mapping[str, int]]
    single: Collection[str]
    short: Collection[str]
    normal: Mapping[str, str]
    parted: Collection[str]
    read_alone: Collection[str]


class ManyTexts:
    """Finds where names may begin in many texts. Not for several threads at once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        starts = vocabulary.starts
        self._first_numbers = {word: number for number, word in enumerate(starts)}
        self._second_numbers: dict[str, int] = {}
        for behind in starts.values():
            for word in behind:
                self._second_numbers.setdefault(word, len(self._second_numbers))
        pairs = sorted(
            (self._first_numbers[word] << 32 | self._second_numbers[second], longest)
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
            | _READ_ALONE * (word in known.read_alone or word in known.parted)
        )
        return len(self._forms) - 1

    def beginnings(self, flat_texts: Sequence[str]) -> Iterator[Beginnings | None]:
        """Where names may begin in each of some texts; None of one that is to be read by itself.

        flat_texts: in small letters without accents and possessives.
        """
        joined = _BETWEEN.join(flat_texts)
        if joined.count(BORDER) >= len(flat_texts):
            yield from (None for _ in flat_texts)
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
        cuts = zip(
            *(
                np.searchsorted(places, limits).tolist()
                for places in (begins, telling, np.flatnonzero(marks & _IS_SHORT), np.flatnonzero(marks & _READ_ALONE))
            ),
            strict=True,
        )
        starts, ends = _characters(blanks)
        offset = 0
        before, *behind = zip(limits.tolist(), cuts, strict=True)
        for text, (limit, cut) in zip(flat_texts, behind, strict=True):
            (border, (begin, tell, short, alone)), before = before, (limit, cut)
            if cut[3] > alone:
                yield None
            elif cut[:3] == (begin, tell, short):
                yield NOWHERE
            else:
                first = border + 1
                yield Beginnings(
                    plain[first:limit],
                    [self._forms[number] for number in numbers[first:limit].tolist()],
                    dict(zip((begins[begin : cut[0]] - first).tolist(), longest[begin : cut[0]].tolist(), strict=True)),
                    (telling[tell : cut[1]] - first).tolist(),
                    starts, ends, first, offset,
                )  # fmt: skip
            offset += len(text) + len(_BETWEEN)

    def _with_second(self, numbers: Ints, marks: Ints) -> tuple[Ints, Ints]:
        """Where a name of several words may begin, by its first two words, and how many the longest such name has."""
        places = np.flatnonzero(marks[:-1] & _BEGINS)
        firsts, seconds = np.array(self._firsts), np.array(self._seconds)
        goes_on = seconds[numbers[places + 1]]
        places, goes_on = places[goes_on != _NONE], goes_on[goes_on != _NONE]
        pairs = firsts[numbers[places]] << 32 | goes_on
        at = np.searchsorted(self._pairs, pairs)
        is_pair = self._pairs[np.minimum(at, len(self._pairs) - 1)] == pairs
        return places[is_pair], self._longest[at[is_pair]]

    def _telling(self, numbers: Ints, marks: Ints) -> Ints:
        """Where a word is a name, or a conjunction such that a name may begin with the words around it without it."""
        firsts, seconds = np.array(self._firsts), np.array(self._seconds)
        around = np.concatenate(([0, 0], numbers, [0, 0]))
        joins = np.flatnonzero(marks & _JOINS)
        two_before, before, behind, two_behind = (around[joins + step] for step in (0, 1, 3, 4))
        farther = np.where(two_behind == 0, behind, two_behind)
        shares = self._are_pairs(firsts[before], seconds[farther]) | self._are_pairs(
            firsts[two_before], seconds[behind]
        )
        inside = (before != 0) & (behind != 0)
        found: Ints = np.union1d(joins[shares & inside], np.flatnonzero(marks & _TELLS))
        return found

    def _are_pairs(self, firsts: Ints, seconds: Ints) -> Ints:
        pairs = firsts << 32 | seconds
        at = np.searchsorted(self._pairs, pairs)
        found: Ints = (self._pairs[np.minimum(at, len(self._pairs) - 1)] == pairs) & (firsts >= 0) & (seconds >= 0)
        return found


class _Met(dict[str, int]):
    """A number for each word met."""

    def __init__(self, learn: Any) -> None:
        super().__init__()
        self._learn = learn

    def __missing__(self, word: str) -> int:
        found: int = self._learn(word)
        self[word] = found
        return found


def _characters(blanks: bytes) -> tuple[Ints, Ints]:
    """The first characters of all words, and those behind their last ones."""
    is_letter = np.frombuffer(blanks, np.uint8) != _BLANK
    changes = np.flatnonzero(is_letter[1:] != is_letter[:-1]) + 1
    if len(is_letter) and is_letter[0]:
        changes = np.concatenate(([0], changes))
    if len(changes) % 2:
        changes = np.append(changes, len(is_letter))
    return changes[::2], changes[1::2]
