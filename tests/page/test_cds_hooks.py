"""CDS Hooks over HTTP, with the shapes of requests that the public sandbox sends."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from calcitrials.api.cards import in_markdown
from matcher import Match
from tests.page.conftest import HOSTILE, Served, serving

PATIENT = {"resourceType": "Patient", "id": "p-1", "gender": "female", "birthDate": "1970-01-01"}
VIEW = "calcitrials-patient-view"
CREATE = "calcitrials-problem-list-item-create"


def condition(text: str, status: str = "active") -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [{"code": status}]},
        "code": {"text": text},
        "subject": {"reference": "Patient/p-1"},
    }


def bundle(*resources: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources]}


def view(*conditions: Any, **more: Any) -> dict[str, Any]:
    return {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "fhirServer": "https://nobody.example/fhir",
        "fhirAuthorization": {"access_token": "some-opaque-token", "token_type": "Bearer"},
        "context": {"userId": "Practitioner/e-1", "patientId": "p-1"},
        "prefetch": {"patient": PATIENT, "conditions": bundle(*conditions)},
        **more,
    }


def call(served: Served, service: str, said: Any) -> httpx.Response:
    return httpx.post(f"{served.url}/cds-services/{service}", json=said, timeout=60)


def cards(served: Served, service: str, said: Any) -> list[dict[str, Any]]:
    answer = call(served, service, said)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["cards"])


def test_services_say_what_they_need(served: Served) -> None:
    services = served.get("/cds-services").json()["services"]
    assert {one["hook"] for one in services} == {"patient-view", "problem-list-item-create"}
    assert all("{{context.patientId}}" in query for one in services for query in one["prefetch"].values())


def test_a_chart_gets_one_card_with_reasons_and_links(served: Served) -> None:
    (card,) = cards(served, VIEW, view(condition("calcinosis cutis")))
    assert card["indicator"] == "info"
    assert len(card["summary"]) < 140
    assert card["source"]["label"]
    assert "NCT03582800" in card["detail"]
    assert "calcinosis" in card["detail"]
    assert "study team decides" in card["detail"]
    for link in card["links"]:
        assert link["type"] == "absolute"
        assert httpx.get(link["url"]).status_code == 200


def test_words_of_a_registry_are_no_markup(served: Served) -> None:
    answer = httpx.post(f"{served.url}/api/match", json={"query": "calcinosis", "limit": 500}).json()
    (hostile,) = [one for one in answer["matches"] if one["trial_id"] == HOSTILE]
    shown = in_markdown(msgspec.convert(hostile, Match))
    assert "script" in shown
    assert not re.search(r"(?<!\\)[<>]", shown)


@pytest.mark.parametrize(
    "said",
    [
        view(),
        view(condition("broken arm")),
        view(condition("calcinosis cutis", "resolved")),
        view(prefetch={}),
        view(prefetch={"patient": None, "conditions": None}),
    ],
)
def test_where_nothing_fits_there_is_no_card(served: Served, said: Any) -> None:
    assert cards(served, VIEW, said) == []


def test_a_new_problem_gets_a_card_of_itself_alone(served: Served) -> None:
    def create(text: str) -> dict[str, Any]:
        context = {"userId": "Practitioner/e-1", "patientId": "p-1", "conditions": bundle(condition(text))}
        prefetch = {"patient": PATIENT, "conditions": bundle(condition("calcinosis cutis"))}
        return view() | {"hook": "problem-list-item-create", "context": context, "prefetch": prefetch}

    assert len(cards(served, CREATE, create("calcinosis cutis"))) == 1
    assert cards(served, CREATE, create("broken arm")) == []


@pytest.mark.parametrize(
    ("service", "said", "status"),
    [("nothing", view(), 404), (VIEW, view(hook="order-sign"), 422), (VIEW, {"hook": "patient-view"}, 422)],
)
def test_what_is_no_call_is_refused(served: Served, service: str, said: Any, status: int) -> None:
    answer = call(served, service, said)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_of_feedback_and_patients_nothing_is_kept(served: Served) -> None:
    told = {"card": "4e0a3a1e", "outcome": "overridden", "overrideReason": {"userComment": "Quillfeather refused"}}
    answer = call(served, f"{VIEW}/feedback", {"feedback": [told]})
    assert answer.status_code == 200
    cards(served, VIEW, view(condition("calcinosis of Quillfeather")))
    assert "feedback on 1 cards" in served.log.read_text()
    kept = [file for file in served.data.rglob("*") if file.is_file()]
    assert not any(b"Quillfeather" in file.read_bytes() for file in (served.log, *kept))


def test_a_named_site_may_ask_and_no_other(page_catalog: Path, tmp_path: Path) -> None:
    """A public sandbox asks from the browser, so that a browser must allow it (CORS)."""
    sandbox = "https://sandbox.example"
    with serving(page_catalog, tmp_path, "--origin", sandbox) as found:
        asks = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
        for path, origin, is_let in (
            ("/cds-services", sandbox, True), ("/cds-services", "https://evil.example", False),
            ("/search", sandbox, False),
        ):  # fmt: skip
            told = httpx.options(found.url + path, headers={"origin": origin, **asks})
            assert (told.headers.get("access-control-allow-origin") == origin) is is_let
            assert (told.status_code == 204) is is_let
        headers = {"origin": sandbox, "sec-fetch-site": "cross-site"}
        url = f"{found.url}/cds-services/{VIEW}"
        answer = httpx.post(url, json=view(condition("calcinosis cutis")), headers=headers, timeout=60)
        assert answer.json()["cards"]
        assert answer.headers["access-control-allow-origin"] == sandbox
        assert "access-control-allow-credentials" not in answer.headers
        assert httpx.post(url, json=view(), headers=headers | {"origin": "https://evil.example"}).status_code == 403


def test_a_journey_from_the_chart_to_the_checklist(served: Served) -> None:
    """As a hospital's system goes: discovery, a card, the page behind its link, FHIR, the checklist with an answer."""
    (service,) = [one for one in served.get("/cds-services").json()["services"] if one["hook"] == "patient-view"]
    (card,) = cards(served, service["id"], view(condition("calcinosis cutis")))
    link = next(one for one in card["links"] if "NCT03582800" in one["url"])
    assert "Sodium Thiosulfate" in httpx.get(link["url"]).text
    chart = json.dumps(bundle(PATIENT, condition("calcinosis cutis")))
    headers = {"content-type": "application/fhir+json"}
    found = httpx.post(f"{served.url}/fhir/ResearchStudy/$match", content=chart, headers=headers, timeout=60).json()
    (entry,) = [one for one in found["entry"] if one["resource"].get("id") == "NCT03582800"]
    study = httpx.get(entry["fullUrl"]).json()
    assert study["title"] in httpx.get(link["url"]).text
    url = f"{served.url}/api/screen/{study['id']}"
    question: dict[str, Any] = {"query": json.loads(chart)}
    checklist = httpx.post(url, json=question, timeout=60).json()
    assert checklist["verdict"] == "unknown"
    assert {limit["name"]: limit["effect"] for limit in checklist["limits"]}["age"] == "met"
    exclusion = next(one for one in checklist["items"] if one["side"] == "exclusion" and one["answer"] is None)
    question["answers"] = {exclusion["key"]: "yes"}
    assert httpx.post(url, json=question, timeout=60).json()["verdict"] == "excluded"
