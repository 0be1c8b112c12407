"""Stand-in of the EU Clinical Trials Information System, the interface behind its public portal.

Served: POST /search (paging, containAny, containAll, medicalCondition, number, status) and GET /retrieve/{ctNumber}.
As there: pages count from 1, page 0 answers 200 and no trial, a page has at most 100 rows, and only the first 10,000
results of a search are shown. Other criteria and any order but that by day of decision have no effect.
"""

import datetime as dt
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crawler.samples.labels import SampleLabel

BASE_PATH = "/ctis-public-api"
BUNDLED = Path(__file__).with_name("ctis.jsonl")
SAMPLE_DATE = "2026-11-22"
MAX_PAGE_SIZE = 100
RESULTS_SHOWN = 10_000
LIST_ONLY = ("decisionDateOverall", "totalNumberEnrolled", "lastUpdated", "lastPublicationUpdate")
"""Keys of a record that the list shows and the detail document does not have."""
LIST_ALSO = ("ctNumber", "startDateEU", "decisionDate")


class _Entry(NamedTuple):
    """A record. row: as the list shows it. document: the detail document. text: what a search looks at."""

    row: dict[str, Any]
    document: bytes
    text: str
    conditions: str
    decided: dt.date


def application(records: Path | None = None) -> Starlette:
    """The registry over the bundled sample, or over a file of detail documents, one a line, with the list's keys.

    Raises OSError when that file cannot be read, ValueError when it holds a line that is no trial.
    """
    app = Starlette(
        routes=[
            Route(f"{BASE_PATH}/search", _search, methods=["POST"]),
            Route(f"{BASE_PATH}/retrieve/{{number}}", _retrieve),
        ],
        exception_handlers={HTTPException: _refusal},
        middleware=[Middleware(SampleLabel, text=_label(records))],
    )
    entries = _load(records or BUNDLED)
    app.state.entries = sorted(entries, key=lambda entry: (entry.decided, entry.row["ctNumber"]), reverse=True)
    app.state.documents = {entry.row["ctNumber"]: entry.document for entry in entries}
    return app


async def _search(request: Request) -> Response:
    try:
        asked = msgspec.json.decode(await request.body())
        page, size = int(asked["pagination"]["page"]), min(int(asked["pagination"]["size"]), MAX_PAGE_SIZE)
        criteria = asked.get("searchCriteria") or {}
        tests = [CRITERIA[name](value) for name, value in criteria.items() if value and name in CRITERIA]
    except (msgspec.DecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise HTTPException(400, f"the search cannot be read: {error}") from error
    found = [entry.row for entry in request.app.state.entries if all(test(entry) for test in tests)]
    if (asked.get("sort") or {}).get("direction") == "ASC":
        found.reverse()
    if page < 1 or size < 1:
        found = []
    start = (page - 1) * size
    rows = found[:RESULTS_SHOWN][start : start + size]
    pages = -(-len(found) // size) if found else 0
    pagination = {
        "totalRecords": len(found),
        "currentPage": page,
        "totalPages": pages,
        "nextPage": page < pages,
        "prevPage": page > 1,
    }
    return _json(msgspec.json.encode({"pagination": pagination, "data": rows}))


async def _retrieve(request: Request) -> Response:
    number = request.path_params["number"]
    document = request.app.state.documents.get(number)
    if document is None:
        raise HTTPException(404, f"no trial {number}")
    return _json(document)


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _json(msgspec.json.encode({"status": error.status_code, "message": error.detail}), error.status_code)


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type="application/json")


_Test = Callable[[_Entry], bool]


def _any(terms: str) -> _Test:
    parts = _terms(terms)
    return lambda entry: any(part in entry.text for part in parts)


def _all(terms: str) -> _Test:
    parts = _terms(terms)
    return lambda entry: all(part in entry.text for part in parts)


def _condition(term: str) -> _Test:
    return lambda entry: term.strip().lower() in entry.conditions


def _number(number: str) -> _Test:
    return lambda entry: entry.row["ctNumber"] == number.strip()


def _status(codes: list[int]) -> _Test:
    wanted = set(codes)
    return lambda entry: entry.row["ctStatus"] in wanted


CRITERIA: dict[str, Callable[[Any], _Test]] = {
    "containAny": _any,
    "containAll": _all,
    "medicalCondition": _condition,
    "number": _number,
    "status": _status,
}


def _terms(text: str) -> list[str]:
    return [term.strip().lower() for term in text.split(",") if term.strip()]


def _label(records: Path | None) -> str:
    if records is None:
        return f"bundled sample records as of {SAMPLE_DATE}, wording ours; not an answer of CTIS"
    return f"records of the file {records.name}; not an answer of CTIS"


def _load(source: Path) -> list[_Entry]:
    entries = []
    for number, line in enumerate(filter(bytes.strip, source.read_bytes().split(b"\n")), 1):
        try:
            entries.append(_entry(msgspec.json.decode(line)))
        except (msgspec.DecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{source.name}, record {number}: {error!r}") from error
    return entries


def _entry(record: dict[str, Any]) -> _Entry:
    part = record["authorizedApplication"]["authorizedPartI"]
    details = part["trialDetails"]
    identifiers = details["clinicalTrialIdentifiers"]
    named = details["trialInformation"]["medicalCondition"]
    conditions = ", ".join(unescape(item["medicalCondition"]) for item in named["partIMedicalConditions"])
    terms = [item["termName"] for item in named.get("meddraConditionTerms") or ()]
    row = {
        **{key: record[key] for key in (*LIST_ALSO, *LIST_ONLY) if key in record},
        # the list has the code of the public status; ctStatus of a document is the state of the application in a word
        "ctStatus": record.get("ctPublicStatusCode", record.get("ctStatus")),
        "ctTitle": unescape(identifiers["fullTitle"]),
        "shortTitle": identifiers.get("shortTitle"),
        "conditions": conditions,
        "therapeuticAreas": [area["name"] for area in part.get("therapeuticAreas") or ()],
        "sponsor": unescape(part["sponsors"][0]["organisation"]["name"]),
        "sponsorType": part["sponsors"][0]["organisation"]["type"],
        "trialCountries": [
            f"{two['mscInfo']['countryName']}:{len(two['trialSites'])}"
            for two in record["authorizedApplication"].get("authorizedPartsII") or ()
        ],
    }
    texts = (row["ctTitle"], identifiers.get("publicTitle") or "", conditions, *terms)
    document = {key: value for key, value in record.items() if key not in LIST_ONLY}
    decided = record.get("decisionDateOverall")
    return _Entry(
        row,
        msgspec.json.encode(document),
        "\n".join(texts).lower(),
        conditions.lower(),
        dt.datetime.strptime(decided, "%d/%m/%Y").date() if decided else dt.date.min,
    )
