"""Trials that list, word for word, what is asked: whatever concepts make of it, such a trial fits."""

from collections.abc import Iterator, Sequence
from itertools import chain

from matcher import weights
from matcher.assertion.context import Assertion
from matcher.patient.reader import Understanding
from matcher.ranking.scoring import Scored, grade_of
from matcher.text.normalise import phrase_key, tokens
from matcher.trials.index import Ints, TrialIndex

LONGEST_CONDITION = 200
"""Characters of a text that may be a condition as a trial lists it."""


def trials_listing(catalogue: TrialIndex, text: str) -> Ints:
    """The trials that have a text among their conditions, in large letters or small."""
    return catalogue.trials_listing(text if len(text) <= LONGEST_CONDITION else "")


def with_listed(
    ranked: Iterator[Scored], listing: Sequence[int], asked: Understanding, text: str, age_is_known: bool
) -> Iterator[Scored]:
    """A ranking with the trials that list the text: in front where concepts hold less of it than that, else as possible
    at least.

    listing: trials, those that can be joined soonest first. age_is_known: what holds a trial back may be that it is for
    another age, which concepts know and words do not.
    """
    is_understood = _is_understood(asked, text)
    if not listing or (is_understood and age_is_known):
        yield from ranked
        return
    score = weights.POSSIBLE if is_understood else 1.0
    note = f'The trial lists "{text}" as a condition, word for word.'
    listed = {trial: Scored(trial, score, (), (note,), "same", firm=True, said=text) for trial in listing}
    if not is_understood:
        yield from listed.values()
        yield from (scored for scored in ranked if scored.trial_index not in listed)
        return
    for scored in ranked:
        if grade_of(scored) == "weak":
            yield from listed.values()
            yield from (other for other in chain((scored,), ranked) if other.trial_index not in listed)
            return
        listed.pop(scored.trial_index, None)
        yield scored
    yield from listed.values()


def _is_understood(asked: Understanding, text: str) -> bool:
    """Whether one mention that is present takes the whole text."""
    return any(
        mention.concepts and mention.assertion is Assertion.PRESENT and _key(mention.words) == _key(text)
        for mention in asked.mentions
    )


def _key(text: str) -> str:
    return phrase_key([token.text for token in tokens(text)])
