"""One mention of a disease or finding in what was typed or sent."""

from typing import NamedTuple

from matcher.assertion.context import Assertion


class Mention(NamedTuple):
    """A diagnosis in the input. concepts: accepted meanings; ambiguous: they are rivals."""

    words: str
    assertion: Assertion
    concepts: tuple[int, ...]
    alternatives: tuple[int, ...]
    rule: str
    score: float
    ambiguous: bool = False
    near: tuple[str, ...] = ()
    not_used: tuple[str, ...] = ()
