"""A trial that says it is open: until when its dates leave it so, and what is said where that has passed."""

import datetime as dt
from collections.abc import Iterator, Mapping

import duckdb
import pytest

from db.migrating import create_schema

TODAY = dt.date.today()
SOON, YESTERDAY = TODAY + dt.timedelta(days=400), TODAY - dt.timedelta(days=1)
THIS_MONTH, THIS_YEAR = TODAY.replace(day=1), TODAY.replace(month=1, day=1)


@pytest.fixture
def catalogue() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        create_schema(connection)
        yield connection


def stated(
    catalogue: duckdb.DuckDBPyConnection, dates: Mapping[str, tuple[dt.date, str]], status: str = "recruiting"
) -> tuple[bool, str | None] | None:
    """What the catalogue says of one trial's status. dates: of each its first day and how much of it is stated."""
    columns: dict[str, object] = dict.fromkeys(("url", "source_url", "payload_sha256", "content_hash", "crawl_id"), "x")
    columns |= dict.fromkeys(("fetched_at", "first_seen_at", "changed_at"), dt.datetime(2026, 1, 1))
    columns |= {
        "trial_id": "T",
        "registry": "r",
        "status": status,
        "phase": [],
        "ages_are_bands": False,
        "removed_countries": [],
    }
    for name, (day, precision) in dates.items():
        columns |= {name: day, f"{name}_precision": precision}
    marks = ", ".join("?" * len(columns))
    catalogue.execute(f"INSERT INTO trials ({', '.join(columns)}) VALUES ({marks})", list(columns.values()))
    return catalogue.execute("SELECT status_is_stale, status_stale_reason FROM stated_statuses").fetchone()


def test_an_end_that_has_passed(catalogue: duckdb.DuckDBPyConnection) -> None:
    dates = {"completion_date": (dt.date(2023, 3, 18), "day"), "last_update_date": (dt.date(2022, 1, 18), "day")}
    assert stated(catalogue, dates) == (True, "said on 2022-01-18; its end date passed on 2023-03-18")


def test_an_end_of_which_a_month_is_stated(catalogue: duckdb.DuckDBPyConnection) -> None:
    assert stated(catalogue, {"completion_date": (dt.date(2023, 3, 1), "month")}) == (
        True,
        "its end date passed in 2023-03",
    )


@pytest.mark.parametrize(("day", "precision"), [(TODAY, "day"), (THIS_MONTH, "month"), (THIS_YEAR, "year")])
def test_nothing_is_over_before_its_last_day(
    catalogue: duckdb.DuckDBPyConnection, day: dt.date, precision: str
) -> None:
    assert stated(catalogue, {"completion_date": (day, precision)}) == (False, None)


def test_no_update_for_two_years(catalogue: duckdb.DuckDBPyConnection) -> None:
    dates = {"completion_date": (SOON, "day"), "last_update_date": (dt.date(2019, 7, 1), "month")}
    assert stated(catalogue, dates) == (True, "said on 2019-07; not updated since")


@pytest.mark.parametrize(("days_more", "is_stale"), [(-3, False), (3, True)])
def test_two_years_are_two_years(catalogue: duckdb.DuckDBPyConnection, days_more: int, is_stale: bool) -> None:
    updated = TODAY - dt.timedelta(days=731 + days_more)
    found = stated(catalogue, {"completion_date": (SOON, "day"), "last_update_date": (updated, "day")})
    assert found is not None
    assert found[0] is is_stale


def test_an_end_of_recruitment_says_so(catalogue: duckdb.DuckDBPyConnection) -> None:
    dates = {"completion_date": (SOON, "day"), "recruitment_end_date": (YESTERDAY, "day")}
    assert stated(catalogue, dates) == (True, f"its recruitment was to end on {YESTERDAY}")


def test_the_primary_completion_counts_where_no_end_is_stated(catalogue: duckdb.DuckDBPyConnection) -> None:
    dates = {"primary_completion_date": (dt.date(2021, 1, 1), "year")}
    assert stated(catalogue, dates) == (True, "its data for the primary outcome were due in 2021")


def test_the_primary_completion_does_not_count_before_the_end(catalogue: duckdb.DuckDBPyConnection) -> None:
    dates = {"primary_completion_date": (YESTERDAY, "day"), "completion_date": (SOON, "day")}
    assert stated(catalogue, dates) == (False, None)


def test_a_record_without_dates_is_not_called_stale(catalogue: duckdb.DuckDBPyConnection) -> None:
    assert stated(catalogue, {}) == (False, None)


@pytest.mark.parametrize("status", ["completed", "active_not_recruiting", "unknown"])
def test_what_does_not_say_it_is_open_is_not_asked(catalogue: duckdb.DuckDBPyConnection, status: str) -> None:
    assert stated(catalogue, {"completion_date": (dt.date(2023, 3, 18), "day")}, status) is None
