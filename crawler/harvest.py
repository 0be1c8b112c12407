"""A harvest: payloads of one or more registries on their way into the catalogue.

One harvest holds the writer's lock and connection. Each registry in it archives its payloads, runs its reader
over them, writes batches, and ends with a report.
"""

import datetime as dt
import gc
import logging
import secrets
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

import duckdb
import msgspec

from crawler.formats.unread import sentence
from crawler.interrupted import Interrupted
from crawler.readers import reader_of, unread_of
from crawler.registries import registries
from crawler.settings import CALCITRIALS_VERSION
from db.archive import ArchiveWriter
from db.catalogue import Catalogue, CatalogueError
from db.crawls import SAMPLE_SCOPE, CrawlReport, holds_samples, save_report
from db.intake import cleaned, is_id, is_suspicious, readable
from db.payload import Payload, Reading
from db.registries import save_registries
from db.trial import Reject, Trial
from db.writer import Counts, Stored, drop_outdated_rejects, encode, write_alias, write_rejects, write_trials

BATCH_TRIALS = 4000
"""Trials staged for one upsert: large enough that its fixed cost vanishes, small enough to bound memory."""
MOST_RECORDS = 1_000_000_000
"""No registry has more; a larger number is none that anybody counted."""
BATCH_BYTES = 16 * 1024 * 1024

NOT_AVAILABLE = "not available: the registry lists it and does not know it"
"""Reason of the reject that stands for a trial whose page is not found."""

logger = logging.getLogger(__name__)

Progress = Callable[[str, int, int | None], None]
"""Called with registry, records received so far, records expected."""


class Harvest:
    """One run over one or more registries, with the connection it writes through."""

    def __init__(
        self,
        catalogue: Catalogue,
        connection: duckdb.DuckDBPyConnection,
        progress: Progress | None = None,
        stored: Stored | None = None,
        is_sample: bool = False,
    ) -> None:
        self.catalogue = catalogue
        self.is_sample = is_sample
        self._connection = connection
        self._batches = ThreadPoolExecutor(max_workers=1, thread_name_prefix="batch")
        self._in_flight: Future[Counts] | None = None
        self.progress = progress
        self.stored = stored
        self.is_interrupted = False
        now = dt.datetime.now(dt.UTC)
        self.crawl_id = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        # scratch tables live in a database of their own, which other cursors see and no publication copies
        connection.execute("ATTACH IF NOT EXISTS ':memory:' AS scratch")
        self.reports: list[CrawlReport] = []
        save_registries(connection, registries())

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection, once the batch that is being written is through."""
        if self._in_flight:
            wait([self._in_flight])
        return self._connection

    def write_behind(self, batch: Callable[[duckdb.DuckDBPyConnection], Counts]) -> Future[Counts]:
        """Write a batch in a thread of its own after the one before it: the database leaves the interpreter to the
        reader meanwhile. One batch is in flight at most."""
        connection = self.connection
        self._in_flight = self._batches.submit(batch, connection)
        return self._in_flight

    def close(self) -> None:
        """Wait for the batch in flight."""
        self._batches.shutdown()

    def begin(self, registry: str, scope: str, since: dt.date | None, *, archive: bool = True) -> "RegistryHarvest":
        """Begin with a registry; its report, not yet finished, is written at once."""
        if self.is_sample:
            scope = SAMPLE_SCOPE + scope
        return RegistryHarvest(self, registry, scope, since, archive)


@contextmanager
def harvesting(
    catalogue: Catalogue,
    purpose: str,
    progress: Progress | None = None,
    wait_s: float = 0.0,
    stored: Stored | None = None,
    is_sample: bool | None = False,
) -> Iterator[Harvest]:
    """Hold the catalogue's lock for a harvest, waiting wait_s seconds for it. Publication is the caller's.

    stored: called with each batch of trials, in the thread that has just stored it. is_sample: the demo's bundled
    samples are harvested; None: whichever the catalogue holds. Raises CatalogueError where samples would come among the
    records of registries, or these among samples.
    """
    with catalogue.writing(purpose, wait_s) as connection:
        holds = holds_samples(connection)
        if None not in (is_sample, holds) and is_sample != holds:
            raise CatalogueError(
                f"the catalogue in {catalogue.root} holds "
                + ("samples of the demo: crawl registries into" if holds else "records of registries: give the demo")
                + " a folder of its own with --catalog"
            )
        harvest = Harvest(catalogue, connection, progress, stored, bool(holds if is_sample is None else is_sample))
        try:
            yield harvest
        finally:
            harvest.close()


class RegistryHarvest:
    """What one registry sends in one harvest. Not for several threads at once."""

    def __init__(self, harvest: Harvest, registry: str, scope: str, since: dt.date | None, archive: bool) -> None:
        self.harvest = harvest
        self.registry = registry
        self.report = CrawlReport(
            crawl_id=harvest.crawl_id,
            registry=registry,
            scope=scope,
            since=since,
            started_at=dt.datetime.now(dt.UTC),
            calcitrials_version=CALCITRIALS_VERSION,
        )
        self._reader = reader_of(registry)
        self._unread = unread_of(registry)
        self._archive = ArchiveWriter(harvest.catalogue.payloads, registry, harvest.crawl_id) if archive else None
        self._staged: dict[str, bytes] = {}
        self._staged_bytes = 0
        self._counts = Counts(0, 0, 0)
        self._batch: Future[Counts] | None = None
        self._unknown: Counter[str] = Counter()
        self._rejected_without_id = 0
        self._answers: dict[str, set[str]] = {}
        self._answers_without_id: Counter[str] = Counter()
        # ids received, in the database and not in memory: a whole registry has more than half a million
        self._received = f"scratch.received_{registry}"
        self._listed = f"scratch.listed_{registry}"
        self._gone: list[str] = []
        self._asked_for: tuple[int, int, Counts] | None = None
        self.taken_over: Interrupted | None = None
        harvest.connection.execute(f"CREATE OR REPLACE TABLE {self._received} (trial_id VARCHAR, read BOOLEAN)")
        harvest.connection.execute(f"CREATE OR REPLACE TABLE {self._listed} (trial_id VARCHAR)")
        save_report(harvest.connection, self.report)

    def receive(self, payload: Payload, expected: int | None = None, data_version: str | None = None) -> None:
        """Archive a payload, read it, and write when enough trials have gathered."""
        if data_version != self.report.data_version:
            self.report = msgspec.structs.replace(self.report, data_version=data_version)
            save_report(self.harvest.connection, self.report)
        if self._archive:
            self._archive.append(payload)
        self.read(payload, expected)

    def read(self, payload: Payload, expected: int | None = None) -> None:
        """Read a payload without archiving it."""
        with _no_collection():
            reading = self._reader(payload)
        if reading.trials and self._unread is not None:
            if left := self._unread(payload):
                self._unknown[sentence(left)] += 1
            self._unread = None  # once a crawl is enough to see what is new
        self.take(reading, expected, payload.question)

    def take(self, reading: Reading, expected: int | None = None, question: str | None = None) -> None:
        """Take what a reader made of a payload, and write when enough trials have gathered.

        question: which of the crawl's questions it answers, where the registry announces a total for each.
        """
        if question is not None:
            ids = [trial.trial_id for trial in reading.trials] + [reject.trial_id for reject in reading.rejects]
            self._answers.setdefault(question, set()).update(filter(None, ids))
            self._answers_without_id[question] += ids.count(None)
        rejects = list(reading.rejects)
        for trial in reading.trials:
            line = encode(trial)
            if is_suspicious(line):
                trial, left_out = cleaned(trial)
                self._unknown.update(left_out)
                line = encode(trial)
            if not is_id(trial.trial_id):
                rejects.append(self._without_id(trial, line))
                continue
            self._staged[trial.trial_id] = line
            self._staged_bytes += len(line)
        self._unknown.update(reading.unknown_words)
        if rejects:
            self._reject(rejects)
        if len(self._staged) >= BATCH_TRIALS or self._staged_bytes >= BATCH_BYTES:
            self._begin_write()
        if self.harvest.progress:
            self.harvest.progress(self.registry, len(self._staged) + sum(self._counts), expected)

    def _without_id(self, trial: Trial, line: bytes) -> Reject:
        """A record whose number can be none, as a record that could not be read."""
        where = trial.provenance
        reason = f"its id is none: {trial.trial_id[:100]!r}"
        return Reject(self.registry, reason, line, where.source_url, where.fetched_at)

    def alias(self, alias: str, trial_id: str) -> None:
        """Record an obsolete id."""
        write_alias(self.harvest.connection, alias, trial_id, self.registry, dt.datetime.now(dt.UTC))

    def listed(self, trial_ids: Sequence[str]) -> None:
        """Note trials that the registry's list shows."""
        self.harvest.connection.execute(f"INSERT INTO {self._listed} SELECT unnest(?)", [list(trial_ids)])

    def gone(self, trial_id: str) -> None:
        """Note that the registry no longer knows a trial."""
        self._gone.append(trial_id)

    def unavailable(self, trial_id: str, source_url: str) -> bool:
        """Note a trial that the registry lists and does not know; whether an earlier crawl found the same.

        Twice is for good: from then on it counts as received and rejected, and makes no crawl incomplete.
        """
        known = self.harvest.connection.execute(
            "SELECT count(*) FROM rejects WHERE registry = ? AND trial_id = ? AND reason = ?",
            [self.registry, trial_id, NOT_AVAILABLE],
        ).fetchone()
        now = dt.datetime.now(dt.UTC)
        reject = Reject(self.registry, NOT_AVAILABLE, trial_id.encode(), source_url, now, trial_id)
        is_for_good = known is not None and known[0] > 0
        if is_for_good:
            self._reject([reject])
        else:
            write_rejects(self.harvest.connection, [reject], self.harvest.crawl_id)
        return is_for_good

    def unseen(self, limit: int) -> list[str]:
        """Trials of this registry in the catalogue that this crawl has neither received nor seen in a list.

        When there are more than about ``limit``, a part of them; complete crawls of one question take the parts in
        turn, so that after as many crawls as there are parts each trial was looked after. What is received after this
        call answers another question and is not counted as received.
        """
        self.write()
        self._asked_for = (*self._totals(), self._counts)
        rows = self._absent(f"missing_since IS NULL AND trial_id NOT IN (SELECT trial_id FROM {self._listed})")
        # a power of two, so that the parts stay what they are while the catalogue grows
        parts = 1 << max(0, -(-len(rows) // limit) - 1).bit_length()
        turn = self._complete_crawls() % parts
        part = [trial_id for trial_id in rows if zlib.crc32(trial_id.encode()) % parts == turn]
        if parts > 1:
            logger.info(
                "%s: of %d trials that this crawl did not bring, %d are looked after; all of them within %d crawls",
                *(self.registry, len(rows), len(part), parts),
            )
        return part

    def not_received(self) -> list[str]:
        """Trials of the catalogue that the registry itself brought at some time and this harvest did not."""
        self.write()
        return self._absent("true")

    def _absent(self, among: str) -> list[str]:
        """The registry's own trials in the catalogue that were not received, in order. among: condition in SQL."""
        rows = self.harvest.connection.execute(
            f"SELECT trial_id FROM trials WHERE registry = ? AND via IS NULL AND {among} "
            f"AND trial_id NOT IN (SELECT trial_id FROM {self._received} WHERE trial_id IS NOT NULL) ORDER BY trial_id",
            [self.registry],
        ).fetchall()
        return [trial_id for (trial_id,) in rows]

    def _complete_crawls(self) -> int:
        """Complete crawls of this question until now, increments and others apart."""
        ((count,),) = self.harvest.connection.execute(
            "SELECT count(*) FROM crawls WHERE registry = ? AND scope = ? AND (since IS NULL) = ? AND complete",
            [self.registry, self.report.scope, self.report.since is None],
        ).fetchall()
        return int(count)

    def take_over(self) -> Interrupted:
        """What crawls of the same question that did not get everything not long ago had received."""
        self.taken_over = Interrupted(self.harvest.connection, self.harvest.catalogue.payloads, self.report)
        return self.taken_over

    def _mark_gone(self) -> int:
        """Set missing_since on the trials that the registry no longer knows; rows are never deleted."""
        row = self.harvest.connection.execute(
            "UPDATE trials SET missing_since = ? WHERE missing_since IS NULL AND registry = ? "
            "AND trial_id IN (SELECT unnest(?))",
            [dt.datetime.now(dt.UTC), self.registry, self._gone],
        ).fetchone()
        return row[0] if row else 0

    def finish(
        self,
        *,
        problems: tuple[str, ...] = (),
        expected: int | None = None,
        announced: Mapping[str, int] | None = None,
        listed: int | None = None,
        data_version: str | None = None,
        traffic: Mapping[str, int] | None = None,
        is_resumable: bool = False,
    ) -> CrawlReport:
        """Write what is staged and the report.

        announced: records that the registry announced for each of several questions, in place of expected, as a trial
        may answer more than one. traffic: requests, retried and bytes, counted by whoever fetched. is_resumable: unless
        it is complete, the next crawl of the same question goes on from here as after a kill. The crawl is complete
        when there is no problem and everything that the registry announced was received.
        """
        try:
            self.write()
        except (ValueError, duckdb.Error) as error:
            problems = (*problems, f"records could not be stored: {' '.join(str(error).split())}")
        if self._archive:
            self._archive.close()
        received, rejected, counts = self._asked_for or (*self._totals(), self._counts)
        of_which = ""
        if announced:
            expected, of_which = self._expected(announced, received)
        if expected is not None and not 0 <= expected <= MOST_RECORDS:
            problems = (*problems, f"the registry announces {expected:.3g} records, which cannot be")
            expected = None
        if expected is not None and received < expected:
            problems = (*problems, f"{expected - received} of {expected} announced records were not received{of_which}")
        new, changed, _ = self._counts
        self.report = msgspec.structs.replace(
            self.report,
            finished_at=dt.datetime.now(dt.UTC),
            complete=not problems,
            resumable=is_resumable and bool(problems),
            problems=tuple(map(readable, problems)),
            expected=expected,
            listed=listed,
            received=received,
            new=new,
            changed=changed,
            unchanged=received - rejected - counts.new - counts.changed,
            rejected=rejected,
            missing=self._mark_gone() if self._gone else 0,
            data_version=data_version,
            unknown_words={readable(word): count for word, count in self._unknown.most_common(50)},
            **(traffic or {}),
        )
        save_report(self.harvest.connection, self.report)
        self.harvest.reports.append(self.report)
        if self.report.complete:
            drop_outdated_rejects(self.harvest.connection, self.report)
        if self.taken_over is not None:
            self.taken_over.settle(self.report)
        return self.report

    def _expected(self, announced: Mapping[str, int], received: int) -> tuple[int, str]:
        """How many records the registry has for all questions together, each counted once, and for which some are
        missing. Where no payload says which question it answers, no more is certain than the largest total."""
        if not self._answers:
            return max(announced.values()), ""
        missing = {
            question: total - len(self._answers.get(question, ())) - self._answers_without_id[question]
            for question, total in announced.items()
        }
        short = {question: count for question, count in missing.items() if count > 0}
        of_which = ", ".join(f"{question}: {count}" for question, count in short.items())
        return received + sum(short.values()), f" ({of_which})"

    def _totals(self) -> tuple[int, int]:
        """Distinct records received, and those of them that could not be read."""
        row = self.harvest.connection.execute(
            f"SELECT count(*), count(*) FILTER (NOT read) FROM "
            f"(SELECT trial_id, bool_or(read) AS read FROM {self._received} GROUP BY trial_id)"
        ).fetchone()
        assert row is not None
        return row[0] + self._rejected_without_id, row[1] + self._rejected_without_id

    def _reject(self, rejects: list[Reject]) -> None:
        connection = self.harvest.connection
        rejects = [
            msgspec.structs.replace(
                one,
                reason=readable(one.reason),
                trial_id=one.trial_id if one.trial_id and is_id(one.trial_id) else None,
            )
            for one in rejects
        ]
        write_rejects(connection, rejects, self.harvest.crawl_id)
        known = [reject.trial_id for reject in rejects if reject.trial_id]
        self._rejected_without_id += len(rejects) - len(known)
        if known:
            connection.execute(f"INSERT INTO {self._received} SELECT unnest(?), false", [known])

    def write(self) -> None:
        """Write what is staged, which begins by itself when enough has gathered, and wait until it is written.

        What the database refuses raises once and is not kept for the next batch.
        """
        self._begin_write()
        self._end_write()

    def _begin_write(self) -> None:
        self._end_write()
        if not self._staged:
            return
        staged, self._staged, self._staged_bytes = self._staged, {}, 0

        def batch(connection: duckdb.DuckDBPyConnection) -> Counts:
            now = dt.datetime.now(dt.UTC)
            lines = list(staged.values())
            counts = write_trials(connection, lines, self.harvest.crawl_id, now, self.harvest.stored)
            connection.execute(f"INSERT INTO {self._received} SELECT unnest(?), true", [list(staged)])
            return counts

        self._batch = self.harvest.write_behind(batch)

    def _end_write(self) -> None:
        batch, self._batch = self._batch, None
        if batch:
            self._counts += batch.result()


@contextmanager
def _no_collection() -> Iterator[None]:
    """A page of trials is a hundred thousand objects without a cycle: collecting while it grows took a fifth of the
    time of reading it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
