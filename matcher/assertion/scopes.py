"""Which words of a text each cue speaks of: where a denial, a doubt, a relative or a past begins and ends.

In the manner of NegEx and ConText: cue words with a direction (``cues/<language>.tsv``) and scopes that end at the
borders of clauses. Three things go further. A cue that stands alone in its clause ("excised in 2015, no recurrence")
speaks of the diagnosis before it, over commas and, where the cue allows it, over the end of a sentence. What stands
under a heading ("Family history:") holds until the next one. And a later word outweighs an earlier one: what was cured
and came back is there.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from matcher.assertion.cues import Cue, Sense
from matcher.assertion.headings import sections
from matcher.assertion.marked_text import SAYING, MarkedText, Mention, denies, roles
from matcher.assertion.reach import FARTHEST, Reach
from matcher.assertion.small_words import MEANS, NOT, WITH
from matcher.text.normalise import STOPWORDS

_DOUBT_BEHIND = Sense("uncertain", "before", "item", frozenset(), "")
_DOUBT_BEFORE = Sense("uncertain", "after", "item", frozenset(), "")
_LEFT_OUT = Sense("negated", "before", "item", frozenset(), "")
_SHOWN_BY = MEANS | {"on", "after", "sur", "nach", "su"}
"""Behind these stands what a denial rests on: "excluded on biopsy"."""
_REACHING = SAYING | frozenset(
    ("present", "confirmed", "settled", "dated", "latest", "conditional", "change", "litotes", "avoided")
)
_LATER = ("doubted", "revised")


class Scope(NamedTuple):
    """Words that an assertion holds for. cue: index of the word that says so, -1 for a heading."""

    first: int
    after: int
    assertion: str
    cue: int


def find_scopes(
    words: Sequence[str], cues: Sequence[Cue], mentions: Sequence[Mention], language: str = ""
) -> list[Scope]:
    """The scopes of all cues in a text with known mentions; of a text without cues there are none."""
    text = MarkedText(words, cues, mentions, language)
    if text.is_plain:
        return []
    text.lay_out()
    return _Scopes(text).all()


class _Scopes:
    """Collects the scopes of one text."""

    def __init__(self, text: MarkedText) -> None:
        self._text = text
        self._reach = Reach(text)

    def all(self) -> list[Scope]:
        text = self._text
        scopes = [Scope(*section, -1) for section in sections(text)]
        revisions: list[tuple[Cue, Sense]] = []
        for cue in text.cues:
            if self._leaves_out(cue):
                scopes += self._of_cue(cue, _LEFT_OUT)
            for sense in cue.senses:
                if sense.reach in _LATER:
                    revisions.append((cue, sense))
                elif sense.assertion == "mine" and text.speaks_of_self:
                    scopes += self._of_cue(cue, sense._replace(assertion="family", reach="kinsman"))
                elif sense.assertion in _REACHING and not (
                    self._is_of_the_question(cue, sense) or self._is_of_a_name(cue, sense)
                ):
                    scopes += self._of_cue(cue, sense)
        begin = 0
        for index, word in enumerate(text.words):
            if word == ";":
                begin = index + 1
            if word not in ("?", "¿"):
                continue
            if not self._asks_otherwise(begin, index):
                behind = word == "¿" and text.mentioned(index + 1, text.clause_end(index + 1))
                sense = _DOUBT_BEHIND if behind else _DOUBT_BEFORE
                scopes += self._of_cue(Cue(index, index + 1, (sense,)), sense)
            begin = index + 1
        if revisions:
            doubts = sorted(scope for scope in scopes if scope.assertion == "uncertain")
            for cue, sense in revisions:
                scopes += self._revised(cue, sense, doubts)
        scopes += self._tests_of_denials()
        return scopes

    def _of_cue(self, cue: Cue, sense: Sense) -> Iterator[Scope]:
        stretch = self._reach.of(cue, sense)
        if stretch is not None:
            assertion = "household" if sense.reach == "household" else sense.assertion
            yield Scope(*stretch, assertion, cue.first)

    def _leaves_out(self, cue: Cue) -> bool:
        """Whether a cue names what a whole picture lacks: "all the features of CREST except calcinosis"."""
        text = self._text
        if "except" not in roles(cue):
            return False
        low = max(text.sentence(cue.first).first, cue.first - FARTHEST)
        whole = [other.after for other in text.cues_from(low, cue.first) if "whole" in roles(other)]
        end = text.last_mention_end(low, cue.first)
        return bool(whole) and end is not None and end > whole[-1] and text.clause_end(end) >= cue.first - 1

    def _is_of_a_name(self, cue: Cue, sense: Sense) -> bool:
        """Whether a denial is that of an adjective of the name before it: "calcifilassi non uremica rivelata da"."""
        text = self._text
        behind = cue.after + 1
        if not denies(sense) or cue.after > cue.first + 1 or text.words[cue.first] not in NOT:
            return False
        if text.mention_up_to(cue.first) is None or text.mentions_from(cue.after, behind + 1):
            return False
        bound = text.is_any(behind, STOPWORDS) and not text.is_any(behind, WITH)
        return text.clause_end(cue.after) >= behind and not bound

    def _tests_of_denials(self) -> Iterator[Scope]:
        """Tests that a denial rests on asked for the same: "excluded on skin biopsy and ABCC6 sequencing"."""
        text = self._text
        if not text.tests:
            return
        for cue in text.cues:
            resting = any(denies(sense) and sense.side != "before" for sense in cue.senses)
            if not resting or not text.is_any(cue.after, _SHOWN_BY):
                continue
            clause_end = text.clause_end(cue.after)
            borders = (other.first for other in text.cues_from(cue.after + 1, clause_end) if "border" in roles(other))
            end = next(borders, clause_end)
            for first, after in text.tests_between(cue.after, end):
                yield Scope(first, after, "negated", first)

    def _asks_otherwise(self, begin: int, mark: int) -> bool:
        """Whether a question is not about a diagnosis: "is there a trial for calcinosis?".

        begin: index behind the question mark before it.
        """
        text = self._text
        if text.is_word(mark, "¿"):
            return text.has_role("asks", mark, text.clause_end(mark + 1))
        return text.has_role("asks", max(begin, text.sentence(mark).first), mark)

    def _is_of_the_question(self, cue: Cue, sense: Sense) -> bool:
        """Whether what is in doubt is what is asked for: "is a trial for calcinosis possible?"."""
        doubts = sense.assertion == "uncertain" and self._text.is_word(cue.after, "?")
        return doubts and self._text.has_role("asks", self._text.sentence(cue.first).first, cue.first)

    def _revised(self, cue: Cue, sense: Sense, doubts: Sequence[Scope]) -> Iterator[Scope]:
        """What was suspected and is not confirmed: "was considered, but the biopsy was negative"."""
        text = self._text
        low = text.sentence(cue.first).first
        start = self._reach.clause_start(cue.first, sense)
        if sense.reach == "doubted":
            tested = text.has_role("test", start, cue.first + 1)
            border = text.cue_to.get(start)
            contrast = border is not None and "border" in roles(border)
            if text.mentioned(start, cue.first):
                yield from self._tested_for(cue, doubts)
                return
            if not (tested or contrast):
                return
        if low and not text.mentioned(low, cue.first):
            low = text.sentence(low - 1).first
        low = max(low, cue.first - FARTHEST)
        place = bisect_left(doubts, (low,))
        while place < len(doubts) and doubts[place].first < cue.first:
            scope = doubts[place]
            place += 1
            if sense.reach == "doubted" and self._explains(scope, cue):
                continue
            yield Scope(scope.first, min(scope.after, cue.first), "negated", cue.first)

    def _tested_for(self, result: Cue, doubts: Sequence[Scope]) -> Iterator[Scope]:
        """What its sentence tests for, and a result denies: "serology for hepatitis B and C came back negative"."""
        text = self._text
        low = text.sentence(result.first).first
        for doubt in doubts[bisect_left(doubts, (low,)) : bisect_left(doubts, (result.first,))]:
            test = text.cue_from.get(doubt.cue)
            end = text.last_mention_end(doubt.first, min(doubt.after, result.first))
            if test is not None and "test" in roles(test) and end is not None:
                if text.mentioned(end, result.first) or "," in text.words[end : result.first]:
                    continue  # "serology for Lyme disease positive, ANA negative"
                yield Scope(doubt.first, end, "negated", result.first)

    def _explains(self, doubt: Scope, cue: Cue) -> bool:
        """Whether a result is one of several findings that what is suspected explains: "lupus?: rash, ECG normal"."""
        parted = self._text.is_word(doubt.after, ":")
        return parted and "," in self._text.words[doubt.after : cue.first]


def strongest(scopes: Sequence[Scope], indices: Sequence[int]) -> list[dict[str, int]]:
    """For each word, of those that ask, the cue of the last scope of each assertion that holds for it."""
    waiting = sorted(scopes, reverse=True)
    active: list[tuple[int, str, int]] = []
    found: list[dict[str, int]] = [{} for _ in indices]
    for question in sorted(range(len(indices)), key=indices.__getitem__):
        index = indices[question]
        while waiting and waiting[-1].first <= index:
            scope = waiting.pop()
            heappush(active, (scope.after, scope.assertion, scope.cue))
        while active and active[0][0] <= index:
            heappop(active)
        last = found[question]
        for _, assertion, cue in active:
            last[assertion] = max(cue, last.get(assertion, -1))
    return found
