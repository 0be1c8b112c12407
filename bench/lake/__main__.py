"""Many writers and readers on a DuckLake whose catalogue is in PostgreSQL.

    python -m bench.lake CATALOG [--writers 4] [--readers 4] [--commits 10]

By hand, with DuckDB 1.5.5, duckdb-extension-ducklake, duckdb-extension-postgres-scanner, and PostgreSQL.
The catalogue is exported twice, which makes two versions; then each writer commits again and again a row of a journal
with a tally in the same transaction, while readers count both. A reader that sees one without the other, or a commit
that is lost, fails the bench.
"""

import argparse
import multiprocessing
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench.lake.clients import opened, read, write
from bench.postgres import server
from db.catalogue import Catalogue
from db.exporting import ExportFormat, export


def main() -> None:
    """Publish, write, read, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalog", type=Path)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--commits", type=int, default=10)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, server(Path(name)) as told:
        folder, catalog = Path(name) / "lake", f"postgres:{told}"
        for version in ("first", "second"):
            began = time.perf_counter()
            with Catalogue(given.catalog).connect() as connection:
                manifest = export(connection, folder, ExportFormat.DUCKLAKE, lake_catalog=catalog)
            rows = sum(table["rows"] for table in manifest["tables"].values())
            print(f"{version} version: {rows:,} rows in {time.perf_counter() - began:.1f} s", flush=True)
        connection = opened(catalog, folder)
        connection.execute("CREATE TABLE lake.journal (writer INTEGER, place INTEGER)")
        connection.execute(f"CREATE TABLE lake.tally AS SELECT range AS writer, 0 AS count FROM range({given.writers})")
        ended = Path(name) / "ended"
        with ProcessPoolExecutor(given.writers + given.readers, multiprocessing.get_context("spawn")) as pool:
            readers = [pool.submit(read, catalog, folder, ended) for _ in range(given.readers)]
            writers = [pool.submit(write, catalog, folder, number, given.commits) for number in range(given.writers)]
            try:
                wrote = [one.result() for one in writers]
            finally:
                ended.touch()
            saw = [one.result() for one in readers]
        ((journal, tally),) = connection.execute(
            "SELECT (SELECT count(*) FROM lake.journal), (SELECT sum(count) FROM lake.tally)"
        ).fetchall()
    for one in (*wrote, *saw):
        print(one)
    asked = given.writers * given.commits
    print(f"{journal} of {asked} commits are there, {sum(one.again for one in wrote)} tries were repeated")
    if journal != asked or tally != asked or any(one.halves for one in saw):
        raise SystemExit("a commit is lost, or was seen half")


if __name__ == "__main__":
    main()
