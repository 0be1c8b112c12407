"""Questions in SQL whose answers are long, wide, endless, or read by nobody."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from calcitrials.errors import CommandError
from calcitrials.sql import ask
from db.catalogue import Catalogue
from tests.support.ctgov_answers import ANCHOR
from tests.support.running import calcitrials, crawl, environment

ENDLESS = "SELECT range AS number, repeat('x', 100) AS text FROM range(10000000000)"


@pytest.fixture(scope="module")
def crawled(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    catalog = tmp_path_factory.mktemp("sql") / "catalog"
    assert crawl(catalog, sample_url, "--id", ANCHOR).status == 0
    return catalog


def asking(crawled: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "calcitrials", "sql", *arguments, "--catalog", str(crawled)]
    return subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_rows_are_printed_before_the_last_one_is_found_and_the_limit_holds_for_them_all(
    crawled: Path, form: str
) -> None:
    with asking(crawled, ENDLESS, "--format", form, "--time-limit", "6") as program:
        assert program.stdout is not None
        assert program.stderr is not None
        lines = 0
        for _ in program.stdout:
            lines += 1
        assert program.wait() == 1
        assert program.stderr.read() == "calcitrials: the question took longer than 6 s and was stopped\n"
    assert lines > 1000


def test_memory_does_not_grow_with_the_answer(crawled: Path) -> None:
    with asking(crawled, "SELECT repeat('x', 5000) AS text FROM range(200000)", "--format", "csv") as program:
        assert program.stdout is not None
        for _ in range(190_000):
            program.stdout.readline()
        status = Path(f"/proc/{program.pid}/status").read_text()
        most_kb = int(status.partition("VmHWM:")[2].split()[0])
        assert len(program.stdout.read()) > 10_000_000
    assert program.returncode == 0
    assert most_kb < 600_000


def test_a_value_that_does_not_fit_into_memory_is_one_line(crawled: Path) -> None:
    run = calcitrials("sql", "SELECT range(300000000) AS numbers", "--format", "json", "--catalog", crawled)
    assert run.status == 1
    assert "of memory" in run.err
    assert run.err.count("\n") == 1


def test_who_reads_nothing_is_given_up(crawled: Path) -> None:
    with asking(crawled, ENDLESS, "--format", "csv", "--time-limit", "1") as program:
        assert program.wait() == 1  # nobody reads its pipe, which is full long before
        assert program.stderr is not None
        assert program.stderr.read() == "calcitrials: the question took longer than 1 s and was stopped\n"


def test_a_wide_row_stands_vertically_and_a_narrow_one_does_not(crawled: Path) -> None:
    wide = calcitrials("sql", "FROM trials", "--catalog", crawled)
    assert wide.out.startswith("── 1 ──\ntrial_id ")
    assert f"\nregistry{' ' * 20}" in wide.out
    many = calcitrials("sql", "SELECT range, 'x' FROM range(1200)", "--catalog", crawled).out.splitlines()
    assert [line for line in many if "━" in line] == [many[1]]
    assert len(many) == 1202
    assert len({len(line) for line in many[2:]}) == 1
    assert calcitrials("sql", "SELECT 1 AS one WHERE false", "--format", "json", "--catalog", crawled).out == "[]\n"


@pytest.mark.parametrize("width", [80, 40])
def test_a_table_fits_the_terminal(crawled: Path, width: int) -> None:
    query = "SELECT trial_id, brief_title, official_title, status FROM trials"
    master, slave = os.openpty()
    try:
        subprocess.run(["stty", "cols", str(width)], stdin=slave, check=True)
        command = [sys.executable, "-m", "calcitrials", "sql", query, "--catalog", str(crawled)]
        env = environment(TERM="xterm", NO_COLOR="1")
        assert subprocess.run(command, env=env, stdout=slave, check=False).returncode == 0
        said = re.sub("\x1b[^m]*m|\r", "", os.read(master, 1 << 16).decode())
    finally:
        os.close(master)
        os.close(slave)
    assert ANCHOR in said
    assert max(map(len, said.splitlines())) <= width


def test_a_minus_is_standard_input_everywhere(crawled: Path, tmp_path: Path) -> None:
    run = calcitrials("sql", "-", "--format", "csv", "--catalog", crawled, stdin="SELECT 7 AS seven")
    assert run.out == "seven\n7\n"
    run = calcitrials("match", "-", "--format", "json", "--catalog", crawled, stdin="CREST with calcinosis")
    assert json.loads(run.out)["query"]["text"] == "CREST with calcinosis"
    export = (
        "<Trials_downloaded_from_ICTRP><Trial><TrialID>ACTRN12612000123456</TrialID><Public_title>Calcinosis"
        "</Public_title><Source_Register>ANZCTR</Source_Register></Trial></Trials_downloaded_from_ICTRP>"
    )
    run = calcitrials("import", "ictrp", "-", "--catalog", tmp_path, stdin=export)
    assert run.status == 0, run.err


def test_an_answer_that_is_not_read_to_its_end_leaves_the_time_limit_behind(crawled: Path) -> None:
    answer = ask(Catalogue(crawled), "FROM range(1000)", time_limit_s=0.2)
    assert next(answer.rows) == (0,)
    time.sleep(0.3)
    with pytest.raises(Exception, match="took longer than"):
        list(answer.rows)


def test_the_limit_holds_for_a_question_that_has_no_row_yet(crawled: Path) -> None:
    endless = "SELECT count(*) FROM range(10000000) a, range(1000) b WHERE hash(a.range, b.range) = 7"
    with pytest.raises(CommandError, match="took longer than"):
        ask(Catalogue(crawled), endless, time_limit_s=0.5)
