"""Trials that a patient's concepts lead to, all of them: as arrays, for some concepts lead to thousands."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from matcher import weights
from matcher.patient.case import Element
from matcher.terminology import Kind
from matcher.terminology import weights as steps
from matcher.terminology.expansion import ConceptPath, Expansion
from matcher.terminology.model import is_annotated
from matcher.trials.index import Flags, Floats, Ints, TrialIndex
from matcher.trials.roles import DISEASE, FINDING, ROLES


class CandidateSet(NamedTuple):
    """Trials that something leads to, a row each.

    values: of the strongest way to what the trial means, 0 where only hints lead there. meeting: how many elements
    lead there. disease_met, finding_met: something near is a disease or a finding that the trial is about. excluding:
    the trial excludes what leads to it. hinting: a hint leads to what the trial is about.
    """

    trials: Ints
    values: Floats
    meeting: Ints
    disease_met: Flags
    finding_met: Flags
    excluding: Flags
    hinting: Flags


_BITS = (1 << np.arange(len(ROLES))).astype(np.int16)
"""A mark for each role of what is near; that of a hint is shifted by the number of roles."""
_DISEASE, _FINDING = 1 << DISEASE, 1 << FINDING
_HINTED_DISEASE, _HINTED_FINDING = _DISEASE << len(ROLES), _FINDING << len(ROLES)
_NO_FLAGS: Flags = np.zeros(0, np.bool_)
NOWHERE = CandidateSet(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64), *[_NO_FLAGS] * 4)


class Candidates:
    """Chooses the candidates of one catalogue."""

    def __init__(self, catalogue: TrialIndex, expansion: Expansion) -> None:
        self.catalogue = catalogue
        self.terminology = expansion.terminology
        self.expansion = expansion
        self.hints = lru_cache(maxsize=20_000)(self._find_hints)
        self._set_of = lru_cache(maxsize=2_000)(self._find_set_of)

    def of(self, elements: Sequence[Element]) -> CandidateSet:
        """Trials that name something reached from the elements; values are the most of what each element gives."""
        sets = [self._set(element) for element in elements]
        if not sets:
            return NOWHERE
        if len(sets) == 1:
            return sets[0]._replace(values=sets[0].values * elements[0].weight)
        sureness = np.repeat([element.weight for element in elements], [len(found.trials) for found in sets])
        trials, values, meeting, *flags = (np.concatenate(columns) for columns in zip(*sets, strict=True))
        order = np.argsort(trials, kind="stable")
        first = _first_of_each(trials[order])
        most, *marks = (np.maximum.reduceat(column[order], first) for column in (values * sureness, *flags))
        return CandidateSet(trials[order][first], most, np.add.reduceat(meeting[order], first), *marks)

    def _set(self, element: Element) -> CandidateSet:
        """Trials that name what an element leads to."""
        known = self.terminology.holds(element.concept)
        if known and element.reached is self.expansion.of(element.concept):
            return self._set_of(element.concept, element.finding)
        return self._find_set(element.reached, {} if element.finding else self.hints(element.concept))

    def _find_set_of(self, concept: int, finding: bool) -> CandidateSet:
        return self._find_set(self.expansion.of(concept), {} if finding else self.hints(concept))

    def _find_set(self, reached: Mapping[int, ConceptPath], hints: Mapping[int, ConceptPath]) -> CandidateSet:
        meant = self.catalogue.named_among(reached)
        hinted = [concept for concept in self.catalogue.named_among(hints) if concept not in reached]
        if not meant and not hinted:
            return NOWHERE
        trials, named_weights, roles, counts = self.catalogue.trials_naming([*meant, *hinted])
        near = [reached[concept].weight for concept in meant] + [hints[concept].weight for concept in hinted]
        nearness = np.array(near).repeat(counts)
        values = nearness * named_weights
        hints_from = sum(counts[: len(meant)])
        values[hints_from:] = 0.0
        order = np.argsort(trials, kind="stable")  # of some sorted runs, which it only merges
        first = _first_of_each(trials[order])
        marks = _BITS[roles]
        marks[:hints_from] *= ((nearness > steps.GROUP_ABOVE) & (values > 0))[:hints_from]
        marks[hints_from:] <<= len(ROLES)
        marks = np.bitwise_or.reduceat(marks[order], first)
        trials, values = trials[order][first], np.maximum.reduceat(values[order], first)
        excluding = self.catalogue.is_limited(concept for concept, how in reached.items() if is_at_least(how))[trials]
        excluding &= values > 0
        hinting = (marks & _HINTED_FINDING > 0) & ~self.catalogue.has_diseases[trials]
        hinting |= marks & _HINTED_DISEASE > 0
        met = marks & _DISEASE > 0, marks & _FINDING > 0
        return CandidateSet(trials, values, (values > 0).astype(np.int64), *met, excluding, hinting)

    def _find_hints(self, concept: int) -> dict[int, ConceptPath]:
        """What a disease may come with, for hints only."""
        if not self.terminology.holds(concept):
            return {}
        return {
            other: ConceptPath(weights.HINT * how.weight, "manifestation", how.evidence)
            for other, how in self.expansion.manifestations(concept).items()
            if (how.weight >= steps.NEAR or not is_annotated(how.evidence))
            and self.terminology.kind(other) is not Kind.SYMPTOM
            and (not how.evidence.startswith("HPO") or not self.expansion.is_common(other))
        }


def is_at_least(how: ConceptPath) -> bool:
    """Whether to exclude what is reached is to exclude what it is reached from."""
    return how.relation != "narrower" and how.weight >= steps.NEAR


def _first_of_each(trials: Ints) -> Ints:
    """Where each trial begins among sorted ones."""
    is_first = np.ones(len(trials), dtype=bool)
    is_first[1:] = trials[1:] != trials[:-1]
    return np.flatnonzero(is_first)
