"""Whether a trial can be joined today, as far as its record tells."""

import datetime as dt
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from db.countries import bordering, is_met
from db.countries import joinable as countries_to_join
from db.vocabularies import OPEN_STATUSES, OVER_STATUSES
from matcher import weights
from matcher.patient.demographics import canonical_country
from matcher.results import Patient
from matcher.trials.facts import EPOCH, Facts
from matcher.trials.index import Flags, Floats, Ints, TrialIndex
from matcher.trials.store import UNSTATED_DAY

OPEN, DOUBTFUL, CLOSED, FORGOTTEN, OVER = range(5)
"""How soon a trial can be joined, soonest first, as powers of `weights.JOINABLE`."""

ELSEWHERE, NEARBY, SOMEWHERE = 2, 1, 1
"""The same of a trial whose sites are all in other countries than the patient's, of one that has a site in a country
that borders on it, and of one that states none.
"""
UNSURE = 1
"""The same of a trial of which no stated limit says that it may take the patient, where age or sex are known."""
Powers = npt.NDArray[np.int8]
_AWAY = {"met": 0, "unknown": SOMEWHERE, "not met": ELSEWHERE}
# Trials have few different sets of countries and site statuses: each set is looked at once.
_SITES = """
SELECT list(place) AS places, sites FROM
    (SELECT trial_id, row_number() OVER (ORDER BY trial_id) - 1 AS place FROM trials)
    JOIN (SELECT trial_id, list_sort(list(DISTINCT {'country': country, 'state': CASE WHEN country IS NULL THEN state
        END, 'status': status})) AS sites FROM locations GROUP BY ALL) USING (trial_id)
GROUP BY sites"""


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
        self._of = lru_cache(maxsize=100)(self._find)
        self._away = lru_cache(maxsize=50)(self._find_away)

    def of(self, patient: Patient) -> Powers:
        """For each trial how soon the patient could join it, of those whose limits do not exclude them."""
        sex = patient.sex if patient.sex in ("female", "male") else None
        country = canonical_country(patient.country) if patient.country else None
        return self._of(patient.age_years is not None, sex, country)

    def _find(self, is_age_known: bool, sex: str | None, country: str | None) -> Powers:
        """The same of all patients of whom so much is known."""
        powers = self.of_anybody
        if sex is not None or is_age_known:
            may: Flags = self._states_ages & is_age_known
            if sex is not None:
                takes = [admitted in (sex, "all") for admitted in self._catalogue.sexes]
                may = may | np.array(takes, np.bool_)[self._catalogue.sex_codes]
            powers = powers + np.where(may, 0, UNSURE).astype(np.int8)
        return powers if country is None else powers + self._away(country)

    def factors(self, powers: Powers) -> Floats:
        """What each trial counts among others of its grade."""
        return counts(powers)[powers]

    def _find_away(self, country: str) -> Powers:
        """What each trial counts for where somebody may still join it: a site that is closed is none."""
        away, near = np.full(len(self._states_ages), SOMEWHERE, np.int8), bordering(country)
        for places, countries in self._joined:
            power = _AWAY[is_met(country, countries)]
            away[places] = power if power != ELSEWHERE or near.isdisjoint(countries) else NEARBY
        return away

    @cached_property
    def _joined(self) -> list[tuple[Ints, frozenset[str]]]:
        """The places of trials in the catalogue, by the countries where they can be joined."""
        found: dict[frozenset[str], list[int]] = {}
        for places, sites in self._catalogue.cursor().execute(_SITES).fetchall():
            countries = countries_to_join((site["country"], site["state"], site["status"]) for site in sites)
            found.setdefault(countries, []).extend(places)
        return [(np.array(places, np.int64), countries) for countries, places in found.items()]


def counts(powers: Powers) -> Floats:
    """What a trial of each power counts among others of its grade."""
    return np.array([weights.JOINABLE**power for power in range(int(powers.max(initial=0)) + 1)])


def _of_anybody(catalogue: TrialIndex, today: dt.date) -> Powers:
    """How soon each trial can be joined: it is open; it says so by a stale status; it is closed, or its status unknown,
    which a registry calls what said it was open years ago; that was very long ago; it is over.
    """
    facts, statuses = catalogue.facts, catalogue.statuses
    codes = catalogue.status_codes
    power: dict[str, int] = {**dict.fromkeys(OPEN_STATUSES, OPEN), **dict.fromkeys(OVER_STATUSES, OVER)}
    found: Powers = np.array([power.get(status, CLOSED) for status in statuses], np.int8)[codes]
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
