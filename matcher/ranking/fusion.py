"""Behind the concepts, similarity: trials whose words or meaning are near to a text, named as such.

What the concepts lead to stays in front, by grade. In a note, where many diagnoses lead to many trials, the trials of a
grade stand by all that points at them: what the note puts forward, its words, its meaning. What only likeness brings is
never strong.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

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
LESS_LIKE = "Much more of the note points at other trials."
"""Why a trial of a diagnosis that leads is held back."""
_COUNTS = {
    Assertion.PRESENT: 1.0, Assertion.UNCERTAIN: weights.SAID_UNCERTAIN, Assertion.HISTORICAL: weights.SAID_UNCERTAIN,
}  # fmt: skip
_GRADES = ("strong", "possible", "weak")


class Trials(NamedTuple):
    """The trials of a catalogue for one patient: what similarity may bring, and in which order.

    ranked: those among some that concepts lead to, best first; admitted: those that the limits do not exclude;
    harmless: those that may be brought; standing: what each counts for being open or closed; meet: whether several
    diagnoses of the patient lead to one.
    """

    ranked: Callable[[Flags], Iterator[Scored]]
    admitted: Flags
    harmless: Flags
    standing: Callable[[], Floats]
    meet: Callable[[Scored], bool]


def is_note(understood: Understanding, is_text: bool) -> bool:
    """Whether a text is so long that its diagnoses do not all matter alike. is_text: it is no code or FHIR resource,
    whose own words are not the patient's.
    """
    return is_text and len(telling_words(understood.text)) >= weights.NOTE_WORDS


def asked(understood: Understanding, labels: Callable[[int], str], is_text: bool) -> Question:
    """The question that a text puts which is no note: its diagnoses, and the names of the concepts that they mean.

    is_text: the input is no code or FHIR resource. What is past counts as what is denied.
    """
    said: list[Said] = []
    denied: list[str] = []
    for mention in understood.mentions:
        weight = _COUNTS.get(mention.assertion)
        names = [name for name in dict.fromkeys((mention.words, *map(labels, mention.concepts))) if name]
        if weight is None or mention.assertion is Assertion.HISTORICAL:
            denied += names
        else:
            said += [Said(name, weight, bool(mention.concepts), weight >= 1) for name in names]
    if is_text and not understood.mentions:
        said.append(Said(understood.text, 1.0, is_known=False, is_present=True))
    return Question("", said, _only_denied(denied, said))


def asked_by_note(understood: Understanding, labels: Callable[[int], str], prominence: dict[int, float]) -> Question:
    """The question that a note puts: its words, and the names of its concepts, each by how far it is put forward."""
    said: dict[tuple[str, bool], Said] = {}
    denied: list[str] = []
    for mention in understood.mentions:
        names = [name for name in dict.fromkeys((mention.words, *map(labels, mention.concepts))) if name]
        counts = _COUNTS.get(mention.assertion)
        if counts is None:
            denied += names
            continue
        forward = [prominence[concept] for concept in mention.concepts if concept in prominence]
        weight = max(forward) if forward else counts
        for name in names:
            one = Said(name, weight, bool(mention.concepts), counts >= 1)
            known = said.get((name.lower(), one.is_known))
            if known is None or known.weight < weight:
                said[name.lower(), one.is_known] = one
    return Question(understood.text, tuple(said.values()), _only_denied(denied, said.values()))


def _only_denied(denied: list[str], said: Iterable[Said]) -> list[str]:
    """What is denied of the patient; of what is present a relative may have it too."""
    present = {item.text.lower() for item in said}
    return [name for name in denied if name.lower() not in present]


def fuse(question: Question, open_index: Callable[[], SimilarityIndex], trials: Trials) -> Iterator[Scored]:
    """Trials that concepts lead to, and behind them those that are only alike. The index is opened when the matches
    have come to their end.
    """
    seen: set[int] = set()
    for scored in trials.ranked(trials.admitted):
        seen.add(scored.trial_index)
        yield scored
    is_beyond = any(not item.is_known for item in question.said)
    if not question.said or not (seen or is_beyond):
        return  # known diagnoses that lead nowhere: nothing fits
    index = open_index()
    likeness = index.likeness(question)
    scores = _scores(likeness)
    scores[~trials.harmless] = 0.0
    if question.denied:
        scores[likeness.denied >= weights.WORDED] = 0.0
    found = np.array([trial for trial in np.flatnonzero(scores).tolist() if trial not in seen], np.int64)
    if not len(found):
        return
    fused = _fused(likeness)
    for trial in found[np.lexsort((-fused[found], scores[found] < weights.POSSIBLE))].tolist():
        yield _with_reason(_alike(trial, scores), index, likeness, question)


def fuse_note(
    question: Question, open_index: Callable[[], SimilarityIndex], trials: Trials, evidence: Floats
) -> Iterator[Scored]:
    """Trials that a note points at, by grade, those of a grade by all that points at them.

    evidence: how much its concepts lead to each trial, 1 at most.
    """
    if not question.said:
        yield from trials.ranked(trials.admitted)
        return
    index = open_index()
    likeness = index.likeness(question)
    pointing = evidence + weights.BY_LIKENESS * _share_of_most(likeness.lexical)
    if likeness.dense is not None:
        pointing += weights.BY_LIKENESS * _share_of_most(likeness.dense)
    pointing = np.where(trials.admitted, pointing, 0.0)
    least = np.partition(pointing, -weights.LOOKED_AT)[-weights.LOOKED_AT] if len(pointing) > weights.LOOKED_AT else 0.0
    looked_at = (pointing > 0) & (pointing >= least)
    share = _share_of_most(pointing)
    ranked = list(trials.ranked(looked_at))
    met = {scored.trial_index for scored in ranked if not scored.beside and trials.meet(scored)}
    found = [
        scored if scored.trial_index in met else _as_pointed_at(scored, float(share[scored.trial_index]))
        for scored in ranked
    ]
    if likeness.dense is not None:
        found = [_held_back(scored, float(likeness.dense[scored.trial_index])) for scored in found]
    seen = {scored.trial_index for scored in found}
    scores = _scores_in_note(likeness)
    scores[~looked_at | ~trials.harmless | (likeness.denied >= weights.WORDED)] = 0.0
    found += [_alike(trial, scores) for trial in np.flatnonzero(scores).tolist() if trial not in seen]
    pointing *= trials.standing()
    pointing[list(met)] *= weights.MET_IN_NOTE
    found.sort(key=lambda one: (_GRADES.index(grade_of(one)), -pointing[one.trial_index]))
    for scored in _each_first(found):
        yield _with_reason(scored, index, likeness, question) if scored.relation == RELATION else scored


def _each_first(found: list[Scored]) -> list[Scored]:
    """Trials in their order, but of each grade of suggestions first the best one for each diagnosis that leads."""
    first: list[Scored] = []
    others: list[Scored] = []
    seen: set[tuple[str, int]] = set()
    for scored in found:
        grade = grade_of(scored)
        lead = scored.links[0].element.concept if scored.links and grade != "weak" else None
        is_first = lead is not None and lead not in {concept for _, concept in seen}
        if is_first and lead is not None:
            seen.add((grade, lead))
        (first if is_first else others).append(scored)
    return sorted([*first, *others], key=lambda one: _GRADES.index(grade_of(one)))


def _share_of_most(scores: npt.NDArray[np.floating[Any]]) -> Floats:
    return np.asarray(scores / max(float(scores.max(initial=0.0)), _LEAST), np.float64)


def _as_pointed_at(scored: Scored, share: float) -> Scored:
    """A trial that concepts lead to: no more than possible, or a hint, where much more of the note points at others."""
    if share >= weights.POINTED_AT or grade_of(scored) == "weak":
        return scored
    most = weights.STRONG - _BELOW if share >= weights.POINTED_AT_FAINTLY else weights.JUST_A_HINT
    if scored.score <= most:
        return scored
    return msgspec.structs.replace(scored, score=most, notes=(*scored.notes, LESS_LIKE))


def _held_back(scored: Scored, dense: float) -> Scored:
    """A trial that concepts lead to: at most possible where it is unlike the note, a hint where it is not like it."""
    if dense >= weights.UNLIKE:
        return scored
    most = weights.STRONG - _BELOW if dense >= weights.UNLIKE_AT_ALL else weights.JUST_A_HINT
    return msgspec.structs.replace(scored, score=min(scored.score, most))


def _fused(likeness: Likeness) -> npt.NDArray[np.floating[Any]]:
    """Reciprocal ranks by words and by meaning, added up; words alone rank as they score."""
    if likeness.dense is None:
        return likeness.lexical
    fused = np.zeros(len(likeness.lexical))
    for scores in (likeness.lexical, likeness.dense):
        order = np.argsort(-scores, kind="stable")
        fused[order] += 1 / (weights.RECIPROCAL + np.arange(1, len(order) + 1))
    return fused


def _scores(likeness: Likeness) -> Floats:
    """What likeness alone is worth, 0 where it is no hint: possible where words and meaning both say that the trial is
    for a diagnosis that no vocabulary knows; of others the concepts have spoken. Words alone are a hint.
    """
    if likeness.dense is None:
        return np.where(likeness.covered >= weights.WORDED, weights.HINT * likeness.covered, 0.0)
    return _meant(likeness.dense, likeness.unknown, weights.MEANT_FAINTLY)


def _scores_in_note(likeness: Likeness) -> Floats:
    """The same of a note, in which a trial is possible that names any of its diagnoses and is like it as a whole."""
    if likeness.dense is None:
        return weights.HINT * _share_of_most(likeness.lexical)
    return _meant(likeness.dense, likeness.covered, weights.MEANT_IN_NOTE)


def _meant(dense: npt.NDArray[np.float32], covered: npt.NDArray[np.float32], least: float) -> Floats:
    good = (dense >= weights.MEANT) & (covered >= weights.WORDED)
    hinted = np.minimum(dense, weights.JUST_A_HINT)
    scores = np.where(good, np.clip(dense, weights.POSSIBLE, weights.STRONG - _BELOW), hinted)
    return np.where(dense >= least, scores, 0.0).astype(np.float64)


_BELOW = 0.01
"""A score that is held below a grade lies so much below it."""
_LEAST = 1e-9


def _alike(trial: int, scores: Floats) -> Scored:
    return Scored(trial, float(scores[trial]), (), (), RELATION, firm=True)


def _with_reason(scored: Scored, index: SimilarityIndex, likeness: Likeness, question: Question) -> Scored:
    """A trial that only likeness leads to, with the words that agree."""
    trial = scored.trial_index
    words = index.agreeing(trial, question)
    said = f"words that agree: {', '.join(words)}" if words else "no word of a diagnosis agrees"
    meant = "" if likeness.dense is None else f"; likeness of meaning {likeness.dense[trial]:.2f} of 1"
    return msgspec.structs.replace(scored, notes=(f"By wording alone; {said}{meant}.",))
