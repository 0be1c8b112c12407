"""Our own table of the domain: four TSV files beside this module, every edge with its source."""

import csv
from importlib import resources

from matcher.terminology.model import (
    RELATIONS,
    CodeRow,
    ConceptRow,
    EdgeRow,
    Kind,
    NameKind,
    NameRow,
    Vocabulary,
    VocabularyInfo,
)

VERSION = "2026.11"


def _rows(file: str) -> list[dict[str, str]]:
    with resources.files("matcher.terminology").joinpath(file).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def load() -> Vocabulary:
    """The curated vocabulary of calcification, ossification, their diseases and look-alikes."""
    return Vocabulary(
        info=VocabularyInfo("curated", VERSION, "Apache-2.0", "docs/terminology.md"),
        concepts=tuple(ConceptRow(row["id"], row["label"], Kind[row["kind"].upper()]) for row in _rows("concepts.tsv")),
        names=tuple(
            NameRow(row["id"], row["name"], NameKind[row["kind"].upper()], row["language"])
            for row in _rows("names.tsv")
        ),
        codes=tuple(CodeRow(row["id"], row["code"]) for row in _rows("codes.tsv")),
        edges=tuple(
            EdgeRow(row["subject"], RELATIONS[row["relation"]], row["object"], float(row["weight"]), row["source"])
            for row in _rows("edges.tsv")
        ),
    )
