"""Scheduled crawls: what the operator is given, and the schedule in the foreground."""

import time
from pathlib import Path

from tests.running import calcitrials, crawl, environment, rows, start


def test_a_timer_and_a_cron_line_for_this_installation(tmp_path: Path) -> None:
    run = calcitrials("schedule", "ctgov", "--at", "04:05", "--catalog", tmp_path / "my catalog")
    assert run.status == 0
    service, timer = run.out.split("calcitrials.timer", 1)
    assert "crawl ctgov --since last" in service
    assert f"'{tmp_path / 'my catalog'}'" in service
    assert "OnCalendar=*-*-* 04:05:00" in timer
    assert "\n5 4 * * * " in timer


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
