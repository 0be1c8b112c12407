"""The gold queries over the catalogue of calcification trials: ours as users run it, and rivals on the same texts."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.matching.cache import ROOT, SHARED, RivalMissing, python_of
from bench.matching.catalogue import FACTS, publish, read_facts
from bench.matching.facts import Fact, conditions_of, searchable, shuffled
from bench.matching.report import OURS, Mark, Row
from bench.matching.scores import read_figures, share, wrong_suggestions
from bench.matching.trialmatchai import rank as rank_with_trialmatchai

GOLD = SHARED / "data" / "gold" / "dev.jsonl"
SCORE = SHARED / "tools" / "score_gold.py"
LIMIT = 20
MARKS = {
    "ndcg10": ("nDCG@10", Mark(0.90)),
    "recall20_grade2": ("recall@20 of grade 2", Mark(0.97)),
    "anchor_shown": ("anchor shown where it belongs", Mark(0.97)),
    "anchor_kept_out": ("anchor kept out", Mark(0.98)),
    "must_not_rate": ("must_not suggested", Mark(0.01, at_least=False)),
    "quiet": ("quiet where nothing is relevant", Mark(1.0)),
}
HARD_KINDS = ("negation", "family_history", "historical")

Answers = Mapping[str, Mapping[str, Any]]


def lines(path: Path) -> list[dict[str, Any]]:
    """Records of a file of JSON lines."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def load_catalogue(folder: Path, seed: int) -> list[Fact]:
    """Publish the catalogue of all trials of the facts file; the facts in the same random order."""
    facts = lines(FACTS)
    publish(folder, [read_facts(facts, seed)])
    return shuffled(facts, seed)


def ask_batch(catalogue: Path, gold: Sequence[Mapping[str, Any]], folder: Path) -> Path:
    """Answers of ``calcitrials match --batch``, as a file.

    Raises subprocess.CalledProcessError when the command fails otherwise than by lines that it cannot answer.
    """
    questions, results = folder / "questions.jsonl", folder / "calcitrials.jsonl"
    with questions.open("w", encoding="utf-8") as file:
        for query in gold:
            asked = {"id": query["id"], "query": query["query"], "patient": query.get("patient")}
            file.write(json.dumps({name: value for name, value in asked.items() if value}) + "\n")
    command: list[str | Path] = [
        program(),
        "match",
        "--batch",
        questions,
        "--limit",
        str(LIMIT),
        "--catalog",
        catalogue,
    ]
    with results.open("wb") as out:
        run = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    if run.returncode > 1 or len(lines(results)) != len(gold):
        raise subprocess.CalledProcessError(run.returncode, [str(part) for part in command], stderr=run.stderr)
    return results


def program() -> Path:
    """The installed command line."""
    return Path(sys.executable).with_name("calcitrials")


def write_answers(path: Path, ranked: Mapping[str, Sequence[str]]) -> Path:
    """Ranked ids by query, as the file that is scored; a rival has no grades, so each id counts as suggested."""
    with path.open("w", encoding="utf-8") as file:
        for query, trials in ranked.items():
            matches = [{"trial_id": trial_id, "grade": "strong"} for trial_id in trials[:LIMIT]]
            file.write(json.dumps({"id": query, "matches": matches}) + "\n")
    return path


def score(results: Path, gold: Path = GOLD) -> tuple[dict[str, float], list[str]]:
    """Figures of the shared scoring tool, and its lines of detail."""
    command: list[str | Path] = [sys.executable, SCORE, gold, results, "--misses"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    *detail, figures = run.stdout.splitlines()
    return read_figures(figures), detail


def wrong_rows(gold: Iterable[Mapping[str, Any]], answers: Answers, kinds: Sequence[str] = HARD_KINDS) -> list[str]:
    """Ids of the queries of these kinds that get a suggestion they must not get."""
    return [
        query["id"]
        for query in gold
        if query["kind"] in kinds and wrong_suggestions(query, answers.get(query["id"], {}))
    ]


def rank_simply(method: str, facts: Sequence[Fact], gold: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Trials by query from a plain ranker ("wratio", "bm25") in its own environment. Raises RivalMissing."""
    trials = [(fact["id"], *searchable(fact)) for fact in facts]
    queries = {query["id"]: "; ".join(conditions_of(query["query"], json.loads)) for query in gold}
    task = json.dumps({"method": method, "trials": trials, "queries": queries, "limit": LIMIT})
    script = Path(__file__).with_name("rankers.py")
    command: list[str | Path] = [python_of(method), script]
    run = subprocess.run(command, input=task, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RivalMissing(f"{method} failed: {run.stderr.strip()[-300:]}")
    ranked: dict[str, list[str]] = json.loads(run.stdout)
    return ranked


def measure(seed: int, catalogue: Path, facts: Sequence[Fact]) -> tuple[list[Row], list[str]]:
    """Figures of ours and the rivals on all gold queries."""
    gold = lines(GOLD)
    values: dict[str, dict[str, float | str]] = {name: {} for name in MARKS}
    hard: dict[str, float | str] = {}
    details = [f"gold: {len(gold)} queries over {len(facts)} trials, shuffled with seed {seed}"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for system in (OURS, "WRatio", "BM25", "TrialMatchAI"):
            try:
                if system == OURS:
                    results = ask_batch(catalogue, gold, folder)
                elif system == "TrialMatchAI":
                    ranked = rank_with_trialmatchai(facts, gold, folder / "trialmatchai")
                    results = write_answers(folder / "trialmatchai.jsonl", ranked)
                else:
                    results = write_answers(folder / f"{system}.jsonl", rank_simply(system.lower(), facts, gold))
            except RivalMissing as missing:
                details.append(f"gold: {missing}")
                continue
            figures, said = score(results)
            for name in MARKS:
                values[name][system] = figures[name]
            answers = {answer["id"]: answer for answer in lines(results)}
            wrong = wrong_rows(gold, answers)
            asked = sum(query["kind"] in HARD_KINDS for query in gold)
            hard[system] = share([True] * len(wrong) + [False] * (asked - len(wrong)))
            if system == OURS:
                details += [f"gold, ours: {line}" for line in said]
                details += [f"gold, ours, wrong in {'/'.join(HARD_KINDS)}: {', '.join(wrong) or 'none'}"]
    rows = [Row("gold", label, values[name], mark) for name, (label, mark) in MARKS.items()]
    rows.append(Row("gold", "wrong: negated, family, past", hard, Mark(0.0, at_least=False)))
    return rows, details
