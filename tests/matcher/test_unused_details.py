"""What is said of a diagnosis and not used is told; trials that state the opposite are no strong suggestion."""

import duckdb
import pytest

from matcher import Matcher
from matcher.patient.unused_details import contradiction
from tests.matcher.conftest import make_catalogue

TITLES = {
    "NCT90000001": "Study A in Triple Negative Breast Cancer",
    "NCT90000002": "Study B in HER2 Positive Breast Cancer",
    "NCT90000003": "Study C in Early-Stage Breast Cancer",
    "NCT90000004": "Study D in Breast Cancer",
}
TRIALS = tuple(
    (trial_id, title, ("Breast Cancer",), (), (), (), (), None, None, None, "recruiting")
    for trial_id, title in TITLES.items()
)


@pytest.fixture(scope="module")
def oncology(tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    path = tmp_path_factory.mktemp("oncology") / "catalogue.duckdb"
    make_catalogue(path, TRIALS)
    return Matcher.open(duckdb.connect(str(path), read_only=True))


@pytest.mark.parametrize(
    ("text", "details"),
    [
        ("metastatic breast cancer HER2 positive", ("metastatic",)),
        ("HER2-negative, ER+ breast cancer, second-line", ("HER2-negative", "second-line")),
        ("breast cancer cT2N1M0, PD-L1 50%, ECOG 1", ("cT2N1M0", "PD-L1 50%", "ECOG 1")),
        ("breast cancer, BRCA1 mutation, second line", ("BRCA1 mutation", "second line")),
        ("cancer du sein métastatique HER2 positif, 2e ligne", ("métastatique", "HER2 positif", "2e ligne")),
        ("Mammakarzinom HER2 positiv, Zweitlinientherapie", ("HER2 positiv", "Zweitlinientherapie")),
        ("câncer de mama HER2 negativo estádio II", ("HER2 negativo", "estádio II")),
        ("gemetastaseerde borstkanker HER2 positief", ("gemetastaseerde",)),
        ("breast cancer", ()),
        ("breast cancer in a patient with a positive family history", ()),
    ],
)
def test_what_is_not_used_is_told(oncology: Matcher, text: str, details: tuple[str, ...]) -> None:
    diagnosis = oncology.suggest(text).diagnoses[0]
    assert "breast" in diagnosis.concepts[0].label.lower()
    assert diagnosis.not_used == details


def test_a_name_that_says_it_uses_it(oncology: Matcher) -> None:
    (diagnosis,) = oncology.suggest("Triple negative breast cancer").diagnoses
    assert diagnosis.not_used == ()
    assert diagnosis.concepts[0].label == "Triple Negative Breast Neoplasms"


@pytest.mark.parametrize(
    ("text", "weaker"),
    [
        ("metastatic breast cancer HER2 positive", {"NCT90000001", "NCT90000003"}),
        ("breast cancer stage IV", {"NCT90000003"}),
        ("breast cancer HER2 negative", {"NCT90000002"}),
        ("breast cancer", set()),
    ],
)
def test_a_trial_that_states_the_opposite_is_not_strong(oncology: Matcher, text: str, weaker: set[str]) -> None:
    matches = oncology.suggest(text).matches
    strong = {match.trial_id for match in matches if match.grade == "strong"}
    assert strong
    assert strong.isdisjoint(weaker)
    assert {match.trial_id for match in matches if "the patient's diagnosis" in match.because[-1]} <= weaker
    grades = [("strong", "possible", "weak").index(match.grade) for match in matches]
    assert grades == sorted(grades)


@pytest.mark.parametrize(
    ("stated", "trial", "found"),
    [
        ("BRAF V600E", "Melanoma With BRAF Wild-Type Tumors", True),
        ("stage IV", "Stage I to IV Melanoma", False),
        ("stage IV", "Stage I Non-Small Cell Lung Cancer", True),
        ("stage I", "Metastatic Melanoma", True),
        ("HER2 positive", "HER2-Positive Breast Cancer", False),
    ],
)
def test_what_contradicts_a_detail(stated: str, trial: str, found: bool) -> None:
    assert (contradiction([stated], trial) is not None) == found


def test_a_letter_that_is_not_understood_is_not_echoed(oncology: Matcher) -> None:
    letter = "Dear colleague, thank you for seeing this pleasant lady who came asking about nothing in particular. " * 5
    (diagnosis,) = oncology.suggest(letter).diagnoses
    assert diagnosis.concepts == ()
    assert len(diagnosis.mention) <= 62
    assert diagnosis.mention.endswith(" …")
