"""FHIR in the shapes that hospitals send, through the matcher's reader."""

import json
from typing import Any

import pytest

from matcher import DiagnosisError, Matcher


def condition(text: Any = "Dermatomyositis", **fields: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "code": {"text": text}, **fields}


def coded(**coding: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "code": {"coding": [coding]}}


def status(code: str) -> dict[str, Any]:
    return {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": code}]}


def bundle(*resources: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": resource} for resource in resources]}


SNOMED, ICD = "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10"
HP = {"coding": [{"system": "http://human-phenotype-ontology.org", "code": "HP:0003761"}]}
KIN = {"relationship": {"text": "sister"}, "condition": [{"code": {"text": "Dermatomyositis"}}]}


GERMAN = "http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit"
PRESENCE = {"coding": [{"system": SNOMED, "code": "260411009", "display": "Presence findings"}]}


def condition_gm(certainty: str) -> dict[str, Any]:
    system, extension = "http://fhir.de/CodeSystem/bfarm/icd-10-gm", {"url": GERMAN, "valueCoding": {"code": certainty}}
    return coded(system=system, code="M33.1", display="Dermatomyositis", extension=[extension])


def answer(code: str, display: str | None) -> dict[str, Any]:
    return {"coding": [{"code": code, "display": display}]}


def phenotype(**fields: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "status": "final", "code": HP, **fields}


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (condition(), "present"),
        *((condition(clinicalStatus=status(code)), "present") for code in ("active", "recurrence", "relapse")),
        *((condition(clinicalStatus=status(code)), "historical") for code in ("inactive", "remission", "resolved")),
        (condition(clinicalStatus="resolved"), "historical"),
        (condition(clinicalStatus={"text": "Resolved"}), "historical"),
        (condition(clinicalStatus=status("relapse"), abatementDateTime="2010"), "present"),
        *((condition(**{f"abatement{kind}": value}), "historical")
          for kind, value in {"DateTime": "2010", "Age": {"value": 9}, "Period": {}, "Range": {}, "String": "9 y",
                              "Boolean": True}.items()),
        (condition(abatementBoolean=False), "present"),
        *((condition(verificationStatus=status(code)), "uncertain")
          for code in ("unconfirmed", "provisional", "differential")),
        (condition(verificationStatus=status("confirmed")), "present"),
        (condition(verificationStatus=status("refuted"), clinicalStatus=status("active")), "negated"),
        (condition(verificationStatus="entered-in-error"), "negated"),
        (condition("No dermatomyositis"), "negated"),
        (condition("Dermatomyositis ruled out", verificationStatus=status("provisional")), "negated"),
        (condition(subject={"reference": "RelatedPerson/1"}), "family"),
        (coded(system=SNOMED, code="999", display="Dermatomyositis (disorder)"), "present"),
        (coded(system=SNOMED, code="999", display="History of dermatomyositis (situation)"), "present"),
        (coded(system="urn:local", code="X1", display="Dermatomyositis"), "present"),
        (coded(system=ICD, code="M33.1"), "present"),
        (coded(code="M33.1"), "present"),
        ({"resourceType": "Condition", "code": {"coding": {"system": ICD, "code": "M33.1"}}}, "present"),
        ([condition()], "present"),
        (bundle(bundle(condition())), "present"),
        ({"resourceType": "Parameters", "parameter": [{"name": "x", "resource": condition()}]}, "present"),
        ({"resourceType": "List", "contained": [{**condition(), "id": "a"}, {**condition("Asthma"), "id": "b"}],
          "entry": [{"item": {"reference": "#a"}}, {"item": {"reference": "#b"}, "deleted": True}]}, "present"),
        ({"resourceType": "FamilyMemberHistory", **KIN}, "family"),
        ({"resourceType": "Observation", "code": HP, "valueBoolean": False}, "negated"),
        ({"resourceType": "Observation", "code": HP}, "present"),
        ({"resourceType": "Observation", "code": HP, "valueCodeableConcept": {"text": "Absent"}}, "negated"),
        # how sure a German diagnosis is stands in an extension
        *((condition_gm(certainty), expected)
          for certainty, expected in (("A", "negated"), ("V", "uncertain"), ("Z", "historical"), ("G", "present"))),
        (condition(extension=[{"url": GERMAN, "valueCoding": {"code": "A"}}]), "negated"),
        (condition(extension=[{"url": "http://fhir.de/other", "valueCoding": {"code": "A"}}]), "present"),
        # "active" beside a day that is over, beside one that is not, and a relapse
        (condition(clinicalStatus="active", abatementDateTime="2012-05-01"), "historical"),
        (condition(clinicalStatus=status("active"), abatementPeriod={"start": "2010", "end": "2012"}), "historical"),
        (condition(clinicalStatus=status("active"), abatementDateTime="2999-01"), "present"),
        (condition(clinicalStatus=status("active"), abatementDateTime="0000-99-99"), "present"),
        (condition(clinicalStatus=status("relapse"), abatementDateTime="2012"), "present"),
        (condition(clinicalStatus="active", abatementBoolean=True, patient={"reference": "Patient/1"}), "historical"),
        (condition(patient={"reference": "RelatedPerson/1"}), "family"),
        (condition(verificationStatus="unknown"), "uncertain"),
        ([condition(verificationStatus="entered-in-error"), condition(id="2")], "present"),
        # a phenotype whose component says absent or present, and one that is a component
        (phenotype(component=[{"code": PRESENCE, "valueCodeableConcept": answer("LA9634-2", "Absent")}]), "negated"),
        (phenotype(component=[{"code": PRESENCE, "valueCodeableConcept": answer("LA9633-4", "Present")}]), "present"),
        (phenotype(component=[{"code": PRESENCE, "valueCodeableConcept": answer("LA9634-2", None)}]), "negated"),
        (phenotype(valueCodeableConcept=answer("260385009", "Negative (qualifier value)")), "negated"),
        (phenotype(valueString="nicht vorhanden"), "negated"),
        (phenotype(valueCodeableConcept=answer("7771000", "Left")), "present"),
        ({"resourceType": "Observation", "code": {"text": "Skin"},
          "component": [{"code": HP, "valueBoolean": False}]}, "negated"),
        ({"resourceType": "Observation", "code": {"text": "Skin"}, "component": [{"code": HP}]}, "present"),
        ({"resourceType": "Observation", "code": {"text": "Diagnosis"},
          "valueCodeableConcept": {"coding": [{"system": ICD, "code": "M33.1"}]}}, "present"),
        # reasons, evidence, conclusions, lists
        ({"resourceType": "Encounter", "reasonCode": [{"text": "Dermatomyositis"}]}, "present"),
        ({"resourceType": "Encounter", "reason": [{"text": "Dermatomyositis"}]}, "present"),
        ({"resourceType": "Encounter", "reason": [{"value": [{"concept": {"text": "Dermatomyositis"}}]}]}, "present"),
        ({"resourceType": "Encounter", "diagnosis": [
            {"condition": {"reference": "Condition/9", "display": "Dermatomyositis"}}]}, "present"),
        ({"resourceType": "DiagnosticReport", "conclusionCode": [{"text": "Dermatomyositis"}]}, "present"),
        ({"resourceType": "DiagnosticReport", "codedDiagnosis": {"text": "Dermatomyositis"}}, "present"),
        (condition("Asthma", evidence=[{"code": [HP]}], verificationStatus="refuted"), "negated"),
        ({"resourceType": "List", "entry": [
            {"item": {"reference": "Condition/1", "display": "Dermatomyositis"}},
            {"item": {"reference": "Condition/2", "display": "Asthma"}, "deleted": True}]}, "present"),
    ],
)  # fmt: skip
def test_shapes(matcher: Matcher, resource: Any, expected: str) -> None:
    mentions = matcher.reader.read(json.dumps(resource)).mentions
    assert [mention.assertion.value for mention in mentions if mention.concepts] == [expected]


def test_patient_and_relative(matcher: Matcher) -> None:
    born = {"resourceType": "Patient", "gender": "Female", "birthDate": "1980", "address": {"country": "DE"}}
    found = matcher.reader.read(json.dumps(bundle(born, {"resourceType": "FamilyMemberHistory", **KIN})))
    assert (found.patient.sex, found.patient.country, found.relative) == ("female", "Germany", "sibling")
    assert (found.patient.age_years or 0) >= 46


def test_evidence_is_found_beside_its_disease(matcher: Matcher) -> None:
    evidence = [
        {"code": [HP, {"text": "PAH gene variant"}]},
        {"concept": {"coding": [{"system": ICD, "code": "I78.0"}]}},
    ]
    found = matcher.reader.read(json.dumps(condition(evidence=evidence))).mentions
    assert [mention.words for mention in found] == ["Dermatomyositis", "HP:0003761", "ICD10CM:I78.0"]


@pytest.mark.parametrize(
    ("born", "note"),
    [("1980-13-01", "is no date"), ("2980", "in the future"), ("0001-01-01", "years ago"), ("1850", "years ago"),
     ("12.03.1961", "is no date"), ("9" * 400, "is no date")],
)  # fmt: skip
def test_an_absurd_birth_date_costs_the_age_alone(matcher: Matcher, born: str, note: str) -> None:
    patient = {"resourceType": "Patient", "birthDate": born, "gender": "female"}
    query = matcher.suggest(json.dumps(bundle(patient, condition()))).query
    assert (query.patient.age_years, query.patient.sex) == (None, "female")
    assert note in query.notes[0]
    assert born not in query.notes[0]


def test_an_age_that_a_text_states_is_shown_beside_the_birth_date(matcher: Matcher) -> None:
    patient = {"resourceType": "Patient", "birthDate": "1980"}
    found = matcher.suggest(
        json.dumps(bundle(patient, condition("dermatomyositis in a 9-year-old girl")))
    ).query.patient
    assert found.age_years == 9
    assert found.other_ages[0] >= 46


def test_snomed_codes_alone_say_what_to_load(matcher: Matcher) -> None:
    query = matcher.suggest(json.dumps(bundle(condition(), coded(system=SNOMED, code="396230008")))).query
    assert "1 of the conditions is given by a SNOMED CT code alone" in query.notes[0]
    assert "calcitrials terms load" in query.notes[0]
    assert matcher.suggest(json.dumps(coded(system=SNOMED, code="1", display="Dermatomyositis"))).query.notes == ()
    with pytest.raises(DiagnosisError, match="calcitrials terms load"):
        matcher.reader.read("SNOMED:396230008")


def test_a_phenotype_that_is_called_normal_says_nothing(matcher: Matcher) -> None:
    normal = phenotype(interpretation=[{"coding": [{"code": "N", "display": "Normal"}]}])
    found = matcher.reader.read(json.dumps(bundle(condition(), normal))).mentions
    assert [mention.words for mention in found] == ["Dermatomyositis"]


def test_what_is_asked_is_shown_as_words_not_as_json(matcher: Matcher) -> None:
    patient = {"resourceType": "Patient", "name": [{"family": "Somebody"}], "birthDate": "1980"}
    assert matcher.suggest(json.dumps(bundle(patient, condition()))).query.text == "Dermatomyositis"
    assert matcher.suggest(json.dumps(coded(system=ICD, code="M33.1"))).query.text == "ICD10CM:M33.1"


def test_a_whole_record_is_read(matcher: Matcher) -> None:
    """Some 15 MB, mostly what is no diagnosis, and the same reasons again and again."""
    claim = {"resourceType": "ExplanationOfBenefit", "item": [{"sequence": n, "note": "x" * 200} for n in range(50)]}
    visit = {"resourceType": "Encounter", "status": "finished", "reasonCode": [{"text": "Normal pregnancy"}]}
    patient = {"resourceType": "Patient", "birthDate": "1980-05-03", "gender": "female"}
    record = json.dumps(bundle(patient, *[claim, visit] * 1200, condition(), condition("Calcinosis cutis")))
    assert len(record) > 14_000_000
    found = matcher.reader.read(record)
    named = [mention.words for mention in found.mentions]
    assert {"Dermatomyositis", "Calcinosis cutis"} <= set(named)
    assert len(named) == len(set(named))
    assert found.patient.sex == "female"


def test_resources_one_a_line_and_a_code_that_nobody_knows(matcher: Matcher) -> None:
    lines = "\n".join(json.dumps(condition(text)) for text in ("Dermatomyositis", "Calcinosis cutis"))
    assert len(matcher.reader.read(lines).mentions) == 2
    unknown = matcher.reader.read(json.dumps(coded(system=SNOMED, code="1"))).mentions
    assert [(mention.words, mention.concepts) for mention in unknown] == [("SNOMED:1", ())]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"resourceType": "Condition"', "cannot be read"),
        ('{"a": 1}', "no FHIR resource"),
        ('{"resourceType": 5}', "no FHIR resource"),
        ("[]", "no FHIR resource"),
        ('{"resourceType": "Patient"}', "no Condition"),
        ('{"resourceType": "Condition", "code": "x"}', "no Condition"),
        ('{"resourceType": "Bundle", "entry": [null, 1, {"resource": null}]}', "no Condition"),
        ('{"resourceType": "Bundle", "entry": [{"resource":' * 3000 + "{}" + "}]}" * 3000, "nested too deeply"),
        (json.dumps(bundle(bundle(bundle(*[{}])))), "no Condition"),
        ('<Condition xmlns="http://hl7.org/fhir"/>', "not as XML"),
        (json.dumps(bundle({"resourceType": "Patient", "id": "a", "gender": "male"},
                           {"resourceType": "Patient", "id": "b"}, condition())), "several patients"),
        (json.dumps(condition("x" * 30_000)), "longer than 20,000"),
        (json.dumps(condition("x" * 20_000_001)), "longer than 20,000,000"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_gets_one_sentence(matcher: Matcher, text: str, words: str) -> None:
    with pytest.raises(DiagnosisError, match=words):
        matcher.reader.read(text)
