"""How long an analyst waits: the questions of docs/questions over a catalogue, twenty of them beside the same in SQLite
and PostgreSQL with indices.

    python -m bench.sql CATALOG [--runs 3] [--alone]

By hand. Medians of the clock in milliseconds, read to the last row, after one run that is not counted, and of ours the
milliseconds of the processor. The engines take turns. PostgreSQL is started in a folder of its own; where it is not
installed it is left out.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import duckdb

from bench.postgres import server
from bench.sql import rivals
from db.catalogue import Catalogue

QUESTIONS = Path(__file__).parents[2] / "docs" / "questions"


def median_ms(ask: Callable[[], float], runs: int) -> float:
    """Median of the milliseconds of some runs, after one that is not counted."""
    return 1000 * statistics.median([ask() for _ in range(runs + 1)][1:])


def main() -> None:
    """Ask and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalog", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--alone", action="store_true", help="without SQLite and PostgreSQL")
    asked = parser.parse_args()
    connection = Catalogue(asked.catalog).connect()
    ((trials, year_before),) = connection.execute(
        "SELECT count(*), (catalogue_day() - INTERVAL 12 MONTH)::DATE::VARCHAR FROM trials"
    ).fetchall()
    print(f"{trials:,} trials, DuckDB {duckdb.__version__}; median ms of {asked.runs}; load {os.getloadavg()[0]:.1f}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        others: dict[str, rivals.Ask] = {}
        if not asked.alone:
            others["SQLite"] = rivals.sqlite(connection, folder, year_before)
            try:
                told = stack.enter_context(server(folder))
                others["PostgreSQL"] = rivals.postgres(told, connection, folder, year_before)
            except FileNotFoundError as error:
                print(error)
        print(f"{'':32} {'ours':>9} {'processor':>9}" + "".join(f" {name:>10}" for name in others), flush=True)
        sums = dict.fromkeys(("ours", *others), 0.0)
        for file in sorted(QUESTIONS.glob("*.sql")):
            sql, number = file.read_text(encoding="utf-8"), file.name[:2]
            used: list[float] = []

            def ours(sql: str = sql, used: list[float] = used) -> float:
                began, cpu = time.perf_counter(), time.process_time()
                connection.execute(sql).fetchall()
                used.append(time.process_time() - cpu)
                return time.perf_counter() - began

            line = {"ours": median_ms(ours, asked.runs)}
            if number in rivals.ASKED:
                for name, ask in others.items():
                    line[name] = median_ms(lambda ask=ask, number=number: ask(number), asked.runs)  # type: ignore[misc]
                sums = {name: sums[name] + line[name] for name in sums}
            shown = "".join(f" {line[name]:10.1f}" for name in others if name in line)
            print(f"{file.stem:32} {line['ours']:9.1f} {1000 * statistics.median(used[1:]):9.1f}{shown}", flush=True)
        print(
            f"{'sum of the twenty':32} {sums['ours']:9.1f} {'':9}" + "".join(f" {sums[name]:10.1f}" for name in others)
        )


if __name__ == "__main__":
    main()
