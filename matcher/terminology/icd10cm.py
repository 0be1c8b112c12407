"""ICD-10-CM as the package simple-icd-10-cm ships it (US public domain)."""

import re
import warnings
from importlib import metadata

from matcher.terminology.model import (
    CodeRow,
    ConceptRow,
    EdgeRow,
    Kind,
    NameRow,
    Relation,
    Vocabulary,
    VocabularyInfo,
)

_CODE = re.compile(r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?$")
_OTHER = re.compile(r"^(?:other|unspecified)\b|\bother\b.*\bspecified\b|\belsewhere\b", re.I)
_INJURY = re.compile(r"[STVWXY]\d")
_HEALTH_FACTOR = re.compile(r"[ZU]\d")
_FINDING = re.compile(r"R\d")


def _named(code: str) -> bool:
    """Whether the title of the code is a name that people use: not every finger and encounter of an injury."""
    if _INJURY.match(code):
        return len(code) <= 5
    return len(code) <= 7


def load() -> Vocabulary:
    """Codes, titles, inclusion terms and the tree of ICD-10-CM."""
    with warnings.catch_warnings():  # of how the package reads its own files
        warnings.simplefilter("ignore", DeprecationWarning)
        import simple_icd_10_cm as icd

    concepts: list[ConceptRow] = []
    names: list[NameRow] = []
    codes: list[CodeRow] = []
    edges: list[EdgeRow] = []
    version = metadata.version("simple-icd-10-cm")
    source = f"ICD-10-CM ({version})"
    kept: set[str] = set()
    for code in icd.get_all_codes(True):
        if not _CODE.match(code):
            continue
        parent = icd.get_parent(code)
        if not _named(code):
            while parent and f"ICD10CM:{parent}" not in kept:
                parent = icd.get_parent(parent)
            if parent:
                codes.append(CodeRow(f"ICD10CM:{parent}", f"ICD10CM:{code}"))
            continue
        identifier = f"ICD10CM:{code}"
        kept.add(identifier)
        title = icd.get_description(code)
        kind = Kind.FINDING if _FINDING.match(code) else Kind.DISEASE
        if _HEALTH_FACTOR.match(code):
            kind = Kind.SYMPTOM
        concepts.append(ConceptRow(identifier, title, kind))
        terms = [term for term in icd.get_inclusion_term(code) if not _OTHER.search(term)]
        if not _OTHER.search(title):
            names.append(NameRow(identifier, title))
            names.extend(NameRow(identifier, term) for term in terms)
            terms = []
        for term in terms:  # what a code for the rest includes are different things, not names of one
            concepts.append(ConceptRow(f"{identifier} {term}", term, kind))
            names.append(NameRow(f"{identifier} {term}", term))
            edges.append(EdgeRow(f"{identifier} {term}", Relation.IS_A, identifier, 1.0, source))
        if parent and f"ICD10CM:{parent}" in kept:
            edges.append(EdgeRow(identifier, Relation.IS_A, f"ICD10CM:{parent}", 1.0, source))
    info = VocabularyInfo(
        "ICD-10-CM", f"April 2026, simple-icd-10-cm {version}", "US public domain", "https://www.cdc.gov/nchs/icd/"
    )
    return Vocabulary(info, tuple(concepts), tuple(names), tuple(codes), tuple(edges))
