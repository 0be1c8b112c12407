"""What answers can be narrowed by, of every trial of a snapshot, as arrays: counting thousands of studies costs less
than a millisecond.
"""

from collections.abc import Collection, Mapping
from itertools import pairwise

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from db.countries import canonical, is_closed
from db.vocabularies import OPEN_STATUSES

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
FACETS = ("status", "grade", "phase", "study_type", "place", "registry")
"""What answers can be narrowed by, in the order they are shown. The grade is of an answer, the others are of trials."""
_TRIALS = "SELECT trial_id, coalesce(study_id, trial_id) AS study, status, study_type, registry, phase FROM trials"
_PLACES = "SELECT trial_id, country, status FROM locations WHERE country IS NOT NULL ORDER BY trial_id, position"


class _Facet:
    """The values of one facet: rows of a trial and a code, those of a trial together and in its order."""

    def __init__(self, trials: Numbers, codes: Numbers, values: list[str], count: int) -> None:
        order = np.argsort(trials, kind="stable")
        self.trials, self.codes, self.values = trials[order], codes[order], values
        self._starts = np.searchsorted(self.trials, np.arange(count + 1))

    def of(self, trial_index: int) -> tuple[str, ...]:
        start, end = self._starts[trial_index : trial_index + 2].tolist()
        return tuple(self.values[code] for code in self.codes[start:end].tolist())


class Facets:
    """The facets of a snapshot's trials, and which trials are records of one study."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, index_of: Mapping[str, int]) -> None:
        count = len(index_of)
        table = connection.cursor().sql(_TRIALS).to_arrow_table()
        trials = _places(table["trial_id"], index_of)
        self._study = np.zeros(count, np.int64)
        studies = table["study"].combine_chunks().dictionary_encode()
        self._study[trials] = studies.indices.to_numpy()
        self._count_studies = len(studies.dictionary)
        self._of = {name: _of_column(trials, table[name], count) for name in ("status", "study_type", "registry")}
        phases = table["phase"].combine_chunks()
        of_phases = trials[pc.list_parent_indices(phases).to_numpy()]
        self._of["phase"] = _of_column(of_phases, phases.flatten(), count)
        self._of["place"] = _of_places(connection, index_of)

    def of(self, name: str, trial_index: int) -> tuple[str, ...]:
        """A trial's values of one facet; of "place" the countries with a site that nothing says is closed."""
        return self._of[name].of(trial_index)

    def having(self, name: str) -> dict[str, Numbers]:
        """The trials that have each value of a facet."""
        facet = self._of[name]
        order = np.argsort(facet.codes, kind="stable")
        ends = np.searchsorted(facet.codes[order], np.arange(len(facet.values) + 1)).tolist()
        of_values = zip(facet.values, pairwise(ends), strict=True)
        return {value: facet.trials[order[start:end]] for value, (start, end) in of_values if end > start}

    def open(self) -> Flags:
        """The records of the studies of which one says that it can be joined, or soon."""
        return self._meeting("status", tuple(map(str, OPEN_STATUSES)))

    def meeting(self, chosen: Mapping[str, Collection[str]], but: str = "") -> Flags:
        """The records of the studies that have a chosen value of every facet of trials; ``but`` is not looked at."""
        met = np.ones(len(self._study), np.bool_)
        for name, values in chosen.items():
            if name in self._of and name != but:
                met &= self._meeting(name, values)
        return met

    def of_phases(self, wanted: Collection[Collection[str]]) -> Flags:
        """The trials whose phases are exactly one of these sets, which may be empty."""
        facet, found = self._of["phase"], np.zeros(len(self._study), np.bool_)
        bits = np.zeros(len(self._study), np.int64)
        np.bitwise_or.at(bits, facet.trials, 1 << facet.codes)
        for phases in wanted:
            if set(phases) <= set(facet.values):
                found |= bits == sum(1 << facet.values.index(phase) for phase in phases)
        return found

    def counts(self, name: str, trials: Flags) -> dict[str, int]:
        """Of some trials the number of studies that have each value of a facet."""
        facet = self._of[name]
        rows = trials[facet.trials]
        pairs = np.unique(self._study[facet.trials[rows]] * len(facet.values) + facet.codes[rows])
        counted = np.bincount(pairs % max(1, len(facet.values)), minlength=len(facet.values))
        return {facet.values[code]: int(counted[code]) for code in np.flatnonzero(counted).tolist()}

    def studies(self, trials: Flags) -> int:
        """How many studies some trials are records of."""
        return len(np.unique(self._study[trials]))

    def _meeting(self, name: str, values: Collection[str]) -> Flags:
        facet = self._of[name]
        wanted = [code for code, value in enumerate(facet.values) if value in values]
        studies = np.zeros(self._count_studies, np.bool_)
        studies[self._study[facet.trials[np.isin(facet.codes, wanted)]]] = True
        met: Flags = studies[self._study]
        return met


def _places(trial_ids: pa.ChunkedArray, index_of: Mapping[str, int]) -> Numbers:
    """The places of trials by their ids."""
    named = trial_ids.combine_chunks().dictionary_encode()
    places = np.fromiter((index_of[one] for one in named.dictionary.to_pylist()), np.int64, len(named.dictionary))
    return places[named.indices.to_numpy()] if len(places) else np.empty(0, np.int64)


def _of_column(trials: Numbers, column: "pa.Array | pa.ChunkedArray", count: int) -> _Facet:
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    named = array.dictionary_encode()
    codes = named.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return _Facet(trials[codes >= 0], codes[codes >= 0], named.dictionary.to_pylist(), count)


def _of_places(connection: duckdb.DuckDBPyConnection, index_of: Mapping[str, int]) -> _Facet:
    """The countries of the sites that nothing says are closed, each once a trial."""
    table = connection.cursor().sql(_PLACES).to_arrow_table()
    named, said = (table[name].combine_chunks().dictionary_encode() for name in ("country", "status"))
    countries = [canonical(one) or one for one in named.dictionary.to_pylist()]
    values = list(dict.fromkeys(countries))
    code_of = {value: code for code, value in enumerate(values)}
    codes = np.array([code_of[one] for one in countries], np.int64)[named.indices.to_numpy()]
    are_closed = np.array([*(is_closed(one) for one in said.dictionary.to_pylist()), False], np.bool_)
    closed = are_closed[said.indices.fill_null(len(said.dictionary)).to_numpy(zero_copy_only=False)]
    trials = _places(table["trial_id"], index_of)[~closed]
    codes = codes[~closed]
    _, first = np.unique(trials * max(1, len(values)) + codes, return_index=True)
    kept = np.sort(first)
    return _Facet(trials[kept], codes[kept], values, len(index_of))
