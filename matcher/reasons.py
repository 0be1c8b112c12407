"""Sentences and paths a clinician can check."""

from functools import lru_cache

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
    "treatment": "which is related to {label}",
}


def reasons(scored: Scored, ranker: Ranker) -> tuple[tuple[str, ...], tuple[Step, ...]]:
    """For each way from the patient's words to the trial's a sentence and its steps; behind the sentences what speaks
    against the trial.
    """
    sentences: list[str] = []
    steps: list[Step] = []
    catalogue = ranker.catalogue
    for link in scored.links[:3]:
        element, naming, reached = link.element, link.naming, link.reached
        concept, target = ranker.label(element.concept), ranker.label(naming.concept)
        words = catalogue.words(naming.row)
        identifier = concept_id(ranker, element.concept)
        start, step = _start(element.words, element.rule, element.score, element.inferred, concept, identifier)
        sentences.append(_sentence(start, link, concept, words))
        steps.append(step)
        if naming.concept != element.concept:
            steps.append(Step(concept, reached.relation, target, round(reached.weight, 3), reached.evidence))
        place = f"{catalogue.trial_ids[scored.place]} {naming.field}"
        steps.append(Step(target, naming.field, words, round(naming.score, 3), place))
    return (*sentences, *scored.notes), tuple(steps)


@lru_cache(maxsize=100)
def _start(words: str, rule: str, score: float, inferred: bool, label: str, identifier: str) -> tuple[str, Step]:
    """How each sentence begins that starts from the same words of the patient, and its first step."""
    said = f'"{words}"'
    if inferred:
        said += f" includes {label}"
    elif label.lower() != words.lower():
        said += f" is {label}"
    return said, Step(words, rule, label, round(score, 3), identifier)


def _sentence(start: str, link: Link, label: str, words: str) -> str:
    naming, reached = link.naming, link.reached
    said = f'{start}: the trial {_FIELD_WORDS[naming.field]} "{words}"'
    relation = _RELATION_WORDS.get(reached.relation)
    if relation is None or naming.concept == link.element.concept:
        return said + "."
    return f"{said}, {relation.format(label=label)} (source: {reached.evidence})."


def concept_id(ranker: Ranker, concept: int) -> str:
    """Id of a concept; the catalogue's own terms have none."""
    ids = ranker.terminology.ids
    return ids[concept] if concept < len(ids) else "the trial's own words"
