"""What the whole record costs: real studies with and without their posted results, beside the floor.

    python -m bench.harvest.whole [--copies N]

The whole studies of ../shared/data/ctgov are multiplied with ids of their own. Printed are seconds of processor time,
without the network, for reading, writing and publishing them, and for the floor: `read_json` of the same columns.
"""

import argparse
import datetime as dt
import gzip
import tempfile
import time
from pathlib import Path

import msgspec

from bench.harvest.loading import load_pages
from crawler.readers.ctgov import read
from db.catalogue import Catalogue
from db.payload import Payload
from db.writer import encode, write_trials

STUDIES = Path(__file__).resolve().parents[3] / "shared" / "data" / "ctgov" / "studies.ndjson.gz"
NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
PAGE = 1000


def pages(copies: int, with_results: bool) -> list[bytes]:
    """Pages of the registry with each study as often, under numbers of their own."""
    studies = {}
    for line in gzip.decompress(STUDIES.read_bytes()).splitlines():
        study = msgspec.json.decode(line)
        if not with_results:
            study.pop("resultsSection", None)
        studies[study["protocolSection"]["identificationModule"]["nctId"]] = msgspec.json.encode(study)
    lines = [
        study.replace(nct_id.encode(), b"NCT8%02d%05d" % (copy, number))
        for copy in range(copies)
        for number, (nct_id, study) in enumerate(studies.items())
    ]
    return [b'{"studies":[' + b",".join(lines[at : at + PAGE]) + b"]}" for at in range(0, len(lines), PAGE)]


def ours(bodies: list[bytes]) -> tuple[int, float, float, float, float]:
    """Trials; seconds to read, to write, and to publish them; MB published."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, Catalogue(folder).writing("bench") as connection:
        began = time.process_time()
        lines = [
            encode(trial) for body in bodies for trial in read(Payload("ctgov", "https://ctgov", NOW, body)).trials
        ]
        was_read = time.process_time()
        write_trials(connection, lines, "bench", NOW)
        was_written = time.process_time()
        snapshot = Catalogue(folder).publish(connection)
        ended = time.process_time()
        size = snapshot.stat().st_size / 1e6
    return len(lines), was_read - began, was_written - was_read, ended - was_written, size


def floor(bodies: list[bytes]) -> float:
    """Seconds that `read_json` takes for the same columns."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for number, body in enumerate(bodies):
            (Path(folder) / f"{number:05}.json").write_bytes(body)
        began = time.process_time()
        load_pages(Path(folder) / "floor.duckdb", Path(folder))
        return time.process_time() - began


def main() -> None:
    """Print both lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=20, help="how often each study is taken (default %(default)s)")
    copies = parser.parse_args().copies
    if not STUDIES.exists():
        print("The bench needs ../shared/data/ctgov/studies.ndjson.gz beside the repository: nothing measured.")
        return
    print(
        f"{'records':16} {'trials':>7} {'KiB each':>9} {'read':>6} {'write':>6} {'publish':>8} {'floor':>6} {'MB':>6}"
    )
    for name, with_results in (("without results", False), ("whole", True)):
        bodies = pages(copies, with_results)
        trials, reading, writing, publishing, size = ours(bodies)
        each = sum(map(len, bodies)) / trials / 1024
        print(
            f"{name:16} {trials:7,} {each:9.1f} {reading:6.2f} {writing:6.2f} {publishing:8.2f} {floor(bodies):6.2f} "
            f"{size:6.1f}"
        )


if __name__ == "__main__":
    main()
