"""SQLite files of what visitors leave, in which damage is noticed: SQLite itself has checksums for nothing.

Beside a file lies its seal: the checksum of its bytes, and when the file system says it was last written. A file that
was written since, by a restored backup or by damage, is read and compared before it is used. Where a process died
between a transaction and its seal there is none, and SQLite's own check of the structure has to do.
"""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
from filelock import FileLock

from calcitrials.errors import CommandError

_WAIT_S = 60.0
"""For the transaction of another process."""


class NotKept(CommandError):
    """What visitors leave cannot be kept or read; the sentence says which file, why, and what to do."""


class _Seal(msgspec.Struct, frozen=True):
    crc32: int
    written: tuple[int, int, int]


@contextmanager
def opened(path: Path, tables: str) -> Iterator[sqlite3.Connection]:
    """A transaction that alone reads and writes a file, from its beginning to its end. tables: how to make them.

    Raises NotKept when the file is damaged or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(path.with_suffix(".sealing"), timeout=_WAIT_S):
            sealed = verified(path)
            with closing(sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)) as connection:
                if not sealed and connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                    raise _damaged(path)
                connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten
                connection.executescript(tables)
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                if connection.total_changes:
                    _seal_of(path).unlink(missing_ok=True)
                connection.execute("COMMIT")
            _seal(path)
    except sqlite3.OperationalError as error:
        raise NotKept(f"{path} cannot be used: {error}") from None
    except sqlite3.DatabaseError:
        raise _damaged(path) from None
    except OSError as error:
        raise NotKept(f"{path} cannot be used: {error.strerror or error}") from None


def verified(path: Path, *, every_byte: bool = False) -> bool:
    """Whether a file has a seal, which then is right. every_byte: read it, whatever the file system says.

    Raises NotKept when the file is not what was sealed.
    """
    if not path.exists() or path.with_name(path.name + "-journal").exists():
        return False  # new, or its last transaction will be taken back
    try:
        seal = msgspec.json.decode(_seal_of(path).read_bytes(), type=_Seal)
    except FileNotFoundError:
        return False
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _damaged(path) from None
    if (every_byte or seal.written != _written(path)) and seal.crc32 != zlib.crc32(path.read_bytes()):
        raise _damaged(path)
    return True


def _seal(path: Path) -> None:
    """Seal a file of which all is written, unless its seal is of this moment."""
    try:
        if msgspec.json.decode(_seal_of(path).read_bytes(), type=_Seal).written == _written(path):
            return
    except OSError:
        pass
    draft = path.with_suffix(".seal-draft")
    seal = _Seal(zlib.crc32(path.read_bytes()), _written(path))
    try:
        draft.write_bytes(msgspec.json.encode(seal))
        draft.replace(_seal_of(path))
    except OSError:  # a full disk: what was kept is kept
        draft.unlink(missing_ok=True)
        _seal_of(path).unlink(missing_ok=True)


def _seal_of(path: Path) -> Path:
    return path.with_suffix(".seal")


def _written(path: Path) -> tuple[int, int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _damaged(path: Path) -> NotKept:
    return NotKept(f"{path} is damaged: put back a backup of it, or remove it to begin without")
