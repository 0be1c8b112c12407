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
        (coded(system=SNOMED, code="999", display="History of dermatomyositis (situation)"), "historical"),
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
        (json.dumps(bundle({"resourceType": "Patient", "birthDate": "1980-13-01"}, condition())), "is no date"),
        (json.dumps(bundle({"resourceType": "Patient", "birthDate": "2980"}, condition())), "in the future"),
        (json.dumps(bundle({"resourceType": "Patient", "id": "a", "gender": "male"},
                           {"resourceType": "Patient", "id": "b"}, condition())), "several patients"),
        (json.dumps(condition("x" * 30_000)), "longer than 20,000"),
        (json.dumps(condition("x" * 1_100_000)), "longer than 1,000,000"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_gets_one_sentence(matcher: Matcher, text: str, words: str) -> None:
    with pytest.raises(DiagnosisError, match=words):
        matcher.reader.read(text)
