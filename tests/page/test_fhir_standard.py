"""Our FHIR against the standard itself: its shapes, its code systems, its mapping to ClinicalTrials.gov."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fhirkit
import jsonschema
import pytest

from calcitrials.fhir import codes
from calcitrials.fhir.records import records
from calcitrials.fhir.study import research_study
from calcitrials.fhir.version5 import research_study_5
from db.catalogue import Catalogue
from tests.page.conftest import HOSTILE
from tests.page.test_fhir import ANCHOR, FIVE, RECORD, post
from tests.support.ctgov_answers import BUNDLED_STUDIES

ROOT = Path(__file__).parents[2]
SCHEMA_5 = ROOT / ".fhir/package/openapi/fhir.schema.json"
"""Laid there by `make fhir-schema`: the JSON schema of R5."""
CODES = ROOT / "tests/fixtures/fhir/codes.tsv"
IN_SCHEMA = 15
"""Trials that the schema judges: it takes a tenth of a second for each."""

Resource = dict[str, Any]


@pytest.fixture(scope="module")
def trials(page_catalog: Path) -> list[Resource]:
    with Catalogue(page_catalog).connect() as connection:
        ids = [
            trial_id for (trial_id,) in connection.execute("SELECT trial_id FROM trials ORDER BY trial_id").fetchall()
        ]
        return records(connection, ids)


def codes_of(version: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    with CODES.open() as file:
        for row in csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t"):
            if row["version"] == version:
                found[row["system"]].add(row["code"])
    return found


def codings(value: Any) -> Iterator[Resource]:
    if isinstance(value, dict):
        if "system" in value and "code" in value:
            yield value
        for one in value.values():
            yield from codings(one)
    elif isinstance(value, list):
        for one in value:
            yield from codings(one)


def test_every_resource_of_r4_is_valid(trials: list[Resource], served: Any) -> None:
    resources = [research_study(record) for record in trials]
    resources += [
        served.get(path).json() for path in ("/fhir/metadata", "/fhir/OperationDefinition/ResearchStudy-match")
    ]
    resources += [
        served.get("/fhir/ResearchStudy/none").json(),
        post(served, "/fhir/ResearchStudy/$match", RECORD).json(),
    ]
    assert [issue for one in resources for issue in fhirkit.validate(one)] == []
    assert fhirkit.validate({**resources[0], "sponsors": []})  # what judges can refuse


def test_every_resource_of_r5_is_valid(trials: list[Resource], served: Any) -> None:
    if not SCHEMA_5.exists():
        pytest.skip("the JSON schema of FHIR R5 is not here: make fhir-schema")
    schema = json.loads(SCHEMA_5.read_bytes())

    def faults(resource: Resource) -> list[str]:
        asked = {"$ref": f"#/definitions/{resource['resourceType']}", "definitions": schema["definitions"]}
        return [error.message for error in jsonschema.Draft6Validator(asked).iter_errors(resource)]

    richest = sorted(trials, key=lambda record: -len(json.dumps(record, default=str)))[:IN_SCHEMA]
    resources = [research_study_5(record) for record in richest] + [served.get("/fhir/metadata", **FIVE).json()]
    assert [fault for one in resources for fault in faults(one)] == []
    assert faults({**resources[0], "sponsor": {"display": "nobody"}})


def test_every_code_is_one_of_its_system_in_its_version(trials: list[Resource]) -> None:
    lists = {"R4": codes_of("R4"), "R5": codes_of("R5")}
    only_in = {"R4": set(lists["R5"]) - set(lists["R4"]), "R5": set(lists["R4"]) - set(lists["R5"])}
    used: dict[str, set[str]] = defaultdict(set)
    for version, shape in (("R4", research_study), ("R5", research_study_5)):
        for record in trials:
            for one in codings(shape(record)):
                assert one["system"] not in only_in[version]
                assert one["code"] in lists[version].get(one["system"], {one["code"]})
                used[version].add(one["system"])
    assert {codes.PHASE_SYSTEM, codes.PURPOSE_SYSTEM, codes.OBJECTIVE_SYSTEM} <= used["R4"]
    assert {*codes.SYSTEMS_5.values(), codes.PARTY_SYSTEM, codes.ARM_SYSTEM, codes.PROGRESS_SYSTEM} <= used["R5"]
    for system, table in (
        ("http://hl7.org/fhir/research-study-status", codes.R4_STATUS),
        (codes.PHASE_SYSTEM, codes.PHASES), (codes.PURPOSE_SYSTEM, codes.PURPOSES),
        (codes.OBJECTIVE_SYSTEM, codes.OBJECTIVES), (codes.MATCH_GRADE_SYSTEM, codes.GRADES),
    ):  # fmt: skip
        assert set(table.values()) <= lists["R4"][system]
    for system, table in (
        (codes.PROGRESS_SYSTEM, codes.R5_PROGRESS), ("http://hl7.org/fhir/publication-status", codes.R5_STATUS),
        (codes.ARM_SYSTEM, codes.ARMS), (codes.PARTY_SYSTEM, codes.PARTIES),
    ):  # fmt: skip
        assert set(table.values()) <= lists["R5"][system]


def test_a_trial_says_in_r5_what_the_registry_says_of_it(trials: list[Resource]) -> None:
    """By the mapping to ClinicalTrials.gov in the StructureDefinition of R5, which that registry follows."""
    ours = {record["trial_id"]: research_study_5(record) for record in trials if record["trial_id"] != HOSTILE}
    compared = 0
    for study in BUNDLED_STUDIES:
        said = study["protocolSection"]
        one = ours.get(said["identificationModule"]["nctId"])
        if one is None:
            continue
        compared += 1
        status, design = said.get("statusModule", {}), said.get("designModule", {})
        named = said["identificationModule"]
        assert one.get("title") == (named.get("briefTitle") or named.get("officialTitle"))
        assert one["identifier"][0]["value"] == named["nctId"]
        conditions = [text["text"] for text in one.get("condition", []) if "coding" not in text]
        assert set(conditions) >= set(said.get("conditionsModule", {}).get("conditions", []))
        assert [text["text"] for text in one.get("keyword", [])] == said.get("conditionsModule", {}).get("keywords", [])
        assert one.get("period", {}).get("start") == status.get("startDateStruct", {}).get("date")
        assert one.get("period", {}).get("end") == status.get("completionDateStruct", {}).get("date")
        assert one.get("whyStopped", {}).get("text") == status.get("whyStopped")
        assert len(one.get("site", [])) == len(said.get("contactsLocationsModule", {}).get("locations", []))
        arms = [arm["label"] for arm in said.get("armsInterventionsModule", {}).get("armGroups", [])]
        assert [arm["name"] for arm in one.get("comparisonGroup", [])] == arms
        counts = [one.get("recruitment", {}).get(name) for name in ("targetNumber", "actualNumber")]
        assert [count for count in counts if count is not None] == [
            number for number in [design.get("enrollmentInfo", {}).get("count")] if number is not None
        ]
        cited = [artifact["citation"] for artifact in one["relatedArtifact"] if artifact["type"] == "citation"]
        references = said.get("referencesModule", {}).get("references", [])
        assert len(cited) == len(references)
        sponsors = said.get("sponsorCollaboratorsModule", {})
        parties = one.get("associatedParty", [])
        roles = {party["role"].get("coding", [{}])[0].get("code"): party["name"] for party in parties}
        assert roles.get("lead-sponsor") == sponsors.get("leadSponsor", {}).get("name")
        assert ("collaborator" in roles) == bool(sponsors.get("collaborators"))
    assert compared > 10


def test_a_radius_and_a_phase_narrow_the_matches(served: Any) -> None:
    def matched(condition: str, *more: Resource) -> Any:
        record = {"name": "record", "resource": {"resourceType": "Condition", "code": {"text": condition}}}
        return post(served, "/fhir/ResearchStudy/$match", {"resourceType": "Parameters", "parameter": [record, *more]})

    def found(condition: str, *more: Resource) -> set[str]:
        bundle = matched(condition, *more).json()
        return {entry["resource"]["id"] for entry in bundle["entry"] if entry["search"]["mode"] == "match"}

    def text(name: str, value: str) -> Resource:
        return {"name": name, "valueString": value}

    assert ANCHOR in found("systemic sclerosis", text("phase", "phase-2"))
    assert ANCHOR not in found("systemic sclerosis", text("phase", "Phase 3"))
    assert HOSTILE in found("calcinosis", text("travelRadius", "50"), text("place", "Limoges"))
    assert HOSTILE not in found("calcinosis", text("travelRadius", "50"), text("place", "Boston, Massachusetts"))
    home = {"name": "patient", "resource": {"resourceType": "Patient", "address": [{"city": "Boston", "state": "MA"}]}}
    assert HOSTILE not in found("calcinosis", text("travelRadius", "50"), home)
    refused = matched("calcinosis", text("travelRadius", "50"), text("zipCode", "87000"))
    assert refused.status_code == 422
    assert "travelRadius needs a place" in refused.json()["issue"][0]["diagnostics"]
    assert matched("calcinosis", text("phase", "phase-9")).status_code == 422
