"""Dates as registries and listing pages write them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.dates import PartialDate, iso_partial_date, spoken_partial_date
from db.vocabularies import Precision

ISO_FORMS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S.000Z", "%Y-%m-%dT00:00:00.123456789", "%Y-%m-%d 00:00:00+0200", "%Y%m%d")
WORD_FORMS = ("%b %d, %Y", "%B %d, %Y", "%b. %d, %Y", "%d %B %Y", "%d %b %Y", "%d-%b-%Y")
FORMS = (*ISO_FORMS, *WORD_FORMS, "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")


@given(st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31)), st.sampled_from(FORMS))
def test_a_day_in_any_form_is_that_day(day: dt.date, form: str) -> None:
    text = day.strftime(form)
    assert spoken_partial_date(text) == PartialDate(text, day, Precision.DAY)


@pytest.mark.parametrize(
    ("text", "date", "precision"),
    [
        ("Sept 2021", dt.date(2021, 9, 1), Precision.MONTH),
        ("June 2021", dt.date(2021, 6, 1), Precision.MONTH),
        ("09/2026", dt.date(2026, 9, 1), Precision.MONTH),
        ("2018", dt.date(2018, 1, 1), Precision.YEAR),
        ("2018-07", dt.date(2018, 7, 1), Precision.MONTH),
        ("April. 27, 2024", dt.date(2024, 4, 27), Precision.DAY),
        ("1st May 2020", dt.date(2020, 5, 1), Precision.DAY),
        ("03/18/2023", dt.date(2023, 3, 18), Precision.DAY),
        (" 2026/9/1 ", dt.date(2026, 9, 1), Precision.DAY),
        ("2026-9-1", dt.date(2026, 9, 1), Precision.DAY),
        ("2026.9", dt.date(2026, 9, 1), Precision.MONTH),
    ],
)
def test_partial_and_odd_forms(text: str, date: dt.date, precision: Precision) -> None:
    assert spoken_partial_date(text, "actual") == PartialDate(text, date, precision, "actual")


@pytest.mark.parametrize("text", ["", "soon", "31/02/2020", "2018-13", "13/13/2020", "Mayo 2020", "٢٠٢٠", "00/00/0000"])
def test_what_is_no_date_is_kept_as_text_alone(text: str) -> None:
    assert spoken_partial_date(text) == PartialDate(text)


def test_month_first_where_the_page_writes_so() -> None:
    assert spoken_partial_date("03/04/2026").date == dt.date(2026, 4, 3)
    assert spoken_partial_date("03/04/2026", day_first=False).date == dt.date(2026, 3, 4)
    assert spoken_partial_date("18/03/2026", day_first=False).date == dt.date(2026, 3, 18)


@given(st.text())
def test_no_text_raises_and_the_text_is_kept(text: str) -> None:
    assert spoken_partial_date(text).text == text


@given(st.from_regex(r"\d{4}(-\d{2}(-\d{2})?)?", fullmatch=True, alphabet=st.characters(codec="ascii")))
def test_iso_dates_read_alike_by_both(text: str) -> None:
    assert spoken_partial_date(text) == iso_partial_date(text)
