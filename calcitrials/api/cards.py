"""CDS Hooks: what a hospital's system shows beside a chart. One card, with reasons and links, or none.

Shapes of CDS Hooks 2.0 (https://cds-hooks.hl7.org/2.0/). Nothing is fetched from the hospital's server: what a card is
about comes with the request (prefetch, context), and nothing of it is kept.
"""

import logging
import re
import uuid
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from calcitrials.api.description import answers, body
from calcitrials.api.questions import asked, opened
from calcitrials.api.routes import as_json
from calcitrials.fhir.bundles import SCREENING_AID
from calcitrials.trial_view.words import status_in_words
from calcitrials.web.refusals import Refused
from calcitrials.web.shelf import Opened
from calcitrials.web.threads import in_thread
from db.vocabularies import OPEN_STATUSES
from matcher import DiagnosisError, Match

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/cds-services", tags=["CDS Hooks"])
ON_A_CARD = 5
LONGEST_SUMMARY = 140
"""Characters (CDS Hooks 2.0, card attributes)."""
_PATIENT = "Patient/{{context.patientId}}"
_CONDITIONS = "Condition?patient={{context.patientId}}&clinical-status=active"
_MARKS = re.compile(r"([\\`*_{}\[\]<>()#|!])")
"""What Markdown would read as more than text."""
_KINDS_READ = ("Patient", "Condition", "Bundle", "Observation", "FamilyMemberHistory", "List")


class Service(msgspec.Struct, frozen=True):
    """A service as it stands in the discovery."""

    hook: str
    title: str
    description: str
    id: str
    prefetch: dict[str, str]


SERVICES = {
    service.id: service
    for service in (
        Service(
            "patient-view", "Clinical trials for this patient",
            "Trials that are open or about to open for the patient's active conditions, with the reasons.",
            "calcitrials-patient-view", {"patient": _PATIENT, "conditions": _CONDITIONS},
        ),
        Service(
            "problem-list-item-create", "Clinical trials for a new problem",
            "Trials that are open or about to open for the conditions that are being added to the problem list.",
            "calcitrials-problem-list-item-create", {"patient": _PATIENT},
        ),
    )
}  # fmt: skip
ServiceId = Annotated[str, Path(description="Id of a service.", examples=list(SERVICES)[:1])]


class HookCall(msgspec.Struct, frozen=True, rename="camel"):
    """What a hospital's system sends. The address and the token of its server are not read."""

    hook: str
    hook_instance: str
    context: dict[str, Any]
    prefetch: dict[str, Any] = {}


class Feedback(msgspec.Struct, frozen=True):
    """What became of cards. Read so that it has a form; nothing is kept of it but how many there were."""

    feedback: list[dict[str, Any]]


@router.get("", responses=answers())
async def discovery(request: Request) -> Response:
    """The services with what they need to know (discovery)."""
    return as_json({"services": [*SERVICES.values()]})


@router.post(
    "/{service_id}", responses=answers(None, 400, 404, 413, 415),
    openapi_extra=body({"type": "object", "required": ["hook", "hookInstance", "context"]}),
)  # fmt: skip
async def call(request: Request, service_id: ServiceId) -> Response:
    """A card with the trials for the conditions that come with the request; no card where none is worth a look."""
    service = _service(service_id)
    said = await asked(request, HookCall)
    if said.hook != service.hook:
        raise Refused(422, f"this service is called by the hook {service.hook}")
    chart = _chart(said)
    home = f"{'https' if request.app.state.settings.is_public else 'http'}://{request.headers['host']}"
    return as_json({"cards": await in_thread(_cards, opened(request), chart, home) if chart else []})


@router.post("/{service_id}/feedback", responses=answers(None, 400, 404, 413, 415), openapi_extra=body({
    "type": "object", "required": ["feedback"],
    "properties": {"feedback": {"type": "array", "items": {"type": "object"}}},
}))  # fmt: skip
async def feedback(request: Request, service_id: ServiceId) -> Response:
    """Take note of what became of cards; of the reasons, which may name a patient, nothing is kept."""
    service, said = _service(service_id), await asked(request, Feedback)
    logger.info("feedback on %d cards of %s", len(said.feedback), service.id)
    return as_json({})


def _service(service_id: str) -> Service:
    if service_id not in SERVICES:
        raise Refused(404, "there is no such service")
    return SERVICES[service_id]


def _chart(said: HookCall) -> list[dict[str, Any]]:
    """The resources that come with a call; of a new problem that alone, and the patient."""
    listed = said.context.get("conditions")
    if said.hook == "problem-list-item-create":
        found = [listed, said.prefetch.get("patient")]
    else:
        found = [said.prefetch.get("patient"), *(one for name, one in said.prefetch.items() if name != "patient")]
    return [one for one in found if isinstance(one, dict) and one.get("resourceType") in _KINDS_READ]


def _cards(current: Opened, chart: list[dict[str, Any]], home: str) -> list[dict[str, Any]]:
    entries = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in chart]}
    try:
        found = current.suggest(msgspec.json.encode(entries).decode(), None, tuple(OPEN_STATUSES), ON_A_CARD)
    except DiagnosisError:  # no condition with a code or a text: nothing to say
        return []
    matches = [match for match in found.matches if match.grade in ("strong", "possible")]
    return [_card(matches, max(found.fit, len(matches)), home)] if matches else []


def _card(matches: list[Match], fit: int, home: str) -> dict[str, Any]:
    first = matches[0].leading
    trials = "1 clinical trial" if fit == 1 else f"{fit} clinical trials"
    summary = f"{trials} to look at for {first}" + (" and others" if any(m.leading != first for m in matches) else "")
    return {
        "uuid": str(uuid.uuid4()),
        "summary": summary if len(summary) < LONGEST_SUMMARY else f"{trials} to look at for this patient",
        "indicator": "info",
        "detail": "\n\n".join([*map(in_markdown, matches), SCREENING_AID]),
        "source": {"label": "calcitrials", "url": home},
        "links": [
            {"label": f"{match.trial_id}: record and checklist", "url": f"{home}/trials/{match.trial_id}",
             "type": "absolute"}
            for match in matches
        ],
    }  # fmt: skip


def in_markdown(match: Match) -> str:
    """A trial with its reasons. No words of the registry can become markup."""
    status = status_in_words(match.status, match.status_stale_reason)
    verdict = "eligibility not known" if match.eligibility.verdict == "unknown" else match.eligibility.verdict
    head = f"**{_plain(match.trial_id)}** {_plain(match.title or '')} ({_plain(status)}, {match.grade}, {verdict})"
    return "\n".join([head, *(f"- {_plain(reason)}" for reason in match.because)])


def _plain(text: str) -> str:
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
