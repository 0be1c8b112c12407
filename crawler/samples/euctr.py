"""Stand-in of the EU Clinical Trials Register: its search page and its full-text download, 20 trials a page.

Served below /ctr-search: /search (HTML in the register's markup as recorded in 2019) and /rest/download/full (plain
text with CRLF), and the host's /robots.txt. A query is words that must all stand in a trial, phrases in quotes,
alternatives between OR, or ``eudract_number:`` and a number. Filters have no effect.
"""

import re
import secrets
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from crawler.samples.labels import SampleLabel

BASE_PATH = "/ctr-search"
BUNDLED = Path(__file__).with_name("euctr.txt")
SAMPLE_DATE = "2026-11-22"
PAGE_SIZE = 20
LONGEST_TITLE = 200
ROBOTS = "User-agent: *\nDisallow:\n"
PREFACE = (
    "This file contains sample trials in the form of the register's full download. "
    "Where a trial was filed in several countries, each country has its own version.\n\n"
)

_BLOCK = re.compile(r"^Summary *\n(?=EudraCT Number: *[0-9]{4}-[0-9]{6}-[0-9]{2})", re.M)
_TOKEN = re.compile(r'"([^"]*)"|(\S+)')
_BANDS = (("F.1.1 Trial has subjects under 18", "Under 18"), ("F.1.2", "Adults"), ("F.1.3", "Elderly"))
_SEXES = (("F.2.2", "Male"), ("F.2.1", "Female"))


class _Trial(NamedTuple):
    """A trial with its country versions as they stand in the file. text: what a search looks at."""

    number: str
    versions: list[str]
    text: str


def application(records: Path | None = None) -> Starlette:
    """The register over the bundled sample, or over a file in the form of the full download.

    Raises OSError when that file cannot be read, ValueError when it holds no country version of a trial.
    """
    app = Starlette(
        routes=[
            Route("/robots.txt", _robots),
            Route(f"{BASE_PATH}/search", _search),
            Route(f"{BASE_PATH}/rest/download/full", _full),
        ],
        middleware=[Middleware(SampleLabel, text=_label(records))],
    )
    app.state.trials = _load(records or BUNDLED)
    return app


async def _robots(request: Request) -> Response:
    return PlainTextResponse(ROBOTS)


async def _search(request: Request) -> Response:
    query, page = request.query_params.get("query", ""), _page_number(request)
    found = _matching(request.app.state.trials, query)
    return _with_session(request, HTMLResponse(_results_page(query, page, found)))


async def _full(request: Request) -> Response:
    found = _matching(request.app.state.trials, request.query_params.get("query", ""))
    page = _page_number(request)
    versions = [version for trial in _shown(found, page) for version in trial.versions]
    text = (PREFACE + "\n".join(versions)).replace("\n", "\r\n")
    return _with_session(request, PlainTextResponse(text))


def _page_number(request: Request) -> int:
    stated = request.query_params.get("page", "1")
    return max(1, int(stated)) if stated.isdecimal() else 1


def _shown(found: list[_Trial], page: int) -> list[_Trial]:
    return found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]


def _with_session(request: Request, response: Response) -> Response:
    if "JSESSIONID" not in request.cookies:
        response.set_cookie("JSESSIONID", secrets.token_hex(16).upper(), path=BASE_PATH, httponly=True)
    return response


def _matching(trials: list[_Trial], query: str) -> list[_Trial]:
    if number := re.fullmatch(r'\s*"?eudract_number:\s*([\d-]+)"?\s*', query):
        return [trial for trial in trials if trial.number == number[1]]
    alternatives: list[list[str]] = [[]]
    for phrase, word in _TOKEN.findall(query):
        if word == "OR":
            alternatives.append([])
        elif word != "AND":
            alternatives[-1].append((phrase or word).lower())
    wanted = [terms for terms in alternatives if terms] or [[]]
    return [trial for trial in trials if any(all(term in trial.text for term in terms) for terms in wanted)]


def _results_page(query: str, page: int, found: list[_Trial]) -> str:
    pages = max(1, -(-len(found) // PAGE_SIZE))
    asked = escape(query, quote=True)
    further = (
        f'<a href="search?query={asked}&amp;page={page + 1}" accesskey="n">Next&raquo;</a>' if page < pages else ""
    )
    outcome = f"{len(found):,} result(s) found for: {asked}.\n Displaying page {page} of {pages}."
    if not found:
        outcome = "Query did not match any studies."
    return f"""<!DOCTYPE html>
<html>
<head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"><title>Clinical Trials Register</title></head>
<body>
<div id="tabs" class="container_12">
 <ul>
  <li><a id="ui-id-1" href="#tabs-1">
   Trials with a EudraCT protocol ({len(found):,})
  </a></li>
  <li><a id="ui-id-2" href="#tabs-2">
   Paediatric studies in scope of Art45 of the Paediatric Regulation (0)
  </a></li>
 </ul>
 <div id="tabs-1" class="grid12">
  <div class="outcome grid_12">{outcome}</div>
  <div class="pager grid_8plus">{further}</div>
  <div class="results grid_8plus">
{"".join(_result(trial) for trial in _shown(found, page))}  </div>
 </div>
</div>
</body>
</html>
"""


def _result(trial: _Trial) -> str:
    """A trial in the list of results: every datum follows its label in a cell; the title is cut."""
    title = _value(trial, "A.3 Full title of the trial")
    if len(title) > LONGEST_TITLE:
        title = title[:LONGEST_TITLE] + "..."
    ages = ", ".join(name for key, name in _BANDS if _value(trial, key) == "Yes")
    sexes = ", ".join(name for key, name in _SEXES if _value(trial, key) == "Yes")
    countries = " ".join(_country(trial.number, version) for version in trial.versions)
    start = _value(trial, "N. Date of Competent Authority Decision")
    return f"""   <table class="result">
    <tr>
     <td><span class="label">EudraCT Number:</span> {trial.number}</td>
     <td><span class="label">Sponsor Protocol Number:</span> {escape(_value(trial, "A.4.1"))}</td>
     <td><span class="label">Start Date<span class="info-tip">*</span>:</span> {start}</td>
    </tr>
    <tr><td colspan="3"><span class="label">Sponsor Name:</span>{escape(_value(trial, "B.1.1"))}</td></tr>
    <tr><td colspan="3"><span class="label">Full Title:</span> {escape(title)}</td></tr>
    <tr><td colspan="3"><span class="label">Medical condition:</span> {escape(_value(trial, "E.1.1"))}</td></tr>
    <tr>
     <td colspan="2"><span class="label">Population Age:</span> {ages}</td>
     <td><span class="label">Gender:</span> {sexes}</td>
    </tr>
    <tr><td colspan="3"><span class="label">Trial protocol:</span> {countries}</td></tr>
    <tr><td colspan="3"><span class="label">Trial results:</span> <i>(No results available)</i></td></tr>
   </table>
"""


def _country(number: str, version: str) -> str:
    code = re.search(rf"/trial/{number}/(\w+)", version)
    status = re.search(r"^Trial Status: *(.+)$", version, re.M)
    shown = f' <span class="status">({escape(status[1])})</span>' if status else ""
    return f'<a href="{BASE_PATH}/trial/{number}/{code[1]}">{code[1]}</a>{shown}' if code else ""


def _value(trial: _Trial, key: str) -> str:
    """What the first version that has the line says after its colon."""
    line = re.search(rf"^{re.escape(key)}(?![.\d])[^:\n]*: *(.+)$", "\n".join(trial.versions), re.M)
    return line[1].strip() if line else ""


def _label(records: Path | None) -> str:
    if records is None:
        return f"bundled sample records as of {SAMPLE_DATE}, wording ours; not an answer of EU CTR"
    return f"records of the file {records.name}; not an answer of EU CTR"


def _load(source: Path) -> list[_Trial]:
    try:
        text = source.read_bytes().decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"{source.name}: {error}") from error
    starts = [match.start() for match in _BLOCK.finditer(text)]
    if not starts:
        raise ValueError(f"{source.name} holds no country version of a trial")
    versions: dict[str, list[str]] = {}
    for start, end in pairwise([*starts, len(text)]):
        block = text[start:end].rstrip("\n") + "\n"
        number = block.partition("EudraCT Number:")[2].lstrip()[:14]
        versions.setdefault(number, []).append(block)
    return [_Trial(number, blocks, "\n".join(blocks).lower()) for number, blocks in versions.items()]
