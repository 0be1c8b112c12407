"""Diseases and findings in running text (titles, criteria), fast enough for every criterion of every trial.

The same names and the same normal form as `matcher.linking.linker`, without what costs time and is for charts only:
other word orders, misspellings, descriptions. A microsecond a word.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from matcher.assertion.criteria import are_denied
from matcher.linking.coordination import CONJUNCTIONS, coordinated
from matcher.linking.defined_abbreviations import stands_for
from matcher.linking.linker import PREFIX_WORDS, EntityLinker
from matcher.terminology import Terminology
from matcher.text.lexical_filters import is_another_thing, says_something
from matcher.text.normalise import BEFORE_ROMAN, ROMAN, ROMAN_NUMBER, TYPE_WORDS, normal_word
from matcher.text.sentences import flat

SHORTEST_ABBREVIATION = 3
"""In running text two capitals are too often no disease (ED, IC, LP)."""
_WORD = re.compile(r"[a-z0-9]+")
_LETTERS_DIGITS = re.compile(r"[a-z]{2}[0-9]")
_SPLIT_WORD = re.compile(r"(?<![a-z0-9])[a-z]{2,}(?=[0-9]+[a-z]?(?![a-z0-9]))|[a-z0-9]+")
"""Letters and a number written together are two words: DYT2, PHP1a."""
_POSSESSIVE = re.compile(r"'s\b")
_TYPE = re.compile(rf"\b(?:{'|'.join(sorted(BEFORE_ROMAN))}) (?P<roman>{ROMAN_NUMBER})(?P<letter>[a-d]?)\b")
_TYPE_WORD = re.compile(rf"\b(?:{'|'.join(sorted(TYPE_WORDS))})(?= +\d)")
_CAPITALS = re.compile(r"\b[A-Za-z0-9]*[A-Z][A-Za-z0-9]*[A-Z0-9][A-Za-z0-9]*\b")
_CODE_BEHIND = re.compile(r"-?\d{3}")
"""Behind an abbreviation, what makes the code of a drug or a trial of it: TAK-063."""


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
    number = ROMAN[match["roman"]] + match["letter"]
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

    def __init__(self, terminology: Terminology, linker: EntityLinker) -> None:
        self._normal = _NormalWords()
        self._starts = terminology.starts
        self._index = terminology.key_index
        self._single = {
            name: name_index
            for name, name_index in terminology.key_index.items()
            if " " not in name and says_something(name)
        }
        # words at which something can begin: all others are passed over without a look at what follows
        self._telling = {key.partition(" ")[0] for key in terminology.starts} | set(self._single) | CONJUNCTIONS
        self._abbreviations = {
            spelt: concepts[0]
            for spelt, concepts in terminology.abbreviations.items()
            if len(concepts) == 1 and len(spelt) >= SHORTEST_ABBREVIATION
        }
        self._concepts_of = linker.concepts_of

    def named(self, text: str) -> list[Name]:
        """Every name, those in the order of the words before abbreviations."""
        return self._found(text, _folded(text))

    def told(self, criterion: str) -> list[tuple[Name, bool]]:
        """Every name in a criterion, and whether it is denied."""
        lower = _folded(criterion)
        found = self._found(criterion, lower)
        spans = [(name.start, name.end) for name in found]
        denied = are_denied(criterion, spans, _WORD.findall(lower)) if found else ()
        return list(zip(found, denied, strict=True))

    def _found(self, text: str, lower: str) -> list[Name]:
        normal = self._normal
        pattern = _WORD if _LETTERS_DIGITS.search(lower) is None else _SPLIT_WORD
        words = [normal[word] for word in pattern.findall(lower)]
        hits = self._hits(words)
        found: list[Name] = []
        said: list[str] = []
        if hits:
            spans = [match.span() for match in pattern.finditer(lower)]
            for start, end, name_index in hits:
                first, last = spans[start][0], spans[end - 1][1]
                if start and words[start - 1] in PREFIX_WORDS and first - spans[start - 1][1] <= 1:
                    continue
                found.append(Name(self._concepts_of(name_index)[0][0], first, last, "exact"))
                said.append(text[first:last])
        for match in _CAPITALS.finditer(text):
            concept = self._abbreviations.get(match[0])
            if concept is None or _CODE_BEHIND.match(text, match.end()):
                continue
            if text[match.start() - 1 : match.start()] == "(" and stands_for(match[0], text[: match.start() - 1]):
                before = text[: match.start() - 1].rstrip()
                if not any(before.endswith(words) for words in said):
                    continue  # "cisplatin, vinblastine and temozolomide (CVT)"
            found.append(Name(concept, match.start(), match.end(), "abbreviation"))
        return found

    def _hits(self, words: list[str]) -> list[tuple[int, int, int]]:
        """(start, end, index of the name) of the names among words; one that shares a word with another one gives way
        to those that stand there whole.
        """
        shared: list[tuple[int, int, int]] = []
        hits = list(self._whole(words, shared))
        if not shared:
            return hits
        taken = {token_index for start, end, _ in hits for token_index in range(start, end)}
        hits += [hit for hit in dict.fromkeys(shared) if hit[0] not in taken]
        return sorted(hits)

    def _whole(self, words: list[str], shared: list[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
        """The names that stand there whole; those that share a word go into a list of their own."""
        starts, index, single, telling = self._starts, self._index, self._single, self._telling
        size = len(words)
        free = 0
        for token_index in [token_index for token_index, word in enumerate(words) if word in telling]:
            if token_index < free:
                continue
            word = words[token_index]
            free = token_index + 1
            if free < size:
                longest = starts.get(word + " " + words[free])
                if longest is not None:
                    for length in range(min(longest, size - token_index), 1, -1):
                        name_index = index.get(" ".join(words[token_index : token_index + length]))
                        if name_index is not None:
                            yield token_index, token_index + length, name_index
                            free = token_index + length
                            break
            if free == token_index + 1:
                name_index = single.get(word)
                if name_index is not None and not is_another_thing(word, words[token_index + 1 : token_index + 2]):
                    yield token_index, token_index + 1, name_index
                elif word in CONJUNCTIONS:
                    shared += coordinated(words, token_index, index)
