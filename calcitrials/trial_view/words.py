"""How values of the catalogue are said to a person: ages, dates, statuses and the words of vocabularies.

They are English unless somebody speaks another language meanwhile (`spoken`), as the page does.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from db.ages import DAYS_PER_UNIT

_AGE_UNITS = ("year", "month", "week", "day", "hour", "minute")
_SAID_OTHERWISE = {
    "na": "",
    "non_randomized": "not randomized",
    "active_not_recruiting": "active, not recruiting",
    "none": "none (open label)",
    "early_phase1": "early phase 1",
    "sap": "statistical analysis plan",
    "icf": "form of informed consent",
    "csr": "clinical study report",
    "samples_with_dna": "kept, with DNA",
    "samples_without_dna": "kept, without DNA",
    "none_retained": "not kept",
    "non_probability_sample": "not at random",
    "probability_sample": "at random",
}
"""Words of vocabularies that read badly as they stand, or say nothing."""
_PARTS_OF_DATE = re.compile(r"_(?:precision|text|kind|days|until_days)$")


_speaking: ContextVar[Callable[[str], str]] = ContextVar("calcitrials_speaking", default=str)


@contextmanager
def spoken(translate: Callable[[str], str]) -> Iterator[None]:
    """Say in another language what is said meanwhile. translate: an English text of the program in that language."""
    token = _speaking.set(translate)
    try:
        yield
    finally:
        _speaking.reset(token)


def say(text: str, **parts: object) -> str:
    """A text of the program in the language that is spoken, with its parts filled in."""
    said = _speaking.get()(text)
    return said.format(**parts) if parts else said


def english(word: str | None) -> str:
    """A word of a vocabulary as a person writes it: "non_randomized" is "not randomized"; "" for none."""
    return _SAID_OTHERWISE.get(word, word.replace("_", " ")) if word else ""


def plain(word: str | None) -> str:
    """The same in the language that is spoken; a word of no vocabulary stays as it is."""
    return say(english(word)) if word else ""


def yes_or_no(value: bool | None) -> str:
    """ "yes" or "no"; "" where nobody says."""
    return "" if value is None else say("yes") if value else say("no")


def status_in_words(status: str, stale_reason: str | None) -> str:
    """A status as a person reads it, with the reason why it can hardly be true any more, where there is one."""
    return f"{plain(status)} ({stale_reason})" if stale_reason else plain(status)


def capitalised(text: str) -> str:
    """A text with a capital first letter, the others as they are."""
    return text[:1].upper() + text[1:]


def counted(number: int, one: str) -> str:
    """ "1 site", "3 sites"; said as "{n} site" and "{n} sites"."""
    return say(f"{{n}} {one if number == 1 else one + 's'}", n=f"{number:,}")


def age(days: float) -> str:
    """An age in the largest unit that gives a whole number: 730.5 days are 2 years, 182.625 are 6 months."""
    for unit in _AGE_UNITS:
        number = days / DAYS_PER_UNIT[unit]
        if number >= 1 and abs(number - round(number)) < 1e-6:
            return counted(round(number), unit)
    return say("birth") if days == 0 else say("{n} days", n=f"{days:g}")


def ages(least: float | None, most: float | None) -> str | None:
    """The ages that limits in days admit; None where there is no limit."""
    if least and most is not None:
        return say("{least} to {most}", least=age(least), most=age(most))
    if least:
        return say("{least} and older", least=age(least))
    return None if most is None else say("up to {most}", most=age(most))


def phase(phases: list[str] | None) -> str | None:
    """Phases as one: ["phase1", "phase2"] is "phase 1/2"."""
    if not phases:
        return None
    if phases == ["early_phase1"]:
        return plain(phases[0])
    return say("phase {n}", n="/".join(one.removeprefix("phase") for one in phases))


def date(record: Mapping[str, Any], name: str) -> str | None:
    """A date of a trial's row as far as it is stated (2023-03), with whether it is an estimate.

    A text that is no date is given as the registry has it.
    """
    day: dt.date | None = record.get(name)
    stated: str | None
    if day is None:
        stated = record.get(f"{name}_text")
    else:
        stated = day.isoformat()[: {"year": 4, "month": 7}.get(record.get(f"{name}_precision", ""), 10)]
    kind = record.get(f"{name}_kind")
    return say("{day} (estimated)", day=stated) if stated and kind == "estimated" else stated


def stem(name: str) -> str:
    """The column that one beside it belongs to: of "completion_date_text" it is "completion_date"."""
    return _PARTS_OF_DATE.sub("", name).removeprefix("registry_")


def field(name: str) -> str:
    """What a column is about, in words: "completion_date_text" is "completion date"."""
    return say(stem(name).replace("_", " "))
