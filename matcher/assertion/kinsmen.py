"""Where what is said of a relative ends, and the patient is spoken of again."""

from itertools import pairwise

from matcher.assertion.cues import Cue
from matcher.assertion.marked_text import MarkedText
from matcher.assertion.small_words import BORN, HAS, WITH

_OPENING = 4
"""Words at the start of a sentence that say whom it is about."""
_WORDS_OF_KINSMAN = 5
"""Words behind a relative within which stands what he has."""


def is_an_aside(text: MarkedText, cue: Cue) -> bool:
    """Whether a relative stands in the midst of what is said of a patient described before, with an age, or of one
    just born: "infant of 6 weeks, mother 29 with lupus, rash", "newborn of a mother with lupus, rash".
    """
    first = text.sentence(cue.first).first
    opening = text.words[first : min(first + _OPENING, cue.first + 1)]
    if not BORN.isdisjoint((*opening, *map("-".join, pairwise(opening)))):
        return True
    aged = any(word.isdigit() for word in text.words[cue.after : cue.after + 2])
    has = any(text.is_any(index, WITH) for index in range(cue.after, cue.after + _WORDS_OF_KINSMAN + 1))
    return aged and has and text.is_word(cue.first - 1, ",") and not text.has_role("family", first, cue.first)


def leads_on(text: MarkedText, comma: int) -> bool:
    """Whether a comma behind a relative leads to what he has, or to his age and that: "the mother, 31, had gout"."""
    end = text.clause_end(comma + 1)
    aged = text.is_word(end, ",") and end - comma <= _WORDS_OF_KINSMAN and not text.mentioned(comma, end)
    return text.is_any(comma + 1, HAS) or (aged and text.is_any(end + 1, HAS))


def returns_to_the_patient(text: MarkedText, index: int) -> bool:
    """Whether an item of a list speaks of the patient again: "mother has lupus, ECG: heart block"."""
    end = text.clause_end(index)
    if text.has_role("family", index, end):
        return False
    if text.has_role("own", index, end) or text.has_role("self", index, end) or text.has_role("test", index, index + 1):
        return True
    return index < end <= index + 2 and text.is_word(end, ":") and not text.mentioned(index, end)
