"""What the command line and the lines of a batch say of a patient, read and checked."""

from collections.abc import Mapping
from typing import Any

import msgspec

from calcitrials.errors import WRONG_USAGE, CommandError
from db.ages import DAYS_PER_UNIT, age_limit
from db.places import point_of
from matcher import Patient
from matcher.ranking.sites import Vicinity
from matcher.text.countries import is_country

BATCH_FIELDS = ("age", "age_years", "sex", "gender", "country", "life_stage", "other_ages")
"""Fields of "patient" in a line of a batch. age: as --age, or a number of years; gender: another name of sex, as FHIR
has it, whose "other" and "unknown" say nothing of the limits of a trial. The last two are those of an answer."""
OLDEST_YEARS = 150.0
LIFE_STAGES = ("adult", "child")


def patient_of(age: str | None, sex: str | None, country: str | None) -> Patient | None:
    """A patient from the options --age, --sex and --country; None when none is given.

    age: a number of years, or a number with a unit (45y, 18m, 6w, 10d). Raises CommandError.
    """
    if age is None and sex is None and country is None:
        return None
    return Patient(age_years=_years(age), sex=_sex(sex), country=_country(country))


def place_of(near: str | None, within: float | None) -> Vicinity | None:
    """Where --near says the patient is (a town, or latitude and longitude), and --within how far a site may be. Raises
    CommandError.
    """
    if near is None:
        if within is not None:
            raise CommandError("--within needs --near, from where it counts", WRONG_USAGE)
        return None
    found = point_of(near)
    if found is None:
        raise CommandError(
            f"{near!r} is no town of 5,000 people or more that is known: write a larger one near by, or 'LAT,LON'",
            WRONG_USAGE,
        )
    return Vicinity(found, within)


def patient_of_fields(fields: Mapping[str, Any]) -> Patient:
    """A patient from "patient" in a line of a batch. Raises CommandError for an unknown field or a value of none."""
    if unknown := [name for name in fields if name not in BATCH_FIELDS]:
        names = ", ".join(repr(name[:50]) for name in unknown[:5])
        raise CommandError(f"unknown in a patient: {names}; known are {', '.join(BATCH_FIELDS)}", WRONG_USAGE)
    given = {name: value for name, value in fields.items() if value is not None}
    for one, other in (("age", "age_years"), ("sex", "gender")):
        if one in given and other in given:
            raise CommandError(f"a patient has {one} or {other}, not both", WRONG_USAGE)
    age = given.get("age")
    gender = str(given.get("gender", "unknown"))
    country = given.get("country")
    life_stage = given.get("life_stage")
    if life_stage not in (None, *LIFE_STAGES):
        raise CommandError(f"life_stage is {' or '.join(LIFE_STAGES)}", WRONG_USAGE)
    return Patient(
        age_years=_years(age) if isinstance(age, str) else _number(*_stated_age(given)),
        sex=_sex(str(given["sex"])) if "sex" in given else None if gender in ("other", "unknown") else _sex(gender),
        country=None if country is None else _country(str(country)),
        life_stage=life_stage,
        other_ages=tuple(_number("other_ages", age) or 0.0 for age in _listed(given.get("other_ages"))),
    )


def _stated_age(given: Mapping[str, Any]) -> tuple[str, Any]:
    name = "age_years" if "age_years" in given else "age"
    return name, given.get(name)


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list | None):
        raise CommandError("other_ages is a list of years", WRONG_USAGE)
    return value or []


def _number(name: str, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= OLDEST_YEARS:
        what = msgspec.json.encode(value).decode()[:50]
        raise CommandError(f"{name}: {what} is no number of years from 0 to {OLDEST_YEARS:g}", WRONG_USAGE)
    return float(value)


def _years(age: str | None) -> float | None:
    if age is None:
        return None
    days = age_limit(age if not age.strip().replace(".", "", 1).isdigit() else f"{age.strip()} years").days
    if days is None:
        raise CommandError(f"{age!r} is not an age: write 45y, 18m, 6w or 10d", WRONG_USAGE)
    return days / DAYS_PER_UNIT["year"]


def _country(country: str | None) -> str | None:
    if country is not None and not is_country(country):
        raise CommandError(f"{country!r} is no country: write its name or its code of two letters", WRONG_USAGE)
    return country


def _sex(sex: str | None) -> str | None:
    if sex is None:
        return None
    known = {"f": "female", "female": "female", "m": "male", "male": "male"}
    if sex.strip().lower() not in known:
        raise CommandError(f"{sex!r} is not a sex the registries tell apart: write female or male", WRONG_USAGE)
    return known[sex.strip().lower()]
