"""Which pages of one site a crawl asks for: addresses that look like those of trials, each once, up to a limit.

Nobody says which addresses of a site are trials. They are alike, though, such as
``/clinical-trials/listings/<number>/<slug>/``. So a few pages of each shape of address are tried, and where one shows a
trial the rest of its shape follow.
"""

import datetime as dt
import gzip
import re
import zlib
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, urljoin, urlsplit, urlunsplit

import msgspec
from lxml import etree
from parsel import Selector
from scrapy.utils.gz import gunzip
from scrapy.utils.sitemap import Sitemap

TRIED = 3
"""Pages of one shape that are tried before it counts as none of trials: one or two of them may be out of order."""
LONGEST_WAY = 4
"""Links from the page that the user named to the last one that is asked for; further pages of a list count none."""
MOST_PAGES = 3
"""Pages asked for are at most this many for each trial of the limit: a site of pages without trials ends as well."""
LARGEST_SITEMAP = 64 * 1024 * 1024
"""Bytes of an unpacked sitemap; sitemaps.org allows 50 MB."""

_PAGING = frozenset({"page", "p", "pg", "paged", "offset", "start"})
_PAGE_OF_LIST = re.compile(r"/page/\d+/?$")
_NOT_PAGES = re.compile(r"\.(?:pdf|docx?|xlsx?|zip|jpe?g|png|gif|svg|webp|css|js|ico|mp4|json)$", re.IGNORECASE)


class Link(NamedTuple):
    """An address on the site. way: links from the page that the user named. modified: day that a sitemap states."""

    address: str
    way: int
    modified: dt.date | None = None


class Leads(NamedTuple):
    """Where a page leads to on its own site: pages, further pages of the same list, and further sitemaps."""

    pages: tuple[Link, ...] = ()
    paging: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()


class _Shape(msgspec.Struct):
    """How the pages of one shape of address fared. waiting: those that are not asked for yet."""

    tried: int = 0
    trials: int = 0
    waiting: deque[Link] = msgspec.field(default_factory=deque)


class Frontier:
    """The pages of a crawl. limit: trials after which no more is asked for."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.trials = 0
        self.passed_over: Counter[str] = Counter()
        self._asked = 0
        self._in_flight = 0
        self._seen: set[str] = set()
        self._shapes: dict[tuple[str, ...], _Shape] = {}

    @property
    def left(self) -> int:
        """Pages, of shapes that show trials, which are not asked for because the limit is reached."""
        return sum(len(shape.waiting) for shape in self._shapes.values() if shape.trials)

    def is_new(self, address: str) -> bool:
        """Whether an address was not met before; from now on it was."""
        key = page_key(address)
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new

    def add(self, links: Iterable[Link]) -> int:
        """Take links into consideration; how many of them are new and look like pages of trials."""
        new = 0
        for link in links:
            shape = shape_of(link.address)
            if shape and link.way <= LONGEST_WAY and self.is_new(link.address):
                self._shapes.setdefault(shape, _Shape()).waiting.append(link)
                new += 1
        return new

    def next(self) -> Iterator[Link]:
        """The pages to ask for now: the shapes that have shown trials first."""
        for shape in sorted(self._shapes.values(), key=lambda one: -one.trials):
            while shape.waiting and (shape.trials or shape.tried < TRIED) and self._has_room(self._in_flight):
                shape.tried += 1
                self._asked += 1
                self._in_flight += 1
                yield shape.waiting.popleft()

    def begin(self, address: str) -> None:
        """Note a page that the user named, or a list or sitemap on the way."""
        self.is_new(address)
        self._asked += 1

    def can_page(self) -> bool:
        """Whether there is room for a further page of a list."""
        return self._has_room(in_flight=0)

    def found(self, address: str) -> None:
        """Note that a page shows a trial."""
        self.trials += 1
        if shape := shape_of(address):
            self._shapes.setdefault(shape, _Shape()).trials += 1

    def ended(self, why_not: str | None = None) -> None:
        """Note that a page of ``next`` has come. why_not: why it is passed over."""
        self._in_flight -= 1
        if why_not:
            self.passed_over[why_not] += 1

    def _has_room(self, in_flight: int) -> bool:
        return self.trials + in_flight < self.limit and self._asked < MOST_PAGES * self.limit + TRIED


def shape_of(address: str) -> tuple[str, ...] | None:
    """What addresses of the same kind of page have in common; None where nothing in it is a number or a slug.

    ``/listings/123/a-trial/`` and ``/listings/9/another-one/`` have the shape ``listings``, number, slug.
    """
    parts = urlsplit(address)
    if _NOT_PAGES.search(parts.path):
        return None
    segments = [segment for segment in parts.path.split("/") if segment]
    shape: list[str] = []
    for place, segment in enumerate(segments, 1):
        is_last, hyphens = place == len(segments), segment.count("-")
        if segment.isdigit() or (re.search(r"\d{3}", segment) and hyphens < 2):
            shape.append("#")
        elif hyphens >= 2 or (is_last and place > 1 and (hyphens or shape[-1] == "#")):
            shape.append("-")
        else:
            shape.append(segment.lower())
    query = parse_qsl(parts.query)
    keys = [f"?{name}" for name, value in query if any(map(str.isdigit, value)) and name.lower() not in _PAGING]
    return tuple(shape + keys) if keys or {"#", "-"} & set(shape) else None


def leads(page: str, html: str, way: int) -> Leads:
    """Where the links of a page lead to, without those that the site asks not to follow (``rel=nofollow``)."""
    pages, paging = [], []
    selector = Selector(html, type="html")
    base = urljoin(page, selector.xpath("string(//base/@href)").get("").strip() or page)
    for link in selector.xpath("//a[@href] | //link[@href][@rel]"):
        rel = link.attrib.get("rel", "").lower().split()
        address = on_site(page, base, link.attrib["href"])
        if address is None or "nofollow" in rel:
            continue
        if "next" in rel or _is_further(page, address):
            paging.append(address)
        elif link.root.tag == "a":
            pages.append(Link(address, way + 1))
    return Leads(tuple(pages), tuple(dict.fromkeys(paging)))


def sitemap(page: str, body: bytes, way: int) -> Leads | None:
    """Where a sitemap or an index of sitemaps leads to, packed or not; None for what is none."""
    if body.startswith(b"\x1f\x8b"):
        try:
            body = gunzip(body, max_size=LARGEST_SITEMAP)
        except (OSError, EOFError, zlib.error, gzip.BadGzipFile, ValueError):
            return None
    if not re.search(rb"<(?:\w+:)?(?:urlset|sitemapindex)\b", body[:4096]):
        return None
    try:
        entries = Sitemap(body)
        found = [(on_site(page, page, entry.get("loc") or ""), _day(entry.get("lastmod"))) for entry in entries]
    except (etree.LxmlError, ValueError, AttributeError):
        return None
    if entries.type == "sitemapindex":
        return Leads(sitemaps=tuple(address for address, _ in found if address))
    return Leads(tuple(Link(address, way + 1, day) for address, day in found if address))


def on_site(page: str, base: str, href: str) -> str | None:
    """An address without its fragment; None where it is on another host or port, or none of the web."""
    try:
        parts, own = urlsplit(urljoin(base, href.strip())), urlsplit(page)
        is_own = parts.scheme in ("http", "https") and parts.netloc.lower() == own.netloc.lower()
    except ValueError:
        return None
    if not is_own or re.search(r"[\x00-\x20\x7f]", parts.geturl()):
        return None
    return urlunsplit(parts._replace(path=parts.path or "/", fragment=""))


def _is_further(page: str, address: str) -> bool:
    """Whether an address is another page of the same list: ``?page=2``, ``/page/2``."""
    own, other = urlsplit(page), urlsplit(address)
    if own.query == other.query and _PAGE_OF_LIST.search(other.path):
        return _list_path(own) == _list_path(other)
    if own.path.rstrip("/") != other.path.rstrip("/"):
        return False
    there = dict(parse_qsl(other.query))
    differ = {name for name, value in there.items() if dict(parse_qsl(own.query)).get(name) != value}
    return bool(differ) and all(name.lower() in _PAGING and there[name].isdigit() for name in differ)


def _list_path(parts: SplitResult) -> str:
    return _PAGE_OF_LIST.sub("", parts.path).rstrip("/")


def page_key(address: str) -> str:
    """The same for addresses that differ by scheme or closing slash alone."""
    parts = urlsplit(address)
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}?{parts.query}"


def _day(text: str | None) -> dt.date | None:
    """The day of a date of W3C's profile of ISO 8601; None where it names none."""
    try:
        return dt.date.fromisoformat((text or "").strip()[:10])
    except ValueError:
        return None
