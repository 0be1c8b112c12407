"""How many records a second each reader makes of bytes, and the WHO ICTRP import beside DuckDB's own CSV reader.

Payloads: the bundled samples of the stand-ins and the fixtures of the tests, which are small, and whole real records
where ../shared/data is there; read again and again, which is kind to what a reader remembers (EU CTR form lines).
The ICTRP file is written for the bench: rows of the headerless full export with made-up texts of a usual length, every
fourth a country's record of an EU CTR trial.
"""

import argparse
import csv
import datetime as dt
import gzip
import resource
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import duckdb

from crawler.harvest import harvesting
from crawler.importing import import_ictrp
from crawler.readers.ictrp.file import FULL_EXPORT
from db.catalogue import Catalogue
from db.payload import Payload, Reading

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
SECONDS = 2.0
WORDS = "patients with calcinosis of the skin receive an injection and are followed for twelve months "
STATED = {
    "lastrefreshedon": "2026-09-21",
    "publictitle": WORDS[:60],
    "scientifictitle": WORDS * 2,
    "dateregistration": "2024-03-01",
    "dateenrollement": "01/04/2024",
    "recruitmentstatus": "Recruiting",
    "primarysponsor": "A made-up hospital",
    "countries": "Australia;New Zealand",
    "condition": "Calcinosis",
    "intervention": "Drug: sodium thiosulfate",
    "inclusionagemin": "18 Years",
    "inclusiongender": "Both",
    "inclusioncriteria": WORDS * 6,
    "exclusioncriteria": WORDS * 4,
    "primaryoutcome": WORDS,
}


def payloads(registry: str) -> list[bytes]:
    """Payloads of a registry from the repository."""
    if registry == "ctgov":
        lines = (ROOT / "crawler/samples/ctgov.jsonl").read_bytes().splitlines()
        return [b'{"studies":[' + b",".join(lines) + b"]}"]
    cases = sorted((ROOT / "tests/fixtures" / registry).glob("*/payload.*"))
    return [case.read_bytes() for case in cases]


def real_payloads(registry: str) -> list[bytes]:
    """Real records of a registry; none where the shared data or the registry's wire format are missing."""
    if registry == "ctgov" and SHARED.exists():
        return gzip.decompress((SHARED / "ctgov/studies.ndjson.gz").read_bytes()).splitlines()
    if registry == "ctis" and SHARED.exists():
        return (SHARED / "registries/ctis.jsonl").read_bytes().splitlines()
    names = {
        "isrctn": "registries/isrctn_api_query_sample_mecfs_trimmed.xml",
        "euctr": "registries/euctr_full_download.txt",
        "drks": "registries/drks_*.json",
        "listing": "html/*takeda*.html",
    }
    return [path.read_bytes() for path in sorted(SHARED.glob(names[registry]))] if registry in names else []


def reader_rate(registry: str, bodies: list[bytes]) -> tuple[float, float]:
    """Records a second, and mean KiB a record."""
    read: Callable[[Payload], Reading] = import_module(f"crawler.readers.{registry}").read
    records = size = 0
    began = time.process_time()
    while time.process_time() - began < SECONDS:
        for body in bodies:
            records += len(read(Payload(registry, f"https://{registry}.example", NOW, body)).trials)
            size += len(body)
    return records / (time.process_time() - began), size / max(records, 1) / 1024


def write_export(path: Path, rows: int) -> None:
    """A headerless full export: 63 columns in WHO's order, texts of a usual length, NULL for what is not stated."""
    row = dict.fromkeys(FULL_EXPORT, "NULL") | STATED
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for number in range(rows):
            row["trialid"] = f"ACTRN126{number + 1:011d}" if number % 4 else f"EUCTR2019-{number:06d}-10-NL"
            writer.writerow(row.values())


def import_rates(rows: int) -> tuple[float, float, float]:
    """Rows a second of our import into a catalogue, of DuckDB's read_csv into a table, and our peak in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "export.csv"
        write_export(export, rows)
        began = time.perf_counter()
        with harvesting(Catalogue(Path(folder) / "catalog"), "bench") as harvest:
            report = import_ictrp(harvest, export)
        ours = report.received / (time.perf_counter() - began)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        if report.received != rows or report.rejected:
            raise SystemExit(f"{report.received} of {rows} rows received, {report.rejected} rejected")
        began = time.perf_counter()
        with duckdb.connect(str(Path(folder) / "floor.duckdb")) as floor:
            options = "header = false, all_varchar = true, nullstr = 'NULL'"
            floor.execute(f"CREATE TABLE export AS FROM read_csv('{export}', {options})")
        return ours, rows / (time.perf_counter() - began), peak


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rows", type=int, default=20_000, help="rows of the ICTRP export; a second one has five times"
    )
    rows = parser.parse_args().rows
    print(f"{'reader':10} {'payloads':10} {'records/s':>10} {'KiB/record':>11}")
    for registry in ("ctgov", "isrctn", "ctis", "euctr", "drks", "listing"):
        for kind, bodies in (("bundled", payloads(registry)), ("real", real_payloads(registry))):
            if bodies:
                rate, size = reader_rate(registry, bodies)
                print(f"{registry:10} {kind:10} {rate:10,.0f} {size:11.1f}")
    print(f"\n{'ICTRP rows':>10} {'ours/s':>10} {'read_csv/s':>11} {'ratio':>6} {'peak MiB':>9}")
    for count in (rows, rows * 5):
        ours, floor, peak = import_rates(count)
        print(f"{count:10,} {ours:10,.0f} {floor:11,.0f} {floor / ours:6.1f} {peak:9.0f}")


if __name__ == "__main__":
    main()
