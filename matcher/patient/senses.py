"""What ambiguous words of a chart mean: abbreviations and bare findings, by the other diagnoses beside them."""

from collections import Counter
from collections.abc import Iterable

from matcher.assertion.context import Assertion
from matcher.linking import bare_findings
from matcher.linking.abbreviations import IN_DOUBT, OTHER_SENSE
from matcher.linking.descriptions import LIKELY
from matcher.patient.mention import Mention
from matcher.terminology import Kind, Relation, Terminology
from matcher.terminology.expansion import Expansion
from matcher.terminology.model import is_annotated

_IN_CONTEXT = frozenset((bare_findings.RULE, LIKELY))
"""Rules of findings that count only beside a disease that makes them likely."""
BY_CONTEXT = "abbreviation, by context"
RELATED_ENOUGH, CLOSELY_RELATED = 0.3, 0.7
"""How related to another diagnosis a meaning of an abbreviation is that counts; of one with another sense."""
SHARED_CAUSE = 0.4
"""How related two findings are that one disease comes with (Raynaud phenomenon and sclerodactyly)."""
FINDINGS_OF_A_CAUSE = 2
"""Stated findings that together suggest a disease which is not named."""


class Senses:
    """Settles the ambiguous mentions of a chart."""

    def __init__(self, terminology: Terminology, expansion: Expansion) -> None:
        self.terminology = terminology
        self.expansion = expansion

    def resolve(self, mentions: list[Mention]) -> list[Mention]:
        """Let the other diagnoses decide what an ambiguous abbreviation means; where they do not, all meanings stay."""
        context = {
            concept
            for mention in mentions
            if not mention.ambiguous
            for concept in mention.concepts[:1]
            if self.terminology.holds(concept)
        }
        bare = [mention.concepts[0] for mention in mentions if mention.ambiguous and mention.rule in _IN_CONTEXT]
        resolved: list[Mention] = []
        for mention in mentions:
            if not mention.ambiguous:
                resolved.append(mention)
                continue
            if mention.rule in _IN_CONTEXT:
                resolved.append(mention)
                continue
            spelt_out = [concept for concept in mention.concepts if concept in context]
            enough = CLOSELY_RELATED if mention.rule == OTHER_SENSE else RELATED_ENOUGH
            scores = {concept: self._relatedness(concept, context) for concept in mention.concepts}
            best = spelt_out or [concept for concept, score in scores.items() if score >= enough]
            best = best or [concept for concept in mention.concepts if self._comes_with_one(concept, bare)]
            if mention.rule in IN_DOUBT and len(best) != 1:
                near = tuple(self.terminology.labels[concept] for concept in mention.concepts)
                resolved.append(mention._replace(concepts=(), rule="none", score=0.0, ambiguous=False, near=near))
                continue
            if len(best) == 1:
                rest = tuple(concept for concept in mention.concepts if concept != best[0])
                resolved.append(
                    mention._replace(concepts=(best[0],), alternatives=rest, ambiguous=False, rule=BY_CONTEXT)
                )
            else:
                resolved.append(mention._replace(score=mention.score * 0.7))
        context.update(mention.concepts[0] for mention in resolved if mention.rule == BY_CONTEXT)
        causes = Counter(cause for finding in context for cause in self._causes(finding))
        context.update(cause for cause, findings in causes.items() if findings >= FINDINGS_OF_A_CAUSE)
        return [
            found
            for mention in resolved
            for found in (self._resolve_bare(mention, context) if mention.rule in _IN_CONTEXT else [mention])
        ]

    def _comes_with_one(self, disease: int, findings: Iterable[int]) -> bool:
        """Whether a disease makes one of some bare findings likely: in "DM, no calcifications" DM is no diabetes."""
        if not self.terminology.holds(disease):
            return False
        return any(bare_findings.is_made_likely(self.expansion, finding, (disease,)) for finding in findings)

    def _resolve_bare(self, mention: Mention, context: set[int]) -> list[Mention]:
        """A bare finding: accepted when it is denied or a diagnosis makes it likely, a question when it stands alone,
        else nothing.
        """
        finding = mention.concepts[0]
        denied = mention.assertion is Assertion.NEGATED
        if denied or bare_findings.is_made_likely(self.expansion, finding, context):
            return [mention._replace(ambiguous=False)]
        near = tuple(self.terminology.labels[concept] for concept in mention.concepts)
        alone = mention._replace(concepts=(), rule="none", score=0.0, ambiguous=False, near=near)
        return [] if context else [alone]

    def _relatedness(self, concept: int, context: set[int]) -> float:
        expansion = self.expansion
        best = 0.0
        own = expansion.of(concept)
        does = expansion.manifestations(concept)
        for other in context:
            if other in own:
                best = max(best, own[other].weight)
            for finding, reached in expansion.of(other).items():
                if reached.weight >= 0.5 and finding in does and self.terminology.kind(finding) is not Kind.SYMPTOM:
                    best = max(best, min(1.0, does[finding].weight + 0.2) * reached.weight)
            does_other = expansion.manifestations(other)
            if concept in does_other:
                best = max(best, does_other[concept].weight)
            if best < SHARED_CAUSE and not self._causes(concept).isdisjoint(self._causes(other)):
                best = SHARED_CAUSE
        return best

    def _causes(self, finding: int) -> frozenset[int]:
        """Diseases that come with a finding by our own table."""
        if self.terminology.kind(finding) is not Kind.FINDING:
            return frozenset()
        edges = self.terminology.edges(finding, backwards=True)
        return frozenset(
            edge.other for edge in edges if edge.relation is Relation.MANIFESTATION and not is_annotated(edge.source)
        )
