"""Trials are mapped beside the crawl that brings them, and every one once, whatever dies or is stopped meanwhile.

The registry holds more made-up trials than one batch of the writer and answers the last request when the test says so:
by then the first batch is being mapped in processes of its own.
"""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

import matcher
from crawler.samples.server import serve
from db.catalogue import Catalogue
from tests.support.ctgov_answers import study, write_lines
from tests.support.faults import Exchange, FaultyRegistry, Rule, faulty, nth, path_ends
from tests.support.running import Process, crawl, environment, rows, scrapy, start

RECORDS = 5200
LAST_PAGE = 6
LONGEST_S = 120.0
DISEASES = ("Calcinosis cutis", "Systemic sclerosis", "Dermatomyositis", "Gout", "Breast cancer", "Asthma and COPD")
CONCEPTS = "SELECT * EXCLUDE (terminology) FROM trial_concepts ORDER BY ALL"
MAPPED = "SELECT count(*), count(DISTINCT trial_id) FROM trial_words SEMI JOIN trials USING (trial_id, content_hash)"

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are looked up in /proc")


def record(number: int) -> dict[str, Any]:
    disease, other = DISEASES[number % 6], DISEASES[number // 6 % 6]
    made = study(f"NCT{number:08d}", briefTitle=f"Treatment {number} of {disease.lower()}")
    made["protocolSection"] |= {
        "conditionsModule": {"conditions": [disease, f"{other} stage {number % 4}"], "keywords": [other.lower()]},
        "armsInterventionsModule": {"interventions": [{"type": "DRUG", "name": f"Drug {number % 9}"}]},
        "eligibilityModule": {
            "eligibilityCriteria": f"Inclusion Criteria:\n\n* {disease}\n* No {other}\n\n"
            f"Exclusion Criteria:\n\n* Pregnancy\n* History of {other}, number {number}"
        },
    }
    return made


@pytest.fixture(scope="module")
def records_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = write_lines(tmp_path_factory.mktemp("records") / "records.jsonl", [record(n) for n in range(1, RECORDS + 1)])
    with serve("ctgov", records={"ctgov": path}) as urls:
        yield urls["ctgov"]


@pytest.fixture(scope="module")
def mapped_at_once(records_url: str, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    """The concepts of the same trials after a bare ``scrapy crawl``, mapped all together by one process."""
    folder = tmp_path_factory.mktemp("bare")
    bare = scrapy(
        *("crawl", "ctgov", "-a", "all=1", "-s", "DOWNLOAD_DELAY=0"),
        env=environment({"ctgov": records_url}, CALCITRIALS_CATALOG=str(folder)),
    )
    assert bare.status == 0, bare.err
    copy = folder / "copy.duckdb"
    shutil.copyfile(Catalogue(folder).current.resolve(), copy)
    with duckdb.connect(str(copy)) as connection:
        assert matcher.map_trials(connection) == RECORDS
        return connection.execute(CONCEPTS).fetchall()


@contextmanager
def held_at_the_last_page(url: str) -> Iterator[tuple[FaultyRegistry, threading.Event]]:
    gate = threading.Event()

    def wait(exchange: Exchange) -> None:
        gate.wait()
        exchange.send(exchange.answer())

    with faulty(url, [Rule(wait, nth(LAST_PAGE), path_ends("/studies"))]) as registry:
        try:
            yield registry, gate
        finally:
            gate.set()


def started(catalog: Path, url: str) -> Process:
    return start("crawl", "ctgov", "--all", "--delay", "0", "--catalog", catalog, env=environment({"ctgov": url}))


def mappers(crawling: Process) -> list[int]:
    """The processes that map, once there are some."""
    task = Path(f"/proc/{crawling.pid}/task")

    def found() -> list[int]:
        children = [int(child) for file in task.glob("*/children") for child in file.read_text().split()]
        return [child for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]

    pids: list[int] = waited_for(found)
    return pids


def waited_for(found: Callable[[], Any]) -> Any:
    until = time.monotonic() + LONGEST_S
    while not (result := found()):
        assert time.monotonic() < until
        time.sleep(0.02)
    return result


def are_gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_a_killed_mapper_costs_no_concept_and_both_ways_give_the_same(
    records_url: str, mapped_at_once: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    with held_at_the_last_page(records_url) as (registry, gate):
        crawling = started(tmp_path / "beside", registry.url)
        killed = mappers(crawling)
        os.kill(killed[0], signal.SIGKILL)
        waited_for(lambda: are_gone(killed[:1]))
        gate.set()
        ended = crawling.wait()
    assert ended.status == 0, ended.err
    assert "a process that maps trials has died" in ended.err, ended.err
    assert are_gone(killed)
    assert rows(tmp_path / "beside", MAPPED) == [(RECORDS, RECORDS)]
    assert rows(tmp_path / "beside", CONCEPTS) == mapped_at_once


def test_what_a_stopped_and_a_killed_crawl_left_the_next_one_maps_once(
    records_url: str, mapped_at_once: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    catalog = tmp_path / "catalog"
    with held_at_the_last_page(records_url) as (registry, gate):
        stopped = started(catalog, registry.url)
        left = mappers(stopped)
        stopped.popen.send_signal(signal.SIGTERM)
        gate.set()
        assert stopped.wait().status == 1
    waited_for(lambda: are_gone(left))
    assert rows(catalog, "SELECT count(*) FROM trials")[0][0] >= 4000
    shutil.rmtree(catalog)
    with held_at_the_last_page(records_url) as (registry, _):
        crawling = started(catalog, registry.url)
        left = mappers(crawling)
        crawling.kill()
    waited_for(lambda: are_gone(left))  # nobody is there any more who could end them
    again = crawl(catalog, records_url, "--all")
    assert again.status == 0, again.err
    assert rows(catalog, MAPPED) == [(RECORDS, RECORDS)]
    assert rows(catalog, CONCEPTS) == mapped_at_once
