"""Scrapy settings of the harvester: polite, verified, and closed to remote control.

Environment: CALCITRIALS_CATALOG (folder of the catalogue), CALCITRIALS_CONTACT (address of whoever runs the
crawls, sent to the registries in the User-Agent), CALCITRIALS_<REGISTRY>_URL (base address of a
registry), CALCITRIALS_GATES (thresholds of the quality gates, JSON),
CALCITRIALS_TIMEOUT_S (seconds to wait for an answer before the request is repeated; default 60).
Everything that differs from Scrapy's defaults says why. Alphabetical within each group.
"""

import os
from importlib.metadata import version

from crawler.arguments import ArgumentError


def _seconds(variable: str, default: float) -> float:
    """A time from the environment. Raises ArgumentError when it is none."""
    stated = os.environ.get(variable) or default
    try:
        seconds = float(stated)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ArgumentError(f"{variable} is not a number of seconds: {stated!r}")
    return seconds


BOT_NAME = "calcitrials"
SPIDER_MODULES = ["crawler.spiders"]
CALCITRIALS_VERSION = version("calcitrials")
CALCITRIALS_CATALOG = os.environ.get("CALCITRIALS_CATALOG", "catalog")
CALCITRIALS_CONTACT = os.environ.get("CALCITRIALS_CONTACT", "")

# Who we are, so that an operator can reach whoever runs the crawl instead of blocking the address.
USER_AGENT = f"calcitrials/{CALCITRIALS_VERSION} (clinical trial registry harvester; contact: " + (
    CALCITRIALS_CONTACT or "not set"
)
USER_AGENT += ")"

# Safety: Scrapy 2.19 opens a remote control server and a telnet console, and verifies no certificate.
COOKIES_ENABLED = False  # no registry needs them, and Scrapy's jar fetches a public suffix list from a third party
DOWNLOAD_VERIFY_CERTIFICATES = True
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False

# Politeness: each host is asked at most once a second unless the user says otherwise; robots.txt is obeyed, with
# Crawl-delay, by every spider that does not opt out with a reason in its own file.
AUTOTHROTTLE_ENABLED = False  # it would start with 5 s and never react to 429; crawler.politeness does
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CRAWL_DELAY_MAX_S = 30.0
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0  # a second between two requests means at least a second
EXTENSIONS = {"crawler.politeness.Pace": 0}
ROBOTSTXT_OBEY = True

# Patience: back-off and Retry-After are ours (crawler.politeness), Scrapy has neither.
BACKOFF_MAX_S = 60.0
DOWNLOAD_MAXSIZE = 256 * 1024 * 1024
DOWNLOAD_TIMEOUT = _seconds("CALCITRIALS_TIMEOUT_S", 60.0)
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # Scrapy's own drops a request made before without a word
RETRY_AFTER_MAX_S = 300.0
RETRY_HTTP_CODES = [408, 429, 500, 502, 503, 504, 522, 524]
RETRY_TIMES = 5
META_COPY_WARN_SKIP_KEYS = ["download_latency", "retry_times"]  # RegistrySpider.again repeats a request with its count
URLLENGTH_LIMIT = 0  # Scrapy's own drops a request with a long address without a word; a registry answers 414
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "crawler.resume.ReplayMiddleware": 50,
    "crawler.politeness.ForbiddenMiddleware": 90,
    "crawler.politeness.NoRobotsMiddleware": 540,  # before the back-off: what comes through it is not repeated any more
    "crawler.politeness.BackoffMiddleware": 550,
    "crawler.redirects.SameHostMiddleware": 650,  # looks at an answer before Scrapy follows it
}
REFERRER_POLICY = "no-referrer"  # a question, with the conditions in it, is told to nobody but the registry

# The way of the data: payloads go through the one pipeline into the catalogue. A payload may weigh tens of
# megabytes, so few are held at once.
CONCURRENT_ITEMS = 2
ITEM_PIPELINES = {"crawler.pipeline.CataloguePipeline": 500}

# When data look too wrong to be published: the fields of db.gates.Thresholds that differ from their defaults, as JSON.
QUALITY_GATES = os.environ.get("CALCITRIALS_GATES", "{}")

LOG_LEVEL = "INFO"
