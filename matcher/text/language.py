"""The everyday words of seven languages: which language a text is in, and which of its words say nothing by themselves.

``words/<language>.tsv`` holds them by kind: a ``marker`` speaks for its language; a ``filler`` says nothing by itself;
the full stop of an ``abbreviation`` ends no sentence (before a ``number``, or of a number after the word: ``ordinal``).
"""

import csv
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl")
"""Languages that charts are read in, in the order in which their tables are read."""


class _Words(NamedTuple):
    filler: frozenset[str]
    languages: dict[str, tuple[str, ...]]
    """Languages that a word speaks for."""
    abbreviations: dict[str, frozenset[str]]


@lru_cache(maxsize=1)
def _words() -> _Words:
    filler: set[str] = set()
    languages: dict[str, list[str]] = {}
    abbreviations: dict[str, set[str]] = {}
    for language in LANGUAGES:
        table = resources.files("matcher.text").joinpath("words", f"{language}.tsv").read_text(encoding="utf-8")
        for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
            words = row["words"].split("|")
            match row["kind"]:
                case "filler":
                    filler.update(words)
                case "marker":
                    for word in words:
                        languages.setdefault(word, []).append(language)
                case "abbreviation":
                    abbreviations.setdefault(row["before"], set()).update(words)
                case kind:
                    raise ValueError(f"words/{language}.tsv: there is no kind of words {kind!r}")
    return _Words(
        frozenset(filler),
        {word: tuple(found) for word, found in languages.items()},
        {where: frozenset(found) for where, found in abbreviations.items()},
    )


def language_of(words: Iterable[str]) -> str:
    """Language that most function words of a text belong to, empty when there are none."""
    markers = _words().languages
    votes: dict[str, int] = {}
    for word in words:
        for language in markers.get(word, ()):
            votes[language] = votes.get(language, 0) + 1
    return max(votes, key=votes.__getitem__) if votes else ""


def is_filler(word: str) -> bool:
    """Whether a word says nothing by itself: "it was", "in 2013", "two years ago"."""
    return word in _words().filler or word.isdigit()


def abbreviations(where: str) -> frozenset[str]:
    """Words whose full stop ends no sentence: anywhere (""), before a "number" or a "small" letter, of a number after
    one ("ordinal")."""
    return _words().abbreviations[where]
