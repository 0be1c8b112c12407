"""ISRCTN over loopback: windows and their guards, and what the catalogue holds after each fault of the registry."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawler.arguments import ArgumentError
from crawler.samples.isrctn_query import QueryError, parse
from crawler.samples.server import serve
from crawler.spiders.isrctn import LARGEST_ANSWER, IsrctnSpider, any_of
from tests.support import faults
from tests.support.faults import Rule, Seen, always, faulty, nth, path_ends
from tests.support.running import Run, calcitrials, environment, last_report, rows, scrapy, trial_ids

ALL = {
    "ISRCTN15375673",
    "ISRCTN34171966",
    "ISRCTN41236511",
    "ISRCTN73380053",
    "ISRCTN76463425",
    "ISRCTN88261002",
}
CALCIPHYLAXIS = {"ISRCTN34171966", "ISRCTN73380053"}
VICTIM = "ISRCTN76463425"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serve("isrctn") as urls:
        yield urls["isrctn"]


@pytest.fixture(scope="module")
def large_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """2,600 trials, 1,100 of them last edited in the same second."""
    path = tmp_path_factory.mktemp("isrctn") / "trials.xml"
    first = datetime(2012, 1, 1, 12)
    times = [first + timedelta(days=2 * place) for place in range(1500)] + [datetime(2019, 6, 3, 4, 5, 6)] * 1100
    path.write_text("".join(made_up(place, edited) for place, edited in enumerate(times)))
    with serve("isrctn", records={"isrctn": path}) as urls:
        yield urls["isrctn"]


def made_up(place: int, edited: datetime) -> str:
    """A trial that does not exist."""
    return (
        f'<fullTrial><trial lastUpdated="{edited.isoformat()}"><isrctn>{90_000_000 + place}</isrctn>'
        f"<trialDescription><title>Calcinosis {place}</title></trialDescription></trial></fullTrial>\n"
    )


def crawl(catalog: Path, url: str, *arguments: str, **more: str) -> Run:
    env = environment({"isrctn": url}, **more)
    return calcitrials("crawl", "isrctn", "--delay", "0", "--catalog", catalog, *arguments, env=env)


def run(catalog: Path, url: str, *rules: Rule, arguments: tuple[str, ...] = ("--all",)) -> tuple[Run, list[Seen]]:
    with faulty(url, rules) as registry:
        return crawl(catalog, registry.url, *arguments, CALCITRIALS_TIMEOUT_S="1"), registry.requests


query = path_ends("/query/format/default")


def records(request: Seen) -> bool:
    return query(request) and request.query["limit"] != "0"


def counts(request: Seen) -> bool:
    return query(request) and request.query["limit"] == "0"


def test_the_default_conditions_are_one_question_of_phrases(url: str, tmp_path: Path) -> None:
    ended, seen = run(tmp_path, url, arguments=())
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == CALCIPHYLAXIS
    assert [request.path for request in seen] == ["/robots.txt", *["/api/query/format/default"] * 2]
    assert '"calciphylaxis" OR "calcific uremic arteriolopathy"' in seen[1].query["q"]
    assert seen[1].query["limit"] == "0"
    report = last_report(tmp_path)
    assert [report[name] for name in ("complete", "expected", "received")] == [True, 2, 2]


def test_bare_scrapy_ends_in_the_same_catalogue(url: str, tmp_path: Path) -> None:
    env = environment({"isrctn": url}, CALCITRIALS_CATALOG=str(tmp_path))
    ended = scrapy("crawl", "isrctn", "-a", "condition=calciphylaxis", "-s", "DOWNLOAD_DELAY=0", env=env)
    assert ended.status == 0
    assert trial_ids(tmp_path) == CALCIPHYLAXIS
    stated = rows(tmp_path, "SELECT identifier FROM identifiers WHERE trial_id = 'ISRCTN73380053'")
    assert ("EUCTR2014-002128-28",) in stated


def test_an_increment_asks_with_the_time_of_day(url: str, tmp_path: Path) -> None:
    ended, seen = run(tmp_path, url, arguments=("--all", "--since", "2021-03-04"))
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == {"ISRCTN34171966", "ISRCTN15375673"}
    assert seen[-1].query["q"] == "lastEdited GE 2021-03-04T00:00:00"
    assert last_report(tmp_path)["expected"] == 2


def test_an_increment_without_anything_new_is_complete(url: str, tmp_path: Path) -> None:
    ended, seen = run(tmp_path, url, arguments=("--condition", "calciphylaxis", "--since", "2026-01-01"))
    assert ended.status == 0, ended.err
    assert not [request for request in seen if records(request)]


def test_an_increment_may_hold_every_trial(url: str, tmp_path: Path) -> None:
    ended, _ = run(tmp_path, url, arguments=("--condition", "calciphylaxis", "--since", "2019-01-01"))
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == CALCIPHYLAXIS


def ignoring(limit: str) -> Callable[[str], str]:
    """A registry that drops these limits of the last edit, as ISRCTN does for a date without its time of day."""
    return lambda target: re.sub(rf"({limit}\+\d+-\d\d-\d\d)T00%3A00%3A00", r"\1", target)


@pytest.mark.parametrize("limit", ["..", "GE", "LT"], ids=["both", "from", "until"])
@pytest.mark.parametrize("arguments", [("--all", "--since", "2015-01-01"), ("--condition", "calcinosis")])
def test_ignored_limits_are_noticed(large_url: str, tmp_path: Path, limit: str, arguments: tuple[str, ...]) -> None:
    with faulty(large_url, asked_as=ignoring(limit)) as registry:
        ended = crawl(tmp_path, registry.url, *arguments)
        assert not [request for request in registry.requests if records(request)]
    assert ended.status == 1
    assert "the registry ignores a limit of the last edit" in ended.err
    assert not (tmp_path / "current.duckdb").exists()


@pytest.mark.parametrize("arguments", [("--all",), ("--condition", "calcinosis")])
def test_a_large_answer_comes_in_windows_that_are_small_unless_they_cannot_be(
    large_url: str, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    ended, seen = run(tmp_path, large_url, arguments=arguments)
    assert ended.status == 0, ended.err
    report = last_report(tmp_path)
    assert [report[name] for name in ("complete", "expected", "received", "new")] == [True, 2600, 2600, 2600]
    limits = [int(request.query["limit"]) for request in seen if records(request)]
    assert sorted(set(limits)) == [LARGEST_ANSWER, 1100]
    assert limits.count(1100) == 1
    starts = [re.search(r"GE ([\dT:-]+)", request.query["q"]) for request in seen if records(request)]
    oldest_first = [start[1] if start else "" for start in starts]
    assert oldest_first == sorted(oldest_first)


def test_trials_by_number(url: str, tmp_path: Path) -> None:
    ended, seen = run(tmp_path, url, arguments=("--id", "isrctn73380053", "--id", "ISRCTN99999998"))
    assert ended.status == 1
    assert "ISRCTN99999998: the registry does not know this id" in ended.err
    assert trial_ids(tmp_path) == {"ISRCTN73380053"}
    assert {request.path for request in seen[1:]} == {
        f"/api/trial/{number}/format/default" for number in ("73380053", "99999998")
    }


@pytest.mark.parametrize("text", ["NCT03582800", "ISRCTN7338005", "ISRCTN733800530", "", "ISRCTN٧٣٣٨٠٠٥٣"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ArgumentError, match="eight digits"):
        IsrctnSpider.checked_id(text)


def test_marks_of_the_query_language_are_taken_out_of_names() -> None:
    assert any_of(['a "b" (c) [d]: e', '"']) == '"a b c d e"'


def test_a_trial_that_the_registry_no_longer_has_is_marked(url: str, tmp_path: Path) -> None:
    assert crawl(tmp_path, url, "--all").status == 0
    withdrawn = faults.rewritten(lambda body: without(body, VICTIM[6:]))
    gone = [
        Rule(withdrawn, always, query),
        Rule(faults.refused(404, "no trial"), always, path_ends(f"/{VICTIM[6:]}/format/default")),
    ]
    ended, seen = run(tmp_path, url, *gone)
    assert ended.status == 0, ended.err
    assert VICTIM in seen[-2].query["q"]
    assert rows(tmp_path, "SELECT trial_id FROM trials WHERE missing_since IS NOT NULL") == [(VICTIM,)]


def test_an_increment_looks_after_trials_that_it_does_not_bring(url: str, tmp_path: Path) -> None:
    assert crawl(tmp_path, url, "--all").status == 0
    gone = [
        Rule(faults.rewritten(lambda body: without(body, VICTIM[6:])), always, lambda asked: "OR" in asked.target),
        Rule(faults.refused(404, "no trial"), always, path_ends(f"/{VICTIM[6:]}/format/default")),
    ]
    ended, _ = run(tmp_path, url, *gone, arguments=("--all", "--since", "last"))
    assert ended.status == 0, ended.err
    assert rows(tmp_path, "SELECT trial_id FROM trials WHERE missing_since IS NOT NULL") == [(VICTIM,)]
    report = last_report(tmp_path)
    assert [report[name] for name in ("complete", "expected", "received", "listed", "missing")] == [True, 0, 0, 6, 1]


def without(body: bytes, number: str) -> bytes:
    """An answer without one of its trials, to the question for all six and to that for it alone."""
    record = rb"<fullTrial>(?:(?!</fullTrial>).)*>" + number.encode() + rb"<.*?</fullTrial>"
    fewer = {b"6": b"5", b"1": b"0"}
    counted = re.sub(rb'totalCount="(\d+)"', lambda total: b'totalCount="%b"' % fewer[total[1]], body)
    return re.sub(record, b"", counted, flags=re.S)


PASSING = {
    "connection reset": [Rule(faults.reset, nth(1, 2), query)],
    "time out": [Rule(faults.silent, nth(1), query)],
    "429": [Rule(faults.refused(429, retry_after="1"), nth(1), records)],
    "503": [Rule(faults.refused(503, "overloaded"), nth(1, 2), query)],
    "HTML for data": [Rule(faults.web_page, nth(1, 3), query)],
    "cut XML": [Rule(faults.cut(), nth(1), records)],
    "cut count": [Rule(faults.cut(), nth(1), counts)],
    "body broken off": [Rule(faults.broken_off(), nth(1), records)],
    "other name of the root": [
        Rule(faults.rewritten(lambda body: body.replace(b"allTrials", b"trialList")), nth(1), query)
    ],
    "fewer records than announced": [
        Rule(faults.rewritten(lambda body: body.replace(b'totalCount="6"', b'totalCount="7"')), nth(1), records)
    ],
}


@pytest.mark.parametrize("rules", PASSING.values(), ids=PASSING)
def test_a_passing_fault_leaves_no_gap(url: str, tmp_path: Path, rules: list[Rule]) -> None:
    ended, _ = run(tmp_path, url, *rules)
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == ALL
    report = last_report(tmp_path)
    assert [report[name] for name in ("complete", "problems", "received", "rejected")] == [True, [], 6, 0]


LASTING = {
    "reset for ever": (Rule(faults.reset, always, records), set(), "/api/query/format/default"),
    "silence for ever": (Rule(faults.silent, always, records), set(), "no answer in time"),
    "503 for ever": (Rule(faults.refused(503, "overloaded"), always, query), set(), "answers 503 (overloaded)"),
    "refused": (Rule(faults.refused(400, "no such field"), always, query), set(), "answers 400 (no such field)"),
    "HTML for ever": (Rule(faults.web_page, always, query), set(), "not a list of trials in XML, also when repeated"),
    "cut for ever": (Rule(faults.cut(0.35), always, records), CALCIPHYLAXIS, "breaks off before the end of its XML"),
    "more announced than there are": (
        Rule(faults.rewritten(lambda body: body.replace(b'totalCount="6"', b'totalCount="9"')), always, query),
        ALL,
        "3 of 9 announced records were not received",
    ),
}


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_fault_costs_what_it_hides_and_is_named(url: str, tmp_path: Path, name: str) -> None:
    rule, loaded, named = LASTING[name]
    ended, _ = run(tmp_path, url, rule)
    assert ended.status == 1
    assert named in ended.err
    assert "Traceback" not in ended.err
    if not loaded:
        assert not (tmp_path / "current.duckdb").exists()
        return
    assert loaded <= trial_ids(tmp_path) <= ALL
    report = last_report(tmp_path)
    assert not report["complete"]
    assert any(named in problem for problem in report["problems"])


def test_a_window_that_cannot_be_got_costs_its_own_trials(large_url: str, tmp_path: Path) -> None:
    lost = Rule(faults.refused(503), always, lambda request: request.query.get("limit") == "1100")
    ended, _ = run(tmp_path, large_url, lost)
    assert ended.status == 1
    report = last_report(tmp_path)
    assert [report[name] for name in ("expected", "received", "new")] == [2600, 1500, 1500]
    assert "1100 of 2600 announced records were not received" in ended.err


def test_a_trial_that_comes_twice_is_one(url: str, tmp_path: Path) -> None:
    def doubled(body: bytes) -> bytes:
        return re.sub(rb"(<fullTrial>.*?</fullTrial>)", rb"\1\1", body, flags=re.S)

    ended, _ = run(tmp_path, url, Rule(faults.rewritten(doubled), always, records))
    assert ended.status == 0, ended.err
    report = last_report(tmp_path)
    assert [report[name] for name in ("expected", "received", "new")] == [6, 6, 6]


def test_an_unreadable_record_is_kept_with_its_reason(url: str, tmp_path: Path) -> None:
    def spoil(body: bytes) -> bytes:
        return body.replace(b"<acronym>SIFT</acronym>", b"<acronym>SIFT & <b></acronym>")

    ended, _ = run(tmp_path, url, Rule(faults.rewritten(spoil), always, records))
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == ALL - {VICTIM}
    report = last_report(tmp_path)
    assert [report[name] for name in ("expected", "received", "new", "rejected")] == [6, 6, 5, 1]
    assert rows(tmp_path, "SELECT trial_id FROM rejects") == [(VICTIM,)]


def test_other_names_of_the_fields_publish_nothing(url: str, tmp_path: Path) -> None:
    def renamed(body: bytes) -> bytes:
        body = body.replace(b"publicIdentifierCanonical", b"canonicalId")
        return re.sub(rb"(</?)isrctn\b", rb"\1registryNumber", body)

    assert crawl(tmp_path, url, "--all").status == 0
    ended, _ = run(tmp_path, url, Rule(faults.rewritten(renamed), always, records))
    assert ended.status == 1
    assert "too many rejects" in ended.err
    assert trial_ids(tmp_path) == ALL


def test_nothing_where_there_was_something_publishes_nothing(url: str, tmp_path: Path) -> None:
    assert crawl(tmp_path, url, "--all").status == 0
    empty = b'<?xml version="1.0"?><allTrials xmlns="http://www.67bricks.com/isrctn" totalCount="0"/>'
    ended, _ = run(tmp_path, url, Rule(faults.instead(empty, "application/xml"), always, query))
    assert ended.status == 1
    assert "not published" in ended.err
    assert trial_ids(tmp_path) == ALL


def test_an_empty_answer_to_a_question_that_never_had_one_is_complete(url: str, tmp_path: Path) -> None:
    ended = crawl(tmp_path, url, "--condition", "a disease that nobody studies")
    assert ended.status == 0, ended.err


def test_a_host_that_forbids_is_not_asked_again(url: str, tmp_path: Path) -> None:
    ended, seen = run(tmp_path, url, Rule(faults.refused(403, "go away"), always, query))
    assert ended.status == 1
    assert "the registry answers 403 (go away)" in ended.err
    assert len([request for request in seen if query(request)]) == 1


def test_a_registry_that_disallows_its_interface_is_not_asked(url: str, tmp_path: Path) -> None:
    closed = faults.instead(b"User-agent: *\nDisallow: /api/\n", "text/plain")
    ended, seen = run(tmp_path, url, Rule(closed, always, path_ends("/robots.txt")))
    assert ended.status == 1
    assert "not asked for: Forbidden by robots.txt" in ended.err
    assert [request.path for request in seen] == ["/robots.txt"]


def test_a_crawl_delay_is_kept_whatever_the_user_says(url: str, tmp_path: Path) -> None:
    asked = faults.instead(b"User-agent: *\nCrawl-delay: 1.5\n", "text/plain")
    _, seen = run(tmp_path, url, Rule(asked, always, path_ends("/robots.txt")))
    asked_at = [request.at for request in seen if query(request)]
    assert len(asked_at) == 2
    assert asked_at[1] - asked_at[0] > 1.4


@pytest.mark.parametrize("text", ["", "a AND", "(a", "a)", 'x:"', "field:", "NOT", "(" * 60 + "a" + ")" * 60])
def test_the_sample_refuses_what_it_cannot_read(text: str) -> None:
    with pytest.raises(QueryError):
        parse(text)
