"""How alike the trials of one catalogue are to a question: their words, and, where a model is there, their meaning.

The index lies beside its snapshot (`matcher/index_folder.py`) and is memory-mapped. It is written at publication; a
reader that finds none makes it, and keeps it in memory where it may not write.
"""

import logging
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from matcher import weights
from matcher.index_folder import SUFFIX, part_of, snapshot_of, write_part
from matcher.seal import is_whole
from matcher.similarity.dense import Encoder, Vectors, default_encoder
from matcher.similarity.lexical import Floats, LexicalBuilder, LexicalIndex
from matcher.similarity.vectors import Stored, Unmade, make_vectors, open_vectors, save_vectors
from matcher.similarity.wording import (
    Question,
    Said,
    sentences_told,
    spelt_words,
    telling_words,
    trial_wordings,
    words_of,
)

logger = logging.getLogger(__name__)

FORMAT = 4
"""Changes with what is written."""
MADE_BY_READER = 1_000
"""Vectors that a reader makes when they are missing, some seconds' work; more are made at publication alone."""

Order = npt.NDArray[np.int64]


class Likeness:
    """How alike each trial is to a question. Each number is found out when it is first asked for: the most that short
    diagnoses ask is whether a trial covers them.
    """

    def __init__(self, index: "SimilarityIndex", question: Question) -> None:
        self._index, self._question = index, question
        self._words = {item: tuple(dict.fromkeys(words_of(item.text))) for item in question.said}
        self._sentences = sentences_told(question)

    @cached_property
    def lexical(self) -> Floats:
        """BM25 of its words."""
        words: dict[str, float] = {}
        for item in self._question.said:
            for word in self._words[item]:
                words[word] = words.get(word, 0.0) + item.weight
        is_note = bool(self._question.text)
        if not is_note:
            words = {word: weight**weights.REPEATED for word, weight in words.items()}
        told = Counter(word for sentence in self._sentences for word in telling_words(sentence))
        for word, times in told.items():
            words[word] = words.get(word, 0.0) + times**weights.REPEATED
        return self._index.lexical(words, is_note)

    @cached_property
    def covered(self) -> Floats:
        """The share of the words of a present diagnosis that its title, conditions and keywords have."""
        return self._index.covered(self._words[item] for item in self._question.said if item.is_present)

    @cached_property
    def unknown(self) -> Floats:
        """The same of a diagnosis that no vocabulary knows."""
        said = (item for item in self._question.said if item.is_present and not item.is_known)
        return self._index.covered(self._words[item] for item in said)

    @cached_property
    def denied(self) -> Floats:
        """The same of one that is denied."""
        return self._index.covered(tuple(words_of(text)) for text in self._question.denied)

    @cached_property
    def dense(self) -> Floats | None:
        """Cosine of meaning, None without a model."""
        return self._index.dense(self._question.said, self._sentences)


class SimilarityIndex:
    """The words and vectors of the trials of one catalogue, each trial by its place in the order of ids."""

    def __init__(self, parts: Sequence[LexicalIndex], vectors: Stored | None, encoder: Encoder | None) -> None:
        self._named, self._told, self._admitting = parts
        self._vectors = vectors
        self._encoder = encoder
        self.trials = self._named.trials

    @classmethod
    def open(cls, connection: duckdb.DuckDBPyConnection) -> "SimilarityIndex":
        """Map the index beside a snapshot; make it where it is missing. What may change keeps nothing beside it."""
        ((trials,),) = connection.execute("SELECT count(*) FROM trials").fetchall()
        encoder = default_encoder()
        snapshot = snapshot_of(connection)
        if snapshot is None:
            return _make(connection, encoder, None, MADE_BY_READER)
        part = _part(snapshot)
        try:
            if not is_whole(part):
                raise ValueError
            parts = [LexicalIndex.open(part / name, trials) for name in _PARTS]
        except (OSError, EOFError, ValueError):
            shutil.rmtree(part, ignore_errors=True)
            return _make(connection, encoder, part, MADE_BY_READER)
        vectors = open_vectors(part, encoder, trials) if encoder else None
        if encoder and vectors is None:
            headings = [trial.heading for trial in trial_wordings(connection)]
            vectors = _vectors(headings, encoder, part, MADE_BY_READER)
        return cls(parts, vectors, encoder if vectors is not None else None)

    @property
    def has_model(self) -> bool:
        """Whether meaning is compared, not words alone."""
        return self._vectors is not None

    def likeness(self, question: Question) -> Likeness:
        """How alike each trial is to a question."""
        return Likeness(self, question)

    def lexical(self, words: Mapping[str, float], is_note: bool) -> Floats:
        """For each trial how well its words match words of these weights; of a note, also those whom it takes."""
        lexical = self._named.scores(words) + weights.TOLD * self._told.scores(words)
        if is_note:
            lexical += weights.ADMITTING * self._admitting.scores(words)
        return lexical

    def covered(self, phrases: Iterable[tuple[str, ...]]) -> Floats:
        """For each trial the share of the words of some phrase that its title, conditions and keywords have."""
        covered = np.zeros(self.trials, np.float32)
        for words in {words for words in phrases if words}:
            np.maximum(covered, self._named.covered(words), out=covered)
        return covered

    def dense(self, said: Sequence[Said], sentences: Sequence[str]) -> Floats | None:
        """Cosines: of the text as a whole, of its nearest sentence, of its nearest diagnosis."""
        if self._vectors is None or self._encoder is None:
            return None
        firmest = sorted(said, key=lambda item: -item.weight)
        firm = list(dict.fromkeys(item.text for item in firmest))[: weights.DENSE_PARTS]
        whole = " ".join(sentences)
        sentences = sentences[: weights.DENSE_PARTS]
        texts = list(dict.fromkeys(text for text in (whole, *firm, *sentences) if text))
        if not texts:
            return np.zeros(self.trials, np.float32)
        vector_of = dict(zip(texts, self._encoder.encode(texts), strict=True))
        nearest = [self._nearest([vector_of[text] for text in part]) for part in (firm, sentences) if part]
        parts = [self._nearest([vector_of[whole]]), *nearest] if whole else nearest
        shares = np.array([weights.DENSE_WHOLE, *[(1 - weights.DENSE_WHOLE) / max(len(nearest), 1)] * len(nearest)])
        shares = shares[len(shares) - len(parts) :]
        found: Floats = np.einsum("p,pt->t", shares / shares.sum(), np.array(parts)).astype(np.float32)
        return found

    def _nearest(self, vectors: Sequence[Vectors]) -> Floats:
        assert self._vectors is not None
        query = np.array(vectors, np.float32).T
        found = np.empty(self.trials, np.float32)
        for start in range(0, self.trials, _ROWS):  # float16 is widened block by block
            block = np.asarray(self._vectors[start : start + _ROWS], np.float32) @ query
            found[start : start + _ROWS] = block.max(1)
        return found

    def agreeing(self, trial: int, question: Question) -> list[str]:
        """Words of the diagnoses in a question, or else of its text, that a trial names in its title, conditions and
        keywords.
        """
        spelt = {word: said for item in question.said for word, said in spelt_words(item.text).items()}
        agreeing = [spelt[word] for word in self._named.agreeing(trial, spelt)]
        if agreeing or not question.text:
            return agreeing
        spelt = spelt_words(question.text)
        return [spelt[word] for word in self._named.agreeing(trial, dict.fromkeys(telling_words(question.text)))]


_NAME = "wording"
_PARTS = ("named", "told", "admitting")
_ROWS = 65_536


def _part(snapshot: Path) -> Path:
    """Where the index of a snapshot lies."""
    return part_of(snapshot, _NAME, FORMAT)


def write_wording(connection: duckdb.DuckDBPyConnection, snapshot: Path) -> None:
    """Make the index of a snapshot, with all vectors where a model is there."""
    _make(connection, default_encoder(), _part(snapshot), None)


def _make(
    connection: duckdb.DuckDBPyConnection, encoder: Encoder | None, part: Path | None, most: int | None
) -> SimilarityIndex:
    builders = [LexicalBuilder() for _ in _PARTS]
    headings: list[str] = []
    for trial in trial_wordings(connection):
        for builder, text in zip(builders, (trial.named, trial.told, trial.admitting), strict=True):
            builder.add(words_of(text))
        if encoder:
            headings.append(trial.heading)
    parts = [builder.build() for builder in builders]
    if part is not None and not part.is_dir():

        def save(folder: Path) -> None:
            for name, index in zip(_PARTS, parts, strict=True):
                index.save(folder / name)

        write_part(part, save)
    vectors = _vectors(headings, encoder, part, most) if encoder else None
    return SimilarityIndex(parts, vectors, encoder if vectors is not None else None)


def _vectors(headings: Sequence[str], encoder: Encoder, part: Path | None, most: int | None) -> Stored | None:
    others = sorted(part.parent.parent.glob(f"*{SUFFIX}/{_NAME}-*")) if part is not None else []
    try:
        keys, vectors = make_vectors(headings, encoder, others, most)
    except Unmade:
        logger.info("trials are compared by their words alone: vectors of this model are made at the next publication")
        return None
    if part is not None and part.is_dir() and os.access(part, os.W_OK):
        try:
            save_vectors(part, encoder, keys, vectors)
        except OSError as error:  # a full disk
            logger.info("the vectors are not kept: %s", error)
    return vectors
