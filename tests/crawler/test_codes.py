"""Codes that stand in the text of a condition."""

import pytest

from crawler.wording import codes
from db.trial import Condition


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("M61.1 - Myositis ossificans", [("Myositis ossificans", "ICD-10", "M61.1")]),
        ("-M611 Myositis ossificans", [("Myositis ossificans", "ICD-10", "M61.1")]),
        ("Myositis ossificans (ICD-10: M61.1)", [("Myositis ossificans", "ICD-10", "M61.1")]),
        ("ORPHA:337 ORPHA:79444", [("ORPHA:337", "ORPHA", "337"), ("ORPHA:79444", "ORPHA", "79444")]),
        ("Progressive osseous heteroplasia (ORPHA:2762)", [("Progressive osseous heteroplasia", "ORPHA", "2762")]),
        ("-Calcinosis cutis", [("Calcinosis cutis", None, None)]),
        ("B12 deficiency", [("B12 deficiency", None, None)]),
        ("C3 glomerulopathy (C3G)", [("C3 glomerulopathy (C3G)", None, None)]),
        ("H5N1 influenza", [("H5N1 influenza", None, None)]),
    ],
)
def test_conditions(text: str, found: list[tuple[str, str | None, str | None]]) -> None:
    assert list(codes.conditions(text)) == [Condition(*one) for one in found]


@pytest.mark.parametrize(
    "block",
    [
        "MedDRA version: 20.0Level: PTClassification code: 1Term: CalcinosisSystem Organ Class: 100000004858",
        "MedDRA version: 21.1\nLevel: PT\nClassification code 1\nTerm: Calcinosis\n"
        "System Organ Class: 10007541 - Cardiac disorders\n",
        "MedDRA version: 14.1 Level: LLT Classification code 1 Term: Calcinosis System Organ Class: Cardiac disorders",
    ],
)
def test_the_class_of_a_meddra_block_is_no_condition(block: str) -> None:
    rest, terms = codes.meddra(f"Hard skin {block};{block}")
    assert rest.strip(" ;\n") == "Hard skin"
    assert set(terms) == {Condition("Calcinosis", "MedDRA", "1")}


@pytest.mark.parametrize("unit", ["MedDRA version ", "MedDRA version: 1 Term: ", "ORPHA:1 ", "x  ", "("])
def test_a_long_field_is_read_in_a_moment(unit: str) -> None:
    rest, _ = codes.meddra(unit * 40_000)
    assert len(list(codes.conditions(rest))) <= 1 or unit.startswith("ORPHA")
