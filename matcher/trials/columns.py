"""Columns of an index that may lie on disk: spans of them are read as they are asked for."""

import os
import weakref
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
NO_TEXT = "\0"
"""Stands for no text."""
_NONE = NO_TEXT.encode()


class FileArray:
    """An array on disk of which spans are read. What is looked up here and there would, mapped, fill the memory with
    pages of which a few bytes are wanted.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError, ValueError when the file is no array or is cut short."""
        mapped = np.load(path, mmap_mode="r")
        self.dtype = mapped.dtype
        self._size = len(mapped)
        self._begin = int(getattr(mapped, "offset", 0))
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, span: slice) -> Array:
        start, end, _ = span.indices(self._size)
        width = self.dtype.itemsize
        return np.frombuffer(os.pread(self._file, (end - start) * width, self._begin + start * width), self.dtype)


Column = Array | FileArray


class Texts:
    """Texts one behind the other in an array of bytes, and where each begins. Each is decoded when it is asked for."""

    def __init__(self, letters: Column, starts: Array) -> None:
        """Raises ValueError when letters are missing."""
        if len(letters) != int(starts[-1]):
            raise ValueError("texts are cut short")
        self.letters = letters
        self.starts = starts

    @classmethod
    def of(cls, texts: Iterable[str | None]) -> "Texts":
        """Keep some texts."""
        encoded = [_NONE if text is None else text.encode() for text in texts]
        starts = np.fromiter(accumulate(map(len, encoded), initial=0), np.int64, len(encoded) + 1)
        return cls(np.frombuffer(b"".join(encoded), np.uint8), starts)

    def encoded(self, place: int) -> bytes:
        """A text as it is kept."""
        start, end = self.starts[place : place + 2].tolist()
        return self.letters[start:end].tobytes()

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, place: int) -> str | None:
        found = self.encoded(place)
        return None if found == _NONE else found.decode()

    def __iter__(self) -> Iterator[str | None]:
        return map(self.__getitem__, range(len(self)))


class SortedTexts:
    """Where each of many texts stands, found by halving; they are sorted by their bytes in UTF-8.

    places: of those among the texts that are looked for, if not all. kept: how many that were looked for are kept in
    memory with their places.
    """

    def __init__(self, texts: Texts, places: Sequence[int] | Array | None = None, kept: int = 20_000) -> None:
        self.texts = texts
        self._places = range(len(texts)) if places is None else places
        self.place = lru_cache(maxsize=kept)(self._find)

    def _encoded(self, place: int) -> bytes:
        return self.texts.encoded(int(place))

    def _find(self, text: str) -> int | None:
        wanted = text.encode(errors="surrogatepass")
        found = bisect_left(self._places, wanted, key=self._encoded)
        if found == len(self._places) or self._encoded(self._places[found]) != wanted:
            return None
        return int(self._places[found])


def coded(values: Array) -> tuple[Array, Array]:
    """The distinct values, sorted, and for each value its place among them, in as few bytes as will do."""
    distinct, places = np.unique(values, return_inverse=True)
    return distinct, places.astype(np.min_scalar_type(max(len(distinct) - 1, 0)))
