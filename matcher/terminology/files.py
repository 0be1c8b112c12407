"""Official vocabulary files that a user may load: what they are, and how each is read.

Known: OBO files of HPO, DOID and Mondo, Mondo mapping tables (SSSOM), OBO graphs (JSON) of ORDO, DOID and NCIt,
Orphadata's nomenclature (XML), HPO annotations, HPO translations (Babelon) with their synonym tables, DOID
translations. Codes of UMLS and MedDRA in them are dropped. Codes of SNOMED CT are used where the user loads a table
that has them (nothing of the kind is built in): its terms do not allow passing them on, and whoever loads it answers
for a licence. Names are never taken from it.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from matcher.terminology import mondo, orphadata
from matcher.terminology.model import (
    CodeRow,
    ConceptRow,
    EdgeRow,
    Kind,
    NameKind,
    NameRow,
    Relation,
    UnknownVocabularyError,
    Vocabulary,
    VocabularyInfo,
)
from matcher.terminology.obo import canonical_code, descendants, load_annotations, load_obo, read_text

_LICENCES = {
    "HPO": ("HPO licence: cited, version shown, content unaltered", "https://hpo.jax.org"),
    "Mondo": ("CC BY 4.0", "https://mondo.monarchinitiative.org"),
    "DOID": ("CC0 1.0", "https://disease-ontology.org"),
    "ORDO": ("CC BY 4.0 (Orphanet)", "https://www.orphadata.com"),
    "NCIt": ("CC BY 4.0", "https://ncithesaurus.nci.nih.gov"),
}
_SUPPLEMENTARY = ("Mondo", "DOID", "ORDO", "NCIt", "Orphanet")
"""Large ones, which add to what the built-in ones say."""


def _info(name: str, version: str, path: Path) -> VocabularyInfo:
    licence, url = _LICENCES[name]
    return VocabularyInfo(name, version, licence, url, path.name)


def read_vocabulary(path: Path) -> Vocabulary:
    """Read one vocabulary file, gzipped or not; its kind is told by its content.

    Raises:
        UnknownVocabularyError: the file is none of the known kinds, or holds no usable row.
    """
    try:
        if orphadata.is_orphadata(path.read_bytes()):
            vocabulary: Vocabulary | None = orphadata.read(path)
        else:
            vocabulary = _read(read_text(path), path)
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise UnknownVocabularyError(f"{path.name} cannot be read: {error}") from None
    except (KeyError, IndexError, SyntaxError, csv.Error, msgspec.DecodeError) as error:
        raise UnknownVocabularyError(
            f"{path.name} looks like a vocabulary file and cannot be read: {error!r}"
        ) from None
    if vocabulary is None:
        raise UnknownVocabularyError(
            f"{path.name} is no vocabulary file that can be loaded: Mondo SSSOM tables, OBO or OBO-graph JSON of HPO, "
            "DOID, Mondo or ORDO, Orphadata's product 1, HPO annotations, HPO or DOID translations"
        )
    if not (vocabulary.concepts or vocabulary.names or vocabulary.codes or vocabulary.edges):
        raise UnknownVocabularyError(f"{path.name} holds no row that can be used")
    return msgspec.structs.replace(vocabulary, is_supplementary=vocabulary.info.name in _SUPPLEMENTARY)


def _read(text: str, path: Path) -> Vocabulary | None:
    head = text[:4000]
    if head.startswith("format-version:"):
        return _read_obo(text, path)
    if head.lstrip().startswith("{") and '"graphs"' in head:
        return _read_graphs(text, path)
    lines = [line for line in head.splitlines() if line and not line.startswith("#")]
    columns = lines[0].split("\t") if lines else []
    if columns[:3] == ["subject_id", "subject_label", "predicate_id"]:
        return _read_sssom(text, path)
    if columns[:1] == ["database_id"]:
        version = re.search(r"#version: (\S+)", head)
        return load_annotations(text, _info("HPO", version[1] if version else "unknown", path))
    if "translation_language" in columns:
        return _read_babelon(text, path)
    if columns[:2] == ["subject_id", "translation_value"]:
        return _read_synonyms(text, path)
    if {"source_id", "translation_text", "translation_lang"} <= set(columns):
        return _read_doid_translation(text, path)
    if {"subject", "predicate", "object"} <= set(columns):
        return _read_edges(text, path)
    return None


def _rows(text: str) -> Iterator[dict[str, str]]:
    lines = (line for line in io.StringIO(text) if not line.startswith("#"))
    return csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def _read_obo(text: str, path: Path) -> Vocabulary:
    ontology = re.search(r"^ontology: (\S+)", text[:4000], re.M)
    version = re.search(r"^data-version: .*?(\d{4}-\d{2}-\d{2})", text[:4000], re.M) or re.search(
        r"^data-version: (?:.*/)?([\w.-]+)", text[:4000], re.M
    )
    name = (ontology[1] if ontology else path.name).lower()
    if name.startswith("hp"):
        return load_obo(text, _info("HPO", _version(version), path), "HP:", Kind.FINDING, "HP:0000118")
    if "mondo" in name:
        return mondo.narrowed(load_obo(text, _info("Mondo", _version(version), path), "MONDO:", Kind.DISEASE))
    return load_obo(text, _info("DOID", _version(version), path), "DOID:", Kind.DISEASE)


def _version(match: re.Match[str] | None) -> str:
    return match[1] if match else "unknown"


_GRAPH_IDS = (
    (re.compile(r"Orphanet_(\d+)$"), "ORPHA", "ORDO"),
    (re.compile(r"DOID_(\d+)$"), "DOID", "DOID"),
    (re.compile(r"MONDO_(\d+)$"), "MONDO", "Mondo"),
    (re.compile(r"HP_(\d+)$"), "HP", "HPO"),
    (re.compile(r"(?:NCIT_|Thesaurus\.owl#)(C\d+)$"), "NCIT", "NCIt"),
)
_NCIT_DISEASES = "NCIT:C2991"
"""Disease or Disorder: the file has anatomy, genes and outcomes beside it."""
_GENE = ("HGNC:", "Ensembl:", "SwissProt:", "Genatlas:")


def _graph_id(address: str) -> tuple[str, str] | None:
    for pattern, prefix, name in _GRAPH_IDS:
        match = pattern.search(address)
        if match:
            return f"{prefix}:{match[1]}", name
    return None


def _read_graphs(text: str, path: Path) -> Vocabulary:
    graph = msgspec.json.decode(text)["graphs"][0]
    concepts: dict[str, ConceptRow] = {}
    names: list[NameRow] = []
    codes: list[CodeRow] = []
    sources: dict[str, int] = {}
    for node in graph["nodes"]:
        known = _graph_id(str(node.get("id", "")))
        label = str(node.get("lbl") or "")
        meta: dict[str, Any] = node.get("meta") or {}
        references = [str(item.get("val", "")) for item in meta.get("xrefs", ())]
        obsolete = meta.get("deprecated") or label.upper().startswith("OBSOLETE")
        if known is None or not label or obsolete or any(item.startswith(_GENE) for item in references):
            continue
        identifier, name = known
        sources[name] = sources.get(name, 0) + 1
        concepts[identifier] = ConceptRow(identifier, label, Kind.FINDING if name == "HPO" else Kind.DISEASE)
        names.append(NameRow(identifier, label, NameKind.LABEL))
        names += [
            NameRow(identifier, str(item["val"]))
            for item in meta.get("synonyms", ())
            if item.get("pred") == "hasExactSynonym"
        ]
        # Orphanet's ICD codes are wider than the disease; its OMIM numbers name it.
        codes += [
            CodeRow(identifier, code)
            for item in references
            if (code := canonical_code(item)) and code[:4] in ("OMIM", "ORPH")
        ]
    name = max(sources, key=sources.__getitem__) if sources else "ORDO"
    version = re.search(r"\d{4}-\d{2}-\d{2}", path.name + str(graph.get("meta", {}).get("version", "")))
    info = _info(name, version[0] if version else "unknown", path)
    edges: list[EdgeRow] = []
    for edge in graph.get("edges", ()):
        if edge.get("pred") == "is_a":
            subject, target = _graph_id(str(edge["sub"])), _graph_id(str(edge["obj"]))
            if subject and target and subject[0] in concepts and target[0] in concepts:
                edges.append(EdgeRow(subject[0], Relation.IS_A, target[0], 1.0, f"{name} {info.version}"))
    if name == "NCIt":
        parents: dict[str, list[str]] = {}
        for row in edges:
            parents.setdefault(row.subject, []).append(row.object)
        kept = descendants(parents, (_NCIT_DISEASES,))
        concepts = {identifier: concept for identifier, concept in concepts.items() if identifier in kept}
    return Vocabulary(
        info,
        tuple(concepts.values()),
        tuple(row for row in names if row.id in concepts),
        tuple(row for row in codes if row.id in concepts),
        tuple(row for row in edges if row.subject in concepts and row.object in concepts),
    )


def _read_sssom(text: str, path: Path) -> Vocabulary:
    version = re.search(r"releases/(\d{4}-\d{2}-\d{2})", text[:4000]) or re.search(r"(\d{4}-\d{2}-\d{2})", text[:4000])
    concepts: dict[str, ConceptRow] = {}
    names: list[NameRow] = []
    codes: list[CodeRow] = []
    for row in _rows(text):
        identifier, label = row["subject_id"], row["subject_label"]
        code = canonical_code(row["object_id"])
        if not identifier.startswith("MONDO:") or label.startswith("obsolete"):
            continue
        if row["predicate_id"] not in ("skos:exactMatch", "oboInOwl:hasDbXref"):
            continue
        if identifier not in concepts:
            concepts[identifier] = ConceptRow(identifier, label)
            names.append(NameRow(identifier, label, NameKind.LABEL))
        if code is not None and row["predicate_id"] == "skos:exactMatch":
            codes.append(CodeRow(identifier, code))
            if row.get("object_label") and not code.startswith(("ICD", "SNOMED")):
                names.append(NameRow(identifier, row["object_label"]))
    return Vocabulary(_info("Mondo", _version(version), path), tuple(concepts.values()), tuple(names), tuple(codes))


def _read_edges(text: str, path: Path) -> Vocabulary:
    edges = tuple(
        EdgeRow(row["subject"], Relation.IS_A, row["object"], 1.0, "Mondo")
        for row in _rows(text)
        if row["predicate"].endswith("subclass_of")
    )
    return Vocabulary(_info("Mondo", "unknown", path), edges=edges)


def _read_babelon(text: str, path: Path) -> Vocabulary:
    names = tuple(
        NameRow(row["subject_id"], row["translation_value"], NameKind.SYNONYM, row["translation_language"])
        for row in _rows(text)
        if row["predicate_id"] == "rdfs:label" and row["translation_value"]
    )
    return Vocabulary(_info("HPO", "translation", path), names=names)


def _language(path: Path) -> str:
    match = re.search(r"[-_.](fr|de|es|it|pt|nl|en)[-_.]", path.name)
    return match[1] if match else "en"


def _read_synonyms(text: str, path: Path) -> Vocabulary:
    names = tuple(
        NameRow(row["subject_id"], row["translation_value"], NameKind.SYNONYM, _language(path))
        for row in _rows(text)
        if row["subject_id"].startswith("HP:") and row["translation_value"]
    )
    return Vocabulary(_info("HPO", "translation", path), names=names)


def _read_doid_translation(text: str, path: Path) -> Vocabulary:
    names = tuple(
        NameRow(row["source_id"], row["translation_text"], NameKind.SYNONYM, row["translation_lang"])
        for row in _rows(text)
        if row["translation_text"] and ("label" in row["predicate"] or "ExactSynonym" in row["predicate"])
    )
    return Vocabulary(_info("DOID", "translation", path), names=names)
