"""The work of reading a text grows as its length does, whatever it repeats."""

import re
import sys
from types import FrameType

import pytest

from matcher import Matcher
from matcher.assertion.context import AssertedText, Span

REPEATED = [
    "no calcinosis, ", "(calcinosis ", "calcinosis) ", "((((", "possible calcinosis, actually ",
    "calcinosis ruled out ", "calcinosis? ", "No calcinosis. ", "no calcinosis and gout ", "mother calcinosis ",
    "calcinosis 0 ", "all calcinosis excluded, ", ".    ", "calcinosis\n",
]  # fmt: skip
SHORT = 2_000
LONGER = 4
"""How many times longer the long text is."""
SLACK = 1.5
"""What a scope of bounded length and a cache that is not yet filled may add."""


class Calls:
    """Counts the functions that are called in a block, our own and built-in ones."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> "Calls":
        sys.setprofile(self._called)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _called(self, frame: FrameType, event: str, argument: object) -> None:
        self.count += event in ("call", "c_call")


def repeated(words: str, length: int) -> str:
    return (words * (length // len(words) + 1))[:length]


@pytest.mark.parametrize("words", REPEATED)
def test_what_is_said_of_diagnoses(words: str) -> None:
    def calls(length: int) -> int:
        text = repeated(words, length)
        spans = [Span(*match.span()) for match in re.finditer("calcinosis", text)]
        with Calls() as made:
            AssertedText(text).assertions(spans)
        return made.count

    calls(SHORT)
    assert calls(SHORT * LONGER) <= calls(SHORT) * LONGER * SLACK


@pytest.mark.parametrize("words", ["no calcinosis, ", "(calcinosis ", "calcinosis) "])
def test_a_whole_chart(matcher: Matcher, words: str) -> None:
    def calls(length: int) -> int:
        with Calls() as made:
            matcher.reader.read(repeated(words, length))
        return made.count

    calls(SHORT)
    assert calls(SHORT * LONGER) <= calls(SHORT) * LONGER * SLACK
