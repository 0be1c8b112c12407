"""The one item pipeline: payloads into the catalogue.

``calcitrials crawl`` hands its spiders a harvest and publishes itself; a bare ``scrapy crawl NAME`` has none,
so the pipeline opens one and publishes when the spider closes.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler

from crawler.harvest import Harvest, RegistryHarvest, harvesting
from crawler.registry_spider import Alias, RegistrySpider
from db.catalogue import Catalogue
from db.payload import Payload

logger = logging.getLogger(__name__)

_writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="catalogue")
"""One thread for all registries: the catalogue has one connection, and the reactor must not wait for it."""


class CataloguePipeline:
    """Takes payloads and aliases from a spider; ends with the registry's report."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._own = ExitStack()
        self._own_harvest = False
        crawler.signals.connect(self.spider_closed, signal=signals.spider_closed)
        crawler.signals.connect(self.spider_error, signal=signals.spider_error)

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

    async def process_item(self, item: Any) -> Any:
        """Store a payload or an alias. A failure to store is a problem of the crawl, never a silent gap."""
        try:
            match item:
                case Payload():
                    await _in_writer(lambda: self._registry.receive(item, self._spider.expected))
                case Alias(alias, trial_id):
                    await _in_writer(lambda: self._registry.alias(alias, trial_id))
        except Exception as error:
            logger.exception("A payload of %s could not be stored", self._spider.name)
            self._spider.problems.append(f"a payload could not be stored: {error}")
        return None

    def spider_error(self, failure: Any) -> None:
        """A fault in a spider's own code leaves the crawl incomplete."""
        self._spider.problems.append(f"the spider failed: {type(failure.value).__name__}: {failure.value}")

    async def spider_closed(self, reason: str) -> None:
        """Write the report; publish when the harvest is our own."""
        if not hasattr(self, "_registry"):
            return
        spider, stats = self._spider, self.crawler.stats
        if reason != "finished":
            spider.problems.append(f"the crawl was stopped before its end ({reason})")
        traffic = {
            "requests": stats.get_value("downloader/request_count", 0),
            "retried": stats.get_value("retry/count", 0),
            "bytes": stats.get_value("downloader/response_bytes", 0),
        }
        await _in_writer(
            lambda: self._registry.finish(
                problems=tuple(spider.problems),
                expected=spider.expected,
                data_version=spider.data_version,
                traffic=traffic,
            )
        )
        if self._own_harvest:
            with self._own:
                await _in_writer(lambda: self._harvest.catalogue.publish(self._harvest.connection))
            logger.info("Published %s", self._harvest.catalogue.current)

    @property
    def _spider(self) -> RegistrySpider:
        assert isinstance(self.crawler.spider, RegistrySpider)
        return self.crawler.spider


async def _in_writer(action: Callable[[], Any]) -> Any:
    return await asyncio.get_running_loop().run_in_executor(_writer, action)
