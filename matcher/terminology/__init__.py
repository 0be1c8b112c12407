"""Terminology: what diseases and findings are called, coded and how they hang together."""

import gc
from functools import lru_cache

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
]


def built_in() -> list[Vocabulary]:
    """Our own table first, then what the installed packages ship."""
    from matcher.terminology import curated, hpo, icd10cm, mesh

    names = mesh.load()
    return [curated.load(), *([names] if names else []), *hpo.load(), icd10cm.load()]


def _compile_default(version: str) -> Terminology:
    from matcher.terminology.compile import compile_terminology

    # Millions of small records are made and none is garbage: the collector would only walk them again and again.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return compile_terminology([*built_in(), *store.vocabularies()], version)
    finally:
        if collecting:
            gc.enable()


@lru_cache(maxsize=4)
def _opened(version: str) -> Terminology:
    return cache.read_or(version, lambda: _compile_default(version))


def default() -> Terminology:
    """The built-in vocabularies and the loaded ones, compiled once and cached on disk."""
    return _opened(cache.fingerprint(store.loaded_files()))
