"""Single records and the state of the catalogue, as the commands ``show`` and ``status`` print them."""

import datetime as dt
import sys
from typing import Any

import duckdb
from rich.console import Console
from rich.markup import escape

from calcitrials.errors import CommandError
from calcitrials.output import Format, console_for, print_json, print_rows
from db.catalogue import Catalogue, published_at
from db.crawls import FILE_SCOPE, IDS_SCOPE, REREAD_SCOPE
from db.identifiers import normalise
from db.migrating import written_by
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
    for table in CHILD_TABLES:
        order = " ORDER BY position" if table.is_list else ""
        sql = f"SELECT * EXCLUDE (trial_id) FROM {table.name} WHERE trial_id = ?{order}"
        rows = _objects(connection, sql, trial_id)
        for row in rows:
            row.pop("position", None)
        record[table.field] = rows
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
    for table in CHILD_TABLES:
        for row in record.get(table.field, []):
            _print_row(out, table.field, row)
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


def print_status(catalogue: Catalogue, stale_after_h: float, form: Format) -> list[str]:
    """Print for each registry its trials, rejects, last crawls and the age of its data; the stale registries.

    A registry is stale when its last complete crawl is older than stale_after_h hours, or when there was none. Crawls
    of single records count only for a registry that was never asked otherwise; an imported file is never stale.
    """
    with catalogue.connect() as connection:
        cursor = connection.execute(
            f"""
            WITH counted AS (
                SELECT *, starts_with(scope, '{FILE_SCOPE}') AS is_import FROM crawls
                WHERE scope <> '{REREAD_SCOPE}' AND started_at <= $now  -- a clock that was wrong keeps nothing fresh
                QUALIFY NOT starts_with(scope, '{IDS_SCOPE}')
                     OR bool_and(starts_with(scope, '{IDS_SCOPE}')) OVER (PARTITION BY registry))
            SELECT c.registry, coalesce(t.trials, 0) AS trials, coalesce(t.missing, 0) AS missing,
                   coalesce(r.rejects, 0) AS rejects,
                   strftime(max(c.finished_at) FILTER (c.complete), '%Y-%m-%d %H:%M') AS last_complete,
                   round(date_diff('minute', max(c.finished_at) FILTER (c.complete), $now) / 60, 1) AS age_hours,
                   NOT bool_and(c.is_import) AND coalesce(age_hours >= $stale_after_h, true) AS stale,
                   strftime(max(c.started_at), '%Y-%m-%d %H:%M') AS last_crawl,
                   arg_max(c.complete, c.started_at) AS complete,
                   arg_max(array_to_string(c.problems, '; '), c.started_at) AS problems
            FROM counted c
            LEFT JOIN (SELECT coalesce(via, registry) AS registry, count(*) AS trials, count(missing_since) AS missing
                       FROM trials GROUP BY ALL) t USING (registry)
            LEFT JOIN (SELECT registry, count(*) AS rejects FROM rejects GROUP BY registry) r USING (registry)
            GROUP BY c.registry, t.trials, t.missing, r.rejects ORDER BY c.registry
            """,
            {"stale_after_h": stale_after_h, "now": dt.datetime.now(dt.UTC).replace(tzinfo=None)},
        )
        columns, rows = [column[0] for column in cursor.description or []], cursor.fetchall()
        published, writer = published_at(connection), written_by(connection)
    print_rows(columns, rows, form)
    if form is Format.TABLE:
        console_for(sys.stdout).print(f"Catalogue {catalogue.root}, published {published}, written by {writer}.")
    stale = columns.index("stale")
    return [row[0] for row in rows if row[stale]]


def _objects(connection: duckdb.DuckDBPyConnection, sql: str, trial_id: str) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, [trial_id])
    columns = [column[0] for column in cursor.description or []]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
