"""What a process does that writes into a lake, and one that reads it."""

import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import duckdb

from db.exporting import attach_lake

TRIES = 20


class Written(NamedTuple):
    """What a writer did: commits, those that had to be tried again, seconds of each on the average."""

    commits: int
    again: int
    mean_s: float


class Read(NamedTuple):
    """What a reader saw: questions answered, versions seen, answers in which a commit was half there."""

    answers: int
    versions: int
    halves: int
    failed: int


def write(catalog: str, folder: Path, number: int, commits: int) -> Written:
    """Commit so many times; one that meets another's is tried again."""
    connection = opened(catalog, folder)
    again, began = 0, time.perf_counter()
    for place in range(commits):
        for _ in range(TRIES):
            try:
                connection.begin()
                connection.execute("INSERT INTO lake.journal VALUES (?, ?)", [number, place])
                connection.execute("UPDATE lake.tally SET count = count + 1 WHERE writer = ?", [number])
                connection.commit()
                break
            except duckdb.Error:
                again += 1
                with suppress(duckdb.Error):  # the commit that failed has rolled back
                    connection.rollback()
    return Written(commits, again, (time.perf_counter() - began) / commits)


def read(catalog: str, folder: Path, ended: Path) -> Read:
    """Count the trials, the journal and the tally again and again until a file says that the writers have ended."""
    connection = opened(catalog, folder)
    seen, answers, halves, failed = set(), 0, 0, 0
    while not ended.exists():
        try:
            ((journal, tally, _),) = connection.execute(
                "SELECT (SELECT count(*) FROM lake.journal), (SELECT sum(count) FROM lake.tally), "
                "(SELECT count(*) FROM lake.trials WHERE status = 'recruiting')"
            ).fetchall()
        except duckdb.Error:
            failed += 1
            continue
        answers += 1
        halves += journal != tally
        seen.add(journal)
    return Read(answers, len(seen), halves, failed)


def opened(catalog: str, folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection to the lake of its own, with one thread."""
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    attach_lake(connection, folder, catalog)
    return connection
