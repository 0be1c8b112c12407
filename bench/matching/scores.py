"""How answers are judged: links of a phrase to a heading, and suggestions that a query must not get."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

FIRM = ("strong", "possible")
ANCHOR = "NCT03582800"
_FIGURE = re.compile(r"(\w+)=([\d.]+)(?:/(\d+))?")
_COUNTRY = re.compile(r"^(EUCTR\d{4}-\d{6}-\d{2})-[A-Z]{2,3}$")


class Links(NamedTuple):
    """Shares of all pairs: right, linked to something wrong, not linked."""

    right: float
    wrong: float
    abstained: float
    pairs: int


def links(answers: Sequence[str | None], accepted: Sequence[frozenset[str]]) -> Links:
    """Score one answer a pair. accepted: the names that are right for each, folded like the answers."""
    total = len(accepted)
    right = sum(answer in good for answer, good in zip(answers, accepted, strict=True) if answer is not None)
    none = sum(answer is None for answer in answers)
    share = max(1, total)
    return Links(right / share, (total - right - none) / share, none / share, total)


def read_figures(line: str) -> dict[str, float]:
    """Figures of a line "name=0.93 quiet=19/20" as numbers; a fraction gives its quotient."""
    return {name: float(top) / (float(of) if of else 1) for name, top, of in _FIGURE.findall(line)}


def canonical(trial_id: str) -> str:
    """A trial's id without the country of an EU CTR record."""
    found = _COUNTRY.match(trial_id)
    return found[1] if found else trial_id


def wrong_suggestions(gold: Mapping[str, Any], answer: Mapping[str, Any]) -> list[str]:
    """Trials suggested (strong or possible) that a query must not get.

    What must not be shown; the anchor where it belongs not; and anything at all where nothing is relevant.
    """
    firm = [canonical(match["trial_id"]) for match in answer.get("matches", ()) if match.get("grade", "strong") in FIRM]
    if not gold["relevant"]:
        return firm
    unwanted = {canonical(trial_id) for trial_id in gold["must_not"]}
    if gold["anchor"] == "absent":
        unwanted.add(ANCHOR)
    return [trial_id for trial_id in firm if trial_id in unwanted]


def share(items: Iterable[bool]) -> float:
    """Share of those that are true, 0 for none."""
    counted = list(items)
    return sum(counted) / max(1, len(counted))


def percentile(values: Sequence[float], part: float) -> float:
    """The value that ``part`` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def mean(values: Sequence[float]) -> float:
    """Mean, 0 of none."""
    return sum(values) / max(1, len(values))


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], depth: int = 10, linear: bool = False) -> float:
    """How near a ranking comes to the best one: discounted gain of its first ``depth`` trials over the best possible.

    linear: a grade is its own gain, as trec_eval has it; otherwise 2 to the grade, less 1. 0 where nothing is relevant.
    """

    def gain(grade: int) -> float:
        return float(grade) if linear else float(2**grade - 1)

    def total(grades: Iterable[int]) -> float:
        return sum(gain(grade) / math.log2(place + 2) for place, grade in enumerate(islice(grades, depth)))

    best = total(sorted(grades.values(), reverse=True))
    return total(grades.get(trial_id, 0) for trial_id in ranked) / best if best else 0.0
