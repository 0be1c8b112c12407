"""How well a trial fits a patient's concepts, and by which paths.

A trial's focus has two sides: diseases, any of which admits, and findings, which it requires. A patient has the same
two sides. The score of a trial is the product of how well each stated side is met, lowered for what the trial asks and
the patient does not state, and for what the patient has and the trial does not treat.
"""

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

import msgspec

from matcher import weights
from matcher.patient.case import Element, PatientCase
from matcher.patient.demographics import AgeGroup
from matcher.ranking.candidates import Candidates, CandidateSet, is_at_least
from matcher.ranking.eligibility import GROWN_UP_DAYS
from matcher.ranking.suspicion import SUSPECTED, is_suspected, what_is_sure
from matcher.terminology import Kind, Terminology
from matcher.terminology import weights as steps
from matcher.terminology.expansion import ConceptPath, Expansion
from matcher.trials.index import Naming, Profile, TrialIndex

_OF_CHILDHOOD = re.compile(r"\b(?:juvenile|childhood|paediatric|pediatric|infan\w+|neonatal|congenital)\b", re.I)
ASKED = {
    "requires:earlier-study": ("EARLIER_STUDY", "Only for people who took part in an earlier study."),
    "requires:new-onset": ("SETTING", "For newly diagnosed or untreated patients."),
}
"""What a trial may ask for beside a diagnosis: the weight that it costs, and how that is said."""
ROUNDING = 1 + 1e-9
"""By how much a mean of two may lie above the larger one when it is computed."""


class Link(msgspec.Struct, frozen=True, gc=False):
    """How one element of the patient meets one naming of the trial."""

    element: Element
    naming: Naming
    reached: ConceptPath
    value: float


class Scored(msgspec.Struct, frozen=True, gc=False):
    """A trial with its score and what made it. beside: it is not for the diagnosis that leads. said: the words
    that lead to it where no concept does. suspected: it rests on what is not sure.
    """

    trial_index: int
    score: float
    links: tuple[Link, ...]
    notes: tuple[str, ...]
    relation: str
    firm: bool
    beside: bool = False
    said: str = ""
    suspected: bool = False


class PreparedCase(NamedTuple):
    """A patient's case with what follows from it for every trial of the catalogue.

    treatable: findings that some trial is about; excluding: trials that exclude what leads to them; of_childhood:
    diseases by their name; avoiding: trials that say what is to be avoided; sure: the same without what is suspected.
    """

    patient: PatientCase
    treatable: frozenset[int]
    excluding: frozenset[int]
    of_childhood: frozenset[int]
    avoiding: dict[str, frozenset[int]]
    sure: "PreparedCase | None" = None


class Scorer:
    """Scores trials of one catalogue for patients."""

    def __init__(self, catalogue: TrialIndex, terminology: Terminology, expansion: Expansion) -> None:
        self.catalogue = catalogue
        self.terminology = terminology
        self.expansion = expansion
        self._comes_with = lru_cache(maxsize=200_000)(self._find_comes_with)
        self._regularity = lru_cache(maxsize=200_000)(self._find_regularity)
        self.candidates = Candidates(catalogue, expansion)

    def case(self, patient: PatientCase, found: CandidateSet) -> PreparedCase:
        """A patient with what follows for all trials alike; found: the candidates."""
        named_among = self.catalogue.named_among
        treatable = {
            element.concept
            for element in patient.findings
            if any(element.reached[concept].weight >= steps.NEAR for concept in named_among(element.reached))
        }
        diseases = (element.concept for element in patient.diseases)
        sure = what_is_sure(patient)
        return PreparedCase(
            patient,
            frozenset(treatable),
            frozenset(found.trials[found.excluding].tolist()),
            frozenset(concept for concept in diseases if _OF_CHILDHOOD.search(self.label(concept))),
            {word: frozenset(self.catalogue.trials_saying(word).tolist()) for word in sorted(patient.avoided)},
            None if sure is None else self.case(sure, found),
        )

    def score(self, trial_index: int, case: PreparedCase) -> Scored | None:
        """Score of one trial, None when nothing connects it with the patient."""
        patient = case.patient
        profile = self.catalogue.profile(trial_index)
        met: set[int] = set()
        by_disease = self._links(profile, patient.diseases, met) if patient.diseases else []
        by_finding = self._links(profile, patient.findings, met) if patient.findings else []
        links = by_disease + by_finding
        if not links:
            return self.hint(profile, patient)
        if profile.diseases and all(map(_is_aside, links)):
            return None
        notes: list[str] = []
        no_disease_met, no_finding_met = met.isdisjoint(profile.diseases), met.isdisjoint(profile.findings)
        stated: set[int] = set()
        beside = self._links(profile, patient.context, stated) if patient.context else []
        value = _both_sides(by_disease, by_finding)
        if no_disease_met and no_finding_met and profile.diseases:
            if all(link.reached.relation == "broader" for link in links):
                value *= weights.WIDER_CRITERION
            notes.append(f"The trial is for {self._names(profile.diseases)}.")
        if no_finding_met and stated.isdisjoint(profile.findings) and (required := self._required(profile, met)):
            likely = max(self._likelihood(patient, concept) for concept in required)
            value *= unstated(likely)
            notes.append(f"The trial asks for {self._names(required)}, which is not stated.")
        relation = _relation(by_disease, by_finding, patient)
        if not by_disease or no_disease_met:
            factor = self._cause_factor(profile, patient, met, by_disease, by_finding, notes)
            value *= factor
            if by_finding and factor in (weights.SISTER_CAUSE, weights.SISTER_CAUSES):
                relation = "cause"
        if case.treatable and not by_finding:
            value *= self._untreated_factor(profile, case, met, notes)
        if by_disease and by_disease[0].element.past and all(link.element.past for link in by_disease):
            value *= 1.0 if by_finding else weights.AGAINST
            notes.append(f"{by_disease[0].element.words} is past.")
        if _meets_two(by_disease, beside):
            value *= 1 + weights.BOTH_DISEASES
        blocking = _blocking(profile, patient, by_disease, by_finding) if patient.denied else None
        if blocking is not None:
            value *= weights.AGAINST
            notes.append(f"You state that {blocking} is absent.")
        for name, (cost, said) in ASKED.items() if profile.asked else ():
            if name in profile.asked:
                value *= getattr(weights, cost)
                notes.append(said)
        if links[0].element.ambiguous and all(link.element.ambiguous for link in links):
            notes.append("Only one meaning of the abbreviation leads here.")
        suspected = is_suspected(by_disease) or is_suspected(by_finding)
        if suspected:
            if (sure := case.sure and self.score(trial_index, case.sure)) and grade_of(sure) == "strong":
                return sure
            notes.append(SUSPECTED)
        if case.of_childhood:
            value *= self._grown_up(trial_index, case, by_disease, notes)
        if patient.age_group is not AgeGroup.OPEN:
            value *= self._age_factor(profile, patient.age_group, by_disease, notes)
        excluded = self._excluded(trial_index, links) if trial_index in case.excluding else None
        if excluded is not None:
            value *= weights.AGAINST
            notes.append(f"The exclusion criteria name {self.catalogue.words(excluded)}.")
        avoided = [word for word, saying in case.avoiding.items() if trial_index in saying] if case.avoiding else []
        if avoided:
            value *= weights.AGAINST
            notes.append(f"You state that this is to be avoided: {', '.join(avoided)}.")
        return Scored(
            trial_index,
            value,
            tuple(sorted(links, key=_value, reverse=True) if len(links) > 1 else links),
            tuple(notes),
            relation,
            firm=blocking is None and excluded is None and not avoided,
            suspected=suspected,
        )

    def _excluded(self, trial_index: int, links: list[Link]) -> int | None:
        """Number of the words of the exclusion criterion that name what leads to the trial, or something wider."""
        for concept, said in self.catalogue.excluded(trial_index):
            for link in links:
                how = link.element.reached.get(concept)
                if how is not None and is_at_least(how):
                    return said
        return None

    def _grown_up(self, trial_index: int, case: PreparedCase, by_disease: list[Link], notes: list[str]) -> float:
        """What it costs a disease of childhood that the trial takes adults alone, while no age is stated."""
        if not by_disease or not all(link.element.concept in case.of_childhood for link in by_disease):
            return 1.0
        least = self.catalogue.facts[trial_index].min_age_days
        if least is None or least < GROWN_UP_DAYS:
            return 1.0
        notes.append("The trial takes adults only.")
        return weights.AGAINST

    def _age_factor(self, profile: Profile, group: AgeGroup, by_disease: list[Link], notes: list[str]) -> float:
        """What it costs that a trial without limits of age is for children, or says nothing of them and not of an
        infant's disease. Limits rule out elsewhere.
        """
        facts = self.catalogue.facts[profile.trial_index]
        if group is AgeGroup.INFANT:
            if by_disease or facts.min_age_days is not None or any("children" in asked for asked in profile.asked):
                return 1.0
            notes.append("The trial says nothing of infants.")
            return weights.AGAINST
        if facts.max_age_until_days is not None or "admits:children-only" not in profile.asked:
            return 1.0
        notes.append("The trial takes children only.")
        return weights.AGAINST

    def _required(self, profile: Profile, met: set[int]) -> set[int]:
        """Findings that the trial asks for beside what is met, where none of them is. A disease that counts as one,
        being a complication, only beside the disease that it comes of.
        """
        diseases = met & profile.diseases.keys()
        return {
            concept
            for concept in profile.findings
            if self.catalogue.kind(concept) is not Kind.DISEASE
            or not diseases
            or any(self._comes_with(disease, concept) for disease in diseases)
        }

    def _links(self, profile: Profile, elements: Iterable[Element], met: set[int]) -> list[Link]:
        """For each element the strongest way to what the trial names. met: receives all that it names nearby."""
        links: list[Link] = []
        for element in elements:
            reached, best, most = element.reached, None, -1.0
            for concept, naming in profile.namings.items():
                if concept not in reached:
                    continue
                how = reached[concept]
                if how.weight > steps.GROUP_ABOVE:
                    met.add(concept)
                value = how.weight * naming.weight
                if value > most:
                    best, most = (naming, how), value
            if best is not None:
                links.append(Link(element, *best, most * element.weight))
        return links

    def _cause_factor(
        self,
        profile: Profile,
        patient: PatientCase,
        met: set[int],
        by_disease: list[Link],
        by_finding: list[Link],
        notes: list[str],
    ) -> float:
        """What it costs that the trial's diseases are not the patient's, although the finding is."""
        if any(link.naming.concept in profile.findings and link.reached.relation == "same" for link in by_disease):
            return 1.0  # what the trial treats in its diseases is the patient's disease
        if profile.diseases and met.isdisjoint(profile.diseases):
            own_cause = any(self._causes_one(element.concept, met) for element in patient.diseases)
            if not own_cause and not any(self._causes_one(concept, met) for concept in profile.diseases):
                return weights.SETTING * (self._uncaused(by_finding) if patient.diseases and by_finding else 1.0)
            causing = sum(self._causes_one(concept, met) for concept in profile.diseases)
            several = self.catalogue.causes(profile.trial_index) >= weights.SEVERAL and causing > 1
            names = self._names(profile.diseases)
            if patient.diseases:
                if by_finding:
                    notes.append(f"The trial is for {names}: another cause of the same finding.")
                return weights.SISTER_CAUSES if several else weights.SISTER_CAUSE
            notes.append(f"The trial takes it as part of {names}.")
            return 1.0 if several else weights.ONE_SIDE
        if by_disease or not patient.diseases:
            return 1.0
        return self._uncaused(by_finding)

    def _uncaused(self, by_finding: list[Link]) -> float:
        """What it costs that a trial of the finding names no cause of it, while the patient has one."""
        best = _strongest(by_finding)
        if self.catalogue.kind(best.naming.concept) is Kind.DISEASE and best.reached.relation != "narrower":
            return 1.0  # a disease of its own, whatever it comes of
        return weights.ONE_SIDE ** (2 if best.reached.relation == "narrower" else 1)

    def _causes_one(self, disease: int, findings: set[int]) -> bool:
        """Whether a disease is known to come with one of the findings."""
        if self.terminology.holds(disease) and not self.expansion.manifestations(disease):
            return False
        return any(self._comes_with(disease, finding) for finding in findings)

    def _find_comes_with(self, disease: int, finding: int) -> bool:
        if not (self.terminology.holds(disease) and self.terminology.holds(finding)):
            return False
        does = self.expansion.manifestations(disease)
        return bool(does) and not does.keys().isdisjoint(self.expansion.of(finding))

    def _untreated_factor(self, profile: Profile, case: PreparedCase, met: set[int], notes: list[str]) -> float:
        """What it costs that the trial addresses no finding of the patient, although trials of one exist."""
        for element in case.patient.findings:
            if element.concept in case.treatable and not self._covers(profile, met, element):
                notes.append(f"The trial does not address {element.words}.")
                return weights.ONE_SIDE
        return 1.0

    def _covers(self, profile: Profile, met: set[int], element: Element) -> bool:
        """Whether the finding is part of the trial's own disease (ossification in FOP)."""
        return any(
            implied in element.reached
            for concept in met
            if self.terminology.holds(concept) and concept in profile.diseases
            for implied in self.expansion.obligate(concept)
        )

    def _likelihood(self, patient: PatientCase, finding: int) -> float:
        """How regularly one of the patient's diseases comes with a finding."""
        return max((self._regularity(element.concept, finding) for element in patient.diseases), default=0.0)

    def likeliest(self, patient: PatientCase) -> float:
        """How regularly the patient's diseases come with anything at all, at most."""
        known = (element.concept for element in patient.diseases if self.terminology.holds(element.concept))
        comes_with = (how.weight for concept in known for how in self.expansion.manifestations(concept).values())
        return max(comes_with, default=0.0)

    def _find_regularity(self, disease: int, finding: int) -> float:
        if not (self.terminology.holds(disease) and self.terminology.holds(finding)):
            return 0.0
        does = self.expansion.manifestations(disease)
        kinds = self.expansion.of(finding) if does else {}
        return max(
            (
                does[concept].weight * kinds[concept].weight
                for concept in does.keys() & kinds.keys()
                if kinds[concept].weight >= steps.NEAR
            ),
            default=0.0,
        )

    def hint(self, profile: Profile, patient: PatientCase) -> Scored | None:
        """A weak link: the trial treats what the patient's disease often comes with."""
        focus = profile.findings | profile.diseases
        if not patient.denied.keys().isdisjoint(focus):
            return None
        best: Link | None = None
        for element in patient.diseases:
            for concept, how in self.candidates.hints(element.concept).items():
                naming = profile.findings.get(concept) or profile.diseases.get(concept)
                if naming is not None:
                    value = how.weight * element.weight
                    if best is None or value > best.value:
                        best = Link(element, naming, how, value)
        if best is None or (profile.diseases and best.naming.concept not in profile.diseases):
            return None
        note = f"{self.label(best.naming.concept)} can come with {self.label(best.element.concept)}, but is not stated."
        return Scored(profile.trial_index, best.value, (best,), (note,), "manifestation", firm=False)

    def for_relatives(self, patient: PatientCase) -> list[Scored]:
        """Trials of a relative's disease that say they take such relatives."""
        found: list[Scored] = []
        for trial_index in self.candidates.of(patient.family).trials.tolist():
            profile = self.catalogue.profile(trial_index)
            if f"admits:{patient.relative}" not in profile.asked:
                continue
            links = self._links(profile, patient.family, set())
            if links and max(link.value for link in links) >= steps.NEAR:
                note = f"The trial also takes a {patient.relative} of affected people."
                value = max(link.value for link in links)
                found.append(Scored(trial_index, value, tuple(links), (note,), "same", firm=True))
        return found

    def label(self, concept: int) -> str:
        """Name of a concept, or the catalogue's own words."""
        if self.terminology.holds(concept):
            return self.terminology.labels[concept]
        return self.catalogue.own_name(concept)

    def _names(self, concepts: Iterable[int]) -> str:
        return ", ".join(sorted(self.label(concept) for concept in concepts)[:3])


_value = attrgetter("value")


def _meets_two(by_disease: list[Link], beside: list[Link]) -> bool:
    """Whether a trial meets two of the patient's diseases, or what stands beside the one that leads. A special kind of
    what stands beside it is not stated: hypertension is not pulmonary hypertension.
    """
    diseases = {link.element.concept for link in by_disease if link.value > steps.NEAR}
    stated = (link for link in beside if link.reached.relation != "narrower")
    return len(diseases) > 1 or any(link.value > steps.NEAR for link in stated)


def _is_aside(link: Link) -> bool:
    """Whether a trial names no more than a wide heading, and that beside its conditions and titles."""
    return link.reached.weight <= steps.GROUP_ABOVE and link.naming.field not in ("condition", "title")


def _both_sides(by_disease: list[Link], by_finding: list[Link]) -> float:
    """Disease and finding together: their geometric mean, so that two that meet beat either. How sure the disease is
    counts alike where the trial names it and where it names no more than a wide heading of it.
    """
    if not by_disease or not by_finding:
        return _strongest(by_disease or by_finding).value
    disease, finding = _strongest(by_disease).value, _strongest(by_finding).value
    if disease >= weights.POSSIBLE:
        return math.sqrt(disease * finding)
    return finding * weights.SETTING * math.sqrt(max(link.element.weight for link in by_disease))


def _strongest(links: list[Link]) -> Link:
    return max(links, key=_value) if len(links) > 1 else links[0]


def _blocking(profile: Profile, patient: PatientCase, by_disease: list[Link], by_finding: list[Link]) -> str | None:
    """The words that deny what the trial is about, None when they do not matter to it."""
    focus = {*profile.findings, *(() if by_disease else profile.diseases)}
    focus.update(link.naming.concept for link in by_disease if link.reached.relation == "narrower")
    return next((patient.denied[concept] for concept in sorted(focus) if concept in patient.denied), None)


def unstated(likely: float) -> float:
    """What it costs that the trial asks for a finding which is not stated, and which is so likely."""
    return weights.UNSTATED_FINDING + (1 - weights.UNSTATED_FINDING) * likely


def _relation(by_disease: list[Link], by_finding: list[Link], patient: PatientCase) -> str:
    if patient.diseases and not by_disease:
        return "manifestation"
    return _strongest(by_disease or by_finding).reached.relation


def grade_of(scored: Scored) -> str:
    """strong and possible are suggestions, weak is a hint."""
    if not scored.firm or scored.score < weights.POSSIBLE:
        return "weak"
    return "strong" if scored.score >= weights.STRONG else "possible"
