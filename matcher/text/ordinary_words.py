"""How common words are in seven languages, by the word lists of wordfreq (Speer 2022, doi:10.5281/zenodo.7199437).

What a language's word list knows is no misspelt disease: ordinary words stand at a Zipf frequency (the logarithm of how
often a word is met in a billion) of 2.6 to 5.7, names of diseases at 1.1 to 2.3, typing errors of diseases below 1.5.
The lists are read once, when a terminology is compiled, from the files of that package alone (to import it takes half a
second, and its lists 300 MB); what is kept is one sorted row of numbers a language, each a word's checksum and
frequency.
"""

import gzip
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import util
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec
import numpy as np
import numpy.typing as npt

from matcher.text.language import LANGUAGES
from matcher.text.normalise import fold

PACKAGE = "wordfreq"
RAREST = 1.5
"""Zipf frequency of the rarest words that are kept."""
COMMON_ELSEWHERE = 2.6
"""Zipf frequency from which a word of another language than the text's is an ordinary word too."""
COMMON_SOMEWHERE = 2.0
"""The same, of any language but English, where a text is too short to tell which it is in."""
SHORTEST_LISTED = 3
"""Letters of a word that is kept."""
FEWEST_WORDS = 3
"""Words of a language by which a text is told to be in it."""
LIKELIER = 1.1
"""How much more of a text one language explains than the next one."""
LONGEST_SAMPLE = 600
"""Characters of a text by which its language is told."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_PREFIX = "ordinary_"
_STEPS = 25
"""Frequencies are kept in steps of 1/25."""
_CENTIBELS_OF_ZIPF_0 = 900

Numbers = npt.NDArray[np.uint64]


def build() -> dict[str, npt.NDArray[Any]]:
    """The arrays of `OrdinaryWords`, by their names; empty rows where the package is not installed."""
    return {_PREFIX + language: _row(language) for language in LANGUAGES}


def _row(language: str) -> Numbers:
    frequencies: dict[int, int] = {}
    for word, zipf in _listed(language):
        key = _checksum(word)
        frequencies[key] = max(frequencies.get(key, 0), round(zipf * _STEPS))
    return np.sort(np.array([key << 8 | steps for key, steps in frequencies.items()], dtype=np.uint64))


def _listed(language: str) -> Iterator[tuple[str, float]]:
    """(word without accents, Zipf frequency) of the words of a language that are kept."""
    spec = util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return
    path = Path(spec.submodule_search_locations[0]) / "data" / f"large_{language}.msgpack.gz"
    _, *by_centibels = msgspec.msgpack.decode(gzip.decompress(path.read_bytes()))
    rarest = _CENTIBELS_OF_ZIPF_0 - round(RAREST * 100)
    for centibels, words in enumerate(by_centibels[: rarest + 1]):
        zipf = (_CENTIBELS_OF_ZIPF_0 - centibels) / 100
        yield from ((fold(word), zipf) for word in words if len(word) >= SHORTEST_LISTED and word.isalpha())


def _checksum(word: str) -> int:
    """56 bits that tell words apart."""
    letters = word.encode()
    return crc32(letters) << 24 | crc32(letters[::-1]) & 0xFFFFFF


class OrdinaryWords:
    """The words that are ordinary in a language."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self._rows: dict[str, Numbers] = {language: arrays[_PREFIX + language] for language in LANGUAGES}
        self.frequency = lru_cache(maxsize=50_000)(self._frequency)
        self.commonest = lru_cache(maxsize=50_000)(self._commonest)
        self.is_ordinary = lru_cache(maxsize=50_000)(self._is_ordinary)

    def _frequency(self, word: str, language: str) -> float:
        """Zipf frequency of a word, in small letters without accents; 0.0 where it is rare or unknown."""
        return _looked_up(self._rows[language], _checksum(word))

    def _is_ordinary(self, word: str, language: str) -> bool:
        """Whether a word list knows a word. language: of the text, empty where it is not known."""
        if self.frequency(word, language or "en") >= RAREST:
            return True
        enough = COMMON_ELSEWHERE if language else COMMON_SOMEWHERE
        return any(self.frequency(word, other) >= enough for other in LANGUAGES)

    def language_of(self, text: str) -> str:
        """The language whose words a text uses most; empty where too few are known or another is as likely."""
        words = dict.fromkeys(_WORD.findall(fold(text[:LONGEST_SAMPLE])))
        keys = np.array([_checksum(word) for word in words], dtype=np.uint64)
        scores: dict[str, float] = {}
        for language, row in self._rows.items():
            if len(row):
                found = row[np.minimum(np.searchsorted(row, keys << np.uint64(8)), len(row) - 1)]
                known = found[found >> np.uint64(8) == keys]
                if len(known) >= FEWEST_WORDS:
                    scores[language] = float((known & np.uint64(0xFF)).sum())
        best, *others = sorted(scores, key=scores.__getitem__, reverse=True) or [""]
        return best if not others or scores[best] >= LIKELIER * scores[others[0]] else ""

    def _commonest(self, word: str) -> float:
        """Zipf frequency of a word in the language in which it is met most."""
        key = _checksum(word)
        return max(_looked_up(row, key) for row in self._rows.values())


def _looked_up(row: Numbers, key: int) -> float:
    at = int(row.searchsorted(np.uint64(key << 8)))
    found = int(row[at]) if at < len(row) else 0
    return (found & 0xFF) / _STEPS if found >> 8 == key else 0.0
