"""Concepts found in the E3C texts that they do not speak of, by a hand-read table of text, concept and verdict."""

import csv
import json
from collections import Counter
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from bench.matching.report import OURS, Mark, Row

MOST_WRONG = 0.15
"""Wrong concepts a text that are bearable."""


def verdicts() -> dict[tuple[str, str], str]:
    """Verdict of each (text, concept id) that was read by hand: right or wrong."""
    table = resources.files("bench.matching").joinpath("e3c_concepts.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {(row["text"], row["concept"]): row["verdict"] for row in rows}


def rows(answers: Path, languages: Mapping[str, str]) -> list[Row]:
    """Wrong concepts a text in each language, and how many concepts nobody has read yet.

    answers: one answer a line. languages: of each text by its id.
    """
    known = verdicts()
    texts = Counter(languages.values())
    wrong: Counter[str] = Counter()
    unread = 0
    for line in answers.read_text(encoding="utf-8").splitlines():
        answer = json.loads(line)
        for concept in {concept["id"] for diagnosis in answer["diagnoses"] for concept in diagnosis["concepts"]}:
            verdict = known.get((answer["id"], concept))
            unread += verdict is None
            wrong[languages[answer["id"]]] += verdict == "wrong"
    mark = Mark(MOST_WRONG, at_least=False)
    found = [
        Row("E3C", f"wrong concepts a text, {language}", {OURS: wrong[language] / texts[language]}, mark)
        for language in sorted(texts)
    ]
    return [*found, Row("E3C", "concepts not yet read by hand", {OURS: float(unread)}, None, 0)]
