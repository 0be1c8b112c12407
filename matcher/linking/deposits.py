"""Mineral or bone where none belongs, told in plain words: "calcium lumps on my fingers", "os qui pousse sous la peau".

What such words mean is told by where it lies: calcium in the skin is calcinosis cutis, in a tendon calcific
tendinitis, in the coronaries something else again. Two tables say it: ``deposits.tsv``, the words for substances, forms
and sites in seven languages, and ``deposit_concepts.tsv``, the concept of each substance at each site.
"""

import csv
import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from matcher.text.normalise import normal_word, tokens

NEAR = 8
"""Words between a substance and its site."""
TOGETHER = 3
"""Words between a substance and its form; sites that near to each other are weighed by what they say."""
SPECIFIC = (
    "coronary", "smallvessel", "valve", "brain", "kidney", "breast", "lung", "eye", "cartilage", "spine", "tendon",
    "artery", "periarticular", "muscle", "skin", "fat", "heart", "joint", "shoulder",
    "body",
)  # fmt: skip
"""Sites, the one that says most first: a coronary artery is an artery."""
ANYWHERE = "MONDO:0002123"
"""Calcinosis, of lumps of calcium without a site (MONDO:0002123)."""
OSSIFICATION = "HP:0011986"
"""Ectopic ossification, where the table has no name for that of a site (HP:0011986)."""
_OSSIFICATION = re.compile(r"oss?if|verkno|verbe")
GENERIC = {"MONDO:0002123": "calcium", "HP:0010766": "calcium", "HP:0011986": "bone"}
"""Names of deposits that leave open where they lie (calcinosis, ectopic calcification and ossification)."""
_NARROWED = {("artery", "small"): "smallvessel", ("valve", "aortic"): "aorticvalve"}
"""Sites that a word beside them makes more special."""
_BONE_ALONE = frozenset({"skin", "fat", "muscle"})
"""Sites where the word "bone" tells enough; elsewhere bone is normal, and only what grows or lumps there is not."""

_GENITIVES = frozenset({"of", "de", "des", "du", "d", "di", "da", "do", "del", "della", "von", "van"})

Languages = frozenset[str]


class Deposit(NamedTuple):
    """A deposit in the words from start to before end, substance: index of its word. likely: only with a
    disease that makes it so.
    """

    start: int
    end: int
    substance: int
    concept_id: str
    likely: bool = False


class _Words(NamedTuple):
    substance: dict[str, tuple[str, Languages]]
    site: dict[str, tuple[str, Languages]]
    form: dict[str, Languages]
    growth: dict[str, Languages]
    hard: dict[str, Languages]
    beside: dict[str, str]
    block: dict[str, frozenset[str]]
    concepts: dict[tuple[str, str], str]


def _rows(file: str) -> Iterator[dict[str, str]]:
    with resources.files("matcher.linking").joinpath(file).open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


@lru_cache(maxsize=1)
def _words() -> _Words:
    held: dict[str, dict[str, dict[str, set[str]]]] = {}
    for row in _rows("deposits.tsv"):
        for token in tokens(row["word"])[:1]:
            values = held.setdefault(row["role"], {}).setdefault(normal_word(token.text), {})
            values.setdefault(row["value"], set()).add(row["language"])

    def most(values: dict[str, set[str]]) -> tuple[str, Languages]:
        value = max(values, key=lambda name: (len(values[name]), name))
        return value, frozenset(values[value])

    def languages(role: str) -> dict[str, Languages]:
        return {word: frozenset().union(*values.values()) for word, values in held[role].items()}

    return _Words(
        {word: most(values) for word, values in held["substance"].items()},
        {word: most(values) for word, values in held["site"].items()},
        languages("form"),
        {word: frozenset(values["growth"]) for word, values in held["form"].items() if "growth" in values},
        languages("hard"),
        {word: role for role in ("small", "aortic") for word in held[role]},
        {word: frozenset(values) for word, values in held["block"].items()},
        {(row["substance"], row["site"]): row["concept"] for row in _rows("deposit_concepts.tsv")},
    )


def find(words: Sequence[str], parts: Sequence[int], taken: Collection[int]) -> Iterator[Deposit]:
    """Deposits that the words of a clause describe.

    words: in their normal form. parts: for each the number of its part between commas. taken: indices of those that
    belong to the name of a disease or of a finding and mean nothing alone.
    """
    known = _words()
    spoken = False
    for token_index, word in enumerate(words):
        if word in known.substance and token_index not in taken:
            deposit = _deposit(known, words, parts, token_index, taken)
            if deposit is not None:
                spoken = True
                yield deposit
    if not spoken:
        yield from _hard_lumps(known, words, parts, taken)
        yield from _calcium_deposits(known, words, taken)


def at_site(
    words: Sequence[str], parts: Sequence[int], start: int, end: int, generic: str, taken: Collection[int]
) -> str | None:
    """The concept of a deposit that the words from start to before end name generically, by the site beside it."""
    known = _words()
    languages = frozenset().union(*(languages for _, languages in known.site.values()))
    sites = [
        token_index
        for edge in {start, end - 1}
        if (token_index := _site(known, words, parts, edge, languages, taken)) is not None
        and parts[token_index] == parts[edge]
        and not start <= token_index < end
    ]
    if not sites:
        return None
    nearest = min(sites, key=lambda token_index: min(abs(token_index - start), abs(token_index - end + 1)))
    where = _narrowed(known, words, nearest)
    if generic == ANYWHERE and where == "spine":
        return None  # spinal and paraspinal calcinosis lie in soft tissue, unlike calcified ligaments
    return known.concepts.get((GENERIC[generic], where))


def _deposit(
    known: _Words, words: Sequence[str], parts: Sequence[int], token_index: int, taken: Collection[int]
) -> Deposit | None:
    substance, languages = known.substance[words[token_index]]
    plain_bone = substance == "bone" and not _OSSIFICATION.match(words[token_index])
    if (plain_bone or substance != "bone") and _is_blocked(known, words, token_index, substance):
        return None
    form = _nearest(known.form, words, parts, token_index, TOGETHER, languages)
    site = _site(known, words, parts, token_index, languages, taken)
    if site is None:
        if substance == "calcium" and form is not None:
            return Deposit(min(token_index, form), max(token_index, form) + 1, token_index, ANYWHERE)
        return None
    where = _narrowed(known, words, site)
    concept = known.concepts.get((substance, where))
    if concept is None and substance == "bone" and not plain_bone:
        concept = OSSIFICATION
    if plain_bone and where == "body":  # a bony lump may be a normal one
        form = _nearest(known.growth, words, parts, token_index, TOGETHER, languages)
    if concept is None or (plain_bone and where not in _BONE_ALONE and form is None):
        return None
    return Deposit(min(token_index, site), max(token_index, site) + 1, token_index, concept)


def _narrowed(known: _Words, words: Sequence[str], site: int) -> str:
    """The kind of a site, by the words beside it too: small vessels, the aortic valve."""
    where = known.site[words[site]][0]
    for word in words[max(0, site - TOGETHER) : site + TOGETHER]:
        where = _NARROWED.get((where, known.beside.get(word, "")), where)
    return where


def _is_blocked(known: _Words, words: Sequence[str], token_index: int, value: str) -> bool:
    """Whether a word beside a substance or a site says that something else is meant: bone pain, spinal cord."""
    return any(value in known.block.get(word, ()) for word in _beside(words, token_index))


def _beside(words: Sequence[str], token_index: int) -> Iterator[str]:
    """The words on both sides of one, and behind "of" and its like."""
    for step in (-1, 1):
        other = token_index + step
        if 0 <= other < len(words) and words[other] in _GENITIVES:
            other += step
        if 0 <= other < len(words):
            yield words[other]


def _nearest(
    among: dict[str, Languages],
    words: Sequence[str],
    parts: Sequence[int],
    token_index: int,
    reach: int,
    languages: Languages,
) -> int | None:
    """Index of the nearest such word in the same part of the clause and in a language that fits."""
    found = [
        other
        for other in range(max(0, token_index - reach), min(len(words), token_index + reach + 1))
        if other != token_index
        and parts[other] == parts[token_index]
        and among.get(words[other], frozenset()) & languages
    ]
    return min(found, key=lambda other: abs(other - token_index), default=None)


def _site(
    known: _Words,
    words: Sequence[str],
    parts: Sequence[int],
    token_index: int,
    languages: Languages,
    taken: Collection[int],
) -> int | None:
    """Index of the site word: of the same part of the clause before its neighbours, then near, then specific."""
    found = [
        other
        for other in range(max(0, token_index - NEAR), min(len(words), token_index + NEAR + 1))
        if other not in taken and words[other] in known.site and known.site[words[other]][1] & languages
        if not _is_blocked(known, words, other, known.site[words[other]][0])
        if abs(parts[other] - parts[token_index]) <= 1
    ]
    if not found:
        return None
    own = [other for other in found if parts[other] == parts[token_index]] or found
    nearest = min(abs(other - token_index) for other in own)
    close = [other for other in own if abs(other - token_index) <= nearest + TOGETHER]
    return min(close, key=lambda other: (SPECIFIC.index(known.site[words[other]][0]), abs(other - token_index)))


def _hard_lumps(known: _Words, words: Sequence[str], parts: Sequence[int], taken: Collection[int]) -> Iterator[Deposit]:
    """ "Rock hard lumps": calcinosis, where a disease makes it likely."""
    for token_index, word in enumerate(words):
        if word in known.hard and token_index not in taken:
            form = _nearest(known.form, words, parts, token_index, TOGETHER, known.hard[word])
            if form is None and word in known.form:  # little stones in the skin
                form = _site(known, words, parts, token_index, known.hard[word], taken)
            if form is not None and form not in taken:
                yield Deposit(min(token_index, form), max(token_index, form) + 1, token_index, ANYWHERE, likely=True)
                return


def _calcium_deposits(known: _Words, words: Sequence[str], taken: Collection[int]) -> Iterator[Deposit]:
    """ "Ca deposits": calcinosis, where a disease makes it likely, and not those of a carcinoma."""
    for token_index, word in enumerate(words[:-1]):
        if word == "ca" and token_index not in taken and words[token_index + 1] in known.form:
            yield Deposit(token_index, token_index + 2, token_index, ANYWHERE, likely=True)
            return
