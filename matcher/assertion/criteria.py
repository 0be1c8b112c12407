"""What a trial's criterion says of the diseases that it names, read by the same cues and scopes as a chart."""

from collections.abc import Sequence

from matcher.assertion.context import AssertedText, Assertion, Course, Span
from matcher.assertion.cues import is_denied_within


def are_denied(criterion: str, spans: Sequence[tuple[int, int]], words: Sequence[str]) -> list[bool]:
    """Whether a criterion denies each of the names at some of its characters ("no lupus", "free of gout").

    words: its words, flat; most criteria hold no cue of a denial, and are not looked at further.
    """
    if not is_denied_within(words, 0, len(words)):
        return [False] * len(spans)
    found = AssertedText(criterion).assertions([Span(start, end, Course.LASTS) for start, end in spans])
    return [assertion is Assertion.NEGATED for assertion in found]
