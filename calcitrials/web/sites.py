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
    """Sites by the index of a trial, and the kind of study."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, index_of: Mapping[str, int]) -> None:
        table = connection.cursor().sql(_ROWS).to_arrow_table()
        trial_ids = table["trial_id"].combine_chunks().dictionary_encode()
        indexes = np.array([index_of.get(one, -1) for one in trial_ids.dictionary.to_pylist()], dtype=np.int64)
        trials = indexes[trial_ids.indices.to_numpy()] if len(indexes) else np.empty(0, dtype=np.int64)
        order = np.argsort(trials, kind="stable")
        self._table = table.drop_columns(["trial_id"]).take(order).combine_chunks()
        self._first = np.searchsorted(trials[order], np.arange(len(index_of) + 1)).tolist()

        self.countries = lru_cache(maxsize=20_000)(self._countries)
        self._study_types = {
            index_of[trial_id]: study_type
            for trial_id, study_type in connection.cursor()
            .execute("SELECT trial_id, study_type FROM trials WHERE study_type IS NOT NULL")
            .fetchall()
            if trial_id in index_of
        }

    def study_types(self, trial_index: int) -> tuple[str, ...]:
        """The kind of study that a trial is, nothing where it does not say."""
        found = self._study_types.get(trial_index)
        return (found,) if found else ()

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

    def _countries(self, trial_index: int) -> tuple[str, ...]:
        """Countries with an open site, without repetitions."""
        start, end = self._first[trial_index : trial_index + 2]
        part = self._table.slice(start, end - start)
        rows = zip(part["country"].to_pylist(), part["status"].to_pylist(), strict=True)
        named = (canonical(country) or country for country, status in rows if country and not is_closed(status))
        return tuple(dict.fromkeys(named))


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
