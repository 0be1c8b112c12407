"""Mineral or bone at a site, told in plain words, in seven languages."""

import pytest

from matcher import Matcher

CALCINOSIS, SKIN, TENDON, CORONARY, KIDNEY, BRAIN = (
    "MONDO:0002123", "HP:0025520", "MONDO:0001903", "HP:0001717", "HP:0000121", "HP:0430048"
)  # fmt: skip
BONE_IN_SKIN, BONE_IN_MUSCLE, OSSIFICATION, AROUND_A_JOINT = (
    "HP:0034282", "CT:muscle-ossification", "HP:0011986", "HP:0025477"
)  # fmt: skip


def concepts(matcher: Matcher, text: str) -> set[str]:
    return {concept.id for diagnosis in matcher.suggest(text).diagnoses for concept in diagnosis.concepts}


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("chalky lumps in my fingertips", SKIN),
        ("chalk in the tendon of my shoulder", TENDON),
        ("a lot of calcium in my coronary arteries, kidneys are fine", CORONARY),
        ("calcified spots in both kidneys", KIDNEY),
        ("calcium in the basal ganglia", BRAIN),
        ("my daughter has bone growing under her skin", BONE_IN_SKIN),
        ("dépôts de calcaire sous la peau des doigts", SKIN),
        ("verkalkte Knoten in der Haut", SKIN),
        ("bultos duros de calcio en los dedos", SKIN),
        ("Kalkablagerungen in der Haut der Finger", SKIN),
        ("depósitos de calcio en la piel de los dedos", SKIN),
        ("depositi di calcio nella pelle delle dita", SKIN),
        ("depósitos de cálcio na pele das mãos", SKIN),
        ("kalkafzettingen in de huid van de vingers", SKIN),
        ("painful ossification of the heel", OSSIFICATION),
        ("ossification of the paraspinal muscles", BONE_IN_MUSCLE),
        ("Verknöcherung der paravertebralen Muskulatur", BONE_IN_MUSCLE),
        ("s.c. calcif. knees", SKIN),
        ("haemodialysis, Agatston 1200", CORONARY),
        ("calcium in my shoulder", TENDON),
        ("bone has grown in his elbow", OSSIFICATION),
        ("calcified nodules in the skin of the shoulder", SKIN),
        ("calcified masses around hip and shoulder", AROUND_A_JOINT),
    ],
)
def test_where_it_lies_says_what_it_is(matcher: Matcher, text: str, concept: str) -> None:
    assert concept in concepts(matcher, text)


@pytest.mark.parametrize(
    "text",
    [
        "recurrent calcium oxalate stones",
        "low calcium level and skin rash",
        "takes calcium tablets for her hands",
        "bone marrow biopsy of the hip",
        "hip bone fracture",
        "no calcium in the skin of the fingers",
    ],
)
def test_calcium_and_bone_in_their_place_are_no_deposits(matcher: Matcher, text: str) -> None:
    suggested = [match for match in matcher.suggest(text).matches if match.grade != "weak"]
    assert all("alcif" not in (match.title or "") and "alcinosis" not in (match.title or "") for match in suggested)


@pytest.mark.parametrize(
    "text",
    [
        "Dermatomyositis, XR thighs neg for calcification",
        "Scleroderma, fingers free of calcium deposits",
        "Sclérodermie, mains sans calcification",
        "Sklerodermie, Hände ohne Verkalkung",
    ],
)
def test_what_is_denied_at_a_site_is_denied(matcher: Matcher, text: str) -> None:
    disease, deposit = matcher.suggest(text).diagnoses
    assert (disease.assertion, deposit.assertion) == ("present", "negated")
    assert deposit.concepts[0].id in (SKIN, CALCINOSIS)


def test_no_in_portuguese_denies_nothing(matcher: Matcher) -> None:
    read = matcher.suggest("esclerodermia com calcificação no cotovelo").diagnoses
    assert [item.assertion for item in read] == ["present", "present"]


@pytest.mark.parametrize("text", ["bony lump on my knee", "new bone lesion in the foot"])
def test_bone_at_a_limb_is_no_deposit_unless_it_grows(matcher: Matcher, text: str) -> None:
    assert OSSIFICATION not in concepts(matcher, text)


def test_ca_deposits_count_where_a_disease_makes_them_likely(matcher: Matcher) -> None:
    assert CALCINOSIS in concepts(matcher, "SSc, Ca deposits of the elbows")
    assert CALCINOSIS not in concepts(matcher, "ovarian Ca deposits in the pelvis")


def test_hard_lumps_count_where_a_disease_makes_them_likely(matcher: Matcher) -> None:
    assert CALCINOSIS in concepts(matcher, "dermatomyositis, now rock hard lumps on the thighs")
    assert CALCINOSIS not in concepts(matcher, "asthma, now rock hard lumps on the thighs")
    alone = matcher.suggest("rock hard lumps on the thighs").diagnoses[0]
    assert alone.concepts == ()
    assert any("alcinosis" in name for name in alone.did_you_mean)


def test_a_finding_that_counts_in_context_says_what_an_abbreviation_is(matcher: Matcher) -> None:
    assert {"MONDO:0008054", CALCINOSIS} <= concepts(matcher, "girl with JDM, now stones under her skin")
    assert "MONDO:0008054" not in concepts(matcher, "stones under her skin")


@pytest.mark.parametrize("text", ["DM, no calc. on XR", "DM, no calcif.", "DM, no calcifications"])
def test_bare_findings_may_be_cut_short_and_say_what_an_abbreviation_is(matcher: Matcher, text: str) -> None:
    disease, finding = matcher.suggest(text).diagnoses
    assert [concept.id for concept in disease.concepts] == ["MONDO:0016367"]
    assert (finding.concepts[0].id, finding.assertion) == ("HP:0010766", "negated")


def test_a_calculated_value_is_no_calcification(matcher: Matcher) -> None:
    assert concepts(matcher, "SSc, calc. LDL 3.2") == {"MONDO:0005100"}


@pytest.mark.parametrize(
    ("text", "disease"),
    [
        ("my parathyroids stopped working after the neck surgery", "CT:postsurgical-hypoparathyroidism"),
        ("they removed the parathyroid glands too, tingling ever since", "CT:postsurgical-hypoparathyroidism"),
    ],
)
def test_diseases_told_in_plain_words(matcher: Matcher, text: str, disease: str) -> None:
    assert disease in concepts(matcher, text)


def test_what_else_is_said_beside_an_operation_on_the_parathyroids_is_not_that(matcher: Matcher) -> None:
    for text in ("stopped cinacalcet after parathyroid surgery", "failed parathyroid surgery, calcium 2.9"):
        assert "CT:postsurgical-hypoparathyroidism" not in concepts(matcher, text)


def test_congenital_hallux_valgus_and_bone_in_muscles_point_at_their_disease(matcher: Matcher) -> None:
    found = matcher.suggest("hallux valgus since birth, ossification of the paraspinal muscles").matches[0]
    assert found.trial_id == "NCT05039515"


def test_findings_of_one_cause_make_a_description_likely(matcher: Matcher) -> None:
    lumps = "white hard deposits in the thumb pulps"
    assert CALCINOSIS in concepts(matcher, f"anticentromere antibody, tight shiny fingers, {lumps}")
    assert CALCINOSIS not in concepts(matcher, f"heartburn, short stature, {lumps}")
