"""Which trials a patient's concepts lead to, in which order, by which paths.

A trial's focus has two sides: diseases, any of which admits, and findings, which it requires. A patient has the same
two
sides. The score of a trial is the product of how well each stated side is met, lowered for what the trial asks and the
patient does not state, and for what the patient has and the trial does not treat.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from matcher.expansion import Expansion, Reached
from matcher.presentation import Element, PatientConcepts
from matcher.profiles import FIELD_WEIGHT, Catalogue, Naming, Profile
from matcher.terminology import Kind, Terminology
from matcher.trials import FIELDS

STRONG = 0.7
POSSIBLE = 0.42
UNSTATED_FINDING = 0.5
"""Factor of a trial that requires a finding which the patient does not state, before what the disease makes likely."""
UNTREATED_FINDING = 0.6
"""Factor of a trial of the disease that does not address the stated finding, where other trials do."""
SISTER_CAUSE = 0.4
"""Factor of a trial of the same finding in another disease than the patient's."""
SISTER_CAUSES = 0.75
"""The same, of a trial that takes several unrelated causes."""
SINGLE_CAUSE = 0.6
"""Factor of a trial of the finding in one disease, when the patient's disease is not stated."""
SEVERAL_CAUSES = 0.93
NO_CAUSE_NAMED = 0.7
OTHER_SETTING = 0.9
"""The trial names a setting (an injury, an operation) that is no disease with this finding."""
HEADING_ONLY = 0.95
"""The trial names only a wide heading of the patient's disease (connective tissue disease) beside the finding."""
INFERRED_ALONE = 0.5
DENIED = 0.3
ROLLOVER = 0.55
NEW_ONSET = 0.93
PAST_CAUSE = 0.3
LEXICAL = 0.1
ENOUGH_WORDS = 5.0
BOTH_DISEASES = 0.12
SEVERAL = 3
HINT = 0.35
CANDIDATES = 120


class Link(NamedTuple):
    """How one element of the patient meets one naming of the trial."""

    element: Element
    naming: Naming
    reached: Reached
    value: float


class Scored(NamedTuple):
    """A trial with its score and what made it."""

    place: int
    score: float
    links: tuple[Link, ...]
    notes: tuple[str, ...]
    relation: str
    firm: bool


class Ranker:
    """Ranks the trials of one catalogue for patients."""

    def __init__(self, catalogue: Catalogue, terminology: Terminology, expansion: Expansion) -> None:
        self.catalogue = catalogue
        self.terminology = terminology
        self.expansion = expansion
        self._comes_with = lru_cache(maxsize=200_000)(self._find_comes_with)

    def rank(self, patient: PatientConcepts) -> list[Scored]:
        """All trials with a score, best first."""
        elements = (*patient.diseases, *patient.findings)
        treatable = {element.concept for element in patient.findings if self._treatable(element)}
        scored: list[Scored] = []
        for place in self._candidates(elements):
            found = self.score(place, patient, treatable)
            if found is not None:
                scored.append(found)
        if patient.family and not patient.diseases and not patient.findings and patient.relative:
            scored += self._for_relatives(patient)
        scored = self._by_words(scored, patient.words)
        scored.sort(key=lambda item: (-item.score, self.catalogue.trial_ids[item.place]))
        return scored

    def _treatable(self, element: Element) -> bool:
        """Whether some trial is about this finding."""
        named = self.catalogue.named_concepts
        return any(how.weight >= 0.5 and concept in named for concept, how in element.reached.items())

    def _candidates(self, elements: tuple[Element, ...]) -> list[int]:
        """Trials that name something reached from the patient's concepts, the most promising ones."""
        size = len(self.catalogue.trial_ids)
        named = self.catalogue.named_concepts
        weights = np.array([FIELD_WEIGHT.get(field, 0.0) for field in FIELDS])
        total = np.zeros(size)
        for element in elements:
            best = np.zeros(size)
            reached = dict(element.reached)
            for concept, how in self._hints(element).items():
                reached.setdefault(concept, how)
            for concept, how in reached.items():
                if concept in named:
                    trials, fields = self.catalogue.trials_naming(concept)
                    np.maximum.at(best, trials, how.weight * weights[fields])
            total += best * element.weight
        places = np.flatnonzero(total)
        if len(places) > CANDIDATES:
            order = np.argsort(-total[places], kind="stable")
            places = places[order[:CANDIDATES]]
        found: list[int] = places.tolist()
        return found

    def _hints(self, element: Element) -> dict[int, Reached]:
        """What the disease may come with, for hints only."""
        if element.finding or element.concept >= len(self.terminology.ids):
            return {}
        hints: dict[int, Reached] = {}
        for concept, how in self.expansion.manifestations(element.concept).items():
            if (
                how.weight >= (0.8 if how.evidence.startswith("HPOA:") else 0.3)
                and self.terminology.kind(concept) is not Kind.SYMPTOM
            ):
                hints[concept] = Reached(0.3 * how.weight, "manifestation", how.evidence)
        return hints

    def score(self, place: int, patient: PatientConcepts, treatable: set[int]) -> Scored | None:
        """Score of one trial, None when nothing connects it with the patient."""
        profile = self.catalogue.profile(place)
        links = self._links(profile, patient)
        notes: list[str] = []
        denied = [(concept, patient.denied[concept]) for concept in profile.findings if concept in patient.denied]
        denied += [(concept, patient.denied[concept]) for concept in profile.diseases if concept in patient.denied]
        if not links:
            return self._hint(profile, patient, notes, bool(denied))
        focus = profile.diseases.keys() | profile.findings.keys()
        met = {link.naming.concept for link in links if link.naming.concept in focus}
        own = {id(link.element) for link in links}
        disease_links = [link for link in links if not link.element.finding and link.element in patient.diseases]
        finding_links = [link for link in links if link not in disease_links]
        value = self._both_sides(disease_links, finding_links)
        unmet_findings = profile.findings.keys() - met
        if profile.findings and not (profile.findings.keys() & met):
            likely = max((self._likelihood(patient, concept) for concept in unmet_findings), default=0.0)
            value *= UNSTATED_FINDING + (0.95 - UNSTATED_FINDING) * likely
            names = self._names(unmet_findings)
            notes.append(f"The trial asks for {names}, which is not stated.")
        value *= self._cause_factor(profile, patient, met, disease_links, finding_links, notes)
        untreated = [
            element
            for element in patient.findings
            if element.concept in treatable and id(element) not in own and not self._covers(profile, met, element)
        ]
        if untreated and not finding_links:
            value *= UNTREATED_FINDING
            notes.append(f"The trial does not address {untreated[0].words}.")
        if disease_links and all(link.element.past for link in disease_links):
            value *= 0.97 if finding_links else PAST_CAUSE
            notes.append(f"{disease_links[0].element.words} is past.")
        if len({link.element.concept for link in disease_links if link.value > 0.7}) > 1:
            value *= 1 + BOTH_DISEASES
        firm = True
        if denied and not any(link.value >= 0.85 and link.naming.concept in profile.findings for link in finding_links):
            blocking = denied if not disease_links else [item for item in denied if item[0] in profile.findings]
            if blocking:
                value *= DENIED
                firm = False
                notes.append(f"You state that {blocking[0][1]} is absent.")
        value = self._requirements(profile, patient, links, value, notes)
        excluded = _excluded(profile, links)
        if excluded is not None:
            value *= DENIED
            firm = False
            notes.append(f"The exclusion criteria name {excluded}.")
        return Scored(
            place,
            value,
            tuple(sorted(links, key=lambda link: -link.value)),
            tuple(notes),
            _relation(links, patient),
            firm,
        )

    def _cause_factor(
        self,
        profile: Profile,
        patient: PatientConcepts,
        met: set[int],
        disease_links: list[Link],
        finding_links: list[Link],
        notes: list[str],
    ) -> float:
        """What it costs that the trial's diseases are not the patient's, although the finding is."""
        if profile.diseases and not (profile.diseases.keys() & met):
            findings = {link.naming.concept for link in (*finding_links, *disease_links)}
            causes = [concept for concept in profile.diseases if self._causes_one(concept, findings)]
            own_cause = any(self._causes_one(element.concept, findings) for element in patient.diseases)
            if not causes and not own_cause:
                return OTHER_SETTING
            several = profile.causes >= SEVERAL
            names = self._names(profile.diseases)
            if patient.diseases:
                notes.append(f"The trial is for {names}: another cause of the same finding.")
                return SISTER_CAUSES if several else SISTER_CAUSE
            notes.append(f"The trial takes it as part of {names}.")
            return SEVERAL_CAUSES if several else SINGLE_CAUSE
        if disease_links or not patient.diseases:
            return 1.0
        best = max(finding_links, key=lambda link: link.value)
        if best.element.inferred and best.reached.relation != "same":
            return NO_CAUSE_NAMED * INFERRED_ALONE
        return NO_CAUSE_NAMED

    def _causes_one(self, disease: int, findings: set[int]) -> bool:
        """Whether a disease is known to come with one of the findings."""
        return any(self._comes_with(disease, finding) for finding in findings)

    def _find_comes_with(self, disease: int, finding: int) -> bool:
        size = len(self.terminology.ids)
        if disease >= size or finding >= size:
            return False
        return not self.expansion.manifestations(disease).keys().isdisjoint(self.expansion.of(finding))

    def _both_sides(self, disease_links: list[Link], finding_links: list[Link]) -> float:
        """Disease and finding together: their geometric mean, so that two that meet beat either."""
        disease = max((link.value for link in disease_links), default=0.0)
        finding = max((link.value for link in finding_links), default=0.0)
        if disease_links and finding_links:
            if disease < POSSIBLE:
                return finding * HEADING_ONLY
            return float(np.sqrt(disease * finding))
        return disease or finding

    def _requirements(
        self, profile: Profile, patient: PatientConcepts, links: list[Link], value: float, notes: list[str]
    ) -> float:
        if "requires:earlier-study" in profile.asked:
            value *= ROLLOVER
            notes.append("Only for people who took part in an earlier study.")
        if "requires:new-onset" in profile.asked:
            value *= NEW_ONSET
            notes.append("For newly diagnosed or untreated patients.")
        if all(link.element.ambiguous for link in links):
            notes.append("Only one meaning of the abbreviation leads here.")
        return value

    def _covers(self, profile: Profile, met: set[int], element: Element) -> bool:
        """Whether the finding is part of the trial's own disease (ossification in FOP)."""
        size = len(self.terminology.ids)
        return any(
            implied in element.reached
            for concept in met
            if concept < size and concept in profile.diseases
            for implied in self.expansion.obligate(concept)
        )

    def _likelihood(self, patient: PatientConcepts, finding: int) -> float:
        """How regularly one of the patient's diseases comes with a finding."""
        size = len(self.terminology.ids)
        best = 0.0
        for element in patient.diseases:
            if element.concept >= size:
                continue
            does = self.expansion.manifestations(element.concept)
            targets = self.expansion.of(finding) if finding < size else {}
            for concept, how in targets.items():
                if concept in does and how.weight >= 0.7:
                    best = max(best, does[concept].weight * how.weight)
        return best

    def _links(self, profile: Profile, patient: PatientConcepts) -> list[Link]:
        links: list[Link] = []
        for element in (*patient.diseases, *patient.findings):
            best: Link | None = None
            for namings in (profile.diseases, profile.findings, profile.groups, profile.others):
                for concept, naming in namings.items():
                    how = element.reached.get(concept)
                    if how is None:
                        continue
                    value = how.weight * FIELD_WEIGHT[naming.field] * naming.score * element.weight
                    if best is None or value > best.value:
                        best = Link(element, naming, how, value)
            if best is not None:
                links.append(best)
        return links

    def _hint(self, profile: Profile, patient: PatientConcepts, notes: list[str], denied: bool) -> Scored | None:
        """A weak link: the trial treats what the patient's disease often comes with."""
        best: Link | None = None
        for element in patient.diseases:
            for concept, how in self._hints(element).items():
                naming = profile.findings.get(concept) or profile.diseases.get(concept)
                if naming is not None:
                    value = HINT * how.weight / 0.3 * element.weight
                    if best is None or value > best.value:
                        best = Link(element, naming, Reached(how.weight, "manifestation", how.evidence), value)
        if best is None or denied:
            return None
        if profile.diseases and best.naming.concept not in profile.diseases:
            return None
        label = self.label(best.naming.concept)
        notes.append(f"{label} can come with {self.label(best.element.concept)}, but is not stated.")
        return Scored(profile.place, best.value, (best,), tuple(notes), "manifestation", False)

    def _for_relatives(self, patient: PatientConcepts) -> list[Scored]:
        """Trials of a relative's disease that say they take such relatives."""
        found: list[Scored] = []
        for place in self._candidates(patient.family):
            profile = self.catalogue.profile(place)
            if f"admits:{patient.relative}" not in profile.asked:
                continue
            stand_in = patient._replace(diseases=patient.family)
            links = self._links(profile, stand_in)
            if links and max(link.value for link in links) >= 0.6:
                note = f"The trial also takes a {patient.relative} of affected people."
                value = 0.8 * max(link.value for link in links)
                found.append(Scored(place, value, tuple(links), (note,), "same", True))
        return found

    def _by_words(self, scored: list[Scored], words: frozenset[str]) -> list[Scored]:
        """Raise trials that share rare words with the input: sites, treatments, routes."""
        profiles = [self.catalogue.profile(item.place) for item in scored]
        shared = [words & profile.words for profile in profiles]
        counts: dict[str, int] = {}
        for found in shared:
            for word in found:
                counts[word] = counts.get(word, 0) + 1
        raised = []
        for item, found in zip(scored, shared, strict=True):
            rarity = sum(math.log(1 + len(scored) / counts[word]) for word in found)
            raised.append(item._replace(score=item.score * (1 + LEXICAL * (1 - math.exp(-rarity / ENOUGH_WORDS)))))
        return raised

    def label(self, concept: int) -> str:
        """Name of a concept, or the catalogue's own words."""
        if concept < len(self.terminology.ids):
            return self.terminology.labels[concept]
        return next((words for words, place in self.catalogue.own_terms.items() if place == concept), "")

    def _names(self, concepts: "set[int] | dict[int, Naming]") -> str:
        return ", ".join(sorted(self.label(concept) for concept in concepts)[:3])


def _excluded(profile: Profile, links: list[Link]) -> str | None:
    """The words of an exclusion criterion that names what leads to the trial, or something wider."""
    for concept, naming in profile.excluded.items():
        for link in links:
            how = link.element.reached.get(concept)
            if how is not None and how.relation != "narrower" and how.weight >= 0.6:
                return naming.words
    return None


def _relation(links: list[Link], patient: PatientConcepts) -> str:
    best = max(links, key=lambda link: link.value)
    diseases = [link for link in links if link.element in patient.diseases]
    if diseases and best not in diseases:
        best = max(diseases, key=lambda link: link.value)
    if not diseases and patient.diseases:
        return "manifestation"
    return best.reached.relation
