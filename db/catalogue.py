"""The catalogue folder: a private working file, published snapshots, and the link that readers follow.

DuckDB lets one process write a file or many read it. So a crawl works in ``writer.duckdb`` under a lock and
publishes by copying it into a new snapshot and renaming one link: a reader is never blocked, never sees half a
crawl, and a crawl killed at any instant costs nothing that was published.
"""

import datetime as dt
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from db import stated_status, tables
from db.rows import insert

SCHEMA_VERSION = 2
STORAGE_VERSION = "v1.5.0"
"""Storage format of snapshots, so that DuckDB 1.5 opens them as well as 2.x."""
SNAPSHOT_ROW_GROUP = 10_240
"""Rows that a snapshot compresses together, a multiple of 2,048. DuckDB's own 122,880 leave a table of 18,534 trials
to one processor; measured, these take a quarter less time to write, a tenth less room, and find one trial sooner."""
SNAPSHOTS_KEPT = 5
WRITER_MEMORY_LIMIT = "768MB"
"""What the database may hold in memory while it writes; it spills to disk beyond. Enough, tried, for 593,000 trials
with their child tables, so that memory does not grow with the registry."""
WRITER_LOG_LIMIT = "64MB"
"""Size of the working file's log at which it is folded in. DuckDB's own 16 MB would rewrite the last row group of
every table after each batch of trials."""
WRITER_COMPRESSION = "uncompressed"
"""The working file changes with every batch and is read once, to publish: compressing it took a third of the time
of writing. It has about twice the size of a snapshot."""

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

    @property
    def published(self) -> Path | None:
        """The snapshot that readers see now, or None before the first publication."""
        return self.current.resolve() if self.current.exists() else None

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open the published snapshot read-only. Open anew to see a newer one.

        Raises CatalogueMissing before the first publication, CatalogueError when the file is no catalogue.
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
                return duckdb.connect(str(snapshot), read_only=True)
            except duckdb.Error as error:
                if snapshot.exists():
                    message = f"{snapshot} cannot be opened as a catalogue: {_first_line(error)}"
                    raise CatalogueError(message) from None
        raise CatalogueMissing(f"{self.current} points to a snapshot that is gone: run a crawl")

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
                connection.close()
        finally:
            self._holder_file.unlink(missing_ok=True)
            lock.release()

    def publish(self, connection: duckdb.DuckDBPyConnection) -> Path:
        """Copy the working file into a new snapshot and make it the current one, atomically."""
        now = dt.datetime.now(dt.UTC)
        self.snapshots.mkdir(exist_ok=True)
        for leftover in self.snapshots.glob("*.tmp*"):
            leftover.unlink()
        snapshot = self.snapshots / f"catalog-{now:%Y%m%dT%H%M%S%f}Z.duckdb"
        draft = snapshot.with_suffix(".tmp")
        _set_info(connection, "published_at", now.isoformat(timespec="seconds"))
        try:
            _copy(connection, draft)
            _sync(draft)
        except BaseException:  # such as a full disk, which half a snapshot would keep full
            for leftover in self.snapshots.glob(f"{draft.name}*"):
                leftover.unlink()
            raise
        draft.rename(snapshot)
        link = self.root / "current.tmp"
        link.unlink(missing_ok=True)
        link.symlink_to(snapshot.relative_to(self.root))
        link.replace(self.current)
        _sync(self.root)
        others = sorted(set(self.snapshots.glob("catalog-*.duckdb")) - {snapshot})  # by a clock that may have gone back
        for old in others[: 1 - SNAPSHOTS_KEPT]:
            old.unlink()
            for beside in self.snapshots.glob(f"{old.stem}.*"):  # what was made of it for readers
                shutil.rmtree(beside, ignore_errors=True)
        return snapshot

    def _holder(self) -> str:
        try:
            holder = json.loads(self._holder_file.read_text())
            return f"{holder['purpose']} (process {holder['pid']}, since {holder['since']})"
        except (OSError, ValueError, KeyError):
            return "another process"

    def _open_writer(self) -> duckdb.DuckDBPyConnection:
        """Open the working file; make it from the published snapshot when it is lost or damaged."""
        try:
            connection = _connect_writer(self.writer_file)
        except duckdb.Error as error:
            # what cannot be opened because of its permissions, a full disk or somebody else's lock is no damage
            if isinstance(error, duckdb.IOException) and not re.search(_DAMAGE, str(error)):
                raise CatalogueError(f"{self.writer_file} cannot be opened: {_first_line(error)}") from None
            print(f"the working file is damaged and is rebuilt from the published catalogue: {error}", file=sys.stderr)
            for part in self.root.glob("writer.duckdb*"):
                part.rename(part.with_name(part.name + ".damaged"))
            connection = _connect_writer(self.writer_file)
        version = _info(connection, "schema_version")
        if version is None and self.published is not None:
            source, target = self.published, _one(connection, "SELECT current_database()")
            connection.execute(f"ATTACH '{_quoted(source)}' AS published (READ_ONLY)")
            connection.execute(f'COPY FROM DATABASE published TO "{target}"')
            connection.execute("DETACH published")
            version = _info(connection, "schema_version")
        if version not in (None, str(SCHEMA_VERSION)):
            connection.close()
            raise CatalogueError(
                f"the catalogue in {self.root} has schema {version}, this program writes schema {SCHEMA_VERSION}: "
                "use a new folder or the matching program version"
            )
        create_schema(connection)
        return connection


def create_schema(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what is missing of the catalogue's tables, with their comments."""
    scripts = [path for path in files("db.schema").iterdir() if path.name.endswith(".sql")]
    connection.begin()  # one write to the disk in place of one a statement
    connection.execute(tables.CREATE)
    for path in sorted(scripts, key=lambda script: script.name):
        connection.execute(path.read_text(encoding="utf-8"))
    connection.execute(stated_status.CREATE)
    _set_info(connection, "schema_version", str(SCHEMA_VERSION))
    connection.commit()


def published_at(connection: duckdb.DuckDBPyConnection) -> str | None:
    """When the opened snapshot was published (ISO 8601, UTC)."""
    return _info(connection, "published_at")


def _connect_writer(path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path))
    try:
        _info(connection, "schema_version")  # the first look into the file, which may find it damaged
    except duckdb.Error:
        connection.close()
        raise
    connection.execute(f"SET memory_limit = '{WRITER_MEMORY_LIMIT}'")
    connection.execute(f"SET wal_autocheckpoint = '{WRITER_LOG_LIMIT}'")
    connection.execute(f"SET force_compression = '{WRITER_COMPRESSION}'")
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
        connection.execute(f"SET force_compression = '{WRITER_COMPRESSION}'")


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]


def _info(connection: duckdb.DuckDBPyConnection, key: str) -> str | None:
    try:
        row = connection.execute("SELECT value FROM catalogue_info WHERE key = ?", [key]).fetchone()
    except duckdb.CatalogException:
        return None
    return None if row is None else str(row[0])


def _set_info(connection: duckdb.DuckDBPyConnection, key: str, value: str) -> None:
    connection.execute("DELETE FROM catalogue_info WHERE key = ?", [key])
    insert(connection, "catalogue_info", {"key": key, "value": value})


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    row = connection.execute(sql).fetchone()
    assert row is not None
    return str(row[0])


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _sync(path: Path) -> None:
    """Flush a file or folder to disk, so that a power cut cannot leave a link to an unwritten snapshot."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
