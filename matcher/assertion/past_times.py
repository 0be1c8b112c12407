"""Which words say that something was in the past: a year, "ago", an age, "last winter"."""

import datetime as dt
import re
from collections.abc import Sequence
from itertools import pairwise

from matcher.assertion.cues import is_year

_AGO = frozenset(("ago", "hace", "geleden", "vor", "atras", "fa"))
_SINCE = "ha"
"""Before a number of years that have gone by, in Portuguese: "ha 10 anos"."""
_LAST = frozenset(
    ("last", "letzten", "letztes", "letzter", "vorigen", "dernier", "pasado", "scorso", "passado", "vorig")
)
_SEASONS = frozenset(
    (
        *("year", "winter", "spring", "summer", "autumn", "decade", "jahr", "jahres", "fruhjahr", "sommer", "herbst"),
        *("an", "hiver", "ete", "automne", "ano", "invierno", "verano", "anno", "inverno", "verao", "jaar", "zomer"),
    )
)
_AT = frozenset(("at", "aged", "age", "a", "mit", "los", "aos", "ai"))
"""Words between what somebody had and the age when it was."""
_DATE_PARTS = re.compile(r"[./]")


def is_date(word: str) -> bool:
    """Whether a word says that something was in the past: a year, "ago"."""
    return word in _AGO or any(is_year(part) for part in _DATE_PARTS.split(word))


def name_a_past_time(words: Sequence[str]) -> bool:
    """Whether a date, an age or a season that has gone stands among words: "had arthritis at 8", "last winter"."""
    if any(map(is_date, words)):
        return True
    return any(
        ((word in _AT or word == _SINCE) and following.isdigit()) or (word in _LAST and following in _SEASONS)
        for word, following in pairwise(words)
    )


def are_long_ago(words: Sequence[str]) -> bool:
    """Whether no year among words is this one or the last one."""
    last_year = dt.datetime.now(dt.UTC).year - 1
    return all(int(word[:4]) < last_year for word in words if is_year(word))
