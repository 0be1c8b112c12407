"""How long a diagnosis takes with a large catalogue: one by one, in batches on two cores, and from a cold start."""

import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import NamedTuple

import matcher
from bench.matching.cache import ROOT, RivalMissing
from bench.matching.catalogue import open_matcher, registry_catalogue
from bench.matching.gold import GOLD, lines, program
from bench.matching.headings import link_rival, rows
from bench.matching.report import OURS, Mark, Row
from bench.matching.scores import percentile
from bench.matching.terms import EVAL
from matcher.batch.processes import open_to_stay
from matcher.terminology import default
from matcher.terminology.expansion import Expansion

DIAGNOSES, SCANS, BATCH, WARMING, COLD_RUNS, WORKERS = 500, 30, 4000, 100, 3, 2
LONGEST_START_S = 300
COLD_QUERY = "systemic sclerosis with calcinosis of the fingers"
_OPEN = """
import time
began = time.perf_counter()
from matcher.terminology import default
default()
print(time.perf_counter() - began)
"""


def diagnoses(seed: int) -> tuple[list[str], list[str], list[str]]:
    """Distinct diagnoses to time, others to warm up with, and conditions for a batch."""
    rng = random.Random(seed)
    with (EVAL / "condition_vocab.tsv").open(encoding="utf-8") as file:
        vocabulary = [line.split("\t")[0] for line in file if line.strip()]
    typed = [row["condition"] for row in rows(EVAL / "condition_to_mesh_dev.tsv")]
    gold = [query["query"] for query in lines(GOLD)]
    timed = list(dict.fromkeys([*gold, *rng.sample(typed, min(len(typed), DIAGNOSES - len(gold)))]))
    batch = rng.sample(vocabulary, min(len(vocabulary), BATCH + WARMING))
    return timed, batch[:WARMING], batch[WARMING:]


class Took(NamedTuple):
    """A time as the clock on the wall says, and of the processor alone."""

    wall: float
    cpu: float


def suggest_all(suggests: matcher.Matcher, asked: Sequence[str]) -> list[Took]:
    """Milliseconds that each diagnosis takes; what cannot be read as one takes its time too."""
    took = []
    for text in asked:
        began, worked = time.perf_counter(), time.process_time()
        with suppress(matcher.DiagnosisError):
            suggests.suggest(text)
        took.append(Took((time.perf_counter() - began) * 1e3, (time.process_time() - worked) * 1e3))
    return took


def read_all(suggests: matcher.Matcher, asked: Sequence[str]) -> list[float]:
    """Milliseconds of the processor to understand each diagnosis with a reader of its own, no trial looked at."""
    reader = matcher.Matcher(suggests.catalogue, suggests.terminology, Expansion(suggests.terminology)).reader
    took = []
    for text in asked:
        worked = time.process_time()
        with suppress(matcher.DiagnosisError):
            reader.read(text)
        took.append((time.process_time() - worked) * 1e3)
    return took


def batch_worker(folder: Path, warm: Sequence[str], asked: Sequence[str], ready: Barrier, done: "Queue[float]") -> None:
    """One of the processes of a batch: opens, warms up, waits for the others, works through its part, says how many
    seconds of the processor that took.
    """
    suggests, connection = open_to_stay(open_matcher, folder)
    suggest_all(suggests, warm)
    ready.wait(LONGEST_START_S)
    worked = time.process_time()
    suggest_all(suggests, asked)
    done.put(time.process_time() - worked)
    connection.close()


def batch_rate(folder: Path, warm: Sequence[str], asked: Sequence[str]) -> tuple[float, float]:
    """Diagnoses a second in processes side by side, their start and end left out, and milliseconds of the processor
    for each diagnosis.
    """
    context = multiprocessing.get_context("spawn")
    ready, done = context.Barrier(WORKERS + 1), context.Queue()
    parts = [asked[place::WORKERS] for place in range(WORKERS)]
    workers = [context.Process(target=batch_worker, args=(folder, warm, part, ready, done)) for part in parts]
    for worker in workers:
        worker.start()
    ready.wait(LONGEST_START_S)
    began = time.perf_counter()
    worked = sum(done.get() for _ in workers)
    rate = len(asked) / (time.perf_counter() - began)
    for worker in workers:
        worker.join()
    return rate, worked / len(asked) * 1e3


def cold_seconds(folder: Path) -> Took:
    """Median time of ``calcitrials match`` as a process of its own, in seconds from its start to its end."""
    wall, cpu = [], []
    for _ in range(COLD_RUNS):
        began, before = time.perf_counter(), os.times()
        command: list[str | Path] = [program(), "match", COLD_QUERY, "--catalog", folder, "--format", "json"]
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        wall.append(time.perf_counter() - began)
        after = os.times()
        cpu.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return Took(statistics.median(wall), statistics.median(cpu))


def open_seconds() -> float:
    """Median time in which a fresh interpreter has the terminology open."""
    command = [sys.executable, "-c", _OPEN]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT) for _ in range(COLD_RUNS)]
    return statistics.median(float(run.stdout) for run in runs)


def measure(seed: int, quick: bool) -> tuple[list[Row], list[str]]:
    """Latency, throughput and start-up over the large catalogue."""
    folder, said = registry_catalogue()
    timed, warm, batch = diagnoses(seed)
    suggests, connection = open_matcher(folder)
    terminology = default()
    trials = len(suggests.catalogue.trial_ids)
    suggest_all(suggests, warm)
    took = suggest_all(suggests, timed)
    wall, cpu = [one.wall for one in took], [one.cpu for one in took]
    p50, p95 = percentile(wall, 0.5), percentile(wall, 0.95)
    read = read_all(suggests, timed)
    slowest = sorted(zip(cpu, timed, strict=True), reverse=True)[:5]
    connection.close()
    details = [
        f"latency: {len(terminology.keys):,} names in the index, {trials:,} trials; {said}",
        f"latency: {len(timed)} distinct diagnoses, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
        f"latency: processor time p50 {percentile(cpu, 0.5):.1f} ms, p95 {percentile(cpu, 0.95):.1f} ms a diagnosis",
        f"latency: understanding alone p50 {percentile(read, 0.5):.2f} ms, p95 {percentile(read, 0.95):.2f} ms of it",
        *(f"latency: slowest {ms:.1f} ms of the processor: {text[:90]!r}" for ms, text in slowest),
    ]
    scan: dict[str, float | str] = {}
    try:
        asked = random.Random(seed).sample(timed, SCANS // (3 if quick else 1))
        scan["WRatio"] = link_rival("WRatio", dict.fromkeys(terminology.keys, ""), asked, range(len(asked)), "_scan").ms
    except RivalMissing as missing:
        details.append(str(missing))
    ratio = float(scan["WRatio"]) / p50 if scan else 0.0
    rate, batch_cpu = batch_rate(folder, warm, batch[: len(batch) // (4 if quick else 1)])
    cold, opened = cold_seconds(folder), open_seconds()
    details.append(f"latency: processor time {batch_cpu:.2f} ms a diagnosis of the batch")
    details.append(f"latency: a cold match takes {cold.cpu:.2f} s of the processor")
    found = [
        Row("latency", "names in the index", {OURS: float(len(terminology.keys))}, Mark(100_000), 0),
        Row("latency", "p50 a diagnosis, ms", {OURS: p50, **scan}, None, 1),
        Row("latency", "p95 a diagnosis, ms", {OURS: p95}, Mark(15, at_least=False), 1),
        Row("latency", "times faster than the scan", {OURS: ratio}, Mark(20), 0),
        Row("latency", "batch on 2 cores, diagnoses/s", {OURS: rate}, Mark(2000), 0),
        Row("latency", "cold calcitrials match, s", {OURS: cold.wall}, Mark(1.5, at_least=False), 2),
        Row("latency", "terminology opens in, s", {OURS: opened}, Mark(2, at_least=False), 2),
    ]
    return found, details
