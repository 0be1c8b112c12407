"""One trial of the catalogue: found by any of its numbers, and everything that is known of it."""

from typing import Any

import duckdb

from calcitrials.errors import CommandError
from db.identifiers import normalise
from db.stated_status import STATED_STATUS
from db.tables import CHILD_TABLES
from db.vocabularies import OPEN_STATUSES


def find_trial(connection: duckdb.DuckDBPyConnection, text: str) -> str:
    """The trial_id of a trial named by its id, an alias, or another number that only one record states.

    Raises CommandError when there is none, or more than one.
    """
    wanted = text.strip()
    strong = normalise(wanted)
    names = list({wanted, wanted.upper(), *([strong.identifier, strong.key] if strong else [])})
    # of an EU CT number without the counter of resubmissions, every one of them
    counted = f"{strong.key}-" if strong and strong.scheme == "ctis" else None
    for sql in (
        "SELECT trial_id FROM trials WHERE trial_id IN (SELECT unnest($names))",
        "SELECT trial_id FROM aliases WHERE alias IN (SELECT unnest($names))",
        "SELECT trial_id FROM trials WHERE starts_with(trial_id, $counted)",
        "SELECT DISTINCT trial_id FROM identifiers WHERE identifier IN (SELECT unnest($names)) "
        "OR starts_with(identifier, $counted)",
    ):
        asked = {"names": names, "counted": counted}
        given = {name: value for name, value in asked.items() if f"${name}" in sql}
        found = [str(row[0]) for row in connection.execute(sql, given).fetchall()]
        if len(found) > 1:
            found = _one_study(connection, found)
        if len(found) == 1:
            return found[0]
        if found:
            raise CommandError(f"{wanted} is a number of several trials: {', '.join(sorted(found))}")
    raise CommandError(f"there is no trial {wanted} in this catalogue")


def _one_study(connection: duckdb.DuckDBPyConnection, trial_ids: list[str]) -> list[str]:
    """The head of these records where they are all of one study: a registry's own, before what others tell of it."""
    rows = connection.execute(
        "SELECT trial_id, study_id FROM trials WHERE trial_id IN (SELECT unnest($1)) "
        "ORDER BY registry = 'listing', via IS NOT NULL, missing_since IS NOT NULL, trial_id = study_id DESC, trial_id",
        [trial_ids],
    ).fetchall()
    return [rows[0][0]] if len({study or trial for trial, study in rows}) == 1 else trial_ids


def trial_record(connection: duckdb.DuckDBPyConnection, trial_id: str) -> dict[str, Any]:
    """A trial's row with its child rows as lists and whether its status is stale, empty fields left out.

    A catalogue of an earlier version may lack tables of today: nothing is known of what would stand in them.
    """
    record = _objects(connection, "SELECT * FROM trials WHERE trial_id = ?", trial_id)[0]
    if record["status"] in OPEN_STATUSES:  # of others it is not asked, which is much of the time of a page
        told = f"SELECT status_is_stale, status_stale_reason FROM ({STATED_STATUS}) WHERE trial_id = ?"
        record |= _objects(connection, told, trial_id)[0]
    there = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    for table in (one for one in CHILD_TABLES if one.field in there):
        order = " ORDER BY position" if table.is_list else ""
        sql = f"SELECT * EXCLUDE (trial_id) FROM {table.name} WHERE trial_id = ?{order}"
        rows = _objects(connection, sql, trial_id)
        for row in rows:
            row.pop("position", None)
        record[table.field] = rows
    return {name: value for name, value in record.items() if value not in (None, [], {})}


def _objects(connection: duckdb.DuckDBPyConnection, sql: str, trial_id: str) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, [trial_id])
    columns = [column[0] for column in cursor.description or []]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
