"""Spider of ISRCTN, XML query API, format "default".

The API has no paging that can be relied on: its ``limit`` is honoured, its ``offset`` is not. So an answer that
would be too large is divided by the time of the last edit until each part is small, oldest part first: a record
that is edited during the crawl moves to a part that is still to come. A limit of that time without its time of day is
silently left out by the registry, and every trial comes back; so the two halves of a division are held against the
whole.
"""

import datetime as dt
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.formats.encodings import utf8
from crawler.registry_spider import Gone, RegistrySpider

LARGEST_ANSWER = 1000
"""Records of one answer; a record weighs about 15 KB."""
FIRST_EDIT = dt.datetime(2005, 1, 1)
"""Before any record's last edit: the oldest one seen is of November 2005."""
SHORTEST_WINDOW = dt.timedelta(seconds=1)
IDS_PER_REQUEST = 50
MOST_TRIALS = 1_000_000
"""A larger total is none that anybody counted: the registry had 28,700 trials in 2026."""
DIVISIONS_A_PART = 30
"""So often ten years are halved until a second is left. A registry whose parts need more than this for each thousand
trials tells totals that fit no whole."""
MOST_GROWTHS = 5
"""A part may grow after it was counted; not each time that it is asked for."""
NOT_FOUND = (404, 410)

_ROOT = re.compile(rb"<(?:[\w.-]+:)?allTrials\b[^>]*>")
_TOTAL = re.compile(rb"\btotalCount\s*=\s*[\"'](\d+)[\"']")
_END = re.compile(rb"</(?:[\w.-]+:)?allTrials\s*>\s*\Z|<(?:[\w.-]+:)?allTrials\b[^>]*/>\s*\Z")
_RECORD = re.compile(rb"<(?:[\w.-]+:)?fullTrial[\s>]")
_WHOLE_RECORD = re.compile(rb"<(?:[\w.-]+:)?fullTrial[\s>].*</(?:[\w.-]+:)?fullTrial\s*>", re.S)
_NUMBER = re.compile(rb"<(?:[\w.-]+:)?isrctn\b[^>]*>\s*(?:ISRCTN)?(\d{8})\s*<")


@dataclass(frozen=True)
class _Window:
    """Records last edited from ``low`` on and before ``high``; None is no limit."""

    low: dt.datetime | None = None
    high: dt.datetime | None = None

    def divided(self, at: dt.datetime) -> "tuple[_Window, _Window]":
        return _Window(self.low, at), _Window(at, self.high)

    def middle(self, now: dt.datetime) -> dt.datetime | None:
        """Where to divide it, at midnight if it is long; None when it is too short to be divided."""
        low, high = self.low or FIRST_EDIT, self.high or now
        if high - low <= SHORTEST_WINDOW:
            return None
        middle = (low + (high - low) / 2).replace(microsecond=0)
        midnight = middle.replace(hour=0, minute=0, second=0)
        return midnight if midnight > low else middle


@dataclass(frozen=True)
class _Division:
    """A window in two. whole: how many records it has."""

    whole: int
    older: _Window
    newer: _Window
    is_newer_wanted_alone: bool


class IsrctnSpider(RegistrySpider):
    """Trials by condition, all of them, or by number."""

    name = "isrctn"
    default_url = "https://www.isrctn.com"
    terms = "ISRCTN registry (CC BY 4.0)"
    id_pattern = "(?:ISRCTN)?([0-9]{8})"
    id_meaning = "an ISRCTN: ISRCTN and eight digits, such as ISRCTN73380053"
    study_rank = 4
    unseen_checked = 500

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parts: list[tuple[_Window, int]] = []
        self._divisions = 0
        self._most_divisions = 0
        # the day after tomorrow, so that no time zone puts an edit after it, and the same all day, so that a
        # restarted crawl asks for the same windows
        self._end = dt.datetime.combine(dt.datetime.now(dt.UTC).date() + dt.timedelta(days=2), dt.time())

    @classmethod
    def checked_id(cls, text: str) -> str:
        """ISRCTN and eight digits, from any case and from the digits alone."""
        return "ISRCTN" + super().checked_id(text)

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the trials by number, or for the size of the whole answer."""
        if self.ids:
            self.expected = len(self.ids)
            for trial_id in self.ids:
                yield self._ask_trial(trial_id, self.parse_trial)
        else:
            yield self._ask_count(_Window(), self.parse_whole)

    def parse_whole(self, response: Response) -> Iterator[Any]:
        """The size of the answer to the whole question; divide it by ``since``, or where it is too large."""
        total = self._total(response)
        if not isinstance(total, int):
            yield from total
            return
        if total > MOST_TRIALS:
            self.problems.append(f"the registry announces {str(total)[:20]} trials, which it cannot have")
            return
        self._most_divisions = DIVISIONS_A_PART * (2 + total // LARGEST_ANSWER)
        if self.since is None:
            self.expected = total
            self._parts.append((_Window(), total))
            yield from self._next()
        else:
            self.listed = total
            since = dt.datetime.combine(self.since, dt.time())
            yield self._ask_halves(_Window(), total, since, is_newer_wanted_alone=True)

    def _next(self) -> Iterator[scrapy.Request]:
        """Ask for the oldest part that is left: its records if they are few, the sizes of its halves if not."""
        while self._parts:
            window, total = self._parts.pop()
            if total == 0:
                continue
            middle = window.middle(self._end) if total > LARGEST_ANSWER else None
            self._divisions += middle is not None
            if self._divisions > self._most_divisions:
                self.problems.append("the registry goes round in circles: the totals of its parts fit no whole")
                self._parts.clear()
            elif middle is None:
                yield self._ask_records(window, max(total, LARGEST_ANSWER))
            else:
                yield self._ask_halves(window, total, middle)
            return

    def _ask_halves(
        self, window: _Window, total: int, at: dt.datetime, is_newer_wanted_alone: bool = False
    ) -> scrapy.Request:
        division = _Division(total, *window.divided(at), is_newer_wanted_alone)
        return self._ask_count(division.older, self.parse_older, division=division)

    def parse_older(self, response: Response, division: _Division) -> Iterator[Any]:
        """The size of the older half; ask for that of the newer one."""
        total = self._total(response)
        if not isinstance(total, int):
            yield from total
            return
        yield self._ask_count(division.newer, self.parse_newer, division=division, older_total=total)

    def parse_newer(self, response: Response, division: _Division, older_total: int) -> Iterator[Any]:
        """The sizes of both halves. A half as large as the whole, beside one that is not empty, is a registry that does
        not look at the time."""
        total = self._total(response)
        if not isinstance(total, int):
            yield from total
            return
        if min(total, older_total) > 0 and max(total, older_total) == division.whole:
            self.problems.append(
                f"the registry ignores a limit of the last edit: {older_total} trials before {division.newer.low} and "
                f"{total} from then on, of {division.whole}"
            )
            return
        if total + older_total > division.whole + LARGEST_ANSWER:
            self.problems.append(
                f"the registry goes round in circles: {older_total} and {total} trials are halves of {division.whole}"
            )
            return
        self._parts.append((division.newer, total))
        if division.is_newer_wanted_alone:
            self.expected = total
        else:
            self._parts.append((division.older, older_total))
        yield from self._next()

    def parse_records(self, response: Response, window: _Window, limit: int, growths: int) -> Iterator[Any]:
        """Hand over the records of a part, and go on with the next one."""
        fault, total = _fault(utf8(response.body), limit)
        if fault:
            repeated = self.again(response, fault)
            if repeated:
                yield repeated
                return
        elif total > limit and growths < MOST_GROWTHS and total <= MOST_TRIALS:
            # a part that grew after it was counted
            yield self._ask_records(window, total + LARGEST_ANSWER, growths + 1)
            return
        elif total > limit:
            self.problems.append(f"a part of the answer grew {growths} times while it was asked for, and on")
        if _RECORD.search(utf8(response.body)):
            yield self.payload(response)
        yield from self._next()

    def parse_trial(self, response: Response, trial_id: str) -> Iterator[Any]:
        """Hand over one trial that was asked for by its number."""
        if response.status in NOT_FOUND:
            self.not_known(trial_id)
        else:
            yield from self._one_trial(response, trial_id)

    def requests_for(self, ids: Sequence[str]) -> Iterator[scrapy.Request]:
        """Look by batches of numbers whether the registry still has these trials."""
        for start in range(0, len(ids), IDS_PER_REQUEST):
            batch = tuple(ids[start : start + IDS_PER_REQUEST])
            params = {"q": " OR ".join(batch), "limit": str(LARGEST_ANSWER)}
            yield self._get("/api/query/format/default", params, self.parse_batch, cb_kwargs={"batch": batch})

    def parse_batch(self, response: Response, batch: tuple[str, ...]) -> Iterator[Any]:
        """Hand over what was found; ask for each of the others, so that only a clear answer makes a trial gone."""
        fault, _ = _fault(utf8(response.body), LARGEST_ANSWER)
        if fault:
            yield from self.repeats(response, fault)
            return
        found = {f"ISRCTN{number.decode()}" for number in _NUMBER.findall(utf8(response.body))}
        if found:
            yield self.payload(response)
        for trial_id in batch:
            if trial_id not in found:
                yield self._ask_trial(trial_id, self.parse_unseen)

    def parse_unseen(self, response: Response, trial_id: str) -> Iterator[Any]:
        """A trial of the catalogue that no search brought: still there, or gone."""
        if response.status in NOT_FOUND:
            yield Gone(trial_id)
        else:
            yield from self._one_trial(response, trial_id)

    def part_failed(self, failure: Failure) -> Iterator[Any]:
        """A part that could not be got: say so, and go on with the others."""
        self.failed(failure)
        yield from self._next()

    def _one_trial(self, response: Response, trial_id: str) -> Iterator[Any]:
        body = utf8(response.body)
        number = _NUMBER.search(body)
        if _WHOLE_RECORD.search(body) and number and trial_id.endswith(number[1].decode()):
            yield self.payload(response)
        else:
            yield from self.repeats(response, f"the answer is not the whole record of {trial_id}")

    def _total(self, response: Response) -> int | list[scrapy.Request]:
        """The announced size of an answer; what to ask instead when it announces none."""
        fault, total = _fault(utf8(response.body), 0)
        if not fault:
            return total
        return self.repeats(response, fault) or list(self._next())

    def _ask_count(self, window: _Window, callback: Callable[..., Any], **found: Any) -> scrapy.Request:
        params = {"q": self._question(window), "limit": "0"}
        return self._get("/api/query/format/default", params, callback, cb_kwargs=found, errback=self.part_failed)

    def _ask_records(self, window: _Window, limit: int, growths: int = 0) -> scrapy.Request:
        params = {"q": self._question(window), "limit": str(limit)}
        found = {"window": window, "limit": limit, "growths": growths}
        return self._get(
            "/api/query/format/default", params, self.parse_records, cb_kwargs=found, errback=self.part_failed
        )

    def _ask_trial(self, trial_id: str, callback: Callable[..., Any]) -> scrapy.Request:
        number = trial_id.removeprefix("ISRCTN")
        return self._get(
            f"/api/trial/{number}/format/default",
            {},
            callback,
            cb_kwargs={"trial_id": trial_id},
            meta={"handle_httpstatus_list": NOT_FOUND},
        )

    def _question(self, window: _Window) -> str:
        """The query of a window. An empty query is none, so "everything" is stated as edited at any time."""
        low = window.low or (FIRST_EDIT if self.everything and not window.high else None)
        limits = [f"lastEdited GE {low:%Y-%m-%dT%H:%M:%S}"] if low else []
        limits += [f"lastEdited LT {window.high:%Y-%m-%dT%H:%M:%S}"] if window.high else []
        if self.everything:
            return " AND ".join(limits)
        return " AND ".join([f"({any_of(self.conditions)})", *limits])

    def _get(self, path: str, params: dict[str, str], callback: Callable[..., Any], **kwargs: Any) -> scrapy.Request:
        query = "?" + urlencode(params) if params else ""
        kwargs.setdefault("errback", self.failed)
        return scrapy.Request(self.base_url + path + query, callback, **kwargs)


def any_of(conditions: Sequence[str]) -> str:
    """A query for any of these names, each as a phrase. The search knows no synonyms, so each one counts.

    Marks of the query language in a name are taken out.
    """
    names = [" ".join(re.sub(r"[\[\](){}\"\\:]", " ", name).split()) for name in conditions]
    return " OR ".join(f'"{name}"' for name in names if name)


def _fault(body: bytes, limit: int) -> tuple[str | None, int]:
    """What is wrong with an answer to a query, None where nothing is, and the total that it announces."""
    root = _ROOT.search(body)
    total = _TOTAL.search(root[0]) if root else None
    if root is None or total is None:
        return "the answer is not a list of trials in XML", 0
    announced = int(total[1])
    if not _END.search(body):
        return "the answer breaks off before the end of its XML", announced
    received = sum(1 for _ in _RECORD.finditer(body))
    if received < min(announced, limit):
        return f"the answer has {received} of {min(announced, limit)} trials", announced
    return None, announced
