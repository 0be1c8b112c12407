"""DRKS over loopback: where its ids come from, the walk upwards, and what the catalogue holds after each fault."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.arguments import ArgumentError
from crawler.samples.drks import BUNDLED, KNOWN_IDS
from crawler.samples.server import serve
from crawler.spiders.drks import MISSES_IN_A_ROW, DrksSpider
from tests.support import faults
from tests.support.ctgov_answers import study, write_lines
from tests.support.faults import Rule, Seen, always, faulty, nth, path_ends
from tests.support.running import Run, calcitrials, environment, last_report, rows, scrapy, trial_ids

BONE, CANCER = KNOWN_IDS
RECORDS = {record["id"]: record for record in map(json.loads, BUNDLED.read_text(encoding="utf-8").splitlines())}
BOTH = ("--id", BONE, "--id", CANCER)
EITHER = ("--condition", "carcinoma", "--condition", "Rare Osteological")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serve("drks") as urls:
        yield urls["drks"]


def crawl(catalog: Path, url: str, *arguments: str, **more: str) -> Run:
    env = environment({"drks": url}, **more)
    return calcitrials("crawl", "drks", "--delay", "0", "--catalog", catalog, *arguments, env=env)


def run(catalog: Path, url: str, *rules: Rule, arguments: tuple[str, ...] = BOTH) -> tuple[Run, list[Seen]]:
    with faulty(url, rules) as registry:
        return crawl(catalog, registry.url, *arguments, CALCITRIALS_TIMEOUT_S="1"), registry.requests


def asked(seen: list[Seen]) -> list[str]:
    return [request.path.rpartition("/")[2] for request in seen if "/trial/" in request.path]


bone, cancer = path_ends(BONE), path_ends(CANCER)


def pages(request: Seen) -> bool:
    return "/trial/" in request.path


def test_trials_by_id(url: str, tmp_path: Path) -> None:
    ended, seen = run(tmp_path, url, arguments=("--id", BONE.lower(), "--id", CANCER))
    assert ended.status == 0, ended.err
    assert seen[0].path == "/robots.txt"
    assert asked(seen) == [BONE, CANCER]
    assert trial_ids(tmp_path) == {BONE, CANCER}
    report = last_report(tmp_path)
    assert [report[name] for name in ("complete", "expected", "received", "new")] == [True, 2, 2, 2]


def test_an_unknown_id_is_named(url: str, tmp_path: Path) -> None:
    ended, _ = run(tmp_path, url, arguments=("--id", BONE, "--id", "DRKS00000001"))
    assert ended.status == 1
    assert "DRKS00000001: the registry does not know this id" in ended.err
    assert trial_ids(tmp_path) == {BONE}


@pytest.mark.parametrize("text", ["NCT03582800", "DRKS0003877", "DRKS000387755", "", "38775"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ArgumentError, match="eight digits"):
        DrksSpider.checked_id(text)


def test_with_nothing_known_there_is_nothing_to_ask_and_nothing_wrong(url: str, tmp_path: Path) -> None:
    ended, seen = run(tmp_path, url, arguments=())
    assert ended.status == 0
    assert seen == []
    assert "drks: nothing to ask" in ended.err


def test_ids_to_begin_with_are_an_argument_of_bare_scrapy(url: str, tmp_path: Path) -> None:
    env = environment({"drks": url}, CALCITRIALS_CATALOG=str(tmp_path))
    known = f"known_ids={BONE}|DRKS00000007"
    ended = scrapy("crawl", "drks", "-a", known, "-s", "DOWNLOAD_DELAY=0", env=env)
    assert ended.status == 0
    assert trial_ids(tmp_path) == {BONE}
    report = last_report(tmp_path)
    assert [report[name] for name in ("complete", "expected", "received")] == [True, 1, 1]


def naming(trial_id: str, *others: str) -> dict[str, Any]:
    """A study of ClinicalTrials.gov that names others."""
    made_up = study(trial_id)
    made_up["protocolSection"]["identificationModule"]["secondaryIdInfos"] = [
        {"id": other, "type": "REGISTRY", "domain": "DRKS"} for other in others
    ]
    return made_up


def test_what_other_registries_name_is_asked_for(url: str, tmp_path: Path) -> None:
    records = write_lines(tmp_path / "studies.jsonl", [naming("NCT90000001", CANCER, "DRKS00000009", "DRKS 1")])
    catalog = tmp_path / "catalog"
    with serve("ctgov", records={"ctgov": records}) as urls:
        found = calcitrials("crawl", "ctgov", "--all", "--delay", "0", "--catalog", catalog, env=environment(urls))
    assert found.status == 0, found.err
    ended, seen = run(catalog, url, arguments=())
    assert ended.status == 0, ended.err
    assert sorted(asked(seen)) == ["DRKS00000009", CANCER]
    assert trial_ids(catalog) == {"NCT90000001", CANCER}


def test_what_the_other_registries_of_the_run_name_is_asked_for_after_them(url: str, tmp_path: Path) -> None:
    records = write_lines(tmp_path / "studies.jsonl", [naming("NCT90000001", CANCER)])
    catalog = tmp_path / "catalog"
    with serve("ctgov", records={"ctgov": records}) as urls:
        env = environment({**urls, "drks": url})
        ended = calcitrials("crawl", "drks", "ctgov", "--all", "--delay", "0", "--catalog", catalog, env=env)
    assert trial_ids(catalog) == {"NCT90000001", CANCER}
    assert len(rows(catalog, "SELECT DISTINCT study_id FROM trials")) == 1
    assert ended.status == 0, ended.err


def test_when_none_of_many_named_trials_has_a_page_the_pages_may_be_new(url: str, tmp_path: Path) -> None:
    named = "|".join((BONE, CANCER, "DRKS00000007"))
    renamed = Rule(faults.rewritten(lambda body: body.replace(b"DRKS-ID", b"Number at DRKS")), always, pages)
    with faulty(url, [renamed]) as registry:
        env = environment({"drks": registry.url}, CALCITRIALS_CATALOG=str(tmp_path))
        ended = scrapy("crawl", "drks", "-a", f"known_ids={named}", "-s", "DOWNLOAD_DELAY=0", env=env)
    assert ended.status == 0
    report = last_report(tmp_path)
    assert not report["complete"]
    assert "the registry's pages may be new" in report["problems"][0]


def test_known_trials_are_visited_again_where_they_speak_of_a_condition(url: str, tmp_path: Path) -> None:
    assert crawl(tmp_path, url, *BOTH).status == 0
    ended, seen = run(tmp_path, url, arguments=("--condition", "carcinoma", "--since", "last"))
    assert ended.status == 0, ended.err
    assert asked(seen) == [CANCER]
    report = last_report(tmp_path)
    assert [report[name] for name in ("complete", "received", "unchanged")] == [True, 1, 1]


def test_everything_is_what_is_known_and_the_ids_after_it(url: str, tmp_path: Path) -> None:
    later = [f"DRKS{int(BONE[4:]) + step:08d}" for step in (2, 2 + MISSES_IN_A_ROW)]
    too_late = f"DRKS{int(later[-1][4:]) + MISSES_IN_A_ROW + 1:08d}"
    path = tmp_path / "trials.jsonl"
    path.write_text("".join(f"{json.dumps(of(trial_id))}\n" for trial_id in (BONE, *later, too_late)))
    catalog = tmp_path / "catalog"
    with serve("drks", records={"drks": path}) as urls:
        assert crawl(catalog, urls["drks"], "--id", BONE).status == 0
        ended, seen = run(catalog, urls["drks"], arguments=("--all",))
    assert ended.status == 0, ended.err
    assert trial_ids(catalog) == {BONE, *later}
    assert len(asked(seen)) == 1 + 2 + MISSES_IN_A_ROW + MISSES_IN_A_ROW
    assert asked(seen)[-1] == f"DRKS{int(too_late[4:]) - 1:08d}"


def of(trial_id: str) -> dict[str, Any]:
    """The bundled trial under another id."""
    changed: dict[str, Any] = json.loads(json.dumps(RECORDS[BONE]).replace(BONE, trial_id))
    return changed


def test_a_walk_that_cannot_reach_the_registry_ends(tmp_path: Path, url: str) -> None:
    ended, seen = run(tmp_path, url, Rule(faults.refused(500, "broken"), always, pages), arguments=("--all",))
    assert ended.status == 1
    assert "answers 500 (broken)" in ended.err
    assert len(set(asked(seen))) == MISSES_IN_A_ROW
    assert not (tmp_path / "current.duckdb").exists()


GENERAL = b"<html><body><h1>German Clinical Trials Register (DRKS)</h1><p>Search</p></body></html>"
general = faults.instead(GENERAL, "text/html")


def test_a_trial_that_the_registry_no_longer_has_is_marked(url: str, tmp_path: Path) -> None:
    assert crawl(tmp_path, url, *BOTH).status == 0
    ended, seen = run(tmp_path, url, Rule(general, always, bone), arguments=EITHER)
    assert ended.status == 0, ended.err
    assert asked(seen) == [CANCER, BONE, BONE]
    assert rows(tmp_path, "SELECT trial_id FROM trials WHERE missing_since IS NOT NULL") == [(BONE,)]


def test_a_page_that_is_missing_once_is_there(url: str, tmp_path: Path) -> None:
    assert crawl(tmp_path, url, *BOTH).status == 0
    ended, _ = run(tmp_path, url, Rule(general, nth(1), bone), arguments=EITHER)
    assert ended.status == 0, ended.err
    assert last_report(tmp_path)["received"] == 2
    assert rows(tmp_path, "SELECT trial_id FROM trials WHERE missing_since IS NOT NULL") == []


@pytest.mark.parametrize("fault", [general, faults.rewritten(lambda body: body.replace(b"DRKS-ID", b"Number at DRKS"))])
def test_when_no_page_shows_a_trial_none_is_taken_for_gone(url: str, tmp_path: Path, fault: faults.Fault) -> None:
    assert crawl(tmp_path, url, *BOTH).status == 0
    ended, _ = run(tmp_path, url, Rule(fault, always, pages), arguments=EITHER)
    assert ended.status == 1
    assert "the registry's pages may be new" in ended.err
    assert trial_ids(tmp_path) == {BONE, CANCER}
    assert rows(tmp_path, "SELECT trial_id FROM trials WHERE missing_since IS NOT NULL") == []


PASSING = {
    "connection reset": [Rule(faults.reset, nth(1, 2), bone)],
    "time out": [Rule(faults.silent, nth(1), bone)],
    "429": [Rule(faults.refused(429, retry_after="1"), nth(1), cancer)],
    "503": [Rule(faults.refused(503), nth(1, 2), pages)],
    "another page": [Rule(faults.web_page, nth(1, 2), bone)],
    "cut page": [Rule(faults.cut(), nth(1), bone)],
    "body broken off": [Rule(faults.broken_off(), nth(1), cancer)],
    "page of another trial": [
        Rule(faults.rewritten(lambda body: body.replace(BONE.encode(), CANCER.encode())), nth(1), bone)
    ],
    "no robots.txt": [Rule(faults.refused(404, "no"), always, path_ends("/robots.txt"))],
}


@pytest.mark.parametrize("rules", PASSING.values(), ids=PASSING)
def test_a_passing_fault_leaves_no_gap(url: str, tmp_path: Path, rules: list[Rule]) -> None:
    ended, _ = run(tmp_path, url, *rules)
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == {BONE, CANCER}
    report = last_report(tmp_path)
    assert [report[name] for name in ("complete", "problems", "received", "rejected")] == [True, [], 2, 0]


LASTING = {
    "reset for ever": (faults.reset, BONE),
    "silence for ever": (faults.silent, "no answer in time"),
    "503 for ever": (faults.refused(503, "overloaded"), "answers 503 (overloaded)"),
    "another page for ever": (faults.web_page, "the answer is no page of the registry, also when repeated"),
    "cut for ever": (faults.cut(), "the page breaks off before its end, also when repeated"),
    "broken off for ever": (faults.broken_off(), "broke off before its announced end"),
    "page of another trial": (
        faults.rewritten(lambda body: body.replace(BONE.encode(), b"DRKS00012345")),
        "the answer is the page of DRKS00012345",
    ),
}


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_fault_costs_its_own_page_and_is_named(url: str, tmp_path: Path, name: str) -> None:
    fault, named = LASTING[name]
    ended, _ = run(tmp_path, url, Rule(fault, always, bone))
    assert ended.status == 1
    assert named in ended.err
    assert "Traceback" not in ended.err
    assert trial_ids(tmp_path) == {CANCER}
    report = last_report(tmp_path)
    assert [report[name] for name in ("complete", "expected", "received")] == [False, 2, 1]


def test_labels_that_nobody_knows_lose_their_values_and_nothing_else(url: str, tmp_path: Path) -> None:
    renamed = faults.rewritten(lambda body: body.replace(b"<dt>Phase</dt>", b"<dt>Stage of development</dt>"))
    ended, _ = run(tmp_path, url, Rule(renamed, always, cancer))
    assert ended.status == 0, ended.err
    found = rows(tmp_path, "SELECT registry_phase, enrollment FROM trials WHERE trial_id = ?", CANCER)
    assert found == [(None, 57)]


def test_an_unreadable_page_is_kept_with_its_reason(url: str, tmp_path: Path) -> None:
    def spoil(body: bytes) -> bytes:
        shown = b"<dt>DRKS-ID</dt><dd>%b</dd>" % BONE.encode()
        return body.replace(shown, b"<script>DRKS-ID %b</script>" % BONE.encode())

    ended, _ = run(tmp_path, url, Rule(faults.rewritten(spoil), always, bone))
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == {CANCER}
    assert rows(tmp_path, "SELECT trial_id FROM rejects") == [(BONE,)]


def test_a_registry_that_forbids_is_left_alone_and_the_others_go_on(url: str, tmp_path: Path) -> None:
    forbids = Rule(faults.refused(403, "blocked"), always, pages)
    with serve("isrctn") as urls, faulty(url, [forbids]) as registry:
        env = environment({"drks": registry.url, **urls})
        assert crawl(tmp_path, url, *BOTH).status == 0
        names = ("isrctn", "drks", "--condition", "calciphylaxis", *EITHER)
        ended = calcitrials("crawl", *names, "--delay", "0", "--catalog", tmp_path, env=env)
    assert ended.status == 1
    assert "drks: incomplete: " in ended.err
    assert "answers 403 (blocked)" in ended.err
    assert "isrctn: incomplete" not in ended.err
    assert len(asked(registry.requests)) == 1
    assert trial_ids(tmp_path) == {BONE, CANCER, "ISRCTN34171966", "ISRCTN73380053"}


def test_pages_that_robots_txt_disallows_are_not_asked_for(url: str, tmp_path: Path) -> None:
    closed = faults.instead(b"User-agent: *\nDisallow: /search/\n", "text/plain")
    ended, seen = run(tmp_path, url, Rule(closed, always, path_ends("/robots.txt")))
    assert ended.status == 1
    assert ended.err.count("not asked for: Forbidden by robots.txt") == 2
    assert asked(seen) == []


def test_a_crawl_delay_is_kept_whatever_the_user_says(url: str, tmp_path: Path) -> None:
    slow = faults.instead(b"User-agent: *\nCrawl-delay: 1.5\n", "text/plain")
    _, seen = run(tmp_path, url, Rule(slow, always, path_ends("/robots.txt")))
    first, second = (request.at for request in seen if pages(request))
    assert second - first > 1.4
