"""Redirects stay at the registry: another host, or another port of it, does not answer in its name."""

from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

_PORTS = {"http": 80, "https": 443}


class SameHostMiddleware:
    """Follows no redirect of a request for data to another host or port; from http to https of one host it may."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Refuse an answer that sends elsewhere, with a sentence for the report."""
        location = response.headers.get("Location")
        if not 300 <= response.status < 400 or not location or request.meta.get("dont_obey_robotstxt"):
            return response
        target = urljoin(request.url, location.decode("latin-1"))
        if not is_same_host(request.url, target):
            raise IgnoreRequest(f"the answer sends to another host, {_origin(target)}, which is not followed")
        return response


def is_same_host(url: str, target: str) -> bool:
    """Whether both addresses are of one host and port, or the second is the first one's by https."""
    try:
        one, other = urlsplit(url), urlsplit(target)
        ports = one.port or _PORTS.get(one.scheme), other.port or _PORTS.get(other.scheme)
    except ValueError:
        return False
    if one.hostname != other.hostname or other.scheme not in _PORTS:
        return False
    is_upgrade = (one.scheme, other.scheme) == ("http", "https") and ports == (80, 443)
    return is_upgrade or (one.scheme == other.scheme and ports[0] == ports[1])


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"[:100]
