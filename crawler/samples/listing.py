"""Stand-in of a listing site: recruitment pages as such sites show them to volunteers, in markup of our own.

The site is made up; its pages tell of trials under their registry's number. The first page lists the others.
"""

from html import escape
from pathlib import Path

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from crawler.samples.labels import SampleLabel
from crawler.samples.webpages import definitions, document, items, paragraphs, table

BASE_PATH = ""
BUNDLED = Path(__file__).with_name("listing.jsonl")
SITE = "https://trials.listing.example"
KNOWN_IDS = (f"{SITE}/clinical-trials/subcutaneous-injection-of-sodium-thiosulfate/NCT03582800",)
"""Addresses of the bundled pages: there is nothing to search them by."""
SAMPLE_DATE = "2026-11-22"
ROBOTS = "User-agent: *\nDisallow: /volunteers\n"


class _Page(msgspec.Struct, frozen=True):
    """What a page shows. facts and details: pairs of label and value."""

    path: str
    title: str
    facts: tuple[tuple[str, str], ...] = ()
    updated: str = ""
    tags: tuple[str, ...] = ()
    description: tuple[str, ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    inclusion: tuple[str, ...] = ()
    exclusion: tuple[str, ...] = ()


def application(records: Path | None = None) -> Starlette:
    """The site over the bundled page, or over a file of pages in the same form, one JSON object a line.

    Raises OSError when that file cannot be read, ValueError when it holds a line that is no page.
    """
    path = records or BUNDLED
    try:
        pages = [msgspec.json.decode(line, type=_Page) for line in path.read_bytes().splitlines() if line.strip()]
    except msgspec.DecodeError as error:
        raise ValueError(f"{path.name}: a line is no page: {error}") from error
    wording = "wording ours" if records is None else "as given"
    app = Starlette(
        routes=[Route("/robots.txt", _robots), Route("/{path:path}", _page)],
        middleware=[Middleware(SampleLabel, text=f"sample page of {SAMPLE_DATE}, {wording}; not a listing site's")],
    )
    app.state.pages = {page.path: page for page in pages}
    return app


async def _robots(request: Request) -> Response:
    return PlainTextResponse(ROBOTS)


async def _page(request: Request) -> Response:
    pages: dict[str, _Page] = request.app.state.pages
    path = request.url.path
    if path == "/":
        return HTMLResponse(document("Sample Trials", ["<h1>Clinical trials</h1>", items(sorted(pages))]))
    if path not in pages:
        return HTMLResponse(document("Not found", ["<h1>This page does not exist</h1>"]), 404)
    return HTMLResponse(_html(pages[path]))


def _html(page: _Page) -> bytes:
    body = [
        "<nav>" + items(["Home", "Find a trial", "For sponsors"]) + "</nav>",
        f"<main><h1>{escape(page.title)}</h1>",
        definitions(page.facts),
        paragraphs([f"Updated on {page.updated}"] if page.updated else []),
        items(page.tags),
        paragraphs(page.description),
        table(page.details),
        "<h2>Inclusion Criteria</h2>" + items(page.inclusion),
        "<h2>Exclusion Criteria</h2>" + items(page.exclusion),
        "<h2>How to participate?</h2>" + paragraphs(["Leave your address, and the centre will write to you."]),
        "</main><footer>A made-up site.</footer>",
    ]
    return document(f"{page.title} | Sample Trials", body)
