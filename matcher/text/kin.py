"""The words for relatives in seven languages, ``kin/<language>.tsv``: the one table of them.

relation: ``sibling``, ``parent``, ``child``, ``partner`` or ``other``, as the patient would say it. sex: ``f`` or ``m``
where the word says it. alone: whether the word means a relative wherever it stands; "child" or "mujer" does only
beside a possessive. words: flat, between bars; ``*`` any ending, ``(...)`` alternatives within.
"""

import csv
import re
from collections.abc import Collection, Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple

from matcher.text.language import LANGUAGES

_PLAIN = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")


class KinWords(NamedTuple):
    """Words for one kind of relative in one language."""

    relation: str
    sex: str
    alone: bool
    words: str


@cache
def kin_words(language: str) -> tuple[KinWords, ...]:
    """The table of a language."""
    table = resources.files("matcher.text").joinpath("kin", f"{language}.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(KinWords(row["relation"], row["sex"], row["alone"] == "yes", row["words"]) for row in rows)


def any_of(relations: Collection[str], sex: str = "", language: str = "", without: str = "") -> str:
    """A regular expression, flat, for the words of some relations, in one language or in all.

    without: a regular expression for words to leave out.
    """
    words = {word for word in _plain_words(relations, sex, language) if not re.fullmatch(without, word)}
    return f"(?:{'|'.join(sorted(words, key=lambda word: (-len(word), word)))})"


def _plain_words(relations: Collection[str], sex: str, language: str) -> Iterator[str]:
    for name in (language,) if language else LANGUAGES:
        for row in kin_words(name):
            if row.relation in relations and sex in ("", row.sex):
                yield from (word for word in row.words.split("|") if _PLAIN.fullmatch(word))
