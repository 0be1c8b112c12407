"""What a text says of each diagnosis: present, denied, a relative's, past, or only suspected."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple

from matcher.assertion.cues import Cue, find_cues
from matcher.assertion.marked_text import SAYING, Mention, is_plain
from matcher.assertion.scopes import find_scopes, strongest
from matcher.text.sentences import PUNCTUATION, STOPS, Clause, clauses, split_words

LONGEST_CUE = 40
"""Words that no cue exceeds."""
_NEAR_QUESTION = 8
"""Words between what is asked for and the question and its mark."""


class Assertion(StrEnum):
    """How the text puts a diagnosis."""

    PRESENT = "present"
    NEGATED = "negated"
    FAMILY = "family"
    HISTORICAL = "historical"
    UNCERTAIN = "uncertain"


class Course(StrEnum):
    """What becomes of a disease or finding, which decides what "history of" it means, and that it has gone."""

    LASTS = "lasts"
    ENDS = "ends"
    TREATED = "treated"
    """Treatment may end it, or it leaves something behind: the year beside it is that in which it began."""
    PASSES = "passes"
    """A symptom, which comes and goes."""


class Span(NamedTuple):
    """Where a diagnosis stands in a text, by its characters, and what becomes of it."""

    start: int
    end: int
    course: Course = Course.ENDS


class AssertedText:
    """The clauses of a text and what it says of the diagnoses in it.

    language: of the text, where it is known from more than its function words.
    """

    def __init__(self, text: str, language: str = "") -> None:
        self._language = language
        self._found = split_words(text)
        self._cues = find_cues(self._found.words)

    @cached_property
    def clauses(self) -> list[Clause]:
        """The stretches that diagnoses are looked for in."""
        return clauses(self._found)

    def assertions(self, spans: Sequence[Span]) -> list[Assertion]:
        """The assertion of each mention."""
        words, cues = self._found.words, self._cues
        if is_plain(words, cues):
            return [Assertion.PRESENT] * len(spans)
        starts = self._found.starts
        mentions = [
            (max(0, bisect_right(starts, start) - 1), max(bisect_left(starts, end), bisect_right(starts, start)))
            for start, end, _ in spans
        ]
        firsts = [cue.first for cue in cues]
        mentions = [_without_cues(mention, words, _touching(mention, cues, firsts)) for mention in mentions]
        middles = [(first + after - 1) // 2 for first, after in mentions]
        held = strongest(find_scopes(words, cues, mentions, self._language), middles)
        return [_weighed(last, course) for last, (_, _, course) in zip(held, spans, strict=True)]

    def relatives(self) -> list[tuple[int, int]]:
        """Stretches of the text that speak of relatives: (start, end)."""
        return self._stretches("family", "mine")

    def avoided(self) -> list[tuple[int, int]]:
        """Stretches of the text that name what is not to be done or given: (start, end)."""
        return self._stretches("avoided")

    def is_asked_about(self, start: int) -> bool:
        """Whether a question about treatment or a trial names what begins at a character: "a trial for FOP?"."""
        index = bisect_left(self._found.starts, start)
        asking = any(
            index - _NEAR_QUESTION <= cue.first < cue.after <= index
            for cue in self._cues
            for sense in cue.senses
            if sense.assertion == "asks"
        )
        words = self._found.words[index : index + _NEAR_QUESTION]
        return asking and "?" in words and STOPS.isdisjoint(words[: words.index("?")])

    def _stretches(self, assertion: str, *others: str) -> list[tuple[int, int]]:
        """Words that an assertion holds for. others: assertions that may come to the same."""
        cues = self._cues
        if not any(sense.assertion in (assertion, *others) for cue in cues for sense in cue.senses):
            return []
        words = [(index, index + 1) for index, word in enumerate(self._found.words) if word not in PUNCTUATION]
        scopes = find_scopes(self._found.words, cues, words, self._language)
        starts, ends = self._found.starts, self._found.ends
        return [(starts[scope.first], ends[scope.after - 1]) for scope in scopes if scope.assertion == assertion]


@lru_cache(maxsize=2)
def asserted(text: str, language: str = "") -> AssertedText:
    """A text with its assertions; the one just read is kept, for more than one question is asked of it."""
    return AssertedText(text, language)


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


def _weighed(last: dict[str, int], course: Course) -> Assertion:
    """What holds for a word, by its last cue of each assertion: of a relative before denied, past and in doubt.

    Told as history, only what ends is past; a symptom that has gone is absent.
    """
    if last.get("negated", -2) > last.get("litotes", last.get("negated", -2)):  # the denial itself is denied
        last = {assertion: cue for assertion, cue in last.items() if assertion != "negated"}
    if "family" in last or ("household" in last and "negated" not in last):
        return Assertion.FAMILY
    if "change" in last:  # what is denied, or over, is a change of what is there
        return Assertion.PRESENT
    confirmed = last.get("confirmed", -2)
    if last.get("negated", -2) > confirmed:
        return Assertion.NEGATED
    there = max(confirmed, last.get("present", -2))
    ended = last.get("ended", -2)
    gone = last.get("gone", -2)
    told = last.get("history", -2) if course in (Course.ENDS, Course.TREATED) else -2
    if course is Course.ENDS:
        told = max(told, last.get("dated", -2))
    if course is not Course.LASTS:
        told = max(told, last.get("latest", -2))
    if max(ended, gone, told, last.get("historical", -2)) > there:
        absent = (gone > there and course is not Course.LASTS) or (ended > there and course is Course.PASSES)
        return Assertion.NEGATED if absent else Assertion.HISTORICAL
    if max(last.get("uncertain", -2), last.get("conditional", -2)) > max(confirmed, last.get("settled", -2)):
        return Assertion.UNCERTAIN
    return Assertion.PRESENT
