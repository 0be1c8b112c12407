"""How far the words of a question and of each trial agree: BM25 over the trials of one catalogue.

The postings are arrays that the library memory-maps, so that opening costs about the same for any number of trials.
"""

import logging
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

K1, B = 1.2, 0.75
"""The usual saturation of a repeated word and the usual cost of a long text."""


def _bm25s() -> Any:
    """The library, which sets its own logger to tell of each step, without those lines."""
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)
    return bm25s


class LexicalIndex:
    """The words of one kind of text of all trials, each trial by its place in the order of ids."""

    def __init__(self, index: Any, trials: int) -> None:
        self._index = index
        self._vocabulary: dict[str, int] = index.vocab_dict
        self._values, self._trials, self._starts = (index.scores[name] for name in ("data", "indices", "indptr"))
        self.trials = trials

    @classmethod
    def build(cls, texts: Iterable[list[str]]) -> "LexicalIndex":
        """Index the words of each trial."""
        index = _bm25s().BM25(method="lucene", k1=K1, b=B)
        corpus = list(texts)
        index.index(corpus if any(corpus) else [*corpus, [""]], show_progress=False)
        return cls(index, len(corpus))

    @classmethod
    def open(cls, folder: Path, trials: int) -> "LexicalIndex":
        """Open what `save` wrote. Raises OSError, ValueError, KeyError when it is not whole."""
        return cls(_bm25s().BM25.load(str(folder), mmap=True), trials)

    def save(self, folder: Path) -> None:
        """Write the index into a folder."""
        self._index.save(str(folder), show_progress=False)

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
