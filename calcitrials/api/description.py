"""The description of the interface (OpenAPI 3.1), made of the records that are read and written."""

from functools import cache
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

import calcitrials
from calcitrials.api.questions import MatchQuestion, ScreenQuestion
from calcitrials.web.refusals import FHIR_JSON, PROBLEM, Problem
from db.tables import CHILD_TABLES, TABLES, TRIALS
from matcher.results import Match, Suggestions
from matcher.screening.records import Checklist

_RECORDS = (MatchQuestion, ScreenQuestion, Suggestions, Checklist, Match, Problem)
_REF = "#/components/schemas/{name}"
_TYPES = {"VARCHAR": "string", "BOOLEAN": "boolean", "INTEGER": "integer", "BIGINT": "integer", "DOUBLE": "number"}
_REFUSALS = {400: "No JSON", 404: "Not there", 413: "Too much", 415: "Not JSON", 422: "Not understood", 503: "Not yet"}


def ref(name: str, is_list: bool = False) -> dict[str, Any]:
    """A schema by its name."""
    one = {"$ref": _REF.format(name=name)}
    return {"type": "array", "items": one} if is_list else one


def answers(schema: dict[str, Any] | None = None, *refused: int, fhir: bool = False) -> dict[int | str, dict[str, Any]]:
    """The responses of a route: success, and the refusals that it knows beside those of every route."""
    refusals = {status: _REFUSALS[status] for status in (422, 503, *refused)}
    kind = FHIR_JSON if fhir else "application/json"
    refusal = {FHIR_JSON: {"schema": {"type": "object"}}} if fhir else {PROBLEM: {"schema": ref("Problem")}}
    told: dict[int | str, dict[str, Any]] = {
        status: {"description": text, "content": refusal} for status, text in refusals.items()
    }
    told["default"] = {"description": "Refused", "content": refusal}
    return {200: {"description": "Done", "content": {kind: {"schema": schema or {"type": "object"}}}}, **told}


def body(schema: dict[str, Any], *kinds: str, is_required: bool = True) -> dict[str, Any]:
    """The description of a body that the route reads itself."""
    content = {kind: {"schema": schema} for kind in kinds or ("application/json",)}
    return {"requestBody": {"required": is_required, "content": content}}


def describe(app: FastAPI) -> None:
    """Let an application describe its routes for programs under /openapi.json."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title="calcitrials",
                version=calcitrials.__version__,
                description="Clinical trials for a diagnosis, with reasons. A screening aid over registry data: it "
                "never says that a patient is eligible where it does not know.",
                routes=app.routes,
            )
            parts = made.setdefault("components", {})
            parts["schemas"] = {"TrialRecord": _trial_record(), **_components()}  # in place of FastAPI's own errors
            parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            made["security"] = [{}, {"token": []}]
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


@cache
def _components() -> dict[str, Any]:
    _, components = msgspec.json.schema_components(_RECORDS, ref_template=_REF)
    return components


def _trial_record() -> dict[str, Any]:
    """A trial as the catalogue holds it: its columns, and its child tables as lists. Empty fields are left out."""
    (trials,) = (table for table in TABLES if table.name == TRIALS)
    columns = {one.name: {**_column(one.kind), "description": one.meaning} for one in trials.columns}
    for table in CHILD_TABLES:
        row = {
            "type": "object",
            "properties": {
                column.name: {**_column(column.kind, or_null=True), "description": column.meaning}
                for column in table.columns
                if column.name not in ("trial_id", "position")
            },
        }
        columns[table.field] = {"type": "array", "items": row, "description": table.meaning}
    required = ["trial_id", "registry", "url", "status"]
    return {"type": "object", "required": required, "properties": columns}


def _column(kind: str, or_null: bool = False) -> dict[str, Any]:
    name = kind.removesuffix(" NOT NULL")
    if name.endswith("[]"):
        items = _TYPES.get(name.removesuffix("[]"))
        return {"type": ["array", "null"], **({"items": {"type": items}} if items else {})}
    if name == "TIMESTAMP":
        return {"type": ["string", "null"] if or_null else "string", "format": "date-time"}
    if name == "DATE":
        return {"type": ["string", "null"] if or_null else "string", "format": "date"}
    known = _TYPES.get(name)
    return {"type": [known, "null"] if or_null else known} if known else {}
