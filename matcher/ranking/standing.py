"""Whether a trial can be joined today, as far as its record tells."""

import datetime as dt
from functools import lru_cache

import numpy as np

from db.vocabularies import OPEN_STATUSES, OVER_STATUSES
from matcher import weights
from matcher.patient.demographics import canonical_country
from matcher.results import Patient
from matcher.trials.facts import EPOCH, Facts
from matcher.trials.index import Flags, Floats, Ints, TrialIndex
from matcher.trials.store import UNSTATED_DAY

OPEN, DOUBTFUL, CLOSED, FORGOTTEN, OVER = range(5)
"""How soon a trial can be joined, soonest first, as powers of `weights.JOINABLE`."""


ELSEWHERE, SOMEWHERE = 2, 1
"""The same of a trial whose sites are all in other countries than the patient's, and of one that states none."""
UNSURE = 1
"""The same of a trial of which no stated limit says that it may take the patient, where age or sex are known."""
_SITES = """
SELECT place, list_has_any(countries, $names) AS is_there FROM
    (SELECT trial_id, row_number() OVER (ORDER BY trial_id) - 1 AS place FROM trials)
    JOIN (SELECT trial_id, list(DISTINCT country) AS countries FROM locations WHERE country IS NOT NULL GROUP BY ALL)
    USING (trial_id)"""


class Standing:
    """How soon each trial of a catalogue can be joined, by anybody and by one patient. All are powers of
    `weights.JOINABLE`: trials of a grade are put in order by their scores times these.
    """

    def __init__(self, catalogue: TrialIndex) -> None:
        self._catalogue = catalogue
        facts = catalogue.facts
        self.of_anybody = _of_anybody(catalogue, dt.date.today())
        states_any = ~(np.isnan(facts.min_age) & np.isnan(facts.max_age_until))
        self._states_ages: Flags = states_any & (facts.age_bands != 1)
        self._away = lru_cache(maxsize=50)(self._find_away)

    def of(self, patient: Patient) -> Ints:
        """For each trial how soon the patient could join it, of those whose limits do not exclude them."""
        powers = self.of_anybody
        sex = patient.sex if patient.sex in ("female", "male") else None
        if sex is not None or patient.age_years is not None:
            may: Flags = self._states_ages & (patient.age_years is not None)
            if sex is not None:
                takes = [admitted in (sex, "all") for admitted in self._catalogue.sexes]
                may = may | np.array(takes, np.bool_)[self._catalogue.sex_codes]
            powers = powers + UNSURE * ~may
        country = canonical_country(patient.country) if patient.country else None
        return powers if country is None else powers + self._away(country)

    def factors(self, powers: Ints) -> Floats:
        """What each trial counts among others of its grade."""
        return np.array([weights.JOINABLE**power for power in range(int(powers.max(initial=0)) + 1)])[powers]

    def _find_away(self, country: str) -> Ints:
        """What each trial counts for where its sites are."""
        cursor = self._catalogue.cursor()
        named = cursor.execute("SELECT DISTINCT country FROM locations WHERE country IS NOT NULL").fetchall()
        names = [name for (name,) in named if canonical_country(name) == country]
        found = cursor.execute(_SITES, {"names": names}).fetchnumpy()
        away = np.full(len(self._states_ages), SOMEWHERE, np.int64)
        away[found["place"]] = np.where(found["is_there"], 0, ELSEWHERE)
        return away


def _of_anybody(catalogue: TrialIndex, today: dt.date) -> Ints:
    """How soon each trial can be joined: it is open; it says so by a stale status; it is closed, or its status unknown,
    which a registry calls what said it was open years ago; that was very long ago; it is over.
    """
    facts, statuses = catalogue.facts, catalogue.statuses
    codes = catalogue.status_codes
    power: dict[str, int] = {**dict.fromkeys(OPEN_STATUSES, OPEN), **dict.fromkeys(OVER_STATUSES, OVER)}
    found: Ints = np.array([power.get(status, CLOSED) for status in statuses], np.int64)[codes]
    is_unknown = np.array([status == "unknown" for status in statuses], np.bool_)[codes]
    is_stale = _is_before(facts.stale_from, today + dt.timedelta(days=1))
    is_forgotten = _is_before(facts.last_update, _ago(today, weights.FORGOTTEN_YEARS))
    found[is_unknown & is_forgotten & (found == CLOSED)] = FORGOTTEN
    found[is_stale & (found == OPEN)] = DOUBTFUL
    return found


def _is_before(days: Ints, day: dt.date) -> Flags:
    """Which days are stated and lie before one."""
    found: Flags = (days != UNSTATED_DAY) & (days < day.toordinal() - EPOCH)
    return found


def status_is_stale(facts: Facts, today: dt.date) -> bool:
    """Whether a record says that the trial is open and can hardly be right any more (db.stated_status)."""
    return facts.stale_from is not None and facts.stale_from <= today.isoformat()


def _ago(today: dt.date, years: int) -> dt.date:
    return today - dt.timedelta(days=round(years * 365.25))
