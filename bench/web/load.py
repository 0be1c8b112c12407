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
from typing import Any

import httpx

from db.catalogue import Catalogue

SEED = 14
KINDS = (("search", 60), ("trial", 15), ("check", 10), ("suggest", 10), ("browse", 5))
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


async def _ask(client: httpx.AsyncClient, kind: str, draw: random.Random, about: tuple[list[str], list[str]]) -> Any:
    condition, trial_id = draw.choice(about[0]), draw.choice(about[1])
    patient = draw.choice(_PATIENTS)
    if kind == "search":
        return await client.post("/search", data={"diagnosis": condition, "which": "all", **patient})
    if kind == "check":
        return await client.post(f"/trials/{trial_id}/check", data={"diagnosis": condition, **patient})
    if kind == "suggest":
        return await client.post("/suggest", data={"typed": condition[: draw.randint(2, 10)]})
    if kind == "browse":
        return await client.get(draw.choice(("/", "/conditions", "/countries", "/countries/France", "/sponsors")))
    return await client.get(f"/trials/{trial_id}")


async def load(url: str, seconds: float, per_second: float, catalogue: Catalogue) -> None:
    """Ask at this pace for this long, and print a line for each answer."""
    draw, about = random.Random(SEED), questions(catalogue)
    kinds = [kind for kind, share in KINDS for _ in range(share)]
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
    async with httpx.AsyncClient(base_url=url, timeout=30, limits=limits) as client:
        start = time.monotonic()

        async def one(number: int) -> None:
            due = start + number / per_second
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            kind, sent = draw.choice(kinds), time.time()
            try:
                answer = await _ask(client, kind, draw, about)
                status, snapshot = answer.status_code, answer.headers.get("x-catalogue", "")
            except httpx.HTTPError as error:
                status, snapshot = type(error).__name__, ""
            took_ms = (time.monotonic() - due) * 1000
            print(json.dumps([kind, sent, took_ms, status, snapshot]), flush=False)

        await asyncio.gather(*(one(number) for number in range(int(seconds * per_second))))


if __name__ == "__main__":
    asyncio.run(load(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), Catalogue(sys.argv[4])))
