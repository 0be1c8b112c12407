"""A text as the scopes of cues see it: its words, the diagnoses and cues in them, sentences and brackets.

Every question is answered by a look-up or by a walk of bounded length, so that a text is read in a time that grows as
its length does.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from matcher.assertion.cues import Cue, Sense, counts_in
from matcher.assertion.small_words import WRITERS
from matcher.text.language import is_filler, language_of
from matcher.text.normalise import STOPWORDS
from matcher.text.sentences import PUNCTUATION, STOPS

PAST = frozenset(("historical", "ended", "gone", "history"))
"""Ways to be past: it was; it was and is over; it has left off; it is told under the patient's history."""
SAYING = frozenset(("negated", "family", "uncertain")) | PAST
"""What a cue may say of a diagnosis that is not simply there."""
ASKING = frozenset("?¿")
_LABELS = frozenset(
    "diagnosis dx label diagnose diagnostic diagnostico diagnosi etiqueta etichetta etiquette etiket".split()  # noqa: SIM905
)
"""Words for a diagnosis that somebody made."""
_COLONS = ([":"], ["-"])
_PLAIN = frozenset(("border", "turn", "own", "self", "join", "none", "all", "test", "asks", "except", "settled"))

Mention = tuple[int, int]
"""The words of a diagnosis: index of the first one and of the one after the last."""


class Sentence(NamedTuple):
    """A stretch of words between full stops or line ends."""

    first: int
    after: int
    ends_line: bool


class MarkedText:
    """The words of a text with its mentions and its cues."""

    def __init__(
        self, words: Sequence[str], cues: Sequence[Cue], mentions: Sequence[Mention], language: str = ""
    ) -> None:
        self.words = list(words)
        cue_at = {cue.first: cue for cue in cues}
        says = (cue for cue in cues if _says(cue) and (words[cue.after : cue.after + 1] in _COLONS or not _heads(cue)))
        cue_words = {index for cue in says for index in range(cue.first, cue.after)}
        cue_words -= {mention[0] for mention in mentions if self._is_a_disease_too(mention, cue_at.get(mention[0]))}
        self._mentions = sorted(
            mention for mention in set(mentions) if not cue_words.issuperset(range(mention[0], mention[1]))
        )
        for index in {index for first, after in mentions for index in range(first, after)}:
            if words[index] in PUNCTUATION:
                self.words[index] = ""
        self._language = ""
        if any(sense.language for cue in cues for sense in cue.senses):
            self._language = language or language_of(words)
        names = list(_without_holders(self._mentions))
        self._name_firsts = [first for first, _ in names]
        self._name_afters = [after for _, after in names]
        self.speaks_of_self = any(sense.assertion == "self" for cue in cues for sense in cue.senses) or any(
            word in WRITERS and following == "(" for word, following in pairwise(words)
        )
        inside = (self._counting(cue) for cue in cues if not self._is_part_of_a_name(cue))
        self.cues = [cue for cue in inside if cue.senses]
        self._cue_firsts = [cue.first for cue in self.cues]
        self._counts: dict[str, list[int]] = {}
        self.cue_from = {cue.first: cue for cue in self.cues}
        self.cue_to = {cue.after: cue for cue in reversed(self.cues)}
        self.tests = {after: first for first, after in self._mentions if self._asks_for(after)}
        """Tests asked for what is named before them ("vasculitis screen"): the word of the test and of its name."""
        self._tested = [mention for mention in self._mentions if mention[1] in self.tests]
        self._test_firsts = [first for first, _ in self._tested]
        self._mentions = [mention for mention in self._mentions if mention[1] not in self.tests]

    def lay_out(self) -> None:
        """Find sentences, brackets and punctuation; a text whose cues say nothing needs none of them."""
        self._first_of = {after: first for first, after in reversed(self._mentions)}
        self._mention_ends = sorted(after for _, after in self._mentions)
        self.depths = _depths(self.words)
        self.sentences = list(_sentences(self.words))
        self._sentence_firsts = [sentence.first for sentence in self.sentences]
        self._clause_ends = _next_punctuation(self.words)

    @property
    def is_plain(self) -> bool:
        """Whether the text asks nothing and says nothing of a diagnosis but its name."""
        return is_plain(self.words, self.cues)

    def _is_a_disease_too(self, mention: Mention, cue: Cue | None) -> bool:
        """Whether a short form that may say "family history" ends its phrase and is the disease: "homozygous FH"."""
        first, after = mention
        if cue is None or cue.after != after or after != first + 1:
            return False
        ends = after == len(self.words) or self.words[after] in (",", ";", ".", ")")
        return ends and any(sense.assertion == "family" and sense.reach == "person" for sense in cue.senses)

    def _counting(self, cue: Cue) -> Cue:
        return cue._replace(senses=tuple(sense for sense in cue.senses if counts_in(sense, self._language)))

    def _is_part_of_a_name(self, cue: Cue) -> bool:
        name = bisect_right(self._name_firsts, cue.first) - 1
        return name >= 0 and cue.after <= self._name_afters[name]

    def _asks_for(self, index: int) -> bool:
        """Whether the word at an index names a test of what stands before it: "vasculitis screen"."""
        cue = self.cue_from.get(index)
        return cue is not None and any(sense.side == "after" and sense.reach == "word" for sense in cue.senses)

    # what stands between two words

    def mentioned(self, first: int, after: int) -> bool:
        """Whether a diagnosis stands among words."""
        place = bisect_left(self._mentions, (first, 0))
        return place < len(self._mentions) and self._mentions[place][1] <= after

    def mentions_from(self, first: int, after: int) -> Sequence[Mention]:
        """Diagnoses that begin among words."""
        return self._mentions[bisect_left(self._mentions, (first, 0)) : bisect_left(self._mentions, (after, 0))]

    def last_mention_end(self, first: int, after: int) -> int | None:
        """Where the last diagnosis ends that ends among words."""
        low = bisect_right(self._mention_ends, first)
        high = bisect_right(self._mention_ends, after)
        return self._mention_ends[high - 1] if low < high else None

    def mention_up_to(self, after: int) -> Mention | None:
        """A diagnosis that ends right before a word."""
        first = self._first_of.get(after)
        return None if first is None else (first, after)

    def tests_between(self, low: int, high: int) -> Iterator[Mention]:
        """Names behind which a test is asked for that begin between two words."""
        place = bisect_right(self._test_firsts, low)
        while place < len(self._tested) and self._tested[place][0] < high:
            yield self._tested[place]
            place += 1

    def cues_from(self, first: int, after: int) -> Sequence[Cue]:
        """Cues that begin among words."""
        return self.cues[bisect_left(self._cue_firsts, first) : bisect_left(self._cue_firsts, after)]

    def has_role(self, role: str, first: int, after: int) -> bool:
        """Whether a cue of a role begins among words."""
        counts = self._counts.get(role)
        if counts is None:
            counts = self._counts[role] = [0, *accumulate(role in roles(cue) for cue in self.cues)]
        low, high = bisect_left(self._cue_firsts, first), bisect_left(self._cue_firsts, after)
        return low < high and counts[high] > counts[low]

    def says_nothing(self, first: int, after: int) -> bool:
        """Whether words are cues, punctuation and what means nothing by itself."""
        index = first
        while index < after:
            word = self.words[index]
            cue = self.cue_from.get(index)
            if cue is not None and cue.after <= after:
                index = cue.after
            elif word in PUNCTUATION or word in STOPWORDS or is_filler(word):
                index += 1
            else:
                return False
        return True

    # what stands at a word

    def is_word(self, index: int, word: str) -> bool:
        """Whether a word, or a sign, stands at an index."""
        return 0 <= index < len(self.words) and self.words[index] == word

    def is_any(self, index: int, words: frozenset[str]) -> bool:
        """Whether one of some words stands at an index."""
        return index < len(self.words) and self.words[index] in words

    def is_labelled(self, first: int, after: int) -> bool:
        """Whether words speak of a diagnosis as one that was made: "the diagnosis of lupus"."""
        return not _LABELS.isdisjoint(self.words[first:after])

    def ends_here(self, index: int) -> bool:
        """Whether a clause ends before an index."""
        return index == len(self.words) or self.words[index] in PUNCTUATION

    def goes_on_with_nothing(self, index: int) -> bool:
        """Whether what follows says nothing more."""
        return self.ends_here(index) or index in self.cue_from or self.says_nothing(index, index + 1)

    def follows_nothing(self, cue: Cue) -> bool:
        """Whether a clause begins with a cue."""
        return cue.first == 0 or self.words[cue.first - 1] in PUNCTUATION

    def clause_end(self, index: int) -> int:
        """Index of the next punctuation."""
        return self._clause_ends[min(index, len(self.words))]

    def sentence(self, index: int) -> Sentence:
        """The sentence that a word stands in."""
        return self.sentences[max(0, bisect_right(self._sentence_firsts, index) - 1)]


def roles(cue: Cue) -> set[str]:
    """What a cue does."""
    return {sense.assertion for sense in cue.senses}


def is_plain(words: Sequence[str], cues: Sequence[Cue]) -> bool:
    """Whether words with these cues ask nothing and say nothing of a diagnosis but its name."""
    return ASKING.isdisjoint(words) and all(sense.assertion in _PLAIN for cue in cues for sense in cue.senses)


def denies(sense: Sense) -> bool:
    """Whether a sense says that something is absent."""
    return sense.assertion == "negated"


def _says(cue: Cue) -> bool:
    """Whether a cue says something of what it speaks of."""
    return any(sense.assertion in SAYING or sense.assertion == "avoided" for sense in cue.senses)


def _heads(cue: Cue) -> bool:
    """Whether a cue says something as a heading alone: German "FA:" is the family, and "FA" a disease in Portuguese."""
    return all(sense.side == "heading" for sense in cue.senses)


def _without_holders(mentions: Sequence[Mention]) -> Iterator[Mention]:
    """Mentions without those that hold another one, in order; what is left is sorted by its end as well."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda mention: (-mention[0], mention[1])):
        if not kept or mention[1] < kept[-1][1]:
            kept.append(mention)
    return reversed(kept)


def _depths(words: Sequence[str]) -> list[int]:
    """How many brackets each word stands in; the brackets themselves count as inside."""
    depth = 0
    depths: list[int] = []
    for word in words:
        depth = 0 if word in STOPS else depth + (word == "(")
        depths.append(depth)
        if word == ")" and depth:
            depth -= 1
    return depths


def _sentences(words: Sequence[str]) -> Iterator[Sentence]:
    first = 0
    for index, word in enumerate(words):
        if word in STOPS:
            yield Sentence(first, index, word == "\n")
            first = index + 1
    if first < len(words) or not words:
        yield Sentence(first, len(words), True)


def _next_punctuation(words: Sequence[str]) -> list[int]:
    """For each word the index of the punctuation at or behind it, and that of the end for what is behind the last."""
    ends = [len(words)] * (len(words) + 1)
    for index in range(len(words) - 1, -1, -1):
        ends[index] = index if words[index] in PUNCTUATION else ends[index + 1]
    return ends
