"""Behind the concepts, similarity: trials whose words or meaning are near to a text, named as such.

What the concepts lead to stays in front, by grade. In a note, where many diagnoses lead to many trials, likeness to the
note as a whole orders the trials of a grade. What only likeness brings is never strong.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from matcher import weights
from matcher.assertion.context import Assertion
from matcher.patient.reader import Understanding
from matcher.ranking.scoring import Scored, grade_of
from matcher.similarity.index import Likeness, SimilarityIndex
from matcher.similarity.wording import Question, Said, words_of

Flags = npt.NDArray[np.bool_]

RELATION = "wording"
_COUNTS = {
    Assertion.PRESENT: 1.0, Assertion.UNCERTAIN: weights.SAID_UNCERTAIN, Assertion.HISTORICAL: weights.SAID_PAST,
}  # fmt: skip
_GRADES = ("strong", "possible", "weak")


class Asked(NamedTuple):
    """What similarity is asked. is_note: the text is long, so that its diagnoses do not all matter alike."""

    question: Question
    is_note: bool


def asked(understood: Understanding, labels: Callable[[int], str], is_text: bool) -> Asked:
    """The question that a text puts: its words, and the names of the concepts that it means.

    is_text: the input is no code or FHIR resource, whose own words are not the patient's. Of what is no note the
    diagnoses alone are compared, and what is past counts as what is denied.
    """
    words = words_of(understood.text) if is_text else []
    is_note = len(words) >= weights.NOTE_WORDS
    said: list[Said] = []
    denied: list[str] = []
    for mention in understood.mentions:
        weight = _COUNTS.get(mention.assertion)
        names = [name for name in dict.fromkeys((mention.words, *map(labels, mention.concepts))) if name]
        if weight is None or (mention.assertion is Assertion.HISTORICAL and not is_note):
            denied += names
        else:
            said += [Said(name, weight, bool(mention.concepts)) for name in names]
    if is_text and not understood.mentions and not is_note:
        said.append(Said(understood.text, 1.0, is_known=False))
    text = understood.text if is_note else "; ".join(dict.fromkeys(item.text for item in said))
    return Asked(Question(text, said, denied), is_note)


def fuse(
    matches: Iterator[Scored], asked: Asked, open_index: Callable[[], SimilarityIndex], admitted: Flags
) -> Iterator[Scored]:
    """Trials that concepts lead to, and behind them those that are only alike. The index is opened when it is needed:
    for a note, else when the matches have come to their end.
    """
    seen: set[int] = set()
    if asked.is_note:
        index = open_index()
        likeness = index.likeness(asked.question)
        first = list(islice(matches, weights.REORDERED))
        for scored in _by_grade(first, _fused(likeness)):
            seen.add(scored.trial_index)
            yield scored
    for scored in matches:
        seen.add(scored.trial_index)
        yield scored
    is_beyond = any(not item.is_known for item in asked.question.said)
    if not asked.question.said or not (asked.is_note or seen or is_beyond):
        return  # known diagnoses that lead nowhere: nothing fits
    if not asked.is_note:
        index = open_index()
        likeness = index.likeness(asked.question)
    yield from _alike(index, likeness, asked, admitted, seen)


def _by_grade(matches: list[Scored], fused: npt.NDArray[np.float64]) -> list[Scored]:
    """Matches of equal grade by their places among the concepts' trials and among those that are alike."""
    places = {scored.trial_index: place for place, scored in enumerate(matches, start=1)}

    def key(scored: Scored) -> tuple[int, float]:
        by_concepts = weights.BY_CONCEPTS / (weights.RECIPROCAL + places[scored.trial_index])
        return _GRADES.index(grade_of(scored)), -(by_concepts + float(fused[scored.trial_index]))

    return sorted(matches, key=key)


def _fused(likeness: Likeness) -> npt.NDArray[np.float64]:
    """Reciprocal ranks by words and by meaning, added up."""
    rankings = [likeness.lexical] if likeness.dense is None else [likeness.lexical, likeness.dense]
    fused = np.zeros(len(likeness.lexical))
    for scores in rankings:
        order = np.argsort(-scores, kind="stable")
        fused[order] += 1 / (weights.RECIPROCAL + np.arange(1, len(order) + 1))
    return fused


def _alike(
    index: SimilarityIndex, likeness: Likeness, asked: Asked, admitted: Flags, seen: set[int]
) -> Iterator[Scored]:
    """Trials that only likeness leads to, suggestions first, each by its fused place."""
    scores = _scores(likeness)
    scores[~admitted | (likeness.denied >= weights.WORDED)] = 0.0
    fused = _fused(likeness)
    found = [trial for trial in np.flatnonzero(scores).tolist() if trial not in seen]
    found.sort(key=lambda trial: (scores[trial] < weights.POSSIBLE, -fused[trial]))
    for trial in found:
        score = float(scores[trial])
        yield Scored(trial, score, (), (_reason(index, likeness, asked.question, trial),), RELATION, firm=True)


def _scores(likeness: Likeness) -> npt.NDArray[np.float64]:
    """What likeness alone is worth, 0 where it is no hint: possible where words and meaning both say that the trial is
    for a diagnosis that no vocabulary knows; of one that is known the concepts have spoken. Never strong; words alone
    are a hint.
    """
    if likeness.dense is None:
        return np.where(likeness.covered >= weights.WORDED, weights.HINT * likeness.covered, 0.0)
    dense = likeness.dense.astype(np.float64)
    good = (dense >= weights.MEANT) & (likeness.unknown >= weights.WORDED)
    hinted = np.minimum(dense, weights.POSSIBLE * (1 - _BELOW))
    scores = np.where(good, np.clip(dense, weights.POSSIBLE, weights.STRONG * (1 - _BELOW)), hinted)
    return np.where(dense >= weights.MEANT_FAINTLY, scores, 0.0)


_BELOW = 0.01
"""A score that is held below a grade lies so much below it."""


def _reason(index: SimilarityIndex, likeness: Likeness, question: Question, trial: int) -> str:
    words = index.agreeing(trial, question)
    said = f"words that agree: {', '.join(words)}" if words else "no word of a diagnosis agrees"
    if likeness.dense is None:
        return f"By wording alone; {said}."
    return f"By wording alone; {said}; likeness of meaning {likeness.dense[trial]:.2f} of 1."
