"""Increments: where ``--since last`` begins, what moves the watermark, and what becomes of trials that are gone."""

import datetime as dt
from pathlib import Path
from typing import Any

from crawler.samples.server import serve
from db.catalogue import Catalogue
from db.trial import Provenance, Trial
from db.writer import encode, write_trials
from tests.support import faults
from tests.support.ctgov_answers import ANCHOR, BUNDLED_IDS
from tests.support.faults import Rule, always, faulty, nth, path_ends
from tests.support.running import calcitrials, crawl, environment, last_report, rows, trial_ids

Page = dict[str, Any]
VICTIM = "NCT00001156"

studies = path_ends("/studies")


def updated(day: int = 1) -> Rule:
    """The registry's data have moved on since the sample was made."""
    version = faults.rewritten_json(lambda told: told.update(dataTimestamp=f"2026-12-{day:02d}T09:00:05"))
    return Rule(version, always, path_ends("/version"))


def crawled_in_march(catalog: Path, url: str) -> None:
    """A complete crawl, as of the fifth of March."""
    assert crawl(catalog, url, "--all").status == 0
    with Catalogue(catalog).writing("a test") as writer:
        writer.execute("UPDATE crawls SET started_at = TIMESTAMP '2026-03-05 10:00:00'")


def since_last(url: str, catalog: Path, *arguments: str, rules: tuple[Rule, ...]) -> tuple[int, str | None]:
    """Exit status of ``--since last``, and from which update on the registry was asked."""
    with faulty(url, rules) as registry:
        ended = crawl(catalog, registry.url, "--since", "last", *arguments)
        return ended.status, registry.asked("/studies")[0].query.get("filter.advanced")


def test_only_a_complete_crawl_of_the_same_question_moves_the_watermark(sample_url: str, tmp_path: Path) -> None:
    march = "AREA[LastUpdatePostDate]RANGE[2026-03-04,MAX]"
    crawled_in_march(tmp_path, sample_url)
    too_many = Rule(faults.rewritten_json(lambda page: page.update(totalCount=9)), nth(1), studies)
    assert since_last(sample_url, tmp_path, "--all", rules=(too_many, updated(1))) == (1, march)
    assert since_last(sample_url, tmp_path, rules=(updated(1),)) == (0, None)
    assert since_last(sample_url, tmp_path, "--all", rules=(updated(2),)) == (0, march)
    status, asked = since_last(sample_url, tmp_path, "--all", rules=(updated(3),))
    assert status == 0
    assert asked not in (None, march)


def test_a_day_of_ones_own_after_the_watermark_does_not_move_it(sample_url: str, tmp_path: Path) -> None:
    march = "AREA[LastUpdatePostDate]RANGE[2026-03-04,MAX]"
    crawled_in_march(tmp_path, sample_url)
    # nobody has asked for the rest of March
    assert crawl(tmp_path, sample_url, "--all", "--since", "2026-04-01").status == 0
    assert since_last(sample_url, tmp_path, "--all", rules=(updated(1),)) == (0, march)


def test_a_crawl_by_a_clock_ahead_of_time_neither_moves_the_watermark_nor_keeps_data_fresh(
    sample_url: str, tmp_path: Path
) -> None:
    march = "AREA[LastUpdatePostDate]RANGE[2026-03-04,MAX]"
    crawled_in_march(tmp_path, sample_url)
    assert crawl(tmp_path, sample_url, "--all").status == 0
    with Catalogue(tmp_path).writing("a test") as writer:
        late = "started_at = TIMESTAMP '2099-01-01', finished_at = TIMESTAMP '2099-01-01'"
        writer.execute(f"UPDATE crawls SET {late} WHERE started_at > TIMESTAMP '2026-03-06'")
        writer.execute("UPDATE crawls SET finished_at = started_at WHERE started_at < TIMESTAMP '2026-03-06'")
    assert since_last(sample_url, tmp_path, "--all", rules=(Rule(faults.refused(400), always, studies), updated())) == (
        1,
        march,
    )
    stale = calcitrials("status", "--catalog", tmp_path)
    assert (stale.status, "stale: ctgov" in stale.err) == (1, True)


def without_victim(page: Page) -> None:
    page["studies"] = [
        study
        for study in page["studies"]
        if study["protocolSection"]["identificationModule"]["nctId"] != VICTIM
    ]  # fmt: skip


def test_a_trial_that_is_gone_is_found_by_an_increment_and_may_come_back(sample_url: str, tmp_path: Path) -> None:
    crawled_in_march(tmp_path, sample_url)
    gone = Rule(faults.refused(404, "no such study"), always, path_ends(f"/studies/{VICTIM}"))
    rules = [Rule(faults.rewritten_json(without_victim), always, studies), gone, updated()]
    with faulty(sample_url, rules) as registry:
        ended = crawl(tmp_path, registry.url, "--all", "--since", "last")
        looked_after = registry.asked("/studies")[1:]
    assert ended.status == 0, ended.err
    assert "ctgov: 1 records are gone from the registry" in ended.err
    missing = "SELECT trial_id FROM trials WHERE missing_since IS NOT NULL"
    assert rows(tmp_path, missing) == [(VICTIM,)]
    assert trial_ids(tmp_path) == set(BUNDLED_IDS)
    asked = [nct_id for request in looked_after for nct_id in request.query["filter.ids"].split(",")]
    assert set(asked) == set(BUNDLED_IDS)
    assert {request.query["fields"] for request in looked_after} == {"NCTId"}  # not the records themselves
    report = last_report(tmp_path)
    assert [report[name] for name in ("complete", "received", "missing")] == [True, 0, 1]

    assert crawl(tmp_path, sample_url, "--all").status == 0
    assert rows(tmp_path, missing) == []


def test_where_there_are_too_many_each_is_looked_after_in_its_turn(tmp_path: Path) -> None:
    """ISRCTN looks after 500 trials a crawl; the catalogue has 1,700 that the question does not bring."""
    ids = [f"ISRCTN{number:08d}" for number in range(10_000_000, 10_001_700)]
    provenance = Provenance("http://registry.example/1", dt.datetime.now(dt.UTC), "0" * 64)
    known = [encode(Trial(trial_id=one, registry="isrctn", url="http://x", provenance=provenance)) for one in ids]
    with Catalogue(tmp_path).writing("a test") as connection:
        write_trials(connection, known, "crawl", dt.datetime.now(dt.UTC))

    def by_ids(request: faults.Seen) -> bool:
        return "ISRCTN10" in request.query.get("q", "")

    def found(exchange: faults.Exchange) -> None:
        numbers = exchange.request.query["q"].split(" OR ")
        records = "".join(f"<fullTrial><trial><isrctn>{one[6:]}</isrctn></trial></fullTrial>" for one in numbers)
        xml = f'<allTrials xmlns="http://www.67bricks.com/isrctn" totalCount="{len(numbers)}">{records}</allTrials>'
        faults.instead(xml.encode(), "application/xml")(exchange)

    asked: list[set[str]] = []
    with serve("isrctn") as urls, faulty(urls["isrctn"], [Rule(found, always, by_ids)]) as registry:
        for _ in range(4):
            before = len(registry.requests)
            arguments = ("crawl", "isrctn", "--condition", "calcinosis", "--force", "--delay", "0")
            ended = calcitrials(*arguments, "--catalog", tmp_path, env=environment({"isrctn": registry.url}))
            assert ended.status == 0, ended.err
            assert "all of them within 4 crawls" in ended.err
            requests = registry.requests[before:]
            asked.append({one for request in requests if by_ids(request) for one in request.query["q"].split(" OR ")})
    assert set.union(*asked) == set(ids)
    assert sum(map(len, asked)) == len(ids)


def test_when_they_cannot_be_looked_after_the_watermark_stays(sample_url: str, tmp_path: Path) -> None:
    crawled_in_march(tmp_path, sample_url)

    def by_ids(request: faults.Seen) -> bool:
        return "filter.ids" in request.query

    with faulty(sample_url, [Rule(faults.refused(503, "overloaded"), always, by_ids), updated()]) as registry:
        ended = crawl(tmp_path, registry.url, "--all", "--since", "last")
    assert ended.status == 1
    assert "answers 503 (overloaded)" in ended.err
    assert rows(tmp_path, "SELECT count(*) FROM trials WHERE missing_since IS NOT NULL") == [(0,)]
    assert trial_ids(tmp_path) >= {ANCHOR, VICTIM}
