"""A registry that falters: an HTTP proxy on loopback that stands before a registry and plays a schedule of faults.

It knows HTTP and nothing of any registry, so that every registry's tests use it::

    with serve("ctgov") as urls, faulty(urls["ctgov"], [Rule(refused(503, retry_after="1"), nth(1))]) as registry:
        crawl(registry.url)
        assert registry.asked("/studies")

A ``Rule`` is a fault, a test of the request (path, query), and the numbers of the matching requests that it strikes
(counted from 1, the first alone by default). The first rule that strikes a request plays its fault; a request that
no rule strikes passes through. A rule counts a request it matches even when an earlier rule has struck it.

A fault is a function of an ``Exchange``: it asks the registry (``answer``) or not, and sends what it likes. What the
proxy saw stands in ``requests``, in order of arrival, for tests of headers, of the pace, and of what was never asked.
"""

import datetime as dt
import http.client
import json
import os
import resource
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"})


@dataclass(frozen=True)
class Seen:
    """A request that reached the proxy. at: seconds on the monotonic clock."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """Parameters of the address; the first value where one is repeated."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}


@dataclass(frozen=True)
class Answer:
    """An answer of the registry, or one made up. headers: without those of the connection and the length."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


class Exchange:
    """One request with the means to answer it. The proxy closes nothing that a fault has not closed."""

    def __init__(self, proxy: "FaultyRegistry", handler: "_Handler", request: Seen) -> None:
        self.proxy = proxy
        self.request = request
        self._handler = handler

    def answer(self) -> Answer:
        """What the registry itself answers."""
        return self.proxy.forward(self.request)

    def send(self, answer: Answer, *, announced: int | None = None) -> None:
        """Send an answer. announced: a Content-Length other than the body's; the connection then closes after it."""
        handler = self._handler
        handler.send_response_only(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer.body) if announced is None else announced))
        handler.end_headers()
        handler.wfile.write(answer.body)
        if announced is not None:
            handler.close_connection = True

    def reset(self) -> None:
        """Break the connection off with a TCP reset."""
        connection = self._handler.connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._handler.close_connection = True
        os.close(connection.detach())


Fault = Callable[[Exchange], None]
Test = Callable[[Seen], bool]


@dataclass(frozen=True)
class Rule:
    """When a fault is played: on the requests of these numbers (from 1) among those that pass the test."""

    fault: Fault
    times: Callable[[int], bool] = lambda number: number == 1
    where: Test = lambda request: True


def nth(*numbers: int) -> Callable[[int], bool]:
    """These matching requests."""
    return lambda number: number in numbers


def always(number: int) -> bool:
    """Every matching request."""
    return True


def path_ends(*ends: str) -> Test:
    """Requests whose path ends in one of these."""
    return lambda request: request.path.endswith(ends)


# The faults. Those that end the connection or refuse do not ask the registry.


def reset(exchange: Exchange) -> None:
    """Connection reset by peer."""
    exchange.reset()


def silent(exchange: Exchange) -> None:
    """Accept the request and never answer: the client has to run into its time limit."""
    exchange.proxy.ending.wait()


def refused(status: int, text: str = "", *, retry_after: str | None = None) -> Fault:
    """An error status with a plain text, and a Retry-After in seconds."""
    headers = {"Content-Type": "text/plain"} | ({} if retry_after is None else {"Retry-After": retry_after})
    return lambda exchange: exchange.send(Answer(text.encode(), status, headers))


def refused_until(seconds: float, status: int = 429) -> Fault:
    """An error status with a Retry-After as an HTTP date, this many seconds after the request (whole ones are told)."""

    def play(exchange: Exchange) -> None:
        until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)
        refused(status, retry_after=format_datetime(until, usegmt=True))(exchange)

    return play


def web_page(exchange: Exchange) -> None:
    """A maintenance page in HTML with status 200 in place of data."""
    page = b"<!doctype html><html><head><title>Maintenance</title></head><body><p>Back soon.</p></body></html>"
    exchange.send(Answer(page, headers={"Content-Type": "text/html; charset=utf-8"}))


def cut(share: float = 0.5) -> Fault:
    """The answer's first part alone, announced as if it were whole: the client sees broken data."""

    def play(exchange: Exchange) -> None:
        answer = exchange.answer()
        exchange.send(Answer(answer.body[: int(len(answer.body) * share)], answer.status, answer.headers))

    return play


def broken_off(share: float = 0.5) -> Fault:
    """The answer's first part alone, with the length of the whole announced: the client sees data loss."""

    def play(exchange: Exchange) -> None:
        answer = exchange.answer()
        kept = Answer(answer.body[: int(len(answer.body) * share)], answer.status, answer.headers)
        exchange.send(kept, announced=len(answer.body))

    return play


def rewritten(change: Callable[[bytes], bytes]) -> Fault:
    """The registry's answer with its body changed: unreadable records, other field names, wrong totals."""

    def play(exchange: Exchange) -> None:
        answer = exchange.answer()
        exchange.send(Answer(change(answer.body), answer.status, answer.headers))

    return play


def rewritten_json(change: Callable[[Any], Any]) -> Fault:
    """As ``rewritten``, over the decoded JSON; the function may change it in place and return nothing."""

    def rewrite(body: bytes) -> bytes:
        document = json.loads(body)
        changed = change(document)
        return json.dumps(document if changed is None else changed).encode()

    return rewritten(rewrite)


def instead(body: bytes, content_type: str = "application/json") -> Fault:
    """A body of the test's own with status 200."""
    return lambda exchange: exchange.send(Answer(body, headers={"Content-Type": content_type}))


def slowed(seconds: float) -> Fault:
    """The registry's own answer, later."""

    def play(exchange: Exchange) -> None:
        exchange.proxy.ending.wait(seconds)
        exchange.send(exchange.answer())

    return play


def held(gate: threading.Event) -> Fault:
    """The registry's own answer once the gate opens: a crawl stands still where the test wants it."""

    def play(exchange: Exchange) -> None:
        while not (gate.wait(0.02) or exchange.proxy.ending.is_set()):
            pass
        exchange.send(exchange.answer())

    return play


class FaultyRegistry:
    """The running proxy. url: takes the place of the registry's base address. requests: all that it saw."""

    def __init__(self, upstream: str, rules: Sequence[Rule], asked_as: Callable[[str], str]) -> None:
        self.rules = list(rules)
        self.requests: list[Seen] = []
        self.ending = threading.Event()
        self._upstream = urlsplit(upstream)
        self._asked_as = asked_as
        self._counts = [0] * len(self.rules)
        self._arrival = threading.Condition()
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}{self._upstream.path}"

    def asked(self, *ends: str) -> list[Seen]:
        """The requests whose path ends in one of these, in order of arrival."""
        return [request for request in self.requests if request.path.endswith(ends)]

    def wait_for(self, number: int, where: Test = lambda request: True, timeout_s: float = 120.0) -> None:
        """Wait until this many matching requests have arrived. Raises TimeoutError."""
        with self._arrival:
            if not self._arrival.wait_for(lambda: sum(map(where, self.requests)) >= number, timeout_s):
                raise TimeoutError(f"{number} requests were awaited, there were {len(self.requests)}")

    def forward(self, request: Seen) -> Answer:
        """Ask the registry the same; a redirect is handed back, not followed."""
        connection = http.client.HTTPConnection(self._upstream.hostname or "", self._upstream.port, timeout=60)
        try:
            # the Host header stays the proxy's, so that a redirect of the registry leads back to the proxy
            headers = {name: value for name, value in request.headers.items() if name.lower() != "accept-encoding"}
            connection.request(request.method, self._asked_as(request.target), request.body or None, headers)
            response = connection.getresponse()
            body = response.read()
            kept = {name: value for name, value in response.getheaders() if name.lower() not in HOP_BY_HOP}
            return Answer(body, response.status, kept)
        finally:
            connection.close()

    def play(self, handler: "_Handler", request: Seen) -> None:
        """Record a request and answer it by the first rule that strikes."""
        chosen: Fault | None = None
        with self._arrival:
            self.requests.append(request)
            for index, rule in enumerate(self.rules):
                if rule.where(request):
                    self._counts[index] += 1
                    if chosen is None and rule.times(self._counts[index]):
                        chosen = rule.fault
            self._arrival.notify_all()
        exchange = Exchange(self, handler, request)
        if chosen is None:
            exchange.send(exchange.answer())
        else:
            chosen(exchange)

    @contextmanager
    def running(self) -> Iterator["FaultyRegistry"]:
        """Serve until the block ends; every connection is closed and every thread gone afterwards."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="faults")
        thread.start()
        try:
            yield self
        finally:
            self.ending.set()
            self._server.shutdown()
            thread.join()
            self._server.close_all()


@contextmanager
def faulty(
    upstream: str, rules: Iterable[Rule] = (), *, asked_as: Callable[[str], str] = lambda target: target
) -> Iterator[FaultyRegistry]:
    """Stand before the registry at ``upstream`` (its base address) and play these rules.

    asked_as: changes the target (path and query) that the registry is asked for, e.g. to smaller pages.
    """
    with FaultyRegistry(upstream, list(rules), asked_as).running() as registry:
        yield registry


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """As if the disk were full: nobody writes into a file beyond this size in bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64

    def __init__(self, registry: FaultyRegistry) -> None:
        self.registry = registry
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def close_all(self) -> None:
        """Wake the threads that wait on kept connections, and join them."""
        with self._guard:
            for connection in self._open:
                if connection.fileno() != -1:
                    with suppress(OSError):  # the client may have closed it in this moment
                        connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed or gave up is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Seen(self.command, self.path, dict(self.headers.items()), body, time.monotonic())
        self.server.registry.play(self, request)

    do_GET = do_POST = do_HEAD = _serve

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: pytest's output is the tests' own."""
