"""Map the trials of a catalogue that are new or changed, in several processes where there are many."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import lru_cache
from importlib import resources
from itertools import islice

import duckdb

from matcher.batch.concepts import write_concepts
from matcher.batch.processes import in_processes, shared
from matcher.terminology import Terminology, default, default_version
from matcher.trials.indexing import MappedTrials, TrialMapper, has_tables, map_texts, mapping_version, unmapped
from matcher.trials.trial_text import BATCH, TrialText, read_texts

READ = 20_000
"""Trials whose texts one question to the catalogue brings."""
MANY_TRIALS = 6000
"""From here on it pays to start further processes, each of which opens the terminology for itself."""

logger = logging.getLogger(__name__)


def map_trials(
    connection: duckdb.DuckDBPyConnection,
    progress: Callable[[int, int], None] | None = None,
    terminology: Terminology | None = None,
    workers: int = 1,
    pool: ProcessPoolExecutor | None = None,
) -> int:
    """Map new and changed trials of a writable catalogue into trial_concepts and trial_words; how many were mapped.

    progress: called with (trials done, trials in all) after each batch. Rows of trials that are gone or changed are
    replaced; equal states are left alone. workers: processes that share the work when there are many trials; they are
    started anew, so a script that asks for more than one needs the usual ``if __name__ == "__main__"``. pool: processes
    with a `mapper_of_process` that are there already. Where one of them dies, the rest is mapped here.
    """
    is_default = terminology is None
    version = mapping_version(default_version() if terminology is None else terminology.version)
    create_tables(connection)
    for table in MappedTrials._fields:
        connection.execute(f"DELETE FROM trial_{table} WHERE trial_id NOT IN (SELECT trial_id FROM trials)")
    todo = unmapped(connection, version)
    done = 0

    def write(mapped: Iterable[MappedTrials]) -> None:
        nonlocal done
        for rows in mapped:
            replace_rows(connection, rows)
            done += len(rows.words)
            if progress is not None:
                progress(done, len(todo))

    batches = _batches(connection, todo)
    try:
        if is_default and pool is not None and len(todo) >= BATCH:
            write(shared(pool, map_in_process, batches, workers))
        elif is_default and workers > 1 and len(todo) >= MANY_TRIALS:
            write(in_processes(map_in_process, batches, workers, mapper_of_process))
    except BrokenProcessPool:
        logger.warning("a process that maps trials has died; the rest is mapped by this one alone")
    left = unmapped(connection, version) if done else todo
    if left:
        mapper = TrialMapper(terminology or default())
        write(map_texts(mapper, batch) for batch in _batches(connection, left))
    write_concepts(connection, version, terminology)
    return len(todo)


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables that mapping writes, in their present form, where they are not there."""
    if not has_tables(connection):  # those of an earlier form
        connection.execute("DROP TABLE IF EXISTS trial_concepts")
        connection.execute(resources.files("matcher.trials").joinpath("schema.sql").read_text(encoding="utf-8"))


Batch = list[TrialText]


def _batches(connection: duckdb.DuckDBPyConnection, trial_ids: Sequence[str]) -> Iterator[Batch]:
    """Texts of trials in batches; each question to the catalogue reads its tables once, so it asks for many trials."""
    for start in range(0, len(trial_ids), READ):
        texts = read_texts(connection, trial_ids[start : start + READ])
        while batch := list(islice(texts, BATCH)):
            yield batch


@lru_cache(maxsize=1)
def mapper_of_process() -> TrialMapper:
    """The one mapper of a process that shares in the work."""
    return TrialMapper(default())


def map_in_process(texts: Batch) -> MappedTrials:
    """Rows of some trials, by the mapper of this process."""
    return map_texts(mapper_of_process(), texts)


def replace_rows(connection: duckdb.DuckDBPyConnection, rows: MappedTrials) -> None:
    """Write the rows of some trials in place of those that they may have."""
    connection.execute("BEGIN")
    try:
        connection.register("mapped_words", rows.words)
        known = connection.execute(
            "SELECT count(*) FROM (FROM trial_words SEMI JOIN mapped_words USING (trial_id) LIMIT 1)"
        ).fetchall()
        for table, mapped in zip(MappedTrials._fields, rows, strict=True):
            connection.register("mapped_rows", mapped)
            if known != [(0,)]:  # to look for them in a table of a whole registry costs more than to write them
                connection.execute(f"DELETE FROM trial_{table} WHERE trial_id IN (SELECT trial_id FROM mapped_words)")
            connection.execute(f"INSERT INTO trial_{table} SELECT * FROM mapped_rows")
            connection.unregister("mapped_rows")
        connection.unregister("mapped_words")
        connection.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        raise
