"""CTIS over loopback: what the spider asks for, and what the catalogue holds after each fault of the registry."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.arguments import ArgumentError
from crawler.samples.ctis import BUNDLED
from crawler.samples.server import serve
from crawler.spiders.ctis import CtisSpider
from tests.support import faults
from tests.support.faults import Rule, Seen, always, faulty, nth, path_ends
from tests.support.running import Run, calcitrials, environment, last_report, rows, scrapy, trial_ids

RECORDS = [json.loads(line) for line in BUNDLED.read_text(encoding="utf-8").splitlines()]
NUMBERS = [record["ctNumber"] for record in RECORDS]
ALL = {f"CTIS{number}" for number in NUMBERS}
VICTIM = "2024-510663-34-00"
SCLERODERMA, MYOSITIS = "CTIS2023-505976-31-00", "CTIS2022-501351-82-00"

search = path_ends("/search")
retrieve_victim = path_ends(f"/retrieve/{VICTIM}")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serve("ctis") as urls:
        yield urls["ctis"]


def crawl(catalog: Path, url: str, *arguments: str, **more: str) -> Run:
    env = environment({"ctis": url}, **more)
    return calcitrials("crawl", "ctis", "--delay", "0", "--catalog", catalog, *arguments, env=env)


def run(catalog: Path, url: str, *rules: Rule, arguments: tuple[str, ...] = ("--all",)) -> tuple[Run, list[Seen]]:
    with faulty(url, rules) as registry:
        return crawl(catalog, registry.url, *arguments, CALCITRIALS_TIMEOUT_S="1"), registry.requests


def criteria(request: Seen) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(request.body)["searchCriteria"]
    return found


def copies(path: Path, count: int) -> set[str]:
    """A file of that many trials; their numbers."""
    numbers = [f"2023-5{place:05d}-01-00" for place in range(count)]
    path.write_text("\n".join(json.dumps({**RECORDS[0], "ctNumber": number}) for number in numbers))
    return {f"CTIS{number}" for number in numbers}


def test_the_default_conditions_are_one_search_and_only_its_trials_are_asked_for(url: str, tmp_path: Path) -> None:
    ended, seen = run(tmp_path, url, arguments=())
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == {SCLERODERMA, MYOSITIS}
    (asked,) = [request for request in seen if request.method == "POST"]
    assert {"calcinosis", "tumoral calcinosis"} <= set(criteria(asked)["containAny"].split(", "))
    assert json.loads(asked.body)["pagination"] == {"page": 1, "size": 100}
    assert len([request for request in seen if "/retrieve/" in request.path]) == 2
    assert last_report(tmp_path)["expected"] == 2


def test_bare_scrapy_ends_in_the_same_catalogue(url: str, tmp_path: Path) -> None:
    env = environment({"ctis": url}, CALCITRIALS_CATALOG=str(tmp_path))
    ended = scrapy(
        "crawl", "ctis", "-a", "condition=systemic sclerosis|nothing at all", "-s", "DOWNLOAD_DELAY=0", env=env
    )
    assert ended.status == 0
    assert trial_ids(tmp_path) == {SCLERODERMA}
    sql = "SELECT identifier FROM identifiers WHERE trial_id = ?"
    assert ("NCT05925803",) in rows(tmp_path, sql, SCLERODERMA)


def test_too_many_results_are_divided_by_status(url: str, tmp_path: Path) -> None:
    env = {"CALCITRIALS_CATALOG": str(tmp_path)}
    arguments = ("crawl", "ctis", "-a", "all=1", "-s", "DOWNLOAD_DELAY=0", "-s", "CTIS_RESULTS_SHOWN=5")
    with faulty(url) as registry:
        ended = scrapy(*arguments, env=environment({"ctis": registry.url}, **env))
        searches = [criteria(request).get("status") for request in registry.requests if request.method == "POST"]
    assert ended.status == 0
    assert searches[0] is None
    assert sorted(searches[1:], key=str) == sorted(([code] for code in range(1, 13)), key=str)
    assert trial_ids(tmp_path) == ALL
    assert last_report(tmp_path)["complete"]


def beyond(page: dict[str, Any]) -> None:
    """The registry shows the first page of a list and no row after it."""
    if page["pagination"]["currentPage"] > 1:
        page["data"] = []


def test_a_status_with_too_many_results_is_read_from_both_ends(tmp_path: Path) -> None:
    ids = copies(tmp_path / "records.jsonl", 130)
    arguments = ("crawl", "ctis", "-a", "all=1", "-s", "DOWNLOAD_DELAY=0", "-s", "CTIS_RESULTS_SHOWN=100")
    rule = Rule(faults.rewritten_json(beyond), always, search)
    with serve("ctis", records={"ctis": tmp_path / "records.jsonl"}) as urls, faulty(urls["ctis"], [rule]) as registry:
        scrapy(*arguments, env=environment({"ctis": registry.url}, CALCITRIALS_CATALOG=str(tmp_path / "catalog")))
        directions = [json.loads(asked.body)["sort"]["direction"] for asked in registry.requests if asked.body]
    assert trial_ids(tmp_path / "catalog") == ids
    assert last_report(tmp_path / "catalog")["complete"]
    assert directions.count("ASC") == 1


def test_a_status_with_more_results_than_both_ends_show_is_named(url: str, tmp_path: Path) -> None:
    env = environment({"ctis": url}, CALCITRIALS_CATALOG=str(tmp_path))
    scrapy("crawl", "ctis", "-a", "all=1", "-s", "DOWNLOAD_DELAY=0", "-s", "CTIS_RESULTS_SHOWN=2", env=env)
    report = last_report(tmp_path)
    assert not report["complete"]
    assert "all trials of status 4: 5, of which the registry shows 4" in report["problems"]
    assert trial_ids(tmp_path) == ALL  # a page has more rows than this made-up limit


def test_a_trial_that_leaves_the_list_is_looked_after_in_an_increment(url: str, tmp_path: Path) -> None:
    def without(page: dict[str, Any]) -> None:
        page["data"] = [row for row in page["data"] if row["ctNumber"] != VICTIM]
        page["pagination"]["totalRecords"] = len(page["data"])

    assert run(tmp_path, url)[0].status == 0
    gone = Rule(faults.refused(404), always, retrieve_victim)
    rules = (Rule(faults.rewritten_json(without), always, search), gone)
    ended, seen = run(tmp_path, url, *rules, arguments=("--all", "--since", "last"))
    assert ended.status == 0, ended.err
    assert "1 records are gone from the registry" in ended.err
    assert rows(tmp_path, "SELECT trial_id FROM trials WHERE missing_since IS NOT NULL") == [(f"CTIS{VICTIM}",)]
    # those that the list shows are not asked for; rows without a day are due in every increment
    undated = {record["ctNumber"] for record in RECORDS if "lastUpdated" not in record}
    assert {request.path.rpartition("/")[2] for request in seen if "/retrieve/" in request.path} == undated | {VICTIM}


def test_a_list_that_has_run_empty_is_not_believed_in_an_increment(url: str, tmp_path: Path) -> None:
    def empty(page: dict[str, Any]) -> None:
        page["data"] = []
        page["pagination"]["totalRecords"] = 0

    assert run(tmp_path, url)[0].status == 0
    rule = Rule(faults.rewritten_json(empty), always, search)
    ended, _ = run(tmp_path, url, rule, arguments=("--all", "--since", "last"))
    assert ended.status == 1
    assert "ctis: no records: none listed, 6 at the last complete crawl" in ended.err
    assert rows(tmp_path, "SELECT count(*) FROM trials WHERE missing_since IS NOT NULL") == [(0,)]


def test_an_increment_asks_only_for_what_the_list_shows_as_updated(url: str, tmp_path: Path) -> None:
    assert run(tmp_path, url)[0].status == 0
    ended, seen = run(tmp_path, url, arguments=("--all", "--since", "2025-09-16"))
    assert ended.status == 0, ended.err
    undated = {record["ctNumber"] for record in RECORDS if "lastUpdated" not in record}
    asked = {request.path.rpartition("/")[2] for request in seen if "/retrieve/" in request.path}
    assert asked == undated | {VICTIM}  # of which the day of publication alone is late enough
    report = last_report(tmp_path)
    assert (report["complete"], report["expected"], report["received"]) == (True, 4, 4)
    assert trial_ids(tmp_path) == ALL


def test_trials_by_number(url: str, tmp_path: Path) -> None:
    ended, seen = run(tmp_path, url, arguments=("--id", f"CTIS{VICTIM}", "--id", "2022-500001-01-00"))
    assert ended.status == 1
    assert "2022-500001-01-00: the registry does not know this id" in ended.err
    assert trial_ids(tmp_path) == {f"CTIS{VICTIM}"}
    assert not [request for request in seen if request.method == "POST"]


def test_an_older_resubmission_counter_is_an_alias(url: str, tmp_path: Path) -> None:
    current = VICTIM[:-1] + "1"
    rule = Rule(faults.rewritten(lambda body: body.replace(VICTIM.encode(), current.encode())), always, retrieve_victim)
    ended, _ = run(tmp_path, url, rule, arguments=("--id", VICTIM))
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == {f"CTIS{current}"}
    assert rows(tmp_path, "SELECT alias, trial_id FROM aliases") == [(f"CTIS{VICTIM}", f"CTIS{current}")]


def test_a_resubmitted_trial_takes_the_place_of_its_older_record(url: str, tmp_path: Path) -> None:
    current = VICTIM[:-1] + "1"
    assert run(tmp_path, url)[0].status == 0
    renamed = faults.rewritten(lambda body: body.replace(VICTIM.encode(), current.encode()))
    ended, _ = run(tmp_path, url, Rule(renamed, always, search), Rule(renamed, always, retrieve_victim),
                   arguments=("--id", VICTIM))  # fmt: skip
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == {*ALL, f"CTIS{current}"}
    assert rows(tmp_path, "SELECT trial_id FROM trials WHERE missing_since IS NOT NULL") == [(f"CTIS{VICTIM}",)]
    assert len(rows(tmp_path, f"SELECT DISTINCT study_id FROM trials WHERE trial_id LIKE 'CTIS{VICTIM[:-3]}%'")) == 1


def test_a_number_without_its_counter_is_one(url: str, tmp_path: Path) -> None:
    short = VICTIM[:-3]

    def without_counter(target: str) -> str:
        return target.replace(short, VICTIM)

    rule = Rule(faults.rewritten(lambda body: body.replace(VICTIM.encode(), short.encode())), always)
    with faulty(url, [rule], asked_as=without_counter) as registry:
        ended = crawl(tmp_path, registry.url, "--all")
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == ALL - {f"CTIS{VICTIM}"} | {f"CTIS{short}"}


@pytest.mark.parametrize("text", ["NCT03582800", "2018-001719-65", "2023-505976-3", ""])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ArgumentError, match="EU CT number"):
        CtisSpider.checked_id(text)


PASSING = {
    "connection reset": faults.reset,
    "time out": faults.silent,
    "403": faults.refused(403, "blocked"),
    "429": faults.refused(429, retry_after="0"),
    "503": faults.refused(503),
    "HTML for data": faults.web_page,
    "truncated body": faults.cut(),
    "body broken off": faults.broken_off(),
    "null": faults.instead(b"null"),
    "another trial": faults.instead(json.dumps({"ctNumber": NUMBERS[0]}).encode()),
}


@pytest.mark.parametrize("name", PASSING)
def test_a_passing_fault_leaves_no_gap(url: str, tmp_path: Path, name: str) -> None:
    fault = PASSING[name]
    ended, _ = run(tmp_path, url, Rule(fault, nth(1), search), Rule(fault, nth(1), retrieve_victim))
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == ALL
    report = last_report(tmp_path)
    assert (report["complete"], report["expected"], report["received"], report["rejected"]) == (True, 6, 6, 0)
    assert report["retried"] == 2


LASTING = {
    "connection reset": (faults.reset, VICTIM),
    "403": (faults.refused(403, "blocked"), "answers 403 (blocked)"),
    "503": (faults.refused(503, "overloaded"), "answers 503 (overloaded)"),
    "404": (faults.refused(404), f"{VICTIM}: the registry does not know this id"),
    "HTML for data": (faults.web_page, "not a trial in JSON"),
    "truncated body": (faults.cut(), "not a trial in JSON"),
}


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_fault_of_one_trial_costs_that_trial_and_is_named(url: str, tmp_path: Path, name: str) -> None:
    fault, named = LASTING[name]
    ended, _ = run(tmp_path, url, Rule(fault, always, retrieve_victim))
    assert ended.status == 1
    assert named in ended.err
    assert VICTIM in ended.err
    assert "1 of 6 announced records were not received" in ended.err
    assert trial_ids(tmp_path) == ALL - {f"CTIS{VICTIM}"}


def test_a_listed_trial_that_is_not_found_twice_makes_no_further_crawl_incomplete(url: str, tmp_path: Path) -> None:
    gone = Rule(faults.refused(404), always, retrieve_victim)
    assert [run(tmp_path, url, gone)[0].status for _ in range(3)] == [1, 0, 0]
    assert trial_ids(tmp_path) == ALL - {f"CTIS{VICTIM}"}
    assert rows(tmp_path, "SELECT trial_id, reason LIKE 'not available%' FROM rejects") == [(f"CTIS{VICTIM}", True)]
    assert run(tmp_path, url)[0].status == 0
    assert trial_ids(tmp_path) == ALL
    assert rows(tmp_path, "SELECT trial_id FROM rejects") == []


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (faults.refused(403, "blocked"), "answers 403 (blocked)"),
        (faults.web_page, "not a page of the list in JSON"),
        (faults.rewritten(lambda body: body.replace(b"totalRecords", b"total")), "not a page of the list in JSON"),
        (
            faults.rewritten(lambda body: body.replace(b"ctNumber", b"number")),
            "6 rows of the list have no EU CT number",
        ),
    ],
    ids=["403", "HTML", "other names on the page", "other names in the rows"],
)
def test_a_list_that_cannot_be_read_is_named(url: str, tmp_path: Path, fault: faults.Fault, named: str) -> None:
    ended, seen = run(tmp_path, url, Rule(fault, always, search))
    assert ended.status == 1
    assert named in ended.err
    assert not [request for request in seen if "/retrieve/" in request.path]
    assert not (tmp_path / "current.duckdb").exists()


def moved(status: int) -> faults.Fault:
    """The registry has moved to another address."""

    def play(exchange: faults.Exchange) -> None:
        target = exchange.request.target
        if "?moved" in target:
            exchange.send(exchange.answer())
        else:
            exchange.send(faults.Answer(b"", status, {"Location": f"{target}?moved"}))

    return play


@pytest.mark.parametrize("status", [302, 303, 307])
@pytest.mark.parametrize("shown", [200, 404, 405])
def test_a_search_that_is_sent_to_a_passing_page_is_asked_again(
    url: str, tmp_path: Path, status: int, shown: int
) -> None:
    def away(exchange: faults.Exchange) -> None:
        exchange.send(faults.Answer(b"", status, {"Location": "/login"}))

    def login(exchange: faults.Exchange) -> None:
        exchange.send(faults.Answer(b"<html>Sign in</html>", shown, {"Content-Type": "text/html"}))

    ended, _ = run(tmp_path, url, Rule(away, nth(1), search), Rule(login, always, path_ends("/login")))
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == ALL
    assert last_report(tmp_path)["complete"]


def test_a_search_that_is_always_sent_to_another_page_is_incomplete(url: str, tmp_path: Path) -> None:
    def away(exchange: faults.Exchange) -> None:
        exchange.send(faults.Answer(b"", 303, {"Location": "/login"}))

    ended, _ = run(tmp_path, url, Rule(away, always, search))
    assert ended.status != 0
    assert "the registry sends to /login, also when repeated" in ended.err


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_search_that_has_moved_is_asked_again_as_it_was(url: str, tmp_path: Path, status: int) -> None:
    ended, seen = run(tmp_path, url, Rule(moved(status), always))
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == ALL
    assert {request.method for request in seen if search(request)} == {"POST"}


def test_a_search_that_is_sent_on_and_on_is_named(url: str, tmp_path: Path) -> None:
    def onward(exchange: faults.Exchange) -> None:
        exchange.send(faults.Answer(b"", 302, {"Location": exchange.request.target + "x"}))

    ended, _ = run(tmp_path, url, Rule(onward, always, lambda request: request.method == "POST"))
    assert ended.status == 1
    assert "all trials, page 1: the registry sends on and on (302)" in ended.err


def test_a_row_without_a_number_costs_itself(url: str, tmp_path: Path) -> None:
    def spoil(page: dict[str, Any]) -> None:
        page["data"][0] = None

    ended, seen = run(tmp_path, url, Rule(faults.rewritten_json(spoil), always, search))
    assert ended.status == 1
    assert "all trials: 1 rows of the list have no EU CT number" in ended.err
    assert len(trial_ids(tmp_path)) == 5
    assert len([request for request in seen if request.method == "POST"]) == 1


def test_an_unreadable_trial_is_kept_with_its_reason(url: str, tmp_path: Path) -> None:
    def spoil(document: dict[str, Any]) -> None:
        document["authorizedApplication"]["authorizedPartI"]["trialDetails"] = None

    ended, _ = run(tmp_path, url, Rule(faults.rewritten_json(spoil), always, retrieve_victim))
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == ALL - {f"CTIS{VICTIM}"}
    report = last_report(tmp_path)
    assert (report["received"], report["rejected"]) == (6, 1)
    assert rows(tmp_path, "SELECT trial_id FROM rejects") == [(f"CTIS{VICTIM}",)]


def test_an_empty_result_is_no_fault(url: str, tmp_path: Path) -> None:
    ended, seen = run(tmp_path, url, arguments=("--condition", "nothing of the kind"))
    assert ended.status == 0, ended.err
    assert len([request for request in seen if request.method == "POST"]) == 1


class Repeated:
    """The second page begins with a row of the first, in place of its own, this many times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.first: Any = None

    def __call__(self, page: dict[str, Any]) -> None:
        if page["pagination"]["currentPage"] == 1:
            self.first = page["data"][0]
        elif self.times:
            self.times -= 1
            page["data"][0] = self.first


@pytest.mark.parametrize(("times", "status"), [(1, 0), (99, 1)])
def test_rows_that_move_between_pages_are_found_by_a_second_reading(tmp_path: Path, times: int, status: int) -> None:
    ids = copies(tmp_path / "records.jsonl", 102)
    rule = Rule(faults.rewritten_json(Repeated(times)), always, search)
    with serve("ctis", records={"ctis": tmp_path / "records.jsonl"}) as urls:
        ended, seen = run(tmp_path / "catalog", urls["ctis"], rule)
    assert ended.status == status, ended.err
    assert len([request for request in seen if request.method == "POST"]) == 4
    received = trial_ids(tmp_path / "catalog")
    assert received <= ids
    assert len(received) == (102 if status == 0 else 101)
    assert len([request for request in seen if "/retrieve/" in request.path]) == len(received)
    assert ("1 of 102 announced records were not received" in ended.err) == bool(status)


def test_a_page_that_fails_costs_only_its_rows(tmp_path: Path) -> None:
    def second(request: Seen) -> bool:
        return request.method == "POST" and json.loads(request.body)["pagination"]["page"] == 2

    copies(tmp_path / "records.jsonl", 102)
    with serve("ctis", records={"ctis": tmp_path / "records.jsonl"}) as urls:
        ended, _ = run(tmp_path / "catalog", urls["ctis"], Rule(faults.refused(503), always, second))
    assert ended.status == 1
    assert "2 of 102 announced records were not received" in ended.err
    assert len(trial_ids(tmp_path / "catalog")) == 100


def ask(url: str, body: object) -> dict[str, Any]:
    request = urllib.request.Request(f"{url}/search", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        assert "sample" in response.headers["X-Sample-Data"]
        answer: dict[str, Any] = json.loads(response.read())
    return answer


def test_the_sample_has_the_registrys_traps(url: str) -> None:
    nothing = ask(url, {"pagination": {"page": 0, "size": 100}, "searchCriteria": {}})
    assert (nothing["pagination"]["totalRecords"], nothing["data"]) == (0, [])
    two = ask(url, {"pagination": {"page": 2, "size": 2}, "searchCriteria": {"lastUpdatedFrom": "2026-01-01"}})
    assert two["pagination"] == {
        "totalRecords": 6,
        "currentPage": 2,
        "totalPages": 3,
        "nextPage": True,
        "prevPage": True,
    }
    condition = {"medicalCondition": "influenza", "status": [4]}
    found = ask(url, {"pagination": {"page": 1, "size": 500}, "searchCriteria": condition})
    assert [row["ctNumber"] for row in found["data"]] == [VICTIM]
    with pytest.raises(urllib.error.HTTPError, match="400") as caught:
        ask(url, {"pagination": 1})
    caught.value.close()
