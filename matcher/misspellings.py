"""Names behind typing errors: words and whole phrases within a few edits of a known one, with guards.

An edit is a letter left out, added, exchanged, or swapped with its neighbour (optimal string alignment). What is itself
a known word is never taken for a misspelling of another one, type numbers never count as typing errors, nor do affixes
that reverse the meaning.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from matcher.guards import affix_differs, same_numbers, says_something
from matcher.ngrams import allowed_edits
from matcher.normalise import STOPWORDS, bag_key, phrase_key
from matcher.terminology import Terminology

FARTHEST = 9
"""Words to each side of a misspelt one that a name may reach."""
LONGEST_PHRASE = 8
SHORTEST_PHRASE = 9
"""Letters of a phrase that is compared as a whole."""
MOST_UNKNOWN = 40
CORRECTIONS = 6
SCORE, SCORE_PER_EDIT, LOWEST_SCORE = 0.95, 1.2, 0.6


class Correction(NamedTuple):
    """A stretch of tokens and the name that it is a misspelling of. place: of the name's key; edits: how many."""

    start: int
    end: int
    place: int
    edits: int
    score: float
    rivals: tuple[int, ...] = ()
    """Places of other names that are as near."""


class Misspellings:
    """Finds misspelt names of one terminology."""

    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology
        self.corrections = lru_cache(maxsize=50_000)(self._corrections)
        self.nearest_names = lru_cache(maxsize=20_000)(self._nearest_names)

    def _corrections(self, word: str) -> tuple[tuple[str, int], ...]:
        """Known words that an unknown one may be a misspelling of, with the edits between them, nearest first."""
        edits = allowed_edits(word)
        if not edits or not word.isalpha():
            return ()
        index = self.terminology.word_grams
        found = [(index.strings[place], distance) for place, distance in index.within(word, edits)]
        kept = [(known, distance) for known, distance in found if not affix_differs(word, known)]
        # the first letter is seldom mistyped
        kept.sort(key=lambda item: (item[1], item[0][0] != word[0]))
        return tuple(kept[:CORRECTIONS])

    def words(self, found: Sequence[str], covered: set[int]) -> Iterator[Correction]:
        """Names around misspelt words. covered: places of the tokens that a name explains already."""
        known = self.terminology.word_set
        unknown = [
            place
            for place, word in enumerate(found)
            if word not in known and word not in STOPWORDS and place not in covered and len(word) >= 5
        ]
        if not unknown or len(unknown) > MOST_UNKNOWN:
            return
        options = {place: self.corrections(found[place]) for place in unknown}
        for place in unknown:
            for correction, edits in options[place]:
                yield from self._around(found, place, correction, edits, options)

    def _around(
        self,
        found: Sequence[str],
        place: int,
        correction: str,
        edits: int,
        options: dict[int, tuple[tuple[str, int], ...]],
    ) -> Iterator[Correction]:
        """Names around a corrected word; neighbours that are misspelt too take their own first corrections."""
        terminology = self.terminology
        for start in range(max(0, place - FARTHEST), place + 1):
            for end in range(min(len(found), place + FARTHEST), place, -1):
                window = list(found[start:end])
                window[place - start] = correction
                total = edits
                for other in range(start, end):
                    if other != place and options.get(other):
                        window[other - start] = options[other][0][0]
                        total += options[other][0][1]
                key = terminology.key_index.get(phrase_key(window))
                places = [key] if key is not None else []
                if not places and end - start > 1:
                    places = terminology.keys_of_bag(bag_key(window))
                if not places or (end - start == 1 and not says_something(correction)):
                    continue
                yield Correction(start, end, places[0], total, _score(total, sum(map(len, window))))

    def phrases(self, found: Sequence[str], stretches: Iterable[tuple[int, int]]) -> Iterator[Correction]:
        """Names within a few edits of whole stretches of the tokens in which some word is unknown."""
        known = self.terminology.word_set
        for start, end in dict.fromkeys(stretches):
            words = found[start:end]
            if not 1 < len(words) <= LONGEST_PHRASE:
                continue
            if all(word in known or word in STOPWORDS or not word.isalpha() for word in words):
                continue
            key = phrase_key(list(words))
            nearest = self.nearest_names(key) if len(key) >= SHORTEST_PHRASE else ()
            if nearest:
                (place, edits), *others = nearest
                rivals = tuple(other for other, distance in others if distance == edits)
                yield Correction(start, end, place, edits, _score(edits, len(key)), rivals)

    def _nearest_names(self, key: str) -> tuple[tuple[int, int], ...]:
        """(place, edits) of the names that a phrase may be a misspelling of, nearest first."""
        terminology = self.terminology
        words = key.split(" ")
        found = terminology.key_grams.within(key, allowed_edits(key))
        return tuple((place, edits) for place, edits in found if self._may_stand_for(words, terminology.keys[place]))

    def _may_stand_for(self, words: Sequence[str], name: str) -> bool:
        """Whether the words of a phrase differ from those of a name by typing errors alone."""
        known = self.terminology.word_set
        theirs = name.split(" ")
        if not same_numbers(words, theirs):
            return False
        if len(words) != len(theirs):  # a blank is missing or one too many
            return not affix_differs(words[0], theirs[0])
        for mine, other in zip(words, theirs, strict=True):
            if mine == other:
                continue
            shorter = min(len(mine), len(other))
            if shorter < 4 or (mine in known and other in known) or affix_differs(mine, other):
                return False
            if OSA.distance(mine, other, score_cutoff=2) > (2 if shorter >= 5 else 1):
                return False
        return True


def _score(edits: int, letters: int) -> float:
    return round(max(LOWEST_SCORE, SCORE - SCORE_PER_EDIT * edits / letters), 3)
