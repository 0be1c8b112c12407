"""Names as charts shorten them: an eponym without its disease (known Behçet), "ca" for a cancer, an abbreviation with
the word that narrows it (knee OA).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from matcher.terminology import Terminology
from matcher.text.lexical_filters import QUALIFIERS, SAYS_NOTHING
from matcher.text.normalise import STOPWORDS, Token, bag_key, name_words, phrase_key

LONGEST_EPONYM = 3
MOST_NAMES = 30
"""Names of a concept that are tried with the word beside its abbreviation, the shorter ones."""
_HEADS = ("syndrome", "disease")
_CLIPPED = {
    "ca": "cancer",
    **dict.fromkeys(("calc", "calcs", "calcif", "calcifs"), "calcification"),
}
"""The last words of names as charts clip them."""
_SAID_OF_A_PATIENT = frozenset(
    "with known has had have suspected confirmed possible probable of mit bei bekannter bekannten avec chez con com "  # noqa: SIM905
    "met tiene tem heeft hat presenta".split()
)
_BEFORE_A_PERSON = frozenset(
    "dr doctor doctors prof professor mr mrs miss ms herr frau monsieur madame mme dra sr sra sra mevrouw dear sister "  # noqa: SIM905
    "nurse clinic hospital by from".split()
)
_POSSESSIVE = re.compile(r"['’]s\b")


def shortened_names(
    terminology: Terminology, text: str, found: Sequence[Token], abbreviations: Mapping[tuple[int, int], Sequence[int]]
) -> Iterator[tuple[int, int, int]]:
    """(start, end, index of the name) of the names that stand shortened among the tokens of a clause.

    abbreviations: the concepts that each abbreviation may mean, by its stretch of tokens.
    """
    words = [token.text for token in found]
    yield from _clipped_heads(terminology, text, found, words)
    yield from _narrowed(terminology, words, abbreviations)
    if not text.isupper():
        yield from _eponyms(terminology, text, found, words)


def _clipped_heads(
    terminology: Terminology, text: str, found: Sequence[Token], words: Sequence[str]
) -> Iterator[tuple[int, int, int]]:
    """ "castration resistant prostate ca", "basal ganglia calc": the words before with the whole one are a name."""
    for token_index, word in enumerate(words):
        whole = _CLIPPED.get(word)
        if whole is None or text[found[token_index].start] not in "cC":  # "ça"
            continue
        for start in range(max(0, token_index - 4), token_index):
            if words[start] in STOPWORDS:
                continue
            names = terminology.keys_of_words([*words[start:token_index], whole])
            if names:
                yield start, token_index + 1, names[0]
                break


def _narrowed(
    terminology: Terminology, words: Sequence[str], abbreviations: Mapping[tuple[int, int], Sequence[int]]
) -> Iterator[tuple[int, int, int]]:
    """ "knee OA", "SLE nephritis": the abbreviation spelt out and its neighbour are a name; of one that may mean
    several diseases, where it is so for one of them alone ("classical EDS").
    """
    for (start, end), concepts in abbreviations.items():
        for first, after in ((start - 1, end), (start, end + 1)):
            if first < 0 or after > len(words):
                continue
            neighbour = words[first] if first < start else words[after - 1]
            if _says_nothing(neighbour):
                continue
            narrower = (_narrower_name(terminology, concept, neighbour) for concept in concepts)
            names = {name_index for name_index in narrower if name_index is not None}
            if len(names) == 1:
                yield first, after, names.pop()


@lru_cache(maxsize=5_000)
def _narrower_name(terminology: Terminology, concept: int, word: str) -> int | None:
    """Index of the name that a concept's label with a word is, else one of its other names with it."""
    label = name_words(terminology.labels[concept])
    if word in label:
        return None
    own = terminology.keys_of_words([*label, word])
    if own:
        return own[0]
    others = sorted(terminology.keys_of_concept(concept), key=len)[:MOST_NAMES]
    named = (terminology.keys_of_bag(bag_key([*key.split(" "), word])) for key in others if word not in key.split(" "))
    return next((keys[0] for keys in named if keys), None)


def _eponyms(
    terminology: Terminology, text: str, found: Sequence[Token], words: Sequence[str]
) -> Iterator[tuple[int, int, int]]:
    """ "Behçet's with oral ulcers", "known Prader-Willi": somebody's name before "syndrome" or "disease"."""
    capital = [text[token.start].isupper() and not _says_nothing(token.text) for token in found]
    for start in range(len(found)):
        if not capital[start] or (start and words[start - 1] in _BEFORE_A_PERSON):
            continue
        for end in range(min(start + LONGEST_EPONYM, len(found)), start, -1):
            if not all(capital[start:end]) or (end < len(found) and words[end] in _HEADS):
                continue
            possible = [terminology.key_index.get(phrase_key([*words[start:end], head])) for head in _HEADS]
            names = [name_index for name_index in possible if name_index is not None]
            diseases = {terminology.concepts_of_key(name_index)[0][0] for name_index in names}
            if len(diseases) == 1 and (end - start > 1 or _is_an_illness(text, found, start)):
                yield start, end, names[0]
                yield from _narrowed(terminology, words, {(start, end): tuple(diseases)})
                break


def _is_an_illness(text: str, found: Sequence[Token], token_index: int) -> bool:
    """Whether a name alone is that of a disease: with 's, or after "known", "with", "has"."""
    if _POSSESSIVE.match(text, found[token_index].end):
        return True
    return token_index > 0 and found[token_index - 1].text in _SAID_OF_A_PATIENT


def _says_nothing(word: str) -> bool:
    return word in STOPWORDS or word in SAYS_NOTHING or word in QUALIFIERS or len(word) < 3
