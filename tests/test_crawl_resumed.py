"""A crawl that was killed or stopped goes on where it was, and one that has nothing new to ask asks nothing."""

import signal
import threading
import time
from pathlib import Path

import pytest

from crawler.samples import drks
from crawler.samples.server import serve
from db.archive import ArchiveIndex, archives
from tests.ctgov_answers import BUNDLED_IDS
from tests.faults import Rule, Seen, faulty, held, nth, path_ends
from tests.running import calcitrials, crawl, environment, rows, start, trial_ids


def in_small_pages(target: str) -> str:
    return target.replace("pageSize=1000", "pageSize=10")


def test_a_restarted_crawl_asks_only_for_what_the_killed_one_had_not_received(sample_url: str, tmp_path: Path) -> None:
    catalog, gate = tmp_path / "catalog", threading.Event()
    fourth_page = Rule(held(gate), nth(4), path_ends("/studies"))
    with faulty(sample_url, [fourth_page], asked_as=in_small_pages) as registry:
        arguments = ("crawl", "ctgov", "--all", "--delay", "0", "--catalog", catalog)
        running = start(*arguments, env=environment({"ctgov": registry.url}))
        registry.wait_for(4, path_ends("/studies"))
        running.kill()
        gate.set()
        before = registry.asked("/studies")
        again = crawl(catalog, registry.url, "--all")
        after = registry.asked("/studies")[len(before) :]
    assert again.status == 0
    assert trial_ids(catalog) == set(BUNDLED_IDS)
    assert len(before) == 4
    assert after[0].query["pageToken"] in (before[2].query["pageToken"], before[3].query["pageToken"])
    assert len(after) < len(BUNDLED_IDS) / 10
    assert rows(catalog, "SELECT complete FROM crawls ORDER BY started_at") == [(False,), (True,)]
    assert len(list((catalog / "payloads" / "ctgov").iterdir())) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_crawl_that_was_stopped_publishes_and_goes_on_later(
    sample_url: str, tmp_path: Path, number: signal.Signals
) -> None:
    catalog, gate = tmp_path / "catalog", threading.Event()
    with faulty(sample_url, [Rule(held(gate), nth(4), path_ends("/studies"))], asked_as=in_small_pages) as registry:
        running = start(
            "crawl", "ctgov", "--all", "--delay", "0", "--catalog", catalog, env=environment({"ctgov": registry.url})
        )
        registry.wait_for(4, path_ends("/studies"))
        running.popen.send_signal(number)
        gate.set()
        stopped = running.wait()
        received = len(trial_ids(catalog))
        before = len(registry.asked("/studies"))
        again = crawl(catalog, registry.url, "--all")
        after = registry.asked("/studies")[before:]
    assert stopped.status == 1
    assert "ctgov: incomplete: the crawl was stopped before its end" in stopped.err
    assert 30 <= received <= 40
    assert again.status == 0
    assert trial_ids(catalog) == set(BUNDLED_IDS)
    assert len(after) == len(in_tens(BUNDLED_IDS)) - received // 10
    assert rows(catalog, "SELECT complete, finished_at IS NULL FROM crawls ORDER BY started_at") == [
        (False, False),
        (True, False),
    ]


def in_tens(ids: list[str]) -> list[list[str]]:
    return [ids[start : start + 10] for start in range(0, len(ids), 10)]


ONE_BY_ONE = {
    "isrctn": ("/format/default", ["ISRCTN15375673", "ISRCTN34171966", "ISRCTN73380053"]),
    "ctis": ("/retrieve/", ["CTIS2023-505976-31-00", "CTIS2022-501351-82-00", "CTIS2024-510663-34-00"]),
    "euctr": ("/download/full", ["EUCTR2005-003956-37", "EUCTR2018-001719-65", "EUCTR2018-002751-15"]),
    "drks": ("/trial/", list(drks.KNOWN_IDS)),
}


@pytest.mark.parametrize("registry", ONE_BY_ONE)
def test_every_registry_goes_on_with_what_the_killed_crawl_had_not_received(tmp_path: Path, registry: str) -> None:
    part, ids = ONE_BY_ONE[registry]
    wanted = [word for one in ids for word in ("--id", one)]
    arguments = ("crawl", registry, "--delay", "0", *wanted, "--catalog", str(tmp_path))

    def records(request: Seen) -> bool:
        return part in request.path

    gate = threading.Event()
    with serve(registry) as urls, faulty(urls[registry], [Rule(held(gate), nth(len(ids)), records)]) as proxy:
        env = environment({registry: proxy.url})
        running = start(*arguments, env=env)
        proxy.wait_for(len(ids), records)
        while stored(tmp_path, registry) < len(ids) - 1:
            time.sleep(0.02)
        running.kill()
        gate.set()
        again = calcitrials(*arguments, env=env)
        asked = [request.target for request in proxy.requests if records(request)]
    assert again.status == 0, again.err
    assert trial_ids(tmp_path) == set(ids)
    assert len(asked) == len(ids) + 1
    assert asked[-1] == asked[-2]


def stored(catalog: Path, registry: str) -> int:
    """Payloads in the archive of the one crawl that there was."""
    return sum(len(ArchiveIndex(path, registry)) for path in archives(catalog / "payloads", registry))


def test_nothing_is_fetched_while_the_registrys_data_are_the_same(sample_url: str, tmp_path: Path) -> None:
    catalog = tmp_path / "catalog"
    crawl(catalog, sample_url)
    with faulty(sample_url) as registry:
        again = crawl(catalog, registry.url, "--since", "last")
    assert again.status == 0
    assert [request.path.rsplit("/", 1)[-1] for request in registry.requests] == ["version"]
