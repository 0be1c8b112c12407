"""OBO files (HPO, DOID) and the HPO disease annotations."""

import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path

import fastobo
from fastobo.term import IsAClause, IsObsoleteClause, NameClause, SynonymClause, TermFrame, XrefClause

from matcher.terminology.model import (
    ANNOTATION,
    CodeRow,
    ConceptRow,
    EdgeRow,
    Kind,
    NameKind,
    NameRow,
    Relation,
    Vocabulary,
    VocabularyInfo,
)

_CONSTITUTIONAL = ("HP:0025142", "HP:0012531", "HP:0012378", "HP:0033834", "HP:0025406")
"""Constitutional symptom, pain, fatigue, malaise, asthenia: symptoms of half of all patients."""
_EQUIVALENT = '"MONDO:equivalentTo"'
"""How Mondo marks the cross references that mean the same."""
_GENERAL = re.compile(r"^(?:abnormal|abnormality|aplasia/hypoplasia|functional abnormality)", re.I)


def read_text(path: Path) -> str:
    """Text of a file, gzipped or not."""
    data = path.read_bytes()
    return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8-sig")


def _terms(text: str) -> Iterator[TermFrame]:
    """The terms of an OBO file but for the obsolete ones. Raises SyntaxError where the text is no OBO."""
    for frame in fastobo.iter(io.BytesIO(text.encode())):
        if isinstance(frame, TermFrame) and not any(
            isinstance(clause, IsObsoleteClause) and clause.obsolete for clause in frame
        ):
            yield frame


def load_obo(text: str, info: VocabularyInfo, prefix: str, kind: Kind, root: str | None = None) -> Vocabulary:
    """Terms with names, exact synonyms, is-a edges and cross references of the terms whose id starts with prefix.

    root: only this term and what is below it (HPO: phenotypes, not modes of inheritance or modifiers). Raises
    SyntaxError where the text is no OBO.
    """
    names: list[NameRow] = []
    codes: list[CodeRow] = []
    parents: dict[str, list[str]] = {}
    labels: dict[str, str] = {}
    for frame in _terms(text):
        identifier = str(frame.id)
        label = next((clause.name for clause in frame if isinstance(clause, NameClause)), None)
        if label is None or not identifier.startswith(prefix):
            continue
        labels[identifier] = label
        parents[identifier] = []
        names.append(NameRow(identifier, label, NameKind.LABEL))
        for clause in frame:
            if isinstance(clause, IsAClause):
                parents[identifier].append(str(clause.term))
            elif isinstance(clause, SynonymClause) and clause.synonym.scope == "EXACT":
                short = "abbreviation" in str(clause.synonym.type)
                names.append(
                    NameRow(identifier, clause.synonym.desc, NameKind.ABBREVIATION if short else NameKind.SYNONYM)
                )
            elif isinstance(clause, XrefClause) and (prefix == "DOID:" or _EQUIVALENT in str(clause)):
                code = canonical_code(str(clause.xref.id))
                codes += [CodeRow(identifier, code)] if code is not None else []
    if root is not None:
        kept = descendants(parents, (root,))
        labels = {identifier: label for identifier, label in labels.items() if identifier in kept}
        names = [row for row in names if row.id in kept]
    symptoms = descendants(parents, _CONSTITUTIONAL)
    concepts = [
        ConceptRow(
            identifier, label,
            Kind.SYMPTOM if identifier in symptoms else Kind.GROUP if _GENERAL.match(label) else kind,
        )
        for identifier, label in labels.items()
    ]  # fmt: skip
    edges = [
        EdgeRow(identifier, Relation.IS_A, parent, 1.0, f"{info.name} {info.version}")
        for identifier in labels
        for parent in parents[identifier]
        if parent.startswith(prefix) and (root is None or parent in labels)
    ]
    return Vocabulary(info, tuple(concepts), tuple(names), tuple(codes), tuple(edges))


def descendants(parents: dict[str, list[str]], roots: tuple[str, ...]) -> set[str]:
    """The roots and everything below them. parents: ids above each id."""
    found = set(roots)
    grown = True
    while grown:
        more = {child for child, above in parents.items() if child not in found and not found.isdisjoint(above)}
        grown = bool(more)
        found |= more
    return found


_PREFIXES = {
    "orphanet": "ORPHA", "orpha": "ORPHA", "mesh": "MESH", "omim": "OMIM", "omimps": "OMIM", "icd10cm": "ICD10CM",
    "icd10": "ICD10", "icd10who": "ICD10", "doid": "DOID", "mondo": "MONDO", "hp": "HP",
    "sctid": "SNOMED", "snomedct": "SNOMED",
}  # fmt: skip


def canonical_code(value: str) -> str | None:
    """ "Orphanet:79443" -> "ORPHA:79443"; None for vocabularies whose codes we may not carry or do not use."""
    prefix, colon, code = value.partition(":")
    name = _PREFIXES.get(prefix.lower().replace("-", "").replace("_", ""))
    return f"{name}:{code}" if name and colon and code else None


_FREQUENCY_TERMS = {
    "HP:0040280": 1.0, "HP:0040281": 0.9, "HP:0040282": 0.5, "HP:0040283": 0.2, "HP:0040284": 0.03, "HP:0040285": 0.0,
}  # fmt: skip


def frequency(text: str) -> float:
    """Share of patients from the frequency column of the annotations: "7/13", "45%", a frequency term, or unknown
    (0.5).
    """
    if not text:
        return 0.5
    if text in _FREQUENCY_TERMS:
        return _FREQUENCY_TERMS[text]
    if "/" in text:
        some, _, of = text.partition("/")
        return float(some) / float(of) if of.isdigit() and int(of) else 0.5
    return float(text.rstrip("%")) / 100 if text.rstrip("%").replace(".", "", 1).isdigit() else 0.5


def load_annotations(text: str, info: VocabularyInfo) -> Vocabulary:
    """Diseases (OMIM, ORPHA) and their manifestations from phenotype.hpoa."""
    names: dict[str, str] = {}
    edges: dict[tuple[str, str], EdgeRow] = {}
    header: list[str] = []
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        cells = line.split("\t")
        if not header:
            header = cells
            place = {name: index for index, name in enumerate(header)}
            continue
        disease = cells[place["database_id"]]
        if disease.startswith("DECIPHER"):
            continue
        names.setdefault(disease, cells[place["disease_name"]])
        if "aspect" in place and cells[place["aspect"]] != "P":
            continue
        weight = frequency(cells[place["frequency"]])
        finding = cells[place["hpo_id"]]
        if cells[place["qualifier"]] == "NOT" or weight == 0:
            continue
        before = edges.get((disease, finding))
        if before is None or weight > before.weight:
            edges[disease, finding] = EdgeRow(
                disease, Relation.MANIFESTATION, finding, round(weight, 2), f"{ANNOTATION}{disease}"
            )
    concepts = tuple(ConceptRow(identifier, name) for identifier, name in names.items())
    labels = tuple(NameRow(identifier, name, NameKind.LABEL) for identifier, name in names.items())
    return Vocabulary(info, concepts, labels, (), tuple(edges.values()))
