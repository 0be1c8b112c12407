"""Peers from PyPI, each in an environment of its own outside the repository."""

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple


class Peer(NamedTuple):
    """A client to compare with. package: name and version on PyPI; script: the module here that does the job with it;
    says: how it loads.
    """

    name: str
    packages: tuple[str, ...]
    script: str
    says: str


PEERS = (
    Peer("pytrials", ("pytrials==1.0.0", "pandas>=2,<4"), "peer_pytrials", "paged by hand, json_normalize, DuckDB"),
    Peer("pycli-trials", ("pycli-trials==0.1.0", "pandas>=2,<4"), "peer_pycli_trials", "its DataFrame into DuckDB"),
)


class PeerMissing(Exception):
    """A peer could not be installed; the sentence says why."""


def cache_folder() -> Path:
    """Where the environments live: CALCITRIALS_BENCH_CACHE, else the user's cache folder."""
    stated = os.environ.get("CALCITRIALS_BENCH_CACHE")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(stated) if stated else home / "calcitrials-bench"


def python_of(peer: Peer) -> Path:
    """The interpreter of a peer's environment, made on first use, with the same DuckDB as ours.

    Raises PeerMissing when it cannot be installed.
    """
    packages = [*peer.packages, f"duckdb=={importlib.metadata.version('duckdb')}"]
    folder = cache_folder() / peer.name
    python, ready = folder / "bin" / "python", folder / "ready"
    wanted = "\n".join(packages)
    if ready.exists() and ready.read_text() == wanted:
        return python
    try:
        subprocess.run(
            [sys.executable, "-m", "venv", "--clear", str(folder)], check=True, capture_output=True, text=True
        )
        pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
        subprocess.run(pip, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        raise PeerMissing(f"{peer.name} could not be installed: {said[-1] if said else error}") from None
    ready.write_text(wanted)
    return python
