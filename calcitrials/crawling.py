"""The crawl job: registries into the catalogue, concepts mapped, one publication at the end."""

import asyncio
import datetime as dt
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

import matcher
from calcitrials import interruption
from calcitrials.errors import WRONG_USAGE, CommandError
from calcitrials.watch_delivery import tell_watches
from crawler.arguments import ArgumentError
from crawler.harvest import Harvest, Progress, harvesting
from crawler.importing import import_ictrp
from crawler.pipeline import gate_thresholds
from crawler.registries import spiders
from crawler.registry_spider import RegistrySpider
from crawler.reread import archived_registries
from crawler.reread import reread as reread_archives
from db.archive import drop_archives
from db.catalogue import Catalogue
from db.crawls import CrawlReport, watermark
from db.gates import Thresholds
from db.publication import publish
from db.words import write_words

if TYPE_CHECKING:
    from matcher import MappingBeside

LAST = "last"
"""Value of ``since`` that stands for the last complete crawl of the same scope."""

OVERLAP = dt.timedelta(days=1)
"""Registries date their updates by the day, so the last day of a crawl is asked for again."""

logger = logging.getLogger(__name__)


def spider_settings(delay_s: float | None = None) -> Settings:
    """The harvester's Scrapy settings; delay_s overrides the seconds between two requests to one host."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")
    if delay_s is not None:
        settings.set("DOWNLOAD_DELAY", delay_s, priority="cmdline")
    return settings


def chosen(names: Sequence[str]) -> dict[str, type[RegistrySpider]]:
    """The registries of these names, all when there is none. Raises ArgumentError for an unknown name."""
    known = spiders()
    for name in names:
        if name not in known:
            raise ArgumentError(f"unknown registry {name!r}: known are {', '.join(known)}")
    return {name: known[name] for name in (names or known)}


def ids_by_registry(asked: Mapping[str, type[RegistrySpider]], ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Which ids to ask of which registry: those that are in its form. Raises ArgumentError for an id of none."""
    found: dict[str, list[str]] = {}
    for one in ids:
        refusals = []
        for name, spider in asked.items():
            try:
                found.setdefault(name, []).append(spider.checked_id(one))
            except ArgumentError as error:
                refusals.append(error)
        if len(refusals) == len(asked):
            raise refusals[0] if len(asked) == 1 else ArgumentError(f"{one!r} is not an id of {', '.join(asked)}")
    return {name: tuple(own) for name, own in found.items() if own}


def crawl(
    catalogue: Catalogue,
    names: Sequence[str] = (),
    *,
    conditions: Sequence[str] = (),
    everything: bool = False,
    ids: Sequence[str] = (),
    known_ids: Mapping[str, Sequence[str]] | None = None,
    since: str | None = None,
    limit: int | None = None,
    delay_s: float | None = None,
    force: bool = False,
    wait_s: float = 0.0,
    progress: Progress | None = None,
    scrapy_level: int = logging.WARNING,
    keep_payloads_days: int | None = None,
    is_sample: bool = False,
) -> list[CrawlReport]:
    """Crawl registries into the catalogue and publish; the reports, one for each registry.

    ids: each is asked of the registries that have such ids; registries without any are left out. known_ids: by
    registry, ids to begin with where it cannot be searched.
    since: a day as yyyy-mm-dd, or "last": since the last complete crawl of the same registry and scope, with a
    day's overlap. limit: most trials of a crawl from page to page. scrapy_level: what Scrapy's own loggers say.
    force: publish even when the data look wrong. wait_s: seconds to wait for another process that writes. is_sample:
    the registries are the demo's stand-ins, whose records no catalogue holds together with a registry's own.
    keep_payloads_days: payloads of crawls that are older go when this one is published; for good when None.
    Raises ArgumentError before anything is fetched, CatalogueLocked when another process writes, GateClosed when the
    data look wrong.
    Runs Twisted's reactor, so it can run once in a process.
    """
    thresholds = gate_thresholds(spider_settings())
    asked = chosen(names)
    ids_of = ids_by_registry(asked, ids) if ids else dict.fromkeys(asked, ())
    asked = {name: spider for name, spider in asked.items() if name in ids_of}
    arguments: dict[str, dict[str, Any]] = {
        name: {
            "condition": tuple(conditions),
            "all": everything,
            "id": ids_of[name],
            "known_ids": (known_ids or {}).get(name, ()),
        }
        for name in asked
    }
    if limit is not None:
        limited = [name for name, spider in asked.items() if spider.takes_limit]
        if not limited:
            raise ArgumentError(f"--limit is not for {', '.join(asked)}: they are asked by condition")
        for name in limited:
            arguments[name]["limit"] = limit
    checked = {
        name: spider(since=None if since == LAST else since, **arguments[name]) for name, spider in asked.items()
    }
    purpose = f"calcitrials crawl {' '.join(asked)}"
    with _mapped_beside(catalogue, purpose, progress, wait_s, is_sample) as (harvest, mapping):
        logging.disable(scrapy_level - 1)  # Scrapy lists the versions of its parts while the process is made
        process = AsyncCrawlerProcess(spider_settings(delay_s))
        logging.disable(logging.NOTSET)
        logging.getLogger("scrapy").setLevel(scrapy_level)  # Scrapy has just set it to DEBUG
        now = dt.datetime.now(dt.UTC)
        crawls: list[asyncio.Task[None]] = []
        for name, spider in sorted(asked.items(), key=lambda item: item[1].comes_last):
            last = watermark(harvest.connection, name, checked[name].scope, now) if since == LAST else None
            if since == LAST and last is None:
                logger.info("%s: no complete crawl of this question yet, so everything is asked for", name)
            task = process.crawl(
                spider,
                harvest=harvest,
                after=tuple(crawls) if spider.comes_last else (),
                since=(last.started_at.date() - OVERLAP if last else None) if since == LAST else since,
                version_at_last_crawl=last.data_version if last else None,
                **arguments[name],
            )
            crawls.append(task)
        interruption.leave()
        process.start()
        interruption.listen()
        if any(report.received or report.complete for report in harvest.reports) or catalogue.current.is_symlink():
            _map_and_publish(catalogue, harvest, mapping, thresholds, force)
            if keep_payloads_days is not None:
                _drop_payloads(catalogue, dt.timedelta(days=keep_payloads_days))
    if silent := sorted(set(asked) - {report.registry for report in harvest.reports}):
        raise CommandError(f"no report of {', '.join(silent)}: the log above says what broke it off")
    return harvest.reports


def _drop_payloads(catalogue: Catalogue, keep: dt.timedelta) -> None:
    dropped = drop_archives(catalogue.payloads, dt.datetime.now(dt.UTC) - keep)
    if dropped.files:
        logger.info("payloads of %d older crawls are dropped, %.1f MB", dropped.files, dropped.bytes / 1e6)


def reread(
    catalogue: Catalogue, names: Sequence[str] = (), *, force: bool = False, progress: Progress | None = None
) -> list[CrawlReport]:
    """Run the readers over the archived payloads again, and publish.

    force: publish even when the data look wrong. Raises ArgumentError, CatalogueLocked, GateClosed.
    """
    thresholds = gate_thresholds(spider_settings())
    archived = archived_registries(catalogue.payloads)
    for name in names:
        if name not in archived:
            raise ArgumentError(f"nothing of {name!r} is archived in {catalogue.payloads}")
    if not archived:
        raise CommandError(f"nothing is archived in {catalogue.payloads}: run a crawl first")
    with _mapped_beside(catalogue, "calcitrials reread", progress, is_sample=None) as (harvest, mapping):
        reports = reread_archives(harvest, names)
        _map_and_publish(catalogue, harvest, mapping, thresholds, force)
    return reports


def import_file(
    catalogue: Catalogue, path: Path, *, force: bool = False, progress: Progress | None = None
) -> list[CrawlReport]:
    """Import a WHO ICTRP export into the catalogue and publish, unless nothing in it could be read.

    force: publish even when the data look wrong. Raises ArgumentError, CommandError, CatalogueLocked, GateClosed.
    """
    thresholds = gate_thresholds(spider_settings())
    with _mapped_beside(catalogue, "calcitrials import ictrp", progress) as (harvest, mapping):
        try:
            import_ictrp(harvest, path)
        except OSError as error:
            raise CommandError(f"cannot read {path}: {error.strerror}", WRONG_USAGE) from None
        if any(report.received > report.rejected for report in harvest.reports):
            _map_and_publish(catalogue, harvest, mapping, thresholds, force)
    return harvest.reports


@contextmanager
def _mapped_beside(
    catalogue: Catalogue, purpose: str, progress: Progress | None, wait_s: float = 0.0, is_sample: bool | None = False
) -> Iterator[tuple[Harvest, "MappingBeside"]]:
    """A harvest whose trials are mapped while more of them come, in processes beside it."""
    before = catalogue.published

    def cost() -> str:
        if catalogue.published == before:
            return "nothing new is published; what was received is kept, and the next crawl publishes it"
        return "what was received is published"

    with (
        interruption.costing(cost),
        matcher.MappingBeside() as mapping,
        harvesting(catalogue, purpose, progress, wait_s, mapping.take, is_sample) as harvest,
    ):
        yield harvest, mapping


def _map_and_publish(
    catalogue: Catalogue, harvest: Harvest, mapping: "MappingBeside", thresholds: Thresholds, force: bool = False
) -> None:
    """What follows every harvest: concepts of what is not mapped yet, study ids, gates, one publication."""
    logger.info("mapping conditions to concepts")
    mapping.finish(harvest.connection, in_a_hurry=harvest.is_interrupted)
    if not harvest.is_interrupted:
        logger.info("writing the words of trials")
        write_words(harvest.connection)
    logger.info("publishing")
    reports = harvest.reports
    prepare = _no_index if harvest.is_interrupted else _index
    for gate in publish(catalogue, harvest.connection, reports, thresholds=thresholds, force=force, prepare=prepare):
        logger.warning("published by force: %s", gate)
    tell_watches(catalogue)


def _no_index(_: Path) -> None:
    """Leave the index to the first question."""


def _index(snapshot: Path) -> None:
    """Lay the index beside a snapshot, so that the first question need not wait for it."""
    logger.info("indexing trials")
    try:
        matcher.write_index(snapshot)
    except matcher.DenseModelError as error:
        logger.warning("trials are compared by their words alone: %s", error)
    except (OSError, duckdb.Error) as error:  # what was crawled is published all the same
        logger.warning("the first reader will make the index of trials: %s", error)
