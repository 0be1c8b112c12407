"""What a vocabulary consists of: concepts, their names, codes and typed edges, each row with where it comes from."""

from enum import IntEnum

import msgspec


class Kind(IntEnum):
    """What a concept is, as far as ranking cares."""

    DISEASE = 0
    FINDING = 1
    """A manifestation: what a disease does (calcinosis cutis, Raynaud phenomenon)."""
    SYMPTOM = 2
    """A finding that half of all patients have (pain, fatigue): supports, never suggests beside a disease."""
    GROUP = 3
    """A heading too wide to follow upwards (ectopic calcification, connective tissue disease)."""


class NameKind(IntEnum):
    """How much a name says."""

    LABEL = 0
    SYNONYM = 1
    BROAD = 2
    """A wider word that usually means the concept (scleroderma for systemic sclerosis)."""
    ABBREVIATION = 3
    """Exact spelling only; ambiguous ones never resolve silently."""
    WORDS = 4
    """Alternatives of words that together describe the concept ("calcium|chalky lump|nodule")."""


class Relation(IntEnum):
    """How the subject of an edge relates to its object."""

    IS_A = 0
    ACCEPTS = 1
    """Is a member of a wide group, and trials of the group do mean it."""
    IN_GROUP = 2
    """Is a member of a wide group, yet trials of the group seldom mean it (vessels in ectopic calcification)."""
    MANIFESTATION = 3
    COMPLICATION = 4
    SAME_SPECTRUM = 5
    """Names of one spectrum that registries use for one another (Albright osteodystrophy, PHP1A)."""
    SAME_DRUG = 6


RELATIONS = {
    "is-a": Relation.IS_A,
    "accepts": Relation.ACCEPTS,
    "in-group": Relation.IN_GROUP,
    "manifestation": Relation.MANIFESTATION,
    "complication": Relation.COMPLICATION,
    "same-spectrum": Relation.SAME_SPECTRUM,
    "same-drug": Relation.SAME_DRUG,
}


class VocabularyInfo(msgspec.Struct, frozen=True):
    """Name, version and terms of a vocabulary, as shown to users."""

    name: str
    version: str
    licence: str
    url: str
    file: str | None = None


class ConceptRow(msgspec.Struct, frozen=True):
    """A concept under its vocabulary's id ("HP:0025520", "ICD10CM:L94.2")."""

    id: str
    label: str
    kind: Kind = Kind.DISEASE


ANY_LANGUAGE = "all"
"""Language of a name that all languages have: HIV."""


class NameRow(msgspec.Struct, frozen=True):
    """A name of a concept in one language."""

    id: str
    name: str
    kind: NameKind = NameKind.SYNONYM
    language: str = "en"


class CodeRow(msgspec.Struct, frozen=True):
    """A code of another vocabulary that means the concept."""

    id: str
    code: str


ANNOTATION = "HPOA:"
"""Prefix of the source of edges that come of HPO's disease annotations, many thousands, none of them looked over."""


def is_annotated(source: str) -> bool:
    """Whether an edge comes of HPO's disease annotations, not of a curated table."""
    return source.startswith(ANNOTATION)


class EdgeRow(msgspec.Struct, frozen=True):
    """A typed edge. weight: 0..1, for manifestations how regular they are. source: where the fact stands."""

    subject: str
    relation: Relation
    object: str
    weight: float
    source: str


class Vocabulary(msgspec.Struct, frozen=True):
    """All rows of one source."""

    info: VocabularyInfo
    concepts: tuple[ConceptRow, ...] = ()
    names: tuple[NameRow, ...] = ()
    codes: tuple[CodeRow, ...] = ()
    edges: tuple[EdgeRow, ...] = ()
    is_supplementary: bool = False
    """Its names come after what the others say of the same words, and its abbreviations need support: a large
    vocabulary has thousands of both, and many are words or measures elsewhere ("ICD", "CHAOS").
    """
    is_loaded: bool = False
    """The user loaded it beside what is built in, whose concepts and edges it leaves as they are."""
    definite: tuple[str, ...] = ()
    """Concepts of a classification below which it has all that are one of them (neoplasm), so that what it puts
    elsewhere is none.
    """


class UnknownVocabularyError(ValueError):
    """The file is none of the vocabulary files that can be loaded; the message says which can."""
