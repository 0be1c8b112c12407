"""One vector a trial, made once for each heading: float16 beside the snapshot, taken over into the next one."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from matcher.similarity.dense import Encoder

Stored = npt.NDArray[np.float16]
Keys = npt.NDArray[np.uint64]
CHUNK = 1024


class Unmade(Exception):
    """More vectors would have to be made than a reader waits for."""


def _files(folder: Path, encoder: Encoder) -> tuple[Path, Path]:
    return folder / f"vectors-{encoder.name}.npy", folder / f"vector-keys-{encoder.name}.npy"


def keys_of(headings: Sequence[str]) -> Keys:
    """A number for each heading, by which its vector is found again."""
    digests = (hashlib.blake2b(heading.encode(), digest_size=8).digest() for heading in headings)
    return np.frombuffer(b"".join(digests), np.uint64)


def open_vectors(folder: Path, encoder: Encoder, trials: int) -> Stored | None:
    """The stored vectors, memory-mapped; None where there are none of this model for all trials."""
    try:
        found: Stored = np.load(_files(folder, encoder)[0], mmap_mode="r")
    except (OSError, ValueError):
        return None
    return found if len(found) == trials else None


def make_vectors(
    headings: Sequence[str], encoder: Encoder, known_in: Sequence[Path] = (), most: int | None = None
) -> tuple[Keys, Stored]:
    """Keys and vectors of headings. known_in: folders whose vectors are taken over. most: raise Unmade when more would
    have to be made.
    """
    keys = keys_of(headings)
    known: dict[int, Stored] = {}
    for folder in known_in:
        try:
            vectors, stored = (np.load(file, mmap_mode="r") for file in _files(folder, encoder))
        except (OSError, ValueError):
            continue
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


def save_vectors(folder: Path, encoder: Encoder, keys: Keys, vectors: Stored) -> None:
    """Write keys and vectors into a folder."""
    vector_file, key_file = _files(folder, encoder)
    np.save(vector_file, vectors)
    np.save(key_file, keys)
