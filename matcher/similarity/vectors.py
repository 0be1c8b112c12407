"""One vector a trial, made once for each heading: float16 beside the snapshot, taken over into the next one."""

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from matcher.seal import is_whole, seal
from matcher.similarity.dense import Encoder

Stored = npt.NDArray[np.float16]
Keys = npt.NDArray[np.uint64]
CHUNK = 1024


class Unmade(Exception):
    """More vectors would have to be made than a reader waits for."""


def _load(part: Path, encoder: Encoder) -> tuple[Stored, Keys] | None:
    """Vectors and keys of this model in a part, memory-mapped; None where there are none that are whole."""
    folder = part / f"vectors-{encoder.name}"
    try:
        if is_whole(folder):
            return np.load(folder / "vectors.npy", mmap_mode="r"), np.load(folder / "keys.npy", mmap_mode="r")
    except (OSError, ValueError):
        pass
    return None


def keys_of(headings: Sequence[str]) -> Keys:
    """A number for each heading, by which its vector is found again."""
    digests = (hashlib.blake2b(heading.encode(), digest_size=8).digest() for heading in headings)
    return np.frombuffer(b"".join(digests), np.uint64)


def open_vectors(folder: Path, encoder: Encoder, trials: int) -> Stored | None:
    """The stored vectors, memory-mapped; None where there are none of this model for all trials."""
    found = _load(folder, encoder)
    return found[0] if found is not None and len(found[0]) == trials else None


def make_vectors(
    headings: Sequence[str], encoder: Encoder, known_in: Sequence[Path] = (), most: int | None = None
) -> tuple[Keys, Stored]:
    """Keys and vectors of headings. known_in: folders whose vectors are taken over. most: raise Unmade when more would
    have to be made.
    """
    keys = keys_of(headings)
    known: dict[int, Stored] = {}
    for folder in known_in:
        if (found := _load(folder, encoder)) is not None:
            vectors, stored = found
            known.update(zip(stored.tolist(), vectors, strict=False))
    heading_of = dict(zip(keys.tolist(), headings, strict=True))
    missing = [key for key in heading_of if key not in known]
    if most is not None and len(missing) > most:
        raise Unmade
    for start in range(0, len(missing), CHUNK):
        chunk = missing[start : start + CHUNK]
        made = encoder.encode([heading_of[key] for key in chunk]).astype(np.float16)
        known.update(zip(chunk, made, strict=True))
    return keys, np.array([known[key] for key in keys.tolist()], np.float16)


def save_vectors(part: Path, encoder: Encoder, keys: Keys, vectors: Stored) -> None:
    """Write keys and vectors into a part, whole or not at all. Raises OSError."""
    folder = part / f"vectors-{encoder.name}"
    with tempfile.TemporaryDirectory(dir=part, prefix="draft-") as draft:
        made = Path(draft) / "made"
        made.mkdir()
        np.save(made / "vectors.npy", vectors)
        np.save(made / "keys.npy", keys)
        seal(made)
        shutil.rmtree(folder, ignore_errors=True)
        made.replace(folder)
