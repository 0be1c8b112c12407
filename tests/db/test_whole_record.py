"""The whole record in the catalogue: tables, the views over them, and what former states leave out."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from crawler.readers.ctgov import read
from db.catalogue import Catalogue
from db.payload import Payload
from db.people import Contact
from db.tables import CHILD_TABLES, PERSONAL_TABLES
from db.trial import Provenance, Trial
from db.writer import Counts, encode, write_trials
from tests.support.running import ROOT

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
BODY = (ROOT / "tests/fixtures/ctgov/whole-record/payload.json").read_bytes()
TRIAL = read(Payload("ctgov", "https://registry.example", NOW, BODY)).trials[0]


def amended(by: str, **fields: Any) -> Trial:
    """The trial with other fields, from a payload with other bytes."""
    return msgspec.structs.replace(TRIAL, provenance=Provenance("https://registry.example", NOW, by), **fields)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with Catalogue(tmp_path).writing("a test") as opened:
        assert write_trials(opened, [encode(TRIAL)], "1", NOW) == Counts(1, 0, 0)
        yield opened


def versions(connection: duckdb.DuckDBPyConnection) -> list[tuple[list[str], dict[str, Any]]]:
    found = connection.execute("SELECT changed_fields, state FROM trial_versions ORDER BY valid_to").fetchall()
    return [(fields, json.loads(state)) for fields, state in found]


def test_every_table_holds_what_the_record_states(connection: duckdb.DuckDBPyConnection) -> None:
    for table in CHILD_TABLES:
        stated = getattr(TRIAL, table.field)
        ((count,),) = connection.execute(f"SELECT count(*) FROM {table.name}").fetchall()
        assert count == (len(stated) if table.is_list else 1), table.name
        assert count, table.name


def test_values_stand_beside_their_numbers(connection: duckdb.DuckDBPyConnection) -> None:
    measured = connection.execute("SELECT value, value_number FROM result_measurements ORDER BY position").fetchall()
    assert measured == [("2.1", 2.1), ("1,004", 1004.0)]
    assert connection.execute("SELECT p_value, p_value_number FROM result_analyses").fetchall() == [("<0.001", None)]
    baseline = "SELECT value, value_number FROM result_baseline WHERE value = 'NA'"
    assert connection.execute(baseline).fetchall() == [("NA", None)]


def test_views_say_what_follows(connection: duckdb.DuckDBPyConnection) -> None:
    given = connection.execute("SELECT label, intervention, name FROM arm_interventions ORDER BY ALL").fetchall()
    assert given == [("Gel base", 2, "Gel base"), ("Warming gel", 1, "Warming gel"), ("Warming gel", 3, "Glove: thick")]
    countries = connection.execute("SELECT country, is_removed FROM countries ORDER BY ALL").fetchall()
    assert countries == [("France", False), ("Iceland", True), ("Norway", False)]
    assert connection.execute("SELECT pmid FROM study_references WHERE len(retractions) > 0").fetchall() == [
        ("00000002",)
    ]
    calculated = connection.execute(
        "SELECT number_of_facilities, has_us_facility, actual_duration, months_to_report_results, "
        "registered_in_calendar_year, number_of_sae_subjects FROM calculated_values"
    ).fetchall()
    assert calculated == [(2, False, 20.9, 14.3, 2019, 1)]
    at_site = "SELECT c.name, l.facility FROM contacts c JOIN locations l ON l.position = c.location ORDER BY ALL"
    assert connection.execute(at_site).fetchall() == [
        ("Eve Example", "Example Hospital"),
        ("Fay Example", "Example Hospital"),
    ]


def test_a_former_state_says_that_persons_changed_and_not_who_they_were(connection: duckdb.DuckDBPyConnection) -> None:
    present = amended("b", contacts=(Contact("central", "contact", "Hal Example"),), officials=())
    assert write_trials(connection, [encode(present)], "2", NOW) == Counts(0, 1, 0)
    assert connection.execute("SELECT name FROM contacts").fetchall() == [("Hal Example",)]
    assert connection.execute("SELECT count(*) FROM officials").fetchall() == [(0,)]
    ((fields, state),) = versions(connection)
    assert set(fields) == set(PERSONAL_TABLES) == {"contacts", "officials"}
    assert not state.keys() & set(PERSONAL_TABLES)
    assert not any(name in json.dumps(state) for name in ("Ben Example", "555-0100", "ben@", "Ada Example", "Gus"))
    assert [arm["label"] for arm in state["arms"]] == ["Warming gel", "Gel base", "Wait"]


def test_a_former_state_says_that_results_changed_and_leaves_them_out(connection: duckdb.DuckDBPyConnection) -> None:
    assert write_trials(connection, [encode(amended("b", result_measurements=()))], "2", NOW) == Counts(0, 1, 0)
    ((fields, state),) = versions(connection)
    assert fields == ["result_measurements"]
    assert not [name for name in state if name.startswith("result_") and name != "result_pending"]


def test_more_read_from_the_same_bytes_is_no_change_at_the_registry(connection: duckdb.DuckDBPyConnection) -> None:
    same = amended(TRIAL.provenance.payload_sha256, acronym="WARMER")
    assert write_trials(connection, [encode(same)], "2", NOW) == Counts(0, 1, 0)
    assert connection.execute("SELECT acronym FROM trials").fetchall() == [("WARMER",)]
    assert versions(connection) == []
