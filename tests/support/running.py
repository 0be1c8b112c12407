"""The command line as a user runs it: real processes of the installed programs, against registries on loopback."""

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from db.catalogue import Catalogue
from tests.support import warm

ROOT = Path(__file__).resolve().parents[2]
"""The repository, where scrapy.cfg stands."""
LONGEST_S = 300.0
"""A program that runs longer hangs. The first crawl on a machine also compiles the matcher's terminology."""

_INHERITED = ("PATH", "HOME", "TMPDIR", "PYTHONPATH", "SYSTEMROOT", "CALCITRIALS_CACHE")


class Run(NamedTuple):
    """How a program ended. status: its exit status; out, err: what it printed."""

    status: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line of an error: a clear sentence, and nothing else on either stream."""
        assert self.out == "", self.out
        assert "Traceback" not in self.err, self.err
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("calcitrials: "), self.err
        return lines[0].removeprefix("calcitrials: ")


def environment(urls: Mapping[str, str] | None = None, **more: str) -> dict[str, str]:
    """A small environment: what a program needs to start, and the base addresses of registries by name."""
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    addresses = {f"CALCITRIALS_{name.upper()}_URL": url for name, url in (urls or {}).items()}
    return {**kept, "LC_ALL": "C.UTF-8", **addresses, **more}


def start(*arguments: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> "Process":
    """Start ``calcitrials`` with these arguments; the caller waits for it or kills it."""
    return _start("calcitrials", arguments, env, cwd)


def calcitrials(
    *arguments: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None, stdin: str | None = None
) -> Run:
    """Run ``calcitrials`` with these arguments to its end, from a warm start."""
    words = list(map(str, arguments))
    return Run(*warm.run(words, environment() if env is None else env, cwd, stdin, LONGEST_S))


def crawl(catalog: Path, url: str, *arguments: str, **more: str) -> Run:
    """Crawl ClinicalTrials.gov at this address without a delay. more: further environment variables."""
    env = environment({"ctgov": url}, **more)
    return calcitrials("crawl", "ctgov", "--delay", "0", "--catalog", catalog, *arguments, env=env)


def scrapy(*arguments: str | Path, env: Mapping[str, str] | None = None) -> Run:
    """Run ``scrapy`` in the repository, as somebody who knows Scrapy would."""
    return _start("scrapy", arguments, env, ROOT).wait()


def rows(catalog: Path, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Rows of the published catalogue."""
    with closing(Catalogue(catalog).connect()) as connection:
        return connection.execute(sql, parameters).fetchall()


def trial_ids(catalog: Path) -> set[str]:
    """Ids of the trials in the published catalogue."""
    return {row[0] for row in rows(catalog, "SELECT trial_id FROM trials")}


def last_report(catalog: Path) -> dict[str, Any]:
    """The last row of ``crawls`` in the published catalogue, by column."""
    with closing(Catalogue(catalog).connect()) as connection:
        cursor = connection.execute("SELECT * FROM crawls ORDER BY started_at DESC LIMIT 1")
        names = [column[0] for column in cursor.description or []]
        row = cursor.fetchone()
    assert row is not None
    return dict(zip(names, row, strict=True))


class Process:
    """A running program."""

    def __init__(self, popen: subprocess.Popen[str]) -> None:
        self.popen = popen

    @property
    def pid(self) -> int:
        return self.popen.pid

    def wait(self, stdin: str | None = None) -> Run:
        """Wait for the end. A program that hangs is killed, and that is a failure of the test."""
        with self.popen as program:
            try:
                out, err = program.communicate(stdin, timeout=LONGEST_S)
            except subprocess.TimeoutExpired:
                program.kill()
                raise
        return Run(program.returncode, out, err)

    def kill(self) -> Run:
        """Kill it with SIGKILL, at once."""
        self.popen.kill()
        return self.wait()


def _start(program: str, arguments: tuple[str | Path, ...], env: Mapping[str, str] | None, cwd: Path | None) -> Process:
    command = [str(Path(sys.executable).with_name(program)), *map(str, arguments)]
    return Process(
        subprocess.Popen(
            command,
            env=dict(environment() if env is None else env),
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
    )
