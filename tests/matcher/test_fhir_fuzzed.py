"""FHIR that no hospital should send: read, or refused with a reason, and in time."""

import json
import os
import random
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from matcher.errors import DiagnosisError
from matcher.patient.fhir import read_fhir
from tests.support.long_texts import REPEATED, lengthened, values, within_cpu
from tests.support.mutations import JUNK, damaged, nodes

MORE = int(os.environ.get("CALCITRIALS_TEST_FLIPS", "0"))
EXAMPLES = MORE or 40
LENGTH = 200_000
CPU_S = 4.0

PATIENT = {"resourceType": "Patient", "gender": "female", "birthDate": "1980-04-01", "contained": [{"id": "1"}]}
CONDITION = {
    "resourceType": "Condition",
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "code": {
        "coding": [{"system": "http://snomed.info/sct", "code": "23986001", "display": "Calcinosis (disorder)"}],
        "text": "Calcinosis cutis (finding)",
    },
    "onsetAge": {"value": 40, "unit": "years", "code": "a"},
    "note": [{"text": "History of scleroderma (situation)"}],
}
FAMILY = {
    "resourceType": "FamilyMemberHistory",
    "relationship": {"text": "mother", "coding": [{"code": "MTH"}]},
    "condition": [{"code": {"text": "gout"}}],
}
OBSERVATION = {"resourceType": "Observation", "valueCodeableConcept": CONDITION["code"], "subject": {"reference": "#1"}}
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [{"resource": one} for one in (PATIENT, CONDITION, FAMILY, OBSERVATION)],
}
TEXT = json.dumps(BUNDLE)
VALUES: list[Any] = [None, True, -1, 1e308, "", "x", [], {}, [[]], {"": {}}, [None], "9999-99-99", 10**30, "\u2028"]


def tried(text: str) -> None:
    with within_cpu(CPU_S), suppress(DiagnosisError):
        read_fhir(text)


@seed(15)
@settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_damaged_bytes(data: st.DataObject) -> None:
    tried(data.draw(damaged(TEXT.encode())).decode(errors="replace"))


@seed(15)
@settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_value_in_any_place(data: st.DataObject) -> None:
    document = json.loads(TEXT)
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(nodes(document)))
        container[key] = data.draw(st.sampled_from([*VALUES, container, document["entry"]][: len(VALUES)]))
    tried(json.dumps(document))


def test_long_values() -> None:
    chance = random.Random(MORE or 15)
    for _ in range(MORE or 20):
        repeated, keeps = chance.choice(REPEATED), chance.random() < 0.5
        tried(lengthened(TEXT, ".json", chance.choice(values(TEXT, ".json")), repeated, LENGTH, keeps))


@pytest.mark.parametrize(
    "text",
    [
        '{"resourceType": "Bundle", "entry": ' * 5000,
        "[" * 100_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        "[" + ",".join([json.dumps(PATIENT)] * 2000) + "]",
        "\n".join([json.dumps(CONDITION)] * 500),
        *(junk.decode(errors="replace") * 50_000 for junk in JUNK[3:9]),
    ],
    ids=range(11),
)  # fmt: skip
def test_much_of_it(text: str) -> None:
    tried(text)
