"""Stand-in of ClinicalTrials.gov, data API v2 (the registry's OpenAPI description, version 2.0.5).

Served: /studies (query.cond, filter.ids, filter.overallStatus, filter.advanced, paging, totals),
/studies/{nctId}, /version, /stats/size and the host's /robots.txt. Errors are plain text, as there.
``fields`` and ``sort`` are checked for their form and otherwise have no effect: whole records in file order.
"""

import hashlib
import re
import statistics
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from crawler.samples.ctgov_query import QueryError, parse
from crawler.samples.ctgov_records import Records, load
from crawler.samples.labels import SampleLabel

BASE_PATH = "/api/v2"
API_VERSION = "2.0.5"
DEFAULT_PAGE_SIZE = 10
MAX_PAGE_SIZE = 1000
ROBOTS = "User-agent: *\nCrawl-delay: 1\nDisallow: /api/\n"
STATUSES = {
    "ACTIVE_NOT_RECRUITING",
    "COMPLETED",
    "ENROLLING_BY_INVITATION",
    "NOT_YET_RECRUITING",
    "RECRUITING",
    "SUSPENDED",
    "TERMINATED",
    "WITHDRAWN",
    "AVAILABLE",
    "NO_LONGER_AVAILABLE",
    "TEMPORARILY_NOT_AVAILABLE",
    "APPROVED_FOR_MARKETING",
    "WITHHELD",
    "UNKNOWN",
}
SEARCHES = ("query.cond", "filter.ids", "filter.overallStatus", "filter.advanced")
PATTERNS = {
    "format": re.compile(r"json"),
    "markupFormat": re.compile(r"markdown"),
    "fields": re.compile(r"[A-Za-z@][\w\-. ]*([,|][A-Za-z@][\w\-. ]*)*"),
    "sort": re.compile(r"[A-Za-z@][\w\-. ]*(:(asc|desc))?([,|][A-Za-z@][\w\-. ]*(:(asc|desc))?)?"),
    "countTotal": re.compile(r"true|false"),
    "pageSize": re.compile(r"\d{1,9}"),
    "pageToken": re.compile(r"[\w\-]+"),
    "filter.ids": re.compile(r"NCT\d{8}([,|]NCT\d{8})*", re.IGNORECASE),
}
"""Form of a parameter's value; the text of a search is read by what it means."""
STUDIES_PARAMETERS = {*SEARCHES, *PATTERNS}
STUDY_PARAMETERS = {"format", "markupFormat", "fields"}
_NCT_ID = re.compile(r"nct0*(\d{1,8})", re.IGNORECASE)


def application(records: Path | None = None) -> Starlette:
    """The registry over the bundled sample, or over a file of API v2 studies, one a line.

    Raises OSError when that file cannot be read, ValueError when it holds a line that is no study.
    """
    held = load(records)
    app = Starlette(
        routes=[
            Route("/robots.txt", _robots),
            Route(f"{BASE_PATH}/studies", _studies),
            Route(f"{BASE_PATH}/studies/{{nct_id}}", _study),
            Route(f"{BASE_PATH}/version", _version),
            Route(f"{BASE_PATH}/stats/size", _size),
        ],
        exception_handlers={HTTPException: _refusal},
        middleware=[Middleware(SampleLabel, text=held.label)],
    )
    app.state.records = held
    app.state.search = lru_cache(maxsize=64)(lambda query: _matching(held, dict(query)))
    return app


async def _robots(request: Request) -> Response:
    return PlainTextResponse(ROBOTS)


async def _version(request: Request) -> Response:
    _parameters(request, set())
    return _json({"apiVersion": API_VERSION, "dataTimestamp": request.app.state.records.timestamp})


async def _size(request: Request) -> Response:
    """Sizes are those of the JSON as served; the real service compresses each record first."""
    _parameters(request, set())
    records: Records = request.app.state.records
    sizes = [len(line) for line in records.raw]
    largest = sorted(zip(sizes, (entry.nct_id for entry in records.entries), strict=True), reverse=True)[:10]
    cuts = statistics.quantiles(sizes, n=20) if len(sizes) > 1 else []
    return _json(
        {
            "averageSizeBytes": round(statistics.fmean(sizes)) if sizes else 0,
            "largestStudies": [{"id": nct_id, "sizeBytes": size} for size, nct_id in largest],
            "percentiles": {f"{5 * step}%": round(cut) for step, cut in enumerate(cuts, 1)},
            "ranges": [{"sizeRange": f"0-{max(sizes, default=0)}", "studiesCount": len(sizes)}],
            "totalStudies": len(sizes),
        }
    )


async def _study(request: Request) -> Response:
    _parameters(request, STUDY_PARAMETERS)
    records: Records = request.app.state.records
    asked = request.path_params["nct_id"]
    shape = _NCT_ID.fullmatch(asked)
    if shape is None:
        raise HTTPException(400, f"NCT number `{asked}` has incorrect format")
    nct_id = f"NCT{int(shape[1]):08d}"
    if (current := records.aliases.get(nct_id)) and nct_id not in records.positions:
        return RedirectResponse(request.url.replace(path=f"{BASE_PATH}/studies/{current}"), status_code=301)
    if nct_id not in records.positions:
        raise HTTPException(404, f"NCT number {nct_id} not found")
    return Response(records.raw[records.positions[nct_id]], media_type="application/json")


async def _studies(request: Request) -> Response:
    parameters = _parameters(request, STUDIES_PARAMETERS)
    records: Records = request.app.state.records
    query = tuple((name, parameters[name]) for name in SEARCHES if parameters.get(name))
    token = parameters.get("pageToken")
    start = _offset(token, query, records) if token is not None else 0
    matches: Sequence[int] = request.app.state.search(query)
    end = start + min(int(parameters.get("pageSize", 0)) or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
    parts = [b'{"studies":[', b",".join([records.raw[position] for position in matches[start:end]]), b"]"]
    if parameters.get("countTotal") == "true" and token is None:
        parts.append(b',"totalCount":%d' % len(matches))
    if end < len(matches):
        parts.append(b',"nextPageToken":"%b"' % _token(end, query, records))
    return Response(b"".join([*parts, b"}"]), media_type="application/json")


def _parameters(request: Request, known: set[str]) -> dict[str, str]:
    """The request's parameters, each known and of the right form, or a refusal that names the bad one."""
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise HTTPException(400, f"Invalid prefix in parameter name or unknown parameter: `{name}`")
        pattern = PATTERNS.get(name)
        if pattern is not None and pattern.fullmatch(value) is None:
            raise HTTPException(400, f"`{name}` has an invalid value: `{value}`")
    return dict(request.query_params)


def _matching(records: Records, query: dict[str, str]) -> Sequence[int]:
    """Positions of the records that pass every search of the query, in file order."""
    positions: Sequence[int] = range(len(records.raw))
    if ids := query.get("filter.ids"):
        asked = {nct_id.upper() for nct_id in re.split("[,|]", ids)}
        positions = sorted(records.positions[nct_id] for nct_id in asked & records.positions.keys())
    if statuses := query.get("filter.overallStatus"):
        wanted = set(re.split("[,|]", statuses))
        if unknown := sorted(wanted - STATUSES):
            raise HTTPException(400, f"`filter.overallStatus` has an invalid value: `{unknown[0]}`")
        positions = [position for position in positions if records.entries[position].status in wanted]
    for name in ("query.cond", "filter.advanced"):
        if name in query:
            try:
                match = parse(query[name], ranges_only=name == "filter.advanced")
            except QueryError as error:
                raise HTTPException(400, f"Error parsing query in `{name}`: {error}") from error
            positions = [position for position in positions if match(records.entries[position])]
    return positions


def _seal(start: bytes, query: object, records: Records) -> bytes:
    """A token is good for one place of one query over one data version."""
    bound = repr((start, query, records.timestamp, len(records.raw))).encode()
    return hashlib.blake2b(bound, digest_size=10).digest()


def _token(start: int, query: object, records: Records) -> bytes:
    place = start.to_bytes(5)
    return urlsafe_b64encode(_seal(place, query, records) + place)


def _offset(token: str, query: object, records: Records) -> int:
    try:
        raw = urlsafe_b64decode(token)
    except (Base64Error, ValueError):
        raw = b""
    seal, place = raw[:-5], raw[-5:]
    if seal != _seal(place, query, records):
        raise HTTPException(400, f"`pageToken` has an invalid value: `{token}`")
    return int.from_bytes(place)


def _json(content: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(content), media_type="application/json")


async def _refusal(request: Request, error: Exception) -> Response:
    """Plain text where the API refuses; a page of the web server where no API is."""
    assert isinstance(error, HTTPException)
    in_api = request.url.path.startswith(f"{BASE_PATH}/studies")
    if error.status_code == 404 and not in_api:
        return HTMLResponse("<html><head><title>404</title></head><body><h1>404 Not Found</h1></body></html>", 404)
    return PlainTextResponse(error.detail, error.status_code, error.headers)
