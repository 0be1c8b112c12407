"""How far the words of a question and of each trial agree: BM25 over the trials of one catalogue.

The postings are memory-mapped arrays, so that opening costs about the same for any number of trials. The numbers are
those of the library bm25s, to which the tests hold them: it works trial by trial and keeps each word of each as a
string, which for a whole registry took 5 GB.
"""

import math
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

Array = npt.NDArray[Any]

_COUNTED_AT_ONCE = 5_000
"""Trials whose words are counted together."""
_ARRAYS = ("data", "indices", "indptr")
_VOCABULARY = "vocab.index.json"
K1, B = 1.2, 0.75
"""The usual saturation of a repeated word and the usual cost of a long text."""


class LexicalBuilder:
    """Takes the words of one trial after the other."""

    def __init__(self) -> None:
        self._numbers: defaultdict[str, int] = defaultdict()
        self._numbers.default_factory = self._numbers.__len__
        self._tokens, self._lengths = array("i"), array("i")
        self._counted: list[tuple[Array, Array, Array]] = []
        self._sizes: list[Array] = []
        self._trials = 0

    def add(self, words: list[str]) -> None:
        """The words of the next trial."""
        self._tokens.extend(map(self._numbers.__getitem__, words))
        self._lengths.append(len(words))
        if len(self._lengths) == _COUNTED_AT_ONCE:
            self._count()

    def _count(self) -> None:
        """Turn the words of some trials into how often each trial has each."""
        lengths, tokens = np.array(self._lengths, np.int64), np.array(self._tokens, np.int64)
        size = max(len(self._numbers), 1)
        keys, counts = np.unique(np.repeat(np.arange(len(lengths)), lengths) * size + tokens, return_counts=True)
        trials = (keys // size + self._trials).astype(np.int32)
        self._counted.append(((keys % size).astype(np.int32), trials, counts.astype(np.uint16)))
        self._sizes.append(lengths)
        self._trials += len(lengths)
        self._tokens, self._lengths = array("i"), array("i")

    def build(self) -> "LexicalIndex":
        """The index of all that was added. What was counted is forgotten as it is taken over."""
        self._count()
        size = len(self._numbers)
        frequencies = np.zeros(size, np.int64)
        for numbers, *_ in self._counted:
            frequencies += np.bincount(numbers, minlength=size)
        starts = np.concatenate([[0], np.cumsum(frequencies)])
        rarity = np.log(1 + (self._trials - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)
        lengths = np.concatenate(self._sizes)
        mean = lengths.mean() if len(lengths) else 1.0
        values, places, ends = np.empty(starts[-1], np.float32), np.empty(starts[-1], np.int32), starts[:-1].copy()
        self._counted.reverse()
        while self._counted:  # trials in their order, so that those of each word come in theirs
            numbers, trials, counts = self._counted.pop()
            order = np.argsort(numbers, kind="stable")
            numbers, trials, often = numbers[order], trials[order], counts[order].astype(np.float32)
            found = np.bincount(numbers, minlength=size)
            wanted = np.arange(len(numbers)) + (ends - (np.cumsum(found) - found))[numbers]
            saturation = K1 * ((1 - B) + B * lengths[trials] / mean)
            values[wanted], places[wanted] = rarity[numbers] * (often / (saturation + often)), trials
            ends += found
        return LexicalIndex(dict(self._numbers), values, places, starts.astype(np.int32), self._trials)


class LexicalIndex:
    """The words of one kind of text of all trials, each trial by its place in the order of ids."""

    def __init__(
        self, vocabulary: dict[str, int], values: Array, trial_places: Array, starts: Array, trials: int
    ) -> None:
        """values, trial_places: of each word in turn, whose number says where it starts."""
        self._vocabulary = vocabulary
        self._values, self._trials, self._starts = values, trial_places, starts
        self.trials = trials

    @classmethod
    def open(cls, folder: Path, trials: int) -> "LexicalIndex":
        """Map what `save` wrote. Raises OSError, EOFError, ValueError when it is not whole."""
        vocabulary = msgspec.json.decode((folder / _VOCABULARY).read_bytes(), type=dict[str, int])
        files = (folder / f"{name}.csc.index.npy" for name in _ARRAYS)
        values, places, starts = (np.load(file, mmap_mode="r").view(np.ndarray) for file in files)
        return cls(vocabulary, values, places, starts, trials)

    def save(self, folder: Path) -> None:
        """Write the index into an empty folder."""
        folder.mkdir()
        (folder / _VOCABULARY).write_bytes(msgspec.json.encode(self._vocabulary))
        for name, column in zip(_ARRAYS, (self._values, self._trials, self._starts), strict=True):
            np.save(folder / f"{name}.csc.index.npy", column)

    def _span(self, word: str) -> slice:
        number = self._vocabulary.get(word)
        return slice(0, 0) if number is None else slice(int(self._starts[number]), int(self._starts[number + 1]))

    def rarity(self, word: str) -> float:
        """Inverse document frequency of a word; one that no trial has counts as if a single one had it."""
        span = self._span(word)
        count = max(span.stop - span.start, 1)
        return math.log(1 + (self.trials - count + 0.5) / (count + 0.5))

    def scores(self, words: Mapping[str, float]) -> Floats:
        """For each trial how well it matches words of these weights, 0 where none agrees."""
        scores = np.zeros(self.trials, np.float32)
        for word, weight in words.items():
            span = self._span(word)
            scores[self._trials[span]] += weight * self._values[span]
        return scores

    def covered(self, words: Iterable[str]) -> Floats:
        """For each trial the share of these words that it has, the rarer the more a word counts."""
        covered = np.zeros(self.trials, np.float32)
        rarities = {word: self.rarity(word) for word in words}
        whole = sum(rarities.values())
        for word, rarity in rarities.items():
            covered[self._trials[self._span(word)]] += rarity / whole
        return covered

    def agreeing(self, place: int, words: Iterable[str]) -> list[str]:
        """Those words that a trial has."""
        return [word for word in words if place in self._trials[self._span(word)]]
