"""FHIR over HTTP: R4, or R5 for who asks for it in Accept (fhirVersion=5.0). Errors are OperationOutcomes."""

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from calcitrials.api.description import answers, body
from calcitrials.api.questions import JSON_TYPES, opened
from calcitrials.api.routes import TrialId, known_trial
from calcitrials.fhir.asked import match_asked, statuses_of
from calcitrials.fhir.bundles import match_bundle, searchset
from calcitrials.fhir.capability import capability_statement, match_operation
from calcitrials.fhir.study import Resource, fhir_id, research_study
from calcitrials.fhir.version5 import research_study_5
from calcitrials.web.facets import Flags
from calcitrials.web.refusals import FHIR_JSON, Refused
from calcitrials.web.shelf import Opened
from calcitrials.web.threads import in_thread
from matcher import DiagnosisError, Suggestions
from matcher.ranking.sites import Vicinity

router = APIRouter(prefix="/fhir", tags=["FHIR"])
MOST_ON_A_PAGE = 200
MOST_REACHED = 2_000
"""Trials of a condition that one can page through: nobody reads further, and each has its reasons made."""
_WANTS_5 = re.compile(r"fhirversion\s*=\s*\"?5\.0", re.I)
_DESCRIBED = answers(None, 400, 404, 413, 415, fhir=True)
_SYSTEMS = {
    "http://hl7.org/fhir/sid/icd-10-cm": "", "http://hl7.org/fhir/sid/icd-10": "", "http://www.orpha.net": "ORPHA:",
    "http://terminology.hl7.org/CodeSystem/MSH": "MESH:", "http://human-phenotype-ontology.org": "",
}  # fmt: skip
"""What stands before a code of a system, as the matcher reads it; of other systems the code goes as FHIR."""
Count = Annotated[int, Query(alias="_count", ge=0, le=MOST_ON_A_PAGE)]
Offset = Annotated[int, Query(alias="_offset", ge=0, le=1_000_000)]


@router.get("/metadata", responses=_DESCRIBED)
async def metadata(request: Request) -> Response:
    """What this interface can do (CapabilityStatement)."""
    return _said(request, capability_statement(_version(request), _base(request), opened(request).published))


@router.get("/OperationDefinition/ResearchStudy-match", responses=_DESCRIBED)
async def operation(request: Request) -> Response:
    """The definition of $match."""
    return _said(request, match_operation(_version(request), _base(request)))


@router.post(
    "/ResearchStudy/$match", responses=_DESCRIBED,
    openapi_extra=body({"type": "object", "required": ["resourceType"]}, FHIR_JSON, "application/json"),
)  # fmt: skip
async def match(request: Request) -> Response:
    """Trials for a patient whose record is the body: a searchset with score, match grade and reasons."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in JSON_TYPES:
        raise Refused(415, "send application/fhir+json")
    asked, current = match_asked(await request.body()), opened(request)

    def answered() -> Resource:
        among = None if asked.phases is None else current.facets.of_phases(asked.phases)
        found = _suggested(current, asked.query, asked.statuses, asked.limit, asked.vicinity, among)
        query = msgspec.structs.replace(found.query, notes=(*found.query.notes, *asked.notes))
        found = msgspec.structs.replace(found, query=query)
        return match_bundle(found, lambda ids: current.resources.of(ids, _shape(request)), _base(request))

    return _said(request, await in_thread(answered))


@router.get("/ResearchStudy", responses=_DESCRIBED)
async def search(
    request: Request,
    condition: str | None = None,
    status: str | None = None,
    identifier: str | None = None,
    by_id: Annotated[str | None, Query(alias="_id")] = None,
    count: Count = 20,
    offset: Offset = 0,
) -> Response:
    """Trials by condition, status or number. An address is no place for what a chart says: post to _search."""
    given = {"condition": condition, "status": status, "identifier": identifier, "_id": by_id}
    return _said(request, await in_thread(_found, request, given, count, offset))


@router.post(
    "/ResearchStudy/_search", responses=_DESCRIBED,
    openapi_extra=body({"type": "object"}, "application/x-www-form-urlencoded", is_required=False),
)  # fmt: skip
async def search_posted(request: Request) -> Response:
    """The same search with its parameters in the body."""
    form = await request.form()
    said = {name: str(value) for name, value in form.items()}
    numbers = [said.get(name, default) for name, default in (("_count", "20"), ("_offset", "0"))]
    if not all(number.isascii() and number.isdigit() and len(number) < 8 for number in numbers):
        raise Refused(422, "_count and _offset are numbers")
    given = {name: said.get(name) for name in ("condition", "status", "identifier", "_id")}
    count, offset = min(int(numbers[0]), MOST_ON_A_PAGE), int(numbers[1])
    return _said(request, await in_thread(_found, request, given, count, offset, False))


@router.get("/ResearchStudy/{trial_id}", responses=_DESCRIBED)
async def read(request: Request, trial_id: TrialId) -> Response:
    """One trial."""
    current = opened(request)

    def resource() -> Resource:
        known = _by_fhir_id(current, trial_id)
        return current.resources.of([known], _shape(request))[known]

    return _said(request, await in_thread(resource))


def _found(request: Request, given: dict[str, str | None], count: int, offset: int, is_shown: bool = True) -> Resource:
    """A page of a search. is_shown: whether links repeat what was asked."""
    current, base = opened(request), _base(request)
    statuses = statuses_of(given["status"] or "")
    known = _by_number(current, given)
    if known is None and given["condition"]:
        most = min(offset + count + 1, MOST_REACHED) if count else 1
        suggestions = _suggested(current, _token(given["condition"]), statuses, most)
        trial_ids = [match.trial_id for match in suggestions.matches]
        total = suggestions.fit
    else:
        trial_ids = _listed(current, statuses, known)
        total = len(trial_ids)
    page = trial_ids[offset : offset + count]
    studies = current.resources.of(page, _shape(request)).values()
    entries = [{"resource": one, "search": {"mode": "match"}} for one in studies]
    link, asked = f"{base}/ResearchStudy", {name: value for name, value in given.items() if value and is_shown}

    def at(number: int) -> str:
        return f"{link}?{urlencode({**asked, '_count': count, '_offset': number})}"

    more = is_shown and count and len(trial_ids) > offset + count
    return searchset(entries, total, base, at(offset), at(offset + count) if more else None)


def _by_number(current: Opened, given: dict[str, str | None]) -> list[str] | None:
    """Trials of a number that is asked for; None where none is."""
    number = (given["identifier"] or "").rpartition("|")[2] or given["_id"]
    if not number:
        return None
    try:
        return [_by_fhir_id(current, number)]
    except Refused:
        return []


def _listed(current: Opened, statuses: Sequence[str], among: list[str] | None) -> list[str]:
    """Trials with one of these statuses, by id."""
    wanted = sorted(filter(None, current.trial_ids)) if among is None else among
    if not statuses:
        return list(wanted)
    sql = "SELECT trial_id FROM trials WHERE status IN (SELECT unnest(?))"
    fitting = {row[0] for row in current.cursor().execute(sql, [list(statuses)]).fetchall()}
    return [one for one in wanted if one in fitting]


def _suggested(
    current: Opened,
    query: str,
    statuses: tuple[str, ...],
    limit: int,
    vicinity: Vicinity | None = None,
    among: Flags | None = None,
) -> Suggestions:
    try:
        return current.suggest(query, None, statuses, limit, vicinity, among)
    except DiagnosisError as error:
        raise Refused(422, str(error)) from None


def _token(text: str) -> str:
    """A token of a search (system|code, code or words) as the matcher reads it."""
    system, mark, code = text.partition("|")
    if not mark or not system:
        return code if mark else text
    if system in _SYSTEMS:
        return _SYSTEMS[system] + code
    coding = {"system": system, "code": code}
    return msgspec.json.encode({"resourceType": "Condition", "code": {"coding": [coding]}}).decode()


def _by_fhir_id(current: Opened, number: str) -> str:
    try:
        return known_trial(current, number)
    except Refused:
        same = [one for one in current.trial_ids if fhir_id(one) == number]
        if len(same) == 1:
            return same[0]
        raise


def _version(request: Request) -> str:
    return "5.0.0" if _WANTS_5.search(request.headers.get("accept", "")) else "4.0.1"


def _shape(request: Request) -> Callable[[dict[str, Any]], Resource]:
    return research_study_5 if _version(request) == "5.0.0" else research_study


def _base(request: Request) -> str:
    """Address of this interface as the client knows it."""
    scheme = "https" if request.app.state.settings.is_public else "http"
    return f"{scheme}://{request.headers['host']}/fhir"


def _said(request: Request, resource: Resource) -> Response:
    kind = f"{FHIR_JSON}; fhirVersion={_version(request)[:3]}"
    return Response(msgspec.json.encode(resource), media_type=kind)
