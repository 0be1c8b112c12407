"""Faults of ClinicalTrials.gov, one by one: what the catalogue holds after each, and what the report names.

The registry is the bundled sample, asked for in pages of 20, so that its 69 records come in four pages; every crawl
asks for everything. A fault that passes leaves no trace but the count of repeats, and exit status 0. One that
lasts costs what it hides and nothing else, and exit status 1.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import faults
from tests.support.ctgov_answers import ANCHOR, BUNDLED_IDS
from tests.support.faults import Rule, Seen, always, faulty, no_file_larger_than, nth, path_ends
from tests.support.running import Run, crawl, last_report, rows, trial_ids

PAGE = 20
Page = dict[str, Any]


def small_pages(target: str) -> str:
    return target.replace("pageSize=1000", f"pageSize={PAGE}")


def run(catalog: Path, url: str, *rules: Rule, **more: str) -> tuple[Run, list[Seen]]:
    with faulty(url, rules, asked_as=small_pages) as registry:
        return crawl(catalog, registry.url, "--all", **more), registry.requests


studies = path_ends("/studies")
version = path_ends("/version")


def following(request: Seen) -> bool:
    """A page after the first."""
    return request.path.endswith("/studies") and "pageToken" in request.query


def with_token(token: str) -> Callable[[Seen], bool]:
    return lambda request: request.query.get("pageToken") == token


class Repeated:
    """A page that begins with the studies of the page before, as when records move while they are paged."""

    def __init__(self) -> None:
        self.before: list[Any] = []

    def __call__(self, page: Page) -> None:
        own = page["studies"]
        page["studies"] = self.before[-3:] + own
        self.before = own


class Numbered:
    """The same page for ever, each time with a token that was never there."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, page: Page) -> None:
        self.number += 1
        page["nextPageToken"] = f"token-{self.number}"


EMPTY = faults.instead(b'{"studies":[]}')
PASSING = {
    "connection reset": [Rule(faults.reset, nth(1, 2), following)],
    "time out": [Rule(faults.silent, nth(1), following)],
    "429": [Rule(faults.refused(429), nth(1), following)],
    "503": [Rule(faults.refused(503, "overloaded"), nth(1, 2, 3), following)],
    "HTML for data": [Rule(faults.web_page, nth(1, 3), following)],
    "cut JSON": [Rule(faults.cut(), nth(2), studies)],
    "body broken off": [Rule(faults.broken_off(), nth(2), studies)],
    "first page broken off": [Rule(faults.broken_off(0.1), nth(1), studies)],
    "other names for the page's fields": [
        Rule(faults.rewritten(lambda body: body.replace(b'"studies"', b'"trials"')), nth(2), studies)
    ],
    "faults on every path": [
        Rule(faults.reset, nth(1), version),
        Rule(faults.refused(500), nth(1), studies),
        Rule(faults.web_page, nth(3), studies),
        Rule(faults.cut(0.9), nth(5), studies),
    ],
}


@pytest.mark.parametrize("rules", PASSING.values(), ids=PASSING)
def test_a_passing_fault_leaves_no_gap(sample_url: str, tmp_path: Path, rules: list[Rule]) -> None:
    ended, seen = run(tmp_path, sample_url, *rules, CALCITRIALS_TIMEOUT_S="1")
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == set(BUNDLED_IDS)
    report = last_report(tmp_path)
    assert (report["complete"], report["problems"], report["received"], report["rejected"]) == (True, [], 69, 0)
    assert report["retried"] > 0
    # the version before and after, four pages, and the repeats (Twisted makes one of its own when a kept connection
    # is reset)
    assert len(seen) >= 6 + report["retried"]


@pytest.mark.parametrize("fault", [faults.refused(429, retry_after="1"), faults.refused_until(2.5)])
def test_a_registry_that_says_when_to_come_back_is_left_alone_until_then(
    sample_url: str, tmp_path: Path, fault: faults.Fault
) -> None:
    ended, seen = run(tmp_path, sample_url, Rule(fault, nth(1), following))
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == set(BUNDLED_IDS)
    refused_at, repeated_at = [request.at for request in seen if following(request)][:2]
    assert repeated_at - refused_at > 0.9  # asked for are one second, and one and a half to two and a half


def test_after_429_the_registry_is_asked_half_as_often(sample_url: str, tmp_path: Path) -> None:
    delay_s = 0.3
    with faulty(sample_url, [Rule(faults.refused(429), nth(1), studies)], asked_as=small_pages) as registry:
        ended = crawl(tmp_path, registry.url, "--all", "--delay", str(delay_s))
    assert ended.status == 0, ended.err
    arrivals = [request.at for request in registry.asked("/studies", "/version")[2:]]
    gaps = len(arrivals) - 1
    assert gaps == 4  # the first page again, the others, and the version
    assert arrivals[-1] - arrivals[0] > gaps * 2 * delay_s * 0.9


ODDITIES = {
    "records twice across pages": [Rule(faults.rewritten_json(Repeated()), always, studies)],
    "an empty page with a token": [
        Rule(faults.rewritten_json(lambda page: page.update(studies=[], nextPageToken="again")), nth(1), studies),
        Rule(faults.rewritten_json(lambda page: page.pop("totalCount")), nth(1), with_token("again")),
    ],
    "a token after the last page": [
        Rule(faults.rewritten_json(lambda page: {"nextPageToken": "over", **page}), always, studies)
    ],
    "a token expires once": [Rule(faults.refused(400, "pageToken has expired"), nth(2), following)],
    "the version is not told": [Rule(faults.refused(503), always, version)],
    "the version is a web page": [Rule(faults.web_page, always, version)],
}


@pytest.mark.parametrize("name", ODDITIES)
def test_what_is_odd_and_legal_is_no_fault(sample_url: str, tmp_path: Path, name: str) -> None:
    def unsealed(target: str) -> str:
        """The made-up tokens: "again" stands for the first page; the sample knows only tokens of its own."""
        return small_pages(target).replace("&pageToken=again", "&countTotal=true")

    rules = [Rule(EMPTY, always, with_token("over")), *ODDITIES[name]]
    with faulty(sample_url, rules, asked_as=unsealed) as registry:
        ended = crawl(tmp_path, registry.url, "--all")
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == set(BUNDLED_IDS)
    report = last_report(tmp_path)
    assert (report["complete"], report["received"], report["new"]) == (True, 69, 69)
    assert report["expected"] in (69, None)


LASTING = {
    "503 for ever": ([Rule(faults.refused(503, "overloaded"), lambda n: n > 1, following)], 40, "answers 503"),
    "reset for ever": ([Rule(faults.reset, lambda n: n > 1, following)], 40, "/studies?"),
    "silence for ever": ([Rule(faults.silent, lambda n: n > 1, following)], 40, "no answer in time"),
    "HTML for ever": ([Rule(faults.web_page, lambda n: n > 1, following)], 40, "not a page of studies in JSON"),
    "cut short for ever": (
        [Rule(faults.broken_off(), lambda n: n > 1, following)],
        40,
        "broke off before its announced end",
    ),
    "tokens never taken": (
        [Rule(faults.refused(400, "pageToken is not what it was"), always, following)],
        20,
        "refuses the question with 400: pageToken is not what it was",
    ),
    "the whole question refused": ([Rule(faults.refused(400, "no"), always, studies)], 0, "refuses the question"),
    "fewer than announced": (
        [Rule(faults.rewritten_json(lambda page: page.update(totalCount=1000)), nth(1), studies)],
        69,
        "931 of 1000 announced records were not received",
    ),
    "the same token for ever": (
        [Rule(faults.rewritten_json(lambda page: page.update(nextPageToken="round")), lambda n: n > 3, studies)],
        69,
        "goes round in circles",
    ),
    "new tokens for ever": (
        [
            Rule(faults.rewritten_json(Numbered()), lambda n: n > 3, studies),
        ],
        69,
        "goes round in circles",
    ),
}


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_fault_costs_what_it_hides_and_is_named(sample_url: str, tmp_path: Path, name: str) -> None:
    rules, loaded, named = LASTING[name]
    last: dict[str, str] = {}

    def made_up_tokens_mean_the_last_page(target: str) -> str:
        """A registry that goes round in circles answers its own tokens."""
        own = "pageToken=round" not in target and "pageToken=token-" not in target
        if own:
            last["target"] = target
        return small_pages(target if own else last["target"])

    catalog = tmp_path / "catalog"
    with faulty(sample_url, rules, asked_as=made_up_tokens_mean_the_last_page) as registry:
        ended = crawl(catalog, registry.url, "--all", CALCITRIALS_TIMEOUT_S="0.3")
    assert ended.status == 1
    assert "Traceback" not in ended.err
    assert "ctgov: incomplete: " in ended.err
    assert named in ended.err
    if loaded:
        assert trial_ids(catalog) == set(BUNDLED_IDS[:loaded])
        report = last_report(catalog)
        assert not report["complete"]
        assert any(named in problem for problem in report["problems"])
        assert report["received"] == report["new"] == loaded
    else:
        assert not (catalog / "current.duckdb").exists()


def test_a_full_disk_ends_the_crawl_and_the_next_one_completes(sample_url: str, tmp_path: Path) -> None:
    with no_file_larger_than(100_000):
        ended, _ = run(tmp_path, sample_url)
    assert ended.status == 1
    assert "Traceback" not in ended.err
    assert "File too large" in ended.err
    again, _ = run(tmp_path, sample_url)
    assert again.status == 0, again.err
    assert trial_ids(tmp_path) == set(BUNDLED_IDS)


NO_TITLES: dict[int, Any] = {21: {"language": "?"}, 22: [{"name": "?"}, {"name": "??"}], 41: [1, 2]}


def spoiled(study: dict[str, Any]) -> None:
    """Four records that cannot be read, each in a way of its own."""
    identification = study["protocolSection"]["identificationModule"]
    place = BUNDLED_IDS.index(identification["nctId"]) if "nctId" in identification else -1
    if place == 3:
        del identification["nctId"]
    elif place in NO_TITLES:
        identification["briefTitle"] = NO_TITLES[place]
        identification.pop("officialTitle", None)


def test_an_unreadable_record_is_kept_with_its_reason_and_the_rest_of_its_page_is_loaded(
    sample_url: str, tmp_path: Path
) -> None:
    def spoil(page: Page) -> None:
        for study in page["studies"]:
            spoiled(study)

    ended, _ = run(tmp_path, sample_url, Rule(faults.rewritten_json(spoil), always, studies))
    assert ended.status == 0, ended.err
    assert "4 records could not be read" in ended.err
    lost = {BUNDLED_IDS[place] for place in (3, 21, 22, 41)}
    assert trial_ids(tmp_path) == set(BUNDLED_IDS) - lost
    report = last_report(tmp_path)
    assert [report[name] for name in ("expected", "received", "new", "rejected")] == [69, 69, 65, 4]
    assert report["complete"]
    rejects = rows(tmp_path, "SELECT trial_id, reason, payload, source_url FROM rejects ORDER BY trial_id NULLS FIRST")
    assert [row[0] for row in rejects] == [None, *sorted(lost - {BUNDLED_IDS[3]})]
    for trial_id, reason, payload, source_url in rejects:
        assert reason
        assert "/api/v2/studies?" in source_url
        kept = json.loads(payload)["protocolSection"]
        assert kept["identificationModule"].get("nctId") == trial_id
    assert "nctId" in rejects[0][1]

    # the registry mends its records: they are loaded, and leave the rejects
    ended, _ = run(tmp_path, sample_url)
    assert ended.status == 0
    assert trial_ids(tmp_path) == set(BUNDLED_IDS)
    assert rows(tmp_path, "SELECT trial_id FROM rejects") == []


def test_an_unknown_word_is_kept_as_it_is_and_counted(sample_url: str, tmp_path: Path) -> None:
    def launched_yesterday(page: Page) -> None:
        for study in page["studies"]:
            if study["protocolSection"]["identificationModule"]["nctId"] == ANCHOR:
                study["protocolSection"]["statusModule"]["overallStatus"] = "PAUSED_BY_WEATHER"
                study["protocolSection"]["designModule"]["phases"] = ["PHASE2", "PHASE5"]

    ended, _ = run(tmp_path, sample_url, Rule(faults.rewritten_json(launched_yesterday), always, studies))
    assert ended.status == 0
    sql = "SELECT status, registry_status, phase, registry_phase FROM trials WHERE trial_id = ?"
    assert rows(tmp_path, sql, ANCHOR) == [("unknown", "PAUSED_BY_WEATHER", ["phase2"], "PHASE2|PHASE5")]
    counted = json.loads(last_report(tmp_path)["unknown_words"])
    words = {word: count for word, count in counted.items() if not word.startswith("elements never read")}
    assert words == {"status: PAUSED_BY_WEATHER": 1, "phase: PHASE5": 1}
    assert "unknown word kept as it is: status: PAUSED_BY_WEATHER (1)" in ended.err


NONSENSE = {
    "empty result": (faults.instead(b'{"studies":[],"totalCount":0}'), "none received, 69 at the last complete crawl"),
    "other names for the records' fields": (
        faults.rewritten(lambda body: body.replace(b"protocolSection", b"protocol_section")),
        "69 of 69 records could not be read",
    ),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_data_that_cannot_be_right_do_not_touch_the_published_catalogue(
    sample_url: str, tmp_path: Path, name: str
) -> None:
    fault, finding = NONSENSE[name]
    assert run(tmp_path, sample_url)[0].status == 0
    published = (tmp_path / "current.duckdb").resolve()
    ended, _ = run(tmp_path, sample_url, Rule(fault, always, studies))
    assert ended.status == 1
    assert "Traceback" not in ended.err
    assert finding in ended.err
    assert (tmp_path / "current.duckdb").resolve() == published
    assert trial_ids(tmp_path) == set(BUNDLED_IDS)
    # the registry is itself again
    assert run(tmp_path, sample_url)[0].status == 0
    assert trial_ids(tmp_path) == set(BUNDLED_IDS)
