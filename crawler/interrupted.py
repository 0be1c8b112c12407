"""Crawls that were killed or stopped before their end, and what they had received until then."""

import datetime as dt
from pathlib import Path

import duckdb

from db.archive import ArchiveIndex, archive_path
from db.crawls import CrawlReport
from db.payload import Payload

RESUME_WITHIN = dt.timedelta(hours=24)
"""Payloads of a crawl killed longer ago are asked for again."""


class Interrupted:
    """Payloads that killed crawls of the same registry, scope and ``since`` as a report's had received.

    A crawl that begins anew takes them from here instead of asking the registry again, so it goes on where the
    killed one stopped. data_version: the version of the registry's data that they belong to, where it tells.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, payloads: Path, report: CrawlReport) -> None:
        self._connection = connection
        self._registry = report.registry
        rows = connection.execute(
            "SELECT crawl_id, data_version FROM crawls WHERE registry = ? AND scope = ? "
            "AND since IS NOT DISTINCT FROM ? AND finished_at IS NULL AND crawl_id <> ? AND started_at > ? "
            "ORDER BY started_at DESC",
            [report.registry, report.scope, report.since, report.crawl_id, report.started_at - RESUME_WITHIN],
        ).fetchall()
        self.data_version: str | None = rows[0][1] if rows else None
        self._crawls = [crawl_id for crawl_id, version in rows if version == self.data_version]
        paths = [archive_path(payloads, report.registry, crawl_id) for crawl_id in self._crawls]
        self._indexes = [ArchiveIndex(path, report.registry) for path in paths if path.exists()]

    def __len__(self) -> int:
        return sum(map(len, self._indexes))

    def get(self, url: str) -> Payload | None:
        """The payload received from an address, None when there is none."""
        return next((payload for index in self._indexes if (payload := index.get(url))), None)

    def forget(self, successor: CrawlReport) -> None:
        """After a complete crawl: the killed ones are settled, their payloads stand in the successor's archive."""
        for crawl_id in self._crawls:
            settled = f"killed or stopped before its end; taken over by {successor.crawl_id}"
            self._connection.execute(
                "UPDATE crawls SET finished_at = ?, problems = [?] WHERE crawl_id = ? AND registry = ?",
                [successor.finished_at, settled, crawl_id, self._registry],
            )
        for index in self._indexes:
            index.path.unlink(missing_ok=True)
