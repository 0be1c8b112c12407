"""A crawl killed with SIGKILL at any moment costs nothing that was published, and the next one completes.

The registry holds some thousands of made-up records and moves on between attempts: a generation number stands in
every title, and in the version of its data. What is published must at every moment be all records of one
generation. Kills are spread at random between a crawl's first request and its end; the seed is printed.
"""

import json
import os
import random
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crawler.samples.server import serve
from db.catalogue import Catalogue
from tests.support import faults
from tests.support.ctgov_answers import study, write_lines
from tests.support.faults import Rule, always, faulty, path_ends
from tests.support.running import Process, calcitrials, environment, last_report, rows, start

RECORDS = 4200
"""More than one batch of the writer."""
KILLS = int(os.environ.get("CALCITRIALS_TEST_KILLS", "44")) // 4
"""For each of the tests; `make nightly` has many more."""


class Registry:
    """The stand-in behind a proxy that says which generation of the data it is."""

    def __init__(self, url: str) -> None:
        self.generation = 1
        rules = [
            Rule(faults.rewritten(self.now), always, path_ends("/version")),
            Rule(self.slowly, always, path_ends("/studies")),
        ]
        self.running = faulty(url, rules)

    def now(self, body: bytes) -> bytes:
        day = f"2026-01-{self.generation:02d}T09:00:00"
        return json.dumps({"apiVersion": "2.0.5", "dataTimestamp": day}).encode()

    def slowly(self, exchange: faults.Exchange) -> None:
        exchange.proxy.ending.wait(0.05)
        faults.rewritten(lambda body: body.replace(b"generation 0", b"generation %d" % self.generation))(exchange)


@pytest.fixture(scope="module")
def records_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    records = [
        study(f"NCT{number:08d}", briefTitle=f"Trial {number}, generation 0") for number in range(1, RECORDS + 1)
    ]
    path = write_lines(tmp_path_factory.mktemp("records") / "records.jsonl", records)
    with serve("ctgov", records={"ctgov": path}) as urls:
        yield urls["ctgov"]


def started(catalog: Path, url: str) -> Process:
    return start("crawl", "ctgov", "--all", "--delay", "0", "--catalog", catalog, env=environment({"ctgov": url}))


def published_generation(catalog: Path) -> int | None:
    """The generation of every published record; None when nothing is published yet."""
    catalogue = Catalogue(catalog)
    if not catalogue.current.is_symlink():
        return None
    with closing(catalogue.connect()) as connection:
        found = connection.execute(
            "SELECT regexp_extract(brief_title, '[0-9]+$')::INTEGER, count(*) FROM trials GROUP BY ALL"
        ).fetchall()
        assert len(found) == 1, found
        ((generation, count),) = found
        assert count == RECORDS
        complete = "SELECT complete FROM crawls WHERE registry = 'ctgov' ORDER BY started_at DESC LIMIT 1"
        assert connection.execute(complete).fetchone() == (True,)
    return int(generation)


@pytest.mark.parametrize("begins_published", [False, True])
def test_a_kill_at_any_moment_costs_nothing(records_url: str, tmp_path: Path, begins_published: bool) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    registry = Registry(records_url)
    with registry.running as proxy:

        def duration_s(folder: Path) -> float:
            """Seconds from the first request to the end of a crawl that nobody kills."""
            before = len(proxy.requests)
            ended = started(folder, proxy.url).wait()
            assert ended.status == 0, ended.err
            return time.monotonic() - proxy.requests[before].at

        before_kills = tmp_path / ("catalog" if begins_published else "rehearsal")
        duration_s(before_kills)  # the first crawl on a machine also compiles the matcher's terminology
        longest_s = duration_s(before_kills)
        catalog = tmp_path / "catalog"
        state = published_generation(catalog)
        assert state == (1 if begins_published else None)
        killed = 0
        for _ in range(KILLS):
            registry.generation += chance.randrange(2)  # the registry moved on, or the killed crawl is taken up
            before = len(proxy.requests)
            crawling = started(catalog, proxy.url)
            proxy.wait_for(before + 1)
            time.sleep(chance.uniform(0, longest_s))
            killed += crawling.kill().status < 0
            now = published_generation(catalog)
            assert now in (state, registry.generation)
            state = now
        assert killed > KILLS // 2
        registry.generation += 1
        ended = started(catalog, proxy.url).wait()
    assert ended.status == 0, ended.err
    assert published_generation(catalog) == registry.generation
    report = last_report(catalog)
    assert (report["complete"], report["expected"], report["received"]) == (True, RECORDS, RECORDS)
    assert report["new"] + report["changed"] + report["unchanged"] == RECORDS
    kept = [path.name for path in (catalog / "snapshots").iterdir()]
    assert len([name for name in kept if name.endswith(".duckdb")]) <= 5
    assert len(kept) <= 10  # beside each snapshot the index of its words


CONTENT = "SELECT trial_id, content_hash, brief_title FROM trials ORDER BY ALL"
IMPORTED = 500
EXPORT = "<Trial><TrialID>ACTRN126{0:011d}</TrialID><Public_title>Gout {0}</Public_title></Trial>"


@pytest.mark.parametrize("command", ["reread", "import"])
def test_a_kill_while_payloads_or_a_file_are_read_costs_nothing(records_url: str, tmp_path: Path, command: str) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    catalog, export = tmp_path / "catalog", tmp_path / "export.xml"
    assert started(catalog, records_url).wait().status == 0
    export.write_text(f"<Trials>{''.join(map(EXPORT.format, range(IMPORTED)))}</Trials>")
    words = ("reread",) if command == "reread" else ("import", "ictrp", export)
    before = rows(catalog, CONTENT)
    began = time.monotonic()
    assert start(*words, "--catalog", tmp_path / "rehearsal").wait().status in (0, 1)
    assert calcitrials("status", "--catalog", catalog).status == 0
    longest_s = max(1.5, time.monotonic() - began)
    for _ in range(-(-KILLS // 3)):
        running = start(*words, "--catalog", catalog)
        time.sleep(chance.uniform(0, longest_s))
        running.kill()
        now = rows(catalog, CONTENT)
        assert [row for row in now if row[0].startswith("NCT")] == before  # whole or not at all
        assert len(now) in (RECORDS, RECORDS + IMPORTED)
    ended = start(*words, "--catalog", catalog).wait()
    assert ended.status == 0, ended.err
    assert len(rows(catalog, CONTENT)) == (RECORDS if command == "reread" else RECORDS + IMPORTED)
