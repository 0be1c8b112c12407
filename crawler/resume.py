"""A crawl goes on where an unfinished one stopped: what that had received is not asked for again."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from crawler.registry_spider import RegistrySpider

REPLAYED = "replayed"
"""Flag of a response that came from an unfinished crawl's archive."""


class ReplayMiddleware:
    """Answers requests from the archives of unfinished crawls of the same question."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware for a crawler (Scrapy's hook)."""
        return cls(crawler)

    def process_request(self, request: Request) -> Response | None:
        """The archived answer, None when there is none or the request repeats one that could not be right."""
        spider = self.crawler.spider
        if not isinstance(spider, RegistrySpider) or not spider.interrupted or request.meta.get("retry_times"):
            return None
        payload = spider.interrupted.get(request.url) if request.method == "GET" else None
        if payload is None:
            return None
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value("calcitrials/replayed")
        request.meta["fetched_at"] = payload.fetched_at
        kind = responsetypes.from_args(url=payload.url, body=payload.body)
        return kind(url=payload.url, body=payload.body, status=200, flags=[REPLAYED], request=request)
