"""The trials of a catalogue for a patient's concepts, best first.

`Ranker.rank` scores every candidate. `Ranker.best_first` gives the same trials in the same order and scores only those
that can still come next; a property test holds the two equal.
"""

import heapq
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from matcher import weights
from matcher.patient.case import Element, PatientCase
from matcher.patient.demographics import AgeGroup
from matcher.ranking.candidates import CandidateSet
from matcher.ranking.same_treatment import same_treatment
from matcher.ranking.scoring import (
    ASKED,
    ROUNDING,
    Link,
    PreparedCase,
    Scored,
    Scorer,
    grade_of,
    standing,
    unstated,
)
from matcher.terminology import Terminology
from matcher.terminology.expansion import Expansion
from matcher.trials.index import Floats, Ints, TrialIndex


class ScoreBounds(NamedTuple):
    """What a patient's concepts lead to, whatever the words for them: trials, and the most that each can score.

    scored: those whose turn came, filled as far as it was asked for; the most that they score is their score.
    """

    case: PreparedCase
    trials: Ints
    most: Floats
    scored: dict[int, Scored]


class Ranker:
    """Ranks the trials of one catalogue for patients."""

    def __init__(self, catalogue: TrialIndex, terminology: Terminology, expansion: Expansion) -> None:
        self.scorer = Scorer(catalogue, terminology, expansion)
        self._standing = np.array([standing(facts.status) for facts in catalogue.facts])
        self._asking = np.ones(len(self._standing))
        for requirement, name in catalogue.requirement_names.items():
            if name in ASKED:
                self._asking[catalogue.is_limited([requirement])] *= getattr(weights, ASKED[name][0])
        self._shared_bounds = lru_cache(maxsize=1_000)(self._find_shared_bounds)

    def ranked(self, patient: PatientCase, faint: bool = False) -> Iterator[Scored]:
        """The trials that a patient's concepts lead to, best first, and behind them trials that give what the best
        ones give. faint: with those that are too faint to be a hint.
        """
        best: list[Scored] = []
        seen: set[int] = set()
        for scored in self.best_first(patient):
            if not faint:
                if scored.score < weights.FAINT * weights.CLOSED:
                    break  # so are all that follow
                if scored.score < (weights.FAINT_WIDER if scored.relation == "broader" else weights.FAINT):
                    continue
            seen.add(scored.trial_index)
            if len(best) < weights.TREATING and grade_of(scored) != "weak":
                best.append(scored)
            yield scored
        yield from same_treatment(best, seen, patient, self.scorer)

    def rank(self, patient: PatientCase) -> list[Scored]:
        """All trials with a score, best first: the plain form, every candidate scored."""
        candidates = self.scorer.candidates.of((*patient.diseases, *patient.findings))
        case = self.scorer.case(patient, candidates)
        found = (self.scorer.score(trial_index, case) for trial_index in candidates.trials.tolist())
        scored = [item for item in found if item is not None]
        if _is_for_relatives(patient):
            scored += self.scorer.for_relatives(patient)
        lifts = self.scorer.lifts(np.array([item.trial_index for item in scored], np.int64), patient.words).tolist()
        raised = [_raised(item, lift) for item, lift in zip(scored, lifts, strict=True)]
        return sorted(raised, key=lambda item: (-item.score * self._standing[item.trial_index], item.trial_index))

    def best_first(self, patient: PatientCase) -> Iterator[Scored]:
        """The trials of `rank`, in the same order, each scored when its turn may have come.

        Until then a trial waits at the place of the most that it can reach.
        """
        if _is_for_relatives(patient):
            yield from self.rank(patient)
            return
        if not patient.diseases and not patient.findings:
            return
        element = self._only_element(patient)
        if element is None:
            bounds = self._bounds(patient)
        else:
            bounds = self._shared_bounds(
                element.concept, element.weight, element.finding, element.inferred, element.ambiguous,
                patient.age_group,
            )  # fmt: skip
        case, trials, most, scored = bounds
        lifts, held_back = self.scorer.lifts(trials, patient.words), self._standing[trials]
        columns = (-(most * lifts) * held_back, trials, lifts, held_back)
        heap = list(zip(*[column.tolist() for column in columns], range(len(trials)), strict=True))
        heapq.heapify(heap)
        while heap:
            _, trial_index, lift, held_back, row = heapq.heappop(heap)
            found = scored.get(trial_index)
            if found is None:
                found = self.scorer.score(trial_index, case)
                if found is None:
                    continue
                scored[trial_index], most[row] = found, found.score
                waiting = (-(found.score * lift) * held_back, trial_index, lift, held_back, row)
                if heap and heap[0] < waiting:
                    heapq.heappush(heap, waiting)
                    continue
            yield _raised(found, lift, element)

    def _only_element(self, patient: PatientCase) -> Element | None:
        """The one thing that is stated of a patient, None when there is more to it."""
        elements = (*patient.diseases, *patient.findings)
        alone = PatientCase(
            patient.diseases, patient.findings, {}, (), None, patient.words, age_group=patient.age_group
        )
        if len(elements) != 1 or elements[0].past or patient != alone:
            return None
        (element,) = elements
        known = self.scorer.terminology.holds(element.concept)
        return element if known and element.reached is self.scorer.expansion.of(element.concept) else None

    def _find_shared_bounds(
        self, concept: int, weight: float, finding: bool, inferred: bool, ambiguous: bool, age_group: AgeGroup
    ) -> ScoreBounds:
        """The bounds of all patients of whom this one concept is stated: batches ask for the same ones again."""
        reached = self.scorer.expansion.of(concept)
        element = Element(concept, weight, finding, "", "", weight, reached, inferred=inferred, ambiguous=ambiguous)
        diseases, findings = ((), (element,)) if finding else ((element,), ())
        return self._bounds(PatientCase(diseases, findings, {}, (), None, frozenset(), age_group=age_group))

    def _bounds(self, patient: PatientCase) -> ScoreBounds:
        found = self.scorer.candidates.of((*patient.diseases, *patient.findings))
        case = self.scorer.case(patient, found)
        trials, most = found.trials, self._most(found, patient)
        scored: dict[int, Scored] = {}
        for row in np.flatnonzero((most == 0) & found.hinting).tolist():
            hint = self.scorer.hint(self.scorer.catalogue.profile(int(trials[row])), patient)
            if hint:
                scored[hint.trial_index] = hint
                most[row] = hint.score
        kept = most > 0
        return ScoreBounds(case, trials[kept], most[kept], scored)

    def _most(self, found: CandidateSet, patient: PatientCase) -> Floats:
        """The most that `score` can come to for each candidate, 0 for what only hints lead to: the strongest link, less
        what is sure to be taken off, in the order in which `score` does that.
        """
        several = len(patient.diseases) + len(patient.findings) > 1
        most = found.values * (1 + weights.BOTH_DISEASES) * ROUNDING if several else found.values.copy()
        unmet = self.scorer.catalogue.has_diseases[found.trials] & ~found.disease_met & ~found.finding_met
        most[unmet] *= weights.FOCUS_UNMET
        most[self.scorer.catalogue.asks_finding[found.trials] & ~found.finding_met] *= unstated(
            self.scorer.likeliest(patient)
        )
        most[unmet] *= weights.OTHER_SETTING if patient.diseases else weights.SEVERAL_CAUSES
        most *= self._asking[found.trials]
        most[found.excluding] *= weights.DENIED
        return most


def _is_for_relatives(patient: PatientCase) -> bool:
    """Whether the text is about the disease of a relative, and about nothing that the patient has."""
    return bool(patient.family and patient.relative and not patient.diseases and not patient.findings)


def _raised(scored: Scored, lift: float, element: Element | None = None) -> Scored:
    """A scored trial, lifted; its links are those of the element if one is given, which has the patient's words."""
    links = scored.links
    if element is not None:
        links = tuple([Link(element, link.naming, link.reached, link.value) for link in links])
    return Scored(scored.trial_index, scored.score * lift, links, scored.notes, scored.relation, scored.firm)
