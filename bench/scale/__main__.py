"""What a whole registry costs once it is crawled: the same trials 1, 8 and 32 times, 593,088 and more.

    python -m bench.scale [--times 1 8 32] [--folder FOLDER] [--source CATALOG]

By hand: about ten minutes and 7 GB of disk for 32 times. Each step is a process of its own, whose seconds of the clock,
seconds of the processor and largest resident memory are printed; bench/README.md says what each step is.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.matching.catalogue import open_matcher, registry_catalogue
from bench.matching.gold import program
from bench.matching.latency import COLD_QUERY, batch_rate, diagnoses, suggest_all
from db.catalogue import Catalogue

SEED = 7
COLD_RUNS = 3
ANCHOR = "NCT03582800"
MULTIPLY = "import sys; from bench.scale.multiplied import multiply; multiply(*sys.argv[1:])"
INDEX = "import matcher, sys; from pathlib import Path; matcher.write_index(Path(sys.argv[1]).resolve())"
INCREMENT = "import sys; from bench.scale.increment import increment; increment(sys.argv[1])"
WARM = "import sys; from bench.scale.__main__ import warm; warm(sys.argv[1])"
MB = 1_000_000


class Step(NamedTuple):
    """What a process took: seconds of the clock and of the processor, MB of memory at most (that of this process, from
    which it began, is the least that can be seen; so this one stays small).
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    printed: str


def run(command: Sequence[str | Path]) -> Step:
    """Run a process to its end. Raises CalledProcessError when it fails."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(command, stdout=printed, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, [str(part) for part in command])
        printed.seek(0)
        text = printed.read().decode()
    return Step(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / MB, text)


def script(code: str, folder: Path) -> Step:
    """Run some lines of Python over a folder or file."""
    return run([sys.executable, "-c", code, folder])


def shown(name: str, step: Step) -> str:
    """A line of the report."""
    return f"  {name:42s} {step.wall_s:8.2f} s {step.cpu_s:8.2f} s {step.peak_mb:8.0f} MB"


def warm(name: str) -> None:
    """Print how long a diagnosis takes an opened matcher, and how many a batch of two processes answers a second."""
    folder = Path(name)
    timed, warming, batch = diagnoses(SEED)
    suggests, connection = open_matcher(folder)
    suggest_all(suggests, warming)
    took = sorted(one.wall for one in suggest_all(suggests, timed))
    connection.close()
    rate, cpu_ms = batch_rate(folder, warming, batch)
    median, late = took[len(took) // 2], took[int(len(took) * 0.95)]
    print(f"  one diagnosis: median {median:.1f} ms, p95 {late:.1f} ms")
    print(f"  batch on two processes: {rate:.0f} diagnoses a second, {cpu_ms:.2f} ms of the processor each")


def size_mb(path: Path) -> float:
    """Megabytes of a file, or of all files in a folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / MB


def measure(source: Path, root: Path, times: int) -> None:
    """Multiply a catalogue and print what each step over it takes."""
    if not root.exists():
        run([sys.executable, "-c", MULTIPLY, source, root, str(times)])
    catalogue = Catalogue(root)
    snapshot = catalogue.published
    assert snapshot is not None
    with catalogue.connect() as connection:
        ((trials,),) = connection.execute("SELECT count(*) FROM trials").fetchall()
    print(f"\n{times} times: {trials:,} trials" + " " * 22 + "wall   processor      peak", flush=True)
    print(shown("index of a snapshot", script(INDEX, snapshot)), flush=True)
    command: list[str | Path] = [program(), "match", COLD_QUERY, "--catalog", root, "--format", "json"]
    cold = sorted((run(command) for _ in range(COLD_RUNS)), key=lambda step: step.wall_s)
    print(shown("calcitrials match, cold", cold[COLD_RUNS // 2]), flush=True)
    print(shown("calcitrials show", run([program(), "show", ANCHOR, "--catalog", root])), flush=True)
    status = run([program(), "status", "--stale-after", "1e9", "--catalog", root])
    print(shown("calcitrials status", status), flush=True)
    print(script(WARM, root).printed, end="", flush=True)
    index_mb = size_mb(snapshot.with_suffix(".index"))
    print(script(INCREMENT, root).printed, end="", flush=True)
    kept = [path for path in (root / "snapshots").iterdir() if path.suffix == ".duckdb"]
    newest = max(kept)
    total = sum(map(size_mb, kept)) + (size_mb(catalogue.writer_file) if catalogue.writer_file.exists() else 0)
    print(f"  disk: snapshot {size_mb(newest):.0f} MB, index {index_mb:.0f} MB; snapshots and working file ", end="")
    print(f"at rest are {total / size_mb(newest):.2f} snapshots", flush=True)


def main() -> None:
    """Measure each size in turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--folder", type=Path, help="where the catalogues are made and stay, or lie already")
    parser.add_argument("--source", type=Path, help="catalogue to multiply; the bench's own of 18,914 if not given")
    given = parser.parse_args()
    source = Catalogue(given.source or registry_catalogue()[0]).published
    assert source is not None
    folder = given.folder or Path(tempfile.mkdtemp(prefix="calcitrials-scale-"))
    try:
        for times in given.times:
            measure(source, folder / f"x{times}", times)
    finally:
        if given.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
