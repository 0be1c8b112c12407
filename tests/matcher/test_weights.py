"""What each weight does, as scores of made-up trials for codes, which share no word with any trial."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from matcher import Matcher
from tests.matcher.conftest import make_catalogue

SYSTEMIC_SCLEROSIS, DIFFUSE, DERMATOMYOSITIS = "MONDO:0005100", "MONDO:0016356", "MONDO:0016367"
CALCINOSIS, CALCIPHYLAXIS = "HP:0025520", "MONDO:0017215"


def trial(trial_id: str, *conditions: str, **facts: Any) -> tuple[Any, ...]:
    names = ("keywords", "drugs", "inclusion", "exclusion")
    lists = [tuple(facts.get(name, ())) for name in names]
    return (
        trial_id, facts.get("title"), conditions, *lists, None, None, None, "recruiting",
    )  # fmt: skip


TRIALS = (
    trial("CONDITION", "Systemic sclerosis"),
    trial("TITLE", "Lung function", title="Systemic sclerosis"),
    trial("KEYWORD", "Lung function", keywords=["Systemic sclerosis"]),
    trial("INCLUSION", "Lung function", inclusion=["Systemic sclerosis"]),
    trial("NARROWER", "Limited cutaneous systemic sclerosis"),
    trial("DERMATOMYOSITIS", "Dermatomyositis"),
    trial("CALCINOSIS", "Calcinosis cutis"),
    trial("BOTH", "Dermatomyositis", "Calcinosis cutis"),
    trial("EARLIER", "Systemic sclerosis", inclusion=["Completed NCT03029429 or NCT04551170"]),
    trial(
        "EXCLUDING",
        "Lung function",
        keywords=["Diffuse cutaneous systemic sclerosis"],
        exclusion=["Systemic sclerosis"],
    ),
    trial("CORONARY", "Coronary artery calcification"),
    trial("ARTERIAL", "Arterial calcification"),
)


@pytest.fixture(scope="module")
def suggests() -> Iterator[Matcher]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue.duckdb"
        make_catalogue(path, TRIALS)
        with duckdb.connect(str(path), read_only=True) as connection:
            yield Matcher.open(connection)


@pytest.mark.parametrize(
    ("query", "trial_id", "score", "grade"),
    [
        (SYSTEMIC_SCLEROSIS, "CONDITION", 1.0, "strong"),
        (SYSTEMIC_SCLEROSIS, "TITLE", 0.97, "strong"),
        (SYSTEMIC_SCLEROSIS, "KEYWORD", 0.8 * 0.9, "strong"),  # a keyword, of a trial of something else
        (SYSTEMIC_SCLEROSIS, "INCLUSION", 0.7 * 0.9, "possible"),
        (SYSTEMIC_SCLEROSIS, "NARROWER", 0.8, "strong"),
        (SYSTEMIC_SCLEROSIS, "EARLIER", 0.6, "possible"),
        (DIFFUSE, "CONDITION", 0.87, "strong"),  # one step up
        (DIFFUSE, "KEYWORD", 0.87 * 0.8 * 0.9 * 0.7, "possible"),  # and wider than the diagnosis
        (DERMATOMYOSITIS, "BOTH", 0.5 + 0.5 * 0.5, "strong"),  # the finding is not stated; half of the patients have it
        ([DERMATOMYOSITIS, CALCINOSIS], "BOTH", 1.0, "strong"),
        ([DERMATOMYOSITIS, CALCINOSIS], "DERMATOMYOSITIS", 0.6, "possible"),
        ([DERMATOMYOSITIS, CALCINOSIS], "CALCINOSIS", 0.6, "possible"),
        ([SYSTEMIC_SCLEROSIS, CALCINOSIS], "BOTH", 0.4, "weak"),  # the finding of another disease
        (DIFFUSE, "EXCLUDING", 0.8 * 0.9 * 0.3, "weak"),
        (CALCINOSIS, "BOTH", 0.6, "possible"),
    ],
)
def test_scores_are_products_of_the_weights(
    suggests: Matcher, query: str | list[str], trial_id: str, score: float, grade: str
) -> None:
    found = {match.trial_id: match for match in suggests.suggest(query).matches}
    assert found[trial_id].score == pytest.approx(score, abs=0.001)
    assert found[trial_id].grade == grade


def test_what_a_disease_implies_implies_no_special_kind_of_it(suggests: Matcher) -> None:
    found = {match.trial_id: match for match in suggests.suggest("ORPHA:51608").matches}
    assert [item.label for item in suggests.suggest("ORPHA:51608").diagnoses[0].concepts] == [
        "Generalized arterial calcification of infancy"
    ]
    assert (found["ARTERIAL"].grade, found["CORONARY"].grade) == ("possible", "weak")
    assert any("but is not stated" in line for line in found["CORONARY"].because)


def test_of_two_that_come_with_one_another_the_table_says_which_is_the_complication(suggests: Matcher) -> None:
    place_of, complicates = suggests.terminology.place_of, suggests.scorer.expansion.complicates
    calciphylaxis, kidney_failure = place_of[CALCIPHYLAXIS], place_of["HP:0003774"]
    assert complicates(calciphylaxis, kidney_failure)
    assert not complicates(kidney_failure, calciphylaxis)
    assert complicates(place_of[CALCINOSIS], place_of[SYSTEMIC_SCLEROSIS])


def test_a_disease_is_no_complication_of_its_own_kinds(suggests: Matcher) -> None:
    place_of, complicates = suggests.terminology.place_of, suggests.scorer.expansion.complicates
    assert not complicates(place_of["MONDO:0600023"], place_of[DERMATOMYOSITIS])
