"""The crawl job: registries into the catalogue, concepts mapped, one publication at the end."""

import datetime as dt
import logging
import os
from collections.abc import Sequence
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.project import ENVVAR

import matcher
from crawler.arguments import ArgumentError
from crawler.harvest import Harvest, Progress, harvesting
from crawler.registry_spider import RegistrySpider
from crawler.reread import archived_registries
from crawler.reread import reread as reread_archives
from db.catalogue import Catalogue
from db.crawls import CrawlReport, last_complete_start

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


def registries() -> dict[str, type[RegistrySpider]]:
    """The known registries by name: the spiders of crawler.spiders."""
    os.environ.pop(ENVVAR, None)
    loader = SpiderLoader.from_settings(spider_settings())
    spiders = {name: loader.load(name) for name in sorted(loader.list())}
    return {name: spider for name, spider in spiders.items() if issubclass(spider, RegistrySpider)}


def chosen(names: Sequence[str]) -> dict[str, type[RegistrySpider]]:
    """The registries of these names, all when there is none. Raises ArgumentError for an unknown name."""
    known = registries()
    for name in names:
        if name not in known:
            raise ArgumentError(f"unknown registry {name!r}: known are {', '.join(known)}")
    return {name: known[name] for name in (names or known)}


def crawl(
    catalogue: Catalogue,
    names: Sequence[str] = (),
    *,
    conditions: Sequence[str] = (),
    everything: bool = False,
    ids: Sequence[str] = (),
    since: str | None = None,
    delay_s: float | None = None,
    progress: Progress | None = None,
    scrapy_level: int = logging.WARNING,
) -> list[CrawlReport]:
    """Crawl registries into the catalogue and publish; the reports, one for each registry.

    since: a day as yyyy-mm-dd, or "last": since the last complete crawl of the same registry and scope, with a
    day's overlap. scrapy_level: what Scrapy's own loggers say.
    Raises ArgumentError before anything is fetched, CatalogueLocked when another process writes.
    Runs Twisted's reactor, so it can run once in a process.
    """
    arguments: dict[str, Any] = {"condition": tuple(conditions), "all": everything, "id": tuple(ids)}
    spiders = chosen(names)
    checked = {name: spider(since=None if since == LAST else since, **arguments) for name, spider in spiders.items()}
    with harvesting(catalogue, f"calcitrials crawl {' '.join(spiders)}", progress) as harvest:
        process = AsyncCrawlerProcess(spider_settings(delay_s))
        logging.getLogger("scrapy").setLevel(scrapy_level)  # Scrapy has just set it to DEBUG
        for name, spider in spiders.items():
            day = since
            if since == LAST:
                day = _watermark_day(harvest, name, checked[name].scope)
            process.crawl(spider, harvest=harvest, since=day, **arguments)
        process.start()
        if any(report.received for report in harvest.reports) or catalogue.published:
            logger.info("mapping conditions to concepts")
            matcher.map_trials(harvest.connection)
            logger.info("publishing")
            catalogue.publish(harvest.connection)
    return harvest.reports


def reread(catalogue: Catalogue, names: Sequence[str] = (), progress: Progress | None = None) -> list[CrawlReport]:
    """Run the readers over the archived payloads again, and publish. Raises ArgumentError, CatalogueLocked."""
    archived = archived_registries(catalogue.payloads)
    for name in names:
        if name not in archived:
            raise ArgumentError(f"nothing of {name!r} is archived in {catalogue.payloads}")
    with harvesting(catalogue, "calcitrials reread", progress) as harvest:
        reports = reread_archives(harvest, names)
        matcher.map_trials(harvest.connection)
        catalogue.publish(harvest.connection)
    return reports


def _watermark_day(harvest: Harvest, registry: str, scope: str) -> str | None:
    """The day before the last complete crawl of this scope began; None when there was none."""
    started = last_complete_start(harvest.connection, registry, scope)
    if started is None:
        logger.info("%s: no complete crawl of this scope yet, so everything is asked for", registry)
        return None
    return (started.date() - OVERLAP).isoformat()
