"""Politeness towards a registry: back-off and Retry-After where it falters, the pace that it asks for, and no more
requests where it forbids them.

Scrapy repeats a request at once and knows no Retry-After (RFC 9110, 10.2.3); the back-off takes the place of its
retry middleware. It obeys the Disallow lines of robots.txt and reads Crawl-delay without keeping to it.
"""

import asyncio
import datetime as dt
import logging
import random
import re
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.asyncio import sleep
from scrapy.utils.misc import load_object
from twisted.python.failure import Failure

from crawler.failures import why

FORBIDDEN = 403
TOO_MANY_REQUESTS = 429
ASKED_NO_MORE = "the host answered 403 to a request before"

logger = logging.getLogger(__name__)


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


class Pace:
    """Slows the requests to a host down to what its robots.txt asks for (Crawl-delay) and to what its spider owes it.

    A user's delay (DOWNLOAD_DELAY, ``--delay``) can make the pace slower, never faster. A Crawl-delay counts up to
    CRAWL_DELAY_MAX_S seconds: what is meant to keep robots out altogether is said with Disallow.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.longest_s = crawler.settings.getfloat("CRAWL_DELAY_MAX_S")
        crawler.signals.connect(self.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(self.robots_parsed, signal=signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the extension for a crawl (Scrapy's hook)."""
        return cls(crawler)

    def spider_opened(self, spider: Spider) -> None:
        """Keep to the least delay that the spider states for the host of its registry."""
        host = urlsplit(getattr(spider, "default_url", "")).hostname
        least_s = getattr(spider, "least_delay_s", 0.0)
        if host and least_s:
            self._slow_down(host, least_s)

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        """Keep to the Crawl-delay of a host; also when it repeats what the host's other robots.txt said."""
        asked_s = robotparser.crawl_delay(self.crawler.settings["USER_AGENT"])
        if asked_s is not None and asked_s > 0:
            self._slow_down(self.crawler.engine.downloader.get_slot_key(request), min(asked_s, self.longest_s))

    def _slow_down(self, key: str, delay_s: float) -> None:
        downloader = self.crawler.engine.downloader
        delay_s = max(delay_s, self.crawler.settings.getfloat("DOWNLOAD_DELAY"))
        # for slots to come: Scrapy drops one that was idle for a minute
        downloader.per_slot_settings.setdefault(key, {})["delay"] = delay_s
        if key in downloader.slots:
            slot = downloader.slots[key]
            slot.delay = max(slot.delay, delay_s)


class ForbiddenMiddleware:
    """After a 403 its host is not asked again in this crawl: asking on is what turns a refusal into a ban.

    A spider of one registry is closed. One whose requests go to several hosts goes on with the others.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._forbidding: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware for a crawler (Scrapy's hook)."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Ask nothing more of a host that forbade it."""
        if urlsplit(request.url).netloc in self._forbidding:
            raise IgnoreRequest(ASKED_NO_MORE)

    def process_response(self, request: Request, response: Response) -> Response:
        """Take note of a 403, and hand it on."""
        if response.status != FORBIDDEN or _is_for_robots(request):
            return response
        host = urlsplit(response.url).netloc
        if host not in self._forbidding:
            self._forbidding.add(host)
            spider = self.crawler.spider
            logger.warning("%s answers 403: it is not asked again in this crawl", host)
            self._drop_waiting(request, host)
            if urlsplit(getattr(spider, "base_url", "")).netloc == host:
                self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="forbidden"))
        return response

    def _drop_waiting(self, request: Request, host: str) -> None:
        """Drop the requests to the host that wait for their turn behind this one."""
        slot = self.crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))
        if slot is None:
            return
        for entry in list(slot.queue):
            dropped, answer = entry
            if urlsplit(dropped.url).netloc == host:
                slot.queue.remove(entry)
                answer.errback(Failure(IgnoreRequest(ASKED_NO_MORE)))  # type: ignore[no-untyped-call]


class RobotsMiddleware(RobotsTxtMiddleware):
    """Obeys robots.txt, but for what lies below the base address of a registry that publishes it for programs."""

    async def process_request(self, request: Request, spider: Spider | None = None) -> None:
        """Let a request to such an interface pass; ask Scrapy's own middleware of any other."""
        own = self.crawler.spider
        if getattr(own, "api_is_for_robots", False) and request.url.startswith(f"{getattr(own, 'base_url', '')}/"):
            return
        await super().process_request(request)


class NoRobotsMiddleware:
    """Asks nothing of a host whose robots.txt cannot be got, where it is to be obeyed: it may forbid everything
    (RFC 9309, 2.3.1.4). One that is not there (404 and its like) forbids nothing.
    """

    def __init__(self) -> None:
        self._reasons: dict[str, str] = {}

    def process_request(self, request: Request) -> None:
        """Ask nothing but its robots.txt of such a host."""
        reason = self._reasons.get(urlsplit(request.url).netloc)
        if reason and not _is_for_robots(request):
            raise IgnoreRequest(f"the robots.txt of this host, which is to be obeyed, cannot be got: {reason}")

    def process_response(self, request: Request, response: Response) -> Response:
        """Take note of a robots.txt that the host would not or could not give, also when repeated."""
        if _is_for_robots(request) and (response.status == TOO_MANY_REQUESTS or response.status >= 500):
            self._reasons.setdefault(urlsplit(request.url).netloc, f"the host answers {response.status}")
        return response

    def process_exception(self, request: Request, exception: Exception) -> Response | None:
        """Take note of a robots.txt that did not come; an empty answer stands for it."""
        if not _is_for_robots(request):
            return None
        self._reasons[urlsplit(request.url).netloc] = why(exception)
        return Response(request.url, status=503)


def _is_for_robots(request: Request) -> bool:
    return bool(request.meta.get("dont_obey_robotstxt"))


def retry_after_s(response: Response, now: dt.datetime) -> float | None:
    """Seconds that a Retry-After header asks for: a number, or a date from which ``now`` is taken."""
    stated = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if re.fullmatch("[0-9]+", stated):
        return float(stated)
    try:
        moment = parsedate_to_datetime(stated)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - now).total_seconds())
