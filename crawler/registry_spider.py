"""What the spiders of all registries share: their arguments, their addresses, and honest failure.

A spider knows addresses, paging, increments, pace and terms of one registry and nothing of fields: it yields
payloads, and the pipeline hands them to the registry's reader. What it could not get it says in ``problems``.
"""

import asyncio
import datetime as dt
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

import msgspec
import scrapy
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawler.arguments import ArgumentError
from crawler.conditions import DEFAULT_CONDITIONS
from crawler.failures import why
from crawler.interrupted import Interrupted
from crawler.stored_trials import StoredTrials
from db.crawls import IDS_SCOPE
from db.payload import Payload


class Alias(msgspec.Struct, frozen=True):
    """An obsolete id that the registry redirected to a current one."""

    alias: str
    trial_id: str


class Unavailable(msgspec.Struct, frozen=True):
    """A trial that the registry's list shows and that it does not know when it is asked for it."""

    trial_id: str


class Gone(msgspec.Struct, frozen=True):
    """A trial of the catalogue that the registry no longer knows."""

    trial_id: str


class Listed(msgspec.Struct, frozen=True):
    """Trials that the registry's own list shows, whether they are asked for or not: they are not gone."""

    trial_ids: tuple[str, ...]


NOT_KNOWN = (400, 404, 410)
"""Statuses of an answer that is final: the registry has no such record or takes no such question. Asking again for it
alone would bring nothing."""


class RegistrySpider(scrapy.Spider):
    """Base of every registry's spider. A subclass that lacks what is mandatory is refused where it is defined.

    Mandatory for a subclass:

    name: short name of the registry, which its reader, its fixtures and its trials bear as well.
    default_url: the registry's real base address; the environment variable CALCITRIALS_<NAME>_URL overrides it.
    terms: source of the data and the terms of their use, which ``calcitrials show`` prints below a trial.
    id_pattern: regular expression of the registry's ids in upper case; what its first group matches, if it has one, is
        the id in the registry's own form.
    id_meaning: what an id is, in words that follow "is not", with an example.
    start: the first requests.
    requests_for: how to look whether trials are still at the registry; or ``finds_removed = False``.

    What a subclass may change:

    study_rank: place of the registry's number when a study of several records is named; the lowest names it.
    finds_removed: False where trials that a crawl did not bring need no look of their own, because the spider itself
        visits every trial of the catalogue, or where the registry has no cheap way to tell.
    comes_last: its ids come from what the other registries' records name, so it begins when their crawls are over.
    takes_limit: it has an argument limit, the most trials of a crawl.
    least_delay_s: seconds between two requests at the registry's own host, whatever the user says.
    unseen_checked: about how many trials of the catalogue that it did not bring a crawl looks after; the others have
        their turn in the next ones.

    During a crawl:

    expected: records that the registry announced, None where it does not say; see ``announce``.
    announced: the same by question, where a crawl asks several whose answers overlap.
    listed: records that answer the question whatever day they were updated, where an increment tells.
    problems: what is missing and why, one sentence each; a crawl with any is incomplete.
    unanswered: how many of them are requests without a right answer. Where these are all the problems, the next crawl
        of the same question asks for their answers alone.
    data_version: the registry's own version of its data, where it tells.
    is_unchanged: that version is the one of the last complete crawl, so that nothing was asked.
    interrupted: what unfinished crawls of the same question had received; the answers are taken from there.
    stored: what the catalogue knows of the registry, after ``look_up_stored``, for a registry that cannot be searched.
    """

    default_url: ClassVar[str]
    terms: ClassVar[str]
    id_pattern: ClassVar[str]
    id_meaning: ClassVar[str]
    study_rank: ClassVar[int] = 100
    finds_removed: ClassVar[bool] = True
    comes_last: ClassVar[bool] = False
    takes_limit: ClassVar[bool] = False
    least_delay_s: ClassVar[float] = 0.0
    unseen_checked: ClassVar[int] = 1000

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse a spider that lacks what is mandatory, with a sentence for whoever writes it."""
        super().__init_subclass__(**kwargs)
        for attribute, what in _MANDATORY.items():
            if not getattr(cls, attribute, None):
                raise TypeError(f"{cls.__name__} needs `{attribute}`: {what}")
        if cls.start is RegistrySpider.start:
            raise TypeError(f"{cls.__name__} needs `async def start(self)`: it yields the first requests")
        if cls.finds_removed and cls.requests_for is RegistrySpider.requests_for:
            raise TypeError(
                f"{cls.__name__} needs `requests_for(self, ids)`: requests that look whether trials are still at the "
                "registry (or `finds_removed = False`, and then none is ever marked as gone by them)"
            )

    def __init__(
        self,
        condition: str | Sequence[str] = (),
        all: str | bool = False,
        id: str | Sequence[str] = (),
        since: str | dt.date | None = None,
        version_at_last_crawl: str | None = None,
        known_ids: str | Sequence[str] = (),
        after: Sequence[asyncio.Future[None]] = (),
        **kwargs: Any,
    ) -> None:
        """Take the arguments of the command line or of ``scrapy crawl NAME -a argument=value``.

        condition and id take several values separated by "|"; since is a day, yyyy-mm-dd. version_at_last_crawl:
        data version of the last complete crawl of this question; when it is unchanged there is nothing to ask.
        known_ids: ids to begin with, in addition to those of the catalogue, where the registry cannot be searched.
        after: crawls that ``look_up_stored`` waits for.
        Raises ArgumentError.
        """
        super().__init__(**kwargs)
        self.everything = all if isinstance(all, bool) else all.lower() in ("1", "true", "yes", "on")
        self.ids = tuple(dict.fromkeys(self.checked_id(one) for one in _several(id)))
        self.conditions = () if self.everything or self.ids else _conditions(condition) or DEFAULT_CONDITIONS
        self.known_ids = tuple(dict.fromkeys(self.checked_id(one) for one in _several(known_ids)))
        self.stored = StoredTrials()
        self.after = tuple(after)
        self.look_up: Callable[[], Awaitable[StoredTrials]] | None = None
        self.since = _day(since)
        self.expected: int | None = None
        self.announced: dict[str, int] = {}
        self.listed: int | None = None
        self.problems: list[str] = []
        self.unanswered = 0
        self.data_version: str | None = None
        self.is_unchanged = False
        self.version_at_last_crawl = version_at_last_crawl
        self.interrupted: Interrupted | None = None
        self.base_url = _base_url(f"CALCITRIALS_{self.name.upper()}_URL", self.default_url)

    @property
    def scope(self) -> str:
        """What is asked for, in a form that is equal for equal questions."""
        if self.ids:
            return IDS_SCOPE + "|".join(sorted(self.ids))
        return "all" if self.everything else "conditions: " + "|".join(sorted(self.conditions))

    @classmethod
    def checked_id(cls, text: str) -> str:
        """The id in the registry's own form, from any case. Raises ArgumentError."""
        found = re.fullmatch(cls.id_pattern, text.strip().upper(), re.A)
        if found is None:
            raise ArgumentError(f"{text!r} is not {cls.id_meaning}")
        return found[1] if found.re.groups else found[0]

    async def start(self) -> AsyncIterator[Any]:
        """The first requests of a crawl (Scrapy's hook)."""
        raise NotImplementedError
        yield  # makes it a generator, as Scrapy asks for

    async def look_up_stored(self) -> None:
        """Fill ``known`` from the catalogue, with what the crawls before this one have brought."""
        if self.after:
            await asyncio.wait(self.after)
        if self.look_up:
            self.stored = await self.look_up()

    def announce(self, total: int, question: str) -> None:
        """Take note of how many records the registry has for one question of this crawl, such as one condition.

        A trial may answer several questions, so that their sum is only an upper bound of ``expected``. The harvest
        counts the records of each question against its total, and each trial once: hand over the answers to a question
        as ``payload(response, question)``.
        """
        self.announced[question] = total
        self.expected = sum(self.announced.values())

    def payload(self, response: Response, question: str | None = None) -> Payload:
        """The answer as a payload for the reader. question: the one of ``announce`` that it answers."""
        fetched_at = response.meta.get("fetched_at") or dt.datetime.now(dt.UTC)
        return Payload(self.name, response.url, fetched_at, response.body, question)

    def notes(self) -> Mapping[str, int]:
        """What the report counts beside the trials and is no fault, such as pages that were passed over."""
        return {}

    def not_known(self, trial_id: str) -> None:
        """Say that the registry does not know an id that the user asked for."""
        self.problems.append(f"{trial_id}: the registry does not know this id")

    def requests_for(self, ids: Sequence[str]) -> Iterable[scrapy.Request]:
        """Requests that look whether the registry still knows these trials; their callbacks yield ``Gone`` for each
        that it does not know."""
        return ()

    def again(self, response: Response, reason: str) -> scrapy.Request | None:
        """The same request once more, after a wait, because its answer cannot be right.

        None when the repeats are used up; then the reason stands in ``problems``.
        """
        assert response.request is not None
        repeated = get_retry_request(_as_first_asked(response.request), spider=self, reason=reason)
        if repeated is None:
            self.problems.append(f"{_short(response.url)}: {reason}, also when repeated")
            self.unanswered += 1
            return None
        first_s = max(0.05, min(1.0, self.settings.getfloat("DOWNLOAD_DELAY")))
        repeated.meta["backoff"] = min(first_s * 2 ** (repeated.meta["retry_times"] - 1), 60.0)
        return repeated

    def repeats(self, response: Response, reason: str) -> list[scrapy.Request]:
        """The request of ``again`` for a callback to ``yield from``; none when the repeats are used up."""
        repeated = self.again(response, reason)
        return [repeated] if repeated else []

    def failed(self, failure: Failure) -> None:
        """Errback of every request: say what could not be got, and go on."""
        request: scrapy.Request = failure.request  # type: ignore[attr-defined]
        self.problems.append(f"{_short(request.url)}: {why(failure.value)}")
        is_final = isinstance(failure.value, HttpError) and failure.value.response.status in NOT_KNOWN
        self.unanswered += not is_final


_MANDATORY = {
    "name": "the short name of the registry",
    "default_url": "the registry's base address",
    "terms": "the source of the data and the terms of their use, as `calcitrials show` prints them",
    "id_pattern": "a regular expression of the registry's ids; without it the spider would take every id for its own",
    "id_meaning": 'what an id is, such as "an ABC id: ABC and eight digits, such as ABC01234567"',
}


def _as_first_asked(request: scrapy.Request) -> scrapy.Request:
    """A request before its redirects, such as one to the page of a session that is over."""
    meta = {key: value for key, value in request.meta.items() if not key.startswith("redirect_")}
    return request.replace(url=request.meta.get("redirect_urls", [request.url])[0], meta=meta)


def _several(value: str | Sequence[str]) -> tuple[str, ...]:
    values = value.split("|") if isinstance(value, str) else value
    return tuple(text.strip() for text in values if text.strip())


def _conditions(value: str | Sequence[str]) -> tuple[str, ...]:
    """The conditions; one without a letter or digit would ask some registries for everything they have."""
    for text in _several(value) if isinstance(value, str) else value:
        if not any(map(str.isalnum, text)):
            raise ArgumentError(f"{text!r} is not a condition: it has no letter")
        if any("\ud800" <= sign <= "\udfff" for sign in text):  # bytes of the command line that are no UTF-8
            raise ArgumentError(f"{text!r} is not text in UTF-8")
    return _several(value)


def _base_url(variable: str, default: str) -> str:
    """The address in an environment variable, without the slash at its end. Raises ArgumentError when it is none."""
    own = os.environ.get(variable)
    if not own:
        return default.rstrip("/")
    try:
        parts = urlsplit(own)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or re.search(r"[\s@?#]", own):
        raise ArgumentError(f"{variable} is not a web address: {own!r}")
    return own.rstrip("/")


def _day(value: str | dt.date | None) -> dt.date | None:
    """A day up to today (UTC), yyyy-mm-dd. Raises ArgumentError."""
    if not isinstance(value, str):
        return value
    try:
        day = dt.date.fromisoformat(value)
    except ValueError:
        raise ArgumentError(f"{value!r} is not a date: write it as yyyy-mm-dd, for example 2026-01-31") from None
    if day > dt.datetime.now(dt.UTC).date():
        raise ArgumentError(f"{value} is in the future: nothing has been updated since")
    return day


def _short(url: str, longest: int = 160) -> str:
    return url if len(url) <= longest else url[: longest - 1] + "…"
