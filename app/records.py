"""Single records and the state of the catalogue, as the commands ``show`` and ``status`` print them."""

from typing import Any

import duckdb
from rich.console import Console
from rich.markup import escape

from app.errors import CommandError
from app.output import Format, print_json, print_rows
from db.catalogue import Catalogue, published_at
from db.identifiers import normalise
from db.writer import CHILD_TABLES

TERMS_OF_USE = {
    "ctgov": "ClinicalTrials.gov, U.S. National Library of Medicine (public domain, attribution asked for)",
    "isrctn": "ISRCTN registry (CC BY 4.0)",
    "ctis": "EU Clinical Trials Information System, European Medicines Agency (reuse with attribution)",
    "euctr": "EU Clinical Trials Register, European Medicines Agency (reuse with attribution)",
    "drks": "German Clinical Trials Register, BfArM (reuse with attribution)",
}
"""Source and terms of each registry's data, named where the data are shown."""


def find_trial(connection: duckdb.DuckDBPyConnection, text: str) -> str:
    """The trial_id of a trial named by its id, an alias, or another number that only one record states.

    Raises CommandError when there is none, or more than one.
    """
    wanted = text.strip()
    strong = normalise(wanted)
    names = list({wanted, wanted.upper(), *([strong.identifier] if strong else [])})
    for sql in (
        "SELECT trial_id FROM trials WHERE trial_id IN (SELECT unnest($names))",
        "SELECT trial_id FROM aliases WHERE alias IN (SELECT unnest($names))",
        "SELECT DISTINCT trial_id FROM identifiers WHERE identifier IN (SELECT unnest($names))",
    ):
        found = [row[0] for row in connection.execute(sql, {"names": names}).fetchall()]
        if len(found) == 1:
            return str(found[0])
        if found:
            raise CommandError(f"{wanted} is a number of several trials: {', '.join(sorted(found))}")
    raise CommandError(f"there is no trial {wanted} in this catalogue")


def trial_record(connection: duckdb.DuckDBPyConnection, trial_id: str) -> dict[str, Any]:
    """A trial's row with its child rows as lists, empty fields left out."""
    record = _objects(connection, "SELECT * FROM trials WHERE trial_id = ?", trial_id)[0]
    for name in CHILD_TABLES:
        order = "" if name == "eligibility" else " ORDER BY position"
        rows = _objects(connection, f"SELECT * EXCLUDE (trial_id) FROM {name} WHERE trial_id = ?{order}", trial_id)
        for row in rows:
            row.pop("position", None)
        record[name] = rows
    return {name: value for name, value in record.items() if value not in (None, [], {})}


def print_trial(catalogue: Catalogue, text: str, form: Format) -> None:
    """Print one trial, with its source and the age of the record."""
    with catalogue.connect() as connection:
        record = trial_record(connection, find_trial(connection, text))
        published = published_at(connection)
    if form is Format.JSON:
        print_json(record)
    elif form is Format.CSV:
        print_rows(tuple(record), [tuple(record.values())], form)
    else:
        _print_record(record, published)


def _print_record(record: dict[str, Any], published: str | None) -> None:
    console = Console()
    console.print(
        f"[bold]{record['trial_id']}[/bold]  {escape(record.get('brief_title') or record.get('official_title') or '')}"
    )
    for name, value in record.items():
        if name in ("trial_id", "brief_title"):
            continue
        if isinstance(value, list) and value and isinstance(value[0], dict):
            console.print(f"[bold]{name}[/bold]")
            for row in value:
                console.print(
                    "  " + escape("; ".join(f"{k}: {_text(v)}" for k, v in row.items() if v not in (None, []))),
                    soft_wrap=True,
                )
        else:
            console.print(f"[bold]{name}[/bold] {escape(_text(value))}", soft_wrap=True)
    source = TERMS_OF_USE.get(record["registry"], record["registry"])
    console.print(
        f"\nSource: {source}. Fetched {record['fetched_at']:%Y-%m-%d}, catalogue published {published}. "
        "Registry data: confirm with the study team."
    )


def print_status(catalogue: Catalogue, form: Format) -> None:
    """Print for each registry its trials, rejects, last crawls and the age of its data."""
    with catalogue.connect() as connection:
        cursor = connection.execute(
            """
            SELECT c.registry, coalesce(t.trials, 0) AS trials, coalesce(r.rejects, 0) AS rejects,
                   max(c.finished_at) FILTER (c.complete) AS last_complete,
                   max(c.started_at) AS last_started,
                   arg_max(c.complete, c.started_at) AS last_was_complete,
                   date_diff('hour', max(c.finished_at) FILTER (c.complete), now()::TIMESTAMP) AS age_hours,
                   arg_max(c.problems, c.started_at) AS problems
            FROM crawls c
            LEFT JOIN (SELECT registry, count(*) AS trials FROM trials GROUP BY registry) t USING (registry)
            LEFT JOIN (SELECT registry, count(*) AS rejects FROM rejects GROUP BY registry) r USING (registry)
            WHERE c.scope <> 'reread'
            GROUP BY c.registry, t.trials, r.rejects ORDER BY c.registry
            """
        )
        columns, rows = [column[0] for column in cursor.description or []], cursor.fetchall()
        published = published_at(connection)
    print_rows(columns, rows, form)
    if form is Format.TABLE:
        Console().print(f"Catalogue {catalogue.root}, published {published}.")


def _objects(connection: duckdb.DuckDBPyConnection, sql: str, trial_id: str) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, [trial_id])
    columns = [column[0] for column in cursor.description or []]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
