"""Each weight of the matcher taken out in turn: what it is worth on the gold queries, on diseases nobody curated, and
on patient notes.

Taken out means set to the value at which it does nothing: a factor to 1, a threshold to where all pass, a count to
where none is too many. Trials stay mapped as they are. A weight without which no answer changes anywhere, or no figure
moves, has no place in the matcher.

    python -m bench.matching --only ablation [--table FILE]
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import ne
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import duckdb
import msgspec

import matcher
from bench.matching import unseen
from bench.matching.catalogue import open_matcher, registry_catalogue
from bench.matching.gold import GOLD, LIMIT, lines, load_catalogue
from bench.matching.report import OURS, Mark, Row
from bench.matching.scores import ANCHOR, FIRM, canonical, mean, ndcg, wrong_suggestions
from bench.matching.trec import judgments, topics
from matcher import weights
from matcher.terminology import weights as steps
from matcher.terminology.expansion import Expansion
from matcher.trials.index import TrialIndex

DEPTH = 100
"""Trials that are asked for a note: its figures are of the first ten judged ones, seldom deeper."""
EVERY, NONE = -1e9, 1e9
NEUTRAL: Mapping[str, float] = {
    # thresholds, at which all passes or nothing does
    "STRONG": NONE, "FAINT": EVERY, "NEAR": NONE, "RARE": NONE, "AS_GOOD": NONE,
    # counts, at which none is too many or too few
    "ALIKE": NONE, "COMMON": NONE, "USUAL": EVERY,
    "USUAL_TREATMENT": NONE, "RIVALS": NONE, "FEW": 0, "LEADS": NONE, "SEVERAL": NONE, "TREATING": 0,
    "FEWEST_RARE": NONE, "FEWEST": NONE,
    "MANY_KINDS": NONE, "MAX_REACHED": NONE, "WIDE": NONE, "WIDEST_KIN": EVERY,
    # what is added, and hints
    "BOTH_DISEASES": 0.0, "LEXICAL": 0.0, "ENOUGH_WORDS": 1e-9, "HINT": 0.0, "GROUP_ABOVE": 0.0,
}  # fmt: skip
"""What takes a weight out where that is not 1."""
FIELDS = ("TITLE", "MESH", "KEYWORD", "INCLUSION")


class Asked(NamedTuple):
    """A question with what is relevant to it. judged: only judged trials count; gold: the whole gold query."""

    text: str
    patient: matcher.Patient
    relevant: Mapping[str, int]
    judged: bool = False
    gold: Mapping[str, Any] | None = None


Sets = Mapping[str, Sequence[Asked]]
Answer = tuple[tuple[str, str], ...]
"""Trials with their grades."""


def measure(seed: int, quick: bool, table: Path | None = None) -> tuple[list[Row], list[str]]:
    """What each weight is worth: figures without it less those with it, and how many answers it changes."""
    folder, said = registry_catalogue()
    with tempfile.TemporaryDirectory() as temporary:
        small = Path(temporary) / "gold"
        load_catalogue(small, seed)
        printed = taken_out(small, folder)
    if table is not None:
        table.write_text("".join("\t".join(line) + "\n" for line in printed), encoding="utf-8")
    rows = [Row("weights", "in all", {OURS: float(len(names()))}, Mark(40, at_least=False), 0)]
    return rows, [f"ablation: {said}", *("ablation: " + "\t".join(line) for line in printed)]


def taken_out(small: Path, folder: Path) -> list[list[str]]:
    """The table: a header, the figures with all weights, then a line a weight."""
    sets = questions()
    opened = {name: open_matcher(small if name == "gold" else folder) for name in ("gold", "registry")}
    held = {name: suggests for name, (suggests, _) in opened.items()}
    kept = {name: answers(held[catalogue_of(name)], asked) for name, asked in sets.items()}
    before = {name: figures(asked, kept[name]) for name, asked in sets.items()}
    measures = [(name, measure) for name in sets for measure in before[name]]
    lines = [["weight", "value", "without", *(f"{name} {measure}" for name, measure in measures), "answers changed"]]
    lines.append(["all", "", "", *(f"{before[name][measure]:.4f}" for name, measure in measures), ""])
    for module, name in names():
        with without(module, name) as value:
            fresh = {catalogue: again(suggests, module, name) for catalogue, suggests in held.items()}
            found = {name: answers(fresh[catalogue_of(name)], asked) for name, asked in sets.items()}
        after = {name: figures(asked, found[name]) for name, asked in sets.items()}
        changed = [sum(map(ne, kept[of], found[of])) for of in sets]
        moved = [f"{after[of][measure] - before[of][measure]:+.4f}" for of, measure in measures]
        lines.append([name, f"{getattr(module, name):g}", f"{value:g}", *moved, "/".join(map(str, changed))])
    for _, connection in opened.values():
        connection.close()
    return lines


def catalogue_of(name: str) -> str:
    """Which catalogue a set of questions is asked of."""
    return "gold" if name == "gold" else "registry"


def questions() -> Sets:
    """The sets by name: gold queries, diseases nobody curated, notes of 2021 whole and short."""
    nobody = matcher.Patient()
    judged = judgments(2021)
    notes = [topic for topic in topics(2021) if topic["id"] in judged]
    return {
        "gold": [
            Asked(
                query["query"],
                msgspec.convert(query.get("patient") or {}, matcher.Patient),
                {canonical(trial_id): grade for trial_id, grade in query["relevant"].items()},
                gold=query,
            )
            for query in lines(GOLD)
        ],
        "unseen": [Asked(question.text, nobody, question.relevant) for question in unseen.questions()],
        "notes": [Asked(topic["text"], nobody, judged[topic["id"]], judged=True) for topic in notes],
        "short": [Asked(topic["short"], nobody, judged[topic["id"]], judged=True) for topic in notes],
    }


def names() -> list[tuple[ModuleType, str]]:
    """All weights with the module that holds them."""
    return [(module, name) for module in (weights, steps) for name in vars(module) if name.isupper()]


@contextmanager
def without(module: ModuleType, name: str) -> Iterator[float]:
    """The matcher while one weight does nothing; the value at which it does not."""
    kept = getattr(module, name)
    setattr(module, name, NEUTRAL.get(name, 1.0))
    try:
        yield float(getattr(module, name))
    finally:
        setattr(module, name, kept)


def again(opened: matcher.Matcher, module: ModuleType, name: str) -> matcher.Matcher:
    """An opened matcher that keeps nothing of other weights; what the weight cannot change is not made anew."""
    expansion = Expansion(opened.terminology) if module is steps else opened.scorer.expansion
    index = opened.catalogue
    if name in FIELDS:
        index = TrialIndex(duckdb.connect(index.file, read_only=True), opened.terminology, expansion)
    elif module is steps:
        index.expansion = expansion
        index.causes.cache_clear()
    return matcher.Matcher(index, opened.terminology, expansion)


def answers(suggests: matcher.Matcher, asked: Sequence[Asked]) -> list[Answer]:
    """Trials and grades for each question, none where it cannot be read."""
    found: list[Answer] = []
    for question in asked:
        try:
            matches = suggests.suggest(
                question.text, patient=question.patient, limit=DEPTH if question.judged else LIMIT
            ).matches
        except matcher.DiagnosisError:
            matches = ()
        found.append(tuple((canonical(match.trial_id), match.grade) for match in matches))
    return found


def figures(asked: Sequence[Asked], found: Sequence[Answer]) -> dict[str, float]:
    """nDCG@10 (of the judged trials alone for notes, and of all), and for gold queries the trials that are wrong."""
    pairs = list(zip(asked, found, strict=True))
    ranked = [(question, [trial_id for trial_id, _ in answer]) for question, answer in pairs if question.relevant]
    if not asked[0].judged:
        values = {"nDCG": mean([ndcg(trials, question.relevant) for question, trials in ranked])}
        if asked[0].gold is not None:
            values |= {"wrong": float(sum(map(_wrong, asked, found))), "lost": float(sum(map(_lost, asked, found)))}
        return values
    only = [[trial_id for trial_id in trials if trial_id in question.relevant] for question, trials in ranked]
    return {
        "judged nDCG": mean(
            [ndcg(trials, question.relevant, linear=True) for trials, (question, _) in zip(only, ranked, strict=True)]
        ),
        "whole nDCG": mean([ndcg(trials, question.relevant, linear=True) for question, trials in ranked]),
    }


def _wrong(question: Asked, answer: Answer) -> int:
    """How many suggestions a gold query must not get."""
    assert question.gold is not None
    return len(
        wrong_suggestions(
            question.gold, {"matches": [{"trial_id": trial_id, "grade": grade} for trial_id, grade in answer]}
        )
    )


def _lost(question: Asked, answer: Answer) -> int:
    """How many trials of grade 2 a gold query lacks, and the anchor where it belongs and is no suggestion."""
    assert question.gold is not None
    shown = {trial_id for trial_id, _ in answer}
    anchor = question.gold["anchor"] in ("top1", "top3", "listed") and (
        ANCHOR not in [one for one, grade in answer if grade in FIRM]
    )
    return anchor + sum(grade == 2 and trial_id not in shown for trial_id, grade in question.relevant.items())
