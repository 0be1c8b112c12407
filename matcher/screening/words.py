"""The words of criteria in seven languages: ``words/<language>.tsv``, one row a kind, each a regular expression.

A row holds what stands between the borders of words of a text in small letters without accents. Kinds that name what is
asked about go by the name of the `Subject`, or of a part of it ("adult"). Others: ``least``, ``most``, ``over``,
``under``, ``between``, ``range`` stand beside numbers; ``either``, ``both`` join; ``unless`` restricts; ``frame`` says
nothing by itself, ``narrow`` only which cases are meant, ``past`` that what was counts as well; ``taking``
says it of drugs; ``one`` and ``several`` how many of a list that follows;
``denial`` that what the assertion engine did not find denied may be so; ``plain``, ``trial``,
``gestation`` and ``time of consent`` look like a subject and are none.
"""

import csv
import re
from functools import cache
from importlib import resources

from matcher.text.language import LANGUAGES

_SHARP_S = "(?:ss|ß)"
_SHORTEST_BEFORE_STEM = 3
_ENDINGS = "(?:es|en|um|e|o|a|s|i)?"
"""How the languages end the international name of a drug."""


@cache
def words(language: str) -> dict[str, re.Pattern[str]]:
    """The expressions of one language by kind."""
    text = resources.files("matcher.screening").joinpath("words", f"{language}.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    found = {row["kind"]: row["words"] for row in rows}
    if language == "de":
        found = {kind: pattern.replace("ss", _SHARP_S) for kind, pattern in found.items()}
    return {kind: bordered(pattern) for kind, pattern in found.items()}


def bordered(pattern: str) -> re.Pattern[str]:
    """An expression that begins and ends with a word, where it does so with letters."""
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")


def languages_of(language: str) -> tuple[str, ...]:
    """The languages whose words a text is searched for: its own and English; all where its own is not known."""
    if not language:
        return LANGUAGES
    return (language,) if language == "en" else (language, "en")


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table that holds for all languages: analytes, drug_stems, drug_names or drug_classes."""
    text = resources.files("matcher.screening").joinpath(f"{name}.tsv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def drug_classes() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """What classes of drugs are called in criteria, each with the names of drugs that belong to it."""
    return tuple((bordered(row["asked"]), bordered(row["members"])) for row in rows("drug_classes"))


@cache
def drug_name() -> re.Pattern[str]:
    """Names of drugs: those that end in a stem of the WHO, and well-known ones that do not."""
    stems = "|".join(row["stem"] for row in rows("drug_stems"))
    names = "|".join(row["name"] for row in rows("drug_names"))
    members = "|".join(row["members"] for row in rows("drug_classes"))
    return bordered(rf"\w{{{_SHORTEST_BEFORE_STEM},}}(?:{stems}){_ENDINGS}|{names}|{members}")
