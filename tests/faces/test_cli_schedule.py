"""Scheduled crawls: what the operator is given, and the schedule in the foreground."""

import json
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.support import faults
from tests.support.ctgov_answers import ANCHOR
from tests.support.faults import Rule, faulty, nth, path_ends
from tests.support.running import calcitrials, crawl, environment, rows, start


def test_units_and_a_cron_line_for_this_installation(tmp_path: Path) -> None:
    run = calcitrials("schedule", "ctgov", "--at", "04:05", "--catalog", tmp_path / "my catalog")
    assert run.status == 0
    assert "crawl ctgov --since last" in run.out
    assert f'"{tmp_path / "my catalog"}"' in run.out
    assert "OnCalendar=*-*-* 04:05:00" in run.out
    assert "OnFailure=calcitrials-failed.service" in run.out
    assert "User=" not in run.out
    assert "loginctl enable-linger" in run.out
    assert "\n5 4 * * * " in run.out


def test_what_is_set_in_the_shell_is_set_in_the_schedule_as_well(tmp_path: Path) -> None:
    env = environment(CALCITRIALS_CONTACT="trials@hospital.example 100%", USER="nurse", LOGNAME="nurse")
    run = calcitrials("schedule", "--system", "--catalog", tmp_path, env=env)
    assert "\nUser=nurse\n" in run.out
    assert "\nProtectSystem=strict\n" in run.out
    assert f"-{tmp_path}" in run.out.partition("ReadWritePaths=")[2]
    assert '\nEnvironment="CALCITRIALS_CONTACT=trials@hospital.example 100%%"\n' in run.out
    assert "CALCITRIALS_CONTACT='trials@hospital.example 100\\%' " in run.out


@pytest.mark.parametrize(
    ("asked", "command"),
    [
        (["ctgov", "--registry", "isrctn"], "crawl ctgov isrctn --since last"),
        (["--condition", "gout", "--condition", "bone spur"], "crawl --condition gout --condition 'bone spur' --since"),
        (
            ["--all", "--registry", "ctgov", "--keep-payloads", "30"],
            "crawl ctgov --all --since last --keep",
        ),
    ],
)
def test_a_schedule_of_any_question(tmp_path: Path, asked: list[str], command: str) -> None:
    run = calcitrials("schedule", *asked, "--as", "cron", "--catalog", tmp_path)
    assert command in run.out


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (["--all", "--condition", "gout"], "--condition and --all exclude each other"),
        (["--condition", "!"], "'!' is not a condition: it has no letter"),
        (["--registry", "nowhere"], "unknown registry 'nowhere'"),
        (["--name", "a/b"], "'a/b' is no name of a unit"),
    ],
)
def test_a_schedule_of_no_question_is_wrong_usage(tmp_path: Path, asked: list[str], error: str) -> None:
    run = calcitrials("schedule", *asked, "--catalog", tmp_path)
    assert run.status == 2
    assert error in run.error


def test_several_questions_are_installed_side_by_side(tmp_path: Path) -> None:
    env = environment(XDG_CONFIG_HOME=str(tmp_path / "config"))
    units = tmp_path / "config" / "systemd" / "user"
    catalog = tmp_path / "catalog"
    first = calcitrials("schedule", "ctgov", "--install", "--catalog", catalog, env=env)
    assert first.status == 0, first.err
    assert f"written: {units / 'calcitrials.timer'}" in first.out
    assert "systemctl --user enable --now calcitrials.timer" in first.out
    second = ("schedule", "--all", "--registry", "isrctn", "--name", "isrctn", "--at", "05:00", "--install")
    assert calcitrials(*second, "--on-failure", "mail -s failed me", "--catalog", catalog, env=env).status == 0
    assert sorted(path.name for path in units.iterdir()) == [
        *("calcitrials-failed.service", "calcitrials-isrctn-failed.service", "calcitrials-isrctn.service"),
        *("calcitrials-isrctn.timer", "calcitrials.service", "calcitrials.timer"),
    ]
    assert "crawl isrctn --all --since last" in (units / "calcitrials-isrctn.service").read_text()
    assert "ExecStart=mail -s failed me\n" in (units / "calcitrials-isrctn-failed.service").read_text()
    assert f"status --catalog {catalog}\n" in (units / "calcitrials-failed.service").read_text()
    elsewhere = ("schedule", "--install", "--folder", tmp_path / "units", "--catalog", catalog)
    assert calcitrials(*elsewhere, env=env).status == 0
    assert (tmp_path / "units" / "calcitrials.service").read_text().startswith("[Unit]\n")


@pytest.mark.parametrize("time_of_day", ["25:00", "03:15+02:00", "03:15:30"])
def test_a_time_that_is_none_is_wrong_usage(tmp_path: Path, time_of_day: str) -> None:
    run = calcitrials("schedule", "--at", time_of_day, "--catalog", tmp_path)
    assert (run.status, run.error) == (2, f"{time_of_day!r} is not a time of day: write it as 03:15")


AWKWARD = """it's "50%" of $HOME \\ more"""


def test_words_of_any_kind_survive_systemd(tmp_path: Path) -> None:
    env = environment(CALCITRIALS_CONTACT=AWKWARD)
    run = calcitrials("schedule", "--as", "systemd", "--catalog", tmp_path / AWKWARD, env=env)
    escaped = """it's \\"50%%\\" of $HOME \\\\ more"""
    assert f'\nEnvironment="CALCITRIALS_CONTACT={escaped}"\n' in run.out
    assert f'--catalog "{tmp_path}/{escaped.replace("$", "$$")}"\n' in run.out


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("whose", [[], ["--system"]], ids=["user", "system"])
def test_systemd_takes_the_units(tmp_path: Path, whose: list[str]) -> None:
    env = environment(CALCITRIALS_CONTACT=AWKWARD, CALCITRIALS_GATES='{"min_last": 1}')
    units = tmp_path / "units"
    catalog = tmp_path / AWKWARD
    run = calcitrials("schedule", *whose, "--install", "--folder", units, "--catalog", catalog, env=env)
    assert run.status == 0, run.err
    verified = subprocess.run(
        ["systemd-analyze", "verify", *sorted(units.iterdir())], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell")
def test_words_of_any_kind_survive_cron(tmp_path: Path) -> None:
    env = environment(CALCITRIALS_CONTACT=AWKWARD)
    line = calcitrials("schedule", "--as", "cron", "--catalog", tmp_path / AWKWARD, env=env).out
    command = line.removeprefix("15 3 * * * ").replace("\\%", "%")  # what cron hands to the shell
    program = command.rpartition(" crawl --since")[0].split()[-1]
    shown = command.replace(f"{program} crawl", "env; printf '%s|'", 1).replace(
        "CALCITRIALS_CONTACT=", "export CALCITRIALS_CONTACT=", 1
    )
    shown = shown.replace(" env;", "; env;", 1)
    said = subprocess.run(["sh", "-c", shown], capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert f"CALCITRIALS_CONTACT={AWKWARD}\n" in said
    assert said.endswith(f"--catalog|{tmp_path / AWKWARD}|")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_schedule_stops_with_its_crawl_which_publishes_what_it_has(
    sample_url: str, tmp_path: Path, number: signal.Signals
) -> None:
    catalog, gate = tmp_path / "catalog", threading.Event()
    second_page = Rule(faults.held(gate), nth(2), path_ends("/studies"))
    with faulty(
        sample_url, [second_page], asked_as=lambda target: target.replace("pageSize=1000", "pageSize=10")
    ) as registry:
        arguments = ("schedule", "ctgov", "--run", "--now", "--catalog", catalog)
        running = start(*arguments, env=environment({"ctgov": registry.url}))
        registry.wait_for(2, path_ends("/studies"))
        running.popen.send_signal(number)
        gate.set()
        ended = running.wait()
    assert ended.status == 0, ended.err
    assert "the crawl ended with exit status 1" in ended.err
    assert "Traceback" not in ended.err
    assert rows(catalog, "SELECT complete, resumable FROM crawls") == [(False, True)]


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


def test_freshness_is_told_by_question(sample_url: str, tmp_path: Path) -> None:
    for _ in range(2):
        assert crawl(tmp_path, sample_url, "--condition", "calcinosis").status == 0
    more = faults.rewritten_json(lambda page: page.update(totalCount=1000))
    with faulty(sample_url, [Rule(more, where=path_ends("/studies"))]) as registry:
        assert crawl(tmp_path, registry.url, "--condition", "gout").status == 1
    once = json.loads(calcitrials("status", "--format", "json", "--catalog", tmp_path).out)
    assert [(row["question"], row["complete"], row["stale"], row["state"]) for row in once] == [
        ("conditions: calcinosis", True, False, "fresh"),
        ("conditions: gout", False, False, "incomplete"),  # asked once, so nobody waits for it
    ]
    with faulty(sample_url, [Rule(more, where=path_ends("/studies"))]) as registry:
        assert crawl(tmp_path, registry.url, "--condition", "gout").status == 1
    run = calcitrials("status", "--catalog", tmp_path)
    assert run.status == 1
    assert run.err.startswith("calcitrials: stale: ctgov (conditions: gout) (no complete crawl within 48 hours)")
    assert crawl(tmp_path, sample_url, "--all").status == 0  # which asks for gout as well
    assert calcitrials("status", "--catalog", tmp_path).status == 0


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
