"""The catalogue folder: a private working file, published snapshots, and the link that readers follow.

DuckDB lets one process write a file or many read it. So a crawl works in ``writer.duckdb`` under a lock and
publishes by copying it into a new snapshot and renaming one link: a reader is never blocked, never sees half a
crawl, and a crawl killed at any instant costs nothing that was published.

At rest the catalogue lies there twice, as its two newest snapshots, or as the first one and a copy of it. A crawl
begins with a copy of the newest one that can be opened.
"""

import datetime as dt
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import duckdb
from filelock import FileLock, Timeout

from db.migrating import (
    SCHEMA_VERSION,
    THIS_PROGRAM,
    complete_older,
    create_schema,
    get_info,
    migrate,
    set_info,
    sync,
    written_by,
)
from db.words import note_unwritten

STORAGE_VERSION = "v1.5.0"
"""Storage format of snapshots, so that DuckDB 1.5 opens them as well as 2.x."""
SNAPSHOT_ROW_GROUP = 10_240
"""Rows that a snapshot compresses together, a multiple of 2,048. DuckDB's own 122,880 leave a table of 18,534 trials
to one processor; measured, these take a quarter less time to write, a tenth less room, and find one trial sooner."""
SNAPSHOTS_KEPT = 2
"""The one that readers see and the one before, to which some have not yet closed their door."""
GROWN = 1.25
"""A working file that began as a copy of a snapshot is copied as it is to publish it, until it has grown so much with
what was changed since its rows were last written anew; `bench.scale` prints what either way takes."""
WRITER_MEMORY_LIMIT = "768MB"
"""What the database may hold in memory while it writes; it spills to disk beyond. Enough, tried, for 593,000 trials
with their child tables, so that memory does not grow with the registry."""
WRITER_LOG_LIMIT = "64MB"
"""Size of the working file's log at which it is folded in. DuckDB's own 16 MB would rewrite the last row group of
every table after each batch of trials."""
FIRST_COMPRESSION = "uncompressed"
"""A working file that begins empty takes in a whole registry and is read once, to publish: compressing it took a third
of the time of writing."""

QUIET = "SET enable_progress_bar = false"
"""DuckDB would print its progress with whatever takes two seconds to stdout, where data go, also into a file."""

_REWRITTEN = "rewritten_bytes"
"""Key of the size that the working file had when its rows were last written anew; empty until that is known."""
_DAMAGE = "not a valid DuckDB database|Could not read enough bytes|version number"
"""What DuckDB says of a file that is no database of its own any more, or not yet."""


class CatalogueError(Exception):
    """A catalogue that cannot be used, in one sentence for the user."""


class CatalogueLocked(CatalogueError):
    """Another process is writing; the sentence says which."""


class CatalogueMissing(CatalogueError):
    """Nothing has been published yet."""


class Catalogue:
    """A catalogue folder. Nothing is created or opened until it is asked for."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = root = Path(root)
        self.current = root / "current.duckdb"
        self.snapshots = root / "snapshots"
        self.payloads = root / "payloads"
        self.writer_file = root / "writer.duckdb"
        self._lock_file = root / "writer.lock"
        self._holder_file = root / "writer.holder.json"
        self._mark: tuple[tuple[int, int], ...] | None = None
        """The state of the working file when it was published, None until then."""

    @property
    def published(self) -> Path | None:
        """The snapshot that readers see now, or None before the first publication."""
        return self.current.resolve() if self.current.exists() else None

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open the published snapshot read-only. Open anew to see a newer one.

        A snapshot of an older schema is completed: what it did not have is there and empty.
        Raises CatalogueMissing before the first publication, CatalogueError when the file is no catalogue, or one of a
        newer schema.
        """
        for _ in range(3):
            snapshot = self.published
            if snapshot is None and self.current.is_symlink():
                break
            if snapshot is None:
                raise CatalogueMissing(
                    f"there is no catalogue in {self.root} yet: run `calcitrials crawl` or `calcitrials demo` first"
                )
            try:
                return self._opened(snapshot)
            except duckdb.Error as error:
                if snapshot.exists():
                    message = f"{snapshot} cannot be opened as a catalogue: {_first_line(error)}"
                    raise CatalogueError(message) from None
        raise CatalogueMissing(f"{self.current} points to a snapshot that is gone: run a crawl")

    def _opened(self, snapshot: Path) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(str(snapshot), read_only=True)
        connection.execute(QUIET)
        schema = written_by(connection).schema
        if schema is not None and schema > SCHEMA_VERSION:
            self._refuse_newer(connection)
        if schema is not None and schema < SCHEMA_VERSION:
            complete_older(connection)
        return connection

    def _refuse_newer(self, connection: duckdb.DuckDBPyConnection) -> NoReturn:
        writer = written_by(connection)
        connection.close()
        raise CatalogueError(
            f"the catalogue in {self.root} was written by {writer}, which is newer than this program, {THIS_PROGRAM}: "
            "install that version or a later one, or use another folder"
        )

    @contextmanager
    def present_schema(self) -> Iterator[Path | None]:
        """The published snapshot as a file of the present schema: itself, or a copy for as long as the block lasts.

        None before the first publication.
        """
        snapshot = self.published
        if snapshot is None:
            yield None
            return
        with duckdb.connect(str(snapshot), read_only=True) as connection:
            schema = written_by(connection).schema
        if schema == SCHEMA_VERSION:
            yield snapshot
            return
        copy = self.root / "published.duckdb"
        try:
            migrate(snapshot, copy, _connect_writer)
            yield copy
        finally:
            for part in self.root.glob("published.duckdb*"):
                part.unlink()

    @contextmanager
    def writing(self, purpose: str, wait_s: float = 0.0) -> Iterator[duckdb.DuckDBPyConnection]:
        """Hold the writer's lock and its connection. ``purpose`` is what a second writer is told.

        Raises CatalogueLocked when another process still writes after wait_s seconds, saying which and since when,
        CatalogueError when the folder cannot be written into.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CatalogueError(f"cannot make the catalogue folder {self.root}: {error.strerror}") from None
        for folder in (self.root, self.snapshots, self.payloads, *self.payloads.glob("*/")):
            if folder.exists() and not (folder.is_dir() and os.access(folder, os.W_OK)):
                raise CatalogueError(f"cannot write into the folder {folder}")
        self._refuse_links()
        lock = FileLock(self._lock_file)
        try:
            lock.acquire(timeout=wait_s)
        except Timeout:
            raise CatalogueLocked(f"the catalogue in {self.root} is being written by {self._holder()}") from None
        except OSError as error:
            raise CatalogueError(f"cannot lock the catalogue in {self.root}: {error.strerror}") from None
        try:
            started = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            self._holder_file.write_text(json.dumps({"pid": os.getpid(), "purpose": purpose, "since": started}))
            connection = self._open_writer()
            try:
                yield connection
            finally:
                is_published = self._mark == _state(self.writer_file)
                connection.close()
            if is_published:
                self._settle()
        finally:
            self._holder_file.unlink(missing_ok=True)
            lock.release()

    def publish(
        self, connection: duckdb.DuckDBPyConnection, prepare: Callable[[Path], None] = lambda snapshot: None
    ) -> Path:
        """Copy the working file into a new snapshot and make it the current one, atomically.

        prepare: makes what lies beside a snapshot before any reader sees it.
        """
        now = dt.datetime.now(dt.UTC)
        self.snapshots.mkdir(exist_ok=True)
        for leftover in self.snapshots.glob("*.tmp*"):
            leftover.unlink() if leftover.is_file() else shutil.rmtree(leftover, ignore_errors=True)
        snapshot = self.snapshots / f"catalog-{now:%Y%m%dT%H%M%S%f}Z.duckdb"
        draft = snapshot.with_suffix(".tmp")
        note_unwritten(connection)
        set_info(connection, "published_at", now.isoformat(timespec="seconds"))
        try:
            if not self._copy_file(connection, draft):
                set_info(connection, _REWRITTEN, "")
                _copy(connection, draft)
            sync(draft)
        except BaseException:  # such as a full disk, which half a snapshot would keep full
            for leftover in self.snapshots.glob(f"{draft.name}*"):
                leftover.unlink()
            raise
        draft.rename(snapshot)
        prepare(snapshot)
        link = self.root / "current.tmp"
        link.unlink(missing_ok=True)
        link.symlink_to(snapshot.relative_to(self.root))
        link.replace(self.current)
        sync(self.root)
        others = sorted(set(self.snapshots.glob("catalog-*.duckdb")) - {snapshot})  # by a clock that may have gone back
        for old in others[: 1 - SNAPSHOTS_KEPT]:
            old.unlink()
            for beside in self.snapshots.glob(f"{old.stem}.*"):  # what was made of it for readers
                shutil.rmtree(beside, ignore_errors=True)
        self._mark = _state(self.writer_file)
        return snapshot

    def _refuse_links(self) -> None:
        """What is written, renamed and removed here is to be nobody else's file. Raises CatalogueError.

        The whole folder may be reached by a link, and so may ``payloads``, which may need a larger disk.
        """
        own = (self.snapshots, self.writer_file, self._lock_file, self._holder_file)
        for path in (*own, self.root / "writer.tmp", self.root / f"{self.writer_file.name}.wal"):
            if path.is_symlink():
                raise CatalogueError(f"{path} is a link, and only the catalogue's own files are written: remove it")

    def _copy_file(self, connection: duckdb.DuckDBPyConnection, draft: Path) -> bool:
        """Copy the working file as it is, where it began as a copy and has not grown much; whether that was done."""
        rewritten = get_info(connection, _REWRITTEN)
        if not rewritten or not _is_compressed(connection):
            return False
        try:
            connection.execute("CHECKPOINT").fetchall()
        except duckdb.TransactionException:
            return False  # another cursor is in the middle of something
        (size, _), *log = _state(self.writer_file)
        if log or size > GROWN * int(rewritten):
            return False
        shutil.copyfile(self.writer_file, draft)
        return True

    def _holder(self) -> str:
        try:
            holder = json.loads(self._holder_file.read_text())
            return f"{holder['purpose']} (process {holder['pid']}, since {holder['since']})"
        except (OSError, ValueError, KeyError):
            return "another process"

    def _open_writer(self) -> duckdb.DuckDBPyConnection:
        """Open the working file; make it from the published snapshot when there is none, or it is damaged."""
        self._mark = None
        self._begin()
        try:
            connection = _connect_writer(self.writer_file)
        except duckdb.Error as error:
            # what cannot be opened because of its permissions, a full disk or somebody else's lock is no damage
            if isinstance(error, duckdb.IOException) and not re.search(_DAMAGE, str(error)):
                raise CatalogueError(f"{self.writer_file} cannot be opened: {_first_line(error)}") from None
            print(f"the working file is damaged and is rebuilt from the published catalogue: {error}", file=sys.stderr)
            for part in self.root.glob("writer.duckdb*"):
                part.rename(part.with_name(part.name + ".damaged"))
            self._begin()
            connection = _connect_writer(self.writer_file)
        schema = written_by(connection).schema
        if schema is not None and schema > SCHEMA_VERSION:
            self._refuse_newer(connection)
        if schema is not None and schema < SCHEMA_VERSION:
            connection = self._carried_over(connection)
        create_schema(connection)
        return connection

    def _carried_over(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
        """A connection to a new working file of the present schema, made of the older one that is open."""
        writer = written_by(connection)
        print(f"the catalogue was written by {writer}: it is carried over to {THIS_PROGRAM}", file=sys.stderr)
        connection.close()  # which folds the log into the file
        if self.writer_file.with_name("writer.duckdb.wal").exists():
            raise CatalogueError(f"{self.writer_file} is not closed: end the program that has it open")
        try:
            migrate(self.writer_file, self.writer_file, _connect_writer)
        except duckdb.Error as error:
            raise CatalogueError(
                f"the catalogue in {self.root}, written by {writer}, cannot be carried over to {THIS_PROGRAM}: "
                f"{_first_line(error)}. It stays as it was"
            ) from None
        sync(self.root)
        return _connect_writer(self.writer_file)

    def _begin(self) -> None:
        """Where there is no working file, make one of the newest snapshot that can be opened."""
        if self.writer_file.exists():
            return
        newest = sorted(self.snapshots.glob("catalog-*.duckdb"), reverse=True)
        for snapshot in ([self.published] if self.published else []) + newest:
            try:
                duckdb.connect(str(snapshot), read_only=True).close()
            except duckdb.Error:
                continue
            self._copy_back(snapshot)
            return

    def _copy_back(self, snapshot: Path) -> None:
        draft = self.root / "writer.tmp"
        shutil.copyfile(snapshot, draft)
        draft.replace(self.writer_file)

    def _settle(self) -> None:
        """Drop a working file of which all is published where two snapshots are; else make it a copy of the one."""
        if len(list(self.snapshots.glob("catalog-*.duckdb"))) > 1:
            self.writer_file.unlink(missing_ok=True)
        elif self.published is not None:
            self._copy_back(self.published)


def published_at(connection: duckdb.DuckDBPyConnection) -> str | None:
    """When the opened snapshot was published (ISO 8601, UTC)."""
    return get_info(connection, "published_at")


def _connect_writer(path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path))
    try:
        get_info(connection, "schema_version")  # the first look into the file, which may find it damaged
    except duckdb.Error:
        connection.close()
        raise
    connection.execute(QUIET)
    connection.execute(f"SET memory_limit = '{WRITER_MEMORY_LIMIT}'")
    connection.execute(f"SET wal_autocheckpoint = '{WRITER_LOG_LIMIT}'")
    if not _is_compressed(connection):
        connection.execute(f"SET force_compression = '{FIRST_COMPRESSION}'")
    else:
        with suppress(duckdb.CatalogException):  # DuckDB 1.5 has no such setting, and takes its time
            connection.execute("SET max_vacuum_tasks = 0")  # else a change rewrites the file into larger row groups
        if not get_info(connection, _REWRITTEN):
            set_info(connection, _REWRITTEN, str(path.stat().st_size))
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = true")
    return connection


def _copy(connection: duckdb.DuckDBPyConnection, draft: Path) -> None:
    """Copy the working file into a new database file."""
    source = _one(connection, "SELECT current_database()")
    options = f"STORAGE_VERSION '{STORAGE_VERSION}', ROW_GROUP_SIZE {SNAPSHOT_ROW_GROUP}"
    connection.execute(f"ATTACH '{_quoted(draft)}' AS snapshot ({options})")
    connection.execute("RESET force_compression")
    try:
        connection.execute(f'COPY FROM DATABASE "{source}" TO snapshot')
    finally:
        connection.execute("DETACH snapshot")
        if not _is_compressed(connection):
            connection.execute(f"SET force_compression = '{FIRST_COMPRESSION}'")


def _is_compressed(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the working file began as a copy of a snapshot, whose storage format says so."""
    query = "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = current_database()"
    return _one(connection, query).startswith(STORAGE_VERSION)


def _state(database: Path) -> tuple[tuple[int, int], ...]:
    """Size and time of a database file and of its log, where there is one: they tell whether anything was written."""
    files = (database, database.with_name(database.name + ".wal"))
    return tuple((stat.st_size, stat.st_mtime_ns) for file in files if file.exists() and (stat := file.stat()).st_size)


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    ((value,),) = connection.execute(sql).fetchall()
    return str(value)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
