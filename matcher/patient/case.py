"""The patient as the ranking sees them: diseases, findings, what is denied, what belongs to relatives."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from matcher.assertion.avoidance import avoided
from matcher.assertion.context import Assertion
from matcher.linking import deposits
from matcher.patient.demographics import AgeGroup
from matcher.patient.differential import Inference
from matcher.patient.reader import Understanding
from matcher.terminology import Kind, Relation, Terminology
from matcher.terminology import weights as steps
from matcher.terminology.expansion import ConceptPath, Expansion


class Element(NamedTuple):
    """A concept of the patient with its weight. finding: it is a manifestation; inferred: not stated, the disease
    implies it; suspected: the text is not sure of it.
    """

    concept: int
    weight: float
    finding: bool
    words: str
    rule: str
    score: float
    reached: dict[int, ConceptPath]
    past: bool = False
    inferred: bool = False
    ambiguous: bool = False
    suspected: bool = False


class PatientCase(NamedTuple):
    """The patient as the ranking sees them."""

    diseases: tuple[Element, ...]
    findings: tuple[Element, ...]
    denied: dict[int, str]
    """Concepts that are denied or past, with those below and above them, and the words."""
    family: tuple[Element, ...]
    relative: str | None
    words: frozenset[str]
    avoided: frozenset[str] = frozenset()
    """Words of treatments that the text says to avoid."""
    age_group: AgeGroup = AgeGroup.OPEN
    context: tuple[Element, ...] = ()
    """What the patient has beside what leads: symptoms and common diseases."""
    prominence: dict[int, float] | None = None
    """How far a note puts each concept forward, None where the text is no note."""


def patient_case(
    understanding: Understanding,
    terminology: Terminology,
    expansion: Expansion,
    inference: Inference,
    words: frozenset[str],
    group: AgeGroup = AgeGroup.OPEN,
) -> PatientCase:
    """Sort the mentions into diseases, findings, denied and family ones."""
    stated: dict[int, Element] = {}
    family: list[Element] = []
    denied: dict[int, str] = {}
    for mention in understanding.mentions:
        for concept in mention.concepts:
            known = terminology.holds(concept)
            reached = expansion.of(concept)
            if mention.assertion is Assertion.NEGATED:
                kin = [other for other, how in reached.items() if how.weight >= steps.NEAR]
                if known and terminology.ids[concept] in deposits.GENERIC:
                    kin += _members(concept, terminology, expansion)
                denied.update((other, mention.words) for other in kin if other not in denied)
                continue
            finding = known and terminology.kind(concept) in (Kind.FINDING, Kind.SYMPTOM)
            if known and terminology.kind(concept) is Kind.GROUP:
                finding = any(
                    edge.relation in (Relation.ACCEPTS, Relation.IN_GROUP)
                    for edge in terminology.edges(concept, backwards=True)
                )
            element = Element(
                concept, mention.score, finding, mention.words, mention.rule, mention.score, reached,
                past=mention.assertion is Assertion.HISTORICAL, ambiguous=mention.ambiguous,
                suspected=mention.assertion is Assertion.UNCERTAIN,
            )  # fmt: skip
            if mention.assertion is Assertion.FAMILY:
                family.append(element)
            elif concept not in stated or _outweighs(element, stated[concept]):
                stated[concept] = element
    for concept, said in _past_findings(stated.values()):
        denied.setdefault(concept, said)
    elements = _without_supporting(list(stated.values()), terminology)
    elements = [_of_its_cause(element, elements, terminology, expansion) for element in elements]
    diseases, findings = _roles(elements, terminology, expansion)
    diseases = _without_past(diseases, findings, expansion)
    if not any(_explains(disease, findings, expansion) for disease in diseases):
        diseases, findings = _with_the_pointed_at(diseases, findings, inference, expansion)
    findings = [*findings, *_implied(diseases, findings, denied, terminology, expansion)]
    return PatientCase(
        tuple(diseases), tuple(findings), denied, tuple(family), understanding.relative, words,
        avoided(understanding.text), age_group=group,
    )  # fmt: skip


def _outweighs(element: Element, other: Element) -> bool:
    """Whether one mention of a concept counts more than another one: what is there before what is past or suspected."""
    return (not element.past, not element.suspected, element.weight) > (
        not other.past,
        not other.suspected,
        other.weight,
    )


def _past_findings(stated: Collection[Element]) -> Iterator[tuple[int, str]]:
    """Findings that are past (excised, resolved) and what is of their kind, unless that is present elsewhere."""
    past = [element for element in stated if element.past and element.finding]
    there = [element.reached for element in stated if not element.past]
    for element in past:
        for concept, how in element.reached.items():
            if how.weight >= steps.NEAR and not any(concept in reached for reached in there):
                yield concept, f"{element.words} (now past)"


def _without_past(diseases: list[Element], findings: list[Element], expansion: Expansion) -> list[Element]:
    """Past diseases only where a present finding comes of them, or where nothing at all is present."""
    if not any(element.past for element in diseases):
        return diseases
    kinds = {concept for finding in findings for concept in finding.reached}
    nothing_else = not findings and all(element.past for element in diseases)
    return [
        element
        for element in diseases
        if not element.past or nothing_else or not kinds.isdisjoint(expansion.manifestations(element.concept))
    ]


def _without_supporting(elements: list[Element], terminology: Terminology) -> list[Element]:
    """Without symptoms of half of all patients, unless they are all there is; without past findings beside present
    ones.
    """

    def speaks(element: Element) -> bool:
        return not terminology.holds(element.concept) or terminology.kind(element.concept) is not Kind.SYMPTOM

    kept = [element for element in elements if speaks(element)]
    return kept or elements


def _members(concept: int, terminology: Terminology, expansion: Expansion) -> list[int]:
    """What there is none of where a text says "no calcification": all kinds, wherever they lie."""
    groups = [edge.other for edge in terminology.edges(concept) if edge.relation is Relation.ACCEPTS]
    return [other for group in (concept, *groups) for other in expansion.of(group) if other != group]


def _of_its_cause(element: Element, elements: list[Element], terminology: Terminology, expansion: Expansion) -> Element:
    """An element as the special disease that it is beside its stated cause: heterotopic ossification after an injury of
    the spinal cord is the neurogenic one.
    """
    for other in elements:
        if other is element or not terminology.holds(other.concept) or other.finding:
            continue
        for concept, how in expansion.manifestations(other.concept).items():
            kind = element.reached.get(concept)
            if (
                how.relation == "complication"
                and kind is not None
                and kind.relation == "narrower"
                and kind.weight >= steps.NEAR
                and terminology.kind(concept) is Kind.DISEASE
            ):
                return element._replace(concept=concept, finding=False, reached=expansion.of(concept))
    return element


def _roles(
    elements: list[Element], terminology: Terminology, expansion: Expansion
) -> tuple[list[Element], list[Element]]:
    """Diseases and findings; a complication of another stated disease counts as a finding."""
    diseases: list[Element] = []
    findings: list[Element] = []
    for element in elements:
        complication = terminology.holds(element.concept) and any(
            expansion.complicates(element.concept, other.concept)
            for other in elements
            if terminology.holds(other.concept) and other is not element and not other.finding
        )
        (findings if element.finding or complication else diseases).append(element)
    specific = [
        element
        for element in diseases
        if not any(
            other is not element
            and other.past == element.past
            and not other.ambiguous
            and element.concept in other.reached
            and other.reached[element.concept].relation == "broader"
            for other in diseases
        )
    ]
    return specific, [element for element in findings if not element.past]


def _implied(
    diseases: list[Element],
    findings: list[Element],
    denied: dict[int, str],
    terminology: Terminology,
    expansion: Expansion,
) -> list[Element]:
    """Findings that a stated disease cannot be without (calcinosis in CREST), unless stated or denied."""
    stated = [element.reached for element in findings]
    implied: list[Element] = []
    for disease in diseases:
        if disease.past or not terminology.holds(disease.concept):
            continue
        implied += [
            Element(
                concept,
                disease.weight,
                finding=True,
                words=disease.words,
                rule="part of the disease",
                score=disease.score,
                reached=_not_narrower(expansion.of(concept)),
                inferred=True,
                suspected=disease.suspected,
            )
            for concept in expansion.obligate(disease.concept)
            if concept not in denied and not any(concept in reached for reached in stated)
        ]
    return implied


def _not_narrower(reached: dict[int, ConceptPath]) -> dict[int, ConceptPath]:
    """Of what is only implied, no special kinds: arterial calcification does not imply the coronary one."""
    return {concept: how for concept, how in reached.items() if how.relation != "narrower"}


def _explains(disease: Element, findings: list[Element], expansion: Expansion) -> bool:
    """Whether a stated disease comes with one of the findings."""
    return any(expansion.complicates(finding.concept, disease.concept) for finding in findings)


def _with_the_pointed_at(
    diseases: list[Element], findings: list[Element], inference: Inference, expansion: Expansion
) -> tuple[list[Element], list[Element]]:
    """Diseases and findings with the disease that they point at: as the cause of what is stated, or, of the findings
    alone, as a complication of a stated disease (calciphylaxis on dialysis). Common diseases stand beside it.
    """
    common = [disease for disease in diseases if _is_common(disease, expansion)]
    others = [disease for disease in diseases if disease not in common]
    for one in _pointed_at([*findings, *others], inference, expansion):
        if all(expansion.complicates(other.concept, one.concept) for other in others):
            return [one, *common], [*findings, *others]
    for one in _pointed_at(findings, inference, expansion):
        if any(expansion.complicates(one.concept, other.concept) for other in diseases):
            return diseases, [*findings, one]
    return diseases, findings


def _is_common(disease: Element, expansion: Expansion) -> bool:
    """Whether a disease, or a kind of it, is common: what comes with hypercholesterolemia has hyperlipidemia."""
    near = (
        concept for concept, how in disease.reached.items() if how.relation != "broader" and how.weight > steps.NEAR
    )
    return any(map(expansion.is_common, near))


def _pointed_at(findings: list[Element], inference: Inference, expansion: Expansion) -> list[Element]:
    """A disease that the findings point at, as a patient's element."""
    known = [
        element.concept for element in findings if not element.past and inference.terminology.holds(element.concept)
    ]
    pointed = inference.pointed(known)
    if pointed is None:
        return []
    words = ", ".join(element.words for element in findings if element.concept in pointed.findings)
    return [
        Element(
            pointed.concept,
            1.0,
            False,
            words,
            "suggested by findings",
            round(pointed.share, 3),
            expansion.of(pointed.concept),
        )
    ]
