"""A crawl that was killed or stopped, or whose requests got no answer, goes on where it was; one that has nothing new
to ask asks nothing."""

import datetime as dt
import signal
import threading
import time
from pathlib import Path

import duckdb
import msgspec
import pytest

from crawler.samples import drks
from crawler.samples.server import serve
from db.archive import ArchiveIndex, ArchiveWriter, archives, read_archive
from db.payload import Payload
from tests.support.ctgov_answers import BUNDLED_IDS
from tests.support.faults import FaultyRegistry, Rule, Seen, faulty, held, nth, path_ends, refused, rewritten_json
from tests.support.running import calcitrials, crawl, environment, last_report, rows, start, trial_ids


def in_small_pages(target: str) -> str:
    return target.replace("pageSize=1000", "pageSize=10")


def test_a_restarted_crawl_asks_only_for_what_the_killed_one_had_not_received(sample_url: str, tmp_path: Path) -> None:
    catalog, gate = tmp_path / "catalog", threading.Event()
    fourth_page = Rule(held(gate), nth(4), path_ends("/studies"))
    with faulty(sample_url, [fourth_page], asked_as=in_small_pages) as registry:
        arguments = ("crawl", "ctgov", "--all", "--delay", "0", "--catalog", catalog)
        running = start(*arguments, env=environment({"ctgov": registry.url}))
        registry.wait_for(4, path_ends("/studies"))
        while stored(catalog, "ctgov") < 3:
            time.sleep(0.02)
        running.kill()
        gate.set()
        before = registry.asked("/studies")
        again = crawl(catalog, registry.url, "--all")
        after = registry.asked("/studies")[len(before) :]
    assert again.status == 0
    assert trial_ids(catalog) == set(BUNDLED_IDS)
    assert len(before) == 4
    assert after[0].query["pageToken"] == before[3].query["pageToken"]
    assert len(after) == len(in_tens(BUNDLED_IDS)) - 3
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


@pytest.mark.parametrize("registry", ONE_BY_ONE)
def test_after_requests_without_an_answer_the_next_crawl_asks_for_these_alone(tmp_path: Path, registry: str) -> None:
    part, ids = ONE_BY_ONE[registry]
    wanted = [word for one in ids for word in ("--id", one)]
    arguments = ("crawl", registry, "--delay", "0", *wanted, "--catalog", str(tmp_path))

    def records(request: Seen) -> bool:
        return part in request.path

    seen: dict[str, int] = {}

    def second(request: Seen) -> bool:
        """The record that is asked for second, each time."""
        return records(request) and seen.setdefault(request.target, len(seen)) == 1

    faulters = [Rule(refused(503), lambda number: number <= 6, second)]
    with serve(registry) as urls, faulty(urls[registry], faulters) as proxy:
        env = environment({registry: proxy.url})
        first = calcitrials(*arguments, env=env)
        before = len([request for request in proxy.requests if records(request)])
        again = calcitrials(*arguments, env=env)
        asked = [request.target for request in proxy.requests if records(request)][before:]
    assert first.status == 1
    assert "answers 503" in first.err
    assert again.status == 0, again.err
    assert trial_ids(tmp_path) == set(ids)
    assert asked == [target for target, place in seen.items() if place == 1]
    assert rows(tmp_path, "SELECT complete, resumable FROM crawls ORDER BY started_at") == [
        (False, False),
        (True, False),
    ]


TOO_MANY = Rule(rewritten_json(lambda page: page.update(totalCount=1000)), nth(1), path_ends("/studies"))
NO_FOURTH_PAGE = Rule(refused(503), lambda number: number >= 4, path_ends("/studies"))


class Registry:
    """The sample in pages of ten, at one address, whose faults can be mended."""

    def __init__(self, url: str, *rules: Rule) -> None:
        self.is_mended = False
        self.running = faulty(url, [self._until_mended(rule) for rule in rules], asked_as=in_small_pages)

    def _until_mended(self, rule: Rule) -> Rule:
        return Rule(rule.fault, rule.times, lambda request: not self.is_mended and rule.where(request))


def pages_asked_for(catalog: Path, registry: FaultyRegistry) -> int:
    """How many pages the next crawl, which is complete, asks for."""
    before = len(registry.asked("/studies"))
    again = crawl(catalog, registry.url, "--all")
    assert again.status == 0, again.err
    assert trial_ids(catalog) == set(BUNDLED_IDS)
    return len(registry.asked("/studies")) - before


def without_the_fourth_page(catalog: Path, sample: Registry, registry: FaultyRegistry) -> None:
    """A crawl that does not get its fourth page; then the registry is mended."""
    assert crawl(catalog, registry.url, "--all").status == 1
    assert trial_ids(catalog) == set(BUNDLED_IDS[:30])
    sample.is_mended = True


def test_pages_from_the_one_on_that_did_not_come_are_asked_for_alone(sample_url: str, tmp_path: Path) -> None:
    sample = Registry(sample_url, NO_FOURTH_PAGE)
    with sample.running as registry:
        without_the_fourth_page(tmp_path, sample, registry)
        assert pages_asked_for(tmp_path, registry) == 4
        # what is complete is not taken over
        assert pages_asked_for(tmp_path, registry) == 7
    assert rows(tmp_path, "SELECT complete, received FROM crawls ORDER BY started_at") == [
        (False, 30),
        (True, 69),
        (True, 69),
    ]


def test_another_question_takes_nothing_over(sample_url: str, tmp_path: Path) -> None:
    sample = Registry(sample_url, NO_FOURTH_PAGE)
    with sample.running as registry:
        without_the_fourth_page(tmp_path, sample, registry)
        assert crawl(tmp_path, registry.url, "--all", "--since", "2001-01-01").status == 0
        asked = [request for request in registry.requests if "filter.advanced" in request.query]
        assert len(asked) == -(-last_report(tmp_path)["received"] // 10)
        assert pages_asked_for(tmp_path, registry) == 4


def test_a_crawl_of_more_than_a_day_ago_is_not_taken_over(sample_url: str, tmp_path: Path) -> None:
    sample = Registry(sample_url, NO_FOURTH_PAGE)
    with sample.running as registry:
        without_the_fourth_page(tmp_path, sample, registry)
        with duckdb.connect(tmp_path / "writer.duckdb") as writer:
            writer.execute("UPDATE crawls SET started_at = started_at - INTERVAL 25 HOUR")
        assert pages_asked_for(tmp_path, registry) == 7


def test_what_was_taken_over_grows_old_as_well(sample_url: str, tmp_path: Path) -> None:
    sample = Registry(sample_url, NO_FOURTH_PAGE)
    with sample.running as registry:
        without_the_fourth_page(tmp_path, sample, registry)
        (archive,) = archives(tmp_path / "payloads", "ctgov")
        payloads = [one for one in read_archive(archive, "ctgov") if isinstance(one, Payload)]
        archive.unlink()
        writer = ArchiveWriter(tmp_path / "payloads", "ctgov", archive.name.partition(".")[0])
        for payload in payloads:
            writer.append(msgspec.structs.replace(payload, fetched_at=payload.fetched_at - dt.timedelta(hours=25)))
        writer.close()
        assert pages_asked_for(tmp_path, registry) == 7


def test_what_the_registry_told_wrongly_is_asked_for_again(sample_url: str, tmp_path: Path) -> None:
    sample = Registry(sample_url, TOO_MANY)
    with sample.running as registry:
        assert crawl(tmp_path, registry.url, "--all").status == 1
        assert pages_asked_for(tmp_path, registry) == 7


def test_a_wrong_answer_is_taken_over_once_at_most(sample_url: str, tmp_path: Path) -> None:
    sample = Registry(sample_url, TOO_MANY, NO_FOURTH_PAGE)
    with sample.running as registry:
        without_the_fourth_page(tmp_path, sample, registry)
        ended = crawl(tmp_path, registry.url, "--all")
        assert ended.status == 1
        assert "931 of 1000 announced records were not received" in ended.err
        assert pages_asked_for(tmp_path, registry) == 7


def test_data_that_moved_under_a_killed_crawl_are_asked_for_again(sample_url: str, tmp_path: Path) -> None:
    before = rewritten_json(lambda version: version.update(dataTimestamp="2020-01-01T09:00:00"))
    gate = threading.Event()
    rules = [Rule(before, nth(1), path_ends("/version")), Rule(held(gate), nth(9), path_ends("/studies"))]
    with faulty(sample_url, rules, asked_as=in_small_pages) as registry:
        arguments = ("crawl", "ctgov", "--all", "--delay", "0", "--catalog", tmp_path)
        running = start(*arguments, env=environment({"ctgov": registry.url}))
        registry.wait_for(9, path_ends("/studies"))
        while stored(tmp_path, "ctgov") < 8:
            time.sleep(0.02)
        running.kill()
        gate.set()
        assert pages_asked_for(tmp_path, registry) == 7


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
