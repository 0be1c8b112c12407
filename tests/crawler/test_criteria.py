"""Eligibility texts split into inclusion and exclusion items."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.wording import criteria

ITEM = st.from_regex(r"[A-Z][a-z]{2,9}( [a-z]{2,9}| \\?[<>]=? ?\d{1,3}){0,6}", fullmatch=True).filter(
    lambda item: "clusion" not in item.lower()
)
BULLETS = ("* ", "- ", "• ", "{}. ", "{}) ", "({}) ", "  * ")
HEADINGS = (
    ("Inclusion Criteria:", "Exclusion Criteria:"),
    ("INCLUSION CRITERIA", "EXCLUSION CRITERIA"),
    ("Key inclusion criteria", "Key exclusion criteria"),
    ("Inclusion:", "Exclusion:"),
    ("**Inclusion criteria for adults:**", "**Non-inclusion criteria:**"),
    ("1. Inclusion criteria :", "2. Exclusion criteria :"),
)


def side(items: list[str], bullet: str, gap: str) -> str:
    return gap.join(bullet.format(number) + item for number, item in enumerate(items, 1))


@settings(deadline=None)
@given(
    st.lists(ITEM, min_size=1, max_size=12),
    st.lists(ITEM, max_size=12),
    st.sampled_from(BULLETS),
    st.sampled_from(HEADINGS),
    st.sampled_from(("\n", "\n\n", "\r\n", "\n  \n")),
)
def test_items_come_back_whatever_the_bullets_and_headings(inclusion, exclusion, bullet, headings, gap) -> None:
    text = f"{headings[0]}\n\n{side(inclusion, bullet, gap)}\n\n{headings[1]}\n\n{side(exclusion, bullet, gap)}\n"
    eligibility = criteria.split(text)
    assert eligibility.criteria == text
    assert list(eligibility.inclusion) == [item.replace("\\", "") for item in inclusion]
    assert list(eligibility.exclusion) == [item.replace("\\", "") for item in exclusion]


@settings(deadline=None)
@given(
    st.lists(ITEM, min_size=1, max_size=12),
    st.lists(ITEM, min_size=1, max_size=12),
    st.sampled_from(("* ", "- ", "• ", "{}. ", "{}) ")),
)
def test_items_come_back_from_a_text_that_lost_its_line_ends(inclusion, exclusion, bullet) -> None:
    text = f"Inclusion Criteria: {side(inclusion, bullet, ' ')} Exclusion Criteria: {side(exclusion, bullet, ' ')}"
    eligibility = criteria.split(text)
    assert list(eligibility.inclusion) == [item.replace("\\", "") for item in inclusion]
    assert list(eligibility.exclusion) == [item.replace("\\", "") for item in exclusion]


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=30),
            st.sampled_from(
                ["\n", "\n\n", "Inclusion criteria:", "EXCLUSION CRITERIA", "clusion", " - ", "1. ", "\\>"]
            ),
        )
    ).map("".join)
)
def test_any_text_gives_items_that_stand_in_it_in_order(text: str) -> None:
    eligibility = criteria.split(text)
    assert eligibility.criteria == (text if text.strip() else None)
    for items in (eligibility.inclusion, eligibility.exclusion):
        bare = re.sub(r"[\s\\]", "", text)
        at = 0
        for item in items:
            assert item.strip() == item
            assert item
            assert "\n" not in item
            at = bare.find(re.sub(r"[\s\\]", "", item), at)
            assert at >= 0
            at += 1


@pytest.mark.parametrize("text", [None, "", " \n ", "Adults with calcinosis.", "No inclusion body myositis"])
def test_a_text_without_headings_gives_no_items(text: str | None) -> None:
    eligibility = criteria.split(text)
    assert (eligibility.inclusion, eligibility.exclusion) == ((), ())
    assert eligibility.criteria == (text if text and text.strip() else None)


def test_nested_items_follow_their_parent_and_wrapped_lines_belong_to_their_item() -> None:
    eligibility = criteria.split(
        "Inclusion Criteria:\n\n* Calcinosis seen on one of:\n\n  1. radiograph\n  2. CT of the\n     hand\n"
        "* Age \\>= 2\n\nAdults only:\n\n* Consent\n\nExclusion Criteria:\n\n"
        "* Does not meet the inclusion criteria.\n* Pregnant at inclusion"
    )
    assert eligibility.inclusion == (
        "Calcinosis seen on one of:",
        "radiograph",
        "CT of the hand",
        "Age >= 2",
        "Adults only:",
        "Consent",
    )
    assert eligibility.exclusion == ("Does not meet the inclusion criteria.", "Pregnant at inclusion")


def test_lines_are_items_where_there_are_no_bullets() -> None:
    eligibility = criteria.split(
        "Inclusion criteria\n\nAge 18 - 80\nInclusion body myositis\n\nExclusion criteria\nGout"
    )
    assert eligibility.inclusion == ("Age 18 - 80", "Inclusion body myositis")
    assert eligibility.exclusion == ("Gout",)


def test_a_dash_between_numbers_is_no_bullet() -> None:
    eligibility = criteria.split("Inclusion Criteria: - Age 18 - 80 years - Calcinosis")
    assert eligibility.inclusion == ("Age 18 - 80 years", "Calcinosis")


def test_sides_that_a_registry_keeps_apart() -> None:
    eligibility = criteria.from_sides("1. Adult\n2. Calcinosis", None)
    assert eligibility.inclusion == ("Adult", "Calcinosis")
    assert eligibility.exclusion == ()
    assert eligibility.criteria == "Inclusion Criteria:\n\n1. Adult\n2. Calcinosis"
    assert criteria.from_sides(" ", None).criteria is None
