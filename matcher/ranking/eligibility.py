"""A trial's stated limits against what is known of the patient. Never says that somebody is eligible."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from db.countries import is_met
from matcher.results import Eligibility, Patient
from matcher.trials.facts import Facts
from matcher.trials.index import Flags, TrialIndex

_DAYS_IN_YEAR = 365.25
_DAYS_IN_MONTH = _DAYS_IN_YEAR / 12
GROWN_UP_DAYS, _CHILDHOOD_UNTIL_DAYS = round(18 * _DAYS_IN_YEAR), round(19 * _DAYS_IN_YEAR)
"""A trial for people of 18 years at most is one for children, though an adult may be of that age."""
_NOBODY = Patient()
_NOTHING_KNOWN = Eligibility("unknown", "unknown", "unknown", "unknown")


def _from(days: float) -> str:
    """The age with which a day of life begins."""
    return f"{days / _DAYS_IN_YEAR:.0f} years" if days >= 2 * _DAYS_IN_YEAR - 1 else _months_or_days(days)


def _up_to(days: float) -> str:
    """The last age that lies before a day of life: who is 60 is so until the 61st birthday."""
    years = round(days / _DAYS_IN_YEAR) - 1
    return f"{years} years" if years >= 2 else _months_or_days(days, last=True)


def _months_or_days(days: float, last: bool = False) -> str:
    months = round(days / _DAYS_IN_MONTH) - last
    return f"{months} months" if months >= 2 else f"{days - last:.0f} days"


def check(facts: Facts, patient: Patient, countries: frozenset[str] | None) -> tuple[Eligibility, str | None]:
    """Verdict, and the reason when a stated limit excludes the patient. countries: where it can be joined."""
    if patient == _NOBODY:
        return _NOTHING_KNOWN, None
    if patient.age_years is None:
        age, reason = _stage(facts, patient.life_stage)
    else:
        age, reason = _ages(facts, (patient.age_years, *patient.other_ages))
    sex = "unknown"
    admitted = facts.sex
    if patient.sex in ("female", "male"):
        if admitted == "all" or admitted == patient.sex:
            sex = "met"
        elif admitted in ("female", "male"):
            sex = "not met"
            reason = reason or f"The trial takes {admitted} participants only."
    country = "unknown"
    if patient.country and countries:
        country = is_met(patient.country, countries)
    if reason is not None:
        verdict = "excluded"
    elif "met" in (age, sex):
        verdict = "possible"
    else:
        verdict = "unknown"
    return Eligibility(verdict, age, sex, country), reason


class Stated(NamedTuple):
    """A trial's limits as a person reads them."""

    age: str
    sex: str


def stated_limits(facts: Facts) -> Stated:
    """The limits that a record states."""
    low, until = facts.min_age_days, facts.max_age_until_days
    parts = [f"from {_from(low)}" if low else "", f"up to {_up_to(until)}" if until is not None else ""]
    bands = " (age bands)" if facts.ages_are_bands else ""
    age = " ".join(filter(None, parts)) or "any age"
    return Stated(f"{age}{bands}", {"female": "women", "male": "men"}.get(facts.sex or "", "all"))


class Limits:
    """The stated limits of all trials of a catalogue, to rule out at once what `check` rules out one by one."""

    def __init__(self, catalogue: TrialIndex) -> None:
        self._catalogue = catalogue
        self._size = len(catalogue.facts)

    def of_status(self, wanted: Collection[str]) -> Flags:
        """For each trial whether its status is one of these, whatever it is where none is wanted."""
        if not wanted:
            return np.ones(self._size, np.bool_)
        is_wanted: Flags = np.array([status in wanted for status in self._catalogue.statuses], np.bool_)
        return is_wanted[self._catalogue.status_codes]

    def excluding(self, patient: Patient) -> Flags:
        """For each trial whether a stated limit excludes the patient."""
        excluded = np.zeros(self._size, np.bool_)
        if patient.age_years is not None:
            excluded |= self._out_of_age(patient.age_years)
            for age_years in patient.other_ages:
                excluded &= self._out_of_age(age_years)
        elif patient.life_stage == "adult":
            excluded |= self._catalogue.max_age_until_days <= _CHILDHOOD_UNTIL_DAYS
        elif patient.life_stage == "child":
            excluded |= self._catalogue.min_age_days >= GROWN_UP_DAYS
        if patient.sex in ("female", "male"):
            other = "male" if patient.sex == "female" else "female"
            excluded |= np.array([sex == other for sex in self._catalogue.sexes], np.bool_)[self._catalogue.sex_codes]
        return excluded

    def _out_of_age(self, age_years: float) -> Flags:
        low_end, high_end = stated_days(age_years)
        starts_days, ends_days = self._catalogue.min_age_days, self._catalogue.max_age_until_days  # NaN excludes nobody
        return (high_end <= starts_days) & (starts_days > low_end) | (low_end >= ends_days)


def stated_days(age_years: float) -> tuple[float, float]:
    """The days of life that a stated age covers, from and before: a whole number of years the year that follows it."""
    low_end = round(age_years * _DAYS_IN_YEAR, 6)
    return low_end, low_end + (_DAYS_IN_YEAR if float(age_years).is_integer() else 0.0)


def stated_age(age_years: float) -> str:
    """An age as a person says it."""
    return f"{age_years:g} years" if age_years >= 2 else f"{age_years * 12:.0f} months"


def is_within(low_days: float | None, until_days: float | None, age_years: float) -> bool | None:
    """Whether a stated age is from one day of life on and before another one; None where that depends on the day."""
    low = -np.inf if low_days is None else low_days
    until = np.inf if until_days is None else until_days
    low_end, high_end = stated_days(age_years)
    if (high_end <= low and low_end < low) or low_end >= until:
        return False
    return True if low_end >= low and high_end <= until else None


def _stage(facts: Facts, life_stage: str | None) -> tuple[str, str | None]:
    """The same where all that is known is whether the patient is grown up: only what is clear rules out."""
    low, until = facts.min_age_days, facts.max_age_until_days
    if life_stage == "adult" and until is not None and until <= _CHILDHOOD_UNTIL_DAYS:
        return "not met", f"The patient is an adult; the trial takes people up to {_up_to(until)}."
    if life_stage == "child" and low is not None and low >= GROWN_UP_DAYS:
        return "not met", f"The patient is a child; the trial takes people from {_from(low)} on."
    return "unknown", None


def _ages(facts: Facts, ages: tuple[float, ...]) -> tuple[str, str | None]:
    """What all of the ages say that a text states; where they differ in it nothing is known."""
    found = [_age(facts, age) for age in ages]
    return found[0] if len({age for age, _ in found}) == 1 else ("unknown", None)


def _age(facts: Facts, age_years: float) -> tuple[str, str | None]:
    low, until = facts.min_age_days, facts.max_age_until_days
    if low is None and until is None:
        return "unknown", None
    within = is_within(low, until, age_years)
    if within is not False:
        return ("met" if within and not facts.ages_are_bands else "unknown"), None
    stated = stated_age(age_years)
    if until is not None and stated_days(age_years)[0] >= until:
        return "not met", f"The patient is {stated} old; the trial takes people up to {_up_to(until)}."
    return "not met", f"The patient is {stated} old; the trial takes people from {_from(low or 0)} on."
