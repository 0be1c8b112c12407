"""Crawl reports: what a crawl of one registry received, changed, and could not get."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import duckdb
import msgspec

from db.rows import insert

IDS_SCOPE = "ids: "
"""How the scope of a crawl of single records begins."""
FILE_SCOPE = "file: "
"""How the scope of an import begins."""
REREAD_SCOPE = "reread"
"""Scope of reading archived payloads again."""

SAMPLE_SCOPE = "samples: "
"""How the scope of a crawl of the demo's bundled samples begins. As a question of its own it is no base of a real crawl
of the same question: no watermark, nothing to compare with, nothing to take over."""


def holds_samples(connection: duckdb.DuckDBPyConnection) -> bool | None:
    """Whether what was crawled into a catalogue are the demo's samples; None when nothing was."""
    ((samples, others),) = connection.execute(
        "SELECT bool_or(starts_with(scope, $1)), bool_or(NOT starts_with(scope, $1)) FROM crawls WHERE scope <> $2",
        [SAMPLE_SCOPE, REREAD_SCOPE],
    ).fetchall()
    return bool(samples) if samples or others else None


class CrawlReport(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``crawls``; the columns' comments say what each field means. Times are UTC."""

    crawl_id: str
    registry: str
    scope: str
    since: dt.date | None
    started_at: dt.datetime
    finished_at: dt.datetime | None = None
    complete: bool = False
    resumable: bool = True
    problems: tuple[str, ...] = ()
    expected: int | None = None
    listed: int | None = None
    received: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    missing: int = 0
    retried: int = 0
    requests: int = 0
    bytes: int = 0
    data_version: str | None = None
    unknown_words: Mapping[str, int] = {}
    calcitrials_version: str

    @property
    def duration_s(self) -> float | None:
        """Seconds from start to finish, None while the crawl runs."""
        return None if self.finished_at is None else (self.finished_at - self.started_at).total_seconds()


def save_report(connection: duckdb.DuckDBPyConnection, report: CrawlReport, gates: Sequence[str] = ()) -> None:
    """Write a report with the gates that closed on it; an earlier one of the same crawl and registry is replaced."""
    connection.execute("DELETE FROM crawls WHERE crawl_id = ? AND registry = ?", [report.crawl_id, report.registry])
    row = {name: getattr(report, name) for name in report.__struct_fields__}
    row |= {
        "problems": list(report.problems),
        "unknown_words": json.dumps(dict(report.unknown_words)),
        "duration_s": report.duration_s,
        "gates": list(gates),
    }
    insert(connection, "crawls", row)


class Watermark(NamedTuple):
    """Where ``--since last`` begins: start (UTC) and data version of the last complete crawl of a scope."""

    started_at: dt.datetime
    data_version: str | None


def watermark(connection: duckdb.DuckDBPyConnection, registry: str, scope: str, now: dt.datetime) -> Watermark | None:
    """The watermark of a registry and scope at ``now`` (UTC); None when no crawl of it was complete.

    A crawl of what was updated since a day moves it only when that day is not after the watermark before it: what was
    updated in between was never asked for. A crawl of the future, by a clock that was wrong, moves nothing.
    """
    rows = connection.execute(
        "SELECT started_at, data_version, since FROM crawls WHERE registry = ? AND scope = ? AND complete "
        "AND started_at <= ?::TIMESTAMP ORDER BY started_at",
        [registry, scope, now],
    ).fetchall()
    mark: Watermark | None = None
    for started_at, data_version, since in rows:
        if since is None or (mark is not None and since <= mark.started_at.date()):
            mark = Watermark(started_at, data_version)
    return mark
