"""The age bands of the two EU registers, as age limits.

EU CTR and CTIS ask for bands instead of limits (Commission guidance on ages of paediatric subjects, ICH E11). A band
is wider than the protocol's own limits, which stand in the criteria text: it is safe to exclude by, never to
include by.
"""

from collections.abc import Iterable
from typing import NamedTuple

from db.ages import DAYS_PER_UNIT, AgeLimit

_YEAR, _MONTH, _DAY = (DAYS_PER_UNIT[unit] for unit in ("year", "month", "day"))


class AgeBand(NamedTuple):
    """An age band: first age and last stated age in days; ``last_days`` None where it has no upper end."""

    label: str
    first_days: float
    last_days: float | None
    unit_days: float = _YEAR

    def is_within(self, other: "AgeBand") -> bool:
        """Whether all ages of this band lie in the other one."""
        if self.first_days < other.first_days:
            return False
        return other.last_days is None or (
            self.last_days is not None and self.last_days + self.unit_days <= other.last_days + other.unit_days
        )


# Before birth the age that a trial states is the mother's: no upper end.
IN_UTERO = AgeBand("In utero", 0.0, None)
# Age of a preterm child is often corrected for gestation: up to the end of infancy.
PRETERM = AgeBand("Preterm newborn infants", 0.0, 23 * _MONTH, _MONTH)
NEWBORN = AgeBand("Newborns (0-27 days)", 0.0, 27.0, _DAY)
INFANT = AgeBand("Infants and toddlers (28 days-23 months)", 28.0, 23 * _MONTH, _MONTH)
CHILD = AgeBand("Children (2-11 years)", 2 * _YEAR, 11 * _YEAR)
ADOLESCENT = AgeBand("Adolescents (12-17 years)", 12 * _YEAR, 17 * _YEAR)
UNDER_18 = AgeBand("0-17 years", 0.0, 17 * _YEAR)
ADULT = AgeBand("18-64 years", 18 * _YEAR, 64 * _YEAR)
OVER_64 = AgeBand("65+ years", 65 * _YEAR, None)
FROM_65_TO_84 = AgeBand("65-84 years", 65 * _YEAR, 84 * _YEAR)
OVER_84 = AgeBand("85+ years", 85 * _YEAR, None)


def _end(band: AgeBand) -> float:
    return float("inf") if band.last_days is None else band.last_days


def limits(bands: Iterable[AgeBand]) -> tuple[AgeLimit | None, AgeLimit | None]:
    """Minimum and maximum age of a trial that admits these bands; a maximum without days has no upper end."""
    admitted = list(bands)
    if not admitted:
        return None, None
    first = min(admitted, key=lambda band: (band.first_days, -_end(band)))
    last = max(admitted, key=lambda band: (_end(band), band.first_days))
    return (
        AgeLimit(first.label, first.first_days, first.unit_days, is_band=True),
        AgeLimit(last.label, last.last_days, None if last.last_days is None else last.unit_days, is_band=True),
    )
