"""Private notes on passages of trials. They live in the visitor's browser; what is shared comes here encrypted."""

from pathlib import Path
from typing import TypeVar

import msgspec
from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from calcitrials.web.guard import Pace, address_of
from calcitrials.web.note_store import (
    NoteError,
    NoteGone,
    NotesFull,
    NoteStore,
    Shared,
    TooManyGuesses,
    WrongPasscode,
)
from calcitrials.web.pages import page
from calcitrials.web.threads import in_thread

router = APIRouter()
_shared = Pace(per_minute=10, burst=20)
"""Notes that one address may share."""
_guessed = Pace(per_minute=10, burst=20)
"""Passcodes that one address may try, of whatever note."""
_Sent = TypeVar("_Sent")
_STATUS: dict[type[NoteError], int] = {NoteGone: 404, WrongPasscode: 403, TooManyGuesses: 429, NotesFull: 503}


class _Proof(msgspec.Struct, frozen=True):
    proof: str


class _Owner(msgspec.Struct, frozen=True):
    owner: str


def _store(request: Request) -> NoteStore:
    return NoteStore(Path(request.app.state.settings.data))


def _refused(error: NoteError) -> Response:
    return JSONResponse({"refused": type(error).__name__}, _STATUS[type(error)])


@router.post("/notes")
async def share(request: Request) -> Response:
    """Keep an encrypted note; where it is found, and what deletes it."""
    if not _shared.admits(address_of(request.scope, request.app.state.settings)):
        return JSONResponse({"refused": "TooMany"}, 429)
    note = _read(await request.body(), Shared)
    try:
        identifier, owner = await in_thread(_store(request).keep, note)
    except NoteError as error:
        return _refused(error)
    return JSONResponse({"address": f"/notes/{identifier}", "owner": owner}, 201)


@router.get("/notes/{identifier}")
async def shared_note(request: Request, identifier: str) -> Response:
    """The page that asks for the passcode of a shared note."""
    try:
        salt = await in_thread(_store(request).salt, identifier)
    except NoteError:
        return page(request, "note.html", status=404, salt=None, address=request.url.path)
    return page(request, "note.html", salt=salt, address=request.url.path)


@router.post("/notes/{identifier}/open")
async def open_note(request: Request, identifier: str) -> Response:
    """The ciphertext, for who proves to know the passcode."""
    if not _guessed.admits(address_of(request.scope, request.app.state.settings)):
        return JSONResponse({"refused": "TooManyGuesses"}, 429)
    said = _read(await request.body(), _Proof)
    try:
        return JSONResponse({"sealed": await in_thread(_store(request).sealed, identifier, said.proof)})
    except NoteError as error:
        return _refused(error)


@router.post("/notes/{identifier}/delete")
async def delete_note(request: Request, identifier: str) -> Response:
    """Delete a shared note before its time."""
    said = _read(await request.body(), _Owner)
    is_deleted = await in_thread(_store(request).delete, identifier, said.owner)
    return JSONResponse({"deleted": is_deleted}, 200 if is_deleted else 403)


def _read(body: bytes, form: type[_Sent]) -> _Sent:
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise HTTPException(422) from None
