"""Making a page of a template, in the visitor's language."""

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from calcitrials.web import words
from calcitrials.web.guard import SESSION_COOKIE
from calcitrials.web.language import LANGUAGE_COOKIE, Language, language_of, read_languages
from calcitrials.web.shelf import Opened, Shelf

_YEAR_S = 365 * 24 * 3600


@cache
def languages() -> dict[str, Language]:
    """The languages that the page speaks, by their codes."""
    return read_languages()


@cache
def _environment(code: str) -> Environment:
    """The templates in one language."""
    language = languages()[code]
    made = Environment(
        loader=PackageLoader("calcitrials.web"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    made.install_gettext_callables(language.gettext, language.ngettext, newstyle=False)  # type: ignore[attr-defined]
    made.filters.update(
        date=language.date,
        number=language.number,
        country=language.country,
        said=language.said,
        whole=language.whole,
        web_link=web_link,
        any_link=any_link,
        segment=lambda text: quote(str(text), safe=""),
        paragraphs=paragraphs,
    )
    made.globals.update(words=words, static=static_url, language=language, languages=languages(), word=_word(language))
    return made


def _word(language: Language) -> Any:
    def word(kind: Mapping[str, str], value: str | None) -> str:
        """What the page calls a value; one without a name as it is."""
        return language.gettext(kind[value]) if value and value in kind else (value or "").replace("_", " ")

    return word


def web_link(address: str | None) -> str:
    """An address that may be followed: http or https, nothing else."""
    try:
        parts = urlsplit((address or "").strip())
    except ValueError:
        return ""
    return (address or "").strip() if parts.scheme in ("http", "https") and parts.netloc else ""


def any_link(address: str | None) -> str:
    """An address that may be followed, of a page, a mailbox or a telephone."""
    said = (address or "").strip()
    is_plain = re.fullmatch(r"mailto:[^\s<>\"'?&]+@[^\s<>\"'?&]+|tel:\+?\d+", said)
    return said if is_plain else web_link(said)


def paragraphs(text: str | None) -> list[str]:
    """The paragraphs of a registry's text; a line of a list is one of its own."""
    parts = re.split(r"\n\s*\n|\n(?=\s*(?:[-*•·]|\d+[.)])\s)", words.plain(text))
    return [" ".join(part.split()) for part in parts if part.strip()]


@cache
def static_url(name: str) -> str:
    """Address of a file beside the templates; it changes with its content, so that browsers may keep it."""
    content = files("calcitrials.web").joinpath("static", name).read_bytes()
    return f"/static/{name}?{hashlib.sha256(content).hexdigest()[:12]}"


def shelf_of(request: Request) -> Shelf:
    """Where what is open of the catalogue stands."""
    shelf: Shelf = request.app.state.shelf
    return shelf


def opened(request: Request) -> Opened:
    """What is open of the catalogue for this request. Raises NothingPublished."""
    current = shelf_of(request).current
    if current is None:
        raise NothingPublished
    return current


class NothingPublished(Exception):
    """There is no catalogue yet."""


def speak(request: Request, form: FormData | None = None) -> Language:
    """The visitor's language, or the one that a form changes to."""
    chosen = str(form.get("language", "")) if form else ""
    return languages().get(chosen) or language_of(request, languages())


def page(
    request: Request, template: str, *, form: FormData | None = None, status: int = 200, **context: Any
) -> Response:
    """A page in the visitor's language. form: what was posted, which may change the language."""
    language = speak(request, form)
    current = shelf_of(request).current
    is_known = "route" in request.scope  # what no page goes by is not repeated
    shown = {
        "path": request.url.path if is_known else "/",
        "facts": current.facts if current else None,
        "is_post": is_known and request.method == "POST",
        "is_guarded": request.app.state.settings.is_public and SESSION_COOKIE in request.cookies,
        **context,
    }
    text = _environment(language.code).get_template(template).render(shown)
    answer = HTMLResponse(text, status, headers={"content-language": language.code})
    if current is not None:
        answer.headers["x-catalogue"] = current.snapshot.stem
    if form and "language" in form:
        keep_language(request, answer, language)
    return answer


def part(request: Request, template: str, **context: Any) -> HTMLResponse:
    """A piece of a page, for what is updated in place."""
    return HTMLResponse(_environment(speak(request).code).get_template(template).render(context))


def keep_language(request: Request, answer: Response, language: Language) -> None:
    """Remember the language in the visitor's browser; it says nothing else of them."""
    answer.set_cookie(
        LANGUAGE_COOKIE, language.code, max_age=_YEAR_S, httponly=True, samesite="strict",
        secure=request.app.state.settings.is_public,
    )  # fmt: skip
