"""Watches: a search that tells when something new comes."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from calcitrials.web.pages import page

router = APIRouter()


@router.get("/watches")
def watches(request: Request) -> Response:
    """What a watch is."""
    return page(request, "watches.html")
