"""How charts are read, by the shared tool over the registry's catalogue: its figures as rows with their marks."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.matching import e3c_concepts
from bench.matching.cache import SHARED
from bench.matching.catalogue import registry_catalogue
from bench.matching.gold import program
from bench.matching.report import OURS, Mark, Row

TOOL = SHARED / "tools" / "score_reading.py"
ROWS: tuple[tuple[str, str, str, str, Mark | None], ...] = (
    # part, measure, file of charts, figure of it, mark
    ("NegEx", "concepts read", "negex", "read", None),
    ("NegEx", "negated as negated", "negex", "negated_as_negated", Mark(0.985)),
    ("NegEx", "affirmed as negated", "negex", "affirmed_as_negated", Mark(0.005, at_least=False)),
    ("NegEx", "recent as present", "negex", "recent_as_present", Mark(0.95)),
    ("NegEx", "historical as historical", "negex", "historical_as_historical", None),
    ("NUBes", "negated spans read", "nubes_dev", "read", None),
    ("NUBes", "negated as negated", "nubes_dev", "negated_as_negated", Mark(0.95)),
    ("NUBes", "uncertain as uncertain", "nubes_dev", "uncertain_as_uncertain", Mark(0.85)),
    ("NUBes", "outside as negated", "nubes_dev", "outside_as_negated", Mark(0.02, at_least=False)),
    ("E3C", "main disease found, en", "e3c_dev", "en found", Mark(0.96)),
    ("E3C", "main disease found, fr", "e3c_dev", "fr found", Mark(0.96)),
    ("E3C", "main disease found, it", "e3c_dev", "it found", Mark(0.96)),
    ("E3C", "main disease found, es", "e3c_dev", "es found", Mark(0.96)),
    ("E3C", "trial about it within three", "e3c_dev", "all top3", Mark(0.8)),
    ("E3C", "firm that are not about it", "e3c_dev", "all off", Mark(0.25, at_least=False)),
    ("E3C", "other texts: anchor firm", "e3c_dev", "anchor_in_others", Mark(0, at_least=False)),
    ("excerpts", "disease found", "case_reports_dev", "excerpt found", Mark(1.0)),
    ("excerpts", "trial about it first", "case_reports_dev", "excerpt top1", None),
    ("excerpts", "anchor as it should be", "case_reports_dev", "anchor", Mark(1.0)),
)


def figure(summary: Mapping[str, Any], file: str, path: str) -> float | str:
    """One figure of the tool's summary, "" where it has none. path: names of the levels, with blanks."""
    value: Any = summary.get(file, {})
    for name in path.split():
        value = value.get(name) if isinstance(value, Mapping) else None
    return float(value) if value is not None else ""


def _languages() -> dict[str, str]:
    """Language of each E3C text by its id."""
    lines = (SHARED / "data" / "charts" / "e3c_dev.jsonl").read_text(encoding="utf-8").splitlines()
    return {chart["id"]: chart["lang"] for chart in map(json.loads, lines)}


def measure(seed: int, quick: bool) -> tuple[list[Row], list[str]]:
    """Figures of all charts, and what the tool prints of them."""
    folder, said = registry_catalogue()
    with tempfile.TemporaryDirectory() as temporary:
        written = Path(temporary) / "reading.json"
        command: list[str | Path] = [sys.executable, TOOL, "--exe", program(), "--catalog", folder, "--json", written]
        command += ["--keep", temporary]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        summary = json.loads(written.read_text(encoding="utf-8"))
        wrong = e3c_concepts.rows(Path(temporary) / "e3c_dev.out", _languages())
    found = [
        Row(part, name, {OURS: figure(summary, file, path)}, mark, 0 if path in ("read", "anchor_in_others") else 3)
        for part, name, file, path, mark in ROWS
    ]
    return [*found, *wrong], [f"reading: {said}", *(f"reading: {line}" for line in printed.splitlines())]
