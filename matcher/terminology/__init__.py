"""Terminology: what diseases and findings are called, coded and how they hang together."""

from functools import lru_cache

from matcher.terminology import cache
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


def _compile_default(version: str) -> Terminology:
    from matcher.terminology import curated, hpo, icd10cm, mesh
    from matcher.terminology.compile import compile_terminology

    vocabularies = [curated.load(), *hpo.load(), icd10cm.load()]
    names = mesh.load()
    if names is not None:
        vocabularies.insert(1, names)
    return compile_terminology(vocabularies, version)


@lru_cache(maxsize=1)
def default() -> Terminology:
    """The built-in vocabularies and the loaded ones, compiled once and cached on disk."""
    version = cache.fingerprint([])
    return cache.read_or(version, lambda: _compile_default(version))
