"""How fresh the catalogue is, question by question, as ``status`` prints it and monitoring asks it."""

import datetime as dt
import sys
from typing import Any

from calcitrials.rows import Format, console_for, print_rows
from db.catalogue import Catalogue, published_at
from db.crawls import FILE_SCOPE, IDS_SCOPE, REREAD_SCOPE, SAMPLE_SCOPE
from db.migrating import written_by

GIVEN_UP_AFTER_DAYS = 30
"""A question that was not asked for so long, while its registry was asked others, is not waited for any more."""
SHOWN = ("registry", "question", "trials", "missing", "rejects", "last_complete", "age_hours", "state", "problems")
"""Columns of the table for people; JSON and CSV have all."""

_QUESTIONS = f"""
WITH named AS (
    SELECT *, starts_with(scope, '{SAMPLE_SCOPE}') AS is_sample, replace(scope, '{SAMPLE_SCOPE}', '') AS asked,
           starts_with(asked, '{FILE_SCOPE}') AS is_import, starts_with(asked, '{IDS_SCOPE}') AS is_of_ids
    FROM crawls WHERE scope <> '{REREAD_SCOPE}' AND started_at <= $now  -- a clock that was wrong keeps nothing fresh
    QUALIFY NOT is_of_ids OR bool_and(is_of_ids) OVER (PARTITION BY registry)),
counted AS (
    SELECT *, CASE WHEN is_import THEN 'files' WHEN is_of_ids THEN 'single records' ELSE asked END AS question
    FROM named),
questions AS (
    SELECT registry, question, bool_or(is_import) AS is_import, bool_or(is_sample) AS samples,
           max(finished_at) FILTER (complete) AS completed, max(started_at) AS asked_last, count(*) AS times,
           arg_max(complete, started_at) AS complete, arg_max(problems, started_at) AS problems
    FROM counted GROUP BY ALL),
fresh AS (  -- who asked for everything asked this question, too
    SELECT *, greatest(completed, max(completed) FILTER (question = 'all') OVER w) AS fresh_at,
           count(*) OVER w = 1 AS is_only, max(asked_last) OVER w = asked_last AS is_last
    FROM questions WINDOW w AS (PARTITION BY registry))
SELECT f.registry, f.question, coalesce(t.trials, 0) AS trials, coalesce(t.missing, 0) AS missing,
       coalesce(r.rejects, 0) AS rejects,
       strftime(fresh_at, '%Y-%m-%d %H:%M') AS last_complete,
       round(date_diff('minute', fresh_at, $now) / 60, 1) AS age_hours,
       NOT is_import AND NOT samples AND (is_only OR times > 1 OR bool_and(times = 1) OVER (PARTITION BY f.registry))
           AND (is_last OR asked_last >= $now - INTERVAL {GIVEN_UP_AFTER_DAYS} DAY)
           AND coalesce(age_hours >= $stale_after_h, true) AS stale,
       strftime(asked_last, '%Y-%m-%d %H:%M') AS last_crawl, complete,
       array_to_string(problems, '; ') AS problems, samples,
       CASE WHEN samples THEN 'samples' WHEN stale THEN 'stale' WHEN NOT complete THEN 'incomplete'
            WHEN is_import THEN 'imported' ELSE 'fresh' END AS state
FROM fresh f
LEFT JOIN (SELECT coalesce(via, registry) AS registry, count(*) AS trials, count(missing_since) AS missing
           FROM trials GROUP BY ALL) t USING (registry)
LEFT JOIN (SELECT registry, count(*) AS rejects FROM rejects GROUP BY registry) r USING (registry)
ORDER BY f.registry, f.question
"""


def print_status(catalogue: Catalogue, stale_after_h: float, form: Format) -> list[str]:
    """Print for each registry and question how old the data are and how the last crawl ended; what is stale.

    A question is stale when its last complete crawl, or that of the whole registry, is older than stale_after_h hours,
    or when there was none; one that was asked only once, where the registry is asked others again and again, is not
    waited for. Crawls of single records count only for a registry that was never asked otherwise; an imported file and
    the demo's samples are never stale. Trials, missing and rejects are those of the registry.
    """
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with catalogue.connect() as connection:
        cursor = connection.execute(_QUESTIONS, {"stale_after_h": stale_after_h, "now": now})
        columns, rows = [column[0] for column in cursor.description or []], cursor.fetchall()
        published, writer = published_at(connection), written_by(connection)
    if form is Format.TABLE:
        shown = [columns.index(name) for name in SHOWN]
        print_rows(SHOWN, [[_short(row[index]) for index in shown] for row in rows], form)
        samples = " Samples of the demo, of no registry." if any(row[columns.index("samples")] for row in rows) else ""
        console_for(sys.stdout).print(
            f"Catalogue {catalogue.root}, published {published}, written by {writer}.{samples}", soft_wrap=True
        )
    else:
        print_rows(columns, rows, form)
    named = {name: columns.index(name) for name in ("registry", "question", "stale")}
    is_alone = {row[named["registry"]]: 0 for row in rows}
    for row in rows:
        is_alone[row[named["registry"]]] += 1
    return [
        row[0] if is_alone[row[0]] == 1 else f"{row[0]} ({_short(row[named['question']])})"
        for row in rows
        if row[named["stale"]]
    ]


def _short(cell: Any) -> Any:
    """A long question, such as the default one of many conditions, by its beginning."""
    is_long = isinstance(cell, str) and cell.startswith("conditions: ") and cell.count("|") > 1
    return f"{cell.split('|')[0]} and {cell.count('|')} more" if is_long else cell
