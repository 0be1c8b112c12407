"""Single records as the command ``show`` prints them."""

import sys
from typing import Any

import duckdb
from rich.console import Console
from rich.markup import escape

from calcitrials.errors import CommandError
from calcitrials.output import Format, console_for, print_json, print_rows
from db.catalogue import Catalogue, published_at
from db.identifiers import normalise
from db.registries import terms_of
from db.tables import CHILD_TABLES

HIDDEN = frozenset(
    {"trial_id", "brief_title", "source_url", "payload_sha256", "content_hash", "crawl_id", "ages_are_bands"}
)
"""Fields that ``show`` leaves to its JSON form."""


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
        source = record.get("via") or record["registry"]
        terms = terms_of(connection, source) or source
        published = published_at(connection)
    if form is Format.JSON:
        print_json(record)
    elif form is Format.CSV:
        print_rows(tuple(record), [tuple(record.values())], form)
    else:
        _print_record(record, terms, published)


def _print_record(record: dict[str, Any], terms: str, published: str | None) -> None:
    out = console_for(sys.stdout)
    title = record.get("brief_title") or record.get("official_title") or ""
    out.print(f"[bold]{record['trial_id']}[/bold]  {escape(title)}")
    for name, value in record.items():
        if name in HIDDEN or (isinstance(value, list) and value and isinstance(value[0], dict)):
            continue
        out.print(f"  [bold]{name}[/bold] {escape(_text(value))}", soft_wrap=True)
    for name in CHILD_TABLES:
        for row in record.get(name, []):
            _print_row(out, name, row)
    out.print(
        f"\nSource: {terms}. Fetched {record['fetched_at']:%Y-%m-%d}, catalogue published {published}. "
        "Registry data: confirm with the study team."
    )


def _print_row(out: Console, name: str, row: dict[str, Any]) -> None:
    if name == "eligibility":
        for kind in ("inclusion", "exclusion"):
            for item in row[kind]:
                out.print(f"  [bold]{kind}[/bold] {escape(item)}", soft_wrap=True)
        if not row["inclusion"] and not row["exclusion"]:
            out.print(f"  [bold]criteria[/bold] {escape(row['criteria'])}", soft_wrap=True)
        return
    stated = "; ".join(_text(value) for value in row.values() if value not in (None, [], False))
    out.print(f"  [bold]{name}[/bold] {escape(stated)}", soft_wrap=True)


def _objects(connection: duckdb.DuckDBPyConnection, sql: str, trial_id: str) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, [trial_id])
    columns = [column[0] for column in cursor.description or []]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
