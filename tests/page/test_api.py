"""The interface for programs, asked over HTTP of the installed program."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from tests.page.conftest import HOSTILE, Served, serving
from tests.support.running import LONGEST_S, environment

ANCHOR = "NCT03582800"


def ask(served: Served, path: str, question: Any) -> httpx.Response:
    return httpx.post(served.url + path, json=question, timeout=60)


def refused(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    return str(problem["detail"])


def test_a_match_is_what_the_description_says_and_has_its_reasons(served: Served) -> None:
    description = served.get("/openapi.json").json()
    answer = ask(served, "/api/match", {"query": "calcinosis cutis", "patient": {"age_years": 54, "sex": "female"}})
    found = answer.json()
    jsonschema.Draft202012Validator(
        {**description["components"]["schemas"]["Suggestions"], "components": description["components"]}
    ).validate(found)
    assert ANCHOR in [match["trial_id"] for match in found["matches"]]
    assert all(match["because"] for match in found["matches"])
    assert found["query"]["patient"] == {"age_years": 54.0, "sex": "female"}
    assert found["catalogue"]["trials"] > 0


def test_a_match_near_a_town_names_the_nearest_site(served: Served) -> None:
    question = {"query": "calcinosis cutis", "limit": 500, "near": "Limoges", "within_km": 10}
    matches = {match["trial_id"]: match for match in ask(served, "/api/match", question).json()["matches"]}
    assert matches[HOSTILE]["nearest_site"]["distance_km"] < 10
    assert matches[HOSTILE]["eligibility"]["distance"] == "met"
    assert "near" in refused(ask(served, "/api/match", {"query": "calcinosis", "near": "Xqzville"}), 422)


def test_a_match_takes_fhir_codes_and_several_diagnoses(served: Served) -> None:
    condition = {"resourceType": "Condition", "code": {"text": "calcinosis cutis"}}
    for query in ("L94.2", ["scleroderma", "calcinosis cutis"], condition):
        matches = ask(served, "/api/match", {"query": query, "limit": 50}).json()["matches"]
        assert ANCHOR in [match["trial_id"] for match in matches], query


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"query": 4}, "$.query"),
        ({"query": "calcinosis", "patients": {}}, "patients"),
        ({"query": "calcinosis", "patient": {"sex": "other"}}, "$.patient.sex"),
        ({"query": "calcinosis", "patient": {"country": "Atlantis"}}, "country"),
        ({"query": {"resourceType": "Condition"}}, "Condition"),
    ],
)
def test_what_cannot_be_understood_is_said(served: Served, question: Any, said: str) -> None:
    assert said in refused(ask(served, "/api/match", question), 422)


def test_refusals_are_problems(served: Served) -> None:
    refused(httpx.post(served.url + "/api/match", content=b"{", headers={"content-type": "application/json"}), 400)
    refused(httpx.post(served.url + "/api/match", data={"query": "calcinosis"}), 415)
    refused(served.get("/api/trials/NCT00000000"), 404)
    refused(served.get("/api/nothing"), 404)
    refused(served.get("/api/match"), 405)
    refused(served.get("/api/catalogue", host="evil.example"), 400)
    refused(httpx.post(served.url + "/api/match", content=b"1" * (9 * 1024 * 1024)), 413)
    other_site = {"origin": "https://evil.example", "content-type": "application/json"}
    refused(httpx.post(served.url + "/api/match", content=b"{}", headers=other_site), 403)


def test_a_trial_is_found_by_any_of_its_numbers(served: Served) -> None:
    record = served.get(f"/api/trials/{ANCHOR.lower()}").json()
    assert record["trial_id"] == ANCHOR
    for other in record["identifiers"]:
        assert served.get(f"/api/trials/{other['identifier']}").json()["trial_id"] == ANCHOR


def test_similar_trials_have_reasons_and_are_others(served: Served) -> None:
    found = served.get(f"/api/similar/{ANCHOR}?limit=3").json()
    assert 0 < len(found) <= 3
    assert all(match["because"] and match["trial_id"] != ANCHOR for match in found)


def test_a_checklist_is_answered_and_never_says_eligible(served: Served) -> None:
    empty = served.get(f"/api/screen/{ANCHOR}").json()
    assert empty["verdict"] == "unknown"
    exclusion = next(item for item in empty["items"] if item["side"] == "exclusion")
    question = {"query": "systemic sclerosis", "patient": {"age_years": 54}, "answers": {exclusion["key"]: "yes"}}
    answered = ask(served, f"/api/screen/{ANCHOR}", question).json()
    assert answered["verdict"] == "excluded"
    assert answered["excluded_by"]


def test_nothing_of_a_patient_is_logged(served: Served) -> None:
    ask(served, "/api/match", {"query": "calcinosis of Xaverina Quillfeather"})
    ask(served, "/api/match", {"query": {"resourceType": "Condition", "note": "Xaverina"}})
    ask(served, f"/api/screen/{ANCHOR}", {"query": "Quillfeather has dermatomyositis"})
    log = served.log.read_text()
    assert "POST /api/match 200" in log
    assert "Quillfeather" not in log
    assert "Xaverina" not in log


def test_others_must_say_the_token(page_catalog: Path, tmp_path: Path) -> None:
    token = "a-token-of-more-than-twenty-characters"
    with serving(page_catalog, tmp_path, "--name", "127.0.0.1", CALCITRIALS_TOKEN=token) as public:
        through_tls = {"x-forwarded-proto": "https"}
        answer = public.get("/api/catalogue", **through_tls)
        refused(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"
        refused(public.get("/api/catalogue", **through_tls, authorization=f"Bearer {token[:-1]}"), 401)
        assert public.get("/api/catalogue", **through_tls, authorization=f"Bearer {token}").status_code == 200


def test_made_up_requests_are_answered_as_described(served: Served, tmp_path: Path) -> None:
    """Schemathesis: no request breaks the server, and every answer is one that the description knows.

    That words are no diagnosis is said with 422, so one check is left out: that all which has the form is accepted.
    """
    program = str(Path(sys.executable).with_name("schemathesis"))
    command = [
        program, "run", f"{served.url}/openapi.json", "--max-examples", "8", "--seed", "1", "--no-color", "--phases",
        "examples,coverage,fuzzing", "--exclude-checks", "positive_data_acceptance", "--request-timeout", "60",
    ]  # fmt: skip
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=LONGEST_S, env=environment())
    assert run.returncode == 0, run.stdout[-8000:]
    assert "Tested: " in run.stdout
