"""Our own tables beside this module: four of the domain, every edge with its source, and the abbreviations of clinical
practice, whose meanings are concepts of the other vocabularies.
"""

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
from matcher.text.normalise import name_words, phrase_key

VERSION = "2026.11"


def _rows(file: str) -> list[dict[str, str]]:
    with resources.files("matcher.terminology").joinpath(file).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def everyday_names() -> frozenset[str]:
    """Keys of the names of the vocabularies that are something else in nearly every text ("combined")."""
    return frozenset(phrase_key(name_words(row["name"])) for row in _rows("everyday_names.tsv"))


def other_senses() -> list[tuple[str, str]]:
    """(language, abbreviation) of those that are no disease in most texts of a language: FOP is a foramen ovale."""
    return [(row["language"], row["abbreviation"]) for row in _rows("abbreviations.tsv") if not row["id"]]


def load() -> Vocabulary:
    """The curated vocabulary of calcification, ossification, their diseases and look-alikes."""
    return Vocabulary(
        info=VocabularyInfo("curated", VERSION, "Apache-2.0", "docs/terminology.md"),
        concepts=tuple(ConceptRow(row["id"], row["label"], Kind[row["kind"].upper()]) for row in _rows("concepts.tsv")),
        names=(
            *(
                NameRow(row["id"], row["name"], NameKind[row["kind"].upper()], row["language"])
                for row in _rows("names.tsv")
            ),
            *(
                NameRow(row["id"], row["abbreviation"], NameKind.ABBREVIATION, row["language"] or "en")
                for row in _rows("abbreviations.tsv")
                if row["id"]
            ),
        ),
        codes=tuple(CodeRow(row["id"], row["code"]) for row in _rows("codes.tsv")),
        edges=tuple(
            EdgeRow(row["subject"], RELATIONS[row["relation"]], row["object"], float(row["weight"]), row["source"])
            for row in _rows("edges.tsv")
        ),
    )
