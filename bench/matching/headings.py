"""MeSH headings as the common ground of all linkers: the vocabulary, ours and the rivals over it.

The MeSH numbers in the package that the names come from are wrong for every fifth heading, the names are right: so
everything is compared by the heading's name, and human labels, which are MeSH numbers, are turned into names
through Mondo's mapping (Mondo label, a name of the vocabulary, its heading).
"""

import csv
import gzip
import json
import re
import statistics
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.matching.cache import SHARED, RivalMissing, current, python_of
from bench.matching.report import OURS
from matcher.linking.linker import EntityLinker
from matcher.linking.phrase import MOST_STEPS_UP, link
from matcher.terminology import Terminology, Vocabulary, VocabularyInfo, cache, default, mesh
from matcher.terminology.compile import compile_terminology

TERMINOLOGY = SHARED / "data" / "terminology"
RIVALS = {"WRatio": "wratio", "gilda": "gilda", "text2term": "text2term", "MNER": "mner", "MNER fuzzy": "mner_fuzzy"}
SLOW = ("WRatio", "MNER fuzzy")
"""Asked a random part of the phrases only: they take 0.1 s and more for one."""

_DISEASES = re.compile(r"C|F03")
"""Branches of the MeSH tree that hold diseases and mental disorders."""


class Linked(NamedTuple):
    """Answers of one system. places: which of the phrases it was asked; ms: milliseconds a phrase."""

    answers: list[str | None]
    places: list[int]
    scores: list[float]
    ms: float


def rows(path: Path) -> list[dict[str, str]]:
    """Rows of a table with tabs, gzipped or not, without the comments above its header."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def squeeze(text: str) -> str:
    """Small letters, single blanks."""
    return " ".join(text.lower().split())


def vocabulary() -> dict[str, str]:
    """Heading by name; a heading's own name wins over the same words as another one's synonym."""
    names: dict[str, str] = {}
    found = rows(TERMINOLOGY / "derived" / "mesh_variants.tsv.gz")
    for row in found:
        names.setdefault(squeeze(row["descriptor_name"]), row["descriptor_name"])
    for row in found:
        names.setdefault(squeeze(row["variant"]), row["descriptor_name"])
    return names


def disease_names(names: Mapping[str, str]) -> dict[str, str]:
    """The part of the vocabulary that names diseases: MeSH also has therapies and psychology among these."""
    found = rows(TERMINOLOGY / "derived" / "mesh_variants.tsv.gz")
    trees = {row["descriptor_name"]: row["tree_numbers"].split(";") for row in found}
    return {name: heading for name, heading in names.items() if any(map(_DISEASES.match, trees[heading]))}


def headings_by_number(names: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Headings (small letters) by MeSH number, through Mondo's labels."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows(TERMINOLOGY / "mondo" / "mondo_exactmatch_mesh.sssom.tsv.gz"):
        heading = names.get(squeeze(row["subject_label"]))
        if heading:
            found[row["object_id"].split(":")[1]].add(heading.lower())
    return {number: frozenset(headings) for number, headings in found.items()}


def mesh_alone() -> Terminology:
    """A terminology of the MeSH names alone, kept in the bench's cache."""
    version, folder = "mesh", current("terminologies", default().version)
    kept = cache.read(version, folder)
    if kept is not None:
        return kept
    names = mesh.load()
    none = Vocabulary(VocabularyInfo("none", "", "", ""))
    made = compile_terminology([none, *([names] if names else [])], version)
    cache.write(made, folder)
    return made


def link_ours(phrases: Sequence[str], terminology: Terminology, most_steps_up: int = MOST_STEPS_UP) -> Linked:
    """Headings of the phrases by our own mapper, warm."""
    mapper = EntityLinker(terminology)
    for phrase in phrases[:3]:
        link(mapper, phrase)
    answers: list[str | None] = []
    took = []
    for phrase in phrases:
        began = time.perf_counter()
        found = link(mapper, phrase, "MeSH", most_steps_up)
        took.append((time.perf_counter() - began) * 1e3)
        answers.append(found.label.lower() if found else None)
    return Linked(answers, list(range(len(phrases))), [1.0] * len(phrases), statistics.median(took or [0.0]))


def link_rival(
    system: str, names: Mapping[str, str], phrases: Sequence[str], places: Iterable[int], way: str = ""
) -> Linked:
    """Headings of some of the phrases by a rival. way: another way to ask it ("_scan"). Raises RivalMissing."""
    method = RIVALS[system] + way
    asked = list(places)
    task = json.dumps({"names": names, "phrases": [phrases[place] for place in asked]})
    script = Path(__file__).with_name("linkers.py")
    command: list[str | Path] = [python_of(method.partition("_")[0]), script, method]
    run = subprocess.run(command, input=task, capture_output=True, text=True, check=False)
    if run.returncode:
        said = run.stderr.strip().splitlines()
        raise RivalMissing(f"{system} failed: {said[-1] if said else run.returncode}")
    found = json.loads(run.stdout)
    answers = [heading.lower() if heading else None for heading, _ in found["answers"]]
    return Linked(answers, asked, [score for _, score in found["answers"]], found["ms"])


def link_all(
    names: Mapping[str, str], phrases: Sequence[str], part: Sequence[int]
) -> tuple[dict[str, Linked], list[str]]:
    """Answers of ours and of every rival, and what is missing. part: the places that slow systems are asked."""
    linked = {OURS: link_ours(phrases, default())}
    missing = []
    for system in RIVALS:
        try:
            places = part if system in SLOW else range(len(phrases))
            linked[system] = link_rival(system, names, phrases, places)
        except RivalMissing as error:
            missing.append(str(error))
    return linked, missing
