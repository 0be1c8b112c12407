"""Sentences and paths a clinician can check."""

from matcher.ranking import Link, Ranker, Scored
from matcher.results import Step

_FIELD_WORDS = {
    "condition": "lists as a condition",
    "title": "names in its title",
    "mesh": "is indexed under",
    "keyword": "has the keyword",
    "inclusion": "admits in its criteria",
    "mesh_ancestor": "is indexed below",
}
_RELATION_WORDS = {
    "narrower": "which is a kind of {label}",
    "broader": "which includes {label}",
    "manifestation": "which {label} can come with",
}


def because(scored: Scored, ranker: Ranker) -> tuple[str, ...]:
    """One sentence for each way from the patient's words to the trial's, then what speaks against it."""
    return (*(_sentence(link, ranker) for link in scored.links[:3]), *scored.notes)


def _sentence(link: Link, ranker: Ranker) -> str:
    element, naming = link.element, link.naming
    label = ranker.label(element.concept)
    trial = f'the trial {_FIELD_WORDS[naming.field]} "{ranker.catalogue.words(naming.row)}"'
    start = f'"{element.words}"'
    if element.inferred:
        start += f" includes {label}"
    elif label.lower() != element.words.lower():
        start += f" is {label}"
    relation = _RELATION_WORDS.get(link.reached.relation)
    if relation is None or naming.concept == element.concept:
        return f"{start}: {trial}."
    return f"{start}: {trial}, {relation.format(label=label)} (source: {link.reached.evidence})."


def path(scored: Scored, ranker: Ranker) -> tuple[Step, ...]:
    """Each step from the patient's words over concepts to the trial's words."""
    steps: list[Step] = []
    trial_id = ranker.catalogue.trial_ids[scored.place]
    for link in scored.links[:3]:
        element, naming = link.element, link.naming
        concept = ranker.label(element.concept)
        identifier = concept_id(ranker, element.concept)
        steps.append(Step(element.words, element.rule, concept, round(element.score, 3), identifier))
        if naming.concept != element.concept:
            target = ranker.label(naming.concept)
            steps.append(
                Step(concept, link.reached.relation, target, round(link.reached.weight, 3), link.reached.evidence)
            )
        steps.append(
            Step(
                ranker.label(naming.concept),
                naming.field,
                ranker.catalogue.words(naming.row),
                round(naming.score, 3),
                f"{trial_id} {naming.field}",
            )
        )
    return tuple(steps)


def concept_id(ranker: Ranker, concept: int) -> str:
    """Id of a concept; the catalogue's own terms have none."""
    ids = ranker.terminology.ids
    return ids[concept] if concept < len(ids) else "the trial's own words"
