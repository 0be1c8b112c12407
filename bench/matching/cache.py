"""What the matching bench keeps between runs, outside the repository: rivals' environments and a loaded catalogue."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"

RIVALS: Mapping[str, tuple[str, ...]] = {
    "bm25": ("rank-bm25==0.2.2",),
    "bm25s": ("bm25s>=0.2,<0.4", "numpy>=2,<3", f"duckdb=={version('duckdb')}"),
    "gilda": ("gilda==1.6.1",),
    "mner": ("medical-named-entity-recognition==0.4",),
    "text2term": ("text2term==4.6.0",),
    "trialmatchai": ("trialmatchai==0.9.1",),
    "wratio": ("rapidfuzz>=3.13,<4",),
}
"""Packages by rival; each gets an environment of its own, for their dependencies exclude one another."""


class RivalMissing(Exception):
    """A rival could not be installed; the sentence says why."""


def cache_folder() -> Path:
    """``$CALCITRIALS_BENCH_CACHE``, else ``calcitrials-bench`` in the user's cache folder."""
    stated = os.environ.get("CALCITRIALS_BENCH_CACHE")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(stated) if stated else home / "calcitrials-bench"


def python_of(rival: str) -> Path:
    """The interpreter of a rival's environment, made on first use.

    Raises RivalMissing when it cannot be installed.
    """
    folder = cache_folder() / "rivals" / rival
    python, ready, wanted = folder / "bin" / "python", folder / "ready", "\n".join(RIVALS[rival])
    if ready.exists() and ready.read_text() == wanted:
        return python
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True, capture_output=True, text=True)
        pip: list[str | Path] = [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            *RIVALS[rival],
        ]
        subprocess.run(pip, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        raise RivalMissing(f"{rival} could not be installed: {said[-1] if said else error}") from None
    ready.write_text(wanted)
    return python


def current(kind: str, version: str) -> Path:
    """The folder for what was made from this version; what was made from other versions goes."""
    parent = cache_folder() / kind
    for other in parent.glob("*"):
        if other.name != version:
            shutil.rmtree(other, ignore_errors=True)
    return parent / version


def code_hash(folders: Iterable[str], extra: Iterable[Path] = ()) -> str:
    """Hash of the sources in folders of the repository and of further files by size and time."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".tsv", ".sql"):
                digest.update(path.name.encode() + path.read_bytes())
    for path in extra:
        stat = path.stat()
        digest.update(f"{path.name} {stat.st_size} {stat.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]
