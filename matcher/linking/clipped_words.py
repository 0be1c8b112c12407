"""Names whose words are cut short by a full stop, as charts write them: "syst. sclerosis", "juv. Dermatomyositis".

A word with a full stop stands for every word of the vocabularies that begins like it; the words beside it decide, and
only where all names that come of it name one concept.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from matcher.terminology import Terminology
from matcher.text.language import abbreviations
from matcher.text.normalise import Token, fold

SHORTEST_CLIPPED = 3
"""Letters of a word that is cut short."""
SHORTEST_CLIPPED_ALONE = 8
"""The same, of a name of one word."""
LONGEST_NAME = 5
"""Words of a name."""
MOST_ENDINGS = 400
_BETWEEN = re.compile(r"\.?[\s-]*")


class SpeltOut(NamedTuple):
    """A stretch of tokens with words cut short, and the indices of the names that it stands for."""

    start: int
    end: int
    name_indices: tuple[int, ...]


class ClippedWords:
    """Spells out words that are cut short, with the names of one terminology."""

    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology
        self._endings = lru_cache(maxsize=2_000)(self._find_endings)

    @cached_property
    def _sorted_words(self) -> list[str]:
        return sorted(self.terminology.word_set)

    def _find_endings(self, begun: str) -> tuple[str, ...]:
        """Words of the vocabularies that begin like one that is cut short, none when there are too many."""
        words = self._sorted_words
        start = bisect_left(words, begun)
        found: list[str] = []
        while start < len(words) and words[start].startswith(begun) and len(found) <= MOST_ENDINGS:
            if words[start] != begun:
                found.append(words[start])
            start += 1
        return tuple(found) if len(found) <= MOST_ENDINGS else ()

    def find(self, text: str, found: Sequence[Token], language: str = "") -> Iterator[SpeltOut]:
        """Stretches of a clause that are names with words cut short."""
        options = [self._options(text, token, language) for token in found]
        cut = [
            token_index
            for token_index, words in enumerate(options)
            if len(words) != 1 or words[0] != found[token_index].text
        ]
        if not cut:
            return
        joined = [_BETWEEN.fullmatch(text, before.end, after.start) is not None for before, after in pairwise(found)]
        for start in range(max(0, cut[0] - LONGEST_NAME + 1), cut[-1] + 1):
            for end in range(start + 1, min(len(found), start + LONGEST_NAME) + 1):
                if end - start > 1 and not joined[end - 2]:
                    break
                if not any(start <= token_index < end for token_index in cut):
                    continue
                if end - start == 1 and found[start].end - found[start].start < SHORTEST_CLIPPED_ALONE:
                    continue
                name_indices = self._names(options[start:end])
                if name_indices:
                    yield SpeltOut(start, end, name_indices)

    def _options(self, text: str, token: Token, language: str) -> tuple[str, ...]:
        """The words that a token may stand for: itself, or all that begin like it where a full stop cuts it short."""
        if text[token.end : token.end + 1] != "." or token.end - token.start < SHORTEST_CLIPPED:
            return (token.text,)
        typed = fold(text[token.start : token.end])
        if not typed.isalpha():
            return (token.text,)
        whole = typed in self.terminology.word_set or self.terminology.ordinary_words.is_ordinary(typed, language)
        if whole and typed not in abbreviations(""):
            return (token.text,)
        return self._endings(typed) or (token.text,)

    def _names(self, options: Sequence[Sequence[str]]) -> tuple[int, ...]:
        """Indices of the names that choose one of the options for each word."""
        index, starts = self.terminology.key_index, self.terminology.starts
        phrases = list(options[0])
        for number, words in enumerate(options[1:]):
            phrases = [f"{phrase} {word}" for phrase in phrases for word in words]
            if number == 0:
                phrases = [phrase for phrase in phrases if phrase in starts]
        return tuple(index[phrase] for phrase in phrases if phrase in index)
