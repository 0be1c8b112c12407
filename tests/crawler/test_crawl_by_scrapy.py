"""``scrapy crawl ctgov`` from the repository ends in the same catalogue as the command line."""

from pathlib import Path

from crawler.samples.server import serve
from tests.support.ctgov_answers import ANCHOR, study, write_lines
from tests.support.faults import faulty
from tests.support.running import crawl, environment, last_report, rows, scrapy, trial_ids
from tests.support.tables import tables

WHEN_AND_WHERE = ("crawl_id", "first_seen_at", "changed_at", "fetched_at", "source_url")
MAPPED_BY_THE_JOB = ("trial_concepts", "trial_words", "concepts", "concept_ancestors", "trial_diseases")


def test_the_same_question_ends_in_the_same_catalogue(sample_url: str, tmp_path: Path) -> None:
    ours, bare = tmp_path / "ours", tmp_path / "bare"
    assert crawl(ours, sample_url, "--condition", "calcinosis").status == 0
    with faulty(sample_url) as registry:
        env = environment({"ctgov": registry.url}, CALCITRIALS_CATALOG=str(bare))
        run = scrapy("crawl", "ctgov", "-a", "condition=calcinosis", "-s", "DOWNLOAD_DELAY=0", env=env)
        assert {request.path for request in registry.requests} == {"/api/v2/version", "/api/v2/studies"}
    assert run.status == 0, run.err
    expected, found = tables(ours, without=WHEN_AND_WHERE), tables(bare, without=WHEN_AND_WHERE)
    for name in expected.keys() | found.keys():
        if name not in MAPPED_BY_THE_JOB:
            assert found.get(name) == expected.get(name), name
    assert trial_ids(bare)
    report = last_report(bare)
    assert (report["complete"], report["scope"]) == (True, "conditions: calcinosis")


def test_several_values_and_ids_as_arguments(tmp_path: Path) -> None:
    records = [study(f"NCT0000000{number}") for number in range(1, 6)]
    path = write_lines(tmp_path / "five.jsonl", records)
    with serve("ctgov", records={"ctgov": path}) as urls:
        env = environment(urls, CALCITRIALS_CATALOG=str(tmp_path / "catalog"))
        arguments = ("-a", "id=NCT00000001|nct00000003", "-s", "DOWNLOAD_DELAY=0")
        assert scrapy("crawl", "ctgov", *arguments, env=env).status == 0
    assert trial_ids(tmp_path / "catalog") == {"NCT00000001", "NCT00000003"}
    assert rows(tmp_path / "catalog", "SELECT received FROM crawls") == [(2,)]
    assert ANCHOR not in trial_ids(tmp_path / "catalog")
