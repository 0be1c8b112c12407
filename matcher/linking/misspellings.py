"""Names behind typing errors: words and whole phrases within a few edits of a known one, with guards.

An edit is a letter left out, added, exchanged, or swapped with its neighbour (optimal string alignment). Words are
compared as typed and in their normal form, with known ones in the singular and in the plural, because a typing error
in an ending hides it from the normal form. What is itself a known word is never taken for a misspelling of another
one, type numbers never count as typing errors, nor do affixes that reverse the meaning.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from matcher.terminology import Terminology
from matcher.terminology.trigrams import NGramIndex, allowed_edits
from matcher.text.lexical_filters import affix_differs, affixes, same_numbers, says_something
from matcher.text.normalise import STOPWORDS, bag_key, phrase_key
from matcher.text.ordinary_words import RAREST

NAME_REACH = 9
"""Words to each side of a misspelt one that a name may reach."""
LONGEST_PHRASE = 8
SHORTEST_PHRASE = 9
"""Letters of a phrase that is compared as a whole."""
SHORTEST_ALONE = 6
SHORT_TEXT = 3
SHORTEST_SPLIT_PART = 3
"""Letters of a part of a word that a blank has split, where there is another error too."""
MOST_UNKNOWN = 40
CORRECTIONS = 6
TOO_FAR = 99
LONG_WORD = 6
ENDING_LETTERS = 2
"""Letters by which a plural is longer than the normal form, or another one."""
MOST_EDITS = 3
LONG_ABROAD = 12
"""Letters of a word of another language than English that may hold more than one error."""
LETTERS_PER_EDIT = 4
"""Letters of the first part of a compound for each error in it."""
SHORTEST_REST = 5
"""Letters of a word behind a prefix."""
_PREFIXES = ("hiper", "hipo", "iper", "ipo", "emi", "iso", "anti", "inter", "semi", "multi", "neo", "sub", "uni")
"""Prefixes that make another word of one, beside those that reverse it."""
SCORE, SCORE_PER_EDIT, LOWEST_SCORE = 0.95, 1.2, 0.6


class Correction(NamedTuple):
    """A stretch of tokens and the name that it is a misspelling of. edits: how many."""

    start: int
    end: int
    name_index: int
    edits: int
    score: float
    rivals: tuple[int, ...] = ()
    """Indices of other names that are as near."""


class Misspellings:
    """Finds misspelt names of one terminology."""

    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology
        self.corrections = lru_cache(maxsize=50_000)(self._corrections)
        self.nearest_names = lru_cache(maxsize=20_000)(self._nearest_names)

    def _corrections(self, typed: str, word: str) -> tuple[tuple[str, int], ...]:
        """Known words that an unknown one may be a misspelling of, with the edits between them, nearest first.

        typed, word: as it stands there and in its normal form.
        """
        edits = allowed_edits(typed)
        if not edits or not word.isalpha():
            return ()
        index = self.terminology.word_grams
        found = []
        for known in (index.strings[word_index] for word_index in _near(index, typed, word, edits)):
            distance = _distance(typed, word, known, edits)
            if distance > 1 and known[0] != word[0]:
                continue  # the first letter is seldom mistyped, and never together with another one
            if distance <= edits and not affix_differs(word, known) and not self._is_compounded(word, known, distance):
                found.append((distance, known[0] != word[0], known))
        return tuple((known, distance) for distance, _, known in sorted(found)[:CORRECTIONS])

    def words(
        self, typed: Sequence[str], found: Sequence[str], covered: set[int], language: str = ""
    ) -> Iterator[Correction]:
        """Names around misspelt words.

        typed, found: the words as they stand there and in their normal form. covered: indices of those that a name
        explains already. language: of the text, empty where it is not known.
        """
        known = self.terminology.word_set
        unknown = [
            token_index
            for token_index, word in enumerate(found)
            if word not in known and word not in STOPWORDS and token_index not in covered and len(word) >= 5
            if not self._is_a_word(typed[token_index], language)
        ]
        if not unknown or len(unknown) > MOST_UNKNOWN:
            return
        most = 1 if language not in ("", "en") else MOST_EDITS  # other languages have more forms than the vocabularies
        options = {
            token_index: tuple(
                (word, edits)
                for word, edits in self.corrections(typed[token_index], found[token_index])
                if edits <= most or len(typed[token_index]) >= LONG_ABROAD
            )
            for token_index in unknown
        }
        for token_index in unknown:
            for correction, edits in options[token_index]:
                yield from self._around(found, token_index, correction, edits, options)

    def _is_a_word(self, typed: str, language: str) -> bool:
        """Whether a word is one of its own: it stands in a word list, or is a prefix and a word ("hemipelvis")."""
        ordinary = self.terminology.ordinary_words.is_ordinary
        if ordinary(typed, language):
            return True
        rests = (typed.removeprefix(prefix) for prefix in (affixes(typed), *_PREFIXES) if typed.startswith(prefix))
        return any(
            rest != typed
            and len(rest) >= SHORTEST_REST
            and (rest in self.terminology.word_set or ordinary(rest, language))
            for rest in rests
        )

    def _is_foreign(self, typed: str, language: str) -> bool:
        """Whether a word is one of another language: an English one may well be a slip ("heat failure")."""
        ordinary = self.terminology.ordinary_words
        return ordinary.frequency(typed, "en") < RAREST and ordinary.is_ordinary(typed, language)

    def _is_compounded(self, word: str, known: str, distance: int) -> bool:
        """Whether two words end with the same word of the vocabularies and begin otherwise: "méniscocalcinose" is no
        misspelling of the calcinosis of something else.
        """
        for cut in range(len(word) - LONG_WORD, SHORTEST_SPLIT_PART, -1):
            rest = word[cut:]
            if known.endswith(rest) and rest in self.terminology.word_set:
                return distance > max(2, cut // LETTERS_PER_EDIT)
        return False

    def _around(
        self,
        found: Sequence[str],
        token_index: int,
        correction: str,
        edits: int,
        options: dict[int, tuple[tuple[str, int], ...]],
    ) -> Iterator[Correction]:
        """Names around a corrected word; neighbours that are misspelt too take their own first corrections."""
        terminology = self.terminology
        for start in range(max(0, token_index - NAME_REACH), token_index + 1):
            for end in range(min(len(found), token_index + NAME_REACH), token_index, -1):
                window = list(found[start:end])
                window[token_index - start] = correction
                total = edits
                for other in range(start, end):
                    if other != token_index and options.get(other):
                        window[other - start] = options[other][0][0]
                        total += options[other][0][1]
                name_index = terminology.key_index.get(phrase_key(window))
                names = [name_index] if name_index is not None else []
                if not names and end - start > 1:
                    names = terminology.keys_of_bag(bag_key(window))
                alone = sum(word not in STOPWORDS for word in window) == 1
                if not names or (alone and not (end - start == 1 and _may_stand_alone(found, token_index, correction))):
                    continue
                yield Correction(start, end, names[0], total, _score(total, sum(map(len, window))))

    def phrases(
        self,
        typed: Sequence[str],
        found: Sequence[str],
        stretches: Iterable[tuple[int, int]],
        short: Set[int],
        unexplained: bool,
        language: str = "",
    ) -> Iterator[Correction]:
        """Names within a few edits of whole stretches of the words in which some word is unknown.

        short: indices of the words that are abbreviations, and so known ("ACDC deficiency" is no slip for AADC).
        unexplained: no name is among the words, so that a slip may also have made a known word ("systemic sclerosus").
        """
        known = self.terminology.english_words

        def is_known(word_index: int) -> bool:
            word = found[word_index]
            return (
                word_index in short
                or word in known
                or word in STOPWORDS
                or not word.isalpha()
                or self._is_foreign(typed[word_index], language)
            )

        for start, end in dict.fromkeys(stretches):
            words = found[start:end]
            if not 1 < len(words) <= LONGEST_PHRASE:
                continue
            all_known = all(map(is_known, range(start, end)))
            if all_known and not unexplained:
                continue
            key = phrase_key(list(words))
            nearest = self.nearest_names(" ".join(typed[start:end]), key) if len(key) >= SHORTEST_PHRASE else ()
            if nearest and (not all_known or nearest[0][1] == 1):
                (name_index, edits), *others = nearest
                rivals = tuple(other for other, distance in others if distance == edits)
                yield Correction(start, end, name_index, edits, _score(edits, len(key)), rivals)

    def _nearest_names(self, typed: str, key: str) -> tuple[tuple[int, int], ...]:
        """(index, edits) of the names that a phrase may be a misspelling of, nearest first."""
        index = self.terminology.key_grams
        edits = allowed_edits(typed)
        found = []
        for name_index in _near(index, typed, key, edits):
            distance = self._apart(typed.split(" "), key.split(" "), index.strings[name_index], edits)
            if distance <= edits:
                found.append((distance, name_index))
        return tuple((name_index, distance) for distance, name_index in sorted(found))

    def _apart(self, typed: Sequence[str], words: Sequence[str], name: str, most: int) -> int:
        """Edits between a phrase and a name that differ by typing errors alone, else more than the most allowed."""
        theirs = name.split(" ")
        if len(words) != len(theirs):  # a blank is missing or one too many
            if not same_numbers(words, theirs) or affix_differs(words[0], theirs[0]):
                return most + 1
            if abs(sum(map(len, words)) - sum(map(len, theirs))) > 1:
                return most + 1  # a short word beside the name ("DM, heliotrope rash") is no typing error
            if min(map(len, words)) < SHORTEST_SPLIT_PART and "".join(words) != "".join(theirs):
                return most + 1  # nor is a letter ("c/b calcinosis")
            return int(OSA.distance(" ".join(words), name, score_cutoff=most))
        total = 0
        for mine, word, other in zip(typed, words, theirs, strict=True):
            if word == other:
                continue
            total += self._word_apart(mine, word, other)
            if total > most:
                break
        return total

    def _word_apart(self, typed: str, word: str, other: str) -> int:
        """Edits between two words that differ by typing errors alone, else more than is ever allowed."""
        shorter = min(len(typed), len(other))
        if shorter < 4 or word[0].isdigit() or other[0].isdigit():
            return TOO_FAR
        edits = 1 if shorter < 5 else 2 if shorter < 8 else 3
        distance = _distance(typed, word, other, edits)
        if distance > edits or affix_differs(word, other) or self._are_two_words(word, other, distance):
            return TOO_FAR
        return distance

    def _are_two_words(self, word: str, other: str, distance: int) -> bool:
        """Whether both are known words of their own: only a slip in a long one is still taken for an error, because
        vocabularies hold errors too ("osseus").
        """
        known = self.terminology.english_words
        slip = distance == 1 and min(len(word), len(other)) >= LONG_WORD and word[0] == other[0]
        return word in known and other in known and not slip


def _may_stand_alone(found: Sequence[str], token_index: int, correction: str) -> bool:
    """Whether a misspelt word is taken for a name of one word: a short one only in a short text, when it begins like
    it ("lupos", but not the "would" of a letter for a wound).
    """
    word = found[token_index]
    likely = len(word) >= SHORTEST_ALONE or (len(found) <= SHORT_TEXT and word[0] == correction[0])
    return likely and says_something(correction)


def _near(index: NGramIndex, typed: str, normal: str, edits: int) -> Iterable[int]:
    """Indices of the strings that are near a text in its normal form, and of those of as many words that are near it as
    typed.
    """
    near = {string_index for string_index, _ in index.within(normal, edits)}
    if typed != normal:
        near.update(string_index for string_index, _ in index.within(typed, edits + ENDING_LETTERS, normal.count(" ")))
    return near


def _distance(typed: str, word: str, known: str, most: int) -> int:
    """Edits to a known word or its plural, from the word as typed or its normal form."""
    plural = known[:-1] + "ies" if known.endswith("y") else known + "s"
    return min(
        OSA.distance(word, known, score_cutoff=most),
        OSA.distance(typed, known, score_cutoff=most),
        OSA.distance(typed, plural, score_cutoff=most),
    )


def _score(edits: int, letters: int) -> float:
    return round(max(LOWEST_SCORE, SCORE - SCORE_PER_EDIT * edits / letters), 3)
