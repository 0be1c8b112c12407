"""A crawl that was killed goes on where it stopped, and one that has nothing new to ask asks nothing."""

import threading
from pathlib import Path

from tests.ctgov_answers import BUNDLED_IDS
from tests.faults import Rule, faulty, held, nth, path_ends
from tests.running import crawl, environment, rows, start, trial_ids


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


def test_nothing_is_fetched_while_the_registrys_data_are_the_same(sample_url: str, tmp_path: Path) -> None:
    catalog = tmp_path / "catalog"
    crawl(catalog, sample_url)
    with faulty(sample_url) as registry:
        again = crawl(catalog, registry.url, "--since", "last")
    assert again.status == 0
    assert [request.path.rsplit("/", 1)[-1] for request in registry.requests] == ["version"]
