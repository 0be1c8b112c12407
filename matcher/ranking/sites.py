"""The nearest place where a trial can be joined: by the coordinates of its sites, else by their towns."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import duckdb
import msgspec
import pyarrow as pa

from db.countries import is_closed
from db.places import EARTH_RADIUS_KM, Point, town_at
from matcher.results import Match, Site

_OPEN_WORDS = ("recruiting", "open", "ongoing", "enrolling", "available")


class Vicinity(NamedTuple):
    """Where a patient is, and how far the nearest site may be, in km; None for any distance."""

    here: Point
    within_km: float | None = None


class Nearest(NamedTuple):
    """The nearest site that is not closed. all_known: whether the places of all sites are known, so that none is
    nearer.
    """

    site: Site
    all_known: bool

    @property
    def where(self) -> str:
        """The site as a person reads it."""
        return ", ".join(part for part in (self.site.facility, self.site.city, self.site.country) if part)


def within(nearest: Nearest | None, most_km: float) -> tuple[str, str]:
    """Whether the nearest site is near enough: met, not met, unknown, and why where it is not met or unknown."""
    if nearest is None:
        return "unknown", "No place of an open site is known."
    if nearest.site.distance_km <= most_km:
        return "met", ""
    if not nearest.all_known:
        return "unknown", "A nearer site may be among those whose place is not known."
    return "not met", f"The nearest site, {nearest.where}, is {nearest.site.distance_km:.0f} km away."


def with_site(match: Match, nearest: Nearest | None, most_km: float | None) -> Match:
    """A match with its nearest site, and whether that is near enough."""
    distance = "unknown" if most_km is None else within(nearest, most_km)[0]
    eligibility = msgspec.structs.replace(match.eligibility, distance=distance)
    site = nearest.site if nearest else None
    return msgspec.structs.replace(match, eligibility=eligibility, nearest_site=site)


_TOWNS = """
SELECT DISTINCT city, state, country FROM locations
WHERE (latitude IS NULL OR longitude IS NULL) AND city IS NOT NULL {which}"""
_STATUSES = "SELECT DISTINCT status FROM locations WHERE status IS NOT NULL {which}"
_NEAREST = """
WITH open_sites AS (
    SELECT l.trial_id, l.facility, l.city, l.country, l.status,
           coalesce(l.latitude, t.latitude) AS lat, coalesce(l.longitude, t.longitude) AS lon,
           CASE WHEN l.latitude IS NULL OR l.longitude IS NULL THEN 'town' ELSE 'site' END AS via
    FROM locations l LEFT JOIN towns_known t
         ON l.latitude IS NULL AND t.city = l.city AND t.state IS NOT DISTINCT FROM l.state
        AND t.country IS NOT DISTINCT FROM l.country
    WHERE NOT coalesce(list_contains($closed, l.status), false) {which}),
away AS (
    SELECT *, CASE WHEN lat IS NOT NULL AND lon IS NOT NULL THEN 2 * $radius * asin(least(1, sqrt(
        pow(sin(radians(lat - $lat) / 2), 2)
        + cos(radians($lat)) * cos(radians(lat)) * pow(sin(radians(lon - $lon) / 2), 2)))) END AS km FROM open_sites)
SELECT trial_id, arg_min(row(facility, city, country, via, status), km) AS site, min(km) AS km,
       bool_and(lat IS NOT NULL) AS all_known
FROM away GROUP BY trial_id HAVING min(km) IS NOT NULL
"""


def nearest_sites(
    connection: duckdb.DuckDBPyConnection, here: Point, trial_ids: Sequence[str] | None = None
) -> dict[str, Nearest]:
    """The nearest open site of each trial that has one of a known place, or of some trials.

    here: where the patient is. A site without coordinates is looked for by its town, which GeoNames may not know.
    """
    cursor = connection.cursor()
    which = "AND trial_id IN (SELECT unnest($ids))" if trial_ids is not None else ""
    ids = {"ids": list(trial_ids)} if trial_ids is not None else {}
    towns = cursor.execute(_TOWNS.format(which=which), ids).fetchall()
    placed = [(*town, point) for town in towns if (point := _town(*town)) is not None]
    statuses = [status for (status,) in cursor.execute(_STATUSES.format(which=which), ids).fetchall()]
    table = pa.table(
        {
            "city": pa.array([city for city, *_ in placed], pa.string()),
            "state": pa.array([state for _, state, _, _ in placed], pa.string()),
            "country": pa.array([country for _, _, country, _ in placed], pa.string()),
            "latitude": pa.array([point.latitude for *_, point in placed], pa.float64()),
            "longitude": pa.array([point.longitude for *_, point in placed], pa.float64()),
        }
    )
    cursor.register("towns_known", table)
    asked = {
        "closed": list(filter(is_closed, statuses)), "radius": EARTH_RADIUS_KM, "lat": here.latitude,
        "lon": here.longitude, **ids,
    }  # fmt: skip
    rows = cursor.execute(_NEAREST.format(which=which.replace("trial_id", "l.trial_id")), asked).fetchall()
    return {trial_id: _nearest(site, km, all_known) for trial_id, site, km, all_known in rows}


def _nearest(site: "tuple[str | None, ...]", km: float, all_known: bool) -> Nearest:
    facility, city, country, by, status = site
    said = (status or "").lower()
    is_open = (any(word in said for word in _OPEN_WORDS) and "not" not in said) if status else None
    return Nearest(Site(facility, city, country, round(km, 1), by or "", is_open), all_known)


@lru_cache(maxsize=100_000)
def _town(city: str, state: str | None, country: str | None) -> Point | None:
    """A site's town; a city whose country is not known may be anywhere."""
    return town_at(city, (country, state)) if country else None
