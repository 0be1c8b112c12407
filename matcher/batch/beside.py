"""Trials mapped while their crawl still runs: batch by batch as they are stored, in processes that give way to it.

The catalogue has one writer, the process that crawls. It takes the texts of a batch that was just stored from memory,
hands them to processes that only map, and writes the rows that come back before it hands out the next batch. What is
stored is complete at every moment: a trial has its rows of its present state or none, so after a kill, an interrupt or
the death of a process the same question finds what is left (`matcher.trials.indexing.unmapped`), and no row stands
twice.
"""

import logging
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa

from matcher.batch.mapping import create_tables, map_in_process, map_trials, mapper_of_process, replace_rows
from matcher.batch.processes import cores, end_processes, submit, worker_processes
from matcher.terminology import default_version
from matcher.trials.indexing import MappedTrials, mapping_version, unmapped
from matcher.trials.trial_text import BATCH, texts_of_staged

FEWEST = 2000
"""Trials of a batch from which on it pays to start processes: each spends most of a second opening what it needs."""
BATCHES_WAITING = 3
"""Batches for each process that are under way or wait for one. More are left to the end, so that memory is bounded."""
POLITENESS = 10
"""How far the processes give way to the crawl, as a number for ``nice``."""
MOST_STARTS = 3
"""Times that processes are started: where they die again and again the rest is mapped at the end."""
MOST_IN_A_HURRY = 500
"""Trials that are still mapped, in about a second, when the user has interrupted the job."""
LOGGED_TRIALS = 20_000

logger = logging.getLogger(__name__)


def _log_progress(done: int, trials: int) -> None:
    if done % LOGGED_TRIALS == 0 and done < trials:
        logger.info("%d of %d trials mapped", done, trials)


class MappingBeside:
    """Maps what is stored while more is on its way. Not for several threads at once."""

    def __init__(self, workers: int | None = None) -> None:
        self._workers = workers or cores()
        self._pool: ProcessPoolExecutor | None = None
        self._under_way: deque[Future[MappedTrials]] = deque()
        self._starts_left = MOST_STARTS

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def take(self, connection: duckdb.DuckDBPyConnection, staged: pa.Table) -> None:
        """Write what has been mapped so far, and begin to map what was just stored.

        staged: the stored trials as `db.arrow.trials_table` has them. A fault here is no fault of the crawl: what is
        not mapped is left to the end.
        """
        try:
            self._write(connection, wait=False)
            if (self._pool is None and len(staged) < FEWEST) or not (self._pool or self._starts_left):
                return
            create_tables(connection)
            texts = texts_of_staged(connection, staged, mapping_version(default_version()))
            while batch := list(islice(texts, BATCH)):
                if len(self._under_way) >= BATCHES_WAITING * self._workers:
                    break
                self._under_way.append(submit(self._started(), map_in_process, batch))
        except BrokenProcessPool:
            self._lost()
        except Exception:
            logger.exception("trials could not be mapped beside the crawl, so they are mapped at its end")
            self._starts_left = 0
            self.close()

    def finish(self, connection: duckdb.DuckDBPyConnection, in_a_hurry: bool = False) -> int:
        """Write what is under way, and map what is left; how many trials that was. See `map_trials`.

        in_a_hurry: the user has interrupted the job: wait for nothing, and leave what takes long to the next one.
        """
        try:
            self._write(connection, wait=not in_a_hurry)
        except BrokenProcessPool:
            self._lost()
        if in_a_hurry:
            self.close()
            create_tables(connection)
            left = len(unmapped(connection, mapping_version(default_version())))
            if left > MOST_IN_A_HURRY:
                logger.warning("%d trials are not mapped to concepts yet; the next crawl does it", left)
                return 0
        left = map_trials(connection, progress=_log_progress, workers=self._workers, pool=self._pool)
        self.close()
        return left

    def close(self) -> None:
        """End the processes; what they have not handed back is left to the next `map_trials`."""
        pool, self._pool = self._pool, None
        self._under_way.clear()
        if pool is not None:
            end_processes(pool)

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._starts_left -= 1
            self._pool = worker_processes(self._workers, mapper_of_process, niceness=POLITENESS)
        return self._pool

    def _lost(self) -> None:
        logger.warning("a process that maps trials has died; its trials are mapped later")
        self.close()

    def _write(self, connection: duckdb.DuckDBPyConnection, wait: bool) -> None:
        while self._under_way and (wait or self._under_way[0].done()):
            replace_rows(connection, self._under_way.popleft().result())
