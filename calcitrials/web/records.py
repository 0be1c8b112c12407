"""What a snapshot says of its trials, kept as it has been read once: nothing of it depends on who asks."""

import datetime as dt
from functools import cached_property, lru_cache
from typing import Any

import duckdb
import msgspec
import numpy as np

from calcitrials.matching import like
from calcitrials.trial_view import TrialView, trial_view
from calcitrials.trial_view.words import spoken
from calcitrials.web.language import Language
from db.tables import CHILD_TABLES
from matcher import Matcher

KEPT = 1_000
"""Trials of which what was read is kept: some 20 kB each, and reading one takes some 20 ms."""

_SPONSORS = """
SELECT name, count(DISTINCT trial_id) AS trials, count(DISTINCT trial_id) FILTER (role = 'lead') AS led
FROM sponsors WHERE contains(lower(strip_accents(name)), lower(strip_accents($1)))
GROUP BY name ORDER BY trials DESC, name LIMIT 1000
"""


class Records:
    """The trials of one snapshot as a person reads them, and the trials like each."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, matcher: Matcher, index_of: dict[str, int]) -> None:
        self._connection = connection
        self._matcher = matcher
        self._index_of = index_of
        self._fields, self._filled = _filled(connection, index_of)
        self._view = lru_cache(maxsize=KEPT)(self._read)
        self.similar = lru_cache(maxsize=KEPT)(self._similar)

    def tables(self, trial_id: str) -> list[str]:
        """The child tables that hold rows of a trial, by their fields."""
        filled = self._filled[:, self._index_of[trial_id]].tolist()
        return [field for field, is_filled in zip(self._fields, filled, strict=True) if is_filled]

    def view(self, trial_id: str, language: Language) -> TrialView:
        """A trial as a person reads it today; tomorrow its status may be stale."""
        return self._view(trial_id, language, dt.date.today())

    @cached_property
    def all_sponsors(self) -> list[tuple[str, int, int]]:
        """The sponsors with the most trials."""
        return self.sponsors("")

    def sponsors(self, named: str) -> list[tuple[str, int, int]]:
        """Sponsors with a part of their name, how many trials each has and how many it leads; the largest first."""
        return self._connection.cursor().execute(_SPONSORS, [named]).fetchall()

    def _read(self, trial_id: str, language: Language, _: dt.date) -> TrialView:
        with spoken(language.spoken):
            return trial_view(self._connection.cursor(), trial_id, self.tables(trial_id))

    def _similar(self, trial_id: str, limit: int) -> tuple[dict[str, Any], ...]:
        """Trials like one trial, other records of the same study left out."""
        found = like(self._matcher, self._connection.cursor(), trial_id, limit)
        return tuple(msgspec.to_builtins(match) for match in found)


def _filled(
    connection: duckdb.DuckDBPyConnection, index_of: dict[str, int]
) -> tuple[list[str], np.ndarray[tuple[int, int], np.dtype[np.bool_]]]:
    """The child tables of a catalogue by their fields, and for each of them which trials may have rows there: a trial
    fills a third of some thirty, and each that need not be asked saves a millisecond. A table of more rows than there
    are trials is taken to have some of each.
    """
    sizes = dict(connection.cursor().execute("SELECT table_name, estimated_size FROM duckdb_tables()").fetchall())
    tables = [table for table in CHILD_TABLES if table.field in sizes]
    filled = np.ones((len(tables), len(index_of)), np.bool_)
    for row, table in zip(filled, tables, strict=True):
        if sizes[table.field] < len(index_of):
            ids = connection.cursor().execute(f"SELECT DISTINCT trial_id FROM {table.name}").fetchall()
            row[:] = False
            row[[index_of[trial_id] for (trial_id,) in ids if trial_id in index_of]] = True
    return [table.field for table in tables], filled
