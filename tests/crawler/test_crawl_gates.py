"""Quality gates: data that look wrong are held back, for their registry alone; --force publishes and records it."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from crawler.samples.server import serve
from tests.support import faults
from tests.support.ctgov_answers import study, write_lines
from tests.support.faults import Rule, always, faulty, path_ends
from tests.support.running import calcitrials, crawl, environment, last_report, rows, trial_ids

TITLES = "SELECT count(brief_title) FROM trials WHERE registry = 'ctgov'"


@pytest.fixture
def urls():
    with serve("ctgov", "isrctn") as addresses:
        yield addresses


def crawl_both(catalog: Path, urls: dict[str, str], *arguments: str, **more: str):
    return calcitrials(
        "crawl", "ctgov", "isrctn", "--delay", "0", "--catalog", catalog, *arguments, env=environment(urls, **more)
    )


def without_titles(url: str):
    """The registry renames a field, and the reader no longer finds it."""
    renamed = faults.rewritten(lambda body: body.replace(b'"briefTitle"', b'"shortTitle"'))
    return faulty(url, [Rule(renamed, always, path_ends("/studies"))])


def test_a_column_fallen_silent_holds_its_registry_back_and_no_other(urls: dict[str, str], tmp_path: Path) -> None:
    catalog = tmp_path / "catalog"
    assert calcitrials("crawl", "ctgov", "--delay", "0", "--catalog", catalog, env=environment(urls)).status == 0
    (before,) = rows(catalog, TITLES)
    with without_titles(urls["ctgov"]) as registry:
        held = crawl_both(catalog, {**urls, "ctgov": registry.url})
    assert held.status == 1
    assert "column brief_title fell silent" in held.err
    assert "ctgov: incomplete: column brief_title fell silent" in held.err  # in the summary of the whole run
    assert rows(catalog, TITLES) == [before]
    assert any(trial_id.startswith("ISRCTN") for trial_id in trial_ids(catalog))
    assert rows(catalog, "SELECT complete, len(gates) FROM crawls WHERE registry = 'ctgov' ORDER BY started_at") == [
        (True, 0),
        (False, 1),
    ]
    assert crawl_both(catalog, urls).status == 0  # the working file was set back: nothing of the wrong data is left
    assert rows(catalog, "SELECT count(*) FROM trial_versions") == [(0,)]


def test_force_publishes_and_records_the_gate(urls: dict[str, str], tmp_path: Path) -> None:
    catalog = tmp_path / "catalog"
    crawl_both(catalog, urls)
    with without_titles(urls["ctgov"]) as registry:
        forced = calcitrials(
            "crawl", "ctgov", "--delay", "0", "--force", "--catalog", catalog, env=environment({"ctgov": registry.url})
        )
    assert forced.status == 0
    assert rows(catalog, TITLES) == [(0,)]
    assert "brief_title" in last_report(catalog)["gates"][0]


def test_far_fewer_records_than_last_time_are_not_believed(tmp_path: Path) -> None:
    bundled = (Path(__file__).parents[2] / "crawler" / "samples" / "ctgov.jsonl").read_bytes().splitlines()
    few = tmp_path / "few.ndjson"
    few.write_bytes(b"\n".join(bundled[:20]))
    catalog = tmp_path / "catalog"
    whole_crawl = ("crawl", "ctgov", "--all", "--delay", "0")
    with serve("ctgov") as urls:
        whole = calcitrials(*whole_crawl, "--catalog", catalog, env=environment(urls))
    with serve("ctgov", records={"ctgov": few}) as urls:
        env = environment(urls)
        closed = calcitrials(*whole_crawl, "--catalog", catalog, env=env)
        assert rows(catalog, "SELECT count(*) FROM trials WHERE missing_since IS NOT NULL") == [(0,)]
        copy = shutil.copytree(catalog, tmp_path / "copy", symlinks=True)
        assert calcitrials(*whole_crawl, "--force", "--catalog", copy, env=env).status == 0
        assert calcitrials(*whole_crawl, "--catalog", copy, env=env).status == 0  # what was forced is what counts now
        lenient = environment(urls, CALCITRIALS_GATES='{"min_share_of_last": 0.1}')
        opened = calcitrials(*whole_crawl, "--catalog", catalog, env=lenient)
    assert (whole.status, closed.status, opened.status) == (0, 1, 0)
    assert f"20 received, {len(bundled)} at the last complete crawl" in closed.err
    gone = rows(catalog, "SELECT count(*) FROM trials WHERE missing_since IS NOT NULL")
    assert gone == [(len(bundled) - 20,)]


def dated(nct_id: str, day: str, **identification: Any) -> dict[str, Any]:
    made_up = study(nct_id, **identification)
    made_up["protocolSection"]["statusModule"] = {"lastUpdatePostDateStruct": {"date": day}}
    return made_up


@pytest.mark.parametrize(("silent", "status"), [(12, 1), (3, 0)])
def test_a_column_fallen_silent_in_an_increment_is_seen_among_the_changed_trials(
    tmp_path: Path, silent: int, status: int
) -> None:
    """Of 200 trials a dozen are updated: their titles would not be missed among the others'."""
    numbers = [f"NCT{number:08d}" for number in range(1, 201)]
    old = write_lines(tmp_path / "old.jsonl", [dated(number, "2026-01-05") for number in numbers])
    updated = [dated(number, "2026-02-06", officialTitle="Changed") for number in numbers[:12]]
    for one in updated[:silent]:
        del one["protocolSection"]["identificationModule"]["briefTitle"]
    new = write_lines(tmp_path / "new.jsonl", [*updated, *(dated(number, "2026-01-05") for number in numbers[12:])])
    catalog = tmp_path / "catalog"
    with serve("ctgov", records={"ctgov": old}) as urls:
        assert crawl(catalog, urls["ctgov"], "--all").status == 0
    with serve("ctgov", records={"ctgov": new}) as urls:
        ended = crawl(catalog, urls["ctgov"], "--all", "--since", "2026-02-01")
    assert ended.status == status
    assert ("filled in 0% of the changed trials, 100% in the published catalogue" in ended.err) == bool(status)
    assert rows(catalog, TITLES) == [(200 if status else 200 - silent,)]


def test_a_wider_question_may_bring_trials_that_state_less(tmp_path: Path) -> None:
    stated = [study(f"NCT{number:08d}", officialTitle="Calcinosis") for number in range(1, 21)]
    silent = [study(f"NCT{number:08d}", briefTitle="Asthma") for number in range(21, 61)]
    records = write_lines(tmp_path / "studies.jsonl", [*stated, *silent])
    with serve("ctgov", records={"ctgov": records}) as urls:
        assert crawl(tmp_path / "catalog", urls["ctgov"], "--condition", "calcinosis").status == 0
        assert len(trial_ids(tmp_path / "catalog")) == 20
        ended = crawl(tmp_path / "catalog", urls["ctgov"], "--all")
    assert ended.status == 0, ended.err
    assert len(trial_ids(tmp_path / "catalog")) == 60


def test_thresholds_that_are_none_are_wrong_usage(urls: dict[str, str], tmp_path: Path) -> None:
    run = crawl_both(tmp_path / "catalog", urls, CALCITRIALS_GATES='{"min_share_of_last": "half"}')
    assert run.status == 2
    assert "thresholds of the quality gates" in run.err
