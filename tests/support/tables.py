"""The published catalogue as plain values, so that two states of it can be compared."""

from contextlib import closing
from pathlib import Path
from typing import Any

from db.catalogue import Catalogue
from db.words import INDEX_TABLES

Tables = dict[str, list[tuple[Any, ...]]]
NOT_CONTENT = ("crawls", "catalogue_info", *INDEX_TABLES)
"""Tables in which every crawl leaves a trace: its report, the time of publication, the numbers of a text index."""


def tables(catalog: Path, *, without: tuple[str, ...] = ()) -> Tables:
    """Every row of every table with content, sorted. without: columns left out, in whatever table."""
    with closing(Catalogue(catalog).connect()) as connection:
        names = [row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        found: Tables = {}
        for name in sorted(set(names) - set(NOT_CONTENT)):
            columns = [row[0] for row in connection.execute(f'DESCRIBE "{name}"').fetchall() if row[0] not in without]
            sql = f'SELECT {", ".join(columns)} FROM "{name}" ORDER BY ALL'
            found[name] = connection.execute(sql).fetchall()
    return found
