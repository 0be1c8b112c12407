"""Behind the concepts, similarity: trials whose words or meaning are near to a text, named as such.

What the concepts lead to stays in front, by grade. In a note, where many diagnoses lead to many trials, likeness to the
note as a whole orders the trials of a grade. What only likeness brings is never strong.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from matcher import weights
from matcher.assertion.context import Assertion
from matcher.patient.reader import Understanding
from matcher.ranking.scoring import Scored, grade_of
from matcher.similarity.index import Likeness, SimilarityIndex
from matcher.similarity.wording import Question, Said, telling_words

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

RELATION = "wording"
WHOLE_TEXT = "the text as a whole"
"""What a trial is for that only likeness leads to."""
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
    words = telling_words(understood.text) if is_text else []
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
    present = {item.text.lower() for item in said}
    denied = [name for name in denied if name.lower() not in present]  # a relative may have it too
    return Asked(Question(understood.text if is_note else "", said, denied), is_note)


def fuse(
    matches: Iterator[Scored],
    asked: Asked,
    open_index: Callable[[], SimilarityIndex],
    harmless: Flags,
    standing: Floats,
) -> Iterator[Scored]:
    """Trials that concepts lead to, and with them those that are only alike: behind them, or, in a note, by grade.

    harmless: trials that may be brought. standing: what each counts for being open or closed. The
    index is opened when it is needed: for a note, else when the matches have
    come to their end.
    """
    first = list(islice(matches, weights.REORDERED)) if asked.is_note else []
    seen: set[int] = set()
    for scored in () if asked.is_note else matches:
        seen.add(scored.trial_index)
        yield scored
    is_beyond = any(not item.is_known for item in asked.question.said)
    if not asked.question.said or not (asked.is_note or seen or is_beyond):
        return  # known diagnoses that lead nowhere: nothing fits
    index = open_index()
    likeness = index.likeness(asked.question)
    seen.update(scored.trial_index for scored in first)
    alike = _alike(likeness, asked, harmless, seen)
    for scored in _by_grade(first, alike, likeness, standing) if asked.is_note else alike:
        if scored.relation == RELATION:
            reason = _reason(index, likeness, asked.question, scored.trial_index)
            yield msgspec.structs.replace(scored, notes=(reason,))
        else:
            yield scored
    yield from matches


def _by_grade(first: list[Scored], alike: list[Scored], likeness: Likeness, standing: Floats) -> list[Scored]:
    """Trials of equal grade by their places among the concepts' trials and among those that are alike, what can be
    joined today first.
    """
    fused = _fused(likeness)
    for place, scored in enumerate(first, start=1):
        fused[scored.trial_index] += weights.BY_CONCEPTS / (weights.RECIPROCAL + place)
    fused *= standing
    if likeness.dense is not None:
        first = [_held_back(scored, float(likeness.dense[scored.trial_index])) for scored in first]
    both = (*first, *alike)
    return sorted(both, key=lambda one: (_GRADES.index(grade_of(one)), one.beside, -fused[one.trial_index]))


def _held_back(scored: Scored, dense: float) -> Scored:
    """A trial that concepts lead to: at most possible where it is unlike the note, a hint where it is not like it."""
    if dense >= weights.UNLIKE:
        return scored
    most = weights.STRONG if dense >= weights.UNLIKE_AT_ALL else weights.POSSIBLE
    return msgspec.structs.replace(scored, score=min(scored.score, most * (1 - _BELOW)))


def _fused(likeness: Likeness) -> npt.NDArray[np.float64]:
    """Reciprocal ranks by words and by meaning, added up."""
    rankings = [likeness.lexical] if likeness.dense is None else [likeness.lexical, likeness.dense]
    fused = np.zeros(len(likeness.lexical))
    for scores in rankings:
        order = np.argsort(-scores, kind="stable")
        fused[order] += 1 / (weights.RECIPROCAL + np.arange(1, len(order) + 1))
    return fused


def _alike(likeness: Likeness, asked: Asked, harmless: Flags, seen: set[int]) -> list[Scored]:
    """Trials that only likeness leads to, suggestions first, each by its fused place."""
    scores = _scores(likeness, asked.is_note)
    scores[~harmless | (likeness.denied >= weights.WORDED)] = 0.0
    fused = _fused(likeness)
    found = [trial for trial in np.flatnonzero(scores).tolist() if trial not in seen]
    found.sort(key=lambda trial: (scores[trial] < weights.POSSIBLE, -fused[trial]))
    return [
        Scored(trial, score, (), (), RELATION, firm=True)
        for trial, score in zip(found, scores[found].tolist(), strict=True)
    ]


def _scores(likeness: Likeness, is_note: bool) -> npt.NDArray[np.float64]:
    """What likeness alone is worth, 0 where it is no hint: possible where words and meaning both say that the trial is
    for a diagnosis that no vocabulary knows, or for one of a note; of one that is asked alone the concepts have spoken.
    Never strong; words alone are a hint.
    """
    if likeness.dense is None:
        return np.where(likeness.covered >= weights.WORDED, weights.HINT * likeness.covered, 0.0)
    dense = likeness.dense.astype(np.float64)
    covered = likeness.covered if is_note else likeness.unknown
    good = (dense >= weights.MEANT) & (covered >= weights.WORDED)
    hinted = np.minimum(dense, weights.POSSIBLE * (1 - _BELOW))
    scores = np.where(good, np.clip(dense, weights.POSSIBLE, weights.STRONG * (1 - _BELOW)), hinted)
    return np.where(dense >= (weights.MEANT_IN_NOTE if is_note else weights.MEANT_FAINTLY), scores, 0.0)


_BELOW = 0.01
"""A score that is held below a grade lies so much below it."""


def _reason(index: SimilarityIndex, likeness: Likeness, question: Question, trial: int) -> str:
    words = index.agreeing(trial, question)
    said = f"words that agree: {', '.join(words)}" if words else "no word of a diagnosis agrees"
    if likeness.dense is None:
        return f"By wording alone; {said}."
    return f"By wording alone; {said}; likeness of meaning {likeness.dense[trial]:.2f} of 1."
