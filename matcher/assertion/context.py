"""What a text says of each diagnosis: present, denied, a relative's, past, or only suspected."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

from matcher.assertion.cues import Cue, find_cues
from matcher.assertion.marked_text import SAYING, Mention, is_plain
from matcher.assertion.scopes import find_scopes, strongest
from matcher.text.sentences import PUNCTUATION, Clause, clauses, split_words

LONGEST_CUE = 40
"""Words that no cue exceeds."""


class Assertion(StrEnum):
    """How the text puts a diagnosis."""

    PRESENT = "present"
    NEGATED = "negated"
    FAMILY = "family"
    HISTORICAL = "historical"
    UNCERTAIN = "uncertain"


class AssertedText:
    """The clauses of a text and what it says of the diagnoses in it."""

    def __init__(self, text: str) -> None:
        self._found = split_words(text)
        self._cues = find_cues(self._found.words)
        self.clauses: list[Clause] = clauses(self._found)

    def assertions(self, spans: Sequence[tuple[int, int]]) -> list[Assertion]:
        """The assertion of each mention, given by its characters in the text: (start, end)."""
        words, cues = self._found.words, self._cues
        if is_plain(words, cues):
            return [Assertion.PRESENT] * len(spans)
        starts = self._found.starts
        mentions = [
            (max(0, bisect_right(starts, start) - 1), max(bisect_left(starts, end), bisect_right(starts, start)))
            for start, end in spans
        ]
        firsts = [cue.first for cue in cues]
        mentions = [_without_cues(mention, words, _touching(mention, cues, firsts)) for mention in mentions]
        middles = [(first + after - 1) // 2 for first, after in mentions]
        return [_weighed(last) for last in strongest(find_scopes(words, cues, mentions), middles)]

    def relatives(self) -> list[tuple[int, int]]:
        """Stretches of the text that speak of relatives: (start, end)."""
        cues = self._cues
        if not any(sense.assertion in ("family", "mine") for cue in cues for sense in cue.senses):
            return []
        words = [(index, index + 1) for index, word in enumerate(self._found.words) if word not in PUNCTUATION]
        scopes = find_scopes(self._found.words, cues, words)
        starts, ends = self._found.starts, self._found.ends
        return [(starts[scope.first], ends[scope.after - 1]) for scope in scopes if scope.assertion == "family"]


@lru_cache(maxsize=2)
def asserted(text: str) -> AssertedText:
    """A text with its assertions; the one just read is kept, for more than one question is asked of it."""
    return AssertedText(text)


def says_family_history(words: str) -> bool:
    """Whether words as a whole say that what follows is of relatives: "FH" before a disease is not one itself."""
    found = split_words(words).words
    whole = (cue for cue in find_cues(found) if (cue.first, cue.after) == (0, len(found)))
    return any(sense.assertion == "family" and sense.reach == "person" for cue in whole for sense in cue.senses)


def _touching(mention: Mention, cues: Sequence[Cue], firsts: Sequence[int]) -> Sequence[Cue]:
    """Cues that share a word with a mention."""
    first, after = mention
    low = bisect_left(firsts, first)
    while low and cues[low - 1].first > first - LONGEST_CUE:
        low -= 1
    return [cue for cue in cues[low : bisect_left(firsts, after)] if cue.after > first]


def _without_cues(mention: Mention, words: Sequence[str], cues: Sequence[Cue]) -> Mention:
    """A mention without the cue words that a name may have taken along ("no calcinosis").

    What is all that was asked for keeps them ("dermatomyositis in childhood").
    """
    first, after = mention
    for cue in cues:
        said = {sense.assertion for sense in cue.senses}
        if first < cue.first < after < cue.after:
            after = cue.first
        if cue.first < first < cue.after < after:
            first = cue.after
        if cue.first == first and cue.after + 1 < after and words[cue.after] == ":":
            first = cue.after + 1
        if said.isdisjoint(SAYING) or cue.first < first or cue.after > after or (cue.first, cue.after) == mention:
            continue
        before = sum(word not in PUNCTUATION for word in words[first : cue.first])
        behind = sum(word not in PUNCTUATION for word in words[cue.after : after])
        if before == 0 or ("negated" in said and behind > before):
            first = cue.after
        elif "negated" in said or (behind == 0 and not (words[cue.first] == "in" and mention == (0, len(words)))):
            after = cue.first
    while after - first > 1 and words[after - 1] in PUNCTUATION:
        after -= 1
    return first, after


def _weighed(last: dict[str, int]) -> Assertion:
    """What holds for a word, by its last cue of each assertion: of a relative before denied, past and in doubt."""
    if "family" in last:
        return Assertion.FAMILY
    confirmed = last.get("confirmed", -2)
    if last.get("negated", -2) > confirmed:
        return Assertion.NEGATED
    if last.get("historical", -2) > max(confirmed, last.get("present", -2)):
        return Assertion.HISTORICAL
    if last.get("uncertain", -2) > confirmed:
        return Assertion.UNCERTAIN
    return Assertion.PRESENT
