"""A crawl of the sample registry through the command line, and the same crawl again."""

import datetime as dt
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from crawler.samples.ctgov_records import BUNDLED
from db.trial import sha256
from tests.support.ctgov_answers import ANCHOR, BUNDLED_IDS, BUNDLED_STUDIES
from tests.support.faults import Seen, faulty
from tests.support.running import Run, crawl, last_report, rows
from tests.support.tables import Tables, tables


class Twice(NamedTuple):
    catalog: Path
    url: str
    first: Run
    second: Run
    seen: list[Seen]
    reports: list[dict[str, Any]]
    states: list[Tables]


@pytest.fixture(scope="module")
def twice(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Twice:
    catalog = tmp_path_factory.mktemp("sample") / "catalog"
    with faulty(sample_url) as registry:
        first = crawl(catalog, registry.url, "--all", CALCITRIALS_CONTACT="ops@hospital.example")
        reports, states, seen = [last_report(catalog)], [tables(catalog)], list(registry.requests)
        second = crawl(catalog, registry.url, "--all")
    return Twice(
        catalog, registry.url, first, second, seen, [*reports, last_report(catalog)], [*states, tables(catalog)]
    )


def modules(study: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = study["protocolSection"].get(name, {})
    return found


def by_id(twice: Twice, *columns: str) -> dict[str, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in rows(twice.catalog, f"SELECT trial_id, {', '.join(columns)} FROM trials")}


def test_everything_arrives_and_the_report_says_so(twice: Twice) -> None:
    assert (twice.first.status, twice.first.out) == (0, "")
    assert set(by_id(twice, "url")) == set(BUNDLED_IDS)
    report = twice.reports[0]
    counts = {name: report[name] for name in ("expected", "received", "new", "changed", "unchanged", "rejected")}
    assert counts == {"expected": 69, "received": 69, "new": 69, "changed": 0, "unchanged": 0, "rejected": 0}
    assert (report["complete"], report["problems"], report["retried"]) == (True, [], 0)
    assert report["requests"] >= len(twice.seen)
    assert report["bytes"] > BUNDLED.stat().st_size
    assert report["data_version"] == "2026-11-22T09:00:00"
    assert report["duration_s"] > 0


def test_the_summary_is_on_stderr_without_noise(twice: Twice) -> None:
    for run, counts in ((twice.first, [69, 69, 69, 0, 0, 0, 0]), (twice.second, [69, 69, 0, 0, 69, 0, 0])):
        assert "Traceback" not in run.err
        assert "DEBUG" not in run.err
        (row,) = [line.split("│") for line in run.err.splitlines() if line.startswith(" ctgov ")]
        assert row[1].strip() == "yes"
        assert [int(cell) for cell in row[2:9]] == counts


def test_the_same_crawl_again_changes_no_row(twice: Twice) -> None:
    before, after = twice.states
    assert twice.second.status == 0
    assert after == before
    report = twice.reports[1]
    assert [report[name] for name in ("new", "changed", "unchanged")] == [0, 0, 69]


def test_child_tables_hold_what_the_records_list(twice: Twice) -> None:
    def listed(module: str, key: str) -> set[tuple[str, str]]:
        return {
            (modules(study, "identificationModule")["nctId"], item)
            for study in BUNDLED_STUDIES
            for item in modules(study, module).get(key, [])
        }

    assert set(rows(twice.catalog, "SELECT trial_id, condition FROM conditions")) == listed(
        "conditionsModule", "conditions"
    )
    assert set(rows(twice.catalog, "SELECT trial_id, keyword FROM keywords")) == listed("conditionsModule", "keywords")
    for table, module, key in (
        ("interventions", "armsInterventionsModule", "interventions"),
        ("locations", "contactsLocationsModule", "locations"),
    ):
        stated = sum(len(modules(study, module).get(key, [])) for study in BUNDLED_STUDIES)
        assert rows(twice.catalog, f"SELECT count(*) FROM {table}") == [(stated,)]
        assert stated
    for table in ("sponsors", "identifiers", "eligibility"):
        assert rows(twice.catalog, f"SELECT count(*) > 0 FROM {table}") == [(True,)]
    assert rows(twice.catalog, "SELECT identifier, type FROM identifiers WHERE trial_id = ?", ANCHOR)[-1] == (
        "EUCTR2018-001978-22",
        "EUDRACT_NUMBER",
    )


def test_every_table_and_column_has_a_comment(twice: Twice) -> None:
    for kind in ("table", "column"):
        silent = rows(
            twice.catalog,
            f"SELECT table_name, {kind}_name FROM duckdb_{kind}s() WHERE NOT internal AND coalesce(comment, '') = ''",
        )
        assert silent == []


def test_dates_keep_the_precision_they_are_stated_with(twice: Twice) -> None:
    found = by_id(twice, "start_date_text", "start_date_precision", "start_date")
    for study in BUNDLED_STUDIES:
        stated = modules(study, "statusModule").get("startDateStruct", {}).get("date")
        text, precision, date = found[modules(study, "identificationModule")["nctId"]]
        assert text == stated
        assert precision == (None if stated is None else {4: "year", 7: "month", 10: "day"}[len(stated)])
        assert stated is None or date.isoformat().startswith(stated)
    assert found["NCT00006526"] == ("1999-07", "month", dt.date(1999, 7, 1))


def test_ages_are_in_days_beside_the_words_and_absent_where_there_is_no_limit(twice: Twice) -> None:
    found = by_id(twice, "min_age", "min_age_days", "max_age", "max_age_days", "max_age_until_days")
    assert found["NCT00209235"] == ("2 Months", 2 * 30.4375, "89 Years", 89 * 365.25, 90 * 365.25)
    assert found[ANCHOR] == ("2 Years", 730.5, None, None, None)
    assert found["NCT00001156"] == (None,) * 5


def test_phases_are_a_set_beside_the_words(twice: Twice) -> None:
    found = by_id(twice, "phase", "registry_phase")
    assert found["NCT00035958"] == (["phase2", "phase3"], "PHASE2|PHASE3")
    assert found["NCT00209235"] == ([], "NA")
    assert found["NCT00001156"] == ([], None)


def test_status_and_other_words_stand_beside_the_registrys_own(twice: Twice) -> None:
    found = by_id(twice, "status", "registry_status", "study_type", "sex", "registry", "sponsor", "url")
    assert found[ANCHOR] == (
        "recruiting",
        "RECRUITING",
        "interventional",
        "all",
        "ctgov",
        "University Hospital, Limoges",
        f"https://clinicaltrials.gov/study/{ANCHOR}",
    )


def test_every_row_says_where_it_came_from(twice: Twice) -> None:
    digests = {sha256(line) for line in BUNDLED.read_bytes().splitlines()}
    found = by_id(twice, "payload_sha256", "source_url", "fetched_at", "crawl_id")
    assert {row[0] for row in found.values()} == digests
    assert all(row[1].startswith(f"{twice.url}/studies?") for row in found.values())
    report = twice.reports[0]
    assert all(report["started_at"] <= row[2] <= report["finished_at"] for row in found.values())
    assert {row[3] for row in found.values()} == {report["crawl_id"]}


def test_what_the_registry_said_is_kept(twice: Twice) -> None:
    for report in twice.reports:
        assert (twice.catalog / "payloads" / "ctgov" / f"{report['crawl_id']}.ndjson.zst").stat().st_size > 0


def test_the_crawler_says_who_it_is_and_asks_for_what_it_needs_alone(twice: Twice) -> None:
    agents = {request.headers["User-Agent"] for request in twice.seen}
    assert len(agents) == 1
    assert agents.pop().startswith("calcitrials/")
    assert all("ops@hospital.example" in request.headers["User-Agent"] for request in twice.seen)
    # robots.txt is left alone knowingly: the spider's own file says why
    assert {request.path for request in twice.seen} == {"/api/v2/version", "/api/v2/studies"}
    assert {"pageSize": "1000", "countTotal": "true"}.items() <= twice.seen[1].query.items()
