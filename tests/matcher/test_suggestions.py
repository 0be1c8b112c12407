"""From diagnoses to trials through the public door."""

import json
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa
import pytest

import matcher as room
from matcher import DiagnosisError, Matcher, Patient, TrialNotFoundError
from matcher.batch.arrow import suggest_arrow
from matcher.weights import STRONG
from tests.matcher.conftest import make_catalogue

ANCHOR = "NCT03582800"


def test_what_is_suspected_is_possible_at_most(matcher: Matcher) -> None:
    """And what is sure beside it counts as it does alone."""
    for text in ("suspected dermatomyositis", "V. a. Dermatomyositis"):
        matches = matcher.suggest(text).matches
        assert any(match.grade == "possible" for match in matches)
        assert not any(match.grade == "strong" for match in matches)
    said = [
        match.because for match in matcher.suggest("suspected dermatomyositis").matches if match.grade == "possible"
    ]
    assert all("What leads here is only suspected." in because for because in said)
    assert any(match.grade == "strong" for match in matcher.suggest("dermatomyositis").matches)
    alone = {match.trial_id for match in matcher.suggest("calcinosis cutis").matches if match.grade == "strong"}
    beside = matcher.suggest("calcinosis cutis, ?dermatomyositis").matches
    assert alone <= {match.trial_id for match in beside if match.grade == "strong"}


def suggested(matcher: Matcher, text: str, **options: object) -> list[str]:
    """Trials at a grade to rely on."""
    found = matcher.suggest(text, **options)  # type: ignore[arg-type]
    return [match.trial_id for match in found.matches if match.grade != "weak"]


@pytest.mark.parametrize(
    "text",
    [
        "systemic sclerosis with calcinosis",
        "dermatomyositis, calcium deposits",
        "PHP1A with subcutaneous ossifications",
        "Kalzinose bei Sklerodermie",
        "pseudohypoparathyroïdie 1A avec ossifications ectopiques",
        "CREST",
        "M34.1",
        "ORPHA:79443, HP:0034282",
        "scleroderma, hard calcified lumps on my fingers",
        "dermatomyosistis with calcinosis cutis",
        "Sclerosis, systemic; calcinosis, cutis",
    ],
)
def test_the_trial_of_the_manifestation_stands_among_the_first_three(matcher: Matcher, text: str) -> None:
    assert ANCHOR in suggested(matcher, text)[:3]


@pytest.mark.parametrize(
    "text",
    [
        "PHP1A, multiple SCO",
        "bone under the skin, Albright's",
        "maternal GNAS deletion, bony plates in the skin",
        "paraspinal calcinosis, SSc",
    ],
)
def test_the_trial_of_the_manifestation_stands_first(matcher: Matcher, text: str) -> None:
    assert suggested(matcher, text)[0] == ANCHOR


@pytest.mark.parametrize(
    "text",
    [
        "multiple sclerosis",
        "hypoparathyroidism",
        "migraine",
        "osteoporosis on calcium supplements",
        "coronary artery calcification",
        "systemic sclerosis without calcinosis",
        "No calcinosis. Dermatomyositis ruled out.",
        "Mother has systemic sclerosis with calcinosis; patient has asthma",
    ],
)
def test_a_trial_that_does_not_fit_is_not_suggested(matcher: Matcher, text: str) -> None:
    assert ANCHOR not in suggested(matcher, text)


@pytest.mark.parametrize(
    "text", ["migraine", "asthma", "Past history of polymyositis, cured. Now knee osteoarthritis."]
)
def test_nothing_is_suggested_where_nothing_fits(matcher: Matcher, text: str) -> None:
    assert suggested(matcher, text) == []


def test_findings_on_a_stated_disease_point_at_its_complication(matcher: Matcher) -> None:
    skin = "livedo racemosa, skin necrosis, calcified dermal arterioles"
    assert suggested(matcher, f"dialysis, {skin}")[0] == "ISRCTN73380053"
    assert "ISRCTN73380053" not in suggested(matcher, "dialysis, livedo racemosa")
    assert suggested(matcher, f"psoriasis, {skin}") == []


@pytest.mark.parametrize(
    "text", ["CREST syndrome since 1998, finger calcinosis", "limited sclerodema with calcinosis of the fingers"]
)
def test_a_trial_of_the_disease_goes_before_one_of_its_wide_heading(matcher: Matcher, text: str) -> None:
    found = suggested(matcher, text)
    assert found.index(ANCHOR) < found.index("NCT01918904")


def test_one_kind_of_a_wide_disease_is_no_strong_match(matcher: Matcher) -> None:
    places = matcher.terminology.place_of
    reached = matcher.scorer.expansion.of(places["MeSH:Muscular Diseases"])
    assert reached[places["MONDO:0001903"]].weight < STRONG
    assert matcher.scorer.expansion.of(places["MONDO:0005100"])[places["MONDO:0016358"]].weight >= STRONG


def test_stated_limits_rule_out_with_a_reason(matcher: Matcher) -> None:
    found = matcher.suggest("PHP1A with subcutaneous ossification, 14-month-old boy")
    assert ANCHOR not in {match.trial_id for match in found.matches}
    assert {item.trial_id: item.reason for item in found.ruled_out}[ANCHOR] == (
        "The patient is 14 months old; the trial takes people from 2 years on."
    )
    adult = matcher.suggest("juvenile dermatomyositis with calcinosis", patient=Patient(24.0, "female", "FR"))
    assert "NCT05524311" in {item.trial_id for item in adult.ruled_out}


def test_a_grown_up_or_a_child_of_no_stated_age_is_ruled_out_where_that_is_clear(matcher: Matcher) -> None:
    grown_up = matcher.suggest("grown-up with dermatomyositis and calcinosis")
    assert {item.trial_id: item.reason for item in grown_up.ruled_out} == {
        "NCT05524311": "The patient is an adult; the trial takes people up to 18 years."
    }
    child = matcher.suggest("toddler with calcinosis cutis")
    assert {item.trial_id: item.reason for item in child.ruled_out} == {
        "NCT01918904": "The patient is a child; the trial takes people from 18 years on."
    }


def test_verdicts_never_promise(matcher: Matcher) -> None:
    found = matcher.suggest("systemic sclerosis with calcinosis", patient=Patient(50.0, "female", "France"))
    anchor = next(match for match in found.matches if match.trial_id == ANCHOR)
    assert (anchor.eligibility.verdict, anchor.eligibility.age, anchor.eligibility.country) == (
        "possible",
        "met",
        "met",
    )
    assert "eligible" not in msgspec.json.encode(found).decode().lower().replace("eligibility", "")


def test_ambiguous_abbreviations_return_all_meanings_and_context_decides(matcher: Matcher) -> None:
    alone = matcher.suggest("DM").diagnoses[0]
    assert {concept.label for concept in alone.concepts} == {"Dermatomyositis", "Diabetes mellitus"}
    assert alone.did_you_mean
    decided = matcher.suggest("DM, Gottron papules, calcinosis").diagnoses[0]
    assert [concept.label for concept in decided.concepts] == ["Dermatomyositis"]
    assert [concept.label for concept in decided.alternatives] == ["Diabetes mellitus"]


def test_an_eponym_with_two_diseases_asks_unless_the_context_decides(matcher: Matcher) -> None:
    meanings = {"McCune-Albright syndrome", "Albright hereditary osteodystrophy"}
    assert {concept.label for concept in matcher.suggest("Albright's").diagnoses[0].concepts} == meanings
    decided = matcher.suggest("bony lumps under the skin, Albright's").diagnoses[1]
    assert [concept.label for concept in decided.concepts] == ["Albright hereditary osteodystrophy"]


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("calcinosis, blorkitis", ["blorkitis"]),
        ("CREST, Qwertz syndrome", ["Qwertz syndrome"]),
        ("Calcinose bei Morbus Qwertz", ["Morbus Qwertz"]),
        ("CREST-like features, calcinosis", ["CREST-like"]),
        ("sklerodermie-ähnliche Haut, Calcinosis cutis", ["sklerodermie-ähnliche"]),
        ("The patient, whose disease is stable, has calcinosis; prognosis good.", []),
        ("This disease, systemic sclerosis, is progressive", []),
    ],
)
def test_names_that_nobody_knows_are_said_to_be_not_understood(matcher: Matcher, text: str, unknown: list[str]) -> None:
    diagnoses = matcher.suggest(text).diagnoses
    assert [diagnosis.mention for diagnosis in diagnoses if not diagnosis.concepts] == unknown
    assert any(diagnosis.concepts for diagnosis in diagnoses)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("RP, sclerodactyly, calcinosis", "Raynaud phenomenon"),
        ("DM, heliotrope rash", "Dermatomyositis"),
        ("DM, Gottron", "Dermatomyositis"),
    ],
)
def test_findings_beside_an_abbreviation_decide(matcher: Matcher, text: str, label: str) -> None:
    first, *others = matcher.suggest(text).diagnoses
    assert [concept.label for concept in first.concepts] == [label]
    assert all(item.concepts for item in others)


def test_a_bare_code_of_snomed_asks_for_its_display_text(matcher: Matcher) -> None:
    for text in ("SNOMED CT 299276009", "SCT 299276009"):
        with pytest.raises(DiagnosisError, match="send the display text"):
            matcher.suggest(text)


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("calcinosis; FH: scleroderma", ["calcinosis", "scleroderma"]),
        ("FH of lupus, has calcinosis", ["lupus", "calcinosis"]),
        ("severe FH", ["FH"]),
        ("mother has FH", ["FH"]),
    ],
)
def test_family_history_cut_short_is_no_disease(matcher: Matcher, text: str, mentions: list[str]) -> None:
    assert [diagnosis.mention for diagnosis in matcher.suggest(text).diagnoses] == mentions


def test_fhir_bundle_gives_diagnoses_and_patient(matcher: Matcher) -> None:
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {"resource": {"resourceType": "Patient", "gender": "female", "birthDate": "1980-05-01"}},
            {"resource": {"resourceType": "Condition", "code": {"text": "Systemic sclerosis"}}},
            {
                "resource": {
                    "resourceType": "Condition",
                    "verificationStatus": {"coding": [{"code": "refuted"}]},
                    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "L94.2"}]},
                }
            },
        ],
    }
    found = matcher.suggest(json.dumps(bundle))
    assert (found.query.patient.sex, [item.assertion for item in found.diagnoses]) == ("female", ["present", "negated"])
    assert ANCHOR not in [match.trial_id for match in found.matches if match.grade != "weak"]


def test_answer_has_the_shape_of_the_design(matcher: Matcher) -> None:
    answer = json.loads(msgspec.json.encode(matcher.suggest("CREST")))
    assert list(answer) == ["query", "diagnoses", "matches", "ruled_out", "fit"]
    assert set(answer["matches"][0]) == {
        "trial_id", "study_id", "registry", "title", "status", "phase", "score", "grade", "for", "relation", "because",
        "path", "eligibility", "status_is_stale", "status_stale_reason", "completion_date", "url", "last_update",
        "nearest_site",
    }  # fmt: skip
    assert all(0 <= match["score"] <= 1 and match["because"] and match["path"] for match in answer["matches"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("   \n", "empty"),
        ("\x00\x01", "control characters"),
        ("x" * 30_000, "longer than"),
        ("ICD-10 U99.9", "no code"),
        ("ORPHA:99999999", "no code"),
        ('{"resourceType": "Condition", ', "cannot be read"),
        ('{"resourceType": "Medication"}', "no Condition"),
    ],
)
def test_bad_input_gets_one_sentence(matcher: Matcher, text: str, words: str) -> None:
    with pytest.raises(DiagnosisError, match=words):
        matcher.suggest(text)


def test_statuses_filter_and_explanations_cover_trials_that_are_not_suggested(matcher: Matcher) -> None:
    assert suggested(matcher, "systemic sclerosis with calcinosis", statuses=("recruiting",)) == [ANCHOR]
    lines = matcher.suggest("migraine", explain=ANCHOR).explanation
    assert isinstance(lines, tuple)
    assert "not suggested" in lines[-1]
    with pytest.raises(TrialNotFoundError):
        matcher.suggest("migraine", explain="NCT99999999")


def test_similar_trials_leave_the_trial_itself_out(matcher: Matcher) -> None:
    found = [match.trial_id for match in matcher.similar("NCT02663895")]
    assert found[0] == ANCHOR
    assert "NCT02663895" not in found


def test_similar_trials_where_no_vocabulary_has_the_condition(tmp_path: Path) -> None:
    def trial(trial_id: str, *conditions: str) -> tuple[object, ...]:
        return (trial_id, f"Study {trial_id}", conditions, (), (), (), (), None, None, "all", "recruiting")

    unknown = [trial("NCT90000001", "Zorblatt Ulcer", "Chronic Pain"), trial("NCT90000002", "Zorblatt Ulcer")]
    make_catalogue(tmp_path / "unknown.duckdb", [*unknown, trial("NCT90000003")])
    with duckdb.connect(str(tmp_path / "unknown.duckdb"), read_only=True) as connection:
        matcher = Matcher.open(connection)
        assert [match.trial_id for match in matcher.similar("NCT90000001")] == ["NCT90000002"]
        assert [match.trial_id for match in matcher.similar("NCT90000002")] == ["NCT90000001"]
        assert matcher.similar("NCT90000003") == ()


def test_arrow_batches_in_and_out(matcher: Matcher) -> None:
    batch = pa.RecordBatch.from_pylist([{"id": "a", "query": "CREST"}, {"id": "b", "query": ""}])
    (answer,) = suggest_arrow(matcher, [batch], limit=3)
    rows = answer.to_pylist()
    assert ANCHOR in [row["trial_id"] for row in rows if row["id"] == "a"]
    assert [row["error"] for row in rows if row["id"] == "b"] == [
        "the diagnosis is empty: type a disease, a finding or a code"
    ]
    assert list(suggest_arrow(matcher, [batch, batch], limit=3, workers=2)) == [answer, answer]


def test_rollover_studies_stand_behind(matcher: Matcher) -> None:
    ids = [match.trial_id for match in matcher.suggest("pseudohypoparathyroidism type 1a").matches]
    assert ids.index("NCT03029429") < ids.index("NCT04240821")


def test_mapping_is_stored_kept_and_redone_only_for_what_changed(tmp_path: Path) -> None:
    from tests.matcher.conftest import TRIALS, make_catalogue

    path = tmp_path / "catalogue.duckdb"
    make_catalogue(path)
    with duckdb.connect(str(path)) as connection:
        assert room.map_trials(connection) == len(TRIALS)
        assert room.map_trials(connection) == 0
        connection.execute("UPDATE trials SET content_hash = 'new' WHERE trial_id = 'NCT00001248'")
        connection.execute("DELETE FROM trials WHERE trial_id = 'NCT00262392'")
        assert room.map_trials(connection) == 1
        left = connection.execute("SELECT count(*) FROM trial_concepts WHERE trial_id = 'NCT00262392'").fetchone()
        assert left == (0,)
        stored = Matcher.open(connection)
        assert suggested(stored, "systemic sclerosis with calcinosis")[0] == ANCHOR


@pytest.mark.parametrize("lost", ["ALTER TABLE trial_concepts DROP role", "DROP TABLE trial_words"])
def test_a_mapping_of_an_earlier_form_is_done_again(tmp_path: Path, matcher: Matcher, lost: str) -> None:
    from tests.matcher.conftest import TRIALS, make_catalogue

    question = "systemic sclerosis with calcinosis"
    path = tmp_path / "catalogue.duckdb"
    make_catalogue(path)
    with duckdb.connect(str(path)) as connection:
        room.map_trials(connection)
        connection.execute(lost)
        assert Matcher.open(connection).suggest(question) == matcher.suggest(question)
        assert room.map_trials(connection) == len(TRIALS)
        assert Matcher.open(connection).suggest(question) == matcher.suggest(question)


def test_trials_without_current_rows_are_mapped_when_they_are_read(tmp_path: Path, matcher: Matcher) -> None:
    from tests.matcher.conftest import make_catalogue

    path = tmp_path / "catalogue.duckdb"
    make_catalogue(path)
    with duckdb.connect(str(path)) as connection:
        room.map_trials(connection)
        connection.execute("DELETE FROM trial_words WHERE trial_id < 'NCT02'")
        connection.execute("DELETE FROM trial_concepts WHERE trial_id > 'NCT03'")
        connection.execute("UPDATE trial_concepts SET content_hash = 'old' WHERE trial_id = 'NCT02663895'")
        opened = Matcher.open(connection)
        for question in ("systemic sclerosis with calcinosis", "juvenile dermatomyositis"):
            assert opened.suggest(question) == matcher.suggest(question)


@pytest.mark.parametrize(
    "text",
    [
        "pseudohypoparathyroidism 1A with subcutaneous ossification; avoid injections",
        "systemic sclerosis with calcinosis, injections are contraindicated",
        "sclérodermie systémique avec calcinose, éviter les injections",
    ],
)
def test_a_treatment_that_is_to_be_avoided_is_no_suggestion(matcher: Matcher, text: str) -> None:
    anchor = next(match for match in matcher.suggest(text).matches if match.trial_id == "NCT03582800")
    assert anchor.grade == "weak"
    assert any("to be avoided" in line for line in anchor.because)
    without = text.replace("avoid", "").replace("contraindicated", "fine").replace("éviter", "")
    assert next(m for m in matcher.suggest(without).matches if m.trial_id == "NCT03582800").grade == "strong"


def test_what_is_past_or_absent_keeps_its_trials_away(matcher: Matcher) -> None:
    for text in (
        "systemic sclerosis, calcinosis excised 2017, has not come back",
        "supraspinatus tendinopathy, no calcifications",
    ):
        firm = [match.trial_id for match in matcher.suggest(text).matches if match.grade != "weak"]
        assert not {"NCT02663895", "NCT03267277", "NCT02419040"} & set(firm)


def test_trials_of_children_without_a_limit_of_age_are_no_suggestion_for_adults(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.duckdb"
    disease = ("Juvenile Dermatomyositis",)
    rows: list[tuple[str, str, tuple[str, ...]]] = [
        ("NCT00035958", "Treatment of Childhood Onset Dermatomyositis", ("Children with juvenile dermatomyositis",)),
        ("EUCTR2005-003956-37", "Prednisone in new onset juvenile dermatomyositis", ()),
        ("NCT06004817", "JADE: Evaluation of Severity in Juvenile and Adult-onset Dermatomyositis", ()),
        ("NCT00000001", "Registry of juvenile dermatomyositis", ("Women of child-bearing potential take precautions",)),
    ]
    empty, open_to_all = (), (None, None, "all", "recruiting")
    make_catalogue(path, [(*row[:2], disease, empty, empty, row[2], empty, *open_to_all) for row in rows])
    with duckdb.connect(str(path), read_only=True) as connection:
        matcher = Matcher.open(connection)

        def suggested(age: float) -> set[str]:
            found = matcher.suggest("juvenile dermatomyositis", patient=Patient(age_years=age)).matches
            return {match.trial_id for match in found if match.grade != "weak"}

        assert suggested(9) == {row[0] for row in rows}
        assert suggested(22) == {"NCT06004817", "NCT00000001"}


def test_who_is_called_an_adult_gets_no_trial_that_ends_before(matcher: Matcher) -> None:
    assert "NCT05524311" in suggested(matcher, "patient with dermatomyositis")
    assert "NCT05524311" not in suggested(matcher, "adult patient with dermatomyositis")


def test_a_trial_of_a_finding_that_says_nothing_of_age_is_none_for_infants(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.duckdb"
    arterial, coronary = "Generalized Arterial Calcification of Infancy", "Coronary artery calcification"
    trials = [(one, None, (disease,), (), (), (), (), None, None, None, "unknown") for one, disease in
              (("NCT03758534", arterial), ("UMIN000002760", coronary))]  # fmt: skip
    make_catalogue(path, trials)
    text = "calcified coronary arteries, generalized arterial calcification of infancy"
    with duckdb.connect(str(path), read_only=True) as connection:
        matcher = Matcher.open(connection)
        assert suggested(matcher, text, patient=Patient(age_years=0.2)) == ["NCT03758534"]
        assert suggested(matcher, text, patient=Patient(age_years=7)) == ["NCT03758534", "UMIN000002760"]


def test_bone_after_an_injury_of_the_head_is_neurogenic(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.duckdb"
    elbow = "Indomethacin Prophylaxis for Heterotopic Ossification After Surgical Treatment of Elbow Trauma"
    nerves = "Early Ultrasound Screening of Heterotopic Ossification After Severe Neurological Trauma"
    facts = (
        ("NCT01744314", elbow, ("Elbow Trauma Requiring Operative Management",)),
        ("NCT04934332", nerves, ("Heterotopic Ossification",)),
    )
    make_catalogue(path, [(*fact, (), (), (), (), None, None, None, "unknown") for fact in facts])
    with duckdb.connect(str(path), read_only=True) as connection:
        matcher = Matcher.open(connection)
        found = matcher.suggest("after his head injury bone has grown in his elbow").matches[0]
    assert found.trial_id == "NCT04934332"
    assert any("Neurogenic heterotopic ossification" in reason for reason in found.because)


def test_a_mention_in_brackets_has_both_of_them(matcher: Matcher) -> None:
    said = [
        diagnosis.mention for diagnosis in matcher.suggest("67F lcSSc (CREST) with calcinosis (both hands)").diagnoses
    ]
    assert said == ["lcSSc (CREST)", "calcinosis"]
