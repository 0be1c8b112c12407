"""Diseases and findings in running text (titles, criteria), fast enough for every criterion of every trial.

The same names and the same normal form as `matcher.linking.linker`, without what costs time and is for charts only:
other word orders, misspellings, descriptions. A microsecond a word.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from matcher.linking.coordination import CONJUNCTIONS, coordinated
from matcher.linking.defined_abbreviations import stands_for
from matcher.linking.linker import PREFIX_WORDS, EntityLinker
from matcher.linking.many_texts import Beginnings, ManyTexts, Vocabulary
from matcher.terminology import Terminology
from matcher.text.lexical_filters import is_another_thing, says_something
from matcher.text.normalise import BEFORE_ROMAN, ROMAN, ROMAN_NUMBER, TYPE_WORDS, normal_word
from matcher.text.plain_words import plain_words
from matcher.text.sentences import flat

SHORTEST_ABBREVIATION = 3
"""In running text two capitals are too often no disease (ED, IC, LP)."""
MOST_WORDS = 200_000
"""Words whose normal form is remembered."""
_SPLIT_WORD = re.compile(r"(?<![a-z0-9])[a-z]{2,}(?=[0-9]+[a-z]?(?![a-z0-9]))|[a-z0-9]+")
"""Letters and a number written together are two words: DYT2, PHP1a."""
_POSSESSIVE = re.compile(r"'s\b")
_TYPE = re.compile(rf"\b(?:{'|'.join(sorted(BEFORE_ROMAN))}) (?P<roman>{ROMAN_NUMBER})(?P<letter>[a-d]?)\b")
_TYPE_WORD = re.compile(rf"\b(?:{'|'.join(sorted(TYPE_WORDS))})(?= +\d)")
_CAPITALS = re.compile(r"\b[A-Za-z0-9]*[A-Z][A-Za-z0-9]*[A-Z0-9][A-Za-z0-9]*\b")
_CODE_BEHIND = re.compile(r"-?\d{3}")
"""Behind an abbreviation, what makes the code of a drug or a trial of it: TAK-063."""
_NOTHING: dict[str, int] = {}


class _NormalWords(dict[str, str]):
    """Normal form of every word met; in ``parted`` those that are letters and a number, and so two."""

    def __init__(self) -> None:
        self.parted: set[str] = set()

    def __missing__(self, word: str) -> str:
        if len(self) >= MOST_WORDS:
            self.clear()
        if len(_SPLIT_WORD.findall(word)) > 1:
            self.parted.add(word)
        found = self[word] = normal_word(word)
        return found


def _folded(text: str) -> str:
    """Small letters without accents and possessives; every character stays in its place."""
    lower = flat(text)
    if "’" in lower:
        lower = lower.replace("’", "'")
    return _POSSESSIVE.sub("  ", lower) if "'" in lower else lower


def _with_type_numbers(lower: str) -> str:
    """A text with arabic type numbers and without the word before them; every character stays in its place."""
    return _TYPE_WORD.sub(lambda match: " " * len(match[0]), _TYPE.sub(_arabic, lower))


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
        self._index = terminology.key_index
        # by their first word and their second one, so that what begins no name is passed over at a glance
        self._starts: dict[str, dict[str, int]] = {}
        for start, longest in terminology.starts.items():
            first, _, second = start.partition(" ")
            self._starts.setdefault(first, {})[second] = longest
        self._single = {
            name: name_index
            for name, name_index in terminology.key_index.items()
            if " " not in name and says_something(name)
        }
        self._telling = CONJUNCTIONS.union(self._single)
        self._abbreviations = {
            spelt: concepts[0]
            for spelt, concepts in terminology.abbreviations.items()
            if len(concepts) == 1 and len(spelt) >= SHORTEST_ABBREVIATION and _CAPITALS.fullmatch(spelt)
        }
        self._spelt_small: dict[str, list[str]] = {}
        for spelt in self._abbreviations:
            self._spelt_small.setdefault(spelt.lower(), []).append(spelt)
        self._concepts_of = linker.concepts_of
        self._many = ManyTexts(
            Vocabulary(self._starts, self._single, self._spelt_small, self._normal, self._normal.parted, BEFORE_ROMAN)
        )

    def named(self, text: str) -> list[Name]:
        """Every name, those in the order of the words before abbreviations."""
        return self._names(text, self._alone(text))

    def named_in(self, texts: Sequence[str]) -> Iterator[tuple[str, list[Name], Sequence[str]]]:
        """What `named` finds in many texts, in a quarter of the time: of each text that names something the text, the
        names, and its words, flat.
        """
        lower = [*map(_folded, texts)]
        otherwise: list[int] = []
        for index, here in self._many.beginnings(lower):
            if here is None:
                otherwise.append(index)
            else:
                yield from self._named_there(texts[index], here)
        renumbered = [_with_type_numbers(lower[index]) for index in otherwise]
        for place, here in self._many.beginnings(renumbered, are_renumbered=True):
            text = texts[otherwise[place]]
            yield from self._named_there(text, here or self._alone(text))

    def _named_there(self, text: str, here: Beginnings) -> Iterator[tuple[str, list[Name], Sequence[str]]]:
        names = self._names(text, here)
        if names:
            yield text, names, here.plain[here.first : here.limit]

    def _alone(self, text: str) -> Beginnings:
        """Where names may begin in one text."""
        lower = _folded(text)
        plain = plain_words(lower)
        if not BEFORE_ROMAN.isdisjoint(plain):
            lower = _with_type_numbers(lower)
            plain = plain_words(lower)
        normal = self._normal
        words = [*map(normal.__getitem__, plain)]
        if not normal.parted.isdisjoint(plain):
            words = [normal[word] for word in _SPLIT_WORD.findall(lower)]
        longest = {
            token_index: seconds[second]
            for token_index, (seconds, second) in enumerate(zip(map(self._starts.get, words), words[1:], strict=False))
            if seconds is not None and second in seconds
        }
        telling = [token_index for token_index, word in enumerate(words) if word in self._telling]
        spans = [match.span() for match in _SPLIT_WORD.finditer(lower)] if longest or telling else []
        has_short = not self._spelt_small.keys().isdisjoint(plain)
        starts, ends = [start for start, _ in spans], [end for _, end in spans]
        return Beginnings(plain, words, 0, len(words), longest, telling, has_short, starts, ends)

    def _names(self, text: str, here: Beginnings) -> list[Name]:
        """The names in a text, of those that may begin in it."""
        found: list[Name] = []
        said: list[str] = []
        words = here.words
        for start, end, name_index in self._hits(here) if here.longest or here.telling else ():
            first, last = here.span(start, end)
            if start > here.first and words[start - 1] in PREFIX_WORDS and first - here.span(start - 1, start)[1] <= 1:
                continue
            found.append(Name(self._concepts_of(name_index)[0][0], first, last, "exact"))
            said.append(text[first:last])
        if here.has_short:
            small = self._spelt_small.keys() & here.plain[here.first : here.limit]
            if any(spelt in text for word in small for spelt in self._spelt_small[word]):
                found += self._abbreviated(text, said)
        return found

    def _abbreviated(self, text: str, said: list[str]) -> Iterator[Name]:
        """Abbreviations in a text. said: the words of the names that stand in it whole."""
        for match in _CAPITALS.finditer(text):
            concept = self._abbreviations.get(match[0])
            if concept is None or _CODE_BEHIND.match(text, match.end()):
                continue
            if text[match.start() - 1 : match.start()] == "(" and stands_for(match[0], text[: match.start() - 1]):
                before = text[: match.start() - 1].rstrip()
                if not any(before.endswith(words) for words in said):
                    continue  # "cisplatin, vinblastine and temozolomide (CVT)"
            yield Name(concept, match.start(), match.end(), "abbreviation")

    def _hits(self, here: Beginnings) -> list[tuple[int, int, int]]:
        """(start, end, index of the name) of the names among words; one that shares a word with another one gives way
        to those that stand there whole.
        """
        shared: list[tuple[int, int, int]] = []
        hits = list(self._whole(here, shared))
        if not shared:
            return hits
        taken = {token_index for start, end, _ in hits for token_index in range(start, end)}
        hits += [hit for hit in dict.fromkeys(shared) if hit[0] not in taken]
        return sorted(hits)

    def _whole(self, here: Beginnings, shared: list[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
        """The names that stand there whole; those that share a word go into a list of their own."""
        index, single, words, longest, limit = self._index, self._single, here.words, here.longest, here.limit
        free = here.first
        for token_index in sorted({*longest, *here.telling}) if longest else here.telling:
            if token_index < free:
                continue
            word = words[token_index]
            free = token_index + 1
            if token_index in longest:
                for length in range(min(longest[token_index], limit - token_index), 1, -1):
                    name_index = index.get(" ".join(words[token_index : token_index + length]))
                    if name_index is not None:
                        yield token_index, token_index + length, name_index
                        free = token_index + length
                        break
            if free == token_index + 1:
                name_index = single.get(word)
                if name_index is not None and not is_another_thing(word, words[token_index + 1 : token_index + 2]):
                    yield token_index, token_index + 1, name_index
                elif word in CONJUNCTIONS and self._may_share(here, token_index):
                    shared += coordinated(words, token_index, index)

    def _may_share(self, here: Beginnings, token_index: int) -> bool:
        """Whether some name begins with the words around a conjunction without it."""
        starts, words = self._starts, here.words
        behind = words[token_index + 1 : min(token_index + 3, here.limit)]
        if token_index == here.first or not behind:
            return False
        return behind[-1] in starts.get(words[token_index - 1], _NOTHING) or (
            token_index > here.first + 1 and behind[0] in starts.get(words[token_index - 2], _NOTHING)
        )
