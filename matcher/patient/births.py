"""Birth years and dates, and the age on a day that follows from them."""

import datetime as dt
import re

from matcher.patient.age_patterns import DAYS_IN_YEAR
from matcher.patient.ages import OLDEST

_CUE = (
    r"(?:born(?: on| in)?|d\.?o\.?b\.?|y\.?o\.?b\.?|date of birth|year of birth|birth ?(?:date|year|day)|"
    r"geb(?:oren)?\.?"
    r"(?: am| im)?|geburts(?:datum|jahr|tag)|jahrgang|jg\.?|\*|nee?(?: en| le)?|(?:date|annee) de naissance|ddn|"
    r"nacid[ao](?: en| el)?|(?:fecha|ano) de nacimiento|nat[ao](?: nel| il| a \w+ (?:il|nel))?|classe|(?:data|"
    r"anno) di nascita|"
    r"nascid[ao](?: em| a)?|(?:data|ano) de nascimento|geboren(?: in| op)?|geboorte(?:datum|jaar))"
)
_MONTHS = (
    "jan|gen|ene", "fe[bv]", "mar|mrz|maa|mae", "a[pbv]r", "ma[iyjg]|mei", "jun|juin|giu", "jul|juil|lug", "aug|aou|"
    "ago",
    "sep|set|sett", "oct|okt|ott|out", "nov", "de[czs]|dic",
)  # fmt: skip
"""How months begin in seven languages, flat."""
_MONTH = re.compile("|".join(rf"(?P<m{number}>(?:{begin}))" for number, begin in enumerate(_MONTHS, start=1)))
_BORN = re.compile(
    rf"(?:(?<=\W)|^){_CUE} ?:? ?(?:"
    r"(?P<year>(?:19|20)\d\d)(?:[./-](?P<month>\d{1,2})[./-](?P<day>\d{1,2}))?(?![\d-])"
    r"|(?P<first>\d{1,2})[./-](?P<second>\d{1,2})[./-](?P<of>(?:19|20)?\d\d)(?!\d)"
    r"|(?P<date>\d{1,2})(?:st|nd|rd|th|er|\.|º|o)? (?:de |of )?(?P<name>[a-z]{3,10})\.?,? (?:de |del |"
    r"di )?(?P<in>(?:19|20)\d\d)"
    r"|(?P<name2>[a-z]{3,10})\.? (?P<date2>\d{1,2})(?:st|nd|rd|th)?,? (?P<in2>(?:19|20)\d\d)"
    r"|(?P<name3>[a-z]{3,10})\.? (?:de |of )?(?P<in3>(?:19|20)\d\d))"
)


def age_since(year: int, month: int | None, day: int | None, today: dt.date | None = None) -> float:
    """Age in years on a day, as exact as the date of birth: without a day it is a whole number.

    today: the reference day, by default the day it is. Raises ValueError when there is no such date. Negative when the
    date lies in the future.
    """
    born = dt.date(year, month or 7, day or 1)
    age = ((today or dt.datetime.now(dt.UTC).date()) - born).days / DAYS_IN_YEAR
    return round(age, 2) if day else float(age // 1)


def age_by_birth(lower: str, today: dt.date | None = None) -> float | None:
    """The age that follows from the first birth date or year in a text; None without one, or when it cannot be meant.

    lower: flat. Of 3/4/1961 the day comes first unless only the other order gives a date.
    """
    for match in _BORN.finditer(lower):
        try:
            age = age_since(*_date(match, today), today=today)
        except ValueError:
            continue
        if 0 <= age <= OLDEST:
            return age
    return None


def _date(match: re.Match[str], today: dt.date | None) -> tuple[int, int | None, int | None]:
    """Year, month and day; a year of two digits is the last one that lies not ahead."""
    if match["year"]:
        return int(match["year"]), _number(match["month"]), _number(match["day"])
    if match["first"]:
        day, month, year = int(match["first"]), int(match["second"]), int(match["of"])
        if year < 100:
            this_year = (today or dt.datetime.now(dt.UTC).date()).year
            year += this_year // 100 * 100 - (100 if year > this_year % 100 else 0)
        return (year, month, day) if month <= 12 else (year, day, month)
    name = match["name"] or match["name2"] or match["name3"]
    year = int(match["in"] or match["in2"] or match["in3"])
    begins = _MONTH.match(name)
    if begins is None or begins.lastgroup is None:
        raise ValueError(name)
    day_said = match["date"] or match["date2"]
    return year, int(begins.lastgroup[1:]), _number(day_said)


def _number(digits: str | None) -> int | None:
    return int(digits) if digits else None
