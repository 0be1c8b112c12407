"""Partial dates: a registry that says "2018-07" does not mean 1 July."""

import datetime as dt
import re
from functools import lru_cache

import msgspec

from db.vocabularies import Precision

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")


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
    try:
        date = dt.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return PartialDate(text, kind=kind)
    precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
    return PartialDate(text, date, precision, kind)
