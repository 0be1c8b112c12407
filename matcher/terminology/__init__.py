"""Terminology: what diseases and findings are called, coded and how they hang together."""

import gc
from functools import lru_cache

import msgspec

from matcher.terminology import cache, store
from matcher.terminology.compiled import Edge, Tables, Terminology
from matcher.terminology.model import Kind, NameKind, Relation, Vocabulary, VocabularyInfo

__all__ = [
    "Edge",
    "Kind",
    "NameKind",
    "Relation",
    "Tables",
    "Terminology",
    "Vocabulary",
    "VocabularyInfo",
    "default",
    "default_version",
]


def built_in() -> list[Vocabulary]:
    """Our own table first, then what the installed packages ship."""
    from matcher.terminology import curated, hpo, icd10cm, mesh, mondo

    tree, diseases = mesh.load(), mondo.load()
    return [
        curated.load(), *([tree] if tree else []), *hpo.load(), icd10cm.load(), *([diseases] if diseases else []),
        mondo.codes(),
    ]  # fmt: skip


def together(inside: list[Vocabulary], loaded: list[Vocabulary]) -> list[Vocabulary]:
    """Built-in and loaded vocabularies; a whole one that is built in gives its place to the loaded release of it.

    Those of nothing but codes come last, for the first to say what a code means is believed.
    """
    whole = {vocabulary.info.name: vocabulary for vocabulary in loaded if vocabulary.concepts and vocabulary.edges}
    chosen = [whole.get(vocabulary.info.name, vocabulary) for vocabulary in inside]
    placed = {id(vocabulary) for vocabulary in chosen}
    others = [
        msgspec.structs.replace(vocabulary, is_loaded=True) for vocabulary in loaded if id(vocabulary) not in placed
    ]
    return sorted([*chosen, *others], key=_is_of_codes)


def _is_of_codes(vocabulary: Vocabulary) -> bool:
    return not (vocabulary.concepts or vocabulary.names or vocabulary.edges)


def in_use() -> list[Vocabulary]:
    """All vocabularies that the matcher goes by, those that lead first."""
    return together(built_in(), store.vocabularies())


def _compile_default(version: str) -> Terminology:
    from matcher.terminology.compile import compile_terminology

    # Millions of small records are made and none is garbage: the collector would only walk them again and again.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return compile_terminology(in_use(), version)
    finally:
        if collecting:
            gc.enable()


@lru_cache(maxsize=4)
def _opened(version: str) -> Terminology:
    return cache.read_or(version, lambda: _compile_default(version))


def default_version() -> str:
    """Version of the `default` terminology, which need not be opened to say it."""
    return cache.fingerprint(store.loaded_files())


def default() -> Terminology:
    """The built-in vocabularies and the loaded ones, compiled once and cached on disk."""
    return _opened(default_version())
