"""Chart lines of our own in seven languages: is every disease read, and as the line puts it?

``chart_lines.txt`` was written before any answer to it was seen, and what it showed was mended;
``chart_lines_later.txt`` was written after that by somebody who had seen neither; its kinds have been mended since.
``chart_lines_third.txt`` and ``chart_lines_fourth.txt`` were written after that in the same way; their kinds have been
mended since, too. ``chart_lines_fifth.txt`` was written last; two kinds of its misreadings have been mended since.
``{p:...}`` is present, ``n`` negated, ``u`` uncertain, ``h`` historical, ``f`` a relative's; behind a tab the age and
the sex that the line states of the patient.
"""

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

import matcher
from bench.matching.catalogue import open_matcher
from bench.matching.report import OURS, Mark, Row

SETS = {
    "chart lines": "chart_lines.txt",
    "later lines": "chart_lines_later.txt",
    "third lines": "chart_lines_third.txt",
    "fourth lines": "chart_lines_fourth.txt",
    "fifth lines": "chart_lines_fifth.txt",
}
MARK = Mark(0.95)
ASSERTIONS = {"p": "present", "n": "negated", "u": "uncertain", "h": "historical", "f": "family"}
_MARKED = re.compile(r"\{([pnuhf]):([^}]*)\}")
_STATED = re.compile(r"(age|sex)=(\S+)")


class ChartLine(NamedTuple):
    """One line. marked: (assertion, words) of each disease in it; stated: age in years and sex."""

    language: str
    text: str
    marked: tuple[tuple[str, str], ...]
    stated: dict[str, str]


def chart_lines(file: str) -> list[ChartLine]:
    """All lines of a file of this folder."""
    found: list[ChartLine] = []
    language = ""
    for line in Path(__file__).with_name(file).read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            language = line[2:].strip()
        elif line.strip():
            text, _, stated = line.partition("\t")
            marked = tuple((ASSERTIONS[mark[1]], mark[2]) for mark in _MARKED.finditer(text))
            plain = _MARKED.sub(lambda mark: mark[2], text).replace("\\n", "\n")
            found.append(ChartLine(language, plain, marked, dict(_STATED.findall(stated))))
    return found


def judged(line: ChartLine, answer: matcher.Suggestions) -> tuple[list[str], bool]:
    """What is wrong with the reading of a line, and whether what it states of the patient is right."""
    left = [(item.mention.lower(), item.assertion) for item in answer.diagnoses if item.concepts]
    wrong: list[str] = []
    for assertion, words in line.marked:
        own = words.lower()
        found = next((item for item in left if own in item[0] or item[0] in own), None)
        if found is None:
            found = next((item for item in left if set(own.split()) & set(item[0].split())), None)
        if found is None:
            wrong.append(f"{words}: not read")
            continue
        left.remove(found)
        if found[1] != assertion:
            wrong.append(f"{words}: {found[1]}, not {assertion}")
    patient = answer.query.patient
    age = float(line.stated.get("age", patient.age_years or 0))
    right_age = "age" not in line.stated or (patient.age_years is not None and abs(patient.age_years - age) < 1)
    right_sex = "sex" not in line.stated or patient.sex == line.stated["sex"]
    return wrong, right_age and right_sex


def measure(catalogue: Path) -> tuple[list[Row], list[str]]:
    """Shares of lines and of diseases that are read right, by language, and what is read otherwise."""
    opened, _ = open_matcher(catalogue)
    rows: list[Row] = []
    details: list[str] = []
    for part, file in SETS.items():
        found, said = _measured(part, chart_lines(file), opened)
        rows += found
        details += said
    return rows, details


def _measured(part: str, lines: list[ChartLine], opened: matcher.Matcher) -> tuple[list[Row], list[str]]:
    diseases: Counter[str] = Counter()
    misread: Counter[str] = Counter()
    by_language: dict[str, list[bool]] = defaultdict(list)
    stated: list[bool] = []
    details: list[str] = []
    for line in lines:
        wrong, patient = judged(line, opened.suggest(line.text, limit=1))
        diseases[line.language] += len(line.marked)
        misread[line.language] += len(wrong)
        by_language[line.language].append(not wrong)
        if line.stated:
            stated.append(patient)
        details += [f"{part}, {line.language}: {item} | {line.text}" for item in wrong]
        if line.stated and not patient:
            details.append(f"{part}, {line.language}: age or sex | {line.text}")
    whole = [right for found in by_language.values() for right in found]
    rows = [
        Row(part, "diseases read as the line puts them", {OURS: 1 - misread.total() / diseases.total()}, MARK),
        Row(part, "lines read right as a whole", {OURS: sum(whole) / len(whole)}),
        Row(part, "age and sex where stated", {OURS: sum(stated) / len(stated)}, MARK),
    ]
    rows += [Row(part, f"diseases, {name}", {OURS: 1 - misread[name] / diseases[name]}) for name in by_language]
    return rows, details
