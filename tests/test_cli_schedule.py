"""Scheduled crawls: what the operator is given, and the schedule in the foreground."""

import json
import time
from pathlib import Path

from tests import faults
from tests.ctgov_answers import ANCHOR
from tests.faults import Rule, faulty, path_ends
from tests.running import calcitrials, crawl, environment, rows, start


def test_a_timer_and_a_cron_line_for_this_installation(tmp_path: Path) -> None:
    run = calcitrials("schedule", "ctgov", "--at", "04:05", "--catalog", tmp_path / "my catalog")
    assert run.status == 0
    service, timer = run.out.split("calcitrials.timer", 1)
    assert "crawl ctgov --since last" in service
    assert f"'{tmp_path / 'my catalog'}'" in service
    assert "OnCalendar=*-*-* 04:05:00" in timer
    assert "\n5 4 * * * " in timer


def test_what_is_set_in_the_shell_is_set_in_the_schedule_as_well(tmp_path: Path) -> None:
    env = environment(CALCITRIALS_CONTACT="trials@hospital.example 100%", USER="nurse", LOGNAME="nurse")
    run = calcitrials("schedule", "--catalog", tmp_path, env=env)
    assert "\nUser=nurse\n" in run.out
    assert "\nEnvironment='CALCITRIALS_CONTACT=trials@hospital.example 100%%'\n" in run.out
    assert "CALCITRIALS_CONTACT='trials@hospital.example 100\\%' " in run.out


def test_a_time_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    run = calcitrials("schedule", "--at", "25:00", "--catalog", tmp_path)
    assert (run.status, run.error) == (2, "'25:00' is not a time of day: write it as 03:15")


def test_the_schedule_in_the_foreground_crawls(sample_url: str, tmp_path: Path) -> None:
    catalog = tmp_path / "catalog"
    running = start("schedule", "ctgov", "--run", "--now", "--catalog", catalog, env=environment({"ctgov": sample_url}))
    for _ in range(600):
        if (catalog / "current.duckdb").exists():
            break
        time.sleep(0.2)
    running.kill()
    assert rows(catalog, "SELECT count(*) > 0 FROM trials") == [(True,)]


def test_status_tells_monitoring_when_data_are_stale(sample_url: str, tmp_path: Path) -> None:
    catalog = tmp_path / "catalog"
    crawl(catalog, sample_url)
    assert calcitrials("status", "--catalog", catalog).status == 0
    stale = calcitrials("status", "--stale-after", "0", "--catalog", catalog)
    assert stale.status == 1
    assert "stale: ctgov" in stale.err


def test_a_crawl_of_one_record_makes_no_registry_fresh(sample_url: str, tmp_path: Path) -> None:
    more = faults.rewritten_json(lambda page: page.update(totalCount=1000))
    with faulty(sample_url, [Rule(more, where=path_ends("/studies"))]) as registry:
        assert crawl(tmp_path, registry.url).status == 1
    assert crawl(tmp_path, sample_url, "--id", ANCHOR).status == 0
    stale = calcitrials("status", "--catalog", tmp_path)
    assert stale.status == 1
    assert "stale: ctgov" in stale.err


def test_an_imported_file_is_shown_and_never_stale(tmp_path: Path) -> None:
    file = tmp_path / "ICTRP-Results.xml"
    file.write_text(
        "<Trials_downloaded_from_ICTRP><Trial><TrialID>ACTRN12612000123456</TrialID><Public_title>Calcinosis"
        "</Public_title><Source_Register>ANZCTR</Source_Register></Trial></Trials_downloaded_from_ICTRP>"
    )
    assert calcitrials("import", "ictrp", file, "--catalog", tmp_path / "catalog").status == 0
    run = calcitrials("status", "--stale-after", "0", "--format", "json", "--catalog", tmp_path / "catalog")
    assert run.status == 0, run.err
    (row,) = json.loads(run.out)
    assert (row["registry"], row["trials"], row["stale"]) == ("ictrp", 1, False)
