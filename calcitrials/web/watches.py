"""Watches: a condition that tells when a trial comes or changes. No patient goes into one."""

from pathlib import Path

from fastapi import APIRouter, HTTPException
from lxml import etree
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from calcitrials.watches import Entry, Watch, WatchesFull, WatchFile
from calcitrials.web.guard import Pace, address_of
from calcitrials.web.pages import opened, page
from calcitrials.web.shelf import Opened
from calcitrials.web.threads import in_thread
from calcitrials.web.words import N_
from db.countries import canonical
from matcher.text.normalise import name_words, phrase_key

router = APIRouter()
_begun = Pace(per_minute=20, burst=20)
"""Watches that one address may begin."""
_ATOM = "http://www.w3.org/2005/Atom"
_NO_CONDITION = N_("This is not the name of one condition that the page knows: choose one of those suggested.")
_NO_COUNTRY = N_("This country is not known: write its name or its code of two letters.")
_FULL = N_("No more watches are taken at the moment.")


def _file(request: Request) -> WatchFile:
    return WatchFile(Path(request.app.state.settings.data))


@router.get("/watches")
async def watches(request: Request) -> Response:
    """What a watch is, and the form that begins one."""
    return page(request, "watches.html", condition="", country="", errors={}, near=[])


@router.post("/watches/new")
async def begin(request: Request) -> Response:
    """Begin to watch a condition, named by its id or in words that name one condition."""
    form = await request.form()
    current = opened(request)
    condition, country = (str(form.get(name, ""))[:200].strip() for name in ("condition", "country"))
    errors = {}
    if country and canonical(country) is None:
        errors["country"] = _NO_COUNTRY
    concept = await in_thread(_concept, current, condition)
    if concept is None:
        errors["condition"] = _NO_CONDITION
    if not _begun.admits(address_of(request.scope, request.app.state.settings)):
        errors["condition"] = _FULL
    if errors or concept is None:
        return _asked_again(request, form, current, condition, country, errors)
    where = canonical(country) if country else None
    try:
        watch = await in_thread(_file(request).add, current.watched, *concept, where, "open" in form)
    except WatchesFull:
        return _asked_again(request, form, current, condition, country, {"condition": _FULL})
    return RedirectResponse(f"/watches/{watch.id}", 303)


def _asked_again(
    request: Request, form: FormData, current: Opened, condition: str, country: str, errors: dict[str, str]
) -> Response:
    near = current.names.beginning(condition)
    return page(
        request, "watches.html", form=form, status=422, condition=condition, country=country, errors=errors, near=near
    )


def _concept(current: Opened, condition: str) -> tuple[str, str] | None:
    """Id and label of the condition whose id or whole name this is: nothing else that is typed is kept."""
    terminology = current.matcher.terminology
    place = terminology.place_of.get(condition)
    if place is not None:
        return terminology.ids[place], terminology.labels[place]
    key = terminology.key_index.get(phrase_key(name_words(condition)))
    if key is None:
        return None
    concept, _ = terminology.concepts_of_key(key)[0]
    return terminology.ids[concept], terminology.labels[concept]


@router.get("/watches/{identifier}")
async def watched(request: Request, identifier: str) -> Response:
    """One watch: what it is about, its feed, what happened."""
    watch, entries = await _known(request, identifier)
    current = opened(request)
    trials = await in_thread(current.watched.trials, watch)
    return page(request, "watch.html", watch=watch, entries=entries, count=len(trials), just=not entries)


@router.post("/watches/{identifier}/delete")
async def end(request: Request, identifier: str) -> Response:
    """Watch no longer."""
    await _known(request, identifier)
    await in_thread(_file(request).remove, identifier)
    return RedirectResponse("/watches", 303)


@router.get("/watches/{identifier}/feed")
async def feed(request: Request, identifier: str) -> Response:
    """What happened, as an Atom feed (RFC 4287)."""
    watch, entries = await _known(request, identifier)
    base = f"{'https' if request.app.state.settings.is_public else 'http'}://{request.headers['host']}"
    return Response(_atom(watch, entries, base), media_type="application/atom+xml")


async def _known(request: Request, identifier: str) -> tuple[Watch, list[Entry]]:
    """A watch with its entries; there is no page of one that does not exist."""
    file = _file(request)
    watch = await in_thread(file.watch, identifier) if file.path.exists() else None
    if watch is None:
        raise HTTPException(404)
    return watch, await in_thread(file.entries, identifier)


def _atom(watch: Watch, entries: list[Entry], base: str) -> bytes:
    made = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})  # type: ignore[dict-item]

    def say(parent: "etree._Element", name: str, text: str | None = None, **attributes: str) -> "etree._Element":
        element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
        element.text = "".join(one for one in text if one.isprintable()) if text else None
        return element

    say(made, "id", f"urn:calcitrials:watch:{watch.id}")
    say(made, "title", f"calcitrials: {watch.label}" + (f", {watch.country}" if watch.country else ""))
    say(made, "updated", entries[0].at if entries else watch.since)
    say(say(made, "author"), "name", "calcitrials")
    say(made, "link", rel="self", href=f"{base}/watches/{watch.id}/feed")
    for one in entries:
        entry = say(made, "entry")
        say(entry, "id", f"urn:calcitrials:entry:{watch.id}:{one.number}")
        say(entry, "title", f"{one.kind}: {one.title} ({one.trial_id}, {one.status.replace('_', ' ')})")
        say(entry, "updated", one.at)
        say(entry, "link", rel="alternate", href=f"{base}/trials/{one.trial_id}")
        say(entry, "category", term=one.kind)
    return etree.tostring(made, xml_declaration=True, encoding="utf-8")
