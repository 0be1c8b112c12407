"""What a long note is about gives its suggestions; what it names beside that brings hints."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from matcher import Match, Matcher, Patient
from tests.matcher.conftest import make_catalogue

EMPTY: tuple[str, ...] = ()


def trial(
    trial_id: str, condition: str, title: str = "", inclusion: tuple[str, ...] = EMPTY, low: str | None = None
) -> tuple[object, ...]:
    return (trial_id, title, (condition,), EMPTY, EMPTY, inclusion, EMPTY, low, None, "all", "recruiting")


TRIALS = (
    trial("SSC", "Systemic Sclerosis"),
    trial("SSC-LUNG", "Systemic Sclerosis", inclusion=("Breathless on stairs despite mycophenolate",)),
    trial("SSC-OLD", "Systemic Sclerosis", low="70 Years"),
    trial("EMBOLISM", "Pulmonary Embolism"),
    trial("PNEUMONIA", "Pneumonia"),
    trial("APPENDICITIS", "Appendicitis"),
    trial("MYCOPHENOLATE", "Healthy", "Mycophenolate Levels in Volunteers"),
    *(trial(f"PRESSURE-{number:02}", "Hypertension") for number in range(12)),
    *(trial(f"FRACTURE-{number:02}", "Radius Fracture") for number in range(12)),
)
LIFE = (
    "She lives with her husband on the third floor, cooks, drives, and plays the violin in an orchestra. Until last "
    "winter she climbed to her flat without a rest; now she stops twice on them although mycophenolate was given. "
    "Her garden, the neighbours' dogs and a grandson at the weekend keep her busy; she sleeps well, eats bread, "
    "vegetables and fish, drinks coffee at breakfast and a glass of wine on Sundays."
)
"""What makes a text a note and names nothing."""
NOTES = {
    "en": f"A 52-year-old teacher with a diagnosis of systemic sclerosis. {LIFE} Systemic sclerosis was found when her "
    "fingers turned white. On the ward appendicitis and pneumonia were treated, and she takes amlodipine for "
    "hypertension.",
    "named last": f"A 52-year-old teacher came with fingers that turn white. {LIFE} She takes amlodipine for "
    "hypertension; appendicitis and pneumonia were treated. All this was thought to be consistent with systemic "
    "sclerosis.",
    "fr": "Patiente de 52 ans, enseignante, venue pour des doigts blancs au froid depuis deux hivers. Elle habite "
    "au troisième étage avec son mari, cuisine, conduit et joue du violon dans un orchestre de la ville. Une pneumonie "
    "et une appendicite ont été soignées dans le service; elle prend de l'amlodipine pour son hypertension. Le "
    "diagnostic de sclérodermie systémique a été retenu.",
    "es": "Mujer de 52 años, maestra, que ingresa por dedos blancos con el frío desde hace dos inviernos. Vive en el "
    "tercer piso con su marido, cocina, conduce y toca el violín en una orquesta de la ciudad. Se le trataron una "
    "neumonía y una apendicitis; toma amlodipino para la hipertensión. El diagnóstico fue de esclerosis sistémica.",
    "de": "Die 52-jährige Lehrerin kam wegen weißer Finger bei Kälte seit zwei Wintern. Sie wohnt mit ihrem Mann im "
    "dritten Stock, kocht, fährt Auto und spielt Geige in einem Orchester der Stadt. Auf Station wurden eine Pneumonie "
    "und eine Appendizitis behandelt; sie nimmt Amlodipin gegen Hypertonie. Diagnose: systemische Sklerose.",
}


@pytest.fixture(scope="module")
def suggests() -> Iterator[Matcher]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue.duckdb"
        make_catalogue(path, TRIALS)
        with duckdb.connect(str(path), read_only=True) as connection:
            yield Matcher.open(connection)


def suggested(matcher: Matcher, text: str, patient: Patient | None = None) -> list[Match]:
    return list(matcher.suggest(text, patient=patient, limit=100).matches)


@pytest.mark.parametrize("name", NOTES)
def test_what_a_note_gives_as_its_diagnosis_leads(suggests: Matcher, name: str) -> None:
    found = suggested(suggests, NOTES[name])
    assert found[0].trial_id.startswith("SSC")
    grade = "possible" if name == "named last" else "strong"  # it is thought to be so
    assert {match.trial_id: match.grade for match in found}["SSC"] == grade


@pytest.mark.parametrize("name", NOTES)
def test_what_it_names_in_passing_is_a_hint(suggests: Matcher, name: str) -> None:
    grades = {match.trial_id: match.grade for match in suggested(suggests, NOTES[name])}
    beside = {grades.get(trial_id, "weak") for trial_id in ("PNEUMONIA", "APPENDICITIS", "PRESSURE-00")}
    assert beside == {"weak"}


def test_a_hint_says_that_the_note_is_about_something_else(suggests: Matcher) -> None:
    hint = next(match for match in suggested(suggests, NOTES["en"]) if match.trial_id == "APPENDICITIS")
    assert "The note names it beside what it is about." in hint.because


def test_a_short_list_keeps_its_side_diagnosis_as_a_suggestion(suggests: Matcher) -> None:
    grades = {match.trial_id: match.grade for match in suggested(suggests, "systemic sclerosis, appendicitis")}
    assert grades["APPENDICITIS"] in ("strong", "possible")


def test_of_two_diagnoses_put_forward_alike_each_stands_among_the_first(suggests: Matcher) -> None:
    note = f"A 52-year-old teacher with systemic sclerosis and appendicitis. {LIFE}"
    first = {match.leading for match in suggested(suggests, note)[:2]}
    assert first == {"systemic sclerosis", "appendicitis"}


def test_grades_stand_in_order_and_wording_is_never_strong(suggests: Matcher) -> None:
    for note in NOTES.values():
        found = suggested(suggests, note)
        order = [["strong", "possible", "weak"].index(match.grade) for match in found]
        assert order == sorted(order)
        assert not any(match.relation == "wording" and match.grade == "strong" for match in found)
        assert len({match.trial_id for match in found}) == len(found)


def test_the_criteria_of_a_trial_decide_among_those_of_the_same_disease(suggests: Matcher) -> None:
    assert suggested(suggests, NOTES["en"])[0].trial_id == "SSC-LUNG"


def test_words_of_a_note_bring_hints_and_say_so(suggests: Matcher) -> None:
    found = {match.trial_id: match for match in suggested(suggests, NOTES["en"])}
    assert (found["MYCOPHENOLATE"].relation, found["MYCOPHENOLATE"].grade) == ("wording", "weak")
    assert "mycophenolate" in found["MYCOPHENOLATE"].because[0]


def test_limits_of_age_hold_in_a_note(suggests: Matcher) -> None:
    answer = suggests.suggest(NOTES["en"], limit=100)
    assert "SSC-OLD" not in {match.trial_id for match in answer.matches}
    assert "SSC-OLD" in {item.trial_id for item in answer.ruled_out}


def test_what_a_note_denies_is_not_brought(suggests: Matcher) -> None:
    note = f"A 52-year-old teacher with systemic sclerosis. {LIFE} There was no appendicitis and no pneumonia."
    assert not {"APPENDICITIS", "PNEUMONIA"} & {match.trial_id for match in suggested(suggests, note)}


def test_what_is_common_and_named_in_passing_leads_no_note(suggests: Matcher) -> None:
    note = f"A 52-year-old teacher fell from a ladder. {LIFE} She takes amlodipine for hypertension."
    assert {match.grade for match in suggested(suggests, note)} == {"weak"}
