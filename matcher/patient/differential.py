"""Diseases that a list of findings points at when no disease is named ("angioid streaks, yellow papules on the neck").

Every disease with a manifestation edge to a stated finding is weighed: how rare the findings are among all diseases,
and how regular they are in this one. Only a clear first place counts, and it is said to be suggested by the findings.
"""

import math
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from matcher import weights
from matcher.terminology import Kind, Relation, Terminology
from matcher.terminology import weights as steps
from matcher.terminology.expansion import Expansion
from matcher.terminology.model import is_annotated

ANNOTATED_DISEASES = 12_640
"""Diseases with phenotype annotations in HPO 2025-01-16."""


class Pointed(NamedTuple):
    """A disease that findings point at. share: part of the findings' information that it explains."""

    concept: int
    share: float
    findings: tuple[int, ...]


class Inference:
    """Weighs diseases by stated findings. A finding can have thousands of diseases, so they are weighed as arrays."""

    def __init__(self, terminology: Terminology, expansion: Expansion) -> None:
        self.terminology = terminology
        self.expansion = expansion
        self.information = lru_cache(maxsize=20_000)(self._information)
        self._causes = lru_cache(maxsize=2_000)(self._find_causes)
        self._first = terminology.arrays["back_pointers"]
        self._diseases = terminology.arrays["back_others"]
        self._weights = terminology.arrays["back_weights"]
        self._comes_with = np.isin(
            terminology.arrays["back_relations"], (Relation.MANIFESTATION, Relation.COMPLICATION)
        )

    @cached_property
    def _is_disease(self) -> npt.NDArray[np.bool_]:
        is_disease: npt.NDArray[np.bool_] = np.array(self.terminology.kinds) == Kind.DISEASE
        return is_disease

    def _annotations(self, finding: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Diseases with an edge to this very finding, and how regular it is in each."""
        edges = slice(self._first[finding], self._first[finding + 1])
        comes_with = self._comes_with[edges]
        return self._diseases[edges][comes_with], self._weights[edges][comes_with].astype(np.float64)

    def _find_causes(self, finding: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Diseases with an edge to a finding or a kind of it, sorted, with how regular it is."""
        manifested = self.expansion.manifested
        near = [
            (concept, how.weight)
            for concept, how in self.expansion.of(finding).items()
            if concept == finding or (how.weight >= steps.NEAR and concept in manifested)
        ]
        annotated = [(*self._annotations(concept), weight) for concept, weight in near]
        found = np.concatenate([diseases for diseases, _, _ in annotated])
        diseases, owners = np.unique(found, return_inverse=True)
        regularity = np.zeros(len(diseases))
        np.maximum.at(regularity, owners, np.concatenate([regular * near for _, regular, near in annotated]))
        is_disease = self._is_disease[diseases]
        return diseases[is_disease], regularity[is_disease]

    def _information(self, finding: int) -> float:
        """How much a finding says, in nats: the logarithm of how few diseases come with it."""
        return math.log(ANNOTATED_DISEASES / (1 + len(np.unique(self._annotations(finding)[0]))))

    def _is_common_disease(self, concept: int) -> bool:
        return self.terminology.kind(concept) is Kind.DISEASE and self.expansion.is_common(concept)

    def pointed(self, findings: list[int]) -> Pointed | None:
        """The one disease that the findings clearly point at, None when there is none."""
        findings = [
            finding
            for finding in dict.fromkeys(findings)
            if self.terminology.kind(finding) is not Kind.SYMPTOM and not self._is_common_disease(finding)
        ]
        if len(findings) < weights.FEWEST_RARE:
            return None
        best = sorted(self._explaining(findings), key=lambda item: (-item.share, item.concept))
        if not best:
            return None
        rivals = [item for item in best[1:] if item.share >= weights.AS_GOOD * best[0].share]
        related = self.expansion.of(best[0].concept)
        unrelated = sum(item.concept not in related for item in rivals)
        return None if unrelated > weights.RIVALS else best[0]

    def _explaining(self, findings: list[int]) -> Iterator[Pointed]:
        """Diseases that explain enough of the findings' information, and enough of the findings."""
        information = np.array([self.information(finding) for finding in findings])
        causes = [self._causes(finding) for finding in findings]
        diseases = np.unique(np.concatenate([annotated for annotated, _ in causes]))
        explained = np.zeros((len(findings), len(diseases)))
        for row, (annotated, regularity) in enumerate(causes):
            explained[row, np.searchsorted(diseases, annotated)] = information[row] * np.sqrt(regularity)
        by, is_rare = explained != 0, information >= weights.RARE
        shares = explained.sum(axis=0) / information.sum()
        enough = (by.sum(axis=0) >= weights.FEWEST) | (by[is_rare].sum(axis=0) >= weights.FEWEST_RARE)
        for column in np.flatnonzero((shares * weights.CURATED_BONUS >= steps.NEAR) & enough).tolist():
            disease, share = int(diseases[column]), float(shares[column])
            curated = any(not is_annotated(edge.source) for edge in self.terminology.edges(disease))
            share = min(1.0, share * (weights.CURATED_BONUS if curated else 1.0))
            if share >= steps.NEAR:
                yield Pointed(disease, share, tuple(np.array(findings)[by[:, column]].tolist()))
