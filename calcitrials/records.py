"""Single records and the state of the catalogue, as the commands ``show`` and ``status`` print them."""

import datetime as dt
import sys

from rich.console import Console

from calcitrials.output import Format, console_for, print_json, print_rows
from calcitrials.trial_text import print_view
from calcitrials.trial_view import find_trial, trial_record, trial_view
from db.catalogue import Catalogue, published_at
from db.crawls import FILE_SCOPE, IDS_SCOPE, REREAD_SCOPE
from db.migrating import written_by


def print_trial(catalogue: Catalogue, text: str, form: Format) -> None:
    """Print one trial: for a person what a person asks for, for programs everything. Raises CommandError."""
    with catalogue.connect() as connection:
        trial_id = find_trial(connection, text)
        if form is Format.TABLE:
            print_view(trial_view(connection, trial_id), Console(highlight=False))
            return
        record = trial_record(connection, trial_id)
    if form is Format.JSON:
        print_json(record)
    else:
        print_rows(tuple(record), [tuple(record.values())], form)


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
