"""The records of many trials at once: one question a table, not one a trial and table."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import msgspec

from db.stated_status import STATED_STATUS
from db.vocabularies import OPEN_STATUSES

_LISTS = (
    "conditions", "keywords", "interventions", "locations", "identifiers", "sponsors", "mesh_terms", "contacts",
    "officials", "arms", "outcomes", "links", "references", "design_details", "eligibility",
)  # fmt: skip
"""Child tables whose rows become elements of a resource."""

KEPT = 1_000
"""Resources that are kept as JSON, some 10 kB each: reading twenty trials takes a tenth of a second."""

Shape = Callable[[dict[str, Any]], dict[str, Any]]


class Resources:
    """The resources of a snapshot's trials, kept when they were made once. They tell what holds today."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._kept: dict[tuple[str, Shape, dt.date], bytes] = {}

    def of(self, trial_ids: Sequence[str], shape: Shape) -> dict[str, dict[str, Any]]:
        """Resources of trials by their ids, in the same order; an id that is unknown is left out."""
        today = dt.date.today()
        found = {one: self._kept.get((one, shape, today)) for one in trial_ids}
        missing = [one for one, known in found.items() if known is None]
        for record in records(self._connection.cursor(), missing) if missing else ():
            trial_id = record["trial_id"]
            found[trial_id] = self._kept[trial_id, shape, today] = msgspec.json.encode(shape(record))
        while len(self._kept) > KEPT:
            self._kept.pop(next(iter(self._kept)), None)
        return {one: msgspec.json.decode(known) for one, known in found.items() if known is not None}


def records(connection: duckdb.DuckDBPyConnection, trial_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of trials with their child rows as lists, in the order of the ids; an id that is unknown is left out."""
    asked = "(SELECT unnest(?))"
    trials = _rows(connection, f"SELECT * FROM trials WHERE trial_id IN {asked}", trial_ids)
    by_id: dict[str, dict[str, Any]] = {row["trial_id"]: {**row, "status_stale_reason": None} for row in trials}
    if stands_open := [one for one, row in by_id.items() if row["status"] in OPEN_STATUSES]:
        told = f"SELECT trial_id, status_stale_reason FROM ({STATED_STATUS}) WHERE trial_id IN {asked}"
        for row in _rows(connection, told, stands_open):
            by_id[row["trial_id"]] |= row
    there = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    for table in _LISTS:
        for row in by_id.values():
            row[table] = []
        if table not in there:  # a catalogue of an earlier version
            continue
        order = "" if table in ("eligibility", "design_details") else " ORDER BY trial_id, position"
        columns = "* EXCLUDE (criteria)" if table == "eligibility" else "*"  # its items say the same
        for row in _rows(connection, f'SELECT {columns} FROM "{table}" WHERE trial_id IN {asked}{order}', trial_ids):
            by_id[row["trial_id"]][table].append(row)
    return [by_id[one] for one in trial_ids if one in by_id]


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, trial_ids: Sequence[str]) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, [list(trial_ids)])
    columns = [column[0] for column in cursor.description or []]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
