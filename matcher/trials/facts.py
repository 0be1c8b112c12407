"""What is shown of each trial and decides beside its concepts, read from the columns of an index as it is asked for."""

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import overload

import msgspec

from matcher.trials.store import Store

KEPT = 20_000
"""Trials of which what was read is kept."""
EPOCH = dt.date(1970, 1, 1).toordinal()


class Facts(msgspec.Struct, frozen=True, gc=False):
    """What is shown of a trial and decides beside its concepts, as the catalogue says it. stale_from: the
    first day on which a record that says it is open can hardly be right any more, stale_reason: why not from then on.
    """

    trial_id: str
    study_id: str | None
    registry: str
    title: str | None
    status: str
    phase: list[str] | None
    sex: str | None
    min_age_days: float | None
    max_age_until_days: float | None
    ages_are_bands: bool | None
    url: str
    last_update: str | None
    completion_date: str | None
    stale_from: str | None
    stale_reason: str | None


class TrialFacts(Sequence[Facts]):
    """The facts of all trials, each made when it is asked for."""

    def __init__(self, store: Store) -> None:
        arrays = store.arrays
        self._kept = store.texts("facts")
        self.min_age, self.max_age_until = arrays["min_age"], arrays["max_age_until"]
        self.age_bands = arrays["age_bands"]
        self.last_update, self.stale_from = arrays["last_update"], arrays["stale_from"]
        self._of = lru_cache(maxsize=KEPT)(self._make)

    def _make(self, place: int) -> Facts:
        return Facts(*msgspec.json.decode(self._kept.encoded(place)))

    def __len__(self) -> int:
        return len(self._kept)

    @overload
    def __getitem__(self, place: int) -> Facts: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Facts]: ...
    def __getitem__(self, place: int | slice) -> Facts | Sequence[Facts]:
        return self._of(place) if isinstance(place, int) else [self._of(one) for one in range(len(self))[place]]

    def __iter__(self) -> Iterator[Facts]:
        return map(self._make, range(len(self)))
