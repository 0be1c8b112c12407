"""Stand-in of DRKS: detail pages by id, as HTML with the registry's labels.

Served: /search/en/trial/{id} and /search/en/trial/{id}/details. As there, an unknown id is answered with status 200
and a general page. Its markup is ours: the labels are what a reader may go by.
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
from crawler.samples.webpages import definitions, document

BASE_PATH = ""
BUNDLED = Path(__file__).with_name("drks.jsonl")
KNOWN_IDS = ("DRKS00038775", "DRKS00027098")
"""Ids of the bundled trials: the registry cannot be searched for them."""
SAMPLE_DATE = "2026-11-22"
ROBOTS = "User-agent: *\nDisallow: /admin\n"


class _Trial(msgspec.Struct, frozen=True):
    """A trial as its page shows it: cards, each with a heading and pairs of label and value."""

    id: str
    title: str
    cards: tuple[tuple[str, tuple[tuple[str, str | tuple[str, ...]], ...]], ...]


def application(records: Path | None = None) -> Starlette:
    """The registry over the bundled sample, or over a file of trials in the same form, one JSON object a line.

    Raises OSError when that file cannot be read, ValueError when it holds a line that is no trial.
    """
    path = records or BUNDLED
    try:
        trials = [msgspec.json.decode(line, type=_Trial) for line in path.read_bytes().splitlines() if line.strip()]
    except msgspec.DecodeError as error:
        raise ValueError(f"{path.name}: a line is no trial: {error}") from error
    wording = "wording ours" if records is None else "as given"
    app = Starlette(
        routes=[
            Route("/robots.txt", _robots),
            Route("/search/en/trial/{trial_id}", _trial),
            Route("/search/en/trial/{trial_id}/details", _trial),
        ],
        middleware=[Middleware(SampleLabel, text=f"sample records of {SAMPLE_DATE}, {wording}; not an answer of DRKS")],
    )
    app.state.trials = {trial.id: trial for trial in trials}
    return app


async def _robots(request: Request) -> Response:
    return PlainTextResponse(ROBOTS)


async def _trial(request: Request) -> Response:
    trial = request.app.state.trials.get(request.path_params["trial_id"])
    return HTMLResponse(_general_page() if trial is None else _page(trial))


def _page(trial: _Trial) -> bytes:
    body = ["<h1>German Clinical Trials Register</h1>", f"<h2>{escape(trial.title)}</h2>"]
    body += [f"<section><h3>{escape(heading)}</h3>{definitions(facts)}</section>" for heading, facts in trial.cards]
    return document("DRKS - Trial details", body)


def _general_page() -> bytes:
    form = "<form><label>Search term <input name='q'></label> <button>Search</button></form>"
    return document("DRKS - Search", ["<h1>German Clinical Trials Register</h1>", "<h2>Search for trials</h2>", form])
