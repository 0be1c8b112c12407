"""A catalogue of the first schema, as version 0.1.0 left it, under today's program."""

import re
import tarfile
import time
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from db.catalogue import Catalogue
from db.migrating import PROGRAM_VERSION, SCHEMA_VERSION, create_schema, steps
from tests.support import faults
from tests.support.ctgov_answers import ANCHOR
from tests.support.faults import Rule, always, faulty, path_ends
from tests.support.running import ROOT, calcitrials, crawl, rows, start, trial_ids

OLD = ROOT / "tests/fixtures/catalogues/schema-1.tar.xz"
"""Three sample records, one of them in a second state: payloads, working file, and what was published."""
WHOLE = "NCT90000201"
IDS = {ANCHOR, WHOLE, "NCT00001156"}
COLUMNS = """SELECT table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns()
             WHERE NOT internal AND schema_name = 'main' AND database_name = current_database()
             AND NOT starts_with(table_name, 'trial_') ORDER BY ALL"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    with tarfile.open(OLD) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    """What is published."""
    return {path.name: path.read_bytes() for path in sorted((folder / "snapshots").glob("*.duckdb"))}


def test_the_steps_lead_without_a_gap_to_the_present_schema() -> None:
    assert list(steps()) == list(range(2, SCHEMA_VERSION + 1))


def test_each_command_reads_what_an_older_program_published(old: Path) -> None:
    assert trial_ids(old) == IDS
    run = calcitrials("status", "--catalog", old)
    assert run.status == 0, run.err
    assert "written by calcitrials 0.1.0 (schema 1)" in " ".join(run.out.split())
    assert ANCHOR in calcitrials("match", "calcinosis", "--catalog", old).out
    for form in ("table", "json"):
        assert calcitrials("show", WHOLE, "--format", form, "--catalog", old).status == 0
    sql = "SELECT count(verification_date_text), (SELECT count(*) FROM contacts), count(*) FROM trials"
    assert rows(old, sql) == [(0, 0, 3)]
    assert rows(old, "SELECT * FROM study_references") == []


def test_a_working_file_that_is_carried_over_is_as_a_new_one(old: Path, tmp_path: Path) -> None:
    published = files(old)
    with Catalogue(old).writing("a test") as connection:
        carried = connection.execute(COLUMNS).fetchall()
        assert connection.execute("SELECT count(*), min(len(removed_countries)) FROM trials").fetchall() == [(3, 0)]
        assert connection.execute("SELECT count(*) FROM trial_versions").fetchall() == [(1,)]
        assert connection.execute("SELECT count(*) FROM trial_concepts").fetchall() != [(0,)]
    with duckdb.connect() as fresh:
        create_schema(fresh)
        assert carried == fresh.execute(COLUMNS).fetchall()
    assert files(old) == published
    assert not list(old.glob("*.migrating*"))


def test_reading_again_fills_the_new_fields_and_invents_no_history(old: Path) -> None:
    history = rows(old, "SELECT trial_id, valid_to, changed_fields FROM trial_versions")
    published = files(old)
    run = calcitrials("reread", "--catalog", old)
    assert run.status == 0, run.err
    assert "written by calcitrials 0.1.0 (schema 1)" in run.err
    found = rows(
        old,
        "SELECT verification_date_text, removed_countries, (SELECT count(*) FROM contacts), "
        f"(SELECT max(value_number) FROM result_measurements) FROM trials WHERE trial_id = '{WHOLE}'",
    )
    assert found == [("2023-05", ["Iceland"], 5, 1004.0)]
    assert rows(old, "SELECT trial_id, valid_to, changed_fields FROM trial_versions") == history
    assert files(old).items() >= published.items()
    assert f"written by calcitrials {PROGRAM_VERSION} (schema {SCHEMA_VERSION})" in " ".join(
        calcitrials("status", "--catalog", old).out.split()
    )


def test_a_crawl_goes_on_with_an_older_catalogue(old: Path, sample_url: str) -> None:
    run = crawl(old, sample_url, "--id", WHOLE)
    assert run.status == 0, run.err
    assert trial_ids(old) == IDS
    assert rows(old, "SELECT count(*) FROM officials") == [(3,)]


def test_a_lost_working_file_is_made_from_an_older_snapshot(old: Path) -> None:
    (old / "writer.duckdb").unlink()
    with Catalogue(old).writing("a test") as connection:
        assert connection.execute("SELECT count(*), count(verification_date) FROM trials").fetchall() == [(3, 0)]


def test_a_kill_in_the_middle_of_it_loses_nothing(old: Path) -> None:
    published = files(old)
    process = start("reread", "--catalog", old)
    while not (drafts := list(old.glob("*.migrating"))) and process.popen.poll() is None:
        time.sleep(0.001)
    process.kill()
    assert drafts
    assert trial_ids(old) == IDS
    assert files(old) == published
    assert calcitrials("reread", "--catalog", old).status == 0
    assert rows(old, "SELECT count(*) FROM contacts") == [(5,)]
    assert rows(old, "SELECT count(*) FROM trial_versions") == [(1,)]
    assert not list(old.glob("*.migrating*"))


def test_a_step_that_fails_leaves_the_catalogue_as_it_was(old: Path) -> None:
    with duckdb.connect(str(old / "writer.duckdb")) as writer:  # as if the step had been made by hand
        writer.execute("ALTER TABLE identifiers ADD COLUMN url VARCHAR")
    working = (old / "writer.duckdb").read_bytes()
    assert "cannot be carried over" in calcitrials("reread", "--catalog", old).err
    assert (old / "writer.duckdb").read_bytes() == working
    assert trial_ids(old) == IDS


@pytest.mark.parametrize("file", ["current.duckdb", "writer.duckdb"])
def test_a_newer_catalogue_is_refused_by_the_version_that_wrote_it(old: Path, file: str) -> None:
    with duckdb.connect(str((old / file).resolve())) as newer:
        newer.execute("UPDATE catalogue_info SET value = '999' WHERE key = 'schema_version'")
        newer.execute("INSERT INTO catalogue_info VALUES ('calcitrials_version', '9.8.7')")
    if file == "current.duckdb":
        error = calcitrials("show", ANCHOR, "--catalog", old).error
    else:
        error = calcitrials("reread", "--catalog", old).error
    assert re.search(r"written by calcitrials 9\.8\.7 \(schema 999\)", error), error
    assert f"calcitrials {PROGRAM_VERSION} (schema {SCHEMA_VERSION})" in error


def test_a_gate_sets_back_to_a_snapshot_of_an_older_schema(old: Path, sample_url: str) -> None:
    """The working file has its published rows again although the published tables have fewer columns."""
    empty = faults.instead(b'{"studies":[],"totalCount":0}')
    with faulty(sample_url, [Rule(empty, always, path_ends("/studies"))]) as registry:
        run = crawl(old, registry.url, "--all")
    assert run.status == 1
    assert "none received, 3 at the last complete crawl" in run.err, run.err
    assert not list(old.glob("published*"))
    with closing(Catalogue(old).connect()) as connection:
        before = connection.execute("SELECT trial_id, status, brief_title FROM trials ORDER BY ALL").fetchall()
    with Catalogue(old).writing("a test") as connection:
        assert connection.execute("SELECT trial_id, status, brief_title FROM trials ORDER BY ALL").fetchall() == before
        assert connection.execute("SELECT count(*) FROM contacts").fetchall() == [(0,)]
