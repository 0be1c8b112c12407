"""Stretches of the tokens of a clause: between marks, between hits, inside brackets. All are (start, end) of tokens."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise

from matcher.text.normalise import STOPWORDS, Token, fold

JOINTS = frozenset(
    "with without due plus after mit ohne nach avec sans apres con sin tras com sem apos senza dopo met zonder "  # noqa: SIM905
    "na".split()
)
"""Words between things that stand for themselves."""
LONGEST_ASIDE = 2
"""Words in brackets inside a name."""
LONGEST_OPEN_RUN = 6
"""Words of a stretch that no hit covers and that may be one misspelt name."""


def typed_word(text: str, token: Token) -> str:
    """A token as it stands in the text, but for case and accents; one that was put together ("1 a") as it is."""
    word = fold(text[token.start : token.end])
    return word if word.isalnum() else token.text


def borders(text: str, found: Sequence[Token], marks: str) -> Iterator[int]:
    """Indices of the tokens that one of the marks stands before."""
    for token_index in range(1, len(found)):
        between = text[found[token_index - 1].end : found[token_index].start]
        if not between.isspace() and any(mark in between for mark in marks):
            yield token_index


def part_numbers(size: int, starts: Iterable[int]) -> list[int]:
    """For each of so many tokens the number of its part. starts: indices at which another part begins."""
    begins = set(starts)
    return list(accumulate(int(token_index in begins) for token_index in range(size)))


def is_crossed(text: str, found: Sequence[Token]) -> bool:
    """Whether a bracket or a word such as "with" stands behind the first of some tokens, and before or at the last."""
    return any(token.text in JOINTS for token in found[1:]) or any(borders(text, found, "()[]"))


def is_inverted(limits: Sequence[int], edges: set[int], names: set[tuple[int, int]]) -> bool:
    """Whether items of a list are one name that was turned round ("ossificans progressiva, fibrodysplasia"), or all
    there is: they end where items of the list end (`edges`), and one of them at most is a name itself. limits: where
    each begins, and where the last one ends.
    """
    if not {limits[0], limits[-1]} <= edges:
        return False
    return edges == set(limits) or sum(item in names for item in pairwise(limits)) <= 1


def asides(text: str, found: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Words in brackets with others on both sides."""
    for start, end in pairwise([*borders(text, found, "()[]"), len(found)]):
        opened = text[: found[start].start].rstrip().endswith(("(", "["))
        if opened and end - start <= LONGEST_ASIDE and end < len(found):
            yield start, end


def list_items(text: str, found: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Stretches between commas, brackets and other marks."""
    limits = [0, *borders(text, found, ",;:()[]/+"), len(found)]
    return ((start, end) for start, end in pairwise(limits) if (start, end) != (0, len(found)))


def open_runs(found: Sequence[Token], covered: set[int]) -> Iterator[tuple[int, int]]:
    """Stretches of words that no hit covers, between stop words and hits. covered: indices of those that one covers."""
    start = 0
    for token_index in range(len(found) + 1):
        if token_index == len(found) or token_index in covered or found[token_index].text in STOPWORDS:
            if 2 <= token_index - start <= LONGEST_OPEN_RUN:
                yield start, token_index
            start = token_index + 1
