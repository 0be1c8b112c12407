"""The typed interface in JSON: what `calcitrials match`, `show`, `similar` and `screen` print, over HTTP.

What is said of a patient travels in bodies alone, never in an address.
"""

import datetime as dt
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from calcitrials.api.description import answers, body, ref
from calcitrials.api.questions import (
    MOST_TRIALS,
    MatchQuestion,
    ScreenQuestion,
    asked,
    diagnoses_of,
    opened,
    patient_of,
    vicinity_of,
)
from calcitrials.errors import CommandError
from calcitrials.trial_view import find_trial, trial_record
from calcitrials.web.refusals import Refused
from calcitrials.web.shelf import Opened
from calcitrials.web.threads import in_thread
from matcher import DiagnosisError, Suggestions
from matcher.screening.records import Checklist

router = APIRouter(prefix="/api", tags=["JSON"])
_LONGEST_ID = 200
Wanted = Annotated[int, Query(ge=1, le=MOST_TRIALS, description="Most trials to give.")]
TrialId = Annotated[str, Path(description="Any number of the trial.", examples=["NCT03582800"])]


def as_json(value: Any) -> Response:
    """A record as the JSON that its schema describes."""
    return Response(msgspec.json.encode(value), media_type="application/json")


@router.post("/match", responses=answers(ref("Suggestions"), 400, 413, 415), openapi_extra=body(ref("MatchQuestion")))
async def match(request: Request) -> Response:
    """Trials for a diagnosis, best first, with reasons; what a stated limit excludes stands apart."""
    question = await asked(request, MatchQuestion)
    return as_json(await in_thread(matched, opened(request), question))


@router.get("/trials/{trial_id:path}", responses=answers(ref("TrialRecord"), 404))
async def trial(request: Request, trial_id: TrialId) -> Response:
    """A trial by any of its numbers, as the catalogue holds it."""
    return as_json(await in_thread(recorded, opened(request), trial_id))


@router.get("/similar/{trial_id:path}", responses=answers(ref("Match", is_list=True), 404))
async def similar(request: Request, trial_id: TrialId, limit: Wanted = 10) -> Response:
    """Trials for the same or a related disease or finding, each with the reason."""
    current = opened(request)
    return as_json(await in_thread(lambda: current.similar(known_trial(current, trial_id), limit)))


@router.get("/screen/{trial_id:path}", responses=answers(ref("Checklist"), 404))
async def checklist(request: Request, trial_id: TrialId) -> Response:
    """A trial's checklist with nothing known of a patient: its criteria with their keys."""
    return as_json(await in_thread(screened, opened(request), trial_id, ScreenQuestion()))


@router.post(
    "/screen/{trial_id:path}", responses=answers(ref("Checklist"), 400, 404, 413, 415),
    openapi_extra=body(ref("ScreenQuestion")),
)  # fmt: skip
async def screen(request: Request, trial_id: TrialId) -> Response:
    """A trial's limits and criteria against a patient, and what to ask next."""
    question = await asked(request, ScreenQuestion)
    return as_json(await in_thread(screened, opened(request), trial_id, question))


@router.get("/catalogue", responses=answers())
async def catalogue(request: Request) -> Response:
    """How old the data are: when published, how many trials, and the last complete crawl of each registry."""
    return as_json(opened(request).facts)


def matched(current: Opened, question: MatchQuestion) -> Suggestions:
    """The answer to one question, with the age of the data. Raises Refused."""
    patient, vicinity = patient_of(question.patient), vicinity_of(question.near, question.within_km)
    try:
        found = current.suggest(diagnoses_of(question.query), patient, question.status, question.limit, vicinity)
    except DiagnosisError as error:
        raise Refused(422, str(error)) from None
    return msgspec.structs.replace(found, catalogue=current.facts)


def screened(current: Opened, trial_id: str, question: ScreenQuestion) -> Checklist:
    """A checklist for one patient. Raises Refused."""
    known = known_trial(current, trial_id)
    patient, vicinity = patient_of(question.patient), vicinity_of(question.near, question.within_km)
    near = vicinity.here if vicinity else None
    text = diagnoses_of(question.query) if question.query is not None else ""
    try:
        return current.screen(known, text, patient, question.answers, near, question.within_km)
    except DiagnosisError as error:
        raise Refused(422, str(error)) from None


def recorded(current: Opened, trial_id: str) -> dict[str, Any]:
    """All that is known of a trial. Raises Refused."""
    known = known_trial(current, trial_id)
    record = trial_record(current.cursor(), known, current.records.tables(known))
    return {name: _with_zone(value) for name, value in record.items()}


def known_trial(current: Opened, trial_id: str) -> str:
    """The id of a trial named by any of its numbers. Raises Refused."""
    if trial_id in current.index_of:
        return trial_id
    try:
        return find_trial(current.cursor(), trial_id[:_LONGEST_ID])
    except CommandError:
        raise Refused(404, "there is no such trial in this catalogue") from None


def _with_zone(value: Any) -> Any:
    """Timestamps with their zone: the catalogue's are UTC."""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=dt.UTC)
    if isinstance(value, dict):
        return {name: _with_zone(one) for name, one in value.items()}
    return [_with_zone(one) for one in value] if isinstance(value, list) else value
