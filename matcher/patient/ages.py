"""Ages of the patient as a text states them: every quantity of time is looked at with what stands beside it.

A quantity is an age where something says so (old, d'âge, yo, a person before or behind it); beside what says that it is
an interval, a duration, or the age at which something happened, it is none.
"""

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from matcher.patient import age_patterns as says
from matcher.patient.age_patterns import DAYS_IN_YEAR
from matcher.text.sentences import flat

OLDEST = 120
_REACH = 70
"""Characters on either side of a quantity that are looked at."""
_WARM = 94
"""From here on a number with an F is rather a temperature."""
_DAYS_IN_MONTH = DAYS_IN_YEAR / 12
_SEXES = {"m": "male", "male": "male", "f": "female", "w": "female", "v": "female", "female": "female", "h": "male"}


class Sureness(IntEnum):
    """How surely a quantity is the age: by its place alone; said to be an age; said to be the one of now."""

    NONE = 0
    LIKELY = 1
    STATED = 2
    NOW = 3


class StatedAge(NamedTuple):
    """An age in years, how surely it is one, where it stands, and the sex that a letter beside it says."""

    years: float
    sureness: Sureness
    start: int
    end: int
    sex: str | None = None


def stated_ages(text: str) -> list[StatedAge]:
    """All ages of the patient that a text states, in order. Number words are to be in digits."""
    lower = flat(text).replace("’", "'")
    found = [age for match in says.QUANTITY.finditer(lower) if (age := _quantity(lower, match)) is not None]
    taken = {offset for age in found for offset in range(age.start, age.end)}
    found += [age for age in _bare_counts(text, lower) if taken.isdisjoint(range(age.start, age.end))]
    return sorted(found, key=lambda age: age.start)


def _quantity(lower: str, match: re.Match[str]) -> StatedAge | None:
    """The age that a quantity of time is, if it is one."""
    years = _years(match)
    start, end = match.span()
    before, behind = lower[max(0, start - _REACH) : start], lower[end : end + _REACH]
    if years > OLDEST or says.RANGE.search(before) or _is_anothers(before, behind):
        return None
    letter_behind = _letter_behind(match["unit"], behind)
    letter = letter_behind or _letter_before(match["unit"], before)
    sureness = _sureness(match["unit"], before, behind, letter is not None)
    if sureness is Sureness.NONE:
        return None
    end += letter_behind.end() if letter_behind is not None else 0
    return StatedAge(years, sureness, start, end, _sex(letter["sex"], match["unit"]) if letter is not None else None)


def _sex(letter: str, unit: str) -> str:
    """What a letter says beside a unit of years: v is vrouw in Dutch and varón in Spanish."""
    return "male" if letter == "v" and says.SAYS_H.match(unit) else _SEXES[letter]


def _letter_before(unit: str, before: str) -> re.Match[str] | None:
    letter = says.SEX_BEFORE.search(before)
    return letter if letter is not None and _says_a_sex(letter["sex"], unit) else None


def _says_a_sex(letter: str, unit: str) -> bool:
    """Whether a letter is a sex in the language of a unit of years."""
    if letter in "vh":
        return (says.SAYS_V if letter == "v" else says.SAYS_H).match(unit) is not None
    return True


def _letter_behind(unit: str, behind: str) -> re.Match[str] | None:
    old = says.OLD.match(behind)
    letter = None if says.WEEKS_OR_DAYS.match(unit) else says.SEX_BEHIND.match(behind, old.end() if old else 0)
    return letter if letter is not None and _says_a_sex(letter["sex"], unit) else None


def _years(match: re.Match[str]) -> float:
    per = _days_of(match["unit"], otherwise=DAYS_IN_YEAR)
    count = float(match["count"].replace(",", "."))
    days = (count - 1 if "lebens" in match["unit"] else count) * per  # in the 63rd year of life one is 62
    if match["half"] or match["half2"]:
        days += per / 2
    if match["twelfths"]:
        days += int(match["twelfths"]) * _DAYS_IN_MONTH
    if match["more"]:
        days += int(match["more"]) * _days_of(match["lesser"], otherwise=_DAYS_IN_MONTH)
    return days / DAYS_IN_YEAR


def _days_of(unit: str, otherwise: float) -> float:
    if says.PART_OF_A_YEAR.match(unit):
        return {"/12": _DAYS_IN_MONTH, "/52": 7.0, "/7": 1.0}[unit]
    return next((days for units, days in says.LENGTHS if units.match(unit)), otherwise)


def _sureness(unit: str, before: str, behind: str, with_letter: bool) -> Sureness:
    """How surely a quantity of time is the patient's age."""
    if says.NOW.search(before):
        return Sureness.NOW
    old = says.OLD.match(behind) is not None
    if not old and says.LASTING.match(behind):
        return Sureness.NONE
    person_before = says.PERSON_BEFORE.search(before) is not None
    person_behind = with_letter or says.PERSON_BEHIND.match(behind) is not None
    of_age = old or says.UNIT_OF_AGE.match(unit) is not None
    if not person_before:
        happened = says.EVENT.search(before) is not None and not (of_age and person_behind)
        if happened or _is_then(unit, before):
            return Sureness.NONE
    if of_age or person_behind:
        return Sureness.STATED
    weeks_or_days = says.WEEKS_OR_DAYS.match(unit) or says.PART_OF_A_YEAR.match(unit)
    if weeks_or_days and not says.INFANT_BEFORE.search(before):
        return Sureness.NONE
    introduced = (
        says.INFANT_RIGHT_BEFORE,
        says.AGED_BEFORE,
        says.TITLE_BEFORE,
        says.TITLE_RIGHT_BEFORE,
        says.IS_BEFORE,
        says.MY_KIN_BEFORE,
    )
    if person_before or any(words.search(before) for words in introduced):
        return Sureness.STATED
    if says.FIRST.search(before) and says.ALONE_BEHIND.match(behind):
        return Sureness.LIKELY
    alone = before.rstrip(" ")[-1:] in (",", ";", ".", "\n") and behind[:1] in (",", ";", ".", "\n", "")
    return Sureness.LIKELY if alone and unit in ("y", "yrs", "yr") else Sureness.NONE


def _is_then(unit: str, before: str) -> bool:
    """Whether a quantity says when something happened, or for how long."""
    if says.THEN.search(before) or (says.ROMANCE.match(unit) and says.AT_IN_ROMANCE.search(before)):
        return True
    return says.PORTUGUESE.match(unit) is not None and says.AGO_IN_PORTUGUESE.search(before) is not None


def _is_anothers(before: str, behind: str) -> bool:
    """Whether a quantity is the age of a relative, not of the patient."""
    if says.ANOTHERS_KIN_BEFORE.search(before):
        return True
    return says.KIN_BEHIND.match(behind) is not None and says.ANOTHERS_BEFORE.search(before) is not None


def _bare_counts(text: str, lower: str) -> Iterator[StatedAge]:
    """Ages without a unit: 54M, F/46, aged 9, now 58, Mr Jones, 71."""
    for pattern in says.BARE_COUNTS:
        for match in pattern.finditer(lower):
            parts = match.groupdict()
            capital, letter = parts.get("capital"), parts.get("capital") or parts.get("sex") or ""
            years = float(match["count"])
            if capital and not (text[match.start("capital")].isupper() and years <= _WARM):
                continue
            if len(letter) == 1 and says.NO_SEX_BEHIND.match(lower, match.end()):
                continue
            if not 0 < years <= OLDEST or says.UNIT_BEHIND.match(lower, match.end("count")):
                continue
            sureness = _sureness_of_bare(lower, match.start(), match.start("count"))
            if sureness is not Sureness.NONE:
                beside = says.SEX_BEFORE.search(lower[max(0, match.start() - _REACH) : match.start()])
                beside = beside or says.SEX_BEHIND.match(lower, match.end())
                letter = letter or (beside["sex"] if beside is not None and beside["sex"] in "mfw" else "")
                yield StatedAge(years, sureness, match.start(), match.end(), _SEXES.get(letter))


def _sureness_of_bare(lower: str, start: int, count: int) -> Sureness:
    """How surely a number without a unit is an age. start: where the words around it begin."""
    before, earlier = lower[max(0, count - _REACH) : count], lower[max(0, start - _REACH) : start]
    if says.RANGE.search(before) or says.ANOTHERS_KIN_BEFORE.search(before):
        return Sureness.NONE
    if says.NOW.search(before):
        return Sureness.NOW
    if says.AGED_THEN.search(lower[max(0, start - _REACH) : count]):
        return Sureness.NONE
    then = any(words.search(side) for words in (says.THEN, says.EVENT) for side in (before, earlier))
    return Sureness.NONE if then else Sureness.STATED
