"""The arrays of a trial index: on disk, where several processes share one copy of them, or in memory."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from matcher.trials.columns import Array, Column, FileArray, Texts

FORMAT = 4
"""Changes with the meaning of what is written."""
UNSTATED_DAY = np.iinfo(np.int32).min
"""In place of a day that is not stated."""
ROW = np.dtype([("concept", "<i4"), ("words", "<i4"), ("score", "<u4"), ("field", "i1"), ("role", "i1")])
"""A naming of a concept by a trial. score: a code of row_scores; words: the place of the text."""
_TABLES_FILE = "tables.msgpack"


class Tables(msgspec.Struct, frozen=True):
    """The few values that codes stand for, each at the place of its code. arrays, spans: names of what lies beside."""

    statuses: list[str]
    sexes: list[str | None]
    requirements: list[str]
    countries: list[str]
    arrays: list[str]
    spans: list[str]


class Store(NamedTuple):
    """Tables and arrays of n trials in the order of their ids. Of a list of lists `x`, that of number i stands in
    `x[x_starts[i]:x_starts[i + 1]]`. spans: what is read trial by trial; arrays: what is looked through.

    By trial: status, sex (codes), min_age, max_age_until (days, NaN for none), age_bands (0, 1, 2 for unstated),
    last_update, stale_from (days since 1970), has_diseases, asks_finding; lists of `rows` (of ROW, by field), of
    requirements (`asked`), of countries where it can be joined (`country`); the texts trial_id and `facts` (what is
    shown of it, as a list in JSON).
    By concept: lists of trials that name it (`posted_trial`, with posted_weight, a code of posted_weights, and
    posted_role, all by posted_starts), of trials that it limits or that give it (`limited`). Concepts are numbered as
    in the terminology, behind them come the catalogue's own terms, requirements and treatments, whose names are the
    texts `other`; own_terms: the places of the own terms among them, sorted by their words.
    By word (the texts `word`): lists of trials that say it (`saying`). By condition in small letters (the texts
    `listed`, sorted): lists of trials that list it (`listing`). The texts `named`: trials' words for concepts.
    """

    tables: Tables
    arrays: Mapping[str, Array]
    spans: Mapping[str, Column]

    def texts(self, name: str) -> Texts:
        """Texts by their name. Raises KeyError, ValueError when they are not whole."""
        letters = f"{name}_letters"
        return Texts(
            self.spans[letters] if letters in self.spans else self.arrays[letters], self.arrays[f"{name}_starts"]
        )


def save(store: Store, folder: Path) -> None:
    """Write a store into an empty folder."""
    for name, column in (*store.arrays.items(), *store.spans.items()):
        np.save(folder / f"{name}.npy", column[:])
    (folder / _TABLES_FILE).write_bytes(msgspec.msgpack.encode(store.tables))


def load(folder: Path) -> Store:
    """Map what `save` wrote.

    Raises OSError, EOFError, ValueError (of which msgspec.DecodeError is one) when it is not whole.
    """
    tables = msgspec.msgpack.decode((folder / _TABLES_FILE).read_bytes(), type=Tables)
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray) for name in tables.arrays}
    return Store(tables, arrays, {name: FileArray(folder / f"{name}.npy") for name in tables.spans})
