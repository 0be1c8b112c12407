"""What the command line says of a patient, read and checked."""

from calcitrials.errors import WRONG_USAGE, CommandError
from db.ages import DAYS_PER_UNIT, age_limit
from db.places import point_of
from matcher import Patient
from matcher.ranking.sites import Vicinity
from matcher.text.countries import is_country


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
