"""FHIR over HTTP. fhir.resources judges the shapes; the code lists are those of HL7's value sets."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from fhir.resources import get_fhir_model_class as model_of_5
from fhir.resources.R4B import get_fhir_model_class as model_of_4

from calcitrials.fhir import codes
from crawler.samples.server import serve
from db.vocabularies import Phase, Status
from tests.page.conftest import Served
from tests.support.ctgov_answers import study, write_lines
from tests.support.running import calcitrials, crawl, rows
from tests.support.shared_data import SHARED

ANCHOR = "NCT03582800"
FHIR_JSON = "application/fhir+json"
FIVE = {"accept": f"{FHIR_JSON}; fhirVersion=5.0"}
STATUS_4 = {
    "active", "administratively-completed", "approved", "closed-to-accrual", "closed-to-accrual-and-intervention",
    "completed", "disapproved", "in-review", "temporarily-closed-to-accrual",
    "temporarily-closed-to-accrual-and-intervention", "withdrawn",
}  # fmt: skip
"""http://hl7.org/fhir/ValueSet/research-study-status, R4."""
PROGRESS_5 = STATUS_4 | {
    "active-but-not-recruiting", "enrolling-by-invitation", "not-yet-recruiting", "recruiting", "terminated"
}  # fmt: skip
"""http://hl7.org/fhir/ValueSet/research-study-status, R5."""
PHASES = {
    "n-a", "early-phase-1", "phase-1", "phase-1-phase-2", "phase-2", "phase-2-phase-3", "phase-3", "phase-4"
}  # fmt: skip
"""http://terminology.hl7.org/ValueSet/research-study-phase."""
PURPOSES = {
    "treatment", "prevention", "diagnostic", "supportive-care", "screening", "health-services-research",
    "basic-science", "device-feasibility",
}  # fmt: skip
"""http://hl7.org/fhir/ValueSet/research-study-prim-purp-type."""
GRADES = {"certain", "probable", "possible", "certainly-not"}
"""http://hl7.org/fhir/ValueSet/match-grade."""
RECORD = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1970-01-01"}},
        {
            "resource": {
                "resourceType": "Condition",
                "clinicalStatus": {"coding": [{"code": "active"}]},
                "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "L94.2"}]},
                "subject": {"reference": "Patient/p"},
            }
        },
    ],
}


def valid(resource: dict[str, Any], five: bool = False) -> dict[str, Any]:
    """The resource, judged by fhir.resources, and its codes by the lists."""
    (model_of_5 if five else model_of_4)(resource["resourceType"]).model_validate(resource)
    for entry in resource.get("entry", ()):
        valid(entry["resource"], five)
        for extension in entry["search"].get("extension", ()):
            assert extension["valueCode"] in GRADES
    if resource["resourceType"] == "ResearchStudy":
        assert resource.get("status", "active") in ({"draft", "active", "retired", "unknown"} if five else STATUS_4)
        for one in resource.get("phase", {}).get("coding", ()):
            assert one["code"] in PHASES
    return resource


def post(served: Served, path: str, resource: Any) -> httpx.Response:
    return httpx.post(served.url + path, content=json.dumps(resource), headers={"content-type": FHIR_JSON}, timeout=60)


def ids(bundle: dict[str, Any]) -> list[str]:
    return [entry["resource"]["id"] for entry in bundle["entry"] if entry["search"]["mode"] == "match"]


def test_every_code_is_of_its_value_set() -> None:
    assert set(codes.R4_STATUS.values()) <= STATUS_4
    assert set(codes.R5_PROGRESS.values()) <= PROGRESS_5
    assert set(codes.PHASES.values()) <= PHASES
    assert set(codes.PURPOSES.values()) <= PURPOSES
    assert set(codes.GRADES.values()) <= GRADES - {"certain", "certainly-not"}
    for known in (codes.R4_STATUS, codes.R5_PROGRESS):
        assert set(Status) - set(known) == {Status.MOVED, Status.UNKNOWN}
    assert {phase for phases in codes.PHASES for phase in phases} == set(Phase)


def test_the_server_says_what_it_can_do(served: Served) -> None:
    said = valid(served.get("/fhir/metadata").json())
    assert said["fhirVersion"] == "4.0.1"
    (resource,) = said["rest"][0]["resource"]
    definition = resource["operation"][0]["definition"]
    assert valid(httpx.get(definition).json())["code"] == "match"
    assert valid(served.get("/fhir/metadata", **FIVE).json(), five=True)["fhirVersion"] == "5.0.0"


def test_a_record_is_matched_with_score_grade_and_reasons(served: Served) -> None:
    answer = post(served, "/fhir/ResearchStudy/$match", RECORD)
    assert answer.headers["content-type"].startswith(FHIR_JSON)
    bundle = valid(answer.json())
    assert bundle["type"] == "searchset"
    assert bundle["total"] == len(ids(bundle))
    assert ANCHOR in ids(bundle)
    anchor = next(entry for entry in bundle["entry"] if entry["resource"].get("id") == ANCHOR)
    assert 0 < anchor["search"]["score"] <= 1
    told = [one for one in anchor["resource"]["extension"] if one["url"] == "urn:calcitrials:fhir:because"]
    assert told
    assert valid(httpx.get(anchor["fullUrl"]).json())["id"] == ANCHOR
    assert bundle["entry"][-1]["resource"]["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("name", ["resource", "trialMatchClinicalData"])
def test_parameters_hold_the_record_and_what_is_wanted(served: Served, name: str) -> None:
    wanted = [{"name": "recruitmentStatus", "valueString": "completed"}, {"name": "zipCode", "valueString": "87000"}]
    asked = {"resourceType": "Parameters", "parameter": [{"name": name, "resource": RECORD}, *wanted]}
    bundle = valid(post(served, "/fhir/ResearchStudy/$match", asked).json())
    studies = [entry["resource"] for entry in bundle["entry"][:-1]]
    assert studies
    assert {one["status"] for one in studies} == {"completed"}
    assert "zipCode is not used" in json.dumps(bundle["entry"][-1])


def test_the_same_trial_says_the_same_in_both_versions(served: Served) -> None:
    four = valid(served.get(f"/fhir/ResearchStudy/{ANCHOR}").json())
    five = valid(served.get(f"/fhir/ResearchStudy/{ANCHOR}", **FIVE).json(), five=True)
    record = served.get(f"/api/trials/{ANCHOR}").json()
    assert codes.R4_STATUS[record["status"]] == four["status"]
    assert five["progressStatus"][0]["state"]["coding"][0]["code"] == codes.R5_PROGRESS[record["status"]]
    assert four["title"] == five["title"] == record["brief_title"]
    assert four["condition"] == five["condition"]
    assert four["sponsor"]["display"] == record["sponsor"] == five["associatedParty"][0]["name"]
    assert len(four["site"]) == len(record["locations"]) == len(five["site"])


def test_every_trial_has_a_valid_resource(served: Served) -> None:
    for headers in ({}, FIVE):
        bundle = served.get("/fhir/ResearchStudy?_count=200", **headers).json()
        assert len(valid(bundle, five=bool(headers))["entry"]) == bundle["total"] > 10


def test_a_search_by_condition_status_and_number_goes_from_page_to_page(served: Served) -> None:
    first = valid(served.get("/fhir/ResearchStudy?condition=calcinosis&_count=1").json())
    second = httpx.get(next(one["url"] for one in first["link"] if one["relation"] == "next")).json()
    assert len(ids(first)) == len(ids(second)) == 1
    assert ids(first) != ids(second)
    coded = "http://hl7.org/fhir/sid/icd-10|L94.2"
    assert ANCHOR in ids(served.get(f"/fhir/ResearchStudy?condition={coded}&_count=50").json())
    finished = served.get("/fhir/ResearchStudy?status=completed&_count=200").json()
    assert {entry["resource"]["status"] for entry in finished["entry"]} == {"completed"}
    number = f"http://clinicaltrials.gov|{ANCHOR}"
    assert ids(served.get(f"/fhir/ResearchStudy?identifier={number}").json()) == [ANCHOR]
    assert served.get("/fhir/ResearchStudy?_id=NCT00000000").json()["total"] == 0


def test_a_posted_search_is_in_no_address(served: Served) -> None:
    bundle = valid(served.post("/fhir/ResearchStudy/_search", {"condition": "calcinosis", "_count": "1"}).json())
    assert bundle["total"] > 1
    assert "calcinosis" not in json.dumps(bundle["link"])


@pytest.mark.parametrize(
    ("path", "resource", "status", "code"),
    [
        ("/fhir/ResearchStudy/$match", {"resourceType": "Patient"}, 422, "invalid"),
        ("/fhir/ResearchStudy/$match", {"nothing": 1}, 422, "invalid"),
        ("/fhir/ResearchStudy/$match", [1], 422, "invalid"),
        ("/fhir/ResearchStudy/NCT00000000", None, 404, "not-found"),
        ("/fhir/Observation", None, 404, "not-found"),
        ("/fhir/ResearchStudy?status=nonsense", None, 422, "invalid"),
        ("/fhir/ResearchStudy?_count=x", None, 422, "invalid"),
    ],
)
def test_errors_are_outcomes(served: Served, path: str, resource: Any, status: int, code: str) -> None:
    answer = post(served, path, resource) if resource is not None else served.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == FHIR_JSON
    assert valid(answer.json())["issue"][0]["code"] == code


def test_a_trial_of_unknown_status_and_odd_texts_is_valid(tmp_path: Path) -> None:
    odd = study("NCT08888888", briefTitle="  \x0b Odd\x01 calcinosis ")
    odd["protocolSection"]["statusModule"] = {"overallStatus": "UNKNOWN"}
    records = write_lines(tmp_path / "odd.jsonl", [odd])
    with serve("ctgov", records={"ctgov": records}) as urls:
        assert crawl(tmp_path / "catalog", urls["ctgov"], "--id", "NCT08888888").status == 0
    run = calcitrials("match", "calcinosis", "--format", "fhir", "--catalog", tmp_path / "catalog")
    bundle = valid(json.loads(run.out))
    (found,) = [entry["resource"] for entry in bundle["entry"][:-1]]
    assert "status" not in found
    assert found["_status"]["extension"][0]["valueCode"] == "unknown"
    assert found["title"] == "Odd calcinosis"


def test_a_bulk_file_holds_every_trial_and_names_no_person_unless_asked(page_catalog: Path, tmp_path: Path) -> None:
    asked = ("--format", "fhir", "--catalog", page_catalog)
    assert calcitrials("export", tmp_path / "some", *asked).status == 0
    assert calcitrials("export", tmp_path / "all", "--with-contacts", *asked).status == 0
    assert calcitrials("export", tmp_path / "all", *asked).status == 1
    expected = rows(page_catalog, "SELECT trial_id FROM trials ORDER BY trial_id")
    (file,) = (tmp_path / "some").iterdir()
    assert file.name == "ResearchStudy.ndjson"
    studies = [valid(json.loads(line)) for line in file.read_text().splitlines()]
    assert [one["id"] for one in studies] == [row[0] for row in expected]
    told = (tmp_path / "all" / file.name).read_text()
    assert "Ada" in told
    assert "desk@hospital.example" in told
    assert '"principalInvestigator"' not in file.read_text()
    assert "Ada" not in file.read_text()
    assert "desk@hospital.example" not in file.read_text()


def test_public_examples_are_answered(served: Served) -> None:
    """Examples of HL7 and of national guides: each gets a Bundle or an outcome that says why not."""
    file = SHARED / "charts/fhir_dev.jsonl"
    if not file.exists():
        pytest.skip("the public examples are not on this machine")
    read = 0
    lines = file.read_text().splitlines()
    for line in lines:
        answer = post(served, "/fhir/ResearchStudy/$match", json.loads(json.loads(line)["query"]))
        assert answer.status_code in (200, 422), answer.text
        read += valid(answer.json())["resourceType"] == "Bundle"
    assert len(lines) == 49
    assert read == 30  # the others hold findings without a code of a disease, encounters without a reason, patients
