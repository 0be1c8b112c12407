"""What stands behind the trials of the diagnosis: related treatments and causes, and few hints of one kind."""

from pathlib import Path

import duckdb
import pytest

from matcher import Match, Matcher
from matcher.trials.treatments import treatments
from tests.matcher.conftest import TRIALS, make_catalogue

CALCIPHYLAXIS = "ISRCTN73380053"


def found(matcher: Matcher, text: str) -> dict[str, Match]:
    return {match.trial_id: match for match in matcher.suggest(text, limit=50).matches}


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("Sodium thiosulfate", ["sodium thiosulfate"]),
        ("Subcutaneous injection of sodium thiosulphate 25 %, 250 mg/mL", ["sodium thiosulfate"]),
        ("Topical 25% sodium metabisulfite", ["metabisulfite sodium"]),
        ("KRN23 (burosumab)", ["23 krn", "burosumab"]),
        ("Vitamin D", ["d vitamin"]),
        ("Vitamin K2 (menaquinone-7) 375 mcg daily", ["k2 vitamin", "7 menaquinone"]),
        ("Palovarotene dose level 2", ["palovarotene"]),
        ("placebo cream", []),
        ("Lidocaine injection (sham)", []),
        ("CT scan", []),
        ("Standard of care", []),
        ("", []),
    ],
)
def test_treatments_are_equal_without_dose_form_and_route(name: str, forms: list[str]) -> None:
    assert [form for _, form, _ in treatments([("drug", [name])])] == forms


def test_examinations_are_no_treatment_and_further_names_count() -> None:
    given = [("diagnostic_test", ["Ultrasound"]), (None, ["STS", "Sodium thiosulfate"])]
    assert list(treatments(given)) == [(2, "sts", "STS"), (2, "sodium thiosulfate", "Sodium thiosulfate")]


def test_the_same_treatment_in_a_related_calcification_is_a_labelled_hint(matcher: Matcher) -> None:
    matches = found(matcher, "dermatomyositis with calcinosis")
    hint = matches[CALCIPHYLAXIS]
    assert (hint.grade, hint.relation) == ("weak", "treatment")
    assert "Calciphylaxis" in hint.because[0]
    assert hint.because[-1].startswith('It gives "Sodium thiosulphate 25 g intravenously", as NCT')
    by_concepts = [trial_id for trial_id, match in matches.items() if match.relation != "wording"]
    assert by_concepts[-1] == CALCIPHYLAXIS


@pytest.mark.parametrize(
    "text",
    [
        "dermatomyositis",  # no calcification is stated
        "dermatomyositis with calcinosis, allergic to sodium thiosulfate",
        "dermatomyositis with calcinosis, no calciphylaxis",
        "multiple sclerosis",
        "osteoporosis",
    ],
)
def test_unrelated_barred_or_denied_it_is_not_shown(matcher: Matcher, text: str) -> None:
    assert CALCIPHYLAXIS not in found(matcher, text)


def test_the_same_finding_of_another_disease_is_labelled(matcher: Matcher) -> None:
    assert found(matcher, "dermatomyositis with calcinosis")["NCT02663895"].relation == "cause"


def test_an_explanation_covers_a_related_treatment(matcher: Matcher) -> None:
    lines = "\n".join(matcher.suggest("dermatomyositis with calcinosis", explain=CALCIPHYLAXIS).explanation or ())
    assert 'It gives "Sodium thiosulphate 25 g intravenously".' in lines
    assert "It is shown at place" in lines


def test_few_hints_rest_on_one_wide_heading(tmp_path: Path) -> None:
    trial = next(row for row in TRIALS if row[0] == "NCT00001248")
    many = [(f"NCT0100000{number}", None, ("Connective Tissue Diseases",), *trial[3:]) for number in range(9)]
    make_catalogue(tmp_path / "catalogue.duckdb", many)
    with duckdb.connect(str(tmp_path / "catalogue.duckdb")) as connection:
        matches = Matcher.open(connection).suggest("systemic sclerosis", limit=50).matches
    assert [match.grade for match in matches] == ["weak"] * 3


def test_few_hints_rest_on_one_wider_disease(tmp_path: Path) -> None:
    many = [("Extension for patients who have completed the study", ("Systemic Sclerosis",), ()) for _ in range(9)]
    with catalogue_of(tmp_path, *many, ("Laser", ("Calcinosis",), ())) as connection:
        matches = Matcher.open(connection).suggest("limited scleroderma with calcinosis", limit=50).matches
    assert [match.grade for match in matches if match.relation == "broader"] == ["weak"] * 3


def test_what_a_disease_may_be_is_no_wider_disease(tmp_path: Path) -> None:
    with catalogue_of(tmp_path, ("Self-management", ("Chronic Disease",), ())) as connection:
        assert not Matcher.open(connection).suggest("Guillain-Barre syndrome").matches


def test_a_trial_of_a_symptom_alone_is_not_strong_where_the_disease_is_stated(tmp_path: Path) -> None:
    with catalogue_of(tmp_path, ("Ketamine", ("Pain",), ()), ("Digestion", ("Signs and Symptoms, Digestive",), ())) as (
        connection
    ):
        matcher = Matcher.open(connection)
        assert [match.grade for match in matcher.suggest("endometriosis with pain").matches] == ["possible"]
        assert [match.grade for match in matcher.suggest("hyperphagia").matches] == ["weak"]


def test_what_many_diseases_come_with_hints_at_nothing(tmp_path: Path) -> None:
    trial = next(row for row in TRIALS if row[0] == "NCT00001248")
    make_catalogue(tmp_path / "catalogue.duckdb", [("NCT01000000", None, ("Fever",), *trial[3:])])
    with duckdb.connect(str(tmp_path / "catalogue.duckdb")) as connection:
        assert not Matcher.open(connection).suggest("Erdheim-Chester disease").matches


def test_a_catalogue_without_trials_answers(tmp_path: Path) -> None:
    make_catalogue(tmp_path / "catalogue.duckdb", [])
    with duckdb.connect(str(tmp_path / "catalogue.duckdb")) as connection:
        assert not Matcher.open(connection).suggest("systemic sclerosis with calcinosis").matches


def test_an_abbreviation_means_what_the_trial_says_it_does(tmp_path: Path) -> None:
    with catalogue_of(tmp_path, ("Azelaic acid", ("Papulopustular Rosacea (PPR)",), ())) as connection:
        matcher = Matcher.open(connection)
        assert not matcher.suggest("polymyalgia rheumatica").matches
        assert [match.grade for match in matcher.suggest("rosacea").matches] == ["strong"]


def catalogue_of(path: Path, *trials: tuple[object, ...]) -> duckdb.DuckDBPyConnection:
    """A catalogue of trials given as (title, conditions, exclusion)."""
    rest = next(row for row in TRIALS if row[0] == "NCT00001248")
    rows = [
        (f"NCT0100000{number}", title, conditions, (), (), (), exclusion, *rest[7:])
        for number, (title, conditions, exclusion) in enumerate(trials)
    ]
    make_catalogue(path / "catalogue.duckdb", rows)
    return duckdb.connect(str(path / "catalogue.duckdb"))


@pytest.mark.parametrize(
    ("condition", "exclusion", "diagnosis", "grade"),
    [
        ("Multiple Myeloma", "Earlier treatment of multiple myeloma with melphalan", "multiple myeloma", "strong"),
        ("Duchenne Muscular Dystrophy", "Other muscular dystrophies", "Duchenne muscular dystrophy", "strong"),
        ("Hypoparathyroidism", "Pseudohypoparathyroidism", "pseudohypoparathyroidism", None),
        ("Diabetes Mellitus, Type 2", "Type 1 diabetes mellitus", "type 1 diabetes", None),
    ],
)
def test_what_a_trial_is_for_it_does_not_exclude(
    tmp_path: Path, condition: str, exclusion: str, diagnosis: str, grade: str | None
) -> None:
    with catalogue_of(tmp_path, (None, (condition,), (exclusion,))) as connection:
        matches = Matcher.open(connection).suggest(diagnosis).matches
    assert [match.grade for match in matches if match.grade != "weak"] == [grade] * (grade is not None)


@pytest.mark.parametrize(
    ("title", "condition", "diagnosis"),
    [
        ("TAK-063 in Healthy Volunteers", "Healthy Volunteers", "Takayasu arteritis"),
        ("Effects of a Contraceptive on BMD in Young Women", "Contraception", "Becker muscular dystrophy"),
        ("Carotid Stenting Versus Endarterectomy Trial (CREST)", "Carotid Stenosis", "CREST syndrome"),
    ],
)
def test_three_letters_of_a_title_are_no_disease_without_support(
    tmp_path: Path, title: str, condition: str, diagnosis: str
) -> None:
    with catalogue_of(tmp_path, (title, (condition,), ())) as connection:
        assert not Matcher.open(connection).suggest(diagnosis).matches


def test_an_abbreviation_that_the_conditions_support_counts(tmp_path: Path) -> None:
    with catalogue_of(tmp_path, ("Exercise in COPD", ("Lung Diseases, Obstructive",), ())) as connection:
        (match,) = Matcher.open(connection).suggest("chronic obstructive pulmonary disease").matches
    assert match.grade == "strong"


def test_a_wider_disease_by_tree_alone_is_no_strong_match(tmp_path: Path) -> None:
    with catalogue_of(tmp_path, (None, ("Obesity",), ()), (None, ("Muscular Dystrophies",), ())) as connection:
        matcher = Matcher.open(connection)
        obesity = [match.grade for match in matcher.suggest("Prader-Willi syndrome").matches]
        dystrophy = [match.grade for match in matcher.suggest("limb-girdle muscular dystrophy").matches]
    assert (obesity, dystrophy) == (["weak"], ["possible"])
