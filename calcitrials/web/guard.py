"""What stands before every page: who may ask, how much, and what a browser is allowed to do with the answer.

Nothing of a request is logged but its method, the kind of page, the status and the time: addresses name trials alone,
and what a visitor types travels in the bodies of forms.
"""

import base64
import binascii
import hashlib
import hmac
import logging
import time
import traceback
from collections.abc import MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from calcitrials.web import origins
from calcitrials.web.refusals import is_program, refusal
from calcitrials.web.settings import Settings

logger = logging.getLogger(__name__)

LARGEST_BODY = 512 * 1024
"""Bytes of a form: a long letter, or a shared note."""
LARGEST_RECORD = 8 * 1024 * 1024
"""Bytes of what a program sends: a patient's record as FHIR."""
SESSION_COOKIE = "calcitrials-visitor"
SESSION_S = 12 * 3600
MOST_ADDRESSES = 10_000
"""Addresses whose requests are counted at a time."""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_TOO_LARGE = "This is more than is taken at once."
_OPEN_PATHS = ("/enter", "/static/", "/healthy")
"""What is shown without the token."""


class TooLarge(Exception):
    """A body of more bytes than are taken."""


class Pace:
    """How many requests of one address are let through: a bucket that fills again with time."""

    def __init__(self, per_minute: float, burst: float | None = None) -> None:
        self._per_s = per_minute / 60
        self._burst = burst or max(10.0, per_minute / 10)
        self._buckets: dict[str, tuple[float, float]] = {}

    def admits(self, address: str) -> bool:
        """Whether one more request may come, which is then counted."""
        now = time.monotonic()
        left, seen = self._buckets.pop(address, (self._burst, now))
        left = min(self._burst, left + (now - seen) * self._per_s)
        self._buckets[address] = (left - 1 if left >= 1 else left, now)
        if len(self._buckets) > MOST_ADDRESSES:
            del self._buckets[next(iter(self._buckets))]  # the one that has not been seen for longest
        return left >= 1


class Guard:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self._pace = Pace(settings.requests_per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on and dress the answer."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = [500]
        path = scope["path"]
        most = LARGEST_RECORD if is_program(path) else LARGEST_BODY

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
                _dress(scope, MutableHeaders(scope=message), self.settings)
            await send(message)

        refused = self._refusal(scope, most)
        try:
            if refused is not None:
                await refused(scope, receive, dressed)
            else:
                await self.app(scope, _counted(receive, most), dressed)
        except TooLarge:
            await refusal(path, _TOO_LARGE, 413)(scope, receive, dressed)
        except Exception as error:  # its message may hold what the visitor typed: where it happened is enough
            frames = traceback.extract_tb(error.__traceback__)[-3:]
            where = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
            logger.error("%s at %s", type(error).__name__, where)
            await refusal(path, "Something went wrong here; nothing that you sent was kept.", 500)(
                scope, receive, dressed
            )
        took_ms = (time.perf_counter() - started) * 1000
        logger.info("%s %s %d %.0f ms", scope["method"], kind_of_page(scope), status[0], took_ms)

    def _refusal(self, scope: Scope, most: int) -> Response | None:
        headers, path = Headers(scope=scope), scope["path"]
        host = headers.get("host", "").lower()
        if name_of(host) not in self.settings.hosts:
            return refusal(path, "This page does not go by that name.", 400)
        if self.settings.is_public and headers.get("x-forwarded-proto") != "https":
            return refusal(path, "This page is served through TLS alone.", 403)
        if not self._pace.admits(address_of(scope, self.settings)):
            return refusal(path, "Too many requests: wait a minute.", 429, {"retry-after": "60"})
        if int_of(headers.get("content-length")) > most:
            return refusal(path, _TOO_LARGE, 413)
        if scope["method"] not in ("GET", "HEAD", "POST") and not is_program(
            path
        ):  # there the routes say what they take
            return refusal(path, "Not understood.", 405, {"allow": "GET, HEAD, POST"})
        if answer := origins.preflight(scope, self.settings):
            return answer
        is_named = origins.is_named(scope, self.settings)
        if scope["method"] == "POST" and not is_named and not _is_own_form(headers, host):
            return refusal(path, "This form was sent by another site.", 403)
        if self.settings.token and not path.startswith(_OPEN_PATHS) and not is_known(headers, self.settings.token):
            if scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
                return RedirectResponse("/enter", 303)
            return refusal(path, "Say the token.", 401, {"www-authenticate": "Bearer" if is_program(path) else "Basic"})
        return None


def kind_of_page(scope: Scope) -> str:
    """The pattern of the address that was asked for, without what stands in it."""
    route: Any = scope.get("route")
    return getattr(route, "path", "-")


def name_of(host: str) -> str:
    """The name in a Host header, without its port."""
    name, _, port = host.rpartition(":")
    return name if name and port.isdigit() else host


def address_of(scope: Scope, settings: Settings) -> str:
    """Address of a visitor; behind a proxy the one that the proxy saw."""
    forwarded = Headers(scope=scope).get("x-forwarded-for", "") if settings.is_public else ""
    client = scope.get("client") or ("?", 0)
    return forwarded.rpartition(",")[2].strip() or str(client[0])


def int_of(text: str | None) -> int:
    """A header's number, 0 for none."""
    return int(text) if text and text.isdigit() else 0


def _is_own_form(headers: Headers, host: str) -> bool:
    """Whether a form was sent from a page of ours, as far as the browser says it."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    # a page with no-referrer sends its forms with the origin "null"; then Sec-Fetch-Site has told it
    return origin in (None, "null") or urlsplit(str(origin)).netloc.lower() == host


def _counted(receive: Receive, most: int) -> Receive:
    taken = 0

    async def counted() -> MutableMapping[str, Any]:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise TooLarge
        return message

    return counted


def _dress(scope: Scope, headers: MutableHeaders, settings: Settings) -> None:
    for name, value in _HEADERS.items():
        headers[name] = value
    origins.allow(scope, headers, settings)
    if settings.is_public:
        headers["strict-transport-security"] = "max-age=31536000"
    if not scope["path"].startswith("/static/"):
        headers["cache-control"] = "no-store"
        headers.add_vary_header("accept-language")


def session(token: str, now_s: float | None = None) -> str:
    """What a visitor's cookie says who has shown the token: until when, and a seal."""
    until = str(int((time.time() if now_s is None else now_s) + SESSION_S))
    return f"{until}.{_seal(token, until)}"


def is_known(headers: Headers, token: str) -> bool:
    """Whether a visitor has shown the token: by the cookie, as a bearer, or as the password of HTTP Basic."""
    scheme, _, said = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            said = base64.b64decode(said, validate=True).decode("utf-8", "replace").partition(":")[2]
        except (binascii.Error, ValueError):
            said = ""
    if said and hmac.compare_digest(said.encode(), token.encode()):
        return True
    try:
        held = SimpleCookie(headers.get("cookie", "")).get(SESSION_COOKIE)
    except CookieError:
        held = None
    until, _, seal = (held.value if held else "").partition(".")
    if not until.isdigit() or int(until) < time.time():
        return False
    return hmac.compare_digest(seal.encode(), _seal(token, until).encode())


def _seal(token: str, until: str) -> str:
    key = hashlib.sha256(f"calcitrials page {token}".encode()).digest()
    return hmac.new(key, until.encode(), hashlib.sha256).hexdigest()
