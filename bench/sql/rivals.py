"""Twenty of the questions in SQLite and PostgreSQL, over copies with indices on what is asked for.

The copies hold what the questions need and no more: short rows, classes of sponsors and phases in words worked out
beforehand. They count records where ours puts the records of a study together.
"""

import re
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

COPIED = {
    "trials": "trial_id, registry, status, study_type, phase_words(phase) AS phase, enrollment, sex, "
    "healthy_volunteers::INTEGER AS healthy_volunteers, allocation, masking, primary_purpose, start_date, "
    "first_posted_date, last_update_date, primary_completion_date, brief_title, sponsor, "
    "has_results::INTEGER AS has_results, min_age_days, max_age_days",
    "sponsors": "trial_id, name, role, class",
    "locations": "trial_id, position, country, city, state, facility, status",
    "interventions": "trial_id, position, name, type",
    "arms": "trial_id, position",
    "mesh_terms": "trial_id, position, term, branch, is_ancestor::INTEGER AS is_ancestor",
}
"""What is copied of each table; sponsors from the view sponsor_classes."""
INDICES = (
    "trials(status)", "trials(study_type, phase)", "trials(start_date)", "trials(first_posted_date)",
    "sponsors(role, name)", "sponsors(role, class)", "locations(country, city)", "interventions(type)",
    "interventions(name)", "mesh_terms(term)", *(f"{table}(trial_id)" for table in COPIED),
)  # fmt: skip
_DURATION = "(days(t.primary_completion_date) - days(t.start_date)) / 30.4375"
ASKED = {
    "01": "SELECT year(first_posted_date), count(*) FROM trials WHERE first_posted_date IS NOT NULL GROUP BY 1 "
    "ORDER BY 1",
    "02": "SELECT year(start_date), phase, count(*) FROM trials WHERE study_type = 'interventional' "
    "AND start_date IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2",
    "03": "SELECT phase, count(enrollment), avg(enrollment), median(enrollment) FROM trials "
    "WHERE study_type = 'interventional' GROUP BY phase ORDER BY phase",
    "04": "SELECT status, count(*) FROM trials GROUP BY status ORDER BY 2 DESC",
    "05": "SELECT class, count(DISTINCT trial_id) FROM sponsors WHERE role = 'lead' GROUP BY class ORDER BY 2 DESC",
    "06": "SELECT name, count(DISTINCT trial_id) AS n FROM sponsors WHERE role = 'lead' GROUP BY name ORDER BY n DESC "
    "LIMIT 20",
    "07": "SELECT a.trial_id, a.name, list(b.name) FROM sponsors a JOIN sponsors b ON a.trial_id = b.trial_id "
    "WHERE a.role = 'lead' AND a.class = 'industry' AND b.role = 'collaborator' AND b.class <> 'industry' "
    "GROUP BY 1, 2 ORDER BY 1",
    "08": f"SELECT class, count({_DURATION}), median({_DURATION}) FROM trials t JOIN sponsors s ON "
    "s.trial_id = t.trial_id WHERE role = 'lead' GROUP BY class ORDER BY class",
    "09": "SELECT country, count(*) AS n, count(DISTINCT trial_id) FROM locations GROUP BY country ORDER BY n DESC",
    "10": "SELECT n > 1, count(*), max(n) FROM (SELECT trial_id, count(DISTINCT country) AS n FROM locations "
    "GROUP BY trial_id) c WHERE n > 0 GROUP BY 1 ORDER BY 2 DESC",
    "11": "SELECT city, state, count(*) AS n FROM locations WHERE country = 'France' AND city IS NOT NULL "
    "GROUP BY city, state ORDER BY n DESC LIMIT 20",
    "12": "SELECT allocation, masking, primary_purpose, count(*) AS n FROM trials WHERE study_type = 'interventional' "
    "GROUP BY 1, 2, 3 ORDER BY n DESC",
    "13": "SELECT phase, count(n), avg(n) FROM trials t LEFT JOIN (SELECT trial_id, count(*) AS n FROM arms "
    "GROUP BY trial_id) a ON a.trial_id = t.trial_id GROUP BY phase ORDER BY phase",
    "14": "SELECT type, count(*) AS n, count(DISTINCT trial_id) FROM interventions GROUP BY type ORDER BY n DESC",
    "15": "SELECT phase, median(min_age_days / 365.25), median(max_age_days / 365.25), "
    "sum(CASE WHEN min_age_days < 6574 THEN 1 ELSE 0 END) FROM trials GROUP BY phase ORDER BY phase",
    "16": "SELECT sex, healthy_volunteers, count(*) AS n FROM trials GROUP BY 1, 2 ORDER BY n DESC",
    "17": "SELECT t.trial_id, l.country, l.city, l.facility, l.status FROM trials t JOIN locations l ON "
    "l.trial_id = t.trial_id WHERE t.status IN ('recruiting', 'not_yet_recruiting', 'active_not_recruiting') "
    "AND t.trial_id IN (SELECT trial_id FROM interventions WHERE lower(name) LIKE '%teriparatide%' "
    "OR lower(name) LIKE '%thiosulfate%') ORDER BY t.trial_id, l.position",
    "27": "SELECT trial_id, list(term) FROM mesh_terms WHERE branch = 'condition' AND trial_id IN (SELECT trial_id "
    "FROM mesh_terms WHERE term = 'Skin and Connective Tissue Diseases') GROUP BY trial_id ORDER BY trial_id",
    "35": "SELECT trial_id, brief_title, sponsor, status, phase, primary_completion_date FROM trials "
    "WHERE registry = 'ctgov' AND study_type = 'interventional' AND status <> 'withdrawn' "
    "AND coalesce(has_results, 0) = 0 AND primary_completion_date < '{year_before}' ORDER BY primary_completion_date",
    "39": "SELECT registry, count(*), count(start_date), count(enrollment), count(nullif(phase, 'Not stated')), "
    "count(sponsor), count(last_update_date) FROM trials GROUP BY registry ORDER BY 2 DESC",
}
"""The questions by their numbers in docs/questions, with functions that each dialect has under another name."""
_IN_SQLITE = (
    (r"year\((\w+)\)", r"substr(\1, 1, 4)"), (r"days\(", "julianday("), (r"median\(", "avg("),
    (r"list\(", "group_concat("),
)  # fmt: skip
"""SQLite has no median: the mean, which is less work, stands for it."""
_IN_POSTGRES = (
    (r"year\((\w+)\)", r"extract(year FROM \1)"), (r"days\(([\w.]+)\)", r"\1"), (r"list\(", "array_agg("),
    (r"median\((\(.*?\) / 30\.4375|[^()]*)\)", r"percentile_cont(0.5) WITHIN GROUP (ORDER BY \1)"),
)  # fmt: skip
Ask = Callable[[str], float]
"""Seconds that a question takes, by its number, to its last row."""


def _asked(number: str, dialect: tuple[tuple[str, str], ...], year_before: str) -> str:
    sql = ASKED[number].replace("{year_before}", year_before)
    for pattern, replaced in dialect:
        sql = re.sub(pattern, replaced, sql)
    return sql


def _exported(connection: duckdb.DuckDBPyConnection, table: str, file: Path) -> list[tuple[str, str]]:
    """Write what is copied of a table as CSV; its columns with their types."""
    source = f"SELECT {COPIED[table]} FROM {'sponsor_classes' if table == 'sponsors' else table}"
    connection.execute(f"COPY ({source}) TO '{file}' (FORMAT csv, HEADER false)")
    described = connection.execute(f"DESCRIBE {source}").fetchall()
    return [(name, kind) for name, kind, *_ in described]


def sqlite(connection: duckdb.DuckDBPyConnection, folder: Path, year_before: str) -> Ask:
    """Copy into a file of SQLite."""
    other = sqlite3.connect(folder / "copy.sqlite")
    other.execute("PRAGMA synchronous = off")
    for table, columns in COPIED.items():
        cursor = connection.cursor().execute(
            f"SELECT columns(*)::VARCHAR FROM (SELECT {columns} FROM "
            f"{'sponsor_classes' if table == 'sponsors' else table})"
        )
        kinds = _exported(connection, table, folder / f"{table}.csv")
        other.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {_kind(kind)}' for name, kind in kinds)})")
        insert = f"INSERT INTO {table} VALUES ({', '.join('?' * len(kinds))})"
        while rows := cursor.fetchmany(20_000):
            other.executemany(insert, rows)
    for number, index in enumerate(INDICES):
        other.execute(f"CREATE INDEX asked_{number} ON {index}")
    other.execute("ANALYZE")
    other.commit()

    def ask(number: str) -> float:
        began = time.perf_counter()
        other.execute(_asked(number, _IN_SQLITE, year_before)).fetchall()
        return time.perf_counter() - began

    return ask


def postgres(told: str, connection: duckdb.DuckDBPyConnection, folder: Path, year_before: str) -> Ask:
    """Copy into a server of PostgreSQL. told: how a client connects to it."""

    def run(sql: str) -> str:
        command = ["psql", told, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null"]
        return subprocess.run(command, input=sql, text=True, check=True, capture_output=True).stdout

    for table in COPIED:
        file = folder / f"{table}.csv"
        kinds = _exported(connection, table, file)
        declared = ", ".join(f"{name} {_kind(kind)}" for name, kind in kinds)
        run(f"CREATE TABLE {table} ({declared});\n\\copy {table} FROM '{file}' (FORMAT csv)\n")
        file.unlink()
    run("".join(f"CREATE INDEX ON {index};\n" for index in INDICES) + "VACUUM ANALYZE;")

    def ask(number: str) -> float:
        printed = run(f"\\timing on\n{_asked(number, _IN_POSTGRES, year_before)};\n\\o\n")
        return float(printed.rpartition("Time: ")[2].split()[0]) / 1000

    return ask


def _kind(kind: str) -> str:
    return {"VARCHAR": "text", "BOOLEAN": "integer", "DOUBLE": "double precision"}.get(kind, kind.lower())
