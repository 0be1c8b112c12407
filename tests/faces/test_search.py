"""Full-text search: the stored words find what reading the texts finds, whatever changed since they were written."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from db.catalogue import Catalogue
from db.words import INDEX_TABLES, note_unwritten, write_words
from tests.support.running import rows

QUESTIONS = (
    "sodium THIOSULF",
    "calci calcif of the",
    "calcinosis in_criteria 18 years",
    "Sjögren Behçet naive",
    "β-блокатор 5µg x",
    "",
    "+[( .*",
)


@pytest.fixture
def copied(sampled: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables, views and macros of a catalogue in memory, to be changed."""
    with closing(duckdb.connect()) as connection:
        connection.execute(f"ATTACH '{Catalogue(sampled).published}' AS published (READ_ONLY)")
        connection.execute("COPY FROM DATABASE published TO memory")
        connection.execute("DETACH published")
        yield connection


def found(connection: duckdb.DuckDBPyConnection) -> list[list[tuple[object, ...]]]:
    """What each question finds, with the criteria and without."""
    return [
        connection.execute(f"FROM search_trials(?, in_criteria := {criteria})", [words]).fetchall()
        for words in QUESTIONS
        for criteria in (True, False)
    ]


def read(connection: duckdb.DuckDBPyConnection) -> list[list[tuple[object, ...]]]:
    """The same from the texts alone, as a catalogue without stored words answers."""
    connection.begin()
    for table in INDEX_TABLES:
        connection.execute(f"DELETE FROM {table}")
    note_unwritten(connection)
    answers = found(connection)
    connection.rollback()
    return answers


def test_a_published_catalogue_has_its_words(sampled: Path) -> None:
    assert rows(sampled, "FROM search_unwritten") == []
    assert rows(sampled, "SELECT trial_id FROM trials ORDER BY ALL") == rows(
        sampled, "SELECT trial_id FROM search_documents ORDER BY ALL"
    )


def test_stored_words_find_what_reading_the_texts_finds(copied: duckdb.DuckDBPyConnection) -> None:
    copied.execute(
        "UPDATE eligibility SET criteria = 'Sjogren — naïve to β‐блокатор, 5µg; behcet' WHERE trial_id IN "
        "(SELECT trial_id FROM trials ORDER BY ALL LIMIT 2); UPDATE trials SET content_hash = sha256(trial_id)"
    )
    assert write_words(copied) == rows_of(copied, "trials")
    answers = found(copied)
    assert answers == read(copied)
    assert [bool(answer) for answer in answers] == [True] * 7 + [False, True, False] + [False] * 4, QUESTIONS
    assert len(answers[6]) == 2, "without accents, in criteria alone"


def test_what_changed_since_is_found_by_its_present_text(copied: duckdb.DuckDBPyConnection) -> None:
    ((trial,),) = copied.execute("SELECT trial_id FROM search_trials('thiosulfate') LIMIT 1").fetchall()
    change = "UPDATE trials SET brief_title = ?, content_hash = sha256(?) WHERE trial_id = ?"
    copied.execute(change, ["Xylophone", "Xylophone", trial])
    copied.execute(
        "DELETE FROM trials WHERE trial_id = (SELECT max(trial_id) FROM trials WHERE trial_id <> ?)", [trial]
    )
    note_unwritten(copied)
    noted = found(copied)
    search = "SELECT trial_id FROM search_trials('xylo')"
    assert copied.execute(search).fetchall() == [(trial,)] == copied.execute("FROM search_unwritten").fetchall()
    assert noted == read(copied)
    assert write_words(copied) == 1
    note_unwritten(copied)
    assert copied.execute("FROM search_unwritten").fetchall() == []
    assert copied.execute(search).fetchall() == [(trial,)]
    assert found(copied) == noted


def test_words_are_written_anew_when_many_of_them_are_of_former_states(copied: duckdb.DuckDBPyConnection) -> None:
    trials = rows_of(copied, "trials")
    numbers = []
    for round_number in range(4):
        copied.execute(
            "UPDATE trials SET content_hash = sha256(trial_id || ?) WHERE hash(trial_id) % 8 = 0", [str(round_number)]
        )
        write_words(copied)
        ((last,),) = copied.execute("SELECT max(document) FROM search_documents").fetchall()
        numbers.append(last)
    assert numbers[0] > trials
    assert trials in numbers
    assert max(numbers) <= 1.25 * trials
    assert found(copied) == read(copied)


def rows_of(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    ((count,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(count)
