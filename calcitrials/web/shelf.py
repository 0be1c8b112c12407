"""The published catalogue as the page has it open. A newer snapshot is opened beside it, then takes its place."""

import datetime as dt
import logging
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from calcitrials.kept_file import NotKept
from calcitrials.matching import catalogue_facts
from calcitrials.watch_delivery import look_and_deliver
from calcitrials.watches import Watched, WatchFile
from calcitrials.web.concepts import ConceptTree
from calcitrials.web.names import Names
from calcitrials.web.sites import Sites
from db.catalogue import Catalogue, CatalogueError
from db.places import Point, town_at
from matcher import DiagnosisError, Matcher, Patient, Suggestions
from matcher.ranking.sites import Vicinity
from matcher.ranking.standing import status_is_stale
from matcher.screening.records import Answer, Checklist
from matcher.trials.facts import Facts

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
"""How often it is looked whether something was published: reading a link costs microseconds."""
SWITCH_S = 0.001
"""How long a thread that opens a snapshot may keep one that answers waiting; of Python's own 5 ms each turn is felt."""


class Opened:
    """One snapshot with its matcher and what else is asked of it. It stays open while a request still uses it."""

    def __init__(self, snapshot: Path, facts: dict[str, Any], connection: duckdb.DuckDBPyConnection) -> None:
        self.snapshot = snapshot
        self.facts = facts
        self._connection = connection
        self._one_at_a_time = threading.Lock()
        self.matcher = Matcher.open(connection)
        ids = self.matcher.catalogue.trial_ids
        self.trial_ids = [ids[index] or "" for index in range(len(ids))]
        self.index_of = {trial_id: index for index, trial_id in enumerate(self.trial_ids)}
        self.sites = Sites(connection, self.index_of)
        terminology = self.matcher.terminology
        self.names = Names(terminology, frozenset(self.matcher.catalogue.named_among(range(len(terminology.ids)))))

    @classmethod
    def newest(cls, catalogue: Catalogue) -> "Opened":
        """Open what is published now. Raises CatalogueError."""
        connection = catalogue.connect()
        path = connection.execute("SELECT path FROM duckdb_databases() WHERE database_name = current_database()")
        ((file,),) = path.fetchall()
        opened = cls(Path(file).resolve(), catalogue_facts(connection), connection)
        town_at("Limoges")
        opened.suggest("calcinosis", None, limit=1)  # so that no visitor waits for what is opened at the first question
        connection.execute("SET threads = 1")  # requests share the processors, not the pieces of one small question
        return opened

    @cached_property
    def concepts(self) -> ConceptTree:
        """The conditions that trials are about, as a tree."""
        return ConceptTree(self.matcher.catalogue, self.matcher.terminology)

    @cached_property
    def watched(self) -> Watched:
        """The trials that watches look at."""
        return Watched(self.matcher, self.concepts)

    @cached_property
    def by_country(self) -> dict[str, list[str]]:
        """Trials with a site in each country that nothing says is closed, by its English name."""
        found: dict[str, list[str]] = {}
        for index, trial_id in enumerate(self.trial_ids):
            for name in self.sites.countries(index):
                found.setdefault(name, []).append(trial_id)
        return found

    def is_stale(self, facts: Facts) -> bool:
        """Whether a record says that it is open and can hardly be so any more."""
        return status_is_stale(facts, dt.date.today())

    @property
    def published(self) -> str:
        """When the snapshot was published (UTC)."""
        return str(self.facts["published"])

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own to the snapshot, for one request."""
        return self._connection.cursor()

    def suggest(
        self,
        text: str | Sequence[str],
        patient: Patient | None,
        statuses: tuple[str, ...] = (),
        limit: int = 20,
        vicinity: Vicinity | None = None,
    ) -> Suggestions:
        """What the matcher suggests. Raises matcher.DiagnosisError."""
        with self._one_at_a_time:
            return self.matcher.suggest(text, patient=patient, statuses=statuses, limit=limit, vicinity=vicinity)

    def screen(
        self,
        trial_id: str,
        text: str | Sequence[str],
        patient: Patient | None,
        answers: Mapping[str, Answer],
        near: Point | None,
        within_km: float | None,
    ) -> Checklist:
        """A trial's checklist for a patient. Raises matcher.DiagnosisError."""
        with self._one_at_a_time:
            known = self.matcher.screener.known(text or None, patient)
            return self.matcher.screener.screen(trial_id, known, answers, near, within_km)

    def concepts_of(self, trial_id: str) -> list[tuple[str, str]]:
        """Id and label of the diseases and findings that a trial is about, as far as the terminology knows them."""
        terminology, catalogue = self.matcher.terminology, self.matcher.catalogue
        profile = catalogue.profile(self.index_of[trial_id])
        known = [one for one in (*profile.diseases, *profile.findings) if terminology.holds(one)]
        return [(terminology.ids[one], terminology.labels[one]) for one in dict.fromkeys(known)]

    def similar(self, trial_id: str, limit: int) -> list[dict[str, Any]]:
        """Trials like one trial, other records of the same study left out."""
        from calcitrials.matching import like

        with self._one_at_a_time:
            found = like(self.matcher, self.cursor(), trial_id, limit)
        return [msgspec.to_builtins(match) for match in found]


class Shelf:
    """Where requests find what is open. Every request takes `current` once and keeps to it."""

    def __init__(self, catalogue: Catalogue, data: Path) -> None:
        self.catalogue = catalogue
        self._watches = WatchFile(data)
        self._current: Opened | None = None
        self._refused: Path | None = None
        self._stopped = threading.Event()
        self._looking = threading.Thread(target=self._look, name="snapshots", daemon=True)

    @property
    def current(self) -> Opened | None:
        """The newest snapshot that is open, None before the first publication."""
        return self._current

    def start(self) -> None:
        """Open what is published, and go on looking for what will be."""
        self.refresh()
        sys.setswitchinterval(SWITCH_S)
        self._looking.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()

    def refresh(self) -> None:
        """Open what is published, unless it is open already; what cannot be opened leaves the former in its place."""
        published = self.catalogue.published
        if published is None or published == self._refused or (self._current and published == self._current.snapshot):
            return
        started = time.perf_counter()
        try:
            self._current = Opened.newest(self.catalogue)
        except (CatalogueError, duckdb.Error, OSError, DiagnosisError) as error:
            self._refused = published
            logger.error("%s cannot be opened, the former snapshot stays: %s", published.name, error)
            return
        logger.info("%s is open after %.1f s", self._current.snapshot.name, time.perf_counter() - started)
        self._tell_watches(self._current)

    def _tell_watches(self, current: Opened) -> None:
        """What a snapshot brings to the watches; of several processes the first one writes it down."""
        if not self._watches.path.exists():
            return
        try:
            look_and_deliver(self._watches, current.watched, current.snapshot.stem)
        except (NotKept, OSError, duckdb.Error) as error:
            logger.error("watches were not looked at, the next publication tries again: %s", error)

    def _look(self) -> None:
        while not self._stopped.wait(LOOK_EVERY_S):
            self.refresh()
