"""Crawls that did not get everything, and what they had received."""

import datetime as dt
from pathlib import Path

import duckdb

from db.archive import ArchiveIndex, archive_path
from db.crawls import CrawlReport
from db.payload import Payload

RESUME_WITHIN = dt.timedelta(hours=24)
"""Payloads older than this are asked for again. No longer than the overlap of two increments, so that what changed at
the registry since such a payload is asked for by the next increment."""


class Interrupted:
    """Payloads that unfinished crawls of the same registry, scope and ``since`` as a report's had received.

    Unfinished is a crawl that was killed or stopped, or some of whose requests got no answer. A crawl that begins anew
    takes the payloads from here instead of asking the registry again, so it asks for the rest alone. data_version: the
    version of the registry's data that they belong to, where it tells.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, payloads: Path, report: CrawlReport) -> None:
        self._connection = connection
        self._registry = report.registry
        oldest = report.started_at - RESUME_WITHIN
        rows = connection.execute(
            "SELECT crawl_id, data_version FROM crawls WHERE registry = ? AND scope = ? "
            "AND since IS NOT DISTINCT FROM ? AND resumable AND crawl_id <> ? AND started_at BETWEEN ? AND ? "
            "ORDER BY started_at DESC",
            [report.registry, report.scope, report.since, report.crawl_id, oldest, report.started_at],
        ).fetchall()
        self.data_version: str | None = rows[0][1] if rows else None
        self._crawls = [crawl_id for crawl_id, _ in rows]
        of_one_version = [crawl_id for crawl_id, version in rows if version == self.data_version]
        paths = [archive_path(payloads, report.registry, crawl_id) for crawl_id in of_one_version]
        # a crawl that took over another one has payloads older than itself
        self._indexes = [ArchiveIndex(path, report.registry, oldest) for path in paths if path.exists()]

    def __len__(self) -> int:
        return sum(map(len, self._indexes))

    def get(self, url: str) -> Payload | None:
        """The payload received from an address, None when there is none."""
        return next((payload for index in self._indexes if (payload := index.get(url))), None)

    def settle(self, successor: CrawlReport) -> None:
        """After a crawl that took them over: nobody takes them over again, unless it is unfinished, too.

        When it is complete their payloads stand in its own archive, and their files are removed.
        """
        if successor.resumable:
            return
        for crawl_id in self._crawls:
            settled = "killed before its end; taken over by" if successor.complete else "killed before its end; see"
            self._connection.execute(
                "UPDATE crawls SET resumable = false, finished_at = coalesce(finished_at, $now), "
                "problems = CASE WHEN finished_at IS NULL THEN [$settled] ELSE problems END "
                "WHERE crawl_id = $crawl_id AND registry = $registry",
                {
                    "now": successor.finished_at,
                    "settled": f"{settled} {successor.crawl_id}",
                    "crawl_id": crawl_id,
                    "registry": self._registry,
                },
            )
        for index in self._indexes if successor.complete else ():
            index.path.unlink(missing_ok=True)
