"""What is only suspected: trials that rest on it are possible at most, and say so.

What is sure counts as it would without the suspicion beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher import weights
from matcher.terminology import weights as steps

if TYPE_CHECKING:
    from matcher.patient.case import PatientCase
    from matcher.ranking.scoring import Link

SUSPECTED = "What leads here is only suspected."
"""Why a trial that would be strong is possible."""
_DRAWN_TOGETHER = (weights.STRONG - weights.POSSIBLE) / ((1 + weights.BOTH_DISEASES) * (1 + weights.LEXICAL))
"""By how much what lies above possible is drawn together, so that not even the best of it is strong."""


def is_suspected(links: list[Link]) -> bool:
    """Whether one side of a trial is met by nothing but what is suspected."""
    if not any(link.element.suspected for link in links):
        return False
    least = max(link.value for link in links) * steps.NEAR
    return all(link.element.suspected for link in links if link.value >= least)


def held_score(score: float) -> float:
    """The score of what is suspected, in the order that it had."""
    if score <= weights.POSSIBLE:
        return score
    return weights.POSSIBLE + (score - weights.POSSIBLE) * _DRAWN_TOGETHER


def what_is_sure(patient: PatientCase) -> PatientCase | None:
    """A patient without what is suspected, None where nothing is or nothing else is stated."""
    if not any(element.suspected for element in (*patient.diseases, *patient.findings, *patient.context)):
        return None
    diseases = tuple(element for element in patient.diseases if not element.suspected)
    findings = tuple(element for element in patient.findings if not element.suspected)
    context = tuple(element for element in patient.context if not element.suspected)
    if not diseases and not findings:
        return None
    return patient._replace(diseases=diseases, findings=findings, context=context)
