"""Eligibility texts split into inclusion and exclusion items."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.wording import criteria, lists_in_line
from crawler.wording import items as item_texts

ITEM = st.from_regex(r"[A-Z][a-z]{2,9}( [a-z]{2,9}| \\?[<>]=? ?\d{1,3}){0,6}", fullmatch=True).filter(
    lambda item: "clusion" not in item.lower() and not lists_in_line.is_named(item)
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


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Eligibility criteria:", "Exclusion criteria:"),
        ("Critères d'inclusion :", "Critères de non-inclusion :"),
        ("Einschlusskriterien:", "Ausschlusskriterien:"),
        ("Criterios de inclusión:", "Criterios de exclusión:"),
        ("Criteri di inclusione:", "Criteri di esclusione:"),
        ("Critérios de inclusão:", "Critérios de exclusão:"),
        ("Inclusiecriteria:", "Exclusiecriteria:"),
        ("INCLUSION CRITERIA -", "EXCLUSION CRITERIA -"),
        ("入选标准：", "排除标准："),
    ],
)
@pytest.mark.parametrize("gap", ["\n", " "])
def test_headings_in_all_languages(first: str, second: str, gap: str) -> None:
    if first.endswith("-"):
        text = f"{first} Adults - Calcinosis {second} Dialysis - Gout"
    elif gap == " " and not first.isascii() and not first[0].isascii():
        pytest.skip("a heading of a text in one line has its blanks")
    elif gap == " " and first.startswith("Elig"):
        text = f"{first} 1. Adults 2. Calcinosis {second} 1. Dialysis 2. Gout"
    else:
        text = f"{first}{gap}1. Adults{gap}2. Calcinosis{gap}{second}{gap}1. Dialysis{gap}2. Gout"
    eligibility = criteria.split(text)
    assert eligibility.inclusion == ("Adults", "Calcinosis")
    assert eligibility.exclusion == ("Dialysis", "Gout")


def test_what_stands_before_the_first_heading_is_kept() -> None:
    eligibility = criteria.split("Adults with calcinosis.\n\nExclusion criteria:\n\n* Dialysis")
    assert eligibility.inclusion == ("Adults with calcinosis.",)
    assert eligibility.exclusion == ("Dialysis",)


def test_both_sides_in_the_field_of_one() -> None:
    eligibility = criteria.from_sides("Inclusion Criteria:\n- Adults\n\nExclusion Criteria:\n- Dialysis", None)
    assert (eligibility.inclusion, eligibility.exclusion) == (("Adults",), ("Dialysis",))
    assert criteria.split(eligibility.criteria) == eligibility


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("1. A deposit: a) of the hand b) of the hip c) elsewhere 2. Consent", 5),
        ("1. Deposits 1.1. of the hand 1.2. of the hip 2. Consent", 4),
        ("1. Type 2. diabetes is no reason 2. Consent", 2),
        ("1) Adults 2) Consent within 6 months 3) Calcinosis", 3),
        ("(1) Adults; (2) Consent; (3) Calcinosis", 3),
        ("I. Adults\nII. Consent\nIII. Calcinosis", 3),
        ("1.Adults;2.Consent;3.Calcinosis", 3),
        ("1. Signed consent.,2. Calcinosis.,3. At least 18 years old.", 3),
        ("Adults; calcinosis; consent", 3),
        ("Haemoglobin above 1.5 g and a score of 2. or 3. at entry", 1),
        ("* Adults with a long\n  wrapped line\n* Consent", 2),
        ("adults with calcinosis. signed consent. able to come to all visits", 3),
    ],
)
def test_numbering_styles(text: str, items: int) -> None:
    found = criteria.items(text)
    assert len(found) == items, found
    assert not any(item.startswith(("1", "2", "(", "a)")) for item in found)


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            ITEM,
            st.sampled_from(["\n* ", "\n1. ", "\n2) ", "\n", "\n\n", " 2. ", " b) ", ": - ", "\n  * ", "\n* - ", "•"]),
        )
    ).map("".join)
)
@example(" b) \n* Aaa")
def test_the_short_way_finds_the_items_of_the_long_one(text: str) -> None:
    long_way = [text[start:end] for start, end in item_texts.spans(text, 0, len(text))]
    assert item_texts.texts(text, 0, len(text)) == long_way
