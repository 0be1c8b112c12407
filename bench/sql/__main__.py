"""How long an analyst waits: questions of docs/questions over a catalogue, some beside the same in SQLite with indices.

    python -m bench.sql CATALOG [--runs 5] [--no-sqlite]

By hand. Medians of the clock in milliseconds, read to the last row, after one run that is not counted.
"""

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from db.catalogue import Catalogue

QUESTIONS = Path(__file__).parents[2] / "docs" / "questions"
COPIED = {
    "trials": "trial_id, study_id, registry, status, study_type, phase::VARCHAR AS phase, enrollment, sex, "
    "healthy_volunteers, allocation, masking, primary_purpose, start_date::VARCHAR AS start_date, "
    "first_posted_date::VARCHAR AS first_posted_date, brief_title",
    "sponsors": "trial_id, name, role, agency_class",
    "locations": "trial_id, position, country, city, state, facility, status",
    "interventions": "trial_id, position, name, type",
    "outcomes": "trial_id, position, measure, kind, time_frame",
    "mesh_terms": "trial_id, position, term, branch, is_ancestor",
}
"""What SQLite gets of each table, with an index on trial_id and on what is asked for."""
INDICES = (
    "trials(status)", "trials(study_type, phase)", "trials(start_date)", "sponsors(role, name)",
    "locations(country, city)", "interventions(type)", "mesh_terms(term)",
)  # fmt: skip
IN_SQLITE = {
    "01": "SELECT substr(first_posted_date, 1, 4) AS year, count(*) FROM trials WHERE first_posted_date IS NOT NULL "
    "GROUP BY year ORDER BY year",
    "03": "SELECT phase, count(enrollment), avg(enrollment) FROM trials WHERE study_type = 'interventional' "
    "GROUP BY phase",
    "04": "SELECT status, count(*) FROM trials GROUP BY status ORDER BY 2 DESC",
    "06": "SELECT name, count(DISTINCT trial_id) AS n FROM sponsors WHERE role = 'lead' "
    "GROUP BY name ORDER BY n DESC LIMIT 20",
    "09": "SELECT country, count(*) AS n, count(DISTINCT trial_id) FROM locations GROUP BY country ORDER BY n DESC",
    "11": "SELECT city, state, count(*) AS n FROM locations WHERE country = 'France' AND city IS NOT NULL "
    "GROUP BY city, state ORDER BY n DESC LIMIT 20",
    "12": "SELECT allocation, masking, primary_purpose, count(*) AS n FROM trials WHERE study_type = 'interventional' "
    "GROUP BY 1, 2, 3 ORDER BY n DESC",
    "14": "SELECT type, count(*) AS n, count(DISTINCT trial_id) FROM interventions GROUP BY type ORDER BY n DESC",
    "16": "SELECT sex, healthy_volunteers, count(*) AS n FROM trials GROUP BY 1, 2 ORDER BY n DESC",
    "27": "SELECT trial_id, group_concat(term) FROM mesh_terms WHERE branch = 'condition' AND trial_id IN "
    "(SELECT trial_id FROM mesh_terms WHERE term = 'Skin and Connective Tissue Diseases') GROUP BY trial_id",
}
"""Questions that SQLite answers alike; where a median is asked for it gives the mean alone."""


def median_ms(run: Callable[[], object], runs: int) -> float:
    """Median of the clock over some runs, after one that is not counted."""
    taken = []
    for number in range(runs + 1):
        began = time.perf_counter()
        run()
        if number:
            taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


def sqlite_copy(connection: duckdb.DuckDBPyConnection, file: Path) -> sqlite3.Connection:
    """The tables asked for in SQLite, with indices."""
    other = sqlite3.connect(file)
    for table, columns in COPIED.items():
        cursor = connection.execute(f"SELECT {columns} FROM {table}")
        names = [column[0] for column in cursor.description or []]
        other.execute(f"CREATE TABLE {table} ({', '.join(names)})")
        insert = f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})"
        while rows := cursor.fetchmany(20_000):
            other.executemany(insert, rows)
        other.execute(f"CREATE INDEX {table}_trial ON {table}(trial_id)")
    for number, index in enumerate(INDICES):
        other.execute(f"CREATE INDEX asked_{number} ON {index}")
    other.execute("ANALYZE")
    other.commit()
    return other


def main() -> None:
    """Ask and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("catalog", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--no-sqlite", action="store_true")
    asked = parser.parse_args()
    connection = Catalogue(asked.catalog).connect()
    ((trials,),) = connection.execute("SELECT count(*) FROM trials").fetchall()
    print(f"{trials} trials, DuckDB {duckdb.__version__}, SQLite {sqlite3.sqlite_version}; median ms of {asked.runs}")
    with tempfile.TemporaryDirectory() as folder:
        other = None if asked.no_sqlite else sqlite_copy(connection, Path(folder) / "copy.sqlite")
        sums = [0.0, 0.0]
        for file in sorted(QUESTIONS.glob("*.sql")):
            sql = file.read_text(encoding="utf-8")
            try:
                ours = median_ms(lambda sql=sql: connection.execute(sql).fetchall(), asked.runs)  # type: ignore[misc]
            except duckdb.Error as error:  # of a catalogue whose schema is older
                print(f"{file.stem:32} {str(error).splitlines()[0]}")
                continue
            theirs = _in_sqlite(other, file.stem[:2], asked.runs)
            if theirs is not None:
                sums = [sums[0] + ours, sums[1] + theirs]
            print(f"{file.stem:32} {ours:9.1f}" + (f" {theirs:9.1f}" if theirs is not None else ""))
        print(f"{'sum of what both answer':32} {sums[0]:9.1f} {sums[1]:9.1f}")


def _in_sqlite(other: sqlite3.Connection | None, number: str, runs: int) -> float | None:
    if other is None or number not in IN_SQLITE:
        return None
    sql: Any = IN_SQLITE[number]
    return median_ms(lambda: other.execute(sql).fetchall(), runs)


if __name__ == "__main__":
    main()
