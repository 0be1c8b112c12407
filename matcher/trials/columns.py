"""Columns of an index as arrays that may be memory-mapped: texts, and numbers of which few are distinct."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, overload

import numpy as np
import numpy.typing as npt

Arrays = Mapping[str, npt.NDArray[Any]]
_NONE = b"\xff"
"""Stands for no text; no text in UTF-8 has this byte."""


class Texts(Sequence[str | None]):
    """Texts one behind the other in an array of bytes, and where each begins. Each is decoded when it is asked for."""

    def __init__(self, letters: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64]) -> None:
        self._letters = letters
        self._starts = starts

    @classmethod
    def of(cls, texts: Iterable[str | None]) -> "Texts":
        """Keep some texts."""
        encoded = [_NONE if text is None else text.encode() for text in texts]
        starts = np.fromiter(accumulate(map(len, encoded), initial=0), np.int64, len(encoded) + 1)
        return cls(np.frombuffer(b"".join(encoded), np.uint8), starts)

    @classmethod
    def open(cls, arrays: Arrays, name: str) -> "Texts":
        """Those that `arrays` wrote under a name. Raises ValueError when they are not whole."""
        found = cls(arrays[f"{name}_letters"], arrays[f"{name}_starts"])
        if len(found._letters) != int(found._starts[-1]):
            raise ValueError(f"{name} is cut short")
        return found

    def arrays(self, name: str) -> Arrays:
        """The arrays that hold them."""
        return {f"{name}_letters": self._letters, f"{name}_starts": self._starts}

    def encoded(self, place: int) -> bytes:
        """A text as it is kept."""
        return self._letters[self._starts[place] : self._starts[place + 1]].tobytes()

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, place: int) -> str | None: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str | None]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str | None] | None:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        found = self.encoded(place)
        return None if found == _NONE else found.decode()

    def __iter__(self) -> Iterator[str | None]:
        return map(self.__getitem__, range(len(self)))


class SortedTexts:
    """Where each of many texts stands, found by halving; they are sorted by their bytes in UTF-8."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        self.place = lru_cache(maxsize=20_000)(self._find)

    def _find(self, text: str) -> int | None:
        wanted = text.encode(errors="surrogatepass")
        place = bisect_left(range(len(self.texts)), wanted, key=self.texts.encoded)
        return place if place < len(self.texts) and self.texts.encoded(place) == wanted else None


def coded(values: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The distinct values, sorted, and for each value its place among them, in as few bytes as will do."""
    distinct, places = np.unique(values, return_inverse=True)
    return distinct, places.astype(np.min_scalar_type(max(len(distinct) - 1, 0)))
