"""Spider of the EU Clinical Trials Information System (CTIS), by the interface behind its public portal.

That interface has no published description. What is relied on here was seen by several of its clients: pages count
from 1 (page 0 answers 200 and no trial), a page has at most 100 rows, only the first 10,000 results of a search are
shown, and no search by day of update exists. So the list is always read whole, and the trials whose row shows an
update are asked for one by one. The order is by day of decision, whatever else is asked for, so that rows move while
the list is read: a list that came out short is read once more.
"""

import datetime as dt
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import scrapy
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawler.formats.encodings import utf8
from crawler.registry_spider import Alias, Gone, Listed, RegistrySpider, Unavailable
from crawler.settings import RETRY_HTTP_CODES
from db.dates import iso_partial_date, spoken_partial_date

logger = logging.getLogger(__name__)

PAGE_SIZE = 100
"""The interface's largest page."""
RESULTS_SHOWN = 10_000
"""Results of one search that can be paged through; setting CTIS_RESULTS_SHOWN overrides it."""
STATUS_CODES = range(1, 13)
"""Codes of the trials' status, from under evaluation to cancelled: a search with too many results is divided by it."""
MOST_WALKS = 2
MOVED = (301, 302, 303)
SEE_OTHER = 303
"""The registry shows another page, such as one to sign in, and says nothing of where the question is answered."""

_NUMBER = re.compile(r"20[2-9][0-9]-5[0-9]{5}-[0-9]{2}(?:-[0-9]{2})?")
_TRIAL = len("2023-505976-31")
"""Length of the number without its last two digits, which count the resubmissions of one trial."""


class _Row(msgspec.Struct, rename="camel"):
    # Any: a row of an unforeseen shape costs that row and not its page.
    ct_number: Any = None
    last_updated: Any = None
    last_publication_update: Any = None


class _Pagination(msgspec.Struct, rename="camel"):
    total_records: int


class _Page(msgspec.Struct):
    pagination: _Pagination
    data: list[_Row | None]


class _Trial(msgspec.Struct, rename="camel"):
    ct_number: Any = None


_pages = msgspec.json.Decoder(_Page, strict=False)
_trials = msgspec.json.Decoder(_Trial)


@dataclass
class _Search:
    """One search and how far its list has been read.

    what: the search in words, for sentences. is_from_the_end: the list is read from its oldest decision, for the rows
    that the registry does not show from the newest. rows: how many of the total are to be read.
    """

    criteria: dict[str, Any]
    what: str
    is_part: bool = False
    is_from_the_end: bool = False
    total: int = 0
    rows: int = 0
    numbers: set[str] = field(default_factory=set)
    unnamed: int = 0
    open_pages: int = 0
    walks: int = 0
    has_failed: bool = False


class CtisSpider(RegistrySpider):
    """Trials by condition, all of them, or by EU CT number."""

    name = "ctis"
    default_url = "https://euclinicaltrials.eu/ctis-public-api"
    terms = "EU Clinical Trials Information System, European Medicines Agency (reuse with attribution)"
    id_pattern = rf"(?:CTIS)?[- ]*({_NUMBER.pattern})"
    id_meaning = "an EU CT number: digits such as 2023-505976-31-00"
    study_rank = 2
    # This registry's front end answers 403 now and then to requests that it takes a moment later. Cookies tell it
    # nothing, and to take one, Scrapy would ask a third host for the list of public suffixes.
    custom_settings = {  # noqa: RUF012 (Scrapy's own attribute)
        "COOKIES_ENABLED": False,
        "RETRY_HTTP_CODES": [*RETRY_HTTP_CODES, 403],
    }
    handle_httpstatus_list = (404,)
    unseen_checked = 100

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._announced = 0
        self._not_due = 0
        self._seen: set[str] = set()

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the list of a search, or for the trials by their numbers."""
        if self.ids:
            self.expected = len(self.ids)
            for number in self.ids:
                yield self._ask_trial(number)
        elif self.everything:
            yield self._ask_page(_Search({}, "all trials"), 1)
        else:
            # a list of terms between commas; a comma within a condition asks for either side of it, and loses nothing
            criteria = {"containAny": ", ".join(self.conditions)}
            yield self._ask_page(_Search(criteria, "the search by condition"), 1)

    def parse_page(self, response: Response, search: _Search, page: int) -> Iterator[Any]:
        """Ask for the trials of a page of the list that are due; the first page tells how many there are."""
        if response.status in MOVED:
            yield from self._elsewhere(response, search, page)
            return
        answer = self._page(response, search, page)
        if answer is None:
            search.has_failed = True
        elif isinstance(answer, scrapy.Request):
            yield answer
            return
        else:
            if page == 1:
                self._open(search, answer.pagination.total_records)
                if search.total > self._results_shown and not search.is_part:
                    yield from self._parts(search)
                    return
                yield from self._further_pages(search)
                if search.total > self._results_shown and not search.is_from_the_end and search.walks == 1:
                    yield self._ask_page(replace(search, numbers=set(), walks=0, is_from_the_end=True), 1)
            yield from self._due(answer.data, search)
        yield from self._close_page(search)

    def _elsewhere(self, response: Response, search: _Search, page: int) -> Iterator[scrapy.Request]:
        """The same question where the registry says that it moved to; once more here where it only shows a page."""
        assert response.request is not None
        request = response.request
        address = (response.headers.get("Location") or b"").decode("latin-1")
        before = request.meta.get("redirect_urls", [])
        if response.status == SEE_OTHER:
            followed = self.again(response, f"the registry sends to {address or 'nowhere'}")
        elif address and len(before) < self.settings.getint("REDIRECT_MAX_TIMES"):
            meta = {**request.meta, "redirect_urls": [*before, request.url]}
            followed = request.replace(url=response.urljoin(address), meta=meta)
        else:
            self.problems.append(f"{search.what}, page {page}: the registry sends on and on ({response.status})")
            followed = None
        if followed:
            yield followed
            return
        search.has_failed = True
        yield from self._close_page(search)

    def page_failed(self, failure: Failure) -> Iterator[Any]:
        """A page that could not be got: ask again where it was sent from, else say so, and go on with the others."""
        request: scrapy.Request = failure.request  # type: ignore[attr-defined]
        if isinstance(failure.value, HttpError) and "redirect_urls" in request.meta:
            repeated = self.again(failure.value.response, f"the registry answers {failure.value.response.status}")
            if repeated:
                yield repeated
                return
        else:
            self.failed(failure)
        search: _Search = request.cb_kwargs["search"]
        search.has_failed = True
        yield from self._close_page(search)

    def parse_trial(self, response: Response, number: str) -> Iterator[Any]:
        """Hand over a trial; a number with an older resubmission counter is an alias, and its record is gone."""
        if response.status != 200:
            if self.ids:
                self.not_known(number)
            else:
                yield Unavailable(f"CTIS{number}")
            return
        current, reason = None, ""
        try:
            current = _trials.decode(utf8(response.body)).ct_number
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            reason = f"the answer is not a trial in JSON ({error})"
        if isinstance(current, str) and current[:_TRIAL] != number[:_TRIAL]:
            reason = f"the answer is another trial ({current[:40]})"
        if reason:
            yield from self.repeats(response, reason)
            return
        if isinstance(current, str) and current != number:
            yield Alias(f"CTIS{number}", f"CTIS{current}")
            yield Gone(f"CTIS{number}")
        yield self.payload(response)

    def requests_for(self, ids: Sequence[str]) -> Iterator[scrapy.Request]:
        """Look one by one whether the registry still has these trials."""
        for trial_id in ids:
            yield self._ask_trial(trial_id.removeprefix("CTIS"), self.parse_unseen)

    def parse_unseen(self, response: Response, number: str) -> Iterator[Any]:
        """A trial of the catalogue that no search brought: still there, or gone."""
        if response.status == 404:
            yield Gone(f"CTIS{number}")
        else:
            yield from self.parse_trial(response, number)

    def _ask_page(self, search: _Search, page: int) -> scrapy.Request:
        body = {
            "pagination": {"page": page, "size": PAGE_SIZE},
            "sort": {"property": "decisionDate", "direction": "ASC" if search.is_from_the_end else "DESC"},
            "searchCriteria": search.criteria,
        }
        return scrapy.Request(
            f"{self.base_url}/search",
            self.parse_page,
            method="POST",
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            body=msgspec.json.encode(body),
            errback=self.page_failed,
            cb_kwargs={"search": search, "page": page},
            # Scrapy would follow with GET, which asks another question
            meta={"handle_httpstatus_list": [*MOVED, *self.handle_httpstatus_list]},
            priority=1,  # the list before the trials: the less time it takes, the fewer rows move
        )

    def _ask_trial(self, number: str, callback: Callable[..., Any] | None = None) -> scrapy.Request:
        return scrapy.Request(
            f"{self.base_url}/retrieve/{number}",
            callback or self.parse_trial,
            headers={"Accept": "application/json"},
            errback=self.failed,
            cb_kwargs={"number": number},
        )

    def _page(self, response: Response, search: _Search, page: int) -> _Page | scrapy.Request | None:
        """The page; the request to repeat because the answer is none; None when the repeats are used up."""
        if response.status != 200:
            reason = f"the registry answers {response.status}"
            if "redirect_urls" in response.meta:
                return self.again(response, reason)
            self.problems.append(f"{search.what}, page {page}: {reason}")
            return None
        try:
            answer = _pages.decode(utf8(response.body))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return self.again(response, f"the answer is not a page of the list in JSON ({error})")
        if not answer.data and (page - 1) * PAGE_SIZE < answer.pagination.total_records:
            return self.again(response, f"page {page} of {search.what} has no rows")
        return answer

    @property
    def _results_shown(self) -> int:
        return self.settings.getint("CTIS_RESULTS_SHOWN", RESULTS_SHOWN)

    def _open(self, search: _Search, total: int) -> None:
        """Begin to walk through a list."""
        shown = self._results_shown
        search.total = total
        search.rows = min(total - shown, shown) if search.is_from_the_end else min(total, shown)
        search.numbers.clear()
        search.unnamed = 0
        search.walks += 1
        search.open_pages = max(1, -(-search.rows // PAGE_SIZE))
        if not search.is_part:
            self._announced = total
            self.listed = total if self.since else None
            self.expected = self._announced - self._not_due
        elif total > 2 * shown and search.walks == 1 and not search.is_from_the_end:
            self.problems.append(f"{search.what}: {total}, of which the registry shows {2 * shown}")

    def _parts(self, search: _Search) -> Iterator[scrapy.Request]:
        """A search with more results than the registry shows, divided by the status of the trials."""
        logger.info("ctis: %s: %d, of which the registry shows %d", search.what, search.total, self._results_shown)
        for code in STATUS_CODES:
            part = _Search({**search.criteria, "status": [code]}, f"{search.what} of status {code}", is_part=True)
            yield self._ask_page(part, 1)

    def _further_pages(self, search: _Search) -> Iterator[scrapy.Request]:
        """All pages after the first at once, so that one that fails costs only itself."""
        for page in range(2, search.open_pages + 1):
            yield self._ask_page(search, page)

    def _due(self, rows: Iterable[_Row | None], search: _Search) -> Iterator[Any]:
        """Take note of the trials of these rows; ask for those not seen before and, in an increment, updated."""
        shown = []
        for row in rows:
            number = row.ct_number if row else None
            if row is None or not isinstance(number, str) or not _NUMBER.fullmatch(number):
                search.unnamed += 1
                continue
            search.numbers.add(number)
            shown.append(f"CTIS{number}")
            if number in self._seen:
                continue
            self._seen.add(number)
            if self._is_due(row):
                yield self._ask_trial(number)
            else:
                self._not_due += 1
        yield Listed(tuple(shown))
        self.expected = self._announced - self._not_due

    def _is_due(self, row: _Row) -> bool:
        """Whether a row shows an update since the day asked for; one that shows no day at all is due."""
        if self.since is None:
            return True
        days = [day for text in (row.last_updated, row.last_publication_update) if (day := _day(text))]
        return not days or max(days) >= self.since

    def _close_page(self, search: _Search) -> Iterator[scrapy.Request]:
        """After the last page of a list: read it once more when it came out short, and say what has no number."""
        search.open_pages -= 1
        if search.open_pages > 0:
            return
        short = search.rows - len(search.numbers) - search.unnamed
        if short > 0 and not search.has_failed and search.walks < MOST_WALKS:
            logger.info("ctis: %s: %d rows are missing from the list, which is read again", search.what, short)
            yield self._ask_page(search, 1)
        elif search.unnamed:
            self.problems.append(f"{search.what}: {search.unnamed} rows of the list have no EU CT number")


def _day(text: Any) -> dt.date | None:
    """A day of the list (24/04/2024; in older answers 2024-04-24)."""
    if not isinstance(text, str) or not text.strip():
        return None
    return iso_partial_date(text).date or spoken_partial_date(text).date
