"""Stand-in of the ISRCTN XML API, format "default".

Served: /api/query/format/default (``q``, ``limit``) and /api/trial/{number}/format/default. As there: ten records
unless ``limit`` says otherwise, ``limit=0`` counts, ``offset`` has no effect, and a date without its time of day
limits nothing. The answer to an unknown number was not seen; here it is 404.
"""

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from crawler.samples.ctgov_records import words
from crawler.samples.isrctn_query import Entry, QueryError, parse
from crawler.samples.labels import SampleLabel

BASE_PATH = ""
BUNDLED = Path(__file__).with_name("isrctn.xml")
SAMPLE_DATE = "2026-11-22"
NAMESPACE = "http://www.67bricks.com/isrctn"
DEFAULT_LIMIT = 10
OLDEST_EDIT = "2005-11-10T00:00:00"
ROBOTS = "User-agent: *\nDisallow: /search\n"

_RECORD = re.compile(rb"<fullTrial>.*?</fullTrial>", re.S)
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'


class _Record(NamedTuple):
    number: str
    raw: bytes
    entry: Entry


def application(records: Path | None = None) -> Starlette:
    """The registry over the bundled sample, or over a file that holds an answer of the API.

    Raises OSError when that file cannot be read, ValueError when it holds no record, or one that cannot be read.
    """
    held = _load(records or BUNDLED)
    wording = "wording ours" if records is None else "as given"
    label = f"sample records of {SAMPLE_DATE}, {wording}; not an answer of ISRCTN"
    app = Starlette(
        routes=[
            Route("/robots.txt", _robots),
            Route("/api/query/format/default", _query),
            Route("/api/trial/{number}/format/default", _trial),
        ],
        exception_handlers={HTTPException: _refusal},
        middleware=[Middleware(SampleLabel, text=label)],
    )
    app.state.records = held
    return app


async def _robots(request: Request) -> Response:
    return PlainTextResponse(ROBOTS)


async def _query(request: Request) -> Response:
    limit = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not limit.isdecimal():
        raise HTTPException(400, f"limit is no number: {limit}")
    try:
        match = parse(request.query_params.get("q", ""))
    except QueryError as error:
        raise HTTPException(400, f"the query cannot be read: {error}") from error
    found = [record.raw for record in request.app.state.records if match(record.entry)]
    opening = f'<allTrials xmlns="{NAMESPACE}" totalCount="{len(found)}">'.encode()
    return _xml(b"\n".join([_DECLARATION, opening, *found[: int(limit)], b"</allTrials>"]))


async def _trial(request: Request) -> Response:
    number = request.path_params["number"]
    for record in request.app.state.records:
        if record.number == number:
            opening = f'<fullTrial xmlns="{NAMESPACE}">'.encode()
            return _xml(_DECLARATION + opening + record.raw.removeprefix(b"<fullTrial>"))
    raise HTTPException(404, f"no trial with the number {number}")


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return PlainTextResponse(error.detail, error.status_code)


def _xml(body: bytes) -> Response:
    return Response(body, media_type="application/xml")


def _load(path: Path) -> list[_Record]:
    try:
        records = [_record(match[0]) for match in _RECORD.finditer(path.read_bytes())]
    except (ET.ParseError, ValueError) as error:
        raise ValueError(f"{path.name}: a record cannot be read: {error}") from error
    if not records:
        raise ValueError(f"{path.name} holds no fullTrial")
    return records


def _record(raw: bytes) -> _Record:
    root = ET.fromstring(raw)
    trial = root.find("trial")
    number = root.findtext("trial/isrctn", "").strip()
    if trial is None or not number:
        raise ValueError("it has no number")
    edited, applied = trial.get("lastUpdated"), trial.get("publicIdentifierDateAssigned")
    # every record of the registry has such a time; where none was seen, that of the oldest edits stands for it
    edited = edited or OLDEST_EDIT
    times = {name: time for name, time in (("lastEdited", edited), ("dateApplied", applied)) if time}
    fields: dict[str, str] = {}
    for element in root.iter():
        name = element.tag.lower()
        fields[name] = fields.get(name, "") + _words(element)
    return _Record(number, raw, Entry(f" isrctn{number} {_words(root)}", fields, times))


def _words(element: Element) -> str:
    """The words of an element, one line for each text, so that no phrase is found across two of them."""
    return "\n".join(words(text) for text in element.itertext() if text.strip())
