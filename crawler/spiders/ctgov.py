"""Spider of ClinicalTrials.gov, API v2.

Tokens are opaque and belong to one version of the data: when the version moves during a crawl, what was
updated since is asked for again.
"""

import datetime as dt
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
import scrapy
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError

from crawler.formats import json
from crawler.formats.encodings import utf8
from crawler.registry_spider import Alias, Gone, RegistrySpider

PAGE_SIZE = 1000
"""The API's largest page; a larger number is silently reduced to it."""
IDS_PER_REQUEST = 100
NOT_FOUND = 404
MOST_MOVES = 5
"""A registry publishes its data once a day; one whose version moves more often during a crawl has none to hold to."""
IDLE_PAGES_IN_A_ROW = 20
"""A page with a token may be empty, or come twice while records move; this many of them in a row are a registry
going round in circles."""


class _Page(msgspec.Struct, rename="camel"):
    """What the spider looks at of a page; the studies themselves are the reader's."""

    studies: list[msgspec.Raw]
    next_page_token: str | None = None
    total_count: int | None = None


class _Version(msgspec.Struct, rename="camel"):
    data_timestamp: str


_pages = msgspec.json.Decoder(_Page, strict=False)
_versions = msgspec.json.Decoder(_Version)
_NCT_ID = re.compile(rb'"nctId"\s*:\s*"(NCT\d{8})"')


class CtgovSpider(RegistrySpider):
    """Studies by condition, all of them, or by id."""

    name = "ctgov"
    default_url = "https://clinicaltrials.gov/api/v2"
    terms = "ClinicalTrials.gov, U.S. National Library of Medicine (public domain, attribution asked for)"
    id_pattern = "NCT[0-9]{8}"
    id_meaning = "a ClinicalTrials.gov id: NCT and eight digits, such as NCT03582800"
    study_rank = 1
    # robots.txt of this host keeps indexing robots out of /api/, while the same registry publishes the API as
    # its machine interface for exactly this use. So this spider opts out, knowingly, and keeps to its Crawl-delay
    # of one second. Obeying would end in a crawl without a single request.
    custom_settings = {"ROBOTSTXT_OBEY": False}  # noqa: RUF012 (Scrapy's own attribute)
    least_delay_s = 1.0
    unseen_checked = 20_000
    handle_httpstatus_list = (400, 404)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._tokens_seen: set[str] = set()
        self._pages_seen: set[int] = set()
        self._idle_pages = 0
        self._led_to = set(self.ids)
        self._began_anew = False
        self._moved_to: str | None = None
        self._moves = 0

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the version of the data first, then for the studies."""
        yield self._get("/version", {}, self.parse_version, errback=self.without_version)

    def parse_version(self, response: Response) -> Iterator[Any]:
        """Remember the version of the data, and begin."""
        self.data_version = _data_version(response)
        if self.interrupted and self.interrupted.data_version != self.data_version:
            self.interrupted = None  # page tokens belong to one version of the data
        if self.data_version and self.data_version == self.version_at_last_crawl:
            self.is_unchanged = True
            self.logger.info("The registry's data have not changed since the last crawl (%s).", self.data_version)
            return
        yield from self._first_requests()

    def without_version(self, failure: Any) -> Iterator[Any]:
        """A registry that cannot tell its version may still tell its studies; one that cannot be reached may not."""
        if not failure.check(HttpError):
            self.failed(failure)
            return
        self.logger.warning("The registry does not tell the version of its data: %s", failure.value)
        yield from self._first_requests()

    def _first_requests(self) -> Iterator[scrapy.Request]:
        if self.ids:
            self.expected = len(self.ids)
            for start in range(0, len(self.ids), IDS_PER_REQUEST):
                batch = self.ids[start : start + IDS_PER_REQUEST]
                yield self._batch(batch)
        else:
            yield self._first_page(self.since)

    def requests_for(self, ids: Sequence[str]) -> Iterator[scrapy.Request]:
        """Look by batches of ids, and without their records, whether the registry still knows these studies."""
        for start in range(0, len(ids), IDS_PER_REQUEST):
            yield self._batch(tuple(ids[start : start + IDS_PER_REQUEST]), fields="NCTId")

    def _batch(self, batch: tuple[str, ...], **more: str) -> scrapy.Request:
        params = {"filter.ids": ",".join(batch), "pageSize": str(PAGE_SIZE), **more}
        cb_kwargs = {"batch": batch, "is_wanted": not more}
        return self._get("/studies", params, self.parse_batch, cb_kwargs=cb_kwargs)

    def _first_page(self, since: dt.date | None) -> scrapy.Request:
        params = {"pageSize": str(PAGE_SIZE), "countTotal": "true"}
        if not self.everything:
            params["query.cond"] = essie_any(self.conditions)
        if since is not None:
            params["filter.advanced"] = f"AREA[LastUpdatePostDate]RANGE[{since},MAX]"
        self._tokens_seen.clear()
        self._pages_seen.clear()
        return self._get("/studies", params, self.parse_page, cb_kwargs={"params": params})

    def parse_page(self, response: Response, params: dict[str, str]) -> Iterator[Any]:
        """Hand over a page, and ask for the next while there is a token.

        A token that the registry no longer takes (its data moved on) costs one new beginning.
        """
        if response.status != 200 and "pageToken" in params and not self._began_anew:
            self._began_anew = True
            self.interrupted = None
            self.logger.info("The registry no longer takes a page token: beginning anew.")
            self.expected = None
            yield self._first_page(self.since)
            return
        page = self._page(response)
        if not isinstance(page, _Page):
            yield from page
            return
        if page.total_count is not None and "pageToken" not in params and self.expected is None:
            self.expected = page.total_count
        # a number for each page: a set of ids would grow with the registry
        content = hash(b"".join(page.studies))
        idle = not page.studies or content in self._pages_seen
        self._pages_seen.add(content)
        self._idle_pages = self._idle_pages + 1 if idle else 0
        token = page.next_page_token
        if token is None:
            yield self._get("/version", {}, self.parse_last_version, errback=self.without_last_version)
        elif token in self._tokens_seen or self._idle_pages > IDLE_PAGES_IN_A_ROW:
            self.problems.append("the registry goes round in circles: its pages come again without an end")
        else:
            self._tokens_seen.add(token)
            following = {**params, "pageToken": token}
            following.pop("countTotal", None)
            yield self._get("/studies", following, self.parse_page, cb_kwargs={"params": following})
        if page.studies:
            yield self.payload(response)

    def parse_last_version(self, response: Response) -> Iterator[Any]:
        """When the data moved under the crawl, ask again for what was updated since; then theirs is the new version."""
        version, before = _data_version(response), self._moved_to or self.data_version
        if version and before and version != before:
            self.logger.info("The registry's data moved from %s to %s during the crawl.", before, version)
            self._moved_to = version
            self._moves += 1
            if self._moves > MOST_MOVES:
                self.problems.append(f"the registry's data moved {self._moves} times during the crawl, and on")
                return
            yield self._first_page(dt.date.fromisoformat(before[:10]) - dt.timedelta(days=1))
        else:
            self.data_version = before

    def without_last_version(self, failure: Any) -> None:
        """The studies are there; only a move of the data could not be seen."""
        self.logger.warning("The registry does not tell the version of its data: %s", failure.value)

    def parse_batch(self, response: Response, batch: tuple[str, ...], is_wanted: bool) -> Iterator[Any]:
        """Hand over the studies found by id; ask for the others one by one: they may be aliases."""
        page = self._page(response)
        if not isinstance(page, _Page):
            yield from page
            return
        found = {match.decode() for raw in page.studies for match in _NCT_ID.findall(bytes(raw))[:1]}
        if page.studies and is_wanted:
            yield self.payload(response)
        for nct_id in batch:
            if nct_id not in found:
                yield self._get(f"/studies/{nct_id}", {}, self.parse_study, cb_kwargs={"nct_id": nct_id})

    def parse_study(self, response: Response, nct_id: str) -> Iterator[Any]:
        """Hand over one study; the id asked for is an alias when the registry redirected it."""
        if response.status != 200:
            if nct_id in self.ids:
                self.not_known(nct_id)
            if response.status == NOT_FOUND:
                yield Gone(nct_id)
            return
        body = utf8(response.body)
        current = _NCT_ID.search(body)
        if current is None or not _is_json(body):
            yield from self.repeats(response, "the answer is not a study in JSON")
            return
        trial_id = current[1].decode()
        if trial_id != nct_id:
            yield Alias(nct_id, trial_id)
            yield Gone(nct_id)
            if nct_id in self._led_to:  # two ids asked for may be one study
                self._led_to = self._led_to - {nct_id} | {trial_id}
                self.expected = len(self._led_to)
        yield self.payload(response)

    def _page(self, response: Response) -> _Page | list[scrapy.Request]:
        """The page, or the request to repeat because the answer is none (HTML or cut JSON with status 200)."""
        if response.status != 200:
            text = " ".join(response.text.split())[:200]
            self.problems.append(f"the registry refuses the question with {response.status}: {text}")
            return []
        try:
            return _decoded_page(response.body)
        except msgspec.DecodeError as error:
            return self.repeats(response, f"the answer is not a page of studies in JSON ({error})")

    def _get(self, path: str, params: dict[str, str], callback: Any, **kwargs: Any) -> scrapy.Request:
        query = "?" + urlencode(params) if params else ""
        kwargs.setdefault("errback", self.failed)
        return scrapy.Request(self.base_url + path + query, callback, **kwargs)


def essie_any(conditions: tuple[str, ...]) -> str:
    """An Essie expression for any of these names.

    Brackets and quotes of a name would be parsed as operators (400), so they are taken out; several names
    are quoted, so that a word such as "and" in one of them is no operator.
    """
    names = [" ".join(re.sub(r'[\[\]()"\\]', " ", name).split()) for name in conditions]
    if len(names) == 1:
        return names[0]
    return " OR ".join(f'"{name}"' for name in names if name)


def _decoded_page(body: bytes) -> _Page:
    """The page, whatever its encoding. Raises DecodeError.

    Read as it came where that can be done: a copy in UTF-8 would cost more than all else that the spider does with it.
    Where a record holds what JSON forbids, or what is nested too deep, the page is cut into its records.
    """
    try:
        return _pages.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        whole = utf8(body)
    try:
        return _pages.decode(whole)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        try:
            page = _pages.decode(json.without_records(whole, "studies"))
        except (ValueError, UnicodeDecodeError):
            raise msgspec.DecodeError(str(error)) from None
        studies = [msgspec.Raw(record) for record in json.records(whole, "studies")]
        return msgspec.structs.replace(page, studies=studies)


def _data_version(response: Response) -> str | None:
    try:
        return _versions.decode(utf8(response.body)).data_timestamp
    except msgspec.DecodeError:
        return None


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True
