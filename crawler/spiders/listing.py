"""Spider of recruitment pages of listing sites: from the addresses it is given to the pages of trials on the same site.

An address is one of a trial's page, of a list (browse, condition, search) or of a sitemap. From there it follows the
links to pages of trials, of the same host and port, up to a limit (``crawler.site`` tells which). There is no registry
behind it and nothing is searched. Without addresses it visits again the pages that the catalogue has, and those alone,
so that a scheduled crawl keeps them up to date.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec
import scrapy
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding

from crawler.arguments import ArgumentError
from crawler.formats.encodings import utf8
from crawler.readers.listing import read
from crawler.registry_spider import Gone, RegistrySpider
from crawler.site import Frontier, Leads, Link, leads, on_site, page_key, sitemap
from db.identifiers import find
from db.payload import Payload

NOT_FOUND = (404, 410)
REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 3
CLOSED_TO_ROBOTS = "Forbidden by robots.txt"
"""What Scrapy says of a request that robots.txt disallows."""

LIMIT = 200
"""Trials of a crawl unless the user says otherwise: at a page a second, some minutes of a site's time."""

logger = logging.getLogger(__name__)


class ListingSpider(RegistrySpider):
    """Pages by address, each one a payload. Sites say no to robots in robots.txt, which is obeyed for each.

    limit: trials after which a crawl that follows links asks for no more. A page on the way that shows no trial is
    passed over and counted in the report; one that the user named and that leads nowhere is read, and so a reject.
    """

    name = "listing"
    # every page's own host: CALCITRIALS_LISTING_URL takes the place of scheme and host of all of them
    default_url = "https://"
    terms = "Recruitment page of a listing site; its own terms hold (the registry's record is the source)"
    id_pattern = r"HTTPS?://\S+"
    id_meaning = "the address of a page: https://..., the page of a trial, a list of trials or a sitemap"
    takes_limit = True
    finds_removed = False  # every crawl asks for each page that the catalogue has

    def __init__(self, *args: Any, limit: int | str = LIMIT, **kwargs: Any) -> None:
        """Take the arguments of every registry's spider, and the limit. Raises ArgumentError."""
        super().__init__(*args, **kwargs)
        self.conditions = ()
        if not str(limit).isdecimal() or int(limit) < 1:
            raise ArgumentError(f"the limit is not a number of trials: {limit!r}")
        self.site = Frontier(int(limit))
        self.known_pages: dict[str, str] = {}

    def notes(self) -> dict[str, int]:
        """Pages that were passed over, by why, and whether the limit was reached."""
        notes = {f"pages passed over: {why}": count for why, count in self.site.passed_over.items()}
        if self.site.left:
            notes[f"limit of {self.site.limit} trials reached (--limit): pages left"] = self.site.left
        return notes

    @property
    def scope(self) -> str:
        """The addresses, or the pages of the catalogue."""
        return super().scope if self.ids else "pages known"

    @classmethod
    def checked_id(cls, text: str) -> str:
        """The address of a page, http or https, without its fragment."""
        address = text.strip()
        try:
            parts = urlsplit(address)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname or " " in address:
            raise ArgumentError(f"{text!r} is not {cls.id_meaning}")
        return urlunsplit(parts._replace(path=parts.path or "/", fragment=""))

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the pages that the user named, or for every page that is known."""
        await self.look_up_stored()
        self.known_pages = {trial.address: trial.trial_id for trial in self.stored.crawled}
        if not self.ids and not self.known_ids and not self.known_pages:
            logger.info("listing: nothing to ask: no page is known, and none was given with --id")
        for page in self.ids:
            self.site.begin(page)
            yield self._request(page, self.parse_named, self.failed, {"page": page, "way": 0})
        if not self.ids:
            for page, trial_id in (dict.fromkeys(self.known_ids) | self.known_pages).items():
                yield self._request(page, self.parse_page, self.failed, {"page": page, "trial_id": trial_id})

    def parse_page(self, response: Response, page: str, trial_id: str | None) -> Iterator[Any]:
        """Hand over a page. One that the catalogue has and the site has not is gone."""
        if response.status in NOT_FOUND and trial_id:
            yield Gone(trial_id)
        elif response.status in NOT_FOUND:
            self.problems.append(f"{page}: there is no such page ({response.status})")
        elif fault := _fault(response):
            yield from self.repeats(response, fault)
        else:
            yield self._as_read(response, page)

    def parse_named(self, response: Response, page: str, way: int) -> Iterator[Any]:
        """Hand over a page that the user named, or go from a list or a sitemap to what it leads to."""
        if urlsplit(response.url).netloc != urlsplit(self._address(page)).netloc:
            self.problems.append(f"{page}: leads to another host, which is not followed: {response.url}")
            return
        found = sitemap(page, response.body, way)
        is_there = response.status not in NOT_FOUND
        if found is None and (not is_there or _fault(response)):
            yield from self.parse_page(response, page, None)
        elif found is not None:
            yield from self._follow(found, way)
        else:
            payload, found = self._as_read(response, page), _leads(response, page, way)
            is_trial = _shows_trial(payload, found)
            if is_trial:
                self.site.found(page)
            followed = list(self._follow(found, way))
            # a further page of a list that leads nowhere is its end
            if is_trial or (not followed and page in self.ids):
                yield payload
            else:
                self.site.passed_over["lists of trials, and others that show none"] += 1
            yield from followed

    def parse_followed(self, response: Response, link: Link) -> Iterator[Any]:
        """Hand over a page of a trial that a link led to, and go on from there; pass any other page over."""
        page = link.address
        if response.status in REDIRECTS:
            times = response.meta.get("times_redirected", 0) + 1
            target = on_site(page, page, (response.headers.get("Location") or b"").decode("latin-1"))
            is_other = target is not None and (page_key(target) == page_key(page) or self.site.is_new(target))
            if target and is_other and times <= MOST_REDIRECTS:
                request = self._followed(link._replace(address=target))
                request.meta["times_redirected"] = times
                yield request
                return
            self.site.ended("lead to another site or a page seen before")
        elif response.status in NOT_FOUND:
            self.site.ended("not there")
            if page in self.known_pages:
                yield Gone(self.known_pages[page])
        elif fault := _fault(response):
            repeated = self.again(response, fault)
            if repeated:
                yield repeated
                return
            self.site.ended()
        else:
            payload, found = self._as_read(response, page), _leads(response, page, link.way)
            is_trial = _shows_trial(payload, found)
            self.site.ended(None if is_trial else "no trial in them")
            if is_trial:
                self.site.found(page)
                self.site.add(found.pages)
                yield payload
        yield from self._next()

    def failed_followed(self, failure: Failure) -> Iterator[Any]:
        """Errback of a page that a link led to: one that may not be asked for or never was is passed over."""
        error = failure.value
        if isinstance(error, IgnoreRequest) and str(error) == CLOSED_TO_ROBOTS:
            self.site.ended("closed to robots")
        elif isinstance(error, IgnoreRequest) and "another host" in str(error):
            self.site.ended("lead to another site or a page seen before")
        else:
            self.site.ended()
            self.failed(failure)
        yield from self._next()

    def _follow(self, found: Leads, way: int) -> Iterator[Any]:
        """Requests for what a list or a sitemap leads to; a further page only while there is something new."""
        for link in filter(self._is_unchanged, found.pages):
            self.site.is_new(link.address)  # the links of other pages do not bring it back
        is_new = self.site.add(found.pages)
        yield from self._next()
        further = [*(found.paging if is_new else ()), *found.sitemaps]
        for address in further:
            if not self.site.can_page():
                break
            if self.site.is_new(address):
                self.site.begin(address)
                further_way = way + (address in found.sitemaps)
                yield self._request(address, self.parse_named, self.failed, {"page": address, "way": further_way})

    def _is_unchanged(self, link: Link) -> bool:
        """Whether an increment need not ask for a page: the catalogue has it, and the sitemap dates it before."""
        is_older = self.since is not None and link.modified is not None and link.modified < self.since
        return is_older and link.address in self.known_pages

    def _next(self) -> Iterator[scrapy.Request]:
        for link in self.site.next():
            yield self._followed(link)

    def _followed(self, link: Link) -> scrapy.Request:
        request = self._request(link.address, self.parse_followed, self.failed_followed, {"link": link})
        # Scrapy would follow a redirect to another host as well
        request.meta.update(dont_redirect=True, handle_httpstatus_list=(*NOT_FOUND, *REDIRECTS))
        return request

    def _request(self, page: str, callback: Any, errback: Any, arguments: dict[str, Any]) -> scrapy.Request:
        meta = {"handle_httpstatus_list": NOT_FOUND}
        return scrapy.Request(self._address(page), callback, errback=errback, cb_kwargs=arguments, meta=meta)

    def _as_read(self, response: Response, page: str) -> Payload:
        """A page as a payload; one that is no UTF-8 and names no encoding is read by what the header names."""
        header = http_content_type_encoding((response.headers.get("Content-Type") or b"").decode("latin-1"))
        as_sent = self.payload(response)
        read_by = None if html_body_declared_encoding(as_sent.body) else header
        text = utf8(as_sent.body, read_by) if read_by else as_sent.body
        return msgspec.structs.replace(as_sent, body=text, url=page)

    def _address(self, page: str) -> str:
        """Where a page is asked for: its own address unless another base takes the place of scheme and host."""
        base, parts = urlsplit(self.base_url), urlsplit(page)
        if not base.netloc:
            return page
        return urlunsplit((base.scheme, base.netloc, base.path + parts.path, parts.query, ""))


def _fault(response: Response) -> str | None:
    """Why an answer cannot be a whole page."""
    body = utf8(response.body).lower()
    if not body.strip():
        return "the page is empty"
    return "the page breaks off before its end" if b"<html" in body and b"</html" not in body else None


def _leads(response: Response, page: str, way: int) -> Leads:
    return leads(page, response.text, way) if isinstance(response, TextResponse) else Leads()


def _shows_trial(payload: Payload, found: Leads) -> bool:
    """Whether a page is that of one trial: it says who may take part, or names one identifier and is no list.

    Conditions, sponsors and identifiers stand on the cards of a list as well.
    """
    for trial in read(payload).trials:
        if trial.eligibility and (trial.eligibility.inclusion or trial.eligibility.exclusion):
            return True
        named = {one.identifier for one in find(payload.body.decode("utf-8", "replace"))}
        return bool(trial.identifiers) and len(named) < 2 and not found.paging
    return False
