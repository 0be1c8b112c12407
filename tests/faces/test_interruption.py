"""SIGTERM and Ctrl-C at any moment: one line that says what it costs, and a catalogue that agrees with it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.samples.server import serve
from db.catalogue import Catalogue
from tests.support.ctgov_answers import study, write_lines
from tests.support.running import environment, rows

RECORDS = 2400
SIGNALS = (signal.SIGTERM, signal.SIGINT)
ENDLESS = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range * b.range) % 7777 = 1"

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="handlers are looked up in /proc")


@pytest.fixture(scope="module")
def records_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    records = [
        study(f"NCT{number:08d}", briefTitle=f"Trial {number} of calcinosis type {number % 700}")
        for number in range(1, RECORDS + 1)
    ]
    path = write_lines(tmp_path_factory.mktemp("records") / "records.jsonl", records)
    with serve("ctgov", records={"ctgov": path}) as urls:
        yield urls["ctgov"]


def started(*arguments: str | Path, **urls: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "calcitrials", *map(str, arguments)]
    return subprocess.Popen(
        command, env=environment(urls), stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )


def crawled(catalog: Path, url: str) -> None:
    crawling = started("crawl", "ctgov", "--all", "--delay", "0", "--catalog", catalog, ctgov=url)
    _, err = crawling.communicate()
    assert crawling.returncode == 0, err


def wait_for_handlers(program: subprocess.Popen[bytes]) -> None:
    """Until the program takes SIGINT and SIGTERM."""
    mask = sum(1 << (number - 1) for number in SIGNALS)
    while program.poll() is None:
        caught = Path(f"/proc/{program.pid}/status").read_text().partition("SigCgt:")[2].split()
        if caught and int(caught[0], 16) & mask == mask:
            return
        time.sleep(0.001)
    raise AssertionError(program.communicate())


def interrupted_at(line: str, number: signal.Signals, program: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Send a signal when the program has just logged this; its exit status and all that it said."""
    assert program.stderr is not None
    said = b""
    while line.encode() not in said:
        more = program.stderr.readline()
        assert more, said
        said += more
    os.killpg(program.pid, number)  # as a terminal and systemd do it: to the processes that map as well
    _, rest = program.communicate()
    return program.returncode, (said + rest).decode()


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("later_s", [0.0, 0.1, 0.3])
def test_in_the_first_seconds(tmp_path: Path, number: signal.Signals, later_s: float) -> None:
    program = started("crawl", "ctgov", "--catalog", tmp_path, ctgov="http://192.0.2.1:9/")  # an address of nobody
    wait_for_handlers(program)
    time.sleep(later_s)
    program.send_signal(number)
    out, err = program.communicate()
    assert (program.returncode, out, err) == (1, b"", b"calcitrials: interrupted\n")


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("moment", ["mapping conditions to concepts", "publishing", "indexing trials"])
def test_what_is_said_of_a_crawl_is_so(records_url: str, tmp_path: Path, number: signal.Signals, moment: str) -> None:
    crawling = started("crawl", "ctgov", "--all", "--delay", "0", "--catalog", tmp_path, ctgov=records_url)
    status, said = interrupted_at(moment, number, crawling)
    last = said.splitlines()[-1]
    assert (status, "Traceback" in said) == (1, False), said
    if "nothing new is published" in last:
        assert Catalogue(tmp_path).published is None
    else:
        assert last == "calcitrials: interrupted: what was received is published"
        assert rows(tmp_path, "SELECT count(*) FROM trials") == [(RECORDS,)]
    crawled(tmp_path, records_url)
    assert rows(tmp_path, "SELECT count(*), count(DISTINCT trial_id) FROM trials") == [(RECORDS, RECORDS)]


def test_in_a_library_that_hears_of_no_signal(records_url: str, tmp_path: Path) -> None:
    crawled(tmp_path, records_url)
    asking = started("sql", ENDLESS, "--catalog", tmp_path)
    task = Path(f"/proc/{asking.pid}/stat")
    while int(task.read_text().rpartition(")")[2].split()[11]) < 300:  # hundredths of a second of work
        time.sleep(0.05)
    asking.send_signal(signal.SIGTERM)
    _, err = asking.communicate()
    assert (asking.returncode, err) == (1, b"calcitrials: interrupted\n")
