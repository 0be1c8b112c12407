"""How a program is told what went wrong: problem details (RFC 9457), or an OperationOutcome where FHIR is spoken."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from calcitrials.kept_file import NotKept

logger = logging.getLogger(__name__)

PROBLEM = "application/problem+json"
FHIR_JSON = "application/fhir+json"
_FHIR = "/fhir"
_PROGRAMS = ("/api", "/openapi.json", "/cds-services")
_ISSUE_CODES = {
    400: "structure", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 406: "not-supported",
    413: "too-long", 415: "not-supported", 422: "invalid", 429: "throttled", 503: "transient",
}  # fmt: skip
"""Codes of http://hl7.org/fhir/issue-type by status."""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What went wrong (RFC 9457). title: the status in words; detail: what to do about it. Neither has patient data."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"


class Refused(Exception):
    """An answer that is no success. Its text never holds what was asked."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def is_program(path: str) -> bool:
    """Whether an address is one that programs ask."""
    return any(path == one or path.startswith(one + "/") for one in (*_PROGRAMS, _FHIR))


def refusal(path: str, detail: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal in the form that whoever asks for this path reads."""
    if path == _FHIR or path.startswith(_FHIR + "/"):
        outcome = operation_outcome(_ISSUE_CODES.get(status, "exception"), detail)
        return Response(msgspec.json.encode(outcome), status, headers, FHIR_JSON)
    if is_program(path):
        problem = Problem(HTTPStatus(status).phrase, status, detail)
        return Response(msgspec.json.encode(problem), status, headers, PROBLEM)
    return PlainTextResponse(detail, status, headers)


def operation_outcome(code: str, text: str, severity: str = "error") -> dict[str, Any]:
    """An OperationOutcome with one issue. code: of http://hl7.org/fhir/issue-type."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": severity, "code": code, "diagnostics": text}],
    }


def add_refusals(app: FastAPI) -> None:
    """Let an application answer what its routes for programs refuse."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return refusal(request.url.path, error.detail, error.status)

    async def misread(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        # the fields alone: what was sent in them is not repeated
        told = "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in error.errors())
        return refusal(request.url.path, told, 422)

    async def not_kept(request: Request, error: Exception) -> Response:
        logger.error("%s", error)
        return refusal(request.url.path, "This cannot be kept or read here at the moment; the log says why.", 503)

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(NotKept, not_kept)
    app.add_exception_handler(RequestValidationError, misread)
