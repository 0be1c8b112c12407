"""Diseases and findings in running text (titles, criteria), fast enough for every criterion of every trial.

The same names and the same normal form as `matcher.linking.linker`, without what costs time and is for charts only:
other word orders, misspellings, descriptions. A microsecond a word.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from matcher.assertion.criteria import are_denied
from matcher.linking.linker import CONJUNCTIONS, PREFIX_WORDS, EntityLinker
from matcher.terminology import Terminology
from matcher.text.lexical_filters import says_something
from matcher.text.normalise import normal_word
from matcher.text.sentences import flat

SHORTEST_ABBREVIATION = 3
"""In running text two capitals are too often no disease (ED, IC, LP)."""
_WORD = re.compile(r"[a-z0-9]+")
_POSSESSIVE = re.compile(r"'s\b")
_TYPE = re.compile(
    r"\b(?:type|typ|tipo|stage|grade|class|factor) (?P<roman>viii|iii|vii|iv|vi|ix|ii|i|v|x)(?P<letter>[a-d]?)\b"
)
_TYPE_WORD = re.compile(r"\b(?:type|typ|tipo)(?= +\d)")
_ROMAN_NUMBERS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_ROMAN = {roman: str(value) for value, roman in enumerate(_ROMAN_NUMBERS, start=1)}
_CAPITALS = re.compile(r"\b[A-Za-z0-9]*[A-Z][A-Za-z0-9]*[A-Z0-9][A-Za-z0-9]*\b")


class _NormalWords(dict[str, str]):
    """Normal form of every word met."""

    def __missing__(self, word: str) -> str:
        found = self[word] = normal_word(word)
        return found


def _folded(text: str) -> str:
    """Lower case without accents and possessives, type numbers arabic; every character stays in its place."""
    lower = flat(text).replace("’", "'")
    if "'" in lower:
        lower = _POSSESSIVE.sub("  ", lower)
    if " i" in lower or " v" in lower or " x" in lower:
        lower = _TYPE.sub(_arabic, lower)
    if "typ" in lower or "tipo" in lower:
        lower = _TYPE_WORD.sub(lambda match: " " * len(match[0]), lower)
    return lower


def _arabic(match: re.Match[str]) -> str:
    number = _ROMAN[match["roman"]] + match["letter"]
    head = match[0][: match.start("roman") - match.start()]
    return (head + number).ljust(len(match[0]))


class Name(NamedTuple):
    """A concept named in a text, the characters that name it, and the rule by which it was found."""

    concept: int
    start: int
    end: int
    rule: str


class RunningText:
    """Finds names in running text."""

    def __init__(self, terminology: Terminology, mapper: EntityLinker) -> None:
        self._normal = _NormalWords()
        self._starts = terminology.starts
        self._index = terminology.key_index
        self._single = {
            key: place for key, place in terminology.key_index.items() if " " not in key and says_something(key)
        }
        # words at which something can begin: all others are passed over without a look at what follows
        self._telling = {key.partition(" ")[0] for key in terminology.starts} | set(self._single) | CONJUNCTIONS
        self._abbreviations = {
            spelt: concepts[0]
            for spelt, concepts in terminology.abbreviations.items()
            if len(concepts) == 1 and len(spelt) >= SHORTEST_ABBREVIATION
        }
        self._concepts_of = mapper.concepts_of

    def named(self, text: str) -> list[Name]:
        """Every name, those in the order of the words before abbreviations."""
        return self._found(text, _WORD.findall(lower := _folded(text)), lower)

    def told(self, criterion: str) -> list[tuple[Name, bool]]:
        """Every name in a criterion, and whether it is denied."""
        lower = _folded(criterion)
        words = _WORD.findall(lower)
        found = self._found(criterion, words, lower)
        denied = are_denied(criterion, [(name.start, name.end) for name in found], words) if found else ()
        return list(zip(found, denied, strict=True))

    def _found(self, text: str, plain: list[str], lower: str) -> list[Name]:
        normal = self._normal
        words = [normal[word] for word in plain]
        hits = list(self._hits(words))
        found: list[Name] = []
        if hits:
            spans = [match.span() for match in _WORD.finditer(lower)]
            for start, end, key in hits:
                first, last = spans[start][0], spans[end - 1][1]
                if start and words[start - 1] in PREFIX_WORDS and first - spans[start - 1][1] <= 1:
                    continue
                found.append(Name(self._concepts_of(key)[0][0], first, last, "exact"))
        for match in _CAPITALS.finditer(text):
            concept = self._abbreviations.get(match[0])
            if concept is not None:
                found.append(Name(concept, match.start(), match.end(), "abbreviation"))
        return found

    def _hits(self, words: list[str]) -> Iterable[tuple[int, int, int]]:
        starts, index, single, telling = self._starts, self._index, self._single, self._telling
        size = len(words)
        free = 0
        for place in [place for place, word in enumerate(words) if word in telling]:
            if place < free:
                continue
            word = words[place]
            free = place + 1
            if free < size:
                longest = starts.get(word + " " + words[free])
                if longest is not None:
                    for length in range(min(longest, size - place), 1, -1):
                        key = index.get(" ".join(words[place : place + length]))
                        if key is not None:
                            yield place, place + length, key
                            free = place + length
                            break
            if free == place + 1:
                key = single.get(word)
                if key is not None:
                    yield place, place + 1, key
                elif word in CONJUNCTIONS and 0 < place < size - 1:
                    yield from self._coordinated(words, place)

    def _coordinated(self, words: list[str], place: int) -> Iterator[tuple[int, int, int]]:
        """The shared word of "ectopic calcifications or ossifications", "juvenile and adult dermatomyositis"."""
        if place >= 2:
            key = self._index.get(f"{words[place - 2]} {words[place + 1]}")
            if key is not None:
                yield place + 1, place + 2, key
        for length in (2, 3):
            head = words[place + 2 : place + 1 + length]
            key = self._index.get(" ".join([words[place - 1], *head])) if head else None
            if key is not None:
                yield place - 1, place, key
