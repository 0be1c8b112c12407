"""Coming in: the token of a page that is served to others, the language, and whether the process is well."""

import hmac

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from calcitrials.web.guard import SESSION_COOKIE, SESSION_S, Pace, address_of, session
from calcitrials.web.pages import keep_language, page, shelf_of, speak

router = APIRouter()
_attempts = Pace(per_minute=10, burst=10)
"""Tokens that one address may try."""


@router.get("/enter")
async def entrance(request: Request) -> Response:
    """The page that asks for the token."""
    return page(request, "enter.html", refused=False)


@router.post("/enter")
async def enter(request: Request) -> Response:
    """Let in who knows the token."""
    settings = request.app.state.settings
    if settings.token is None:
        return RedirectResponse("/", 303)
    if not _attempts.admits(address_of(request.scope, settings)):
        return page(request, "enter.html", status=429, refused=True)
    form = await request.form()
    if not hmac.compare_digest(str(form.get("token", "")).encode(), settings.token.encode()):
        return page(request, "enter.html", status=403, refused=True)
    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        SESSION_COOKIE, session(settings.token), max_age=SESSION_S, httponly=True, samesite="strict", secure=True
    )
    return answer


@router.post("/leave")
async def leave(request: Request) -> Response:
    """Forget that the visitor has shown the token."""
    answer = RedirectResponse("/enter", 303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


@router.post("/language")
async def choose_language(request: Request) -> Response:
    """Change the language and go back to where the visitor was."""
    form = await request.form()
    back = str(form.get("back", "/"))
    is_own = back.startswith("/") and not back.startswith(("//", "/\\"))
    answer = RedirectResponse(back if is_own else "/", 303)
    keep_language(request, answer, speak(request, form))
    return answer


@router.get("/healthy")
async def healthy(request: Request) -> Response:
    """Whether something is open, and which snapshot: for a proxy that watches the processes."""
    current = shelf_of(request).current
    found = {"published": current.published, "snapshot": current.snapshot.name} if current else {"published": None}
    return JSONResponse(found, 200 if current else 503)
