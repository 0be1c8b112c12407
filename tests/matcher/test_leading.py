"""A rare diagnosis leads, a common one beside it is context: trials for it come after, none strong or dangerous."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from matcher import Matcher, Patient
from tests.matcher.conftest import make_catalogue

EMPTY: tuple[str, ...] = ()


def trial(
    trial_id: str, title: str | None, *conditions: str, drug: str = "", low: str | None = None, status: str = "unknown"
) -> tuple[object, ...]:
    return (trial_id, title, conditions, EMPTY, (drug,) if drug else EMPTY, EMPTY, EMPTY, low, None, "all", status)


TRIALS = (
    trial("FOP", None, "Fibrodysplasia Ossificans Progressiva"),
    trial("FOP-OVER", None, "Fibrodysplasia Ossificans Progressiva", status="completed"),
    trial("FOP-OPEN", None, "Fibrodysplasia Ossificans Progressiva", status="recruiting"),
    trial("FOP-ADULTS", None, "Fibrodysplasia Ossificans Progressiva", low="18 Years"),
    trial("FOP-PAIN", None, "Fibrodysplasia Ossificans Progressiva", "Pain"),
    trial("INTRAMUSCULAR", "Intramuscular ketamine", "Pain", drug="Ketamine"),
    *(trial(f"PAIN-{number:02}", None, "Pain", drug="Morphine") for number in range(30)),
    *(trial(f"PRESSURE-{number:02}", None, "Hypertension") for number in range(30)),
)


@pytest.fixture(scope="module")
def suggests() -> Iterator[Matcher]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue.duckdb"
        make_catalogue(path, TRIALS)
        with duckdb.connect(str(path), read_only=True) as connection:
            yield Matcher.open(connection)


@pytest.mark.parametrize("text", ["FOP and pain", "pain, FOP", "FOP, hypertension", "hypertension, FOP"])
def test_the_rare_diagnosis_leads_wherever_it_stands(suggests: Matcher, text: str) -> None:
    matches = suggests.suggest(text, limit=100).matches
    ids = [match.trial_id for match in matches]
    leading = [match for match in matches if match.trial_id.startswith("FOP")]
    assert matches[: len(leading)] == tuple(leading)
    assert {match.grade for match in leading} == {"strong"}
    others = [match for match in matches if match not in leading]
    assert {match.grade for match in others} <= {"possible", "weak"}
    assert len(ids) == len(set(ids))


def test_each_trial_says_which_diagnosis_it_is_for(suggests: Matcher) -> None:
    found = {match.trial_id: match.leading for match in suggests.suggest("FOP, hypertension", limit=100).matches}
    assert (found["FOP"], found["PRESSURE-00"]) == ("FOP", "hypertension")


def test_a_trial_of_both_diagnoses_stands_first(suggests: Matcher) -> None:
    assert suggests.suggest("FOP, pain, recruiting or not").matches[0].trial_id == "FOP-PAIN"


def test_what_is_dangerous_in_a_disease_is_not_offered_for_another(suggests: Matcher) -> None:
    ids = [match.trial_id for match in suggests.suggest("FOP and pain", limit=100).matches]
    assert "INTRAMUSCULAR" not in ids
    assert "PAIN-00" in ids
    assert "INTRAMUSCULAR" in [match.trial_id for match in suggests.suggest("pain", limit=100).matches]


def test_what_can_be_joined_goes_first_and_what_is_over_last(suggests: Matcher) -> None:
    ids = [match.trial_id for match in suggests.suggest("ORPHA:337").matches]
    assert ids.index("FOP-OPEN") < ids.index("FOP") < ids.index("FOP-OVER")


def test_no_trial_is_cut_away_before_age_is_looked_at(suggests: Matcher) -> None:
    found = suggests.suggest("FOP, pain, hypertension", patient=Patient(age_years=10), limit=3)
    assert [item.trial_id for item in found.ruled_out] == ["FOP-ADULTS"]
    assert (len(found.matches), found.fit) == (3, 65)


def test_an_explanation_says_that_another_diagnosis_leads(suggests: Matcher) -> None:
    lines = suggests.suggest("FOP, hypertension", limit=2, explain="PRESSURE-00").explanation
    assert isinstance(lines, tuple)
    assert "it is for hypertension, and trials for what leads stand before it" in lines[-1]
