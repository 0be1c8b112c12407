"""Which of a patient's diagnoses leads: the one that is rare in the catalogue and specific in the terminology.

Symptoms and common diseases beside it are context: they cost its trials nothing, and trials for them come after.
"""

import math
from collections.abc import Sequence
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
        leaders = self._leaders(elements)
        if len(elements) < 2 or not leaders:
            return patient, None
        lead = max(leaders, key=lambda element: (self.information(element.concept), -element.concept))
        context = {element.concept for element in elements if self._is_context(element, lead)}
        if not context:
            return patient, None
        beside = _only(patient, context, True)
        leading = _only(patient, context, False)
        return leading._replace(context=(*beside.diseases, *beside.findings)), beside

    def diagnosis_of(self, links: Sequence[Link]) -> Element:
        """The diagnosis that a trial is for: of those that lead to it closely the one that says most."""
        close = [link for link in links if link.value >= steps.NEAR * links[0].value]
        return max((link.element for link in close), key=lambda element: self.information(element.concept))

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
        if not usual and not self.expansion.is_common(concept):
            return False
        less = self.information(lead.concept) - self.information(concept)
        return less >= weights.LEADS and not self._belongs(concept, lead.concept)

    def _belongs(self, one: int, lead: int) -> bool:
        """Whether a concept is wider or narrower than the leading one, comes with it by the curated table, or is a
        disease that it comes with.
        """
        if not self.terminology.holds(max(one, lead)):
            return False
        if lead in self.expansion.of(one) or one in self.expansion.of(lead):
            return True
        of_lead, of_one = self.expansion.manifestations(lead).get(one), self.expansion.manifestations(one).get(lead)
        return of_one is not None or (of_lead is not None and not is_annotated(of_lead.evidence))


def _only(patient: PatientCase, context: set[int], wanted: bool) -> PatientCase:
    """A patient with what is context alone, or with all but that."""
    return patient._replace(
        diseases=tuple(element for element in patient.diseases if (element.concept in context) is wanted),
        findings=tuple(element for element in patient.findings if (element.concept in context) is wanted),
    )
