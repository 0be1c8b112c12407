"""Notes of TREC Clinical Trials over the registry's catalogue, by the shared tool, beside BM25 in the same run.

Most trials are unjudged: "judged" ranks the judged ones alone, "whole" takes an unjudged one for irrelevant.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.matching.cache import SHARED, RivalMissing, python_of
from bench.matching.catalogue import registry_catalogue
from bench.matching.gold import lines, program
from bench.matching.report import OURS, Mark, Row

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
_SYSTEMS = {"product": OURS, "bm25cond": "BM25"}

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


def run(python: str | Path, systems: str, year: int, field: str, catalogue: Path) -> str:
    """What the tool prints for one year and one form of its notes.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    command: list[str | Path] = [
        python, TOOL, "--exe", program(), "--catalog", catalogue, "--field", field, "--systems", systems,
        "--topics", EVAL / f"topics_trec{year}.jsonl", "--qrels", EVAL / f"qrels_trec{year}.tsv",
    ]  # fmt: skip
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


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
    python, systems = Path(sys.executable), "product"
    try:
        python, systems = python_of("bm25s"), "product,bm25cond"
    except RivalMissing as missing:
        details.append(f"trec: BM25 over titles, conditions and keywords is left out: {missing}")
    found: list[Row] = []
    for year in (2021, 2022):
        for field in ("text", "short"):
            read = cells(run(python, systems, year, field, folder))
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
