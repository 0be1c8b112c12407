"""Whether a trial can be joined today, as far as its record tells."""

import datetime as dt
from functools import lru_cache

import numpy as np

from db.vocabularies import OPEN_STATUSES, OVER_STATUSES
from matcher import weights
from matcher.patient.demographics import canonical_country
from matcher.results import Patient
from matcher.trials.index import Facts, Flags, Floats, Ints, TrialIndex

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
        today = dt.date.today()
        facts = catalogue.facts
        self.of_anybody: Ints = np.array([joinable(one, today) for one in facts], np.int64)
        self._states_ages = np.array(
            [
                not one.ages_are_bands and (one.min_age_days is not None or one.max_age_until_days is not None)
                for one in facts
            ],
            np.bool_,
        )
        self._sexes = np.array([one.sex or "" for one in facts])
        self._away = lru_cache(maxsize=50)(self._find_away)

    def of(self, patient: Patient) -> Ints:
        """For each trial how soon the patient could join it, of those whose limits do not exclude them."""
        powers = self.of_anybody
        sex = patient.sex if patient.sex in ("female", "male") else None
        if sex is not None or patient.age_years is not None:
            may: Flags = self._states_ages & (patient.age_years is not None)
            if sex is not None:
                may = may | np.isin(self._sexes, (sex, "all"))
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


def joinable(facts: Facts, today: dt.date) -> int:
    """How soon a trial can be joined: it is open; it says so by a stale status; it is closed, or its status unknown,
    which a registry calls what said it was open years ago; that was very long ago; it is over.
    """
    if facts.status in OVER_STATUSES:
        return OVER
    if facts.status not in OPEN_STATUSES:
        is_forgotten = facts.status == "unknown" and _is_older(facts.last_update, today, weights.FORGOTTEN_YEARS)
        return FORGOTTEN if is_forgotten else CLOSED
    return OPEN if facts.stale_reason is None else DOUBTFUL


def _is_older(day: str | None, today: dt.date, years: int) -> bool:
    return day is not None and day < (today - dt.timedelta(days=round(years * 365.25))).isoformat()
