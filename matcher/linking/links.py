"""Stretches of a text with the concepts that they name, and which of them stand where they overlap."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from matcher.assertion.cues import is_denied_within


class EntityLink(NamedTuple):
    """A stretch of text and the concepts it names, likeliest first.

    start, end: indices of tokens. rule: exact, word order, abbreviation, cut short, shortened, cognate, word forms,
    described, misspelt. ambiguous: the meanings are rivals, not the first one and lesser readings.
    """

    start: int
    end: int
    concepts: tuple[int, ...]
    rule: str
    score: float
    ambiguous: bool = False


def is_denied(typed: Sequence[str], hit: EntityLink) -> bool:
    """Whether words of a hit stand on both sides of a denial: "hands: no calcinosis" names nothing. Non is a part of
    names ("non small cell").
    """
    if hit.end - hit.start <= 2:
        return False
    inner = ["" if word == "non" else word for word in typed[hit.start : hit.end]]
    return is_denied_within(inner, 1, len(inner) - 1)


def chosen_of(candidates: Iterable[EntityLink]) -> list[EntityLink]:
    """Non-overlapping hits: more words first, then the better score, then the earlier one; last by the
    rule, so that equals do not stand as a set happens to give them.
    """
    chosen: list[EntityLink] = []
    taken: set[int] = set()
    for hit in sorted(
        set(candidates), key=lambda item: (item.start - item.end, -item.score, item.start, item.concepts, item.rule)
    ):
        span = range(hit.start, hit.end)
        if taken.isdisjoint(span):
            chosen.append(hit)
            taken.update(span)
    chosen.sort()
    return chosen
