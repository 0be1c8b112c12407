"""Manners towards a registry that falters: back-off, Retry-After, and a slower pace after a 429.

Scrapy repeats a request at once and knows no Retry-After (RFC 9110, 10.2.3); this middleware takes the place
of its retry middleware.
"""

import datetime as dt
import random
from email.utils import parsedate_to_datetime
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response
from scrapy.utils.asyncio import sleep
from scrapy.utils.misc import load_object

TOO_MANY_REQUESTS = 429


class BackoffMiddleware:
    """Repeats failed requests after a wait that doubles each time, or as long as the registry asks."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self.crawler = crawler
        self.codes = {int(code) for code in settings.getlist("RETRY_HTTP_CODES")}
        self.exceptions = tuple(
            load_object(x) if isinstance(x, str) else x for x in settings.getlist("RETRY_EXCEPTIONS")
        )
        self.longest_s = settings.getfloat("BACKOFF_MAX_S")
        self.longest_asked_s = settings.getfloat("RETRY_AFTER_MAX_S")
        # a user who lowers the delay (a registry on loopback) lowers the back-off with it
        self.first_s = max(0.05, min(1.0, settings.getfloat("DOWNLOAD_DELAY")))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware for a crawler (Scrapy's hook)."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Hold a request that a spider asked to repeat for the wait it was given."""
        wait_s = request.meta.pop("backoff", None)
        if wait_s:
            await sleep(wait_s)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Repeat what was answered with a passing fault."""
        if response.status not in self.codes:
            return response
        repeated = self._repeat(request, f"HTTP {response.status}")
        if repeated is None:
            return response
        asked_s = retry_after_s(response, dt.datetime.now(dt.UTC))
        if asked_s is not None:
            repeated.meta["backoff"] = min(asked_s, self.longest_asked_s)
        if response.status == TOO_MANY_REQUESTS:
            self._slow_down(request)
        return repeated

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Repeat what broke off: connection refused or reset, time out, body shorter than announced."""
        return self._repeat(request, exception) if isinstance(exception, self.exceptions) else None

    def _repeat(self, request: Request, reason: str | Exception) -> Request | None:
        assert self.crawler.spider is not None
        repeated = get_retry_request(request, spider=self.crawler.spider, reason=reason)
        if repeated is not None:
            repeated.meta["backoff"] = self.wait_s(repeated.meta["retry_times"])
        return repeated

    def wait_s(self, times: int) -> float:
        """Seconds before the n-th repeat: doubling, with a quarter of jitter, capped."""
        return float(min(self.first_s * 2 ** (times - 1), self.longest_s) * random.uniform(1.0, 1.25))

    def _slow_down(self, request: Request) -> None:
        """After a 429 the host is asked half as often for the rest of the crawl."""
        slots: dict[str, Any] = self.crawler.engine.downloader.slots
        slot = slots.get(request.meta.get("download_slot", ""))
        if slot is not None:
            slot.delay = min(slot.delay * 2, self.longest_s)


def retry_after_s(response: Response, now: dt.datetime) -> float | None:
    """Seconds that a Retry-After header asks for: a number, or a date from which ``now`` is taken."""
    stated = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if stated.isdigit():
        return float(stated)
    try:
        moment = parsedate_to_datetime(stated)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - now).total_seconds())
