"""Notes of TREC Clinical Trials over the registry's catalogue, by the shared tool, beside BM25 in the same run.

Most trials are unjudged: "judged" ranks the judged ones alone, "whole" takes an unjudged one for irrelevant.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.matching.cache import SHARED
from bench.matching.catalogue import registry_catalogue
from bench.matching.gold import lines, program
from bench.matching.report import OURS, Mark, Row
from db.catalogue import Catalogue
from matcher.similarity.index import SimilarityIndex
from matcher.similarity.wording import Question

TOOL = SHARED / "tools" / "run_trec.py"
EVAL = SHARED / "data" / "eval"
MARKS = {
    (2021, "text", "judged nDCG@10"): 0.82, (2022, "text", "judged nDCG@10"): 0.58,
    (2021, "short", "judged nDCG@10"): 0.82, (2022, "short", "judged nDCG@10"): 0.64,
    (2021, "text", "whole nDCG@10"): 0.55, (2021, "text", "R@100"): 0.75,
}  # fmt: skip
MEASURES = ("judged nDCG@10", "whole nDCG@10", "R@100")
_COLUMNS = {"judged nDCG@10": 0, "whole nDCG@10": 4, "R@100": 7}
"""Which of the tool's columns holds each measure."""
_CELL = re.compile(r"(\d\.\d+) \[(\d\.\d+),(\d\.\d+)\]")
_SYSTEMS = {"product": OURS, "bm25cond": "BM25", "wratio": "WRatio", "dense": "dense model alone"}
DEPTH = 1_000
"""Trials of a ranking that the tool looks at."""

Cell = tuple[str, str, str]
"""A mean with the ends of its 95 % interval, as the tool prints them."""


def topics(year: int) -> list[dict[str, Any]]:
    """Notes of a year: id, text, short."""
    return lines(EVAL / f"topics_trec{year}.jsonl")


def judgments(year: int) -> dict[str, dict[str, int]]:
    """Grades of trials by topic, of the topics that have a relevant trial."""
    found: dict[str, dict[str, int]] = {}
    for line in (EVAL / f"qrels_trec{year}.tsv").read_text(encoding="utf-8").splitlines():
        topic, trial_id, grade = line.split("\t")
        if grade.isdigit():
            found.setdefault(topic, {})[trial_id] = int(grade)
    return {topic: grades for topic, grades in found.items() if any(grades.values())}


def run(systems: str, year: int, field: str, catalogue: Path) -> str:
    """What the tool prints for one year and one form of its notes; beside the systems the sentence model alone, where
    it is there.

    Raises:
        subprocess.CalledProcessError: the tool failed.
    """
    command: list[str | Path] = [
        sys.executable, TOOL, "--exe", program(), "--catalog", catalogue, "--field", field, "--systems", systems,
        "--topics", EVAL / f"topics_trec{year}.jsonl", "--qrels", EVAL / f"qrels_trec{year}.tsv",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as temporary:
        ranked = Path(temporary) / "dense.jsonl"
        if rank_by_meaning(topics(year), field, catalogue, ranked):
            command += ["--run", f"dense={ranked}"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def rank_by_meaning(notes: Sequence[dict[str, Any]], field: str, catalogue: Path, ranked: Path) -> bool:
    """Write the ranking of each note by meaning alone, of the whole and its nearest sentence; False without a model."""
    with Catalogue(catalogue).connect() as connection:
        index = SimilarityIndex.open(connection)
        if not index.has_model:
            return False
        ids = [row[0] for row in connection.execute("SELECT trial_id FROM trials ORDER BY trial_id").fetchall()]
    with ranked.open("w") as lines_out:
        for note in notes:
            dense = index.likeness(Question(note.get(field) or "", (), ())).dense
            assert dense is not None
            order = (-dense).argsort(kind="stable")[:DEPTH].tolist()
            lines_out.write(json.dumps({"id": note["id"], "ranked": [ids[place] for place in order]}) + "\n")
    return True


def cells(printed: str) -> dict[str, list[Cell]]:
    """The cells of the tool's table by the name of the system."""
    found: dict[str, list[Cell]] = {}
    for line in printed.splitlines():
        cells = _CELL.findall(line)
        if len(cells) > max(_COLUMNS.values()):
            found[line[: line.index("  ")].strip()] = cells
    return found


def measure(seed: int, quick: bool) -> tuple[list[Row], list[str]]:
    """Figures with their intervals for both years, as whole notes and as the disease in a few words."""
    folder, said = registry_catalogue()
    details = [f"trec: {said}"]
    systems = "product,bm25cond" if quick else "product,bm25cond,wratio"
    found: list[Row] = []
    for year in (2021, 2022):
        for field in ("text", "short"):
            read = cells(run(systems, year, field, folder))
            for name in MEASURES:
                of = {_SYSTEMS[system]: read[system][_COLUMNS[name]] for system in _SYSTEMS if system in read}
                mark = MARKS.get((year, field, name))
                values = {system: float(mean) for system, (mean, _, _) in of.items()}
                found.append(Row(f"TREC {year} {field}", name, values, Mark(mark) if mark else None))
                spans = ", ".join(f"{system} {mean} [{low}, {high}]" for system, (mean, low, high) in of.items())
                details.append(f"trec {year} {field}: {name} with 95 % intervals: {spans}")
            chance = read.get("random judged")
            if chance:
                details.append(f"trec {year} {field}: judged nDCG@10 of chance: {chance[0][0]}")
    return found, details
