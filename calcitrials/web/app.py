"""The application: the routers of each subject, what stands before them, and what is open behind them."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import Scope

from calcitrials.api import cards, routes
from calcitrials.api.description import describe
from calcitrials.fhir import routes as fhir
from calcitrials.web import browse, entrance, notes, search, trial, watches
from calcitrials.web.guard import Guard
from calcitrials.web.pages import NothingPublished, page
from calcitrials.web.refusals import add_refusals, is_program, refusal
from calcitrials.web.settings import Settings, handed_over
from calcitrials.web.shelf import Shelf
from db.catalogue import Catalogue

ROUTERS = (search.router, trial.router, browse.router, notes.router, watches.router, entrance.router)
"""One a subject."""
FOR_PROGRAMS = (routes.router, fhir.router, cards.router)
"""What programs ask; described under /openapi.json."""


class _KeptFiles(StaticFiles):
    """Files whose address changes with their content: a browser asks once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["cache-control"] = "public, max-age=31536000, immutable"
        return answer


def create_app(settings: Settings) -> FastAPI:
    """The application over one catalogue."""

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        app.state.shelf.start()
        yield
        app.state.shelf.stop()

    # the interactive documentation of FastAPI loads scripts of others
    app = FastAPI(title="calcitrials", docs_url=None, redoc_url=None, lifespan=living)
    app.state.settings = settings
    app.state.shelf = Shelf(Catalogue(settings.catalog), Path(settings.data))
    app.add_middleware(Guard, settings=settings)
    app.mount("/static", _KeptFiles(directory=str(files("calcitrials.web").joinpath("static"))), name="static")
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)
    for router in FOR_PROGRAMS:
        app.include_router(router)
    describe(app)
    add_refusals(app)
    app.add_exception_handler(NothingPublished, _nothing_published)
    app.add_exception_handler(HTTPException, _not_found)
    return app


def served() -> FastAPI:
    """The application of a process that serves, with the settings that were handed over to it."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING)
    logging.getLogger("calcitrials").setLevel(logging.INFO)
    return create_app(handed_over())


async def _nothing_published(request: Request, _: Exception) -> Response:
    return page(request, "empty.html", status=503)


async def _not_found(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code
    if is_program(request.url.path):
        headers = {**(error.headers or {}), **({"allow": _methods(request)} if status == 405 else {})}
        return refusal(request.url.path, str(error.detail), status, headers)
    return page(request, "missing.html", status=status, status_code=status)


def _methods(request: Request) -> str:
    """The methods that an address of programs takes, of whichever route: the router names those of the first one."""
    path, described = request.url.path, request.app.openapi()["paths"]
    fitting = [path] if path in described else [one for one in described if _fits(path, one)]
    return ", ".join(sorted({method.upper() for one in fitting for method in described[one]}))


def _fits(path: str, pattern: str) -> bool:
    is_any = pattern.startswith("/api/")  # numbers of trials may hold a slash
    return compile_path(pattern.replace("}", ":path}") if is_any else pattern)[0].match(path) is not None
