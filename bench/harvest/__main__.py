"""Harvest bench: the main job beside its floor and its peers, in one run, on one machine.

    python -m bench.harvest [--runs N] [--times N] [--no-peers]

The 18,534 trials of ../shared/data/ctgov/scale.ndjson.gz are served over loopback by the package's own stand-in
and harvested without a delay by the commands that users type. bench/README.md says what is measured and how.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import duckdb
from rich.console import Console
from rich.table import Table

from bench.harvest.measuring import CommandFailed, Measured, measure, stand_in
from bench.harvest.peers import PEERS, PeerMissing, python_of
from bench.harvest.records import write_records

ROOT = Path(__file__).resolve().parents[2]
SCALE = ROOT.parent / "shared" / "data" / "ctgov" / "scale.ndjson.gz"
BIN = Path(sys.executable).parent
TARGET_PER_S = 3000
MOST_TIMES_FLOOR = 4.0
JOB_TIMES_FLOOR = 8.0
MAPPING_MS = 0.4
"""Processor time of a trial that the job spends beside the harvest: on its concepts and on the index of its words."""
MOST_MEMORY_GROWTH = 1.25
HARVEST, JOB, FLOOR = "calcitrials: scrapy crawl", "calcitrials crawl --all", "floor: download, read_json"


class Result(NamedTuple):
    """One run of a contender. seconds: from its first request until what it loaded can be read."""

    trials: int
    seconds: float
    process: Measured


Contender = Callable[[str, Path], Result]


def harvest(address: str, folder: Path) -> Result:
    """``scrapy crawl ctgov -a all=1``: harvest and publication."""
    command: list[str | Path] = [
        BIN / "scrapy",
        "crawl",
        "ctgov",
        "-a",
        "all=1",
        "-s",
        "DOWNLOAD_DELAY=0",
        "-s",
        "LOG_LEVEL=WARNING",
    ]
    return _published(command, address, folder)


def job(address: str, folder: Path) -> Result:
    """``calcitrials crawl ctgov --all``: harvest, conditions mapped to concepts, publication."""
    return _published([BIN / "calcitrials", "crawl", "ctgov", "--all", "--delay", "0"], address, folder)


def _published(command: list[str | Path], address: str, folder: Path) -> Result:
    environment = {"CALCITRIALS_CATALOG": str(folder), "CALCITRIALS_CTGOV_URL": address}
    process = measure(command, environment)
    current = folder / "current.duckdb"
    with duckdb.connect(str(current.resolve()), read_only=True) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM trials), epoch(started_at), complete FROM crawls ORDER BY started_at DESC"
        ).fetchone()
    if row is None or not row[2]:
        raise CommandFailed("the crawl was not complete")
    # the report is written before the first request; the link is made by the publication
    return Result(row[0], os.lstat(current).st_mtime - row[1], process)


def script(name: str, python: Path = BIN / "python") -> Contender:
    """A contender that is a module of this folder and prints {"trials", "seconds"}."""

    def run(address: str, folder: Path) -> Result:
        process = measure([python, "-m", f"bench.harvest.{name}", address, folder], {"PYTHONPATH": str(ROOT)})
        said = json.loads(process.output.splitlines()[-1])
        return Result(said["trials"], said["seconds"], process)

    return run


def run_round(contenders: dict[str, Contender], address: str, expected: int) -> dict[str, Result]:
    """Each contender once, in a fresh folder; a contender that loaded another number of trials fails."""
    results = {}
    for name, contender in contenders.items():
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            results[name] = contender(address, Path(folder))
        if results[name].trials != expected:
            raise CommandFailed(f"{name} loaded {results[name].trials} of {expected} trials")
    return results


def median(results: list[Result]) -> Result:
    """The run whose time is in the middle."""
    middle = statistics.median_low(result.seconds for result in results)
    return next(result for result in results if result.seconds == middle)


def table(results: dict[str, Result], floor_s: float) -> Table:
    """One line a contender, with the ratios."""
    shown = Table(title="Harvest of ClinicalTrials.gov studies over loopback", title_justify="left")
    heads = ("trials", "s to loaded", "trials/s", "× floor", "s process", "trials/s process", "CPU s", "peak MiB")
    shown.add_column("job")
    for head in heads:
        shown.add_column(head, justify="right")
    for name, (trials, seconds, process) in results.items():
        shown.add_row(
            name,
            f"{trials:,}",
            f"{seconds:.2f}",
            f"{trials / seconds:,.0f}",
            f"{seconds / trials / floor_s:.2f}",
            f"{process.wall_s:.2f}",
            f"{trials / process.wall_s:,.0f}",
            f"{process.cpu_s:.2f}",
            f"{process.peak_mb:,.0f}",
        )
    return shown


def verdicts(results: dict[str, Result], scaled: Result | None, times: int) -> list[tuple[bool, str]]:
    """Each goal with whether it is met."""
    ours, floor = results[HARVEST], results[FLOOR]
    per_s = ours.trials / ours.seconds
    found = [
        (per_s >= TARGET_PER_S, f"{per_s:,.0f} trials/s from request to published (goal: {TARGET_PER_S:,})"),
        (
            ours.seconds <= MOST_TIMES_FLOOR * floor.seconds,
            f"{ours.seconds / floor.seconds:.2f} times the floor (goal: at most {MOST_TIMES_FLOOR:g})",
        ),
    ]
    whole = results[JOB]
    whole_per_s, times_floor = whole.trials / whole.seconds, whole.seconds / floor.seconds
    beside_ms = (whole.process.cpu_s - ours.process.cpu_s) / whole.trials * 1000
    found += [
        (whole_per_s >= TARGET_PER_S, f"the job: {whole_per_s:,.0f} trials/s to published (goal: {TARGET_PER_S:,})"),
        (
            times_floor <= JOB_TIMES_FLOOR,
            f"the job: {times_floor:.2f} times the floor (goal: at most {JOB_TIMES_FLOOR:g})",
        ),
        (
            beside_ms <= MAPPING_MS,
            f"the job: {beside_ms:.2f} ms of a processor a trial beside the harvest (goal: at most {MAPPING_MS:g})",
        ),
    ]
    for name in [peer.name for peer in PEERS if peer.name in results]:
        ratio = results[name].seconds / ours.seconds
        found.append((ratio > 1, f"{ratio:.2f} times as fast as {name} (goal: more than 1)"))
    if scaled:
        growth = scaled.process.peak_mb / ours.process.peak_mb
        says = f"peak memory {growth:.2f} times as high with {times} times the trials"
        found.append((growth <= MOST_MEMORY_GROWTH, f"{says} (goal: it does not grow; {MOST_MEMORY_GROWTH} allowed)"))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the harvest beside its floor and its peers.")
    parser.add_argument("--runs", type=int, default=3, help="rounds; the median of each is shown (default %(default)s)")
    parser.add_argument("--times", type=int, default=5, help="trials of the large run, in copies (default %(default)s)")
    parser.add_argument("--no-peers", action="store_true", help="leave the clients from PyPI out")
    options = parser.parse_args()
    console = Console(width=150)
    if not SCALE.exists():
        console.print("The bench needs ../shared/data/ctgov/scale.ndjson.gz beside the repository: nothing measured.")
        return 0
    contenders: dict[str, Contender] = {HARVEST: harvest, JOB: job, FLOOR: script("floor")}
    for peer in [] if options.no_peers else PEERS:
        try:
            contenders[peer.name] = script(peer.script, python_of(peer))
        except PeerMissing as error:
            console.print(f"left out: {error}")
    scaled = None
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            records = Path(folder) / "records.ndjson"
            expected = write_records(SCALE, records, 1)
            with stand_in(records) as address:
                rounds = [run_round(contenders, address, expected) for _ in range(options.runs)]
            if options.times > 1:
                expected = write_records(SCALE, records, options.times)
                with stand_in(records) as address:
                    scaled = run_round({HARVEST: harvest}, address, expected)[HARVEST]
    except CommandFailed as error:
        console.print(f"[red]{error}[/red]")
        return 1
    results = {name: median([one[name] for one in rounds]) for name in contenders}
    floor = results[FLOOR]
    shown = dict(results) | ({f"{HARVEST}, {options.times}×": scaled} if scaled else {})
    console.print(table(shown, floor.seconds / floor.trials))
    load = f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    console.print(f"{load}; median of {options.runs} rounds, the large run once.")
    for met, says in verdicts(results, scaled, options.times):
        console.print(f"[green]met[/green]     {says}" if met else f"[red]missed[/red]  {says}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
