"""The terminology as the matcher uses it: one set of merged concepts with lookups by name, code and edge."""

from functools import cached_property
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from matcher.terminology.model import Kind, NameKind, Relation, VocabularyInfo
from matcher.terminology.trigrams import ARRAYS, NGramIndex
from matcher.text.normalise import bag_key, loose_key
from matcher.text.ordinary_words import OrdinaryWords

_KINDS, _NAME_KINDS = tuple(Kind), tuple(NameKind)
"""By their values, which is sooner than to ask the enumerations."""


class Tables(msgspec.Struct, frozen=True):
    """What is stored of a compiled terminology beside its arrays."""

    version: str
    vocabularies: tuple[VocabularyInfo, ...]
    ids: list[str]
    labels: list[str]
    kinds: list[int]
    members: list[list[str]]
    """All ids of a concept in the vocabularies it was merged from."""
    keys: list[str]
    bags: list[str]
    words: list[str]
    foreign: list[str]
    """The words that stand in no English name."""
    sounds: list[str]
    """How each of the words sounds; nothing for foreign ones."""
    starts: dict[str, int]
    """First two words of the names of several words, with the number of words of the longest such name."""
    abbreviations: dict[str, list[int]]
    local_abbreviations: dict[str, dict[str, list[int]]]
    """Concepts of the abbreviations of each language; none of those that are no disease in most of its texts."""
    rare_abbreviations: dict[str, list[int]]
    """Those that only a supplementary vocabulary has: meant where one stands alone."""
    codes: dict[str, list[int]]
    patterns: list[tuple[int, list[list[str]], str]]
    sources: list[str]
    arrays: list[str]
    """Names of the arrays that belong to the tables."""


class Edge(msgspec.Struct, frozen=True, gc=False):
    """An edge as seen from one concept."""

    other: int
    relation: Relation
    weight: float
    source: str


class Terminology:
    """Merged concepts, numbered from 0, with their names, codes and edges."""

    def __init__(self, tables: Tables, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self.tables = tables
        self.arrays = arrays
        self.version = tables.version
        self.ids = tables.ids
        self.labels = tables.labels
        self.kinds = tables.kinds
        self.keys = tables.keys
        self.starts = tables.starts
        self.abbreviations = tables.abbreviations
        self.rare_abbreviations = tables.rare_abbreviations
        self.local_abbreviations = tables.local_abbreviations
        self._key_pointers = arrays["key_pointers"]
        self._key_concepts = arrays["key_concepts"]
        self._key_kinds = arrays["key_kinds"]
        self._edge_cache: dict[tuple[int, bool], tuple[Edge, ...]] = {}

    @cached_property
    def key_index(self) -> dict[str, int]:
        """Place of each name key."""
        return {key: place for place, key in enumerate(self.keys)}

    @cached_property
    def bag_index(self) -> dict[str, int]:
        """Place of each order-free key."""
        return {bag: place for place, bag in enumerate(self.tables.bags)}

    @cached_property
    def word_set(self) -> frozenset[str]:
        """Every word of every name."""
        return frozenset(self.tables.words)

    @cached_property
    def english_words(self) -> frozenset[str]:
        """Every word of every English name."""
        return self.word_set.difference(self.tables.foreign)

    @cached_property
    def place_of(self) -> dict[str, int]:
        """Number of the concept that has this id, in whatever vocabulary."""
        return {member: place for place, members in enumerate(self.tables.members) for member in members}

    @cached_property
    def ordinary_words(self) -> OrdinaryWords:
        """How common words are in each language."""
        return OrdinaryWords(self.arrays)

    @cached_property
    def word_grams(self) -> NGramIndex:
        """Trigrams of all words."""
        return NGramIndex(self.tables.words, self._gram_arrays("word"))

    @cached_property
    def key_grams(self) -> NGramIndex:
        """Trigrams of all names."""
        return NGramIndex(self.keys, self._gram_arrays("key"))

    def _gram_arrays(self, label: str) -> dict[str, npt.NDArray[Any]]:
        return {name: self.arrays[f"{label}_gram_{name}"] for name in ARRAYS}

    @cached_property
    def descendants(self) -> npt.NDArray[Any]:
        """How many concepts stand below each one."""
        return self.arrays["descendants"]

    def concepts_of_key(self, place: int) -> list[tuple[int, NameKind]]:
        """(concept, kind of name) for a name key, likeliest first."""
        start, end = self._key_pointers[place], self._key_pointers[place + 1]
        concepts = self._key_concepts[start:end].tolist()
        kinds = self._key_kinds[start:end].tolist()
        return [(concept, _NAME_KINDS[kind]) for concept, kind in zip(concepts, kinds, strict=True)]

    def keys_of_bag(self, bag: str) -> list[int]:
        """Places of the names that consist of these words in any order."""
        place = self.bag_index.get(bag)
        if place is None:
            return []
        pointers = self.arrays["bag_pointers"]
        found: list[int] = self.arrays["bag_keys"][pointers[place] : pointers[place + 1]].tolist()
        return found

    def keys_of_concept(self, concept: int) -> list[str]:
        """Keys of the names of a concept."""
        places = np.flatnonzero(self._key_concepts == concept)
        owners = np.searchsorted(self._key_pointers, places, side="right") - 1
        return [self.keys[owner] for owner in owners.tolist()]

    def keys_of_words(self, words: list[str]) -> list[int]:
        """Places of the names that several words are in any order, else of those about the same (`loose_key`)."""
        return self.keys_of_bag(bag_key(words)) or self.keys_of_bag(f"~ {loose_key(words)}")

    def holds(self, concept: int) -> bool:
        """Whether a concept is of the vocabularies; higher numbers are a catalogue's own words."""
        return concept < len(self.ids)

    def kind(self, concept: int) -> Kind:
        """Kind of a concept."""
        return _KINDS[self.kinds[concept]]

    def edges(self, concept: int, backwards: bool = False) -> tuple[Edge, ...]:
        """Edges from a concept, or with ``backwards`` the edges that point at it."""
        cached = self._edge_cache.get((concept, backwards))
        if cached is not None:
            return cached
        side = "back" if backwards else "forth"
        pointers = self.arrays[f"{side}_pointers"]
        start, end = pointers[concept], pointers[concept + 1]
        sources = self.tables.sources
        edges = tuple(
            Edge(other, Relation(relation), weight, sources[source])
            for other, relation, weight, source in zip(
                self.arrays[f"{side}_others"][start:end].tolist(),
                self.arrays[f"{side}_relations"][start:end].tolist(),
                self.arrays[f"{side}_weights"][start:end].tolist(),
                self.arrays[f"{side}_sources"][start:end].tolist(),
                strict=True,
            )
        )
        self._edge_cache[concept, backwards] = edges
        return edges

    def by_code(self, code: str) -> list[int]:
        """Concepts that a canonical code ("ORPHA:79443") means."""
        found = self.tables.codes.get(code)
        if found:
            return found
        place = self.place_of.get(code)
        return [] if place is None else [place]
