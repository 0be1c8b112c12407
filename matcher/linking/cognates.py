"""English words behind the medical words of other languages: Akromegalie, acromégalie and acromegalia are acromegaly.

Medical words are Greek and Latin everywhere: their endings differ by rule (``cognate_endings.tsv``: -ose, -osi and
-osis), and so do a few letters (k for c, f for ph). What is no cognate (foie, Niere, fegato) stands in
``everyday_words.tsv``, its inflected forms follow by rule; with a hyphen behind it only as the first part of a
compound, with one before it only as the last, and then as the disease that the whole is a kind of. An English word
counts only when the vocabularies have it, and a phrase only when its English words are a name.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from itertools import chain, islice, product
from pathlib import Path
from typing import NamedTuple

from matcher.linking.stretches import borders
from matcher.terminology import Terminology
from matcher.text.countries import canonical_country
from matcher.text.language import is_filler
from matcher.text.lexical_filters import QUALIFIERS, SAYS_NOTHING, says_something
from matcher.text.normalise import ROMAN, STOPWORDS, Token, fold, normal_word, phrase_key, sound

SHORTEST_WORD = 5
"""Letters of a word that is looked at."""
SHORTEST_FOREIGN = 4
"""Letters of a word that shows alone that a phrase is not English."""
SHORTEST_STEM = 2
SHORTEST_ALONE = 7
"""Letters of a cognate that is a name alone."""
SHORTEST_HEAD = 4
"""Letters of the last part that is a disease behind any first part."""
SHORTEST_PART = 5
"""Letters of the second part of a compound."""
MOST_PARTS = 2
"""English readings of the first word of a compound that is no everyday word."""
SHORTEST_INFLECTED = 5
"""Letters of an inflected everyday word."""
ORDINARY, COMMON, EVERYWHERE = 2.6, 3.3, 4.5
"""Zipf frequency of an ordinary word, of a common one, and of one that is met in every kind of text."""
OFTENER = 1.0
"""By how much the Zipf frequency of a false friend exceeds that of the name that it looks like: ten times as often."""
WIDE = 100
"""Concepts below one that is too wide a heading to stand for a kind of it: metastases, but not infection."""
MOST_WORDS = 6
MOST_WAYS = 48
"""English readings of a phrase that are tried."""
MOST_OPTIONS = 6
MOST_IF_ENGLISH = 3
"""English readings of a word that English names have."""
_DISEASE_ENDINGS = ("ite", "iti", "itis", "ose", "osi", "ome", "oma", "emie", "emia", "algia", "algie")
"""Endings with which a short word may be the name of a disease alone: uvéite."""
_WITH_ABROAD = frozenset({"avec", "mit", "met", "con", "com"})
"""Words inside a name whose English has "with"."""
_NEVER_ALONE = frozenset({"crisi", "crise", "crisis", "colique"})
"""Words that are several things without another one: an asthmatic crisis, a colic or of the colon."""
_HEADS = frozenset({"disease", "disorder", "syndrome"})
_INSIDE_NAMES = frozenset(
    {
        "of", "de", "du", "des", "d", "la", "le", "les", "l", "del", "el", "los", "las", "di", "della", "dello", "dei",
        "delle", "degli", "do", "da", "dos", "das", "der", "van", "von", "vom", "het", "au", "aux",
        "dal", "alla", "nei", "pela", "pelo",
    }
)  # fmt: skip
"""Words inside a name; any other small word ends it."""
_INSIDE_ROMANCE_NAMES = _INSIDE_NAMES - {"der", "van", "von", "vom", "het", "des", "d", "of"}
_ABROAD = _INSIDE_NAMES - {"of", "d", "la", "le", "l"} | {"morbus"}
"""Words of names that show that a text is not English."""
_SURELY_ABROAD = _ABROAD - {"do", "del", "van", "da", "dos", "au", "das", "der", "el"} | {"avec", "mit"}
"""Those of them that are nothing in English."""
_ENGLISH = frozenset({"the", "and", "with", "from", "who", "she", "his", "this", "that", "their"})
"""Words that show that a text is English: "tender" over the olecranon is no tendon."""
_PLAIN = frozenset(
    {
        "tender", "hard", "firm", "painful", "sore", "stiff", "swollen", "itchy", "chalky", "gritty", "stony", "bony",
        "lumpy", "rubbery", "crumbly", "raised", "oozing", "weeping", "crusty", "scaly", "bumpy", "rocky", "grainy",
    }
)  # fmt: skip
"""English words for what is felt and seen, which the vocabularies lack."""
_SMALL_BEHIND = {
    "deficiency": frozenset({"en", "an", "aan", "in"}),
    "infection": frozenset({"por", "par", "durch", "door", "met", "mit"}),
    "poisoning": frozenset({"por", "par", "durch", "door", "met", "mit"}),
    "ulcer": frozenset({"por"}),
}
"""Words inside a name behind some English readings: déficit en, Mangel an, infección por."""
_ARTICLES = ("une", "eines", "einer", "einem", "einen", "uno", "unos", "unas")
_PREPOSITIONS = frozenset("pour per para voor fur wegen depuis desde apres dopo sous".split())  # noqa: SIM905
"""Words that no name holds: "vu pour maladie de Lyme"."""
_SMALL = STOPWORDS.union(_INSIDE_NAMES, _ARTICLES, _PREPOSITIONS, *_SMALL_BEHIND.values()) - {"no"}
_INFLECTIONS = ("s", "es", "n", "en", "er", "em", "x")
_INFLECTED: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "de": (("", ("e", "er", "en", "es", "em", "n", "s")),),
    "es": (("o", ("a", "os", "as")), ("", ("s", "es"))),
    "fr": (("eux", ("euse", "euses")), ("al", ("aux",)), ("", ("e", "s", "es", "x"))),
    "it": (("o", ("a", "i", "e")), ("a", ("e",)), ("e", ("i",))),
    "nl": (("", ("e", "en", "n", "s")),),
    "pt": (("o", ("a", "os", "as")), ("al", ("ais",)), ("m", ("ns",)), ("", ("s", "es"))),
}
"""Endings of everyday words and those of their inflected forms."""
_COMPOUNDING = ("de", "nl")
"""Languages that make one word of two."""
_LATIN_SPELLINGS = (("ss", "x"), ("tt", "pt"), ("nf", "mf"), ("nm", "mm"), ("nevr", "neur"))
"""Letters of Romance languages and those of English in their stead."""
_FOLDED_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe"})


class Cognate(NamedTuple):
    """A stretch of tokens whose English words are a name. alone: it is one word."""

    start: int
    end: int
    name_index: int
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
        if len(word) < SHORTEST_WORD or not word.isalpha() or word in _PLAIN:
            return ()
        for spelt in _spellings(typed):
            for form in _forms(spelt):
                found = [english for english in dict.fromkeys(self._cognates(form)) if self._is_as_rare(word, english)]
                if found:
                    return tuple(found[:MOST_OPTIONS])
        aligned = typed if len(typed) == len(word) else word
        return tuple(dict.fromkeys((*self._compound(word, aligned), *self._heads(word, aligned))))[:MOST_OPTIONS]

    def _is_as_rare(self, word: str, english: str) -> bool:
        """Whether an English word is met about as often as one that it is taken for: durante is no Duhring."""
        ordinary = self.terminology.ordinary_words
        often = ordinary.commonest(word)
        return often < EVERYWHERE or ordinary.frequency(english, "en") + OFTENER > often

    def _cognates(self, word: str) -> Iterator[str]:
        endings = _endings()
        for size in range(min(8, len(word) - SHORTEST_STEM), -1, -1):
            stem, ending = word[: len(word) - size], word[len(word) - size :]
            for english in endings.get(ending, ()):
                yield from self._by_sound.get(sound(stem + english), ())

    def _compound(self, word: str, typed: str) -> Iterator[str]:
        """Lungenembolie, Makuladegeneration: an everyday word or a cognate, and a cognate, in one. typed: the same,
        letter by letter, with its accents.
        """
        for size in range(len(word) - SHORTEST_PART, 2, -1):
            everyday = _first_parts().get(word[:size])
            first = everyday or self._first_part(word[:size])
            if not first or (everyday is None and len(word) - size < SHORTEST_ALONE):
                continue
            for rest in (word[size:], word[size:].removeprefix("s")):
                if rest in _everyday() and rest not in _first_parts():
                    continue
                known = (rest,) if rest in self.terminology.english_words else ()
                for second in (*known, *self.options(typed[len(word) - len(rest) :])):
                    yield from (f"{part} {second}" for part in first)

    def _heads(self, word: str, typed: str) -> Iterator[str]:
        """English for the disease that a compound is a kind of, where its first part is an everyday word or a cognate:
        Knochenmetastasen are metastases. The disease is a cognate, or a word of `everyday_words.tsv` with a hyphen
        before it.
        """
        for size in range(3, len(word) - SHORTEST_HEAD + 1):
            if word[:size] not in _first_parts() and not self._first_part(word[:size]):
                continue
            for rest in (word[size:], word[size:].removeprefix("s")):
                if rest in _heads_of_compounds():
                    yield from _heads_of_compounds()[rest]
                elif len(rest) >= SHORTEST_ALONE and rest not in _everyday():
                    forms = (form for spelt in _spellings(typed[len(word) - len(rest) :]) for form in _forms(spelt))
                    cognates = (english for form in forms for english in (form, *self._cognates(form)))
                    yield from (english for english in cognates if self._is_a_disease(english))

    def _is_a_disease(self, english: str) -> bool:
        """Whether a word alone is the name of a disease or finding that is not a wide heading."""
        name_index = self.terminology.key_index.get(english)
        if name_index is None or english not in self.terminology.english_words:
            return False
        concept, _ = self.terminology.concepts_of_key(name_index)[0]
        return int(self.terminology.descendants[concept]) <= WIDE

    def _first_part(self, part: str) -> tuple[str, ...]:
        """English for a cognate that begins a compound, linked to the second word by n, en or s (or not at all)."""
        if len(part) < SHORTEST_WORD or part in _everyday():
            return ()
        forms = list(_forms(part))
        same = (form for form in forms if form in self.terminology.english_words)
        english = chain(same, (known for form in forms for known in self._cognates(form)))
        return tuple(islice(dict.fromkeys(english), MOST_PARTS))

    def find(self, text: str, found: Sequence[Token], language: str = "") -> Iterator[Cognate]:
        """Names whose words stand there in another language, in any order."""
        english = self.terminology.english_words
        small = {token.text for token in found}
        surely = not _SURELY_ABROAD.isdisjoint(small)
        abroad = surely or not _ABROAD.isdisjoint(small)
        if not abroad and not _ENGLISH.isdisjoint(small):
            return
        content = [token_index for token_index, token in enumerate(found) if token.text not in _SMALL]
        typed = {
            token_index: text[found[token_index].start : found[token_index].end].lower() for token_index in content
        }
        foreign = {
            token_index
            for token_index in content
            if (surely or found[token_index].text not in english) and self.options(typed[token_index])
        }
        if len(content) > 1:
            foreign = {token_index for token_index in foreign if len(typed[token_index]) >= SHORTEST_FOREIGN}
        if abroad or not text.isascii():
            marked = [token_index for token_index, word in typed.items() if abroad or not word.isascii()]
            foreign.update(token_index for token_index in marked if fold(typed[token_index]) in _everyday())
        if language and language != "en":
            own = (token_index for token_index, word in typed.items() if language in _spoken().get(fold(word), ()))
            foreign.update(own)
        if not foreign:
            return
        ways = {
            token_index: self._readings(found[token_index].text, typed[token_index], token_index in foreign)
            for token_index in content
        }
        medical = {
            token_index
            for token_index in content
            if found[token_index].text not in STOPWORDS
            and (token_index in foreign or found[token_index].text in english)
        }
        limits = {*self._borders(text, found, ways), *(behind - 1 for behind in borders(text, found, ",;"))}
        for first in range(len(content)):
            for last in range(min(first + MOST_WORDS, len(content)), first, -1):
                window = content[first:last]
                if foreign.isdisjoint(window):
                    break
                if not limits.isdisjoint(range(window[0], window[-1])):
                    continue
                noun = content[first - 1] if first else -1
                telling = [way for way in ways.get(noun, ()) if way.split(" ")[0] in english]
                if noun in medical and _leaves_its_noun(found, noun, window, telling):
                    continue
                if len(window) == 1 and (_is_short(typed[window[0]]) or fold(typed[window[0]]) in _NEVER_ALONE):
                    continue
                if len(window) > 1 and _HEADS.issuperset(ways[window[-1]]) and window[-1] - window[-2] > 1:
                    continue  # "comunicación de enfermedad"
                with_inside = any(found[index].text in _WITH_ABROAD for index in range(window[0], window[-1]))
                name = self._named([ways[token_index] for token_index in window], with_inside)
                if name is not None and not (
                    len(window) == 1
                    and (
                        _is_a_country(text, found[window[0]])
                        or self._is_false_friend(typed[window[0]], self.terminology.keys[name], language)
                    )
                ):
                    yield Cognate(window[0], window[-1] + 1, name, len(window) == 1)
                    break

    def _is_false_friend(self, typed: str, name: str, language: str) -> bool:
        """Whether a word looks like the English name of a disease and is another one: an ordinary English word that no
        name has (influence), or one that is met ten times as often as the disease (Italian ricetta and rickets).
        """
        word = fold(typed)
        ordinary = self.terminology.ordinary_words
        if word in _everyday():
            own = max(ordinary.frequency(word, other) for other in _spoken()[word])
            elsewhere = ordinary.frequency(word, language) if language else ordinary.commonest(word)
            return language not in _spoken()[word] and elsewhere >= COMMON and (bool(language) or elsewhere > own)
        english = ordinary.frequency(word, "en")
        abroad = ordinary.commonest(word) if language in ("", "en") else ordinary.frequency(word, language)
        if english >= ORDINARY and (language in ("", "en") and english >= abroad - OFTENER):
            return True
        return " " not in name and abroad >= COMMON and abroad > ordinary.frequency(name, "en") + OFTENER

    def _readings(self, word: str, typed: str, foreign: bool) -> tuple[str, ...]:
        """English for a word of a phrase in another language."""
        if word in ROMAN:  # Faktor VIII
            return word, ROMAN[word]
        if foreign or word in STOPWORDS:
            return self.options(typed)
        return tuple(dict.fromkeys((word, *self.options(typed))))[:MOST_IF_ENGLISH]

    def _borders(self, text: str, found: Sequence[Token], ways: Mapping[int, Sequence[str]]) -> Iterator[int]:
        """Indices of the small words that end a name. ways: English for the others."""
        for token_index, token in enumerate(found):
            if token_index in ways or token.text in _INSIDE_NAMES or token.text in _WITH_ABROAD:
                continue
            behind = any(token.text in _SMALL_BEHIND.get(way, ()) for way in ways.get(token_index - 1, ()))
            if not behind and text[token.start : token.end].lower() != "à":
                yield token_index

    def _named(self, options: Sequence[tuple[str, ...]], with_inside: bool) -> int | None:
        """Index of the first name that one English reading of the words is, of those with "with" where it stands
        inside.
        """
        terminology = self.terminology
        for way in islice(product(*options), MOST_WAYS):
            words = " ".join(way).split(" ")
            if len(words) == 1 and not says_something(words[0]):
                continue
            name_index = terminology.key_index.get(phrase_key(words))
            if name_index is not None and not with_inside:
                return name_index
            name_indices = terminology.keys_of_words(words) if len(words) > 1 else []
            if with_inside:
                name_indices = [name for name in name_indices if "with" in terminology.keys[name].split(" ")]
            if name_indices:
                return name_indices[0]
        return None


def _leaves_its_noun(found: Sequence[Token], before: int, window: Sequence[int], readings: Sequence[str]) -> bool:
    """Whether words begin behind the noun that they tell more of: irregular de la falange, behind epífisis.

    before: index of the word before them. readings: its English.
    """
    inner = range(window[0], window[-1])
    adjoins = before + 1 == window[0] and any(found[token_index].text in _INSIDE_ROMANCE_NAMES for token_index in inner)
    return (
        adjoins
        and bool(readings)
        and not is_filler(found[before].text)
        and not any(way in QUALIFIERS or way in SAYS_NOTHING for way in readings)
    )


def _is_short(typed: str) -> bool:
    """Whether a word is too short to be a name alone: uvéite may be one, by its ending."""
    word = fold(typed)
    may_be_one = len(word) >= SHORTEST_WORD and word.endswith(_DISEASE_ENDINGS)
    return len(word) < SHORTEST_ALONE and word not in _everyday() and not may_be_one


def _is_a_country(text: str, token: Token) -> bool:
    """Malaysia is no malaise; "corea" in small letters is the disease."""
    name = text[token.start : token.end]
    return name[0].isupper() and canonical_country(name.lower()) != name.lower()


def _spellings(typed: str) -> tuple[str, ...]:
    """A word without its accents as English may have it: Ödem is oedem and venös venos, ossia is oxia, ottico optico,
    linfoma limfoma.
    """
    plain = fold(typed)
    others = (plain.replace(spelt, other) for spelt, other in _LATIN_SPELLINGS)
    return tuple(dict.fromkeys((fold(typed.translate(_FOLDED_UMLAUTS)), plain, *others)))


def _forms(word: str) -> Iterator[str]:
    """A word and what it may be the plural or another case of, as it is formed in one of the languages."""
    yield word
    for ending in _INFLECTIONS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_WORD - 1:
            yield word.removesuffix(ending)


@cache
def _everyday() -> dict[str, tuple[str, ...]]:
    """English for everyday words of medicine and their inflected forms, in its normal form."""
    words: dict[str, tuple[str, ...]] = {}
    inflected: dict[str, tuple[str, ...]] = {}
    for row in _rows("everyday_words.tsv"):
        english = tuple(" ".join(map(normal_word, way.split(" "))) for way in row["english"].split("|"))
        words[row["word"]] = tuple(dict.fromkeys((*words.get(row["word"], ()), *english)))
        for form in _inflected(row):
            inflected[form] = tuple(dict.fromkeys((*inflected.get(form, ()), *english)))
    return inflected | words


@cache
def _spoken() -> dict[str, frozenset[str]]:
    """Languages of the everyday words and their inflected forms."""
    languages: dict[str, set[str]] = {}
    for row in _rows("everyday_words.tsv"):
        for form in (row["word"], *_inflected(row)):
            languages.setdefault(form, set()).add(row["language"])
    return {form: frozenset(found) for form, found in languages.items()}


@cache
def _first_parts() -> dict[str, tuple[str, ...]]:
    """English for the everyday words of the languages that make one word of two."""
    rows = [row for row in _rows("everyday_words.tsv") if row["language"] in _COMPOUNDING]
    forms = {form.removesuffix("-") for row in rows for form in (row["word"], *_inflected(row))}
    return {form: _everyday().get(form) or _everyday()[form + "-"] for form in forms}


@cache
def _heads_of_compounds() -> dict[str, tuple[str, ...]]:
    """English for what is a disease behind any first part: -blutung."""
    rows = [row for row in _rows("everyday_words.tsv") if row["word"].startswith("-")]
    return {
        form.removeprefix("-"): tuple(row["english"].split("|"))
        for row in rows
        for form in (row["word"], *_inflected(row))
    }


def _inflected(row: Mapping[str, str]) -> Iterator[str]:
    """Inflected forms of a row of the everyday words."""
    word = row["word"]
    for cut, endings in _INFLECTED[row["language"]]:
        if word.endswith(cut):
            forms = (word[: len(word) - len(cut)] + ending for ending in endings)
            yield from (form for form in forms if len(form) >= SHORTEST_INFLECTED)


@cache
def _endings() -> dict[str, tuple[str, ...]]:
    """English endings for those of other languages."""
    return {row["ending"]: tuple(row["english"].split("|")) for row in _rows("cognate_endings.tsv")}


def _rows(name: str) -> list[dict[str, str]]:
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))
