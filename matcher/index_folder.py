"""Where the index of a snapshot lies: in a folder beside it, a part for each room that keeps one.

A part is there whole or not at all, sealed (`matcher/seal.py`), and its name says what it was made from: another
snapshot of the same name, another version of the program or of the terminology look for a part of another name, and
make it. Parts are memory-mapped, so that processes which answer at the same time share one copy.
"""

import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb

from matcher.seal import seal

logger = logging.getLogger(__name__)

SUFFIX = ".index"
_HEAD_BYTES = 12 * 1024
"""The head of a database file: its own number, and where its newest state begins."""


def folder_of(snapshot: Path) -> Path:
    """The folder of the index of a snapshot."""
    return snapshot.with_suffix(SUFFIX)


def snapshot_of(connection: duckdb.DuckDBPyConnection) -> Path | None:
    """The file of an opened snapshot; None for a database that may change, or lies in memory."""
    query = "SELECT path, readonly FROM duckdb_databases() WHERE database_name = current_database()"
    ((path, is_snapshot),) = connection.execute(query).fetchall()
    return Path(path) if is_snapshot and path else None


def part_of(snapshot: Path, name: str, *made_from: object) -> Path:
    """Where a part lies. made_from: beside the snapshot whatever decides what is in it."""
    found = hashlib.sha256(repr(made_from).encode())
    with snapshot.open("rb") as file:
        found.update(b"%d" % os.fstat(file.fileno()).st_size + file.read(_HEAD_BYTES))
    return folder_of(snapshot) / f"{name}-{found.hexdigest()[:16]}"


def write_part(part: Path, save: Callable[[Path], None]) -> bool:
    """Let a part be written, and forget others of its name; whether it is there now. Another reader may be first."""
    name = part.name.rpartition("-")[0]
    draft = None
    try:
        part.parent.mkdir(exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=part.parent, prefix="draft-"))
        save(draft)
        seal(draft)
        draft.chmod(0o755)
        if not part.is_dir():
            draft.rename(part)
        for other in part.parent.glob(f"{name}-*"):
            if other != part:
                shutil.rmtree(other, ignore_errors=True)
    except OSError as error:  # a folder that may not be written into, a full disk
        logger.info("the index is not kept: %s", error)
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
    return part.is_dir()
