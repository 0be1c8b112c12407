"""Age limits in days, beside the registry's own words."""

import re
from functools import lru_cache

import msgspec

DAYS_PER_UNIT = {
    "year": 365.25,
    "month": 30.4375,
    "week": 7.0,
    "day": 1.0,
    "hour": 1 / 24,
    "minute": 1 / 1440,
}

_AGE = re.compile(r"(\d+(?:\.\d+)?)\s*(year|yr|month|week|day|hour|minute|[ymwdh])(?:s|\(s\))?\.?(?:\s+old)?$", re.I)
_SHORT = {"y": "year", "yr": "year", "m": "month", "w": "week", "d": "day", "h": "hour"}


class AgeLimit(msgspec.Struct, frozen=True, omit_defaults=True):
    """An age limit.

    text: the registry's own words ("6 Months"); a text without a number ("N/A") means no limit.
    days: the limit in days (year 365.25, month 30.4375), None when the text states no number.
    unit_days: length of the stated unit. "Maximum 17 Years" includes the patient up to the 18th
        birthday: compare ages with ``< days + unit_days``.
    is_band: the limit is that of a coarse age band (CTIS, EU CTR), wider than the truth: safe to
        exclude by, never to include by.
    """

    text: str
    days: float | None = None
    unit_days: float | None = None
    is_band: bool = False


@lru_cache(maxsize=4096)
def age_limit(text: str, is_band: bool = False) -> AgeLimit:
    """Read "18 Years", "6 months", "18Y" or "2 Days"; anything else is kept as text without a limit."""
    match = _AGE.match(text.strip())
    if match is None:
        return AgeLimit(text, is_band=is_band)
    unit = match[2].lower()
    unit_days = DAYS_PER_UNIT[_SHORT.get(unit, unit)]
    return AgeLimit(text, float(match[1]) * unit_days, unit_days, is_band)
