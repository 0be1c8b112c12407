"""What is dangerous in a disease, whatever it is given for: the curated table beside this module, with its sources."""

import csv
from functools import cache
from importlib import resources

from matcher.terminology import Terminology
from matcher.text.content_words import content_words


@cache
def _table() -> dict[str, frozenset[str]]:
    """Content words of dangerous treatments by the id of the disease."""
    found: dict[str, frozenset[str]] = {}
    with resources.files("matcher.patient").joinpath("dangers.tsv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            found[row["id"]] = found.get(row["id"], frozenset()) | content_words(row["treatment"])
    return found


def dangerous_words(concept: int, terminology: Terminology) -> frozenset[str]:
    """Content words of trials that give what is dangerous in a disease."""
    if not terminology.holds(concept):
        return frozenset()
    members = terminology.tables.members[concept]
    return frozenset().union(*(_table().get(member, frozenset()) for member in members))
