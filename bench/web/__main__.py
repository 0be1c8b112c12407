"""The page under load: two processes, a catalogue, fifty requests a second for two minutes, three publications.

    python -m bench.web --catalog FOLDER

The folder is copied; a crawl of the sample registry over loopback publishes into the copy three times meanwhile. Prints
the median and the 95th percentile in ms, what failed, and how long after a publication the former snapshot still
answered. The mark is a 95th percentile of 60 ms, nothing failed, nothing older than LATEST_S.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer

from crawler.samples.server import serve
from db.catalogue import Catalogue

WORKERS = 2
PUBLICATIONS = 3
MARK_MS = 60.0
LATEST_S = 10.0
"""Seconds after a publication from which an answer of the former snapshot counts as stale: opening a catalogue of
19,000 trials beside the old one takes a few."""


class Asked(NamedTuple):
    """One request as the visitors saw it."""

    kind: str
    sent: float
    took_ms: float
    status: int | str
    snapshot: str


def main(
    catalog: Annotated[Path, typer.Option(help="Folder of the catalogue to serve a copy of.")],
    seconds: Annotated[float, typer.Option(help="How long.")] = 120.0,
    per_second: Annotated[float, typer.Option(help="Requests a second.")] = 50.0,
) -> None:
    """Measure, and say what was met."""
    with tempfile.TemporaryDirectory(prefix="bench-web-") as folder:
        copy = Path(folder) / "catalog"
        shutil.copytree(catalog, copy, symlinks=True, ignore=shutil.ignore_patterns("payloads"))
        log = Path(folder) / "serve.log"
        with log.open("w") as out, subprocess.Popen(_serving(copy, Path(folder)), stderr=out) as page:
            try:
                url = _ready(page, log)
                before = _cpu_s(page.pid)
                asked, published = _measure(url, copy, seconds, per_second)
                cpu_s = _cpu_s(page.pid) - before
            finally:
                page.terminate()
    _report(asked, published, seconds, cpu_s)


def _serving(catalog: Path, folder: Path) -> list[str]:
    program = str(Path(sys.executable).with_name("calcitrials"))
    where = ["--catalog", str(catalog), "--data", str(folder / "data")]
    return [program, "serve", "--port", "0", "--workers", str(WORKERS), *where]


def _ready(page: "subprocess.Popen[bytes]", log: Path) -> str:
    """The address of the page, once every process of it has opened the catalogue."""
    while page.poll() is None:
        told = log.read_text()
        if told.count(" is open after ") == WORKERS:
            return str(re.findall(r"http://\S+:\d+", told)[0])
        time.sleep(0.2)
    raise SystemExit(f"the page does not start: {log.read_text()}")


def _measure(url: str, catalog: Path, seconds: float, per_second: float) -> tuple[list[Asked], list[tuple[float, str]]]:
    """What the visitors saw, and when which snapshot was published."""
    command = [sys.executable, "-m", "bench.web.load", url, str(seconds), str(per_second), str(catalog)]
    published = [(0.0, _snapshot(catalog))]
    with tempfile.TemporaryFile("w+") as out, serve("ctgov") as urls:
        began = time.monotonic()
        with subprocess.Popen(command, stdout=out) as visitors:
            for number in range(PUBLICATIONS):
                time.sleep(max(0.0, began + seconds * (number + 0.5) / (PUBLICATIONS + 0.5) - time.monotonic()))
                if visitors.poll() is not None:
                    break  # a machine that is this slow publishes less often; the report says how often
                _crawl(catalog, urls["ctgov"])
                link = catalog / "current.duckdb"
                published.append((link.lstat().st_mtime, _snapshot(catalog)))
            visitors.wait()
        out.seek(0)
        return [Asked(*json.loads(line)) for line in out], published


def _snapshot(catalog: Path) -> str:
    snapshot = Catalogue(catalog).published
    assert snapshot is not None
    return snapshot.stem


def _crawl(catalog: Path, url: str) -> None:
    program = str(Path(sys.executable).with_name("calcitrials"))
    command = ["nice", program, "crawl", "ctgov", "--delay", "0", "--force", "--catalog", str(catalog)]
    env = {**os.environ, "CALCITRIALS_CTGOV_URL": url}
    run = subprocess.run(command, env=env, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if run.returncode:
        print(f"a crawl failed: {run.stderr[-500:]}", file=sys.stderr)


def _cpu_s(pid: int) -> float:
    """Processor time of a process and those that it has started, where the system tells it."""
    tasks = Path(f"/proc/{pid}/task/{pid}/children")
    if not tasks.exists():
        return float("nan")
    times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    own = sum(map(int, times)) / os.sysconf("SC_CLK_TCK")
    return own + sum(_cpu_s(int(child)) for child in tasks.read_text().split())


def _report(asked: list[Asked], published: list[tuple[float, str]], seconds: float, cpu_s: float) -> None:
    took = defaultdict(list)
    for one in asked:
        took[one.kind].append(one.took_ms)
        took["all"].append(one.took_ms)
    print(
        f"{len(asked)} requests in {seconds:g} s, load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )
    print("| asked | requests | median ms | p95 ms | p99 ms |\n|---|---|---|---|---|")
    for kind, values in sorted(took.items()):
        middle, p95, p99 = np.percentile(values, (50, 95, 99))
        print(f"| {kind} | {len(values)} | {middle:.1f} | {p95:.1f} | {p99:.1f} |")
    print(f"processor time of the page: {1000 * cpu_s / len(asked):.1f} ms a request, opening the snapshots in it")
    failed = Counter(one.status for one in asked if one.status != 200)
    stale = [_late_s(one, published) for one in asked if one.snapshot]
    late = max(stale, default=0.0)
    print(f"not answered with 200: {sum(failed.values())} {dict(failed) or ''}")
    print(f"publications: {len(published) - 1}; the former snapshot answered until {late:.1f} s after one")
    print(f"stale (later than {LATEST_S:g} s): {sum(one > LATEST_S for one in stale)}")
    p95 = float(np.percentile(took["all"], 95))
    is_met = p95 <= MARK_MS and not failed and late <= LATEST_S and len(published) > PUBLICATIONS
    print(f"mark: p95 of {MARK_MS:g} ms, nothing failed, nothing stale: {'met' if is_met else 'not met'}")


def _late_s(one: Asked, published: list[tuple[float, str]]) -> float:
    """Seconds from the publication of a newer snapshot to a request that was answered from an older one."""
    names = [name.upper() for _, name in published]
    place = names.index(one.snapshot) if one.snapshot in names else len(names) - 1
    newer = [when for when, _ in published[place + 1 :]]
    return max(0.0, one.sent - newer[0]) if newer else 0.0


if __name__ == "__main__":
    typer.run(main)
