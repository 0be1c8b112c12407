"""What is shown of each trial and decides beside its concepts, read from the columns of an index as it is asked for."""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import overload

import msgspec

from matcher.trials.store import UNSTATED_DAY, Store

KEPT = 20_000
"""Trials of which what was read is kept."""
EPOCH = dt.date(1970, 1, 1).toordinal()
_BANDS = (False, True, None)


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
        tables, arrays, _ = store
        self._tables = tables
        self._ids, self._studies, self._titles, self._urls, self._reasons = (
            store.texts(name) for name in ("trial_id", "study_id", "title", "url", "stale_reason")
        )
        self._registry, self._status, self._sex, self._phase = (
            arrays[name] for name in ("registry", "status", "sex", "phase")
        )
        self.min_age, self.max_age_until = arrays["min_age"], arrays["max_age_until"]
        self.age_bands = arrays["age_bands"]
        self.last_update, self._completion, self.stale_from = (
            arrays[name] for name in ("last_update", "completion_date", "stale_from")
        )
        self._of = lru_cache(maxsize=KEPT)(self._make)

    def _make(self, place: int) -> Facts:
        tables = self._tables
        return Facts(
            trial_id=self._ids[place] or "",
            study_id=self._studies[place],
            registry=tables.registries[self._registry[place]],
            title=self._titles[place],
            status=tables.statuses[self._status[place]],
            phase=tables.phases[self._phase[place]],
            sex=tables.sexes[self._sex[place]],
            min_age_days=_stated(self.min_age[place]),
            max_age_until_days=_stated(self.max_age_until[place]),
            ages_are_bands=_BANDS[self.age_bands[place]],
            url=self._urls[place] or "",
            last_update=_day(self.last_update[place]),
            completion_date=_day(self._completion[place]),
            stale_from=_day(self.stale_from[place]),
            stale_reason=self._reasons[place],
        )

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, place: int) -> Facts: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Facts]: ...
    def __getitem__(self, place: int | slice) -> Facts | Sequence[Facts]:
        return self._of(place) if isinstance(place, int) else [self._of(one) for one in range(len(self))[place]]

    def __iter__(self) -> Iterator[Facts]:
        return map(self._make, range(len(self)))


def _stated(days: float) -> float | None:
    """Days as a plain number, None where there is none."""
    return None if math.isnan(days) else float(days)


def _day(day: int) -> str | None:
    """A day since 1970 as the catalogue says it, None where there is none."""
    return None if day == UNSTATED_DAY else dt.date.fromordinal(EPOCH + int(day)).isoformat()
