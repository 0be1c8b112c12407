"""A published catalogue multiplied: each trial again and again, with ids of its own, by SQL alone."""

from pathlib import Path

import duckdb

from db.catalogue import SNAPSHOT_ROW_GROUP, STORAGE_VERSION

NCT_BASE, NCT_STEP = 10_000_000, 20_000
"""Numbers of the copies begin behind those of the trials that there are. A step holds all of a source of 18,914."""
NAME = "catalog-20000101T000000000000Z.duckdb"


def multiply(source: str, folder: str, copies: str) -> None:
    """Write a catalogue folder of every trial of a snapshot so many times, as one publication leaves it."""
    root, times = Path(folder), int(copies)
    (root / "snapshots").mkdir(parents=True)
    target = root / "snapshots" / NAME
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = '2GB'")
        connection.execute(f"ATTACH '{source}' AS source (READ_ONLY)")
        options = f"STORAGE_VERSION '{STORAGE_VERSION}', ROW_GROUP_SIZE {SNAPSHOT_ROW_GROUP}"
        connection.execute(f"ATTACH '{target}' AS target ({options})")
        connection.execute("COPY FROM DATABASE source TO target (SCHEMA)")
        connection.execute(
            "CREATE TEMP TABLE numbers AS SELECT trial_id, row_number() OVER (ORDER BY trial_id) AS number "
            "FROM source.trials"
        )
        tables = connection.execute(
            "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
            "SEMI JOIN duckdb_tables() USING (database_oid, table_oid) "
            "WHERE database_name = 'source' AND NOT internal GROUP BY table_name ORDER BY table_name"
        ).fetchall()
        for name, columns in tables:
            if "trial_id" not in columns or name == "rejects":
                connection.execute(f'INSERT INTO target."{name}" SELECT * FROM source."{name}"')
                continue
            for copy in range(times):
                chosen = ", ".join(_column(name, column, copy) for column in columns)
                connection.execute(
                    f'INSERT INTO target."{name}" SELECT {chosen} FROM source."{name}" t JOIN numbers USING (trial_id) '
                    "ORDER BY t.rowid"
                )
    (root / "current.duckdb").symlink_to(target.relative_to(root))


def _column(table: str, column: str, copy: int) -> str:
    """What stands in a column of a copy. 0 is the trial itself."""
    if copy == 0:
        return "trial_id" if column == "trial_id" else f't."{column}"'
    new = (
        f"CASE WHEN trial_id LIKE 'NCT%' THEN printf('NCT%08d', {NCT_BASE + copy * NCT_STEP} + number) "
        f"ELSE trial_id || '-{copy}' END"
    )
    changed = {
        "trial_id": new,
        "study_id": f"CASE WHEN t.study_id = trial_id THEN {new} ELSE t.study_id || '-{copy}' END",
        "url": f"replace(t.url, trial_id, {new})",
        "identifier": f"t.identifier || '-{copy}'",
    }
    return changed.get(column, f't."{column}"')
