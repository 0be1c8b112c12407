"""Diseases that a list of findings points at when no disease is named ("angioid streaks, yellow papules on the neck").

Every disease with a manifestation edge to a stated finding is weighed: how rare the findings are among all diseases,
and
how regular they are in this one. Only a clear first place counts, and it is said to be suggested by the findings.
"""

import math
from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

from matcher.expansion import Expansion
from matcher.terminology import Kind, Relation, Terminology

ENOUGH = 0.6
ANNOTATED_DISEASES = 12_640
"""Diseases with phenotype annotations in HPO 2025-01-16."""
FEWEST = 3
FEWEST_RARE = 2
RARE = 5.5
"""Information in nats of a finding of less than 1 disease in 250."""
CLEAR = 0.85
"""A disease below this share of the first one's score is no rival."""
CURATED_BONUS = 1.15


class Pointed(NamedTuple):
    """A disease that findings point at. share: part of the findings' information that it explains."""

    concept: int
    share: float
    findings: tuple[int, ...]


class Inference:
    """Weighs diseases by stated findings."""

    def __init__(self, terminology: Terminology, expansion: Expansion) -> None:
        self.terminology = terminology
        self.expansion = expansion
        self.information = lru_cache(maxsize=20_000)(self._information)
        self._diseases = ANNOTATED_DISEASES

    def _causes(self, finding: int) -> dict[int, float]:
        """Diseases with an edge to a finding or a kind of it, with how regular it is."""
        causes: dict[int, float] = {}
        for concept, how in self.expansion.of(finding).items():
            if how.weight < 0.7:
                continue
            for edge in self.terminology.edges(concept, backwards=True):
                if edge.relation in (Relation.MANIFESTATION, Relation.COMPLICATION):
                    value = edge.weight * how.weight
                    causes[edge.other] = max(value, causes.get(edge.other, 0.0))
        return causes

    def _information(self, finding: int) -> float:
        """How much a finding says, in nats: the logarithm of how few diseases come with it."""
        causes = {
            edge.other
            for edge in self.terminology.edges(finding, backwards=True)
            if edge.relation in (Relation.MANIFESTATION, Relation.COMPLICATION)
        }
        return math.log(self._diseases / (1 + len(causes)))

    def pointed(self, findings: list[int]) -> Pointed | None:
        """The one disease that the findings clearly point at, None when there is none."""
        findings = [
            finding for finding in dict.fromkeys(findings) if self.terminology.kind(finding) is not Kind.SYMPTOM
        ]
        if len(findings) < FEWEST_RARE:
            return None
        total = sum(self.information(finding) for finding in findings)
        explained: dict[int, float] = defaultdict(float)
        by: dict[int, list[int]] = defaultdict(list)
        for finding in findings:
            for disease, weight in self._causes(finding).items():
                if self.terminology.kind(disease) is Kind.DISEASE:
                    explained[disease] += self.information(finding) * math.sqrt(weight)
                    by[disease].append(finding)
        best: list[Pointed] = []
        for disease, value in explained.items():
            curated = any(not edge.source.startswith("HPOA:") for edge in self.terminology.edges(disease))
            share = min(1.0, value / total * (CURATED_BONUS if curated else 1.0))
            count = len(by[disease])
            rare = sum(self.information(finding) >= RARE for finding in by[disease])
            if share >= ENOUGH and (count >= FEWEST or (count >= FEWEST_RARE and rare >= FEWEST_RARE)):
                best.append(Pointed(disease, share, tuple(by[disease])))
        if not best:
            return None
        best.sort(key=lambda item: (-item.share, item.concept))
        rivals = [item for item in best[1:] if item.share >= CLEAR * best[0].share]
        related = self.expansion.of(best[0].concept)
        unrelated = [item for item in rivals if item.concept not in related and item.share >= 0.97 * best[0].share]
        return None if len(unrelated) > 2 else best[0]
