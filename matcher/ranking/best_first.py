"""The trials of a catalogue for a patient's concepts, best first.

`Ranker.rank` scores every candidate. `Ranker.best_first` gives the same trials in the same order and scores only those
that can still come next; a property test holds the two equal.
"""

import heapq
from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import chain
from typing import NamedTuple

import msgspec
import numpy as np

from matcher import weights
from matcher.patient.case import Element, PatientCase
from matcher.patient.dangers import dangerous_words
from matcher.patient.demographics import AgeGroup
from matcher.ranking.candidates import CandidateSet
from matcher.ranking.leading import Leading
from matcher.ranking.same_treatment import same_treatment
from matcher.ranking.scoring import (
    ASKED,
    ROUNDING,
    Link,
    PreparedCase,
    Scored,
    Scorer,
    grade_of,
    unstated,
)
from matcher.ranking.shared_words import lifts
from matcher.ranking.standing import Powers, Standing, counts
from matcher.ranking.suspicion import held_score
from matcher.terminology import Terminology
from matcher.terminology import weights as steps
from matcher.terminology.expansion import Expansion
from matcher.trials.index import Flags, Floats, Ints, TrialIndex

_LEAST = 1e-9
_AT_ONCE = 100
"""Trials whose bounds are turned from arrays into numbers at once."""
_SORTED_AT_ONCE = 1_000
"""Trials that are put in order first: of the many that a common diagnosis leads to, few are asked for."""

ASIDE = "The note names it beside what it is about."
"""Why a trial for a side diagnosis of a note is no more than a hint."""
GRADES = ("strong", "possible", "weak")
Key = tuple[bool, int, float, int]


class ScoreBounds(NamedTuple):
    """What a patient's concepts lead to, whatever the words for them: trials, and the most that each can score.

    scored: those whose turn came, filled as far as it was asked for; the most that they score is their score.
    """

    case: PreparedCase
    trials: Ints
    most: Floats
    scored: dict[int, Scored]


class Divided(NamedTuple):
    """A patient with what leads alone, and the same patient with what is context alone. bounds: of these two cases,
    filled as they are asked for.
    """

    of: PatientCase
    leading: PatientCase
    beside: PatientCase | None
    bounds: dict[bool, tuple[Element | None, ScoreBounds]]


class Ranker:
    """Ranks the trials of one catalogue for patients."""

    def __init__(self, catalogue: TrialIndex, terminology: Terminology, expansion: Expansion) -> None:
        self.scorer = Scorer(catalogue, terminology, expansion)
        self.leading = Leading(catalogue, expansion)
        self.standing = Standing(catalogue)
        self._asking = np.ones(len(catalogue.facts))
        for name, (weight, _) in ASKED.items():
            self._asking[catalogue.trials_asking(name)] *= getattr(weights, weight)
        self._shared_bounds = lru_cache(maxsize=1_000)(self._find_shared_bounds)
        self._last: Divided | None = None

    def _divided(self, patient: PatientCase) -> Divided:
        """What leads in a patient. Several things are asked of one patient in turn, and it is found out once."""
        last = self._last
        if last is None or last.of is not patient:
            last = self._last = Divided(patient, *self.leading.of(patient), {})
        return last

    def forget(self) -> None:
        """Keep nothing of the patient of whom was asked last."""
        self._last = None

    def ranked(
        self,
        patient: PatientCase,
        among: Flags | None = None,
        least: float | None = None,
        standing: Powers | None = None,
    ) -> Iterator[Scored]:
        """The trials that a patient's concepts lead to, best first, and behind them trials that give what the best
        ones give. among: which trials to look at, all if not stated. least: the lowest score of interest, that of a
        hint if not stated. standing: how soon the patient could join each trial, as for anybody if not stated.
        """
        best: list[Scored] = []
        seen: set[int] = set()
        for scored in self.best_first(patient, among, weights.FAINT if least is None else least, standing):
            seen.add(scored.trial_index)
            if len(best) < weights.TREATING and grade_of(scored) != "weak":
                best.append(scored)
            yield scored
        yield from same_treatment(best, seen, patient, self.scorer, among)

    def rank(self, patient: PatientCase, standing: Powers | None = None) -> list[Scored]:
        """All trials with a score, best first: the plain form, every candidate scored."""
        _, leading, beside, _ = self._divided(patient)
        in_note = patient.prominence is not None
        found = self._score_all(leading)
        if self._is_for_relatives(patient) and (theirs := self.scorer.for_relatives(patient)):
            found = [*theirs, *(_beside(scored, in_note) for scored in found)]
        if beside is not None:
            harmless = self._harmless(leading, None)
            beside_it = (one for one in self._score_all(beside) if harmless is None or harmless[one.trial_index])
            found += [_beside(scored, in_note) for scored in beside_it]
        ranked = sorted(found, key=partial(_key, self.standing.of_anybody if standing is None else standing))
        first = {scored.trial_index: scored for scored in reversed(ranked)}
        return [scored for scored in ranked if first[scored.trial_index] is scored]

    def _is_for_relatives(self, patient: PatientCase) -> bool:
        """Whether the text is about the disease of a relative, and the patient has nothing but what is common."""
        own = (*patient.diseases, *patient.findings)
        is_common = self.scorer.expansion.is_common
        return bool(patient.family and patient.relative) and all(is_common(element.concept) for element in own)

    def _score_all(self, patient: PatientCase) -> list[Scored]:
        candidates = self.scorer.candidates.of((*patient.diseases, *patient.findings))
        case = self.scorer.case(patient, candidates)
        found = (self.scorer.score(trial_index, case) for trial_index in candidates.trials.tolist())
        scored = [item for item in found if item is not None]
        trials = np.array([item.trial_index for item in scored], np.int64)
        raised = lifts(self.scorer.catalogue, trials, patient.words).tolist()
        return [_raised(item, lift) for item, lift in zip(scored, raised, strict=True)]

    def best_first(
        self,
        patient: PatientCase,
        among: Flags | None = None,
        lowest: float = 0.0,
        standing: Powers | None = None,
    ) -> Iterator[Scored]:
        """The trials of `rank`, in the same order, each scored when its turn may have come: until then it waits at the
        place of the most that it can reach. among: which trials to look at, all if not stated. lowest: the least score
        of interest.
        """
        standing = self.standing.of_anybody if standing is None else standing
        if self._is_for_relatives(patient):
            found = (scored for scored in self.rank(patient, standing) if scored.score >= lowest)
            yield from (scored for scored in found if among is None or among[scored.trial_index])
            return
        divided = self._divided(patient)
        if divided.beside is None:
            yield from self._in_turn(divided, among, lowest, standing, False)
            return
        seen: set[int] = set()
        for scored in chain(
            self._in_turn(divided, among, lowest, standing, False),
            self._in_turn(divided, self._harmless(divided.leading, among), lowest, standing, True),
        ):
            if scored.trial_index not in seen:
                seen.add(scored.trial_index)
                yield scored

    def evidence(self, patient: PatientCase) -> Floats:
        """For each trial how much leads to it of what a note puts forward, 1 at most: half by all of it together, half
        by what leads there most.
        """
        together, most = np.zeros(len(self.standing.of_anybody)), np.zeros(len(self.standing.of_anybody))
        for element in (*patient.diseases, *patient.findings):
            share = 0.0 if element.inferred else (patient.prominence or {}).get(element.concept, 0.0)
            led_to = self.scorer.candidates.of((element,))
            together[led_to.trials] += share * led_to.values
            most[led_to.trials] = np.maximum(most[led_to.trials], share * led_to.values)
        for values in (together, most):
            values /= 2 * max(values.max(initial=0.0), _LEAST)
        return together + most

    def harmless(self, patient: PatientCase, among: Flags) -> Flags:
        """Of the trials to look at those that give nothing dangerous for the patient or that is to be avoided."""
        found = self._harmless(patient, among)
        kept = (among if found is None else found).copy()
        for word in patient.avoided:
            kept[self.scorer.catalogue.trials_saying(word)] = False
        return kept

    def harmful(self, trial_index: int, patient: PatientCase) -> str:
        """What a trial gives that is dangerous in one of the patient's diseases or to be avoided, empty for nothing."""
        words = [word for one in patient.diseases for word in dangerous_words(one.concept, self.scorer.terminology)]
        saying = self.scorer.catalogue.trials_saying
        return ", ".join(word for word in sorted({*words, *patient.avoided}) if trial_index in saying(word))

    def _harmless(self, patient: PatientCase, among: Flags | None) -> Flags | None:
        """Of the trials to look at those that give nothing that is dangerous in one of the patient's diseases."""
        terminology, catalogue = self.scorer.terminology, self.scorer.catalogue
        words = [word for one in patient.diseases for word in dangerous_words(one.concept, terminology)]
        if not words:
            return among
        harmless = np.ones(len(catalogue.facts), np.bool_) if among is None else among.copy()
        for word in words:
            harmless[catalogue.trials_saying(word)] = False
        return harmless

    def fitting(self, patient: PatientCase, among: Flags) -> Flags:
        """For each trial whether the patient's concepts lead to it closely enough for a suggestion, unseen."""
        fitting = np.zeros(len(among), np.bool_)
        divided = self._divided(patient)
        of_beside = weights.ONE_SIDE if patient.prominence is None else 0.0
        for case, share in ((divided.leading, 1.0), (divided.beside, of_beside)):
            if case is not None and (case.diseases or case.findings):
                _, bounds = self._known_bounds(divided, case is divided.beside)
                fitting[bounds.trials[bounds.most * share >= weights.POSSIBLE]] = True
        return fitting & among

    def _known_bounds(self, divided: Divided, beside: bool) -> tuple[Element | None, ScoreBounds]:
        """The bounds for what leads or for what stands beside it, and the only element there is, if one is all: many
        patients share its bounds.
        """
        known = divided.bounds.get(beside)
        if known is not None:
            return known
        patient = divided.beside if beside and divided.beside is not None else divided.leading
        element = self._only_element(patient)
        if element is None:
            bounds = self._bounds(patient)
        else:
            bounds = self._shared_bounds(
                element.concept, element.weight, element.finding, element.inferred, element.ambiguous,
                element.suspected, patient.age_group,
            )  # fmt: skip
        divided.bounds[beside] = element, bounds
        return element, bounds

    def _in_turn(
        self, divided: Divided, among: Flags | None, lowest: float, standing: Powers, beside: bool
    ) -> Iterator[Scored]:
        """Trials in their order, of which no more are found out than are asked for. beside: they are for what stands
        beside the diagnosis that leads.
        """
        patient = divided.beside if beside and divided.beside is not None else divided.leading
        if not patient.diseases and not patient.findings:
            return
        element, (case, trials, most, scored) = self._known_bounds(divided, beside)
        raised = lifts(self.scorer.catalogue, trials, patient.words)
        most = most * raised
        in_note = patient.prominence is not None
        if beside:
            most = np.minimum(most * weights.ONE_SIDE, weights.JUST_A_HINT if in_note else np.inf)
        rows = np.flatnonzero(most >= lowest if among is None else (most >= lowest) & among[trials])
        trials, most, raised = trials[rows], most[rows], raised[rows]
        powers = standing[trials]
        count_of = counts(powers)
        value = np.round(-most * count_of[powers], 9)
        counted = count_of.tolist()
        grades = np.where(most >= weights.STRONG, 0, np.where(most >= weights.POSSIBLE, 1, 2))
        waiting: list[tuple[Key, Scored, float]] = []
        for chunk in _in_order(grades, value, trials):
            columns = (grades[chunk], value[chunk], trials[chunk], raised[chunk], powers[chunk])
            for *bound, lift, power in zip(*(column.tolist() for column in columns), strict=True):
                while waiting and waiting[0][0] < (beside, *bound):
                    _, found, lift_of = heapq.heappop(waiting)
                    yield _placed(found, lift_of, element, beside, in_note)
                trial_index = bound[-1]
                known = scored.get(trial_index) or self.scorer.score(trial_index, case)
                if known is None:
                    continue
                scored[trial_index] = known
                score = held_score(known.score * lift) if known.suspected else known.score * lift
                if beside:
                    score = _score_beside(score, in_note)
                if score >= lowest:
                    key = beside, _grade(known.firm, score), round(-score * counted[power], 9), trial_index
                    heapq.heappush(waiting, (key, known, lift))
        while waiting:
            _, found, lift_of = heapq.heappop(waiting)
            yield _placed(found, lift_of, element, beside, in_note)

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
        self,
        concept: int,
        weight: float,
        finding: bool,
        inferred: bool,
        ambiguous: bool,
        suspected: bool,
        age_group: AgeGroup,
    ) -> ScoreBounds:
        """The bounds of all patients of whom this one concept is stated: batches ask for the same ones again."""
        reached = self.scorer.expansion.of(concept)
        element = Element(
            concept, weight, finding, "", "", weight, reached, inferred=inferred, ambiguous=ambiguous,
            suspected=suspected,
        )  # fmt: skip
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
        stated = found.finding_met
        if patient.context:
            beside = self.scorer.candidates.of(patient.context)
            most[np.isin(found.trials, beside.trials[beside.values > steps.NEAR])] *= 1 + weights.BOTH_DISEASES
            stated = stated | np.isin(found.trials, beside.trials)
        unmet = self.scorer.catalogue.has_diseases[found.trials] & ~found.disease_met & ~found.finding_met
        most[self.scorer.catalogue.asks_finding[found.trials] & ~stated] *= unstated(self.scorer.likeliest(patient))
        if any(not element.suspected for element in patient.diseases):
            most[unmet] *= weights.SETTING
        most *= self._asking[found.trials]
        most[found.excluding] *= weights.AGAINST
        return most


def _in_order(grades: Ints, value: Floats, trials: Ints) -> Iterator[Ints]:
    """Rows by grade, value and trial, some at once: of very many the first are sought out before they are sorted."""
    for grade in range(len(GRADES)):
        left, size = np.flatnonzero(grades == grade), _SORTED_AT_ONCE
        while len(left):
            some, left = left, left[:0]
            if len(some) > 2 * size:
                is_first = value[some] <= np.partition(value[some], size)[size]
                some, left = some[is_first], some[~is_first]
                size *= 4
            some = some[np.lexsort((trials[some], value[some]))]
            yield from (some[start : start + _AT_ONCE] for start in range(0, len(some), _AT_ONCE))


def _grade(firm: bool, score: float) -> int:
    """Place of a grade among all (`grade_of`)."""
    if not firm or score < weights.POSSIBLE:
        return 2
    return 0 if score >= weights.STRONG else 1


def _key(standing: Powers, scored: Scored) -> Key:
    """Where a trial stands: what leads before its context, by grade, what can be joined today first, by score."""
    value = round(-scored.score * weights.JOINABLE ** int(standing[scored.trial_index]), 9)
    return scored.beside, GRADES.index(grade_of(scored)), value, scored.trial_index


def _score_beside(score: float, in_note: bool) -> float:
    """The score of a trial of what stands beside the diagnosis that leads: at most possible, in a note a hint."""
    score *= weights.ONE_SIDE
    return weights.JUST_A_HINT if in_note and score > weights.JUST_A_HINT else score


def _beside(scored: Scored, in_note: bool) -> Scored:
    """A scored trial of what stands beside the diagnosis that leads."""
    score = _score_beside(scored.score, in_note)
    is_held = in_note and scored.score * weights.ONE_SIDE > weights.JUST_A_HINT
    notes = (*scored.notes, ASIDE) if is_held else scored.notes
    return msgspec.structs.replace(scored, score=score, notes=notes, beside=True)


def _raised(scored: Scored, lift: float, element: Element | None = None) -> Scored:
    """A scored trial, lifted; its links are those of the element if one is given, which has the patient's words."""
    links = scored.links
    if element is not None:
        links = tuple([Link(element, link.naming, link.reached, link.value) for link in links])
    score = scored.score * lift
    if scored.suspected:
        score = held_score(score)
    return Scored(
        scored.trial_index, score, links, scored.notes, scored.relation, scored.firm, suspected=scored.suspected
    )


def _placed(scored: Scored, lift: float, element: Element | None, beside: bool, in_note: bool) -> Scored:
    """A scored trial as its patient sees it."""
    raised = _raised(scored, lift, element)
    return _beside(raised, in_note) if beside else raised
