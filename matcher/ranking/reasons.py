"""Sentences and paths a clinician can check."""

from matcher.patient.case import Element
from matcher.ranking.scoring import Link, Scored, Scorer
from matcher.results import Step

_FIELD_WORDS = {
    "condition": "lists as a condition",
    "title": "names in its title",
    "mesh": "is indexed under",
    "keyword": "has the keyword",
    "inclusion": "admits in its criteria",
}
_RELATION_WORDS = {
    "narrower": "which is a kind of {label}",
    "broader": "which includes {label}",
    "manifestation": "which {label} can come with",
    "treatment": "which is related to {label}",
}


class Reasons:
    """Says of trials why they are suggested to one patient; what starts from the same words of theirs is made once."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._starts: list[tuple[Element, tuple[str, str, Step]]] = []

    def of(self, scored: Scored) -> tuple[tuple[str, ...], tuple[Step, ...]]:
        """For each way from the patient's words to the trial's a sentence and its steps; behind the sentences what
        speaks against the trial.
        """
        sentences: list[str] = []
        steps: list[Step] = []
        catalogue = self._scorer.catalogue
        for link in scored.links[:3]:
            naming, reached = link.naming, link.reached
            label, start, step = self._start(link.element)
            words = catalogue.words(naming.said)
            sentences.append(_sentence(start, link, label, words))
            steps.append(step)
            target = label
            if naming.concept != link.element.concept:
                target = self._scorer.label(naming.concept)
                steps.append(Step(label, reached.relation, target, round(reached.weight, 3), reached.evidence))
            source = f"{catalogue.trial_ids[scored.trial_index]} {naming.field}"
            steps.append(Step(target, naming.field, words, round(naming.score, 3), source))
        return (*sentences, *scored.notes), tuple(steps)

    def _start(self, element: Element) -> tuple[str, str, Step]:
        """The label of a concept of the patient, how a sentence begins that starts from it, and its first step."""
        for known, start in self._starts:
            if known is element:
                return start
        label, words = self._scorer.label(element.concept), element.words
        said = f'"{words}"'
        if element.inferred:
            said += f" includes {label}"
        elif label.lower() != words.lower():
            said += f" is {label}"
        step = Step(words, element.rule, label, round(element.score, 3), concept_id(self._scorer, element.concept))
        self._starts.append((element, (label, said, step)))
        return label, said, step


def _sentence(start: str, link: Link, label: str, words: str) -> str:
    naming, reached = link.naming, link.reached
    said = f'{start}: the trial {_FIELD_WORDS[naming.field]} "{words}"'
    relation = _RELATION_WORDS.get(reached.relation)
    if relation is None or naming.concept == link.element.concept:
        return said + "."
    return f"{said}, {relation.format(label=label)} (source: {reached.evidence})."


def concept_id(scorer: Scorer, concept: int) -> str:
    """Id of a concept; the catalogue's own terms have none."""
    ids = scorer.terminology.ids
    return ids[concept] if concept < len(ids) else "the trial's own words"
