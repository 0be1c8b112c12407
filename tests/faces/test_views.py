"""Views and macros of a published catalogue, asked as analysts ask them."""

import json
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from db.catalogue import Catalogue
from tests.support.ctgov_answers import ANCHOR
from tests.support.running import calcitrials, rows


def test_every_view_has_a_comment_for_itself_and_each_column(sampled: Path) -> None:
    sql = "SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL"
    assert rows(sampled, sql) == []
    sql = (
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND comment IS NULL "
        "AND table_name IN (SELECT view_name FROM duckdb_views() WHERE NOT internal)"
    )
    assert rows(sampled, sql) == []
    sql = "SELECT function_name FROM duckdb_functions() WHERE NOT internal AND comment IS NULL"
    assert rows(sampled, sql) == []
    views = {name for (name,) in rows(sampled, "SELECT view_name FROM duckdb_views() WHERE NOT internal")}
    assert views >= {"studies", "recruiting_trials", "results_overdue", "calculated_values", "changes"}
    for view in sorted(views):
        rows(sampled, f"FROM {view}")


def test_a_study_is_one_row_with_the_best_of_its_records(tmp_path: Path, sampled: Path) -> None:
    ((studies, records),) = rows(sampled, "SELECT count(*), sum(len(trial_ids)) FROM studies")
    assert rows(sampled, "SELECT count(DISTINCT study_id), count(*) FROM trials") == [(studies, records)]
    assert studies < records
    with closing(_copy(sampled)) as connection:
        second = "SELECT 'ISRCTN00000001', study_id, 'isrctn', 'Another title', 'unknown', [], 40, 'A. Sponsor' "
        connection.execute(
            "INSERT INTO trials (trial_id, study_id, registry, brief_title, status, phase, enrollment, sponsor, url, "
            "removed_countries, delayed_posting, ages_are_bands, source_url, fetched_at, payload_sha256, content_hash, "
            "crawl_id, first_seen_at, changed_at, min_age) "
            f"{second}, '', [], NULL, false, '', now(), '', '', '', now(), now(), '2 Years' "
            "FROM trials WHERE trial_id = ?",
            [ANCHOR],
        )
        row = connection.execute(
            "SELECT trial_id, registries, brief_title <> 'Another title', status, enrollment, phase, differs "
            "FROM studies WHERE list_contains(trial_ids, 'ISRCTN00000001')"
        ).fetchall()
    assert row == [
        (ANCHOR, ["ctgov", "isrctn", "listing"], True, "completed", 11, ["phase2"], ["enrollment", "completion_date"])
    ]


def _copy(catalog: Path) -> duckdb.DuckDBPyConnection:
    """The tables and views of a catalogue in memory, to be changed."""
    snapshot = Catalogue(catalog).published
    connection = duckdb.connect()
    connection.execute(f"ATTACH '{snapshot}' AS published (READ_ONLY)")
    connection.execute("COPY FROM DATABASE published TO memory")
    connection.execute("DETACH published")
    return connection


def test_a_disease_brings_what_is_narrower(sampled: Path) -> None:
    wide = "SELECT trial_id FROM trials_with('connective tissue disease')"
    narrow = "SELECT trial_id FROM trials_with('MONDO:0016367')"
    dermatomyositis, connective = ({row[0] for row in rows(sampled, sql)} for sql in (narrow, wide))
    assert ANCHOR in dermatomyositis < connective
    (listed,) = rows(
        sampled, "SELECT concepts FROM trials_with('Connective Tissue Disease') WHERE trial_id = ?", ANCHOR
    )
    assert {"Dermatomyositis", "Systemic sclerosis"} <= set(listed[0])
    assert rows(sampled, "FROM trials_with('no such disease')") == []


def test_a_heading_of_mesh_brings_what_is_under_it(sampled: Path) -> None:
    with closing(_copy(sampled)) as connection:
        ids = connection.execute("SELECT trial_id FROM trials ORDER BY trial_id LIMIT 3").fetchall()
        (wide,), (narrow,), (other,) = ids
        connection.execute("DELETE FROM mesh_terms")
        connection.executemany(
            "INSERT INTO mesh_terms (trial_id, position, term, mesh_id, branch, is_ancestor) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (wide, 1, "Connective Tissue Diseases", "D003240", "condition", False),
                (narrow, 1, "Dermatomyositis", "D003882", "condition", False),
                (narrow, 2, "Connective Tissue Diseases", "D003240", "condition", True),
                (narrow, 3, "Sulfur Compounds", "D013457", "intervention", True),
                (other, 1, "Sulfur Compounds", "D013457", "intervention", False),
            ],
        )
        headings = "SELECT term, trials, trials_under FROM mesh_headings WHERE branch = 'condition' ORDER BY term"
        assert connection.execute(headings).fetchall() == [
            ("Connective Tissue Diseases", 1, 2),
            ("Dermatomyositis", 1, 1),
        ]
        under = "SELECT trial_id, headings, wider FROM trials_under_mesh(?) ORDER BY trial_id"
        found = connection.execute(under, ["connective tissue diseases"]).fetchall()
        assert found == [
            (wide, ["Connective Tissue Diseases"], []),
            (narrow, ["Dermatomyositis"], ["Connective Tissue Diseases"]),
        ]
        assert connection.execute(under, ["D003240"]).fetchall() == found
        assert connection.execute(under, ["Dermatomyositis"]).fetchall() == found[1:]
        assert connection.execute(under, ["no heading"]).fetchall() == []


@pytest.mark.parametrize("name", ["morphea", "MORPHEA", "Localized scleroderma"])
def test_a_disease_is_found_by_what_trials_call_it(sampled: Path, name: str) -> None:
    assert rows(sampled, "SELECT label FROM concepts SEMI JOIN concepts_named(?) USING (concept_id)", name) == [
        ("Localized scleroderma",)
    ]


def test_search_orders_by_words_found_and_their_rarity(sampled: Path) -> None:
    found = rows(sampled, "SELECT trial_id, found, score FROM search_trials('sodium THIOSULF')")
    assert found[0][1] == ["sodium", "thiosulf"]
    assert ANCHOR in [trial for trial, words, _ in found if len(words) == 2]
    assert [len(words) for _, words, _ in found] == sorted((len(words) for _, words, _ in found), reverse=True)
    assert rows(sampled, "FROM search_trials('of the +[(')") == []
    assert rows(sampled, "FROM search_trials('')") == []
    inside = "SELECT count(*) FROM search_trials('iosulfate')"
    assert rows(sampled, inside) == [(0,)], "a word is found from its beginning on"


def test_recruiting_trials_leave_out_countries_whose_sites_are_closed(sampled: Path) -> None:
    with closing(_copy(sampled)) as connection:
        connection.execute("UPDATE trials SET status = 'recruiting' WHERE trial_id = ?", [ANCHOR])
        connection.execute("DELETE FROM locations WHERE trial_id = ?", [ANCHOR])
        connection.execute(
            "INSERT INTO locations (trial_id, position, country, status) "
            "SELECT ?, unnest([1, 2, 3]), unnest(['France', 'Spain', 'Spain']), "
            "unnest(['RECRUITING', 'COMPLETED', 'WITHDRAWN'])",
            [ANCHOR],
        )
        sql = "SELECT DISTINCT country, sites FROM recruiting_trials WHERE trial_id = ?"
        assert connection.execute(sql, [ANCHOR]).fetchall() == [("France", 1)]
        connection.execute("DELETE FROM locations WHERE trial_id = ?", [ANCHOR])
        assert connection.execute(sql, [ANCHOR]).fetchall() == [(None, None)], "no country is said: it stays"


@pytest.mark.parametrize(
    ("phases", "words"),
    [
        ("['phase2', 'phase3']", "Phase 2/Phase 3"),
        ("['early_phase1']", "Early Phase 1"),
        ("[]", "Not stated"),
        ("NULL", "Not stated"),
    ],
)
def test_phases_in_words(sampled: Path, phases: str, words: str) -> None:
    assert rows(sampled, f"SELECT phase_words({phases}::VARCHAR[])") == [(words,)]


@pytest.mark.parametrize(
    ("word", "agency_class"),
    [
        ("INDUSTRY", "industry"), ("Commercial", "industry"), ("Pharmaceutical company", "industry"),
        ("NIH", "government"), ("OTHER_GOV", "government"), ("University/education", "other"),
        ("Non-Commercial", "other"), ("INDIV", "individual"), ("UNKNOWN", "unknown"), (None, "unknown"),
    ],
)  # fmt: skip
def test_one_vocabulary_of_sponsors(sampled: Path, word: str | None, agency_class: str) -> None:
    assert rows(sampled, "SELECT agency_class_of(?)", word) == [(agency_class,)]


def test_every_class_of_a_sponsor_in_the_samples_is_known(sampled: Path) -> None:
    sql = "SELECT DISTINCT agency_class FROM sponsor_classes WHERE class = 'unknown' AND agency_class IS NOT NULL"
    assert {word for (word,) in rows(sampled, sql)} <= {"UNKNOWN", "AMBIG", "Not defined"}


def test_results_are_overdue_twelve_months_after_primary_completion(sampled: Path) -> None:
    with closing(_copy(sampled)) as connection:
        sql = "SELECT days_overdue FROM results_overdue WHERE trial_id = ?"
        connection.execute("UPDATE trials SET has_results = NULL, status = 'completed' WHERE trial_id = ?", [ANCHOR])
        for months, overdue in ((11, False), (13, True)):
            connection.execute(
                "UPDATE trials SET primary_completion_date = catalogue_day() - to_months(?) WHERE trial_id = ?",
                [months, ANCHOR],
            )
            assert bool(connection.execute(sql, [ANCHOR]).fetchall()) is overdue
        connection.execute("UPDATE trials SET has_results = true WHERE trial_id = ?", [ANCHOR])
        assert connection.execute(sql, [ANCHOR]).fetchall() == []


def test_calculated_values_follow_from_the_record(sampled: Path) -> None:
    whole = "SELECT to_json(c) FROM calculated_values c WHERE number_of_sae_subjects > 0"
    with closing(Catalogue(sampled).connect()) as connection:
        found = json.loads(connection.execute(whole).fetchall()[0][0])
        (arms,) = connection.execute("SELECT count(*) FROM arms WHERE trial_id = ?", [found["trial_id"]]).fetchall()[0]
    assert found["were_results_reported"] is True
    assert found["duration"] > 0
    assert found["number_of_arms"] == arms > 0
    assert found["number_of_primary_outcomes_to_measure"] > 0


def test_the_command_asks_macros_too(sampled: Path) -> None:
    question = "SELECT count(*) AS trials FROM trials_in('FRANCE')"
    run = calcitrials("sql", question, "--format", "csv", "--catalog", sampled)
    assert run.status == 0, run.err
    assert int(run.out.split()[1]) > 0
