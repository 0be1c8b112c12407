"""The visitors: a process of their own that asks at a steady pace, whatever the page does, and writes what it got.

    python -m bench.web.load URL SECONDS PER_SECOND CATALOGUE

A request is counted from the moment when it was due, so that a page that stalls is not spared those that wait. One
line of JSON for each request: kind, when it was sent, how long it took, the status, and the snapshot that answered.
"""

import asyncio
import json
import random
import sys
import time
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from db.catalogue import Catalogue

SEED = 14
VISITORS = 64
"""Connections; a request that is due while all of them wait for an answer waits as well."""
LONGEST_S = 30.0
KINDS = (
    ("search", 50), ("trial", 15), ("check", 10), ("suggest", 10), ("browse", 5), ("/api/match", 5), ("$match", 5),
)  # fmt: skip
"""What is asked, by its share in a hundred."""
_PATIENTS: tuple[dict[str, str], ...] = (
    {},
    {"age": "45", "sex": "female"},
    {"age": "7"},
    {"country": "France"},
    {"age": "63", "town": "Lyon"},
)


def questions(catalogue: Catalogue) -> tuple[list[str], list[str]]:
    """Conditions and ids of trials of a catalogue, drawn by lot."""
    with catalogue.connect() as connection:
        drawn = "USING SAMPLE reservoir(500 ROWS) REPEATABLE (14)"
        conditions = connection.execute(f"SELECT condition FROM conditions {drawn}").fetchall()
        trials = connection.execute(f"SELECT trial_id FROM trials {drawn}").fetchall()
    return [condition for (condition,) in conditions], [trial_id for (trial_id,) in trials]


class Sent(NamedTuple):
    """One request. body: None for one that only asks."""

    path: str
    body: bytes | None = None
    kind: str = "application/x-www-form-urlencoded"


def request(kind: str, draw: random.Random, about: tuple[list[str], list[str]]) -> Sent:
    """A request of one kind."""
    condition, trial = draw.choice(about[0]), f"/trials/{quote(draw.choice(about[1]), safe='')}"
    patient = draw.choice(_PATIENTS)
    if kind == "search":
        return _form("/search", {"diagnosis": condition, "which": "all", **patient})
    if kind == "check":
        return _form(f"{trial}/check", {"diagnosis": condition, **patient})
    if kind == "suggest":
        return _form("/suggest", {"typed": condition[: draw.randint(2, 10)]})
    if kind == "browse":
        return Sent(draw.choice(("/", "/conditions", "/countries", "/countries/France", "/sponsors")))
    if kind == "/api/match":
        return Sent("/api/match", json.dumps({"query": condition}).encode(), "application/json")
    if kind == "$match":
        said = {"resourceType": "Condition", "subject": {"display": "-"}, "code": {"text": condition}}
        return Sent("/fhir/ResearchStudy/$match", json.dumps(said).encode(), "application/fhir+json")
    return Sent(trial)


def _form(path: str, fields: dict[str, str]) -> Sent:
    return Sent(path, urlencode(fields).encode())


class Visitor:
    """One connection that is kept open. A client with a pool and redirects would cost more than the page."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, sent: Sent) -> tuple[int, str]:
        """Status and snapshot of the answer. Raises OSError, TimeoutError, EOFError."""
        if self._streams is not None and self._streams[0].at_eof():  # the page ends connections that nobody uses
            self._streams[1].close()
            self._streams = None
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        body = sent.body or b""
        method = "GET" if sent.body is None else "POST"
        head = f"{method} {sent.path} HTTP/1.1\r\nhost: {self._host}:{self._port}\r\naccept-language: en\r\n"
        head += f"content-type: {sent.kind}\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        try:
            async with asyncio.timeout(LONGEST_S):
                lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
                await reader.readexactly(int(headers.get("content-length", 0)))
        except (OSError, TimeoutError, EOFError):
            writer.close()
            self._streams = None
            raise
        return int(lines[0].split()[1]), headers.get("x-catalogue", "")


async def load(url: str, seconds: float, per_second: float, catalogue: Catalogue) -> None:
    """Ask at this pace for this long, and print a line for each answer."""
    draw, about = random.Random(SEED), questions(catalogue)
    kinds = [kind for kind, share in KINDS for _ in range(share)]
    start = time.monotonic()
    due: asyncio.Queue[float | None] = asyncio.Queue()

    async def visit() -> None:
        visitor = Visitor(url)
        while (when := await due.get()) is not None:
            kind, sent = draw.choice(kinds), time.time()
            try:
                status, snapshot = await visitor.ask(request(kind, draw, about))
            except (OSError, TimeoutError, EOFError) as error:
                print(json.dumps([kind, sent, (time.monotonic() - when) * 1000, type(error).__name__, ""]))
            else:
                print(json.dumps([kind, sent, (time.monotonic() - when) * 1000, status, snapshot.upper()]))

    visitors = [asyncio.create_task(visit()) for _ in range(VISITORS)]
    for number in range(int(seconds * per_second)):
        when = start + number / per_second
        await asyncio.sleep(max(0.0, when - time.monotonic()))
        due.put_nowait(when)
    for _ in visitors:
        due.put_nowait(None)
    await asyncio.gather(*visitors)


if __name__ == "__main__":
    asyncio.run(load(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), Catalogue(sys.argv[4])))
