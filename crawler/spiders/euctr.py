"""Spider of the EU Clinical Trials Register (EudraCT protocols), by its search page and its text download.

The first page of a search tells how many trials there are; the full texts then come as downloads of 20 trials, each
with all its country versions on one page, which is a tenth of the requests that the pages of single versions take.

The register is closed to new trials and has no search by day of update, so every crawl asks for everything.

TLS: this host has been seen to leave out the intermediate certificate of its chain. Certificates are verified all the
same. Where that fails, give the missing certificate to the crawl: put the certificates that the machine trusts and the
intermediate one into a file and name it in SSL_CERT_FILE; or put the intermediate one alone into a folder, run
``openssl rehash`` over it and name it in SSL_CERT_DIR. Both tried with Scrapy 2.19 and Twisted 26.10 against a server
that sends its leaf certificate alone; the intermediate alone in SSL_CERT_FILE is not enough, as the root is then gone.
"""

import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

import scrapy
from scrapy.http import Response
from scrapy.selector import Selector
from twisted.python.failure import Failure

from crawler.formats.encodings import decoded, utf8
from crawler.registry_spider import Gone, RegistrySpider

logger = logging.getLogger(__name__)

PAGE_SIZE = 20
"""Trials on a page, of the search and of the download; the register takes no other number."""

MOST_TRIALS = 1_000_000
"""A larger total is none that anybody counted: the register had 44,400 trials in 2026 and takes no more."""
EMPTY_PAGES_IN_A_ROW = 10
"""Pages that hold no trial, after which the rest of a search is given up: its total is none of its trials."""

_COUNT = re.compile(r"Trials with a EudraCT protocol \( ?([0-9][0-9., ]*)\)")
_VERSION = re.compile(
    rb"(?:(?<=[\r\n])|\A)[ \t]*Summary(?:[ \t]*(?:\r\n?|\n))+[ \t]*EudraCT Number[ \t]*:[ \t]*"
    rb"([0-9]{4}-[0-9]{6}-[0-9]{2})"
)
_PREFACE = b"This file contains"


class _Page(NamedTuple):
    """A page of a download. total: trials of its search. trial: the one that was asked for, if it was one."""

    query: str
    total: int
    trial: str | None
    number: int = 1

    @property
    def due(self) -> int:
        """Trials that it should hold; none behind the last page."""
        return min(PAGE_SIZE, self.total - (self.number - 1) * PAGE_SIZE)


class EuctrSpider(RegistrySpider):
    """Trials by condition, all of them, or by EudraCT number."""

    name = "euctr"
    default_url = "https://www.clinicaltrialsregister.eu/ctr-search"
    terms = "EU Clinical Trials Register, European Medicines Agency (reuse with attribution)"
    id_pattern = r"(?:EUCTR)?([12][0-9]{3}-[0-9]{6}-[0-9]{2})(?:-(?:[A-Z]{2}|3RD))?"
    id_meaning = "an EudraCT number: digits such as 2018-001719-65"
    study_rank = 3
    # The register opens a session by a cookie, but every request carries its whole question; and to take a cookie,
    # Scrapy would ask a third host for the list of public suffixes.
    unseen_checked = 100

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._passed_over, self.since = self.since, None
        self._empty_pages = 0

    async def start(self) -> AsyncIterator[Any]:
        """Ask how many trials there are."""
        if self._passed_over is not None:
            logger.info(
                "euctr: the register has no search by day of update: everything is asked for, not only since %s.",
                self._passed_over,
            )
        if self.ids:
            self.expected = len(self.ids)
            for number in self.ids:
                yield self._ask_count(f"eudract_number:{number}", number)
        else:
            # bare words would have to stand together in a trial, quoted phrases with OR are a union
            phrases = (f'"{condition.replace(chr(34), " ").strip()}"' for condition in self.conditions)
            yield self._ask_count("" if self.everything else " OR ".join(phrases), None)

    def parse_count(self, response: Response, query: str, number: str | None) -> Iterator[Any]:
        """Ask for the downloads of a search once its number of trials is known."""
        total = _total(response)
        if total is None:
            yield from self.repeats(response, "the answer does not tell how many trials there are")
            return
        if number is None:
            self.expected = total
        elif total == 0:
            self.not_known(number)
        if total > MOST_TRIALS:
            self.problems.append(f"the register announces {str(total)[:20]} trials, which it cannot have")
        elif total:
            yield self._ask_texts(_Page(query, total, number))

    def parse_texts(self, response: Response, page: _Page, is_second: bool = False) -> Iterator[Any]:
        """Hand over a page of full texts; one that holds too few trials or breaks off is asked for once more."""
        body = utf8(response.body)
        numbers = set(_VERSION.findall(body))
        if not numbers and not body.lstrip().startswith(_PREFACE):
            repeated = self.again(response, "the answer is not a text of trials")
            if repeated:
                yield repeated
            else:
                yield from self._following(page, is_empty=True)
            return
        is_whole = body.rstrip(b" \t").endswith((b"\n", b"\r"))
        if not is_second and (len(numbers) < page.due or not is_whole):
            logger.info(
                "euctr: page %d holds %d of %d trials: it is asked for again.", page.number, len(numbers), page.due
            )
            assert response.request is not None
            yield response.request.replace(cb_kwargs={"page": page, "is_second": True})
            return
        if len(numbers) < page.due:
            self.problems.append(
                f"page {page.number} of the download holds {len(numbers)} of {page.due} trials, asked for twice"
            )
        elif page.trial and page.trial.encode() not in numbers:
            self.problems.append(f"{page.trial}: the register answers with other trials")
        yield self.payload(response)
        yield from self._following(page, is_empty=not numbers)

    def texts_failed(self, failure: Failure) -> Iterator[Any]:
        """A page that could not be got: say so, and go on with the others."""
        self.failed(failure)
        yield from self._following(failure.request.cb_kwargs["page"], is_empty=True)  # type: ignore[attr-defined]

    def _following(self, page: _Page, is_empty: bool) -> Iterator[scrapy.Request]:
        """The page behind a page, unless one after the other holds nothing."""
        self._empty_pages = self._empty_pages + 1 if is_empty else 0
        further = page._replace(number=page.number + 1)
        if further.due <= 0:
            return
        if self._empty_pages < EMPTY_PAGES_IN_A_ROW:
            yield self._ask_texts(further)
        else:
            self.problems.append(f"{self._empty_pages} pages in a row hold no trial: the others are not asked for")
            self.unanswered += 1  # where none of them had an answer, the next crawl goes on from here

    def requests_for(self, ids: Sequence[str]) -> Iterator[scrapy.Request]:
        """Look one by one whether the register still has these trials."""
        for trial_id in ids:
            number = trial_id.removeprefix("EUCTR")
            yield self._ask_count(f"eudract_number:{number}", number, self.parse_unseen)

    def parse_unseen(self, response: Response, query: str, number: str) -> Iterator[Any]:
        """A trial of the catalogue that no search brought: still there (then nothing is read), or gone."""
        total = _total(response)
        if total is None:
            yield from self.repeats(response, "the answer does not tell how many trials there are")
        elif total == 0:
            yield Gone(f"EUCTR{number}")

    def _ask_count(self, query: str, number: str | None, callback: Callable[..., Any] | None = None) -> scrapy.Request:
        return scrapy.Request(
            f"{self.base_url}/search?{urlencode({'query': query, 'page': 1})}",
            callback or self.parse_count,
            errback=self.failed,
            cb_kwargs={"query": query, "number": number},
        )

    def _ask_texts(self, page: _Page) -> scrapy.Request:
        asked = urlencode({"query": page.query, "page": page.number, "mode": "current_page"})
        address = f"{self.base_url}/rest/download/full?{asked}"
        return scrapy.Request(address, self.parse_texts, errback=self.texts_failed, cb_kwargs={"page": page})


def _total(response: Response) -> int | None:
    """Trials of a search, as the tab above the results says: "Trials with a EudraCT protocol (1,035)"."""
    if not response.body.strip():
        return None
    # not by the encoding that the header names, which may be another one
    page = Selector(text=decoded(response.body), type="html")
    shown = " ".join(" ".join(page.xpath("//body//text()").getall()).split())
    found = _COUNT.search(shown)
    return int(re.sub(r"[^0-9]", "", found[1])) if found else None
