"""A catalogue in other libraries' hands: relations of the front door, pandas, Polars, PyArrow."""

from pathlib import Path

import pytest

import calcitrials
from tests.support.running import rows

QUESTION = "SELECT status, count(*) AS trials FROM trials GROUP BY status ORDER BY status"


@pytest.fixture(scope="module")
def opened(sampled: Path) -> calcitrials.Matcher:
    return calcitrials.open(sampled)


def test_the_front_door_answers_sql_as_a_relation(opened: calcitrials.Matcher, sampled: Path) -> None:
    relation = opened.sql(QUESTION)
    assert relation is not None
    assert relation.columns == ["status", "trials"]
    assert relation.filter("trials > 0").fetchall() == rows(sampled, QUESTION)
    macro = opened.sql("SELECT count(*) FROM trials_with('dermatomyositis')")
    assert macro is not None
    assert macro.fetchall()[0][0] > 0


def test_pandas(opened: calcitrials.Matcher, sampled: Path) -> None:
    pytest.importorskip("pandas")
    relation = opened.sql(QUESTION)
    assert relation is not None
    assert list(relation.df().itertuples(index=False, name=None)) == rows(sampled, QUESTION)


def test_polars(opened: calcitrials.Matcher, sampled: Path) -> None:
    pytest.importorskip("polars")
    relation = opened.sql(QUESTION)
    assert relation is not None
    assert relation.pl().rows() == rows(sampled, QUESTION)
    nested = opened.sql("SELECT trial_id, phase, first_seen_at FROM trials ORDER BY trial_id")
    assert nested is not None
    frame = nested.pl()
    assert frame["phase"].to_list() == [phase for _, phase, _ in nested.fetchall()]


def test_pyarrow(opened: calcitrials.Matcher, sampled: Path) -> None:
    relation = opened.sql(QUESTION)
    assert relation is not None
    table = relation.to_arrow_table()
    assert [tuple(row.values()) for row in table.to_pylist()] == rows(sampled, QUESTION)
