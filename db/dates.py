"""Partial dates: a registry that says "2018-07" does not mean 1 July."""

import datetime as dt
import re
from functools import lru_cache

import msgspec

from db.vocabularies import Precision

EARLIEST_YEAR = 1900
"""No trial is older: 0018-05 is a slip of the pen for 2018-05, and no date."""

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_SPOKEN = tuple(
    re.compile(form + "$", re.I | re.A)
    for form in (
        # ISO, alone or with a time of day, whatever its fraction and zone
        r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?"
        r"\s*(?:Z|UTC|GMT|[+-]\d\d:?\d\d)?)?)?)?",
        r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)",
        r"(?P<year>\d{4})(?P<mark>[/.-])(?P<month>\d\d?)(?:(?P=mark)(?P<day>\d\d?))?",
        r"(?P<first>\d\d?)(?P<mark>[/.-])(?P<second>\d\d?)(?P=mark)(?P<year>\d{4})(?:\s+\d\d?:\d\d(?::\d\d)?)?",
        r"(?P<month>\d\d?)/(?P<year>\d{4})",
        rf"{_MONTH}[\s-]*(?P<day>\d\d?)(?:st|nd|rd|th)?(?:\s*,\s*|\s+)(?P<year>\d{{4}})",
        rf"(?P<day>\d\d?)(?:st|nd|rd|th|\.)?[\s-]*{_MONTH}[\s,-]*(?P<year>\d{{4}})",
        rf"{_MONTH}[\s,/-]*(?P<year>\d{{4}})",
    )
)


class PartialDate(msgspec.Struct, frozen=True, omit_defaults=True):
    """A date as far as the registry states it.

    text: the registry's own words.
    date: first possible day (2018-07 gives 2018-07-01), or None when the text is no date.
    precision: how much of ``date`` is stated; None together with ``date``.
    kind: "actual" or "estimated" where the registry says so.
    """

    text: str
    date: dt.date | None = None
    precision: Precision | None = None
    kind: str | None = None

    @property
    def last_day(self) -> dt.date | None:
        """Last possible day: 2018-07 gives 2018-07-31."""
        if self.date is None or self.precision is Precision.DAY:
            return self.date
        if self.precision is Precision.YEAR:
            return self.date.replace(month=12, day=31)
        following = (self.date.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
        return following - dt.timedelta(days=1)


@lru_cache(maxsize=65536)
def iso_partial_date(text: str, kind: str | None = None) -> PartialDate:
    """Read yyyy, yyyy-mm or yyyy-mm-dd (ClinicalTrials.gov data API, PartialDate).

    A text that is no such date (2018-13, "soon") is kept as text alone, so nothing is invented.
    """
    match = _ISO.match(text.strip())
    if match is None:
        return PartialDate(text, kind=kind)
    year, month, day = match.groups()
    if int(year) < EARLIEST_YEAR:
        return PartialDate(text, kind=kind)
    try:
        date = dt.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return PartialDate(text, kind=kind)
    precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
    return PartialDate(text, date, precision, kind)


@lru_cache(maxsize=65536)
def spoken_partial_date(text: str, kind: str | None = None, day_first: bool = True) -> PartialDate:
    """Read the date forms that registries and listing pages write, besides the ISO ones.

    "Mar 18, 2023", "18 January 2022", "Sept 2021", "21/09/2026", "09/2026", "20260921" and ISO times such as
    "2026-09-21T00:00:00.000Z", of which the stated day is kept whatever the zone. ``day_first`` settles 03/04/2026;
    a number above 12 settles it by itself. Anything else is kept as text alone.
    """
    stated = text.strip()
    match = next((found for form in _SPOKEN if (found := form.match(stated))), None)
    if match is None:
        return PartialDate(text, kind=kind)
    parts = match.groupdict()
    month, day = parts.get("month"), parts.get("day")
    if parts.get("name"):
        month = str(_MONTHS.index(parts["name"][:3].lower()) + 1)
    elif parts.get("first"):
        day, month = parts["first"], parts["second"]
        if int(month) > 12 or (not day_first and int(day) <= 12):
            day, month = month, day
    if int(parts["year"]) < EARLIEST_YEAR:
        return PartialDate(text, kind=kind)
    try:
        date = dt.date(int(parts["year"]), int(month or 1), int(day or 1))
    except ValueError:
        return PartialDate(text, kind=kind)
    precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
    return PartialDate(text, date, precision, kind)
