"""Spider of recruitment pages of listing sites: the pages whose addresses it is given, and nothing else.

There is no registry behind it and nothing is searched. Without addresses it visits again the pages that the catalogue
has, so that a scheduled crawl keeps them up to date.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec
import scrapy
from scrapy.http import Response
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding

from crawler.arguments import ArgumentError
from crawler.formats.encodings import utf8
from crawler.registry_spider import Gone, RegistrySpider

NOT_FOUND = (404, 410)

logger = logging.getLogger(__name__)


class ListingSpider(RegistrySpider):
    """Pages by address, each one a payload. Sites say no to robots in robots.txt, which is obeyed for each."""

    name = "listing"
    # every page's own host: CALCITRIALS_LISTING_URL takes the place of scheme and host of all of them
    default_url = "https://"
    terms = "Recruitment page of a listing site; its own terms hold (the registry's record is the source)"
    id_pattern = r"HTTPS?://\S+"
    id_meaning = "the address of a page: https://..., the page of one trial"
    finds_removed = False  # every crawl asks for each page that the catalogue has

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conditions = ()

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
        """Ask for every page."""
        pages = dict.fromkeys(self.ids)
        if not pages:
            await self.look_up_stored()
            pages = dict.fromkeys(self.known_ids) | {trial.address: trial.trial_id for trial in self.stored.crawled}
        if not pages:
            logger.info("listing: nothing to ask: no page is known, and none was given with --id")
        for page, trial_id in pages.items():
            yield scrapy.Request(
                self._address(page),
                self.parse_page,
                errback=self.failed,
                cb_kwargs={"page": page, "trial_id": trial_id},
                meta={"handle_httpstatus_list": NOT_FOUND},
            )

    def parse_page(self, response: Response, page: str, trial_id: str | None) -> Iterator[Any]:
        """Hand over a page. One that the catalogue has and the site has not is gone."""
        body = utf8(response.body).lower()
        if response.status in NOT_FOUND and trial_id:
            yield Gone(trial_id)
        elif response.status in NOT_FOUND:
            self.problems.append(f"{page}: there is no such page ({response.status})")
        elif not body.strip():
            yield from self.repeats(response, "the page is empty")
        elif b"<html" in body and b"</html" not in body:
            yield from self.repeats(response, "the page breaks off before its end")
        else:
            # a page that is no UTF-8 and does not name its encoding is read by what the header names
            header = http_content_type_encoding((response.headers.get("Content-Type") or b"").decode("latin-1"))
            as_sent = self.payload(response)
            read_by = None if html_body_declared_encoding(as_sent.body) else header
            text = utf8(as_sent.body, read_by) if read_by else as_sent.body
            yield msgspec.structs.replace(as_sent, body=text, url=page)

    def _address(self, page: str) -> str:
        """Where a page is asked for: its own address unless another base takes the place of scheme and host."""
        base, parts = urlsplit(self.base_url), urlsplit(page)
        if not base.netloc:
            return page
        return urlunsplit((base.scheme, base.netloc, base.path + parts.path, parts.query, ""))
