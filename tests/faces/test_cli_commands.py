"""The commands as a user types them, over one crawled catalogue: help, show, sql, status, match."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from calcitrials.errors import CommandError
from calcitrials.sql import ask
from crawler.samples.server import serve
from db.catalogue import Catalogue
from tests.support.ctgov_answers import ANCHOR, study, write_lines
from tests.support.running import calcitrials, crawl, trial_ids

COMMANDS = {"crawl", "demo", "match", "reread", "show", "sql", "status"}


@pytest.fixture(scope="module")
def crawled(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole sample, and two made-up records: one with an alias, both with the same number of a sponsor."""
    folder = tmp_path_factory.mktemp("commands")
    number: dict[str, Any] = {"orgStudyIdInfo": {"id": "SHARED-1"}}
    records = [study("NCT00000002", nctIdAliases=["NCT00000001"], **number), study("NCT00000003", **number)]
    catalog = folder / "catalog"
    assert crawl(catalog, sample_url, "--all").status == 0
    with serve("ctgov", records={"ctgov": write_lines(folder / "two.jsonl", records)}) as urls:
        assert crawl(catalog, urls["ctgov"], "--id", "NCT00000001", "--id", "NCT00000003").status == 0
    return catalog


def test_help_names_every_command_and_every_command_has_help(tmp_path: Path) -> None:
    run = calcitrials("--help", cwd=tmp_path)
    assert (run.status, run.err) == (0, "")
    listed = set(re.findall(r"^│ ([a-z]+) ", run.out, re.MULTILINE))
    assert listed >= COMMANDS
    for command in sorted(listed):
        run = calcitrials(command, "--help", cwd=tmp_path)
        assert (run.status, run.err) == (0, "")
        assert f"Usage: calcitrials {command}" in run.out
    assert list(tmp_path.iterdir()) == []


def test_show_by_any_number_of_the_trial(crawled: Path) -> None:
    for number in (ANCHOR.lower(), "2018-001978-22", "I17004"):
        run = calcitrials("show", number, "--catalog", crawled)
        assert (run.status, run.err) == (0, "")
        assert run.out.startswith(ANCHOR)
        assert "ClinicalTrials.gov, U.S. National Library of Medicine" in run.out
    assert calcitrials("show", "NCT00000001", "--catalog", crawled).out.startswith("NCT00000002")


def test_show_says_when_there_is_none_or_more_than_one(crawled: Path) -> None:
    run = calcitrials("show", "NCT99999999", "--catalog", crawled)
    assert (run.status, run.error) == (1, "there is no trial NCT99999999 in this catalogue")
    run = calcitrials("show", "SHARED-1", "--catalog", crawled)
    assert (run.status, run.error) == (1, "SHARED-1 is a number of several trials: NCT00000002, NCT00000003")


def test_show_for_programs(crawled: Path) -> None:
    record = json.loads(calcitrials("show", ANCHOR, "--format", "json", "--catalog", crawled).out)
    assert (record["trial_id"], record["phase"], record["min_age_days"]) == (ANCHOR, ["phase2"], 730.5)
    assert [row["condition"] for row in record["conditions"]] == ["Systemic Sclerosis", "Dermatomyositis", "iPPSD2"]
    (row,) = csv.DictReader(io.StringIO(calcitrials("show", ANCHOR, "--format", "csv", "--catalog", crawled).out))
    assert row["trial_id"] == ANCHOR


def test_sql_in_every_format(crawled: Path) -> None:
    query = "SELECT trial_id, phase, min_age_days, start_date FROM trials WHERE trial_id = 'NCT00035958'"
    run = calcitrials("sql", query, "--format", "json", "--catalog", crawled)
    expected = {"trial_id": "NCT00035958", "phase": ["phase2", "phase3"], "min_age_days": None, "start_date": None}
    assert (json.loads(run.out), run.err) == ([expected], "")
    run = calcitrials("sql", query, "--format", "csv", "--catalog", crawled)
    assert run.out.splitlines()[0] == "trial_id,phase,min_age_days,start_date"
    assert run.out.splitlines()[1].startswith("NCT00035958,")
    run = calcitrials("sql", query, "--catalog", crawled)
    assert "trial_id" in run.out
    assert "NCT00035958" in run.out
    tables = calcitrials("sql", "SHOW TABLES", "--format", "csv", "--catalog", crawled).out.split()
    assert {"trials", "conditions", "keywords", "identifiers", "trial_versions", "crawls", "rejects"} <= set(tables)


HARMFUL = [
    "COPY trials TO '{folder}/out.csv'",
    "EXPORT DATABASE '{folder}/out'",
    "ATTACH '{folder}/out.duckdb' AS other",
    "SELECT * FROM read_csv('{folder}/secret.csv')",
    "SELECT * FROM read_text('{folder}/secret.csv')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM '{folder}/secret.csv'",
    "INSERT INTO keywords SELECT * FROM keywords",
    "UPDATE trials SET status = 'completed'",
    "DELETE FROM trials",
    "DROP TABLE trials",
    "CREATE TABLE mine (x INTEGER)",
    "INSTALL httpfs",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SELECT 1; DELETE FROM trials",
]


def test_sql_neither_writes_nor_reads_outside_the_catalogue(crawled: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("secret\nof the house\n")
    for query in HARMFUL:
        with pytest.raises(CommandError, match="the question cannot be answered"):
            ask(Catalogue(crawled), query.format(folder=tmp_path))
    for query in HARMFUL[::7]:
        run = calcitrials("sql", query.format(folder=tmp_path), "--catalog", crawled)
        assert run.status == 2
        assert run.error.startswith("the question cannot be answered: ")
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]
    assert len(trial_ids(crawled)) == 71


def test_status_says_how_the_last_crawl_ended(crawled: Path) -> None:
    (row,) = json.loads(calcitrials("status", "--format", "json", "--catalog", crawled).out)
    assert (row["registry"], row["trials"], row["rejects"], row["complete"]) == ("ctgov", 71, 0, True)
    run = calcitrials("status", "--catalog", crawled)
    assert (run.status, run.err) == (0, "")
    assert f"Catalogue {crawled}, published 20" in run.out


@pytest.mark.parametrize(
    "diagnosis",
    [
        "systemic sclerosis with calcinosis",
        "dermatomyositis, calcium deposits",
        "PHP1A with subcutaneous ossifications",
    ],
)
def test_the_anchor_is_among_the_first_three(crawled: Path, diagnosis: str) -> None:
    run = calcitrials("match", diagnosis, "--format", "json", "--catalog", crawled)
    assert (run.status, run.err) == (0, "")
    answer = json.loads(run.out)
    assert ANCHOR in [match["trial_id"] for match in answer["matches"][:3]]
    assert answer["query"]["text"] == diagnosis
    for match in answer["matches"]:
        assert 0 <= match["score"] <= 1
        assert match["grade"] in ("strong", "possible", "weak")
        assert match["because"]
        assert match["url"].startswith("https://clinicaltrials.gov/study/")
    assert answer["catalogue"]["trials"] == 71


def test_other_diagnoses_do_not_bring_the_anchor(crawled: Path) -> None:
    questions = ["multiple sclerosis", "hypoparathyroidism", "migraine"]
    lines = "".join(json.dumps({"id": number, "query": text}) + "\n" for number, text in enumerate(questions))
    run = calcitrials("match", "--batch", "-", "--catalog", crawled, stdin=lines)
    assert (run.status, run.err) == (0, "")
    answers = [json.loads(line) for line in run.out.splitlines()]
    assert [answer["id"] for answer in answers] == [0, 1, 2]
    for answer in answers:
        assert ANCHOR not in [match["trial_id"] for match in answer["matches"]]


def test_a_line_of_a_batch_that_is_no_question_costs_the_others_nothing(crawled: Path) -> None:
    lines = '{"id": "a", "query": "calcinosis"}\nno json\n\n{"id": "b", "query": "calciphylaxis"}\n'
    run = calcitrials("match", "--batch", "-", "--catalog", crawled, stdin=lines)
    assert run.status == 1
    answers = [json.loads(line) for line in run.out.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", None, "b"]
    assert "line 2 is not a question in JSON" in answers[1]["error"]
    assert run.err.startswith("calcitrials: 1 lines could not be answered")


def test_a_patient_whom_the_ages_exclude_is_ruled_out_with_the_reason(crawled: Path) -> None:
    arguments = ("match", "iPPSD2", "--age", "1y", "--format", "json", "--catalog", crawled)
    answer = json.loads(calcitrials(*arguments).out)
    assert ANCHOR not in [match["trial_id"] for match in answer["matches"]]
    assert ANCHOR in [row["trial_id"] for row in answer["ruled_out"]]


def test_a_match_for_people_and_for_spreadsheets(crawled: Path) -> None:
    table = calcitrials("match", "calcinosis", "--catalog", crawled)
    assert table.status == 0
    assert "A screening aid over registry data, not advice" in " ".join(table.out.split())
    rows = list(
        csv.DictReader(io.StringIO(calcitrials("match", "iPPSD2", "--format", "csv", "--catalog", crawled).out))
    )
    assert ANCHOR in [row["trial_id"] for row in rows]
    assert "No trial in this catalogue fits." in calcitrials("match", "xqzv", "--catalog", crawled).out


def test_nothing_of_a_diagnosis_is_stored(crawled: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in crawled.rglob("*")}
    run = calcitrials("match", "dermatomyositis of Xanthippe", "--catalog", crawled, cwd=tmp_path)
    assert run.err == ""
    assert {path: path.stat().st_mtime_ns for path in crawled.rglob("*")} == before
    assert list(tmp_path.iterdir()) == []
