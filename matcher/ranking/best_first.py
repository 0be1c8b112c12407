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
from matcher.trials.index import Flags, Floats, Ints, TrialIndex

_AT_ONCE = 100
"""Trials whose bounds are turned from arrays into numbers at once."""


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

    def ranked(self, patient: PatientCase, among: Flags | None = None, faint: bool = False) -> Iterator[Scored]:
        """The trials that a patient's concepts lead to, best first, and behind them trials that give what the best
        ones give. among: which trials to look at, all if not stated. faint: with those that are too faint to be a hint.
        """
        best: list[Scored] = []
        seen: set[int] = set()
        for scored in self.best_first(patient, among):
            if not faint:
                if scored.score < weights.FAINT * weights.CLOSED:
                    break  # so are all that follow
                if scored.score < weights.FAINT:
                    continue
            seen.add(scored.trial_index)
            if len(best) < weights.TREATING and grade_of(scored) != "weak":
                best.append(scored)
            yield scored
        yield from same_treatment(best, seen, patient, self.scorer, among)

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

    def best_first(self, patient: PatientCase, among: Flags | None = None) -> Iterator[Scored]:
        """The trials of `rank`, in the same order, each scored when its turn may have come: until then it waits at the
        place of the most that it can reach. among: which trials to look at, all if not stated.
        """
        if _is_for_relatives(patient):
            yield from (scored for scored in self.rank(patient) if among is None or among[scored.trial_index])
            return
        if not patient.diseases and not patient.findings:
            return
        element, bounds = self._known_bounds(patient)
        yield from self._in_turn(bounds, patient, element, among)

    def fitting(self, patient: PatientCase, among: Flags) -> int:
        """How many trials the patient's concepts lead to closely enough for a suggestion, none of them looked into."""
        if not patient.diseases and not patient.findings:
            return 0
        _, bounds = self._known_bounds(patient)
        return int(np.count_nonzero(among[bounds.trials[bounds.most >= weights.POSSIBLE]]))

    def _known_bounds(self, patient: PatientCase) -> tuple[Element | None, ScoreBounds]:
        """The bounds for a patient, and the only element there is, if one is all: many patients share its bounds."""
        element = self._only_element(patient)
        if element is None:
            return None, self._bounds(patient)
        return element, self._shared_bounds(
            element.concept, element.weight, element.finding, element.inferred, element.ambiguous, patient.age_group
        )

    def _in_turn(
        self, bounds: ScoreBounds, patient: PatientCase, element: Element | None, among: Flags | None
    ) -> Iterator[Scored]:
        """Trials in the order of their scores, of which no more are found out than are asked for."""
        case, trials, most, scored = bounds
        lifts = self.scorer.lifts(trials, patient.words)
        least = -most * lifts * self._standing[trials]
        rows = np.lexsort((trials, least))
        if among is not None:
            rows = rows[among[trials[rows]]]
        waiting: list[tuple[float, int, Scored]] = []
        for start in range(0, len(rows), _AT_ONCE):
            chunk = rows[start : start + _AT_ONCE]
            columns = (least[chunk], trials[chunk], lifts[chunk])
            for bound, trial_index, lift in zip(*(column.tolist() for column in columns), strict=True):
                while waiting and waiting[0][:2] < (bound, trial_index):
                    yield heapq.heappop(waiting)[2]
                found = scored.get(trial_index) or self.scorer.score(trial_index, case)
                if found is not None:
                    scored[trial_index] = found
                    key = -found.score * lift * float(self._standing[trial_index])
                    heapq.heappush(waiting, (key, trial_index, _raised(found, lift, element)))
        while waiting:
            yield heapq.heappop(waiting)[2]

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
        most = np.where(found.meeting > 1, found.values * (1 + weights.BOTH_DISEASES) * ROUNDING, found.values)
        unmet = self.scorer.catalogue.has_diseases[found.trials] & ~found.disease_met & ~found.finding_met
        most[self.scorer.catalogue.asks_finding[found.trials] & ~found.finding_met] *= unstated(
            self.scorer.likeliest(patient)
        )
        if patient.diseases:
            most[unmet] *= weights.SETTING
        most *= self._asking[found.trials]
        most[found.excluding] *= weights.AGAINST
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
