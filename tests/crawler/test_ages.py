"""Age limits as registries write them."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.wording import ages
from tests.support.long_texts import within_cpu


def years(text: str | None, other: str | None = None) -> tuple[float | None, float | None]:
    low, high = ages.limits(text, other, Counter())
    return tuple(limit and limit.days and round(limit.days / 365.25, 2) for limit in (low, high))  # type: ignore


@pytest.mark.parametrize(
    "maximum", ["65+", "75+ years", "65 and over", "65 years and older", "≥ 65 Jahre", "65 ans et plus"]
)
def test_an_open_maximum_is_no_limit(maximum: str) -> None:
    unknown: Counter[str] = Counter()
    low, high = ages.limits("18 Years", maximum, unknown)
    assert (low and low.days, high and high.days) == (18 * 365.25, None)
    assert high is not None
    assert high.text == maximum
    assert not unknown


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ("18-65", None, (18, 65)),
        (None, "18 - 65 years", (18, 65)),
        ("18 bis 65 Jahre", None, (18, 65)),
        ("de 18 a 65 años", None, (18, 65)),
        ("6 Months to 17 Years", None, (0.5, 17)),
        ("under 18", None, (None, 18)),
        ("6 Mois", "12 mths", (0.5, 1)),
        ("52 Wks", "36 mo", (1, 3)),
        ("18 Jahre", "80 Jaar", (18, 80)),
        ("18", "75", (18, 75)),
        (">= 20years-old", "<= 79age old", (20, 79)),
        ("18 Year(s)", "80 Year(s)", (18, 80)),
        ("0", "0", (0, None)),
    ],
)
def test_limits(low: str | None, high: str | None, expected: tuple[float | None, float | None]) -> None:
    assert years(low, high) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("text", ["24 Pregnancy", "20 Week of pregnancy", "18 lustra", "3 trimesters"])
def test_an_unknown_unit_is_counted_and_never_years(text: str) -> None:
    unknown: Counter[str] = Counter()
    low, _ = ages.limits(text, None, unknown)
    assert low is not None
    assert (low.text, low.days) == (text, None)
    assert unknown == {f"age: {text}": 1}


def test_blanks_cost_no_time() -> None:
    with within_cpu(4):
        assert not ages.is_understood("18" + " " * 100 + "x y")
        assert not ages.is_understood("18 " + "years and " * 10_000)
        assert years("18" + "\n" * 100 + "Years" + " " * 100, None) == pytest.approx((18, None), abs=0.01)


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_gives_limits_in_its_own_words(low: str, high: str) -> None:
    for limit in ages.limits(low, high, Counter()):
        assert limit is None or limit.text in (low, high)
