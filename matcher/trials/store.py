"""The arrays of a trial index: on disk, where several processes share one copy of them by mapping it, or in memory."""

from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from matcher.trials.columns import Arrays

FORMAT = 1
"""Changes with the meaning of what is written."""
UNSTATED_DAY = np.iinfo(np.int32).min
"""In place of a day that is not stated."""
_TABLES_FILE = "tables.msgpack"


class Tables(msgspec.Struct, frozen=True):
    """The few values that codes stand for, each at the place of its code. arrays: names of the arrays beside them."""

    registries: list[str]
    statuses: list[str]
    sexes: list[str | None]
    phases: list[list[str] | None]
    requirements: list[str]
    countries: list[str]
    arrays: list[str]


class Store(NamedTuple):
    """Tables and arrays. n trials are in the order of their ids; of a list of lists `x`, that of number i stands in
    `x[x_starts[i]:x_starts[i + 1]]`.

    By trial: registry, status, sex, phase (codes), min_age, max_age_until (days, NaN for none), age_bands (0, 1, 2 for
    unstated), last_update (days since 1970), has_diseases, asks_finding; lists of rows (`row_starts`), of requirements
    (`asked`), of countries (`country`).
    By row, a naming of a concept by a trial, sorted by trial and field: row_concept, row_field, row_role, row_score (a
    code, of row_scores), row_words (the place of a text).
    By concept: lists of trials that name it (`posted_trial`, with posted_weight, a code of posted_weights, and
    posted_role, all by posted_starts), of trials that it limits or that give it (`limited`). Concepts are numbered as
    in the terminology, behind them come the catalogue's own terms, requirements and treatments, whose names are the
    texts `other`; own_terms: the places of the own terms among them, sorted by their words.
    By word: lists of trials that say it (`saying`).
    """

    tables: Tables
    arrays: Arrays


def save(store: Store, folder: Path) -> None:
    """Write a store into an empty folder."""
    for name, array in store.arrays.items():
        np.save(folder / f"{name}.npy", array)
    (folder / _TABLES_FILE).write_bytes(msgspec.msgpack.encode(store.tables))


def load(folder: Path) -> Store:
    """Map what `save` wrote.

    Raises OSError, ValueError (of which msgspec.DecodeError is one) or KeyError when it is not whole.
    """
    tables = msgspec.msgpack.decode((folder / _TABLES_FILE).read_bytes(), type=Tables)
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray) for name in tables.arrays}
    return Store(tables, arrays)
