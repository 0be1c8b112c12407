"""Map the trials of a catalogue that are new or changed, in several processes where there are many."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib import resources
from itertools import islice

import duckdb

from matcher.batch.processes import in_processes
from matcher.terminology import Terminology
from matcher.trials.indexing import MappedTrials, TrialMapper, has_tables, map_texts, mapping_version, unmapped
from matcher.trials.trial_text import BATCH, TrialText, read_texts

READ = 20_000
"""Trials whose texts one question to the catalogue brings."""
MANY_TRIALS = 6000
"""From here on it pays to start further processes, each of which opens the terminology for itself."""


def map_trials(
    connection: duckdb.DuckDBPyConnection,
    progress: Callable[[int, int], None] | None = None,
    terminology: Terminology | None = None,
    workers: int = 1,
) -> int:
    """Map new and changed trials of a writable catalogue into trial_concepts and trial_words; how many were mapped.

    progress: called with (trials done, trials in all) after each batch. Rows of trials that are gone or changed are
    replaced; equal states are left alone. workers: processes that share the work when there are many trials; they are
    started anew, so a script that asks for more than one needs the usual ``if __name__ == "__main__"``.
    """
    from matcher.terminology import default

    is_default = terminology is None
    terminology = terminology or default()
    if not has_tables(connection):  # those of an earlier form
        connection.execute("DROP TABLE IF EXISTS trial_concepts")
    connection.execute(resources.files("matcher.trials").joinpath("schema.sql").read_text(encoding="utf-8"))
    todo = unmapped(connection, mapping_version(terminology.version))
    for table in MappedTrials._fields:
        connection.execute(f"DELETE FROM trial_{table} WHERE trial_id NOT IN (SELECT trial_id FROM trials)")
    batches = _batches(connection, todo)
    if workers > 1 and is_default and len(todo) >= MANY_TRIALS:
        mapped = in_processes(_map_in_process, batches, workers, _mapper_of_process)
    else:
        mapper = TrialMapper(terminology)
        mapped = (map_texts(mapper, batch) for batch in batches)
    done = 0
    for rows in mapped:
        _replace_rows(connection, rows)
        done += len(rows.words)
        if progress is not None:
            progress(done, len(todo))
    return len(todo)


Batch = list[TrialText]


def _batches(connection: duckdb.DuckDBPyConnection, trial_ids: Sequence[str]) -> Iterator[Batch]:
    """Texts of trials in batches; each question to the catalogue reads its tables once, so it asks for many trials."""
    for start in range(0, len(trial_ids), READ):
        texts = read_texts(connection, trial_ids[start : start + READ])
        while batch := list(islice(texts, BATCH)):
            yield batch


@lru_cache(maxsize=1)
def _mapper_of_process() -> TrialMapper:
    from matcher.terminology import default

    return TrialMapper(default())


def _map_in_process(texts: Batch) -> MappedTrials:
    return map_texts(_mapper_of_process(), texts)


def _replace_rows(connection: duckdb.DuckDBPyConnection, rows: MappedTrials) -> None:
    connection.execute("BEGIN")
    for table, mapped in zip(MappedTrials._fields, rows, strict=True):
        connection.register("mapped_rows", mapped)
        connection.execute(f"DELETE FROM trial_{table} WHERE trial_id IN (SELECT trial_id FROM mapped_rows)")
        connection.execute(f"INSERT INTO trial_{table} SELECT * FROM mapped_rows")
        connection.unregister("mapped_rows")
    connection.execute("COMMIT")
