"""Run the readers over archived payloads again, without the network, after a reader has improved."""

from collections.abc import Sequence
from pathlib import Path

from crawler.harvest import Harvest
from db.archive import archives, read_archive
from db.crawls import CrawlReport


def archived_registries(payloads: Path) -> list[str]:
    """Registries that have archived payloads."""
    return sorted(folder.name for folder in payloads.iterdir() if folder.is_dir()) if payloads.is_dir() else []


def reread(harvest: Harvest, names: Sequence[str] = ()) -> list[CrawlReport]:
    """Read every archived payload of these registries (all when none is named), oldest crawl first.

    The writer lets no older payload replace a newer state. Rejected records that can be read now leave
    ``rejects``.
    """
    reports = []
    for registry in names or archived_registries(harvest.catalogue.payloads):
        registry_harvest = harvest.begin(registry, "reread", None, archive=False)
        for path in archives(harvest.catalogue.payloads, registry):
            for payload in read_archive(path, registry):
                registry_harvest.read(payload)
            registry_harvest.write()  # crawl by crawl, so that a state that was replaced becomes a former state again
        reports.append(registry_harvest.finish())
    return reports
