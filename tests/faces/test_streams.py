"""Standard streams that are closed or whose reader has gone: one line or none, never a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.ctgov_answers import ANCHOR
from tests.support.running import crawl, environment


@pytest.fixture(scope="module")
def crawled(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    catalog = tmp_path_factory.mktemp("streams") / "catalog"
    assert crawl(catalog, sample_url, "--id", ANCHOR).status == 0
    return catalog


def in_shell(words: str, crawled: Path, tmp_path: Path) -> tuple[int, str, str]:
    """A line of shell with ``calcitrials`` in it; status of that program."""
    program = f'"{sys.executable}" -m calcitrials'
    line = words.replace("calcitrials", program, 1)
    run = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"], env=environment(CALCITRIALS_CATALOG=str(crawled)), cwd=tmp_path,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return run.returncode, run.stdout, run.stderr


CLOSED = "Bad file descriptor"


@pytest.mark.parametrize(
    ("words", "status", "err"),
    [
        ("calcitrials match --file - <&-", 2, f"calcitrials: cannot read -: {CLOSED}\n"),
        ("calcitrials match --batch - <&-", 2, f"calcitrials: cannot read -: {CLOSED}\n"),
        ("calcitrials match calcinosis >&-", 1, f"calcitrials: {CLOSED}\n"),
        ("calcitrials match calcinosis --format json >&-", 1, f"calcitrials: {CLOSED}\n"),
        ("calcitrials sql 'SELECT 1' >&-", 1, f"calcitrials: {CLOSED}\n"),
        ("calcitrials status >/dev/full", 1, "calcitrials: No space left on device\n"),
        ("calcitrials show NCT99999999 >&-", 1, "calcitrials: there is no trial NCT99999999 in this catalogue\n"),
        ("calcitrials show NCT03582800 | true", 1, ""),
        ("calcitrials sql 'FROM range(300000)' --format csv | head -1", 1, ""),
        ("calcitrials match calcinosis <&- 2>&- | grep -q screening", 0, ""),
    ],
)
def test_a_closed_stream_is_no_traceback(crawled: Path, tmp_path: Path, words: str, status: int, err: str) -> None:
    run = in_shell(words, crawled, tmp_path)
    assert (run[0], run[2]) == (status, err)


def test_a_crawl_needs_no_stream(sample_url: str, crawled: Path, tmp_path: Path) -> None:
    line = f"CALCITRIALS_CTGOV_URL={sample_url} calcitrials crawl ctgov --delay 0 --catalog new <&- >&- 2>&-"
    assert in_shell(line, crawled, tmp_path) == (0, "", "")
    assert (tmp_path / "new" / "current.duckdb").exists()
