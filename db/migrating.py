"""Carrying a catalogue of an older schema over to the present one, and reading it as it is.

What was written is never changed in place: the steps of db.migrations run in a copy, which takes the place of the
original by one rename when it is whole. A kill at any moment leaves the original as it was.
"""

import os
import re
from collections.abc import Callable
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import duckdb

from db import tables, views
from db.rows import insert
from db.saved_queries import View
from db.trial import sha256

SCHEMA_VERSION = 2
"""Number of the present schema: that of the last step in db.migrations."""
PROGRAM_VERSION = version("calcitrials")
_STEP = re.compile(r"(\d{4})_\w+\.sql")
_DRAFT = ".migrating"


class WrittenBy(NamedTuple):
    """Who wrote a catalogue. schema: None before its tables are made. program: None where no trace of it is left."""

    schema: int | None
    program: str | None

    def __str__(self) -> str:
        return f"calcitrials {self.program or 'of an unknown version'} (schema {self.schema})"


THIS_PROGRAM = WrittenBy(SCHEMA_VERSION, PROGRAM_VERSION)


def written_by(connection: duckdb.DuckDBPyConnection) -> WrittenBy:
    """Who wrote the opened catalogue: as it says itself, or its last crawl where it was written before it did."""
    schema = get_info(connection, "schema_version")
    program = get_info(connection, "calcitrials_version")
    if schema is not None and program is None:
        ((program,),) = connection.execute("SELECT arg_max(calcitrials_version, started_at) FROM crawls").fetchall()
    return WrittenBy(None if schema is None else int(schema), program)


def get_info(connection: duckdb.DuckDBPyConnection, key: str) -> str | None:
    """A fact about the opened catalogue, None where it tells none."""
    try:
        rows = connection.execute("SELECT value FROM catalogue_info WHERE key = ?", [key]).fetchall()
    except duckdb.CatalogException:
        return None
    return str(rows[0][0]) if rows else None


def set_info(connection: duckdb.DuckDBPyConnection, key: str, value: str) -> None:
    """Write a fact about the opened catalogue."""
    connection.execute("DELETE FROM catalogue_info WHERE key = ?", [key])
    insert(connection, "catalogue_info", {"key": key, "value": value})


def create_schema(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what is missing of the catalogue's tables and views, with their comments, and sign it."""
    scripts = sorted((path for path in files("db.schema").iterdir() if path.name.endswith(".sql")), key=str)
    statements = "\n".join([tables.CREATE, *(path.read_text(encoding="utf-8") for path in scripts), views.CREATE])
    signed = {
        "schema_version": str(SCHEMA_VERSION),
        "calcitrials_version": PROGRAM_VERSION,
        "schema_sha256": sha256(statements.encode()),
    }
    if all(get_info(connection, key) == value for key, value in signed.items()):
        return
    connection.begin()  # one write to the disk in place of one a statement
    connection.execute(statements)
    for key, value in signed.items():
        set_info(connection, key, value)
    connection.commit()


def steps() -> dict[int, str]:
    """The SQL of each step by the number of the schema that it leads to, in order."""
    found = {}
    for path in files("db.migrations").iterdir():
        if step := _STEP.fullmatch(path.name):
            found[int(step[1])] = path.read_text(encoding="utf-8")
    return dict(sorted(found.items()))


def migrate(source: Path, target: Path, opened: Callable[[Path], duckdb.DuckDBPyConnection]) -> None:
    """Write the older catalogue in ``source``, which is only read, as a new file of the present schema.

    opened: opens a database file for writing. What stands in target is replaced, once the new file is whole.
    """
    draft = target.with_name(target.name + _DRAFT)
    for leftover in target.parent.glob(f"{draft.name}*"):
        leftover.unlink()
    connection = opened(draft)
    try:
        name = connection.execute("SELECT current_database()").fetchall()[0][0]
        connection.execute(f"ATTACH '{_quoted(source)}' AS older (READ_ONLY)")
        connection.execute(f'COPY FROM DATABASE older TO "{name}"')
        connection.execute("DETACH older")
        reached = written_by(connection).schema or 0
        for number, script in steps().items():
            if number > reached:
                connection.begin()
                connection.execute(script)
                set_info(connection, "schema_version", str(number))
                connection.commit()
        create_schema(connection)
    finally:
        connection.close()
    sync(draft)
    draft.replace(target)


def complete_older(connection: duckdb.DuckDBPyConnection) -> None:
    """Add to a connection to an older snapshot what its schema did not have, empty: tables, columns and views.

    They are temporary and belong to this connection alone, not to its cursors; the snapshot stays as it is.
    """
    with duckdb.connect() as present:
        create_schema(present)
        wanted = _columns(present)
    there, ((snapshot,),) = _columns(connection), connection.execute("SELECT current_database()").fetchall()
    for table, columns in wanted.items():
        if table not in there:
            declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
            connection.execute(f'CREATE TEMP TABLE "{table}" ({declared})')
            continue
        missing = [(name, kind) for name, kind in columns.items() if name not in there[table]]
        added = "".join(f', {"[]" if kind.endswith("[]") else "NULL"}::{kind} AS "{name}"' for name, kind in missing)
        if missing:
            connection.execute(f'CREATE TEMP VIEW "{table}" AS SELECT *{added} FROM "{snapshot}".main."{table}"')
    if "search_unwritten" not in there:
        connection.execute("INSERT INTO search_unwritten SELECT trial_id FROM trials")
    for one in views.SAVED:
        connection.execute(one.definition("TEMP VIEW" if isinstance(one, View) else "TEMP MACRO"))


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Types of the columns of each table of the opened catalogue."""
    found: dict[str, dict[str, str]] = {}
    rows = connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() "
        "SEMI JOIN duckdb_tables() USING (database_name, table_name) "
        "WHERE database_name = current_database() AND schema_name = 'main' ORDER BY table_name, column_index"
    ).fetchall()
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind
    return found


def sync(path: Path) -> None:
    """Flush a file or folder to disk, so that a power cut cannot leave a link to an unwritten snapshot."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
