"""Pages of listing sites over loopback: what is asked for, and what the catalogue holds after each fault of a site."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.arguments import ArgumentError
from crawler.samples.listing import BROWSE, BUNDLED, KNOWN_IDS, SECTION, SITE, section_path
from crawler.samples.server import serve
from crawler.spiders.listing import ListingSpider
from tests.support import faults
from tests.support.faults import Rule, Seen, always, faulty, nth, path_ends
from tests.support.running import Run, calcitrials, environment, last_report, rows, scrapy, trial_ids

(ANCHOR_PAGE,) = KNOWN_IDS
ANCHOR = "listing:NCT03582800@trials.listing.example"
OTHER = "listing:NCT90000002@trials.listing.example"
OTHER_PAGE = f"{SITE}/clinical-trials/other/NCT90000002"
BOTH = ("--id", ANCHOR_PAGE, "--id", OTHER_PAGE)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The bundled page and one that is made up after it."""
    page = json.loads(BUNDLED.read_text(encoding="utf-8"))
    other = json.loads(json.dumps(page).replace("NCT03582800", "NCT90000002"))
    other["path"] = "/clinical-trials/other/NCT90000002"
    path = tmp_path_factory.mktemp("listing") / "pages.jsonl"
    path.write_text(f"{json.dumps(page)}\n{json.dumps(other)}\n")
    with serve("listing", records={"listing": path}) as urls:
        yield urls["listing"]


def crawl(catalog: Path, url: str, *arguments: str, **more: str) -> Run:
    env = environment({"listing": url}, **more)
    return calcitrials("crawl", "listing", "--delay", "0", "--catalog", catalog, *arguments, env=env)


def run(catalog: Path, url: str, *rules: Rule, arguments: tuple[str, ...] = BOTH) -> tuple[Run, list[Seen]]:
    with faulty(url, rules) as registry:
        return crawl(catalog, registry.url, *arguments, CALCITRIALS_TIMEOUT_S="1"), registry.requests


anchor, other = path_ends("/NCT03582800"), path_ends("/NCT90000002")


def pages(request: Seen) -> bool:
    return request.path != "/robots.txt"


def test_pages_keep_their_own_address(url: str, tmp_path: Path) -> None:
    ended, seen = run(tmp_path, url, arguments=(*BOTH, "--id", f"{ANCHOR_PAGE}#criteria"))
    assert ended.status == 0, ended.err
    assert [request.path for request in seen].count("/robots.txt") == 1
    assert len([request for request in seen if pages(request)]) == 2
    assert set(rows(tmp_path, "SELECT trial_id, source_url FROM trials")) == {
        (ANCHOR, ANCHOR_PAGE),
        (OTHER, OTHER_PAGE),
    }
    assert ("NCT03582800",) in rows(tmp_path, "SELECT identifier FROM identifiers WHERE trial_id = ?", ANCHOR)


def test_bare_scrapy_ends_in_the_same_catalogue(url: str, tmp_path: Path) -> None:
    env = environment({"listing": url}, CALCITRIALS_CATALOG=str(tmp_path))
    ended = scrapy("crawl", "listing", "-a", f"id={ANCHOR_PAGE}|{OTHER_PAGE}", "-s", "DOWNLOAD_DELAY=0", env=env)
    assert ended.status == 0
    assert trial_ids(tmp_path) == {ANCHOR, OTHER}


def test_without_a_page_there_is_nothing_to_ask_and_nothing_wrong(url: str, tmp_path: Path) -> None:
    ended, seen = run(tmp_path, url, arguments=())
    assert ended.status == 0
    assert seen == []
    assert "listing: nothing to ask" in ended.err
    assert "listing: incomplete" not in ended.err


def test_known_pages_are_visited_again(url: str, tmp_path: Path) -> None:
    assert crawl(tmp_path, url, *BOTH).status == 0
    ended, seen = run(tmp_path, url, arguments=())
    assert ended.status == 0, ended.err
    assert len([request for request in seen if pages(request)]) == 2
    report = last_report(tmp_path)
    assert [report[name] for name in ("complete", "received", "unchanged")] == [True, 2, 2]


def test_a_known_page_that_is_no_more_is_marked(url: str, tmp_path: Path) -> None:
    assert crawl(tmp_path, url, *BOTH).status == 0
    ended, _ = run(tmp_path, url, Rule(faults.refused(410, "gone"), always, other), arguments=())
    assert ended.status == 0, ended.err
    assert rows(tmp_path, "SELECT trial_id FROM trials WHERE missing_since IS NOT NULL") == [(OTHER,)]


def test_a_page_that_never_was_is_named(url: str, tmp_path: Path) -> None:
    ended, _ = run(tmp_path, url, arguments=("--id", ANCHOR_PAGE, "--id", f"{SITE}/nothing"))
    assert ended.status == 1
    assert f"{SITE}/nothing: there is no such page (404)" in ended.err
    assert trial_ids(tmp_path) == {ANCHOR}


@pytest.mark.parametrize("text", ["NCT03582800", "ftp://a/b", "https://", "http://[", "", "https://a b/c", "file:///x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ArgumentError, match="not the address of a page"):
        ListingSpider.checked_id(text)


def test_an_address_is_kept_without_its_fragment() -> None:
    assert ListingSpider.checked_id(" https://a.example?x=1#y ") == "https://a.example/?x=1"


PASSING = {
    "connection reset": [Rule(faults.reset, nth(1, 2), anchor)],
    "time out": [Rule(faults.silent, nth(1), anchor)],
    "429": [Rule(faults.refused(429, retry_after="1"), nth(1), anchor)],
    "503": [Rule(faults.refused(503), nth(1, 2), pages)],
    "cut page": [Rule(faults.cut(), nth(1, 2), anchor)],
    "empty page": [Rule(faults.instead(b"", "text/html"), nth(1), anchor)],
    "body broken off": [Rule(faults.broken_off(), nth(1), other)],
}


@pytest.mark.parametrize("rules", PASSING.values(), ids=PASSING)
def test_a_passing_fault_leaves_no_gap(url: str, tmp_path: Path, rules: list[Rule]) -> None:
    ended, _ = run(tmp_path, url, *rules)
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == {ANCHOR, OTHER}
    report = last_report(tmp_path)
    assert [report[name] for name in ("complete", "problems", "received", "rejected")] == [True, [], 2, 0]


LASTING = {
    "reset for ever": (faults.reset, "/NCT03582800"),
    "silence for ever": (faults.silent, "no answer in time"),
    "503 for ever": (faults.refused(503, "overloaded"), "answers 503 (overloaded)"),
    "cut for ever": (faults.cut(), "the page breaks off before its end, also when repeated"),
    "broken off for ever": (faults.broken_off(), "broke off before its announced end"),
}


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_fault_costs_its_own_page_and_is_named(url: str, tmp_path: Path, name: str) -> None:
    fault, named = LASTING[name]
    ended, _ = run(tmp_path, url, Rule(fault, always, anchor))
    assert ended.status == 1
    assert named in ended.err
    assert "Traceback" not in ended.err
    assert trial_ids(tmp_path) == {OTHER}
    assert not last_report(tmp_path)["complete"]


def test_a_page_that_shows_no_trial_is_kept_with_its_reason(url: str, tmp_path: Path) -> None:
    ended, _ = run(tmp_path, url, Rule(faults.web_page, always, anchor))
    assert "1 records could not be read" in ended.err or "1 record could not be read" in ended.err
    assert trial_ids(tmp_path) == {OTHER}
    assert rows(tmp_path, "SELECT source_url FROM rejects") == [(ANCHOR_PAGE,)]


def test_a_page_without_an_encoding_is_read_by_what_the_header_names(url: str, tmp_path: Path) -> None:
    page = "<h1>Žluté usazeniny NCT90000002</h1><p>Condition: Kalcinóza</p><p>Sponsor: Nemocnice</p>"

    def central_european(exchange: faults.Exchange) -> None:
        exchange.send(faults.Answer(page.encode("cp1250"), headers={"Content-Type": "text/html; charset=windows-1250"}))

    ended, _ = run(tmp_path, url, Rule(central_european, always, other), arguments=("--id", OTHER_PAGE))
    assert ended.status == 0, ended.err
    assert rows(tmp_path, "SELECT brief_title FROM trials") == [("Žluté usazeniny NCT90000002",)]


def test_labels_that_nobody_knows_lose_their_values_and_nothing_else(url: str, tmp_path: Path) -> None:
    renamed = faults.rewritten(lambda body: body.replace(b"<dt>End date</dt>", b"<dt>Curtain</dt>"))
    ended, _ = run(tmp_path, url, Rule(renamed, always, anchor))
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == {ANCHOR, OTHER}
    found = rows(tmp_path, "SELECT completion_date IS NULL FROM trials WHERE trial_id = ?", ANCHOR)
    assert found == [(True,)]


def test_pages_that_robots_txt_disallows_are_not_asked_for(url: str, tmp_path: Path) -> None:
    closed = faults.instead(b"User-agent: *\nDisallow: /clinical-trials/other/\n", "text/plain")
    ended, seen = run(tmp_path, url, Rule(closed, always, path_ends("/robots.txt")))
    assert ended.status == 1
    assert "not asked for: Forbidden by robots.txt" in ended.err
    assert not [request for request in seen if other(request)]
    assert trial_ids(tmp_path) == {ANCHOR}


def test_a_site_that_forbids_is_not_asked_again_and_another_site_is(url: str, tmp_path: Path) -> None:
    forbids = Rule(faults.refused(403, "blocked"), always, pages)
    with serve("listing") as urls, faulty(url, [forbids]) as site:
        there = [f"{site.url}/clinical-trials/{place}" for place in range(3)]
        ids = [
            part for page in (*there, f"{urls['listing']}{ANCHOR_PAGE.removeprefix(SITE)}") for part in ("--id", page)
        ]
        ended = calcitrials("crawl", "listing", *ids, "--delay", "0.2", "--catalog", tmp_path, env=environment())
    assert ended.status == 1
    assert "answers 403 (blocked)" in ended.err
    assert "the host answered 403 to a request before" in ended.err
    assert trial_ids(tmp_path) == {"listing:NCT03582800@127.0.0.1"}


BROWSED = f"{SITE}{BROWSE}"
SITEMAP = f"{SITE}/sitemap.xml"
ALL_OF_SECTION = {f"listing:NCT9010{1001 + number}@trials.listing.example" for number in range(len(SECTION))}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The stand-in with its section of thirty trials."""
    with serve("listing") as urls:
        yield urls["listing"]


def asked_paths(seen: list[Seen]) -> list[str]:
    return [request.target for request in seen if pages(request)]


@pytest.mark.parametrize("start", [BROWSED, SITEMAP], ids=["list", "sitemap"])
def test_a_list_and_a_sitemap_lead_to_every_trial_once(site: str, tmp_path: Path, start: str) -> None:
    ended, seen = run(tmp_path, site, arguments=("--id", start))
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == ALL_OF_SECTION
    asked = asked_paths(seen)
    assert len(asked) == len(set(asked))
    assert not [path for path in asked if path.startswith("/volunteers")]
    assert {path for path in asked if path.startswith("/clinical-trials/")} == set(map(section_path, range(30)))
    assert rows(tmp_path, "SELECT count(*) FROM rejects") == [(0,)]
    assert "pages passed over: not there (1)" in ended.err
    assert set(rows(tmp_path, "SELECT source_url FROM trials")) == {(SITE + section_path(n),) for n in range(30)}


def test_a_trial_leads_to_its_similar_ones(site: str, tmp_path: Path) -> None:
    ended, _ = run(tmp_path, site, arguments=("--id", SITE + section_path(3)))
    assert ended.status == 0, ended.err
    near = {f"listing:NCT9010{1001 + number}@trials.listing.example" for number in (3, 4, 10)}
    assert near < trial_ids(tmp_path) < ALL_OF_SECTION


def test_the_limit_is_kept_and_said(site: str, tmp_path: Path) -> None:
    ended, seen = run(tmp_path, site, arguments=("--id", BROWSED, "--limit", "4"))
    assert ended.status == 0, ended.err
    assert len(trial_ids(tmp_path)) == 4
    assert len([path for path in asked_paths(seen) if path.startswith("/clinical-trials/")]) == 4
    assert "limit of 4 trials reached (--limit)" in ended.err


def test_an_increment_leaves_out_what_the_sitemap_dates_before(site: str, tmp_path: Path) -> None:
    assert crawl(tmp_path, site, "--id", SITEMAP).status == 0

    def one_is_newer(exchange: faults.Exchange) -> None:
        text = gzip.decompress(exchange.answer().body).decode()
        place = f"{section_path(5)}</loc><lastmod>"
        newer = text.replace(f"{place}2025-03-03", f"{place}2999-01-01")
        exchange.send(faults.Answer(newer.encode(), headers={"Content-Type": "application/xml"}))

    newer = Rule(one_is_newer, always, path_ends("/sitemap-trials.xml.gz"))
    ended, seen = run(tmp_path, site, newer, arguments=("--id", SITEMAP, "--since", "last"))
    assert ended.status == 0, ended.err
    trials = [path for path in asked_paths(seen) if path.startswith("/clinical-trials/")]
    assert trials == [section_path(5)]
    assert last_report(tmp_path)["unchanged"] == 1


def test_an_increment_without_news_is_complete(site: str, tmp_path: Path) -> None:
    assert crawl(tmp_path, site, "--id", SITEMAP).status == 0
    ended, seen = run(tmp_path, site, arguments=("--id", SITEMAP, "--since", "last"))
    assert ended.status == 0, ended.err
    assert not [path for path in asked_paths(seen) if path.startswith("/clinical-trials/")]
    assert trial_ids(tmp_path) == ALL_OF_SECTION


def test_pages_closed_to_robots_are_passed_over_on_the_way(site: str, tmp_path: Path) -> None:
    closed = faults.instead(f"User-agent: *\nDisallow: {section_path(4)}\n".encode(), "text/plain")
    ended, seen = run(tmp_path, site, Rule(closed, always, path_ends("/robots.txt")), arguments=("--id", BROWSED))
    assert ended.status == 0, ended.err
    assert "pages passed over: closed to robots (1)" in ended.err
    assert section_path(4) not in asked_paths(seen)
    assert len(trial_ids(tmp_path)) == len(SECTION) - 1


def test_a_smaller_limit_keeps_what_was_found(site: str, tmp_path: Path) -> None:
    assert crawl(tmp_path, site, "--id", BROWSED).status == 0
    ended, _ = run(tmp_path, site, arguments=("--id", BROWSED, "--limit", "3"))
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == ALL_OF_SECTION


def test_pages_known_from_a_list_are_visited_again_and_lead_nowhere(site: str, tmp_path: Path) -> None:
    assert crawl(tmp_path, site, "--id", BROWSED, "--limit", "2").status == 0
    ended, seen = run(tmp_path, site, arguments=())
    assert ended.status == 0, ended.err
    assert len(asked_paths(seen)) == 2


def test_a_redirect_from_the_way_to_another_host_is_not_followed(site: str, tmp_path: Path) -> None:
    with faulty(site, []) as other_host:

        def away(exchange: faults.Exchange) -> None:
            target = f"{other_host.url}{section_path(0)}"
            exchange.send(faults.Answer(b"", 302, {"Location": target}))

        rule = Rule(away, always, path_ends(section_path(2)))
        ended, _ = run(tmp_path, site, rule, arguments=("--id", BROWSED))
        assert other_host.requests == []
    assert ended.status == 0, ended.err
    assert len(trial_ids(tmp_path)) == len(SECTION) - 1
    assert "pages passed over: lead to another site" in ended.err


def test_a_list_without_end_ends(site: str, tmp_path: Path) -> None:
    """Each page has a further one, with the trials of the first."""

    def endless(exchange: faults.Exchange) -> None:
        page = int(exchange.request.query.get("page", "1"))
        links = f'<a href="{section_path(0)}">One</a><a href="{BROWSE}?page={page + 1}">Next</a>'
        exchange.send(
            faults.Answer(f"<html><h1>All</h1>{links}</html>".encode(), headers={"Content-Type": "text/html"})
        )

    ended, seen = run(tmp_path, site, Rule(endless, always, path_ends(BROWSE)), arguments=("--id", BROWSED))
    assert ended.status == 0, ended.err
    assert [path for path in asked_paths(seen) if path.startswith(BROWSE)] == [BROWSE, f"{BROWSE}?page=2"]


def test_a_limit_for_a_registry_that_takes_none_is_refused(tmp_path: Path) -> None:
    ended = calcitrials("crawl", "ctgov", "--limit", "5", "--catalog", tmp_path)
    assert ended.status == 2
    assert "--limit is not for ctgov" in ended.error
