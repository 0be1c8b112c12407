"""Which of a patient's diagnoses leads: the one that is rare in the catalogue and specific in the terminology.

Symptoms and common diseases beside it are context: they cost its trials nothing, and trials for them come after.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

from matcher import weights
from matcher.patient.case import Element, PatientCase
from matcher.patient.differential import ANNOTATED_DISEASES
from matcher.ranking.scoring import Link
from matcher.terminology import weights as steps
from matcher.terminology.expansion import Expansion
from matcher.terminology.model import is_annotated
from matcher.trials.index import TrialIndex


class Leading:
    """Tells what leads from what is context, for the patients of one catalogue."""

    def __init__(self, catalogue: TrialIndex, expansion: Expansion) -> None:
        self.catalogue = catalogue
        self.expansion = expansion
        self.terminology = expansion.terminology
        self.information = lru_cache(maxsize=20_000)(self._find_information)
        self._about = lru_cache(maxsize=20_000)(self._find_about)

    def of(self, patient: PatientCase) -> tuple[PatientCase, PatientCase | None]:
        """The patient with what leads alone, and the same patient with the context alone, None where there is none."""
        elements = [element for element in (*patient.diseases, *patient.findings) if not element.inferred]
        if patient.prominence is not None:
            return self._of_note(patient, elements, patient.prominence)
        leaders = self._leaders(elements)
        if len(elements) < 2 or not leaders:
            return patient, None
        lead = max(leaders, key=lambda element: (self.information(element.concept), -element.concept))
        context = {element.concept for element in elements if self._is_context(element, lead)}
        if not context:
            return patient, None
        return _divided(patient, context)

    def _of_note(
        self, patient: PatientCase, elements: Sequence[Element], prominence: Mapping[int, float]
    ) -> tuple[PatientCase, PatientCase | None]:
        """The same of a note: what it puts forward leads, some diagnoses at most, and what belongs to them; all else
        that it names is context. How rare a diagnosis is decides among those that are put forward alike.
        """
        forward = {
            one.concept: prominence.get(one.concept, 0.0) * self.information(one.concept) ** weights.RARITY_IN_NOTE
            for one in elements
            if self._has_trials(one) and prominence.get(one.concept, 0.0) >= weights.IN_PASSING
        }
        if not forward and not elements:
            return patient, None
        ordered = sorted(forward, key=lambda concept: (-forward[concept], concept))[: weights.LEADING_IN_NOTE]
        least = weights.AS_FORWARD * max(forward.values(), default=0.0)
        leads = [concept for concept in ordered if forward[concept] >= least]
        leading = {
            one.concept
            for one in elements
            if one.concept in leads or any(self._comes_with(one.concept, lead) for lead in leads)
        }
        said = {one.words for one in elements if one.concept in leading}
        context = {
            one.concept
            for one in (*patient.diseases, *patient.findings)
            if one.concept not in leading and not (one.inferred and one.words in said)
        }
        return _divided(patient, context) if context else (patient, None)

    def diagnosis_of(self, links: Sequence[Link]) -> Element:
        """The diagnosis that a trial is for: of those that lead to it closely the one that says most."""
        if len(links) == 1:
            return links[0].element
        close = [link for link in links if link.value >= steps.NEAR * links[0].value]
        return max((link.element for link in close), key=lambda element: self.information(element.concept))

    def meet(self, links: Sequence[Link]) -> bool:
        """Whether two diagnoses of a patient lead to a trial, each by itself and neither a kind of the other."""
        firm = [link.element.concept for link in links if link.value >= weights.POSSIBLE and not link.element.inferred]
        return any(not self._is_kind(one, other) for place, one in enumerate(firm) for other in firm[:place])

    def _is_kind(self, one: int, other: int) -> bool:
        """Whether two concepts are one, or one of them a kind of the other."""
        ways = (self.expansion.of(one).get(other), self.expansion.of(other).get(one))
        return one == other or any(way is not None and way.relation in ("narrower", "broader", "same") for way in ways)

    def _find_information(self, concept: int) -> float:
        """How much a diagnosis says, in nats: how few trials of the catalogue are about it, and how few kinds it has in
        the terminology and diseases come with it. That of the terminology counts as much as a rare finding at most,
        for many a disease stands in it alone.
        """
        trials = len(self.catalogue.trial_ids)
        in_catalogue = math.log((weights.FEW + trials) / (weights.FEW + self._about(concept)))
        return in_catalogue + min(weights.RARE, self._specificity(concept))

    def _specificity(self, concept: int) -> float:
        if not self.terminology.holds(concept):
            return weights.RARE
        around = int(self.terminology.descendants[concept]) + int(self.expansion.commonness[concept])
        return math.log(ANNOTATED_DISEASES / (1 + around))

    def _has_trials(self, element: Element) -> bool:
        """Whether some trial is about a diagnosis, a kind of it or what it is a kind of."""
        named = self.catalogue.named_among(element.reached)
        return any(element.reached[concept].weight >= steps.NEAR for concept in named)

    def _find_about(self, concept: int) -> int:
        """How many trials are about a concept or a kind of it."""
        reached = self.expansion.of(concept)
        kinds = [
            other
            for other in self.catalogue.named_among(reached)
            if reached[other].relation != "broader" and reached[other].weight >= steps.NEAR
        ]
        return self.catalogue.count_about(kinds) if kinds else 0

    def _leaders(self, elements: Sequence[Element]) -> list[Element]:
        """What may lead: of what is present the diseases that are not common, else findings that are not, else all."""
        present = [one for one in elements if not one.past]
        telling = [one for one in present if not self.expansion.is_common(one.concept)]
        return [one for one in telling if not one.finding] or telling or present

    def _is_context(self, element: Element, lead: Element) -> bool:
        """Whether a diagnosis says so much less than the leading one that it is context, and does not belong to it."""
        concept = element.concept
        usual = self._about(concept) >= weights.USUAL * len(self.catalogue.trial_ids)
        common = usual or self.expansion.is_common(concept)
        if not common and not (element.finding and self._is_of_common_kind(concept, lead.concept)):
            return False
        less = self.information(lead.concept) - self.information(concept)
        return less >= weights.LEADS and not self._belongs(concept, lead.concept)

    def _is_of_common_kind(self, finding: int, lead: int) -> bool:
        """Whether a finding is a kind of a common one (chronic pain), with which the leading disease is not known to
        come.
        """
        if not self.terminology.holds(finding):
            return False
        if self.terminology.holds(lead) and finding in self.expansion.manifestations(lead):
            return False
        return any(map(self.expansion.is_common, self.expansion.around(finding)))

    def _comes_with(self, one: int, lead: int) -> bool:
        """Whether a concept belongs to a leading one or is known to come with it, and is not what comes with many."""
        is_known = self.terminology.holds(max(one, lead)) and one in self.expansion.manifestations(lead)
        return self._belongs(one, lead) or (is_known and int(self.expansion.commonness[one]) < weights.WITH_MANY)

    def _is_kin(self, one: int, lead: int) -> bool:
        """Whether a concept is wider or narrower than a leading one."""
        return lead in self.expansion.of(one) or one in self.expansion.of(lead)

    def _belongs(self, one: int, lead: int) -> bool:
        """Whether a concept is wider or narrower than the leading one, comes with it by the curated table and not with
        many others too, or is a disease that it comes with.
        """
        if not self.terminology.holds(max(one, lead)):
            return False
        if self._is_kin(one, lead):
            return True
        of_lead, of_one = self.expansion.manifestations(lead).get(one), self.expansion.manifestations(one).get(lead)
        comes_with_it = of_lead is not None and not is_annotated(of_lead.evidence) and not self.expansion.is_common(one)
        return of_one is not None or comes_with_it


def _divided(patient: PatientCase, context: set[int]) -> tuple[PatientCase, PatientCase]:
    """A patient with what leads, which knows of the context, and one with the context alone."""
    beside, leading = _only(patient, context, True), _only(patient, context, False)
    return leading._replace(context=(*beside.diseases, *beside.findings)), beside


def _only(patient: PatientCase, context: set[int], wanted: bool) -> PatientCase:
    """A patient with what is context alone, or with all but that."""
    return patient._replace(
        diseases=tuple(element for element in patient.diseases if (element.concept in context) is wanted),
        findings=tuple(element for element in patient.findings if (element.concept in context) is wanted),
    )
