"""Orphanet's nomenclature of rare diseases, product 1 of Orphadata: ORPHA codes, names, synonyms and references.

One XML file a language, of some 50 MB, read as a stream. The English one brings the concepts and the codes of other
vocabularies that mean the very same (``E``); those of other languages bring names of the same concepts.
"""

import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from matcher.terminology.model import (
    CodeRow,
    ConceptRow,
    NameKind,
    NameRow,
    Vocabulary,
    VocabularyInfo,
)
from matcher.terminology.obo import canonical_code

ROOT = b"<JDBOR"
LICENCE = "CC BY 4.0 (Orphanet)"
URL = "https://www.orphadata.com"
_MARK = re.compile(r"(?P<mark>[^a-z:]{6,}?)\s*:\s+(?=\S)")
"""What stands in capitals before a name: NON RARE IN EUROPE, OBSOLETE."""
_GONE = re.compile(r"OBSOL|DEPRECAT|INACTIV|VERALTET")


def is_orphadata(data: bytes) -> bool:
    """Whether a file, gzipped or not, is one of Orphadata's."""
    head = gzip.GzipFile(fileobj=io.BytesIO(data)).read(4000) if data[:2] == b"\x1f\x8b" else data[:4000]
    return ROOT in head


def read(path: Path) -> Vocabulary:
    """The rows of one file. Raises etree.XMLSyntaxError where it is cut or damaged."""
    data = path.read_bytes()
    stream = gzip.GzipFile(fileobj=io.BytesIO(data)) if data[:2] == b"\x1f\x8b" else io.BytesIO(data)
    concepts: list[ConceptRow] = []
    names: list[NameRow] = []
    codes: list[CodeRow] = []
    version = "unknown"
    for event, element in etree.iterparse(stream, events=("start", "end"), tag=("JDBOR", "Disorder"), no_network=True):
        if element.tag == "JDBOR":
            version = str(element.get("date") or version)[:10]
        elif event == "end" and element.find("OrphaCode") is not None:
            concept, called, meant = _disorder(element)
            if called:
                concepts += [concept]
                names += called
                codes += meant
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    info = VocabularyInfo("Orphanet", version, LICENCE, URL, path.name)
    if any(row.language != "en" for row in names):
        return Vocabulary(info, names=tuple(names), is_supplementary=True)
    return Vocabulary(info, tuple(concepts), tuple(names), tuple(codes), is_supplementary=True)


def _disorder(element: Any) -> tuple[ConceptRow, list[NameRow], list[CodeRow]]:
    """Concept, names and exact codes of a disorder; no names where it is obsolete."""
    identifier = f"ORPHA:{element.findtext('OrphaCode').strip()}"
    label, language = _name(element.find("Name"))
    if not label:
        return ConceptRow(identifier, ""), [], []
    names = [NameRow(identifier, label, NameKind.LABEL if language == "en" else NameKind.SYNONYM, language)]
    names += [
        NameRow(identifier, synonym, NameKind.SYNONYM, language)
        for synonym, language in map(_name, element.iterfind("SynonymList/Synonym"))
        if synonym
    ]
    return ConceptRow(identifier, label), names, [CodeRow(identifier, code) for code in _exact_codes(element)]


def _name(element: Any) -> tuple[str, str]:
    """A name without the mark in capitals before it, and its language; empty where the mark says that it is no more."""
    text = " ".join((element.text or "").split()) if element is not None else ""
    marked = _MARK.match(text)
    if marked:
        text = "" if _GONE.search(marked["mark"]) else text[marked.end() :]
    return text, str(element.get("lang", "en")) if element is not None else "en"


def _exact_codes(element: Any) -> Iterator[str]:
    for reference in element.iterfind("ExternalReferenceList/ExternalReference"):
        relation = reference.findtext("DisorderMappingRelation/Name") or ""
        source, number = reference.findtext("Source") or "", reference.findtext("Reference") or ""
        code = canonical_code(f"{source.strip()}:{number.strip()}")
        if relation.startswith("E ") and code is not None and not code.startswith("ICD"):
            yield code
