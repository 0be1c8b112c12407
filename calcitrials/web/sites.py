"""The sites of all trials, in memory by trial, with what can be told of each: open or not, and how far away."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import duckdb
import msgspec
import numpy as np

from db.countries import canonical, is_closed
from db.places import Point, distance_km, town_at

_ROWS = """
SELECT trial_id, country, state, city, facility, status, latitude, longitude FROM locations ORDER BY trial_id, position
"""


class Site(msgspec.Struct, frozen=True, gc=False):
    """A site, or a country alone. is_open: nothing says that nobody can join there. distance_km: from the patient."""

    country: str | None
    state: str | None
    city: str | None
    facility: str | None
    status: str | None
    latitude: float | None
    longitude: float | None
    is_open: bool
    distance_km: float | None = None


class Sites:
    """Sites by the index of a trial."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, index_of: Mapping[str, int]) -> None:
        table = connection.cursor().sql(_ROWS).to_arrow_table()
        trial_ids = table["trial_id"].combine_chunks().dictionary_encode()
        indexes = np.array([index_of.get(one, -1) for one in trial_ids.dictionary.to_pylist()], dtype=np.int64)
        trials = indexes[trial_ids.indices.to_numpy()] if len(indexes) else np.empty(0, dtype=np.int64)
        order = np.argsort(trials, kind="stable")
        self._table = table.drop_columns(["trial_id"]).take(order).combine_chunks()
        self._first = np.searchsorted(trials[order], np.arange(len(index_of) + 1)).tolist()

    def of(self, trial_index: int, near: Point | None = None) -> Iterator[Site]:
        """Sites of a trial in the registry's order. near: where the patient is."""
        start, end = self._first[trial_index : trial_index + 2]
        for row in self._table.slice(start, end - start).to_pylist():
            name = row["country"]
            country = (canonical(name) or name) if name else None
            where = _point(row) if near else None
            distance = distance_km(near, where) if near and where else None
            row["country"] = country
            yield Site(**row, is_open=not is_closed(row["status"]), distance_km=distance)


def _point(row: Mapping[str, Any]) -> Point | None:
    """Where a site is: by its coordinates, else by its town."""
    if row["latitude"] is not None and row["longitude"] is not None:
        return Point(row["latitude"], row["longitude"])
    return _town(row["city"], row["state"], row["country"]) if row["city"] and row["country"] else None


@lru_cache(maxsize=100_000)
def _town(city: str, state: str | None, country: str) -> Point | None:
    return town_at(city, (country, state))


def nearest(sites: Iterator[Site]) -> Site | None:
    """The open site that is nearest to the patient, as far as sites say where they are."""
    placed = [site for site in sites if site.is_open and site.distance_km is not None]
    return min(placed, key=lambda site: site.distance_km or 0.0, default=None)
