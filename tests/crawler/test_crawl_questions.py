"""What a crawl asks the registry for: conditions, everything, ids and aliases, a day since; and how fast."""

from itertools import pairwise
from pathlib import Path

import pytest

from crawler.samples.server import serve
from tests.support.ctgov_answers import ANCHOR, BUNDLED_IDS, study, write_lines
from tests.support.faults import faulty
from tests.support.running import calcitrials, crawl, environment, last_report, rows, trial_ids


def test_the_default_question_finds_the_anchor_and_not_the_whole_registry(sample_url: str, tmp_path: Path) -> None:
    with faulty(sample_url) as registry:
        assert crawl(tmp_path, registry.url).status == 0
        (asked,) = registry.asked("/studies")
    assert '"calcinosis"' in asked.query["query.cond"]
    assert '"pseudohypoparathyroidism"' in asked.query["query.cond"]
    found = trial_ids(tmp_path)
    assert ANCHOR in found
    assert found < set(BUNDLED_IDS)
    assert last_report(tmp_path)["scope"].startswith("conditions: ")


def test_conditions_of_ones_own_and_a_day_since(sample_url: str, tmp_path: Path) -> None:
    arguments = ("--condition", "pseudohypoparathyroidism (PHP) [1A]", "--condition", "iPPSD2", "--since", "2022-01-18")
    with faulty(sample_url) as registry:
        run = crawl(tmp_path, registry.url, *arguments)
        (asked,) = registry.asked("/studies")
    assert run.status == 0
    assert asked.query["query.cond"] == '"pseudohypoparathyroidism PHP 1A" OR "iPPSD2"'
    assert asked.query["filter.advanced"] == "AREA[LastUpdatePostDate]RANGE[2022-01-18,MAX]"
    assert ANCHOR in trial_ids(tmp_path)
    assert rows(tmp_path, "SELECT count(*) FROM trials WHERE last_update_date < DATE '2022-01-18'") == [(0,)]


def test_everything_is_asked_for_without_a_condition(sample_url: str, tmp_path: Path) -> None:
    with faulty(sample_url) as registry:
        assert crawl(tmp_path, registry.url, "--all", "--since", "2025-01-01").status == 0
        (asked,) = registry.asked("/studies")
    assert set(asked.query) == {"pageSize", "countTotal", "filter.advanced"}
    assert last_report(tmp_path)["scope"] == "all"


def test_ids_in_any_case_and_an_unknown_one_named(sample_url: str, tmp_path: Path) -> None:
    with faulty(sample_url) as registry:
        run = crawl(tmp_path, registry.url, "--id", ANCHOR.lower(), "--id", "NCT99999999", "--id", "NCT00001156")
        assert [request.path.rsplit("/", 1)[1] for request in registry.requests] == [
            "version",
            "studies",
            "NCT99999999",
        ]
    assert run.status == 1
    assert "NCT99999999: the registry does not know this id" in run.err
    assert trial_ids(tmp_path) == {ANCHOR, "NCT00001156"}
    assert not last_report(tmp_path)["complete"]


@pytest.mark.parametrize("asked", [["NCT00000001"], ["NCT00000001", "NCT00000002"], ["NCT00000001", "NCT00000003"]])
def test_an_alias_is_recorded_and_brings_its_trial_once(tmp_path: Path, asked: list[str]) -> None:
    merged = study("NCT00000002", nctIdAliases=["NCT00000001", "NCT00000003"])
    path = write_lines(tmp_path / "merged.jsonl", [merged, study("NCT00000004")])
    with serve("ctgov", records={"ctgov": path}) as urls:
        run = crawl(tmp_path / "catalog", urls["ctgov"], *[word for nct_id in asked for word in ("--id", nct_id)])
    assert (run.status, last_report(tmp_path / "catalog")["problems"]) == (0, [])
    assert trial_ids(tmp_path / "catalog") == {"NCT00000002"}
    aliases = [(nct_id, "NCT00000002", "ctgov") for nct_id in asked if nct_id != "NCT00000002"]
    assert rows(tmp_path / "catalog", "SELECT alias, trial_id, registry FROM aliases ORDER BY alias") == aliases


def test_more_ids_than_one_request_holds(tmp_path: Path) -> None:
    numbers = [f"NCT{number:08d}" for number in range(1, 151)]
    path = write_lines(tmp_path / "many.jsonl", [study(nct_id) for nct_id in numbers])
    with serve("ctgov", records={"ctgov": path}) as urls, faulty(urls["ctgov"]) as registry:
        run = crawl(tmp_path / "catalog", registry.url, *[word for nct_id in numbers for word in ("--id", nct_id)])
        assert len(registry.asked("/studies")) == 2
    assert run.status == 0
    assert trial_ids(tmp_path / "catalog") == set(numbers)


def test_a_question_of_any_length_is_asked(tmp_path: Path) -> None:
    many = [word for number in range(150) for word in ("--condition", f"calcinosis of the kind {number}")]
    with serve("isrctn") as urls, faulty(urls["isrctn"]) as registry:
        run = calcitrials(
            "crawl", "isrctn", "--delay", "0", *many, "--catalog", tmp_path, env=environment({"isrctn": registry.url})
        )
        asked = [request for request in registry.requests if "kind+149" in request.target]
    assert run.status == 0
    assert asked
    assert last_report(tmp_path)["expected"] == 0


def test_a_complete_crawl_without_a_trial_is_published(sample_url: str, tmp_path: Path) -> None:
    assert crawl(tmp_path, sample_url, "--condition", "no such thing").status == 0
    assert trial_ids(tmp_path) == set()
    status = calcitrials("status", "--catalog", tmp_path)
    assert (status.status, "ctgov" in status.out) == (0, True)


def test_requests_keep_at_least_the_delay_apart(sample_url: str, tmp_path: Path) -> None:
    with faulty(sample_url) as registry:
        assert crawl(tmp_path, registry.url, "--delay", "0.4").status == 0
        gaps = [after.at - before.at for before, after in pairwise(registry.requests)]
    assert len(gaps) >= 2
    assert min(gaps) > 0.35
