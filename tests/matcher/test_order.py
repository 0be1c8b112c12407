"""Within a grade what the patient could join today goes first; what a trial lists word for word is always found."""

import datetime as dt
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import msgspec
import pytest

from calcitrials.output import console_for, print_matches
from matcher import Matcher, Patient
from matcher.ranking.standing import ELSEWHERE, NEARBY, SOMEWHERE, Standing
from tests.matcher.conftest import make_catalogue

NONE: tuple[str, ...] = ()
SITES = (
    ("E-AWAY", "Japan", None, None),
    ("F-HERE", "Frankreich", None, None),
    ("F-HERE", "Spain", None, "WITHDRAWN"),
    ("E-AWAY", None, "Asia (except Japan)", None),
)
"""Trial, country, part of the world where none is named, status of the site."""
FOP = "Fibrodysplasia Ossificans Progressiva"
TODAY = dt.date.today()
LONG_AGO, SOON = TODAY - dt.timedelta(days=900), TODAY + dt.timedelta(days=400)


def trial(trial_id: str, status: str, *conditions: str, low: str | None = None) -> tuple[object, ...]:
    return (trial_id, None, conditions, NONE, NONE, NONE, NONE, low, None, "all", status)


TRIALS = (
    trial("A-OVER", "completed", FOP),
    trial("B-UNKNOWN", "unknown", FOP),
    trial("C-PAST", "recruiting", FOP),
    trial("D-UNTOUCHED", "recruiting", FOP),
    trial("E-AWAY", "recruiting", FOP, low="2 Years"),
    trial("F-HERE", "recruiting", FOP, low="2 Years"),
    trial("WIDE", "unknown", "Ocular Hypertension", "Glaucoma, Primary Open Angle"),
    trial("PARTLY", "unknown", "Clear Cell Zorblatt Tumor"),
    trial("READ-AS-DENIED", "unknown", "Non-24-Hour Sleep-Wake Disorder"),
    trial("LUNG", "unknown", "Pulmonary Hypertension", "Systemic Sclerosis"),
    trial("SSC", "unknown", "Systemic Sclerosis"),
    *(trial(f"TUMOR-{number}", "recruiting", "Neoplasms") for number in range(9)),
    *(trial(f"PRESSURE-{number}", "recruiting", "Hypertension") for number in range(9)),
)
DATES = {"C-PAST": (LONG_AGO, TODAY), "D-UNTOUCHED": (SOON, LONG_AGO), "E-AWAY": (SOON, TODAY), "F-HERE": (SOON, TODAY)}


@pytest.fixture(scope="module")
def suggests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matcher]:
    path: Path = tmp_path_factory.mktemp("order") / "catalogue.duckdb"
    make_catalogue(path, TRIALS)
    with duckdb.connect(str(path)) as connection:
        for trial_id, (end, update) in DATES.items():
            connection.execute(
                "UPDATE trials SET completion_date = ?, completion_date_precision = 'day', last_update_date = ? "
                "WHERE trial_id = ?",
                [end, update, trial_id],
            )
        for place, site in enumerate(SITES):
            connection.execute(
                "INSERT INTO locations (trial_id, position, country, state, status) VALUES (?, ?, ?, ?, ?)",
                [site[0], place, *site[1:]],
            )
    with duckdb.connect(str(path), read_only=True) as connection:
        yield Matcher.open(connection)


def ids(suggests: Matcher, text: str, patient: Patient | None = None) -> list[str]:
    return [match.trial_id for match in suggests.suggest(text, patient=patient, limit=100).matches]


def test_open_trials_go_first_then_stale_ones_and_what_is_over_last(suggests: Matcher) -> None:
    found = [trial_id for trial_id in ids(suggests, "FOP") if trial_id[1] == "-"]
    assert set(found[:2]) == {"E-AWAY", "F-HERE"}
    assert found[2:] == ["C-PAST", "D-UNTOUCHED", "B-UNKNOWN", "A-OVER"]


def test_a_match_says_whether_its_status_is_stale(suggests: Matcher) -> None:
    found = {match.trial_id: match for match in suggests.suggest("FOP").matches}
    stale = {trial_id for trial_id, match in found.items() if match.status_is_stale}
    assert stale == {"C-PAST", "D-UNTOUCHED"}
    assert found["C-PAST"].completion_date == LONG_AGO.isoformat()
    assert found["C-PAST"].status_stale_reason == f"said on {TODAY}; its end date passed on {LONG_AGO}"
    assert found["E-AWAY"].status_stale_reason is None


def test_a_site_in_the_stated_country_goes_first(suggests: Matcher) -> None:
    assert ids(suggests, "FOP", Patient(country="France"))[0] == "F-HERE"
    assert ids(suggests, "FOP", Patient(country="Japan"))[0] == "E-AWAY"


def test_a_closed_site_is_none_and_a_region_may_be_one(suggests: Matcher) -> None:
    """Spain: one has a site that was withdrawn, the other one across the border. India: one may have sites in Asia."""
    standing = Standing(suggests.catalogue)
    place = {facts.trial_id: at for at, facts in enumerate(suggests.catalogue.facts)}

    def away(country: str) -> tuple[int, int]:
        powers = standing.of(Patient(country=country)) - standing.of(Patient())
        return int(powers[place["E-AWAY"]]), int(powers[place["F-HERE"]])

    assert away("Spain") == (ELSEWHERE, NEARBY)
    assert away("France") == (ELSEWHERE, 0)
    assert away("India") == (SOMEWHERE, ELSEWHERE)
    assert away("Japan") == (0, ELSEWHERE)


def test_a_site_across_the_border_goes_before_one_far_away_and_is_not_met(suggests: Matcher) -> None:
    near, far = ids(suggests, "FOP", Patient(country="Belgium")), ids(suggests, "FOP", Patient(country="Ireland"))
    assert near.index("F-HERE") < near.index("E-AWAY")
    assert far.index("E-AWAY") < far.index("F-HERE")
    answer = suggests.suggest("FOP", patient=Patient(country="Belgium"), limit=100)
    (across,) = [match for match in answer.matches if match.trial_id == "F-HERE"]
    assert across.eligibility.country == "not met"


def test_limits_that_say_nothing_of_the_patient_come_after_those_that_admit(suggests: Matcher) -> None:
    found = suggests.suggest("FOP", patient=Patient(age_years=30)).matches
    assert [match.eligibility.verdict for match in found[:2]] == ["possible", "possible"]
    assert found[2].eligibility.verdict == "unknown"


def test_the_table_has_a_part_for_what_is_over(suggests: Matcher, capsys: pytest.CaptureFixture[str]) -> None:
    facts = {"trials": 1, "sample_trials": 0, "published": "today"}
    answer = {**msgspec.to_builtins(suggests.suggest("FOP")), "catalogue": facts}
    print_matches(answer, console_for(sys.stdout))
    before, heading, after = capsys.readouterr().out.partition("Completed, terminated or withdrawn")
    assert heading
    assert "A-OVER" in after
    assert "A-OVER" not in before
    assert "B-UNKNOWN" in before
    assert f"recruiting (said on {TODAY}; its end date passed on {LONG_AGO})" in before


@pytest.mark.parametrize(
    ("text", "trial_id"),
    [
        ("Ocular hypertension", "WIDE"),
        ("clear cell zorblatt tumor", "PARTLY"),
        ("Non-24-Hour Sleep-Wake Disorder", "READ-AS-DENIED"),
    ],
)
def test_a_listed_condition_brings_the_trial(suggests: Matcher, text: str, trial_id: str) -> None:
    match = next(match for match in suggests.suggest(text).matches if match.trial_id == trial_id)
    assert match.grade in ("strong", "possible")


def test_hypertension_beside_a_disease_is_no_pulmonary_hypertension(suggests: Matcher) -> None:
    scores = {match.trial_id: match.score for match in suggests.suggest("systemic sclerosis, hypertension").matches}
    alone = {match.trial_id: match.score for match in suggests.suggest("systemic sclerosis").matches}
    assert scores["LUNG"] == alone["LUNG"]


@pytest.mark.parametrize(
    "text", ["ossificans progressiva, fibrodysplasia, asthma", "asthma, progressiva ossificans, fibrodysplasia"]
)
def test_a_name_that_was_turned_round_is_read_inside_a_list(suggests: Matcher, text: str) -> None:
    assert "F-HERE" in ids(suggests, text)


@pytest.mark.parametrize(
    ("verification", "grades"), [("confirmed", {"strong"}), ("refuted", set()), ("entered-in-error", set())]
)
def test_a_coded_condition_that_is_ruled_out_brings_no_trial_that_lists_its_text(
    suggests: Matcher, verification: str, grades: set[str]
) -> None:
    status = {"coding": [{"code": verification}]}
    resource = {
        "resourceType": "Condition",
        "code": {"text": "Clear cell zorblatt tumor"},
        "verificationStatus": status,
    }
    matches = suggests.suggest(json.dumps(resource)).matches
    assert {match.grade for match in matches if match.trial_id == "PARTLY"} == grades


def test_an_explanation_says_what_kept_a_trial_away(suggests: Matcher) -> None:
    limited = suggests.suggest("FOP", patient=Patient(age_years=1), explain="F-HERE").explanation
    assert isinstance(limited, tuple)
    assert limited[-1] == "It is ruled out: The patient is 12 months old; the trial takes people from 2 years on."
    denied = suggests.suggest("asthma, no systemic sclerosis", explain="SSC").explanation
    assert isinstance(denied, tuple)
    assert "absent or past" in denied[-2]
    listed = suggests.suggest("clear cell zorblatt tumor", explain="PARTLY").explanation
    assert isinstance(listed, tuple)
    assert "word for word" in listed[-1]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("spleen calcification", "Splenic calcification"),
        ("Milzverkalkung", "Splenic calcification"),
        ("liver calcification", "Hepatic calcification"),
        ("human immunodeficiency virus", "HIV infection"),
        ("respiratory syncytial virus", "Respiratory Syncytial Virus Infections"),
    ],
)
def test_a_site_or_a_virus_stays_what_it_is(suggests: Matcher, text: str, label: str) -> None:
    (diagnosis,) = suggests.suggest(text).diagnoses
    assert [concept.label for concept in diagnosis.concepts] == [label]
