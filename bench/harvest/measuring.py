"""Commands run in processes of their own and measured from outside: wall time, processor time, peak memory."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


class Measured(NamedTuple):
    """One run of a command.

    wall_s: from the start of the process to its end. cpu_s: user and system time of the process and its children.
    peak_mb: largest resident set, in MiB. output: what it printed on stdout.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    output: str


class CommandFailed(Exception):
    """A measured command ended with an error; the sentence holds the end of what it said."""


def measure(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Measured:
    """Run a command to its end. Raises CommandFailed when its exit status is not 0."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, env={**os.environ, **(environment or {})})
        # wait4 gives the peak of this very child, not of the largest child so far
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            said = err.read().decode("utf-8", "replace").strip() or out.read().decode("utf-8", "replace").strip()
            raise CommandFailed(f"{Path(command[0]).name} ended with status {process.returncode}: {said[-800:]}")
        peak_mb = usage.ru_maxrss / 1024  # Linux counts in KiB
        return Measured(wall_s, usage.ru_utime + usage.ru_stime, peak_mb, out.read().decode())


@contextmanager
def stand_in(records: Path) -> Iterator[str]:
    """Serve a file of studies as ClinicalTrials.gov from a process of its own; yields the base address."""
    command = [sys.executable, "-m", "crawler.samples", "--registry", "ctgov", "--records", str(records)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            address = server.stdout.readline().strip()
            if not address:
                raise CommandFailed("the stand-in did not start")
            yield address
        finally:
            server.terminate()
