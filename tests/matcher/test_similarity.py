"""Where concepts end, similarity begins and says so: by words, and by meaning where a sentence model is there."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest

from matcher import DenseModelError, Match, Matcher, Patient, write_index
from matcher.index_folder import folder_of
from matcher.seal import seal
from matcher.similarity import dense
from tests.matcher.conftest import make_catalogue

NO_MODEL = "needs the sentence model of the extra calcitrials[dense]"


def trial(
    trial_id: str, title: str, condition: str, least: str | None = None, most: str | None = None
) -> tuple[object, ...]:
    return (trial_id, title, (condition,), (), (), (), (), least, most, "all", "recruiting")


TRIALS = (
    trial("NCT90000001", "Cryoneurolysis of the Wrist in Zorblatt Kimmelmann Disease", "Healthy", "18 Years"),
    trial("NCT90000002", "Home Exercise in Zorblatt Kimmelmann Disease of Children", "Healthy", None, "12 Years"),
    trial("NCT90000003", "Warm Baths for Tired Nurses", "Healthy"),
    trial("NCT90000004", "Tamoxifen in Breast Cancer", "Breast Cancer"),
    trial("NCT90000005", "Salt and Blood Pressure", "Hypertension"),
    trial("NCT90000006", "Lumpectomy or Mastectomy With Tamoxifen", "Surgery"),
    trial("NCT90000008", "Splints in Kimmelmann Disease With Sjögren Syndrome", "Healthy", "18 Years"),
    trial("NCT90000007", "Vitamin D in Winter", "Vitamin D Deficiency"),
)
DISEASE = "Zorblatt Kimmelmann disease"


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    path = tmp_path / "catalog-1.duckdb"
    make_catalogue(path, TRIALS)
    return path


def by_wording(matcher: Matcher, text: str, patient: Patient | None = None, limit: int = 20) -> list[Match]:
    found = matcher.suggest(text, patient=patient, limit=limit).matches
    return [match for match in found if match.relation == "wording"]


def open_matcher(snapshot: Path) -> Matcher:
    return Matcher.open(duckdb.connect(str(snapshot), read_only=True))


@pytest.fixture
def with_model(monkeypatch: pytest.MonkeyPatch) -> Iterator[dense.Encoder]:
    monkeypatch.delenv(dense.FOLDER, raising=False)
    dense.default_encoder.cache_clear()
    encoder = dense.default_encoder()
    if encoder is None:
        pytest.skip(NO_MODEL)
    yield encoder
    dense.default_encoder.cache_clear()


def test_a_disease_that_no_vocabulary_has_is_found_by_its_words(snapshot: Path) -> None:
    found = by_wording(open_matcher(snapshot), DISEASE)
    assert {match.trial_id for match in found} == {"NCT90000001", "NCT90000002", "NCT90000008"}
    assert all(match.grade == "weak" for match in found)
    assert "words that agree: kimmelmann, disease" in found[0].because[0]


def test_it_stands_behind_what_the_concepts_lead_to(snapshot: Path) -> None:
    matches = open_matcher(snapshot).suggest(f"hypertension, {DISEASE}").matches
    assert [match.relation for match in matches] == ["same", *["wording"] * 3]


def test_limits_of_age_hold(snapshot: Path) -> None:
    found = by_wording(open_matcher(snapshot), DISEASE, Patient(age_years=40))
    assert {match.trial_id for match in found} == {"NCT90000001", "NCT90000008"}


def test_what_names_something_denied_is_not_brought(snapshot: Path) -> None:
    found = open_matcher(snapshot).suggest(["Kimmelmann disease", "no Sjögren syndrome"]).matches
    assert {match.trial_id for match in found} == {"NCT90000001", "NCT90000002"}


def test_what_a_relative_has_too_is_not_denied(snapshot: Path) -> None:
    assert by_wording(open_matcher(snapshot), "Kimmelmann disease. Her father has Kimmelmann disease.")


@pytest.mark.parametrize(
    "text",
    ["migraine with aura", f"no {DISEASE}", "Qwertz disease", "Kimmelmann", "acute appendicitis in a nurse"],
)
def test_it_is_quiet_where_nothing_fits(snapshot: Path, text: str) -> None:
    firm = [match for match in open_matcher(snapshot).suggest(text).matches if match.grade != "weak"]
    assert not firm
    assert len(by_wording(open_matcher(snapshot), text)) <= (3 if text == "Kimmelmann" else 0)


def test_a_code_brings_nothing_by_its_own_letters(snapshot: Path) -> None:
    resource = {"resourceType": "Condition", "code": {"text": "migraine"}, "note": [{"text": DISEASE}]}
    assert by_wording(open_matcher(snapshot), json.dumps(resource)) == []


def test_the_index_lies_beside_the_snapshot_and_is_made_once(snapshot: Path) -> None:
    write_index(snapshot)
    files = sorted(folder_of(snapshot).rglob("*.npy"))
    times = [file.stat().st_mtime_ns for file in files]
    assert files
    assert by_wording(open_matcher(snapshot), DISEASE)
    assert [file.stat().st_mtime_ns for file in files] == times


def test_a_reader_makes_a_missing_or_damaged_index(snapshot: Path) -> None:
    expected = by_wording(open_matcher(snapshot), DISEASE)
    next(folder_of(snapshot).rglob("vocab*")).write_text("{")
    assert by_wording(open_matcher(snapshot), DISEASE) == expected
    shutil.rmtree(folder_of(snapshot))
    assert by_wording(open_matcher(snapshot), DISEASE) == expected
    assert folder_of(snapshot).is_dir()


def test_a_catalogue_that_may_change_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "writer.duckdb"
    make_catalogue(path, TRIALS)
    with duckdb.connect(str(path)) as connection:
        assert by_wording(Matcher.open(connection), DISEASE)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["writer.duckdb"]


def test_a_model_that_is_none_is_said(snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(dense.FOLDER, str(tmp_path))
    dense.default_encoder.cache_clear()
    with pytest.raises(DenseModelError, match=r"model\.onnx"):
        open_matcher(snapshot).suggest(DISEASE)
    dense.default_encoder.cache_clear()


def test_meaning_finds_what_no_word_says(snapshot: Path, with_model: dense.Encoder) -> None:
    found = by_wording(open_matcher(snapshot), "breast cancer")
    assert [match.trial_id for match in found] == ["NCT90000006"]
    assert found[0].grade == "weak"
    assert "likeness of meaning" in found[0].because[0]


def test_words_and_meaning_together_make_an_unknown_disease_possible(snapshot: Path, with_model: dense.Encoder) -> None:
    found = by_wording(open_matcher(snapshot), DISEASE)
    assert [match.grade for match in found[:2]] == ["possible", "possible"]


def test_in_a_note_what_it_is_not_about_is_not_strong(snapshot: Path, with_model: dense.Encoder) -> None:
    note = (
        "A 52-year-old teacher came after a fall from a ladder in her garden while she was cutting the hedge. The left "
        "wrist was swollen over the scaphoid bone; radiographs were normal and a plaster was applied for six weeks. "
        "She lives with her husband on the third floor, cooks, drives, and plays the violin in an orchestra. "
        "She takes amlodipine for hypertension."
    )
    grades = {match.trial_id: match.grade for match in open_matcher(snapshot).suggest(note).matches}
    assert grades["NCT90000005"] != "strong"


def test_vectors_are_taken_over_from_the_snapshot_before(snapshot: Path, with_model: dense.Encoder) -> None:
    write_index(snapshot)
    name = f"vectors-{with_model.name}/vectors.npy"
    (stored,) = folder_of(snapshot).rglob(name)
    vectors = np.load(stored)
    assert vectors.dtype == np.float16
    assert vectors.shape[0] == len(TRIALS)
    np.save(stored, vectors * 0 + 0.5)
    seal(stored.parent)
    later = snapshot.with_name("catalog-2.duckdb")
    make_catalogue(later, (*TRIALS, trial("NCT90000009", "Yoga for Back Pain", "Low Back Pain")))
    write_index(later)
    made = np.load(next(folder_of(later).rglob(name)))
    assert (made[:-1] == 0.5).all()
    assert not (made[-1] == 0.5).all()
