"""What stays of former states: versions of changed trials, and payloads that can be read again without the network."""

import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from db.catalogue import Catalogue
from tests.support import faults
from tests.support.ctgov_answers import ANCHOR, BUNDLED_IDS
from tests.support.faults import Rule, always, faulty, path_ends
from tests.support.running import Run, calcitrials, crawl, last_report, rows, trial_ids
from tests.support.tables import tables

WHEN_AND_BY_WHOM = ("first_seen_at", "changed_at", "crawl_id", "valid_from", "valid_to", "replaced_by_crawl_id")


def amended(page: dict[str, Any]) -> None:
    """The registry amends one record: it has ended, and has another condition."""
    for record in page["studies"]:
        protocol = record["protocolSection"]
        if protocol["identificationModule"]["nctId"] == ANCHOR:
            protocol["statusModule"]["overallStatus"] = "COMPLETED"
            protocol["conditionsModule"]["conditions"].append("Calcinosis Cutis")


class History(NamedTuple):
    catalog: Path
    second: Run


@pytest.fixture(scope="module")
def history(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> History:
    catalog = tmp_path_factory.mktemp("history") / "catalog"
    crawl(catalog, sample_url, "--all")
    with faulty(sample_url, [Rule(faults.rewritten_json(amended), always, path_ends("/studies"))]) as registry:
        second = crawl(catalog, registry.url, "--all")
    return History(catalog, second)


@pytest.fixture
def copy(history: History, tmp_path: Path) -> Path:
    """The crawled catalogue for a test that changes it."""
    return Path(shutil.copytree(history.catalog, tmp_path / "copy", symlinks=True))


def test_a_changed_trial_keeps_its_former_state(history: History) -> None:
    assert history.second.status == 0
    report = last_report(history.catalog)
    assert [report[name] for name in ("new", "changed", "unchanged")] == [0, 1, 68]
    sql = "SELECT status, registry_status, crawl_id, first_seen_at < changed_at FROM trials WHERE trial_id = ?"
    assert rows(history.catalog, sql, ANCHOR) == [("completed", "COMPLETED", report["crawl_id"], True)]
    ((trial_id, fields, state, former, by, ordered),) = rows(
        history.catalog,
        "SELECT trial_id, changed_fields, state, crawl_id, replaced_by_crawl_id, valid_from < valid_to "
        "FROM trial_versions",
    )
    assert (trial_id, set(fields)) == (ANCHOR, {"status", "registry_status", "conditions"})
    assert (former < by == report["crawl_id"], ordered) == (True, True)
    before = json.loads(state)
    assert before["status"] == "recruiting"
    assert [row["condition"] for row in before["conditions"]] == ["Systemic Sclerosis", "Dermatomyositis", "iPPSD2"]
    assert before["brief_title"]


def test_child_rows_are_those_of_the_present_state(history: History) -> None:
    sql = "SELECT position, condition FROM conditions WHERE trial_id = ? ORDER BY position"
    assert [row[1] for row in rows(history.catalog, sql, ANCHOR)][-1] == "Calcinosis Cutis"
    doubled = "SELECT trial_id, position, count(*) FROM conditions GROUP BY ALL HAVING count(*) > 1"
    assert rows(history.catalog, doubled) == []


def test_reading_again_changes_nothing_when_nothing_has_improved(copy: Path) -> None:
    before = tables(copy)
    run = calcitrials("reread", "--catalog", copy)
    assert run.status == 0, run.err
    assert tables(copy) == before
    report = last_report(copy)
    assert (report["scope"], report["received"], report["unchanged"]) == ("reread", 69, 69)


def test_reading_again_mends_what_an_older_reader_left(copy: Path) -> None:
    """Rows as a reader of yesterday would have left them: a field misread, a trial rejected, another not there."""
    before = tables(copy, without=WHEN_AND_BY_WHOM)
    rejected, absent = "NCT00001156", "NCT00001594"
    with Catalogue(copy).writing("a test") as writer:
        writer.execute("UPDATE trials SET brief_title = 'x', content_hash = 'x' WHERE trial_id = ?", [ANCHOR])
        for table in ("trials", "conditions", "locations", "sponsors", "eligibility"):
            writer.execute(f"DELETE FROM {table} WHERE trial_id IN (?, ?)", [rejected, absent])
        writer.execute(
            "INSERT INTO rejects SELECT crawl_id, 'ctgov', ?, 'could not be read', 'x'::BLOB, 'x', source_url, "
            "fetched_at FROM trials LIMIT 1",
            [rejected],
        )
    run = calcitrials("reread", "ctgov", "--catalog", copy)
    assert run.status == 0, run.err
    after = tables(copy, without=WHEN_AND_BY_WHOM)
    for table in before:  # trial_versions too: the registry said the same all the time
        assert after[table] == before[table], table


def test_the_payloads_alone_bring_the_catalogue_back(history: History, tmp_path: Path) -> None:
    shutil.copytree(history.catalog / "payloads", tmp_path / "payloads")
    run = calcitrials("reread", "--catalog", tmp_path)
    assert run.status == 0, run.err
    restored = tables(tmp_path, without=WHEN_AND_BY_WHOM)
    assert restored == tables(history.catalog, without=WHEN_AND_BY_WHOM)
    report = last_report(tmp_path)
    assert [report[name] for name in ("received", "new", "unchanged", "rejected")] == [69, 69, 0, 0]


def test_a_lost_working_file_is_made_from_the_published_catalogue(copy: Path, sample_url: str) -> None:
    before = tables(copy)
    (copy / "writer.duckdb").write_bytes(b"this is no database" * 1000)
    run = crawl(copy, sample_url, "--id", "NCT00001156")
    assert run.status == 0, run.err
    assert "the working file is damaged" in run.err
    assert tables(copy) == before
    assert trial_ids(copy) == set(BUNDLED_IDS)
