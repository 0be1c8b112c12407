"""Which other sites' pages may ask the interfaces for programs (CORS): none, unless they were named."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import Scope

from calcitrials.web.refusals import is_program
from calcitrials.web.settings import Settings

_KEPT_S = 600
"""How long a browser remembers what it was told, in seconds."""


def is_named(scope: Scope, settings: Settings) -> bool:
    """Whether a request comes from a page of a site that was named, and asks what programs ask."""
    origin = Headers(scope=scope).get("origin")
    return origin is not None and origin.lower() in settings.origins and is_program(scope["path"])


def preflight(scope: Scope, settings: Settings) -> Response | None:
    """The answer to a browser that asks beforehand what it may send; None for any other request.

    It comes without the token: a browser sends none with this question.
    """
    asked = Headers(scope=scope).get("access-control-request-method")
    if scope["method"] != "OPTIONS" or not asked or not is_named(scope, settings):
        return None
    return Response(
        status_code=204,
        headers={
            "access-control-allow-methods": "GET, POST",
            "access-control-allow-headers": "authorization, content-type, accept",
            "access-control-max-age": str(_KEPT_S),
        },
    )


def allow(scope: Scope, headers: MutableHeaders, settings: Settings) -> None:
    """Let a named site's page read the answer. Cookies are never allowed: such a page has the token or none."""
    if settings.origins:
        headers.add_vary_header("origin")
    if is_named(scope, settings):
        headers["access-control-allow-origin"] = Headers(scope=scope)["origin"]
        headers["cross-origin-resource-policy"] = "cross-origin"
