"""The one item pipeline: payloads into the catalogue.

``calcitrials crawl`` hands its spiders a harvest and publishes itself; a bare ``scrapy crawl NAME`` has none,
so the pipeline opens one and publishes when the spider closes.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Self

import duckdb
import msgspec
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.settings import BaseSettings

from crawler.arguments import ArgumentError
from crawler.harvest import Harvest, RegistryHarvest, harvesting
from crawler.registry_spider import Alias, Gone, Listed, RegistrySpider, Unavailable
from crawler.stored_trials import find_stored_trials
from db.catalogue import Catalogue
from db.gates import Thresholds
from db.payload import Payload, Reading
from db.publication import GateClosed, publish

logger = logging.getLogger(__name__)

_writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="catalogue")
"""One thread for all registries: the catalogue has one connection, and the reactor must not wait for it."""


def gate_thresholds(settings: BaseSettings) -> Thresholds:
    """Thresholds of the quality gates from the setting QUALITY_GATES. Raises ArgumentError."""
    try:
        return msgspec.convert(settings.getdict("QUALITY_GATES"), Thresholds)
    except ValueError as error:
        raise ArgumentError(f"the thresholds of the quality gates cannot be read: {error}") from None


class CataloguePipeline:
    """Takes payloads and aliases from a spider; ends with the registry's report."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._own = ExitStack()
        self._own_harvest = False
        crawler.signals.connect(self.spider_closed, signal=signals.spider_closed)
        crawler.signals.connect(self.spider_error, signal=signals.spider_error)
        crawler.signals.connect(self.spider_idle, signal=signals.spider_idle)
        self._check: asyncio.Future[None] | None = None
        self._closing: asyncio.Future[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the pipeline for a crawler (Scrapy's hook)."""
        return cls(crawler)

    async def open_spider(self) -> None:
        """Join the harvest the spider was given, or open one."""
        spider = self._spider
        harvest: Harvest | None = getattr(spider, "harvest", None)
        if harvest is None:
            catalogue = Catalogue(Path(self.crawler.settings["CALCITRIALS_CATALOG"]))
            harvest = self._own.enter_context(harvesting(catalogue, f"scrapy crawl {spider.name}"))
            self._own_harvest = True
        self._harvest = harvest
        self._registry: RegistryHarvest = await _in_writer(
            lambda: harvest.begin(spider.name, spider.scope, spider.since)
        )
        spider.interrupted = await _in_writer(self._registry.take_over)
        spider.look_up = partial(
            _in_writer, lambda: find_stored_trials(harvest.connection, spider.name, spider.conditions)
        )

    async def process_item(self, item: Any) -> Any:
        """Store a payload, or take note of what else a spider found. A failure is a problem of the crawl, never a
        silent gap; where nothing more can be stored, nothing more is asked for."""
        try:
            match item:
                case Payload():
                    spider = self._spider
                    await _in_writer(lambda: self._registry.receive(item, spider.expected, spider.data_version))
                case Listed(trial_ids):
                    await _in_writer(lambda: self._registry.listed(trial_ids))
                case Unavailable(trial_id):
                    url = self._spider.base_url
                    if not await _in_writer(lambda: self._registry.unavailable(trial_id, url)):
                        self._spider.not_known(trial_id)
                case Gone(trial_id):
                    await _in_writer(lambda: self._registry.gone(trial_id))
                case Alias(alias, trial_id):
                    await _in_writer(lambda: self._registry.alias(alias, trial_id))
        except (OSError, duckdb.Error) as error:
            if self._closing is None:
                self._failed("a payload could not be stored", error)
                self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="cannot store"))
        except Exception as error:
            self._failed("a payload could not be stored", error)
        return None

    def _failed(self, what: str, error: Exception) -> None:
        """Say what failed: a fault of disk or database in a sentence, one of ours with its traceback as well."""
        if not isinstance(error, OSError | duckdb.Error):
            logger.exception("%s: %s", self._spider.name, what)
        self._spider.problems.append(f"{what}: {' '.join(str(error).split())}")

    def spider_error(self, failure: Any) -> None:
        """A fault in a spider's own code leaves the crawl incomplete."""
        self._spider.problems.append(f"the spider failed: {type(failure.value).__name__}: {failure.value}")

    async def spider_closed(self, reason: str) -> None:
        """Write the report; publish when the harvest is our own."""
        if not hasattr(self, "_registry"):
            return
        spider, stats = self._spider, self.crawler.stats
        is_resumable = (reason == "shutdown" or spider.unanswered > 0) and spider.unanswered == len(spider.problems)
        self._harvest.is_interrupted |= reason == "shutdown"
        if reason != "finished":
            spider.problems.append(f"the crawl was stopped before its end ({reason})")
        traffic = {
            "requests": stats.get_value("downloader/request_count", 0),
            "retried": stats.get_value("retry/count", 0),
            "bytes": stats.get_value("downloader/response_bytes", 0),
        }
        notes = Reading([], [], spider.notes())
        await _in_writer(lambda: self._registry.take(notes))
        await _in_writer(
            lambda: self._registry.finish(
                problems=tuple(spider.problems),
                expected=spider.expected,
                announced=spider.announced,
                listed=spider.listed,
                data_version=spider.data_version,
                traffic=traffic,
                is_resumable=is_resumable,
            )
        )
        if self._own_harvest:
            with self._own:
                await _in_writer(self._publish)

    def _publish(self) -> None:
        harvest = self._harvest
        try:
            thresholds = gate_thresholds(self.crawler.settings)
            publish(harvest.catalogue, harvest.connection, harvest.reports, thresholds=thresholds)
        except GateClosed as error:
            logger.error("%s", error)
        else:
            logger.info("Published %s", harvest.catalogue.current)

    async def _check_unseen(self) -> None:
        """Ask for trials of the catalogue that a complete crawl did not bring: those the registry no longer knows are
        gone."""
        try:
            ids = await _in_writer(lambda: self._registry.unseen(self._spider.unseen_checked))
            requests = list(self._spider.requests_for(ids)) if ids else []
            for request in requests:
                self.crawler.engine.crawl(request)
        except Exception as error:
            self._failed("trials that may be gone could not be looked after", error)
            requests = []
        if not requests:
            await self.crawler.engine.close_spider_async(reason="finished")

    def spider_idle(self) -> None:
        """After a crawl of a whole question without a problem, keep the spider open to look after the unseen trials.

        A crawl that found the registry's data unchanged asks nothing more.
        """
        spider = self._spider
        is_whole = not spider.ids and not spider.problems and not spider.is_unchanged
        if self._check is None and is_whole and hasattr(self, "_registry"):
            self._check = asyncio.ensure_future(self._check_unseen())
        if self._check is not None and not self._check.done():
            raise DontCloseSpider

    @property
    def _spider(self) -> RegistrySpider:
        assert isinstance(self.crawler.spider, RegistrySpider)
        return self.crawler.spider


async def _in_writer(action: Callable[[], Any]) -> Any:
    return await asyncio.get_running_loop().run_in_executor(_writer, action)
