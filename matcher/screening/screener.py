"""Screens trials of a catalogue: reads a trial, types its criteria, and checks it against a patient.

    screener = Matcher.open(connection).screener
    known = screener.known("systemic sclerosis with calcinosis, ECOG 1", Patient(age_years=54, sex="female"))
    checklist = screener.screen("NCT03582800", known, answers={key: Answer.NO, ...}, near=point, within_km=200)

`checklist` is a `records.Checklist`: `limits`, `items` (each with its `key`, `answer`, `source`, `reason`, `effect`),
`verdict`, `excluded_by`, `ask_next`. A form sends back answers by `key`; no answer is given by leaving the key out.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache

from db.countries import joinable
from db.places import Point
from matcher.errors import TrialNotFoundError
from matcher.patient.reader import PatientReader
from matcher.ranking.sites import nearest_sites
from matcher.results import Patient
from matcher.screening.checklist import ScreenedTrial, checklist
from matcher.screening.facts import Facts
from matcher.screening.items import Item, ItemReader, unsplit
from matcher.screening.known import Known, known_of
from matcher.screening.records import Answer, Checklist
from matcher.trials.index import TrialIndex

_MOST_KEPT = 1_000
"""Trials of which what they ask is kept: their criteria cost some 20 ms each."""
_STATED = "SELECT healthy_volunteers FROM trials WHERE trial_id = ?"
_CRITERIA = "SELECT criteria, inclusion, exclusion FROM eligibility WHERE trial_id = ?"
_PLACES = """
SELECT DISTINCT country, CASE WHEN country IS NULL THEN state END, status FROM locations
WHERE trial_id = ? AND (country IS NOT NULL OR state IS NOT NULL)"""


class Screener:
    """Checks trials of one catalogue against patients. Holds nothing of a patient."""

    def __init__(self, catalogue: TrialIndex, reader: PatientReader) -> None:
        self._catalogue = catalogue
        self._reader = reader
        self._facts = Facts(reader.expansion)
        self._items = ItemReader(reader.linker)
        self._typed = lru_cache(maxsize=_MOST_KEPT)(self._read_items)
        self._stated = lru_cache(maxsize=_MOST_KEPT)(self._read_stated)

    def known(self, diagnoses: str | Sequence[str] | None = None, patient: Patient | None = None) -> Known:
        """What a text, codes or FHIR JSON say of a patient beside the options. Raises DiagnosisError."""
        return known_of(self._reader.read(diagnoses) if diagnoses else None, patient)

    def screen(
        self,
        trial_id: str,
        known: Known,
        answers: Mapping[str, Answer] | None = None,
        near: Point | None = None,
        within_km: float | None = None,
    ) -> Checklist:
        """A trial's checklist for a patient. Raises TrialNotFoundError."""
        trial = self._read(trial_id, near)
        items, today = self._typed(trial_id), dt.date.today()
        return checklist(trial, items, known, answers or {}, self._facts, today, within_km if near else None)

    def items(self, trial_id: str) -> tuple[Item, ...]:
        """A trial's criteria with what they ask about."""
        return self._typed(trial_id)

    def _read_items(self, trial_id: str) -> tuple[Item, ...]:
        row = self._catalogue.cursor().execute(_CRITERIA, [trial_id]).fetchone()
        criteria, inclusion, exclusion = row or (None, (), ())
        if not inclusion and not exclusion:
            return (unsplit(criteria),) if criteria and criteria.strip() else ()
        return tuple(self._items.read(inclusion, exclusion))

    def _read(self, trial_id: str, near: Point | None) -> ScreenedTrial:
        place = self._catalogue.trial_index_of(trial_id)
        if place is None:
            raise TrialNotFoundError(f"the catalogue holds no trial {trial_id}")
        volunteers, countries = self._stated(trial_id)
        nearest = nearest_sites(self._catalogue.cursor(), near, [trial_id]).get(trial_id) if near else None
        return ScreenedTrial(self._catalogue.facts[place], volunteers, countries, nearest)

    def _read_stated(self, trial_id: str) -> tuple[bool | None, frozenset[str]]:
        """Whether a trial takes healthy volunteers, and the countries where it can be joined."""
        cursor = self._catalogue.cursor()
        row = cursor.execute(_STATED, [trial_id]).fetchone()
        return row[0] if row else None, joinable(cursor.execute(_PLACES, [trial_id]).fetchall())
