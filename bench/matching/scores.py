"""How answers are judged: links of a phrase to a heading, and suggestions that a query must not get."""

import re
from collections.abc import Iterable, Mapping, Sequence
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
