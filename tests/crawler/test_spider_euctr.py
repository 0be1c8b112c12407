"""EU CTR over loopback: what the spider asks for, and what the catalogue holds after each fault of the register."""

import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.arguments import ArgumentError
from crawler.samples.euctr import BUNDLED
from crawler.samples.server import serve
from crawler.spiders.euctr import EMPTY_PAGES_IN_A_ROW, EuctrSpider
from tests.support import faults
from tests.support.faults import Rule, Seen, always, faulty, nth, path_ends
from tests.support.running import Run, calcitrials, environment, last_report, rows, scrapy, trial_ids

TRIALS = 45
"""Made-up trials of the register with three pages, the last of five."""
JUVENILE = "EUCTR2005-003956-37"

search = path_ends("/search")
download = path_ends("/rest/download/full")


def number(place: int) -> str:
    return f"2019-{place:06d}-11"


def page(wanted: int) -> faults.Test:
    return lambda request: request.path.endswith("/full") and request.query["page"] == str(wanted)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The bundled sample."""
    with serve("euctr") as urls:
        yield urls["euctr"]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A register of three pages; every trial has two country versions."""
    block = re.search(r"^Summary\n.*?(?=^Summary\n)", BUNDLED.read_text(encoding="utf-8"), re.M | re.S)
    assert block is not None
    text = ""
    for place in range(1, TRIALS + 1):
        version = block[0].replace("2018-001719-65", number(place))
        british = version.replace("Netherlands - Competent Authority", "UK - MHRA").replace("/NL/", "/GB/")
        text += version + british
    path = tmp_path_factory.mktemp("euctr") / "download.txt"
    path.write_text(text, encoding="utf-8", newline="\r\n")
    with serve("euctr", records={"euctr": path}) as urls:
        yield urls["euctr"]


ALL = {f"EUCTR{number(place)}" for place in range(1, TRIALS + 1)}
SECOND = {f"EUCTR{number(place)}" for place in range(21, 41)}


def run(catalog: Path, url: str, *rules: Rule, arguments: tuple[str, ...] = ("--all",)) -> tuple[Run, list[Seen]]:
    with faulty(url, rules) as registry:
        env = environment({"euctr": registry.url}, CALCITRIALS_TIMEOUT_S="1")
        ended = calcitrials("crawl", "euctr", "--delay", "0", "--catalog", catalog, *arguments, env=env)
        return ended, registry.requests


def test_blanks_before_the_lines_of_a_download(url: str, tmp_path: Path) -> None:
    indented = faults.rewritten(lambda body: re.sub(rb"(?m)^(?=.)", b"  ", body))
    ended, _ = run(tmp_path, url, Rule(indented, always, download))
    assert ended.status == 0, ended.err
    assert JUVENILE in trial_ids(tmp_path)
    assert last_report(tmp_path)["complete"]


def test_the_default_conditions_are_one_union_of_phrases(url: str, tmp_path: Path) -> None:
    ended, seen = run(tmp_path, url, arguments=("--since", "2026-01-01"))
    assert ended.status == 0, ended.err
    assert "no search by day of update" in ended.err
    assert [request.path.rpartition("/")[2] for request in seen] == ["robots.txt", "search", "full"]
    assert '"calcinosis" OR "calcinosis cutis" OR ' in seen[1].query["query"]
    assert seen[1].query["query"] == seen[2].query["query"]
    assert seen[2].query["mode"] == "current_page"
    assert not [request for request in seen if "Cookie" in request.headers]
    report = last_report(tmp_path)
    assert (report["complete"], report["expected"], report["received"], report["since"]) == (True, 6, 6, None)
    assert JUVENILE in trial_ids(tmp_path)
    assert "EUCTR2014-000406-35" not in trial_ids(tmp_path)


def test_bare_scrapy_and_the_countries_of_one_trial(url: str, tmp_path: Path) -> None:
    env = environment({"euctr": url}, CALCITRIALS_CATALOG=str(tmp_path))
    asked = "condition=juvenile dermatomyositis|calciphylaxis"
    assert scrapy("crawl", "euctr", "-a", asked, "-s", "DOWNLOAD_DELAY=0", env=env).status == 0
    assert trial_ids(tmp_path) == {JUVENILE, "EUCTR2018-002751-15"}
    sql = "SELECT country FROM locations WHERE trial_id = ?"
    countries = {country for (country,) in rows(tmp_path, sql, JUVENILE)}
    assert countries == {"Belgium", "Italy", "Netherlands", "Sweden", "United Kingdom"}
    sql = "SELECT identifier FROM identifiers WHERE trial_id = ?"
    assert ("NCT00323960",) in rows(tmp_path, sql, JUVENILE)


def test_all_trials_of_a_register_of_three_pages(large: str, tmp_path: Path) -> None:
    ended, seen = run(tmp_path, large)
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == ALL
    pages = [request.query.get("page") for request in seen if request.path != "/robots.txt"]
    assert pages[:2] == ["1", "1"]
    assert sorted(map(str, pages[2:])) == ["2", "3"]  # asked at once, so they may arrive in either order
    assert rows(tmp_path, "SELECT count(*) FROM locations") == [(2 * TRIALS,)]


def test_trials_by_number(url: str, tmp_path: Path) -> None:
    arguments = ("--id", "EUCTR2005-003956-37-NL", "--id", "2016-005035-33", "--id", "2016-005035-99")
    ended, _ = run(tmp_path, url, arguments=arguments)
    assert ended.status == 1
    assert "2016-005035-99: the registry does not know this id" in ended.err
    assert "1 of 3 announced records were not received" in ended.err
    assert trial_ids(tmp_path) == {JUVENILE, "EUCTR2016-005035-33"}


def test_another_trial_than_the_one_asked_for_is_named(url: str, tmp_path: Path) -> None:
    swap = faults.rewritten(lambda body: body.replace(b"2005-003956-37", b"2005-003956-38"))
    ended, _ = run(tmp_path, url, Rule(swap, always, download), arguments=("--id", "2005-003956-37"))
    assert ended.status == 1
    assert "2005-003956-37: the register answers with other trials" in ended.err


@pytest.mark.parametrize("text", ["NCT03582800", "2018-001719", ""])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ArgumentError, match="EudraCT number"):
        EuctrSpider.checked_id(text)


def test_robots_txt_is_obeyed(url: str, tmp_path: Path) -> None:
    robots = Rule(
        faults.instead(b"User-agent: *\nDisallow: /ctr-search/\n", "text/plain"), always, path_ends("/robots.txt")
    )
    ended, seen = run(tmp_path, url, robots)
    assert ended.status == 1
    assert "robots.txt" in ended.err
    assert [request.path for request in seen] == ["/robots.txt"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(faults.refused(503), "the host answers 503"), (faults.silent, "no answer in time"), (faults.reset, "")],
)
def test_without_its_robots_txt_a_host_is_asked_nothing(
    url: str, tmp_path: Path, fault: faults.Fault, reason: str
) -> None:
    ended, seen = run(tmp_path, url, Rule(fault, always, path_ends("/robots.txt")))
    assert ended.status == 1
    assert "Traceback" not in ended.err
    assert f"the robots.txt of this host, which is to be obeyed, cannot be got: {reason}" in ended.err
    assert {request.path for request in seen} == {"/robots.txt"}


def test_a_robots_txt_that_comes_at_last_is_obeyed_and_one_that_is_not_there_forbids_nothing(
    url: str, tmp_path: Path
) -> None:
    for fault, times in ((faults.refused(503), nth(1, 2)), (faults.refused(404), always)):
        ended, _ = run(tmp_path, url, Rule(fault, times, path_ends("/robots.txt")))
        assert ended.status == 0, ended.err


PASSING = {
    "connection reset": faults.reset,
    "time out": faults.silent,
    "429": faults.refused(429, retry_after="0"),
    "503": faults.refused(503),
    "HTML for data": faults.web_page,
    "truncated body": faults.cut(),
    "truncated in its last version": faults.cut(0.995),
    "body broken off": faults.broken_off(),
    "nothing": faults.instead(b"", "text/plain"),
}


@pytest.mark.parametrize("name", PASSING)
def test_a_passing_fault_leaves_no_gap(large: str, tmp_path: Path, name: str) -> None:
    fault = PASSING[name]
    on_search = [] if name == "truncated in its last version" else [Rule(fault, nth(1), search)]
    ended, seen = run(tmp_path, large, *on_search, Rule(fault, nth(1), page(2)))
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == ALL
    report = last_report(tmp_path)
    assert (report["complete"], report["expected"], report["received"], report["rejected"]) == (True, 45, 45, 0)
    assert rows(tmp_path, "SELECT count(*) FROM locations") == [(2 * TRIALS,)]
    assert len([request for request in seen if page(2)(request)]) == 2


def test_a_session_that_is_over_costs_a_second_question(large: str, tmp_path: Path) -> None:
    def to_login(exchange: faults.Exchange) -> None:
        exchange.send(faults.Answer(b"", 302, {"Location": "/login"}))

    login = Rule(faults.web_page, always, path_ends("/login"))
    ended, seen = run(tmp_path, large, login, Rule(to_login, nth(1), search), Rule(to_login, nth(1), page(2)))
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == ALL
    assert len([request for request in seen if page(2)(request)]) == 2


LASTING = {
    "connection reset": (faults.reset, "/rest/download/full?", ALL - SECOND),
    "503": (faults.refused(503, "overloaded"), "answers 503 (overloaded)", ALL - SECOND),
    "HTML for data": (faults.web_page, "the answer is not a text of trials", ALL - SECOND),
    "truncated body": (
        faults.cut(0.51),
        "page 2 of the download holds 11 of 20 trials",
        ALL - set(sorted(SECOND)[11:]),
    ),
    "other names for the fields": (
        faults.rewritten(lambda body: body.replace(b"EudraCT Number:", b"EU number:")),
        "page 2 of the download holds 0 of 20 trials",
        ALL - SECOND,
    ),
}


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_fault_costs_what_it_hides_and_is_named(large: str, tmp_path: Path, name: str) -> None:
    fault, named, kept = LASTING[name]
    ended, _ = run(tmp_path, large, Rule(fault, always, page(2)))
    assert ended.status == 1
    assert named in ended.err
    assert trial_ids(tmp_path) <= kept
    assert trial_ids(tmp_path) >= ALL - SECOND
    assert len(kept - trial_ids(tmp_path)) <= 1  # the version in which the text breaks off may be a reject


@pytest.mark.parametrize(
    "fault",
    [faults.web_page, faults.rewritten(lambda body: body.replace(b"Trials with a", b"Studies with a"))],
    ids=["HTML of another page", "other words on the page"],
)
def test_a_search_that_tells_no_number_is_named(large: str, tmp_path: Path, fault: faults.Fault) -> None:
    ended, seen = run(tmp_path, large, Rule(fault, always, search))
    assert ended.status == 1
    assert "the answer does not tell how many trials there are" in ended.err
    assert not [request for request in seen if download(request)]
    assert not (tmp_path / "current.duckdb").exists()


def test_trials_twice_across_pages_are_held_once_and_what_they_displaced_is_named(large: str, tmp_path: Path) -> None:
    with urllib.request.urlopen(f"{large}/rest/download/full?query=&page=1&mode=current_page") as response:
        first = response.read()
    ended, _ = run(tmp_path, large, Rule(faults.instead(first, "text/plain"), always, page(2)))
    assert ended.status == 1
    assert "20 of 45 announced records were not received" in ended.err
    assert trial_ids(tmp_path) == ALL - SECOND


def test_an_unreadable_version_is_kept_with_its_reason(large: str, tmp_path: Path) -> None:
    def spoil(body: bytes) -> bytes:
        start = body.index(b"Summary\r\nEudraCT Number: " + number(21).encode())
        end = body.index(b"Summary\r\nEudraCT Number: " + number(22).encode())
        return body[:start] + body[start:end].replace(number(21).encode(), b"2019-000000-00") + body[end:]

    ended, _ = run(tmp_path, large, Rule(faults.rewritten(spoil), always, page(2)))
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == ALL - {f"EUCTR{number(21)}"}
    assert rows(tmp_path, "SELECT DISTINCT reason FROM rejects") == [("'2019-000000-00' is no EudraCT number",)]
    report = last_report(tmp_path)
    assert (report["received"], report["rejected"]) == (46, 2)  # one a country


def test_an_empty_result_is_no_fault(url: str, tmp_path: Path) -> None:
    ended, seen = run(tmp_path, url, arguments=("--condition", "nothing of the kind"))
    assert ended.status == 0, ended.err
    assert not [request for request in seen if download(request)]


def test_nothing_where_there_was_something_publishes_nothing(url: str, tmp_path: Path) -> None:
    assert run(tmp_path, url)[0].status == 0
    before = trial_ids(tmp_path)
    none = faults.rewritten(lambda body: re.sub(rb"protocol \(\d+\)", b"protocol (0)", body))
    ended, _ = run(tmp_path, url, Rule(none, always, search), arguments=("--all", "--since", "last"))
    assert ended.status == 1
    assert "euctr: no records: none received, " in ended.err
    assert trial_ids(tmp_path) == before
    assert rows(tmp_path, "SELECT count(*) FROM trials WHERE missing_since IS NOT NULL") == [(0,)]


def test_thousands_are_counted_with_their_separator(url: str, tmp_path: Path) -> None:
    many = faults.rewritten(lambda body: re.sub(rb"protocol \(\d+\)", b"protocol (1,035)", body))
    ended, seen = run(tmp_path, url, Rule(many, always, search))
    assert ended.status == 1
    assert "announced records were not received" in ended.err
    assert last_report(tmp_path)["expected"] == 1035
    asked = {int(request.query["page"]) for request in seen if download(request)}
    assert asked == set(range(1, EMPTY_PAGES_IN_A_ROW + 2))  # there is one page; the others hold nothing


def test_the_sample_speaks_the_registers_form(large: str, url: str) -> None:
    with urllib.request.urlopen(f"{large}/search?query=&page=1") as response:
        assert response.headers["Set-Cookie"].startswith("JSESSIONID=")
        shown = response.read().decode()
    assert shown.count('<table class="result">') == 20
    assert 'accesskey="n"' in shown
    with urllib.request.urlopen(f"{large}/search?query=&page=3") as response:
        last = response.read().decode()
    assert last.count('<table class="result">') == 5
    assert 'accesskey="n"' not in last
    with urllib.request.urlopen(f"{url}/rest/download/full?query=juvenile+dermatomyositis") as response:
        text = response.read()
    assert text.count(b"\r\nSummary\r\nEudraCT Number: 2005-003956-37\r\n") == 5
    assert b"\n" not in text.replace(b"\r\n", b"")
