"""English words behind the medical words of other languages: Akromegalie, acromégalie and acromegalia are acromegaly.

Medical words are Greek and Latin everywhere: their endings differ by rule (``cognate_endings.tsv``: -ose, -osi and
-osis), and so do a few letters (k for c, f for ph). What is no cognate (foie, Niere, fegato) stands in
``everyday_words.tsv``; with a hyphen behind it only as the first part of a compound. An English word counts only when
the vocabularies have it, and a phrase only when its English words are a name.
"""

import csv
from collections.abc import Iterator, Sequence
from functools import cache, cached_property, lru_cache
from itertools import islice, product
from pathlib import Path
from typing import NamedTuple

from matcher.guards import affix_differs, says_something
from matcher.normalise import STOPWORDS, Token, fold, normal_word, phrase_key, sound
from matcher.terminology import Terminology

SHORTEST = 5
"""Letters of a word that is looked at."""
SHORTEST_STEM = 2
SHORTEST_ALONE = 7
"""Letters of a cognate that is a name alone."""
SHORTEST_PART = 5
"""Letters of the second part of a compound."""
MOST_WORDS = 6
MOST_WAYS = 24
"""English readings of a phrase that are tried."""
MOST_OPTIONS = 6
_OF = frozenset(
    {
        "of", "de", "du", "des", "d", "la", "le", "les", "l", "del", "el", "los", "las", "di", "della", "dello", "dei",
        "delle", "do", "da", "dos", "das", "der", "van", "von", "het",
    }
)  # fmt: skip
"""Words inside a name; any other small word ends it."""
_INFLECTIONS = ("s", "es", "n", "en", "er", "em", "x")
_FOLDED_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe"})


class Cognate(NamedTuple):
    """A stretch of tokens whose English words are a name. place: of the name's key; alone: it is one word."""

    start: int
    end: int
    place: int
    alone: bool


class Cognates:
    """Finds names of one terminology that a text has in another language."""

    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology
        self.options = lru_cache(maxsize=50_000)(self._options)

    @cached_property
    def _by_sound(self) -> dict[str, list[str]]:
        """English words by their sound."""
        found: dict[str, list[str]] = {}
        for word, heard in zip(self.terminology.tables.words, self.terminology.tables.sounds, strict=True):
            if heard:
                found.setdefault(heard, []).append(word)
        return found

    def _options(self, typed: str) -> tuple[str, ...]:
        """English for a word that no English name has: of one or more words, likeliest first.

        typed: in small letters, with its accents.
        """
        word = fold(typed)
        everyday = _everyday().get(word)
        if everyday is not None:
            return everyday
        if len(word) < SHORTEST or not word.isalpha():
            return ()
        spelt = fold(typed.translate(_FOLDED_UMLAUTS))
        for form in _forms(spelt):
            found = list(dict.fromkeys(self._cognates(form)))
            if found:
                return tuple(found[:MOST_OPTIONS])
        return tuple(dict.fromkeys(self._compound(word)))[:MOST_OPTIONS]

    def _cognates(self, word: str) -> Iterator[str]:
        endings = _endings()
        for size in range(min(8, len(word) - SHORTEST_STEM), -1, -1):
            stem, ending = word[: len(word) - size], word[len(word) - size :]
            for english in endings.get(ending, ()):
                for known in self._by_sound.get(sound(stem + english), ()):
                    if not affix_differs(word, known):
                        yield known

    def _compound(self, word: str) -> Iterator[str]:
        """Lungenembolie: an everyday word and a cognate in one."""
        for size in range(len(word) - SHORTEST_PART, 2, -1):
            first = _everyday().get(word[:size]) or _everyday().get(word[:size] + "-")
            if first is None:
                continue
            for rest in (word[size:], word[size:].removeprefix("s")):
                known = (rest,) if rest in self.terminology.english_words else ()
                for second in (*known, *self.options(rest)):
                    yield from (f"{part} {second}" for part in first)

    def find(self, text: str, found: Sequence[Token]) -> Iterator[Cognate]:
        """Names whose words stand there in another language, in any order."""
        english = self.terminology.english_words
        content = [place for place, token in enumerate(found) if token.text not in STOPWORDS]
        borders = {place for place, token in enumerate(found) if token.text in STOPWORDS and token.text not in _OF}
        typed = {place: text[found[place].start : found[place].end].lower() for place in content}
        foreign = {place for place in content if found[place].text not in english and self.options(typed[place])}
        if not foreign:
            return
        ways = {
            place: self.options(typed[place]) if place in foreign else (found[place].text, *self.options(typed[place]))
            for place in content
        }
        for first in range(len(content)):
            for last in range(min(first + MOST_WORDS, len(content)), first, -1):
                window = content[first:last]
                if not borders.isdisjoint(range(window[0], window[-1])):
                    continue
                if foreign.isdisjoint(window) or (len(window) == 1 and _is_short(typed[window[0]])):
                    continue
                name = self._named([ways[place] for place in window])
                if name is not None:
                    yield Cognate(window[0], window[-1] + 1, name, len(window) == 1)
                    break

    def _named(self, options: Sequence[tuple[str, ...]]) -> int | None:
        """Place of the first name that one English reading of the words is."""
        terminology = self.terminology
        for way in islice(product(*options), MOST_WAYS):
            words = " ".join(way).split(" ")
            if len(words) == 1 and not says_something(words[0]):
                continue
            place = terminology.key_index.get(phrase_key(words))
            if place is not None:
                return place
            places = terminology.keys_of_words(words) if len(words) > 1 else []
            if places:
                return places[0]
        return None


def _is_short(typed: str) -> bool:
    return len(typed) < SHORTEST_ALONE and fold(typed) not in _everyday()


def _forms(word: str) -> Iterator[str]:
    """A word and what it may be the plural or another case of, as it is formed in one of the languages."""
    yield word
    for ending in _INFLECTIONS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST - 1:
            yield word.removesuffix(ending)


@cache
def _everyday() -> dict[str, tuple[str, ...]]:
    """English for everyday words of medicine, in its normal form."""
    return {
        row["word"]: tuple(" ".join(map(normal_word, words.split(" "))) for words in row["english"].split("|"))
        for row in _rows("everyday_words.tsv")
    }


@cache
def _endings() -> dict[str, tuple[str, ...]]:
    """English endings for those of other languages."""
    return {row["ending"]: tuple(row["english"].split("|")) for row in _rows("cognate_endings.tsv")}


def _rows(name: str) -> list[dict[str, str]]:
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))
