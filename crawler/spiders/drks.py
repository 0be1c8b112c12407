"""Spider of DRKS, the German Clinical Trials Register: detail pages by id.

Its search answers only forms with a session, so it is not asked. Ids come from the user, or from the catalogue: the
register's own records, and what other registries' records name. With everything asked for, ids are also tried upwards
from the highest known one, as the register assigns them in order and with gaps. An unknown id is answered with status
200 and a general page.
"""

import logging
import re
from collections import deque
from collections.abc import AsyncIterator, Iterator
from enum import Enum
from typing import Any

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.formats.encodings import utf8
from crawler.registry_spider import Gone, RegistrySpider

MISSES_IN_A_ROW = 60
"""The walk upwards ends after this many ids that name no trial."""
TELLING_MISSES = 3
"""So many ids that other records name, none of which has a page, are more than mistyped numbers."""
SAME_PAGES_IN_A_ROW = 20
"""Pages that differ by their number alone: an answer made up for any number, after which the walk ends."""
MOST_TRIED = 100_000
"""Ids tried in one crawl: more than twice what the register had assigned in 2026."""
NOT_FOUND = (404, 410)

logger = logging.getLogger(__name__)

_ID = re.compile(r"DRKS[0-9]{8}")
_TAG = re.compile(rb"<[^>]*>")
_SPACE = re.compile(rb"(?:\s|&nbsp;|&#160;|\xc2\xa0)+")
_LABELLED_ID = re.compile(rb"DRKS[- ]ID(?: of the trial| der Studie)? ?:? ?(DRKS[0-9]{8})", re.I)


class _Why(Enum):
    """Why a page is asked for."""

    BY_USER = "an id of the user"
    CRAWLED = "a record of the catalogue"
    NAMED = "named by other records"
    TRIED = "the walk upwards"
    AGAIN = "a record of the catalogue whose page was not found"


class DrksSpider(RegistrySpider):
    """Trials by id, those that the catalogue knows, or all of these and the ids after them."""

    name = "drks"
    default_url = "https://drks.de"
    terms = "German Clinical Trials Register, BfArM (reuse with attribution)"
    id_pattern = _ID.pattern
    id_meaning = "a DRKS id: DRKS and eight digits, such as DRKS00038775"
    study_rank = 5
    finds_removed = False  # every crawl of the register's own records asks for each of them
    comes_last = True
    least_delay_s = 0.7

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._to_ask: deque[tuple[str, _Why]] = deque()
        self._highest = 0
        self._misses = 0
        self._tried = 0
        self._same_pages = 0
        self._page_before = 0
        self._unsure: list[str] = []
        self._named_without_page = 0
        self._has_found_any = False
        self._has_asked_again = False

    async def start(self) -> AsyncIterator[Any]:
        """Gather the ids, and begin with the first."""
        if self.ids:
            self._to_ask.extend((trial_id, _Why.BY_USER) for trial_id in self.ids)
        else:
            await self.look_up_stored()
            crawled = [trial.trial_id for trial in self.stored.crawled]
            named = [*self.known_ids, *(one.upper() for one in self.stored.named if _ID.fullmatch(one.upper()))]
            self._to_ask.extend((trial_id, _Why.CRAWLED) for trial_id in crawled)
            self._to_ask.extend((trial_id, _Why.NAMED) for trial_id in dict.fromkeys(named) if trial_id not in crawled)
            self._highest = max((_number(trial_id) for trial_id in crawled), default=0)
            if not self._to_ask and not self.everything:
                logger.info(
                    "drks: nothing to ask: the registry cannot be searched, and the catalogue knows none of its trials "
                    "on these conditions (give ids with --id, import a WHO ICTRP export, or crawl --all)"
                )
        self.expected = len(self._to_ask)
        for request in self._next():
            yield request

    def _next(self) -> Iterator[Any]:
        """Ask for the next page; at the end look after the trials that were not found where they had been."""
        if self._to_ask:
            yield self._ask(*self._to_ask.popleft())
        elif self.everything and self._misses < MISSES_IN_A_ROW and not self._has_asked_again and self._may_try():
            self._highest += 1
            self._tried += 1
            yield self._ask(f"DRKS{self._highest:08d}", _Why.TRIED)
        elif self._unsure and not self._has_asked_again and self._has_found_any:
            self._has_asked_again = True
            self._to_ask.extend((trial_id, _Why.AGAIN) for trial_id in self._unsure)
            yield from self._next()
        elif not self._has_found_any and (
            self._unsure or self.everything or self._named_without_page >= TELLING_MISSES
        ):
            self.problems.append("no page that was asked for shows the id of a trial: the registry's pages may be new")

    def _may_try(self) -> bool:
        """Whether the walk goes on; one without an end is a registry that answers any number."""
        if self._tried < MOST_TRIED and self._same_pages < SAME_PAGES_IN_A_ROW:
            return True
        self._misses = MISSES_IN_A_ROW
        self.problems.append(f"the registry goes round in circles: it has a page for each of {self._tried} ids tried")
        return False

    def _ask(self, trial_id: str, why: _Why) -> scrapy.Request:
        return scrapy.Request(
            f"{self.base_url}/search/en/trial/{trial_id}",
            self.parse_page,
            errback=self.page_failed,
            cb_kwargs={"trial_id": trial_id, "why": why},
            meta={"handle_httpstatus_list": NOT_FOUND},
        )

    def parse_page(self, response: Response, trial_id: str, why: _Why) -> Iterator[Any]:
        """Hand over the page of a trial, and go on with the next."""
        body = utf8(response.body)
        text = _SPACE.sub(b" ", _TAG.sub(b" ", body))
        stated = _LABELLED_ID.search(text)
        fault = None if response.status in NOT_FOUND else _fault(body, stated, trial_id)
        if fault:
            repeated = self.again(response, fault)
            if repeated:
                yield repeated
                return
            self._misses += why is _Why.TRIED
        elif stated and response.status not in NOT_FOUND:
            self._has_found_any = True
            self._misses = 0
            content = hash(body.replace(trial_id.encode(), b""))
            self._same_pages = self._same_pages + 1 if content == self._page_before else 0
            self._page_before = content
            self._highest = max(self._highest, _number(trial_id))
            yield self.payload(response)
        else:
            yield from self._unknown(trial_id, why)
        yield from self._next()

    def _unknown(self, trial_id: str, why: _Why) -> Iterator[Gone]:
        """What it means that the registry does not know an id. A record is gone only when its page is missing twice,
        while the pages of others are there."""
        assert self.expected is not None
        match why:
            case _Why.BY_USER:
                self.not_known(trial_id)
            case _Why.CRAWLED:
                self._unsure.append(trial_id)
                self.expected -= 1
            case _Why.NAMED:
                logger.info("drks: %s is named in the catalogue, and the registry does not know it", trial_id)
                self._named_without_page += 1
                self.expected -= 1
            case _Why.TRIED:
                self._misses += 1
            case _Why.AGAIN:
                yield Gone(trial_id)

    def page_failed(self, failure: Failure) -> Iterator[Any]:
        """A page that could not be got: say so, and go on with the others."""
        self.failed(failure)
        # a registry that cannot be reached must not be walked through for ever
        self._misses += failure.request.cb_kwargs["why"] is _Why.TRIED  # type: ignore[attr-defined]
        yield from self._next()


def _number(trial_id: str) -> int:
    return int(trial_id.removeprefix("DRKS"))


def _fault(body: bytes, stated: re.Match[bytes] | None, trial_id: str) -> str | None:
    """Why an answer cannot be right, None where it can."""
    if b"drks" not in body.lower():
        return "the answer is no page of the registry"
    if b"</html" not in body.lower():
        return "the page breaks off before its end"
    if stated and stated[1].decode().upper() != trial_id:
        return f"the answer is the page of {stated[1].decode()}"
    return None
