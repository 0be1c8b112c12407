"""Single rows into tables, by the names of their columns."""

from collections.abc import Mapping

import duckdb


def insert(connection: duckdb.DuckDBPyConnection, table: str, values: Mapping[str, object]) -> None:
    """Insert one row: a value for each column named."""
    names, marks = ", ".join(values), ", ".join(f"${name}" for name in values)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", dict(values))
