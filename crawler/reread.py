"""Run the readers over archived payloads again, without the network, after a reader has improved."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from crawler.harvest import Harvest, RegistryHarvest
from db.archive import Damaged, archives, read_archive
from db.crawls import FILE_SCOPE, REREAD_SCOPE, CrawlReport

NAMED_DAMAGE = 20
"""Damaged payloads that a report names one by one."""


def archived_registries(payloads: Path) -> list[str]:
    """Registries that have archived payloads."""
    return sorted(folder.name for folder in payloads.iterdir() if folder.is_dir()) if payloads.is_dir() else []


def reread(harvest: Harvest, names: Sequence[str] = ()) -> list[CrawlReport]:
    """Read every archived payload of these registries, oldest crawl first; of all that were ever crawled when none is
    named.

    The writer lets no older payload replace a newer state. Rejected records that can be read now leave ``rejects``.
    A damaged payload is skipped and named in the report, and so are trials of the catalogue that no archived payload
    holds: their state stays as it is, and the report is incomplete.
    """
    archived = archived_registries(harvest.catalogue.payloads)
    return [_reread(harvest, name) for name in names or sorted({*archived, *_crawled(harvest.connection)})]


def _reread(harvest: Harvest, registry: str) -> CrawlReport:
    registry_harvest = harvest.begin(registry, REREAD_SCOPE, None, archive=False)
    damaged: list[Damaged] = []
    for path in archives(harvest.catalogue.payloads, registry):
        for payload in read_archive(path, registry):
            if isinstance(payload, Damaged):
                damaged.append(payload)
            else:
                registry_harvest.read(payload)
        registry_harvest.write()  # crawl by crawl, so that a state that was replaced becomes a former state again
    problems = [f"a damaged payload was left out: {one}" for one in damaged[:NAMED_DAMAGE]]
    if len(damaged) > NAMED_DAMAGE:
        problems.append(f"{len(damaged) - NAMED_DAMAGE} more damaged payloads were left out")
    return registry_harvest.finish(problems=(*problems, *_without_payload(registry_harvest)))


def _without_payload(registry_harvest: RegistryHarvest) -> list[str]:
    """A sentence about trials that a crawl brought and no archived payload holds; none where there are none."""
    ids = registry_harvest.not_received()
    if not ids:
        return []
    shown = ", ".join(ids[:5]) + (", …" if len(ids) > 5 else "")
    return [f"no whole payload of {len(ids)} trials of the catalogue is archived; they stay as they are: {shown}"]


def _crawled(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Registries whose answers were archived at some time: an imported file is its own evidence."""
    rows = connection.execute(
        "SELECT DISTINCT registry FROM crawls WHERE received > 0 AND scope <> ? AND NOT starts_with(scope, ?)",
        [REREAD_SCOPE, FILE_SCOPE],
    ).fetchall()
    return [registry for (registry,) in rows]
