"""Words around ages in seven languages, ``age_words/<language>.tsv``: units of time, people, and what says whether a
quantity of time is an age.

kind: what the words say; `matcher.patient.age_patterns` puts the kinds together. words: a regular expression, flat.
"""

import csv
from functools import cache
from importlib import resources

from matcher.text.language import LANGUAGES


@cache
def _table() -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for language in LANGUAGES:
        table = resources.files("matcher.patient").joinpath("age_words", f"{language}.tsv").read_text(encoding="utf-8")
        for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
            words = kinds.setdefault(row["kind"], [])
            if row["words"] not in words:
                words.append(row["words"])
    return kinds


def any_word(*kinds: str) -> str:
    """A regular expression for the words of some kinds, in all languages. Raises KeyError for a kind without words."""
    return f"(?:{'|'.join(words for kind in kinds for words in _table()[kind])})"
