"""The records of many trials at once: one question a table, not one a trial and table."""

from collections.abc import Sequence
from typing import Any

import duckdb

from db.stated_status import STATED_STATUS

_LISTS = (
    "conditions", "keywords", "interventions", "locations", "identifiers", "sponsors", "mesh_terms", "contacts",
    "officials", "arms", "outcomes", "links", "references", "design_details", "eligibility",
)  # fmt: skip
"""Child tables whose rows become elements of a resource."""


def records(connection: duckdb.DuckDBPyConnection, trial_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of trials with their child rows as lists, in the order of the ids; an id that is unknown is left out."""
    told = f"SELECT trial_id, status_stale_reason FROM ({STATED_STATUS})"
    asked = "(SELECT unnest(?))"
    trials = _rows(
        connection, f"SELECT * FROM trials LEFT JOIN ({told}) USING (trial_id) WHERE trial_id IN {asked}", trial_ids
    )
    by_id = {str(row["trial_id"]): row for row in trials}
    there = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    for table in _LISTS:
        for row in by_id.values():
            row[table] = []
        if table not in there:  # a catalogue of an earlier version
            continue
        order = "" if table in ("eligibility", "design_details") else " ORDER BY trial_id, position"
        for row in _rows(connection, f'SELECT * FROM "{table}" WHERE trial_id IN {asked}{order}', trial_ids):
            by_id[row["trial_id"]][table].append(row)
    return [by_id[one] for one in trial_ids if one in by_id]


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, trial_ids: Sequence[str]) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, [list(trial_ids)])
    columns = [column[0] for column in cursor.description or []]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
