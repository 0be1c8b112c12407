"""Stand-in of a listing site: recruitment pages as such sites show them to volunteers, in markup of our own.

The site is made up; its pages tell of trials under their registry's number. One page is bundled in full; a section of
thirty more is made from a few words each, with what leads to them: a list in pages, similar trials, and sitemaps.
"""

import gzip
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
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
SAMPLE_DATE = "2026-11-22"
ROBOTS = "User-agent: *\nDisallow: /volunteers\n"

BROWSE = "/browse/calcification/"
"""The list of the section's trials."""
ON_A_PAGE = 10
SECTION = tuple(
    f"{disease} {treatment}"
    for disease in ("Calcinosis", "Tumoral calcinosis", "Heterotopic ossification", "Dystrophic calcification", "Fahr")
    for treatment in ("laser", "ointment", "infusion", "exercises", "surgery", "diet")
)
"""Subjects of the section's trials, in the order of the list."""


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
    similar: tuple[tuple[str, str], ...] = ()


def section_path(number: int) -> str:
    """The address of a trial of the section, from 0, on the site."""
    return f"/clinical-trials/listings/{1001 + number}/{SECTION[number].lower().replace(' ', '-')}/"


def _section_page(number: int) -> _Page:
    disease, _, treatment = SECTION[number].rpartition(" ")
    similar = [other % len(SECTION) for other in (number + 1, number + 7)]
    return _Page(
        section_path(number),
        f"{treatment.capitalize()} for people with {disease.lower()}",
        updated="3 March 2025",
        details=(
            ("Condition", disease),
            ("Treatment", treatment),
            ("Clinical Study Identifier", f"NCT9010{1001 + number}"),
            ("Sponsor", "Sample Hospital"),
        ),
        inclusion=(f"Has {disease.lower()}", "Is at least 18 years old"),
        exclusion=("Takes part in another trial",),
        similar=tuple((section_path(other), SECTION[other]) for other in similar),
    )


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
        routes=[
            Route("/robots.txt", _robots),
            Route(BROWSE, _browse),
            Route("/sitemap.xml", _sitemap_index),
            Route("/sitemap-trials.xml.gz", _sitemap),
            Route("/{path:path}", _page),
        ],
        middleware=[Middleware(SampleLabel, text=f"sample page of {SAMPLE_DATE}, {wording}; not a listing site's")],
    )
    section = [_section_page(number) for number in range(len(SECTION))] if records is None else []
    app.state.pages = {page.path: page for page in (*pages, *section)}
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


async def _browse(request: Request) -> Response:
    """A page of the list: cards with facts as such sites show them, other links, and the further pages."""
    stated = request.query_params.get("page", "1")
    page = int(stated) if stated.isdecimal() else 1
    numbers = range(len(SECTION))[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    cards = [
        f'<div><h3><a href="{section_path(number)}">{SECTION[number]}</a></h3>'
        f"<p>Sponsor: Sample Hospital</p><p>NCT9010{1001 + number}</p></div>"
        for number in numbers
    ]
    others = '<p><a href="/volunteers/sign-up">Sign up</a> <a href="https://elsewhere.example/listings/1/a/">Ad</a></p>'
    news = '<p><a href="/news/what-a-trial-is">News</a></p>'
    onward = f'<a href="{BROWSE}?page={page + 1}">Next</a>' if numbers.stop < len(SECTION) else ""
    body = ["<main><h1>Trials of calcification</h1>", *cards, others, news, onward, "</main>"]
    return HTMLResponse(document("Trials of calcification | Sample Trials", body))


async def _sitemap_index(request: Request) -> Response:
    entry = f"<sitemap><loc>{SITE}/sitemap-trials.xml.gz</loc></sitemap>"
    return _xml(f'<sitemapindex xmlns="{_SITEMAPS}">{entry}</sitemapindex>')


async def _sitemap(request: Request) -> Response:
    paths = [section_path(number) for number in range(len(SECTION))]
    entries = "".join(f"<url><loc>{SITE}{path}</loc><lastmod>2025-03-03</lastmod></url>" for path in paths)
    other = f"<url><loc>{SITE}/news/what-a-trial-is</loc></url>"
    packed = gzip.compress(f'<urlset xmlns="{_SITEMAPS}">{entries}{other}</urlset>'.encode(), mtime=0)
    return Response(packed, media_type="application/gzip")


def _xml(text: str) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>{text}', media_type="application/xml")


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
        _similar(page.similar),
        "</main><footer>A made-up site.</footer>",
    ]
    return document(f"{page.title} | Sample Trials", body)


def _similar(trials: tuple[tuple[str, str], ...]) -> str:
    links = "".join(f'<li><a href="{path}">{escape(title)}</a></li>' for path, title in trials)
    return f"<h2>Similar trials to consider</h2><ul>{links}</ul>" if trials else ""
