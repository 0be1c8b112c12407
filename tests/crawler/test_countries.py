"""Countries and regions in the words of registries."""

import pytest

from db.countries import canonical, is_met, is_region, joinable, listed


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("Turkey (Türkiye)", "Türkiye"),
        ("TR", "Türkiye"),
        ("The Gambia", "Gambia"),
        ("Gambia, The", "Gambia"),
        ("Côte d’Ivoire", "Côte d'Ivoire"),
        ("COTE D`IVOIRE", "Côte d'Ivoire"),
        ("Iran (Islamic Republic of)", "Iran"),
        ("Korea, Republic of", "South Korea"),
        ("Macedonia, The Former Yugoslav Republic of", "North Macedonia"),
        ("Swaziland", "Eswatini"),
        ("Deutschland", "Germany"),
        ("Scotland", "United Kingdom"),
        ("Europe", None),
        ("Germany, Austria", None),
        ("Atlantis", None),
    ],
)
def test_names_of_countries(name: str, country: str | None) -> None:
    assert canonical(name) == country


@pytest.mark.parametrize("name", ["Europe", "Asia(except Japan)", "European Union", "North America", "Worldwide"])
def test_regions_are_no_countries(name: str) -> None:
    assert is_region(name)
    assert not is_region("France")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Japan,Asia(except Japan),Australia,Europe", ["Japan", "Asia(except Japan)", "Australia", "Europe"]),
        ("Germany, Austria", ["Germany", "Austria"]),
        ("Iran, Islamic Republic of, Turkey", ["Iran, Islamic Republic of", "Turkey"]),
        ("United Kingdom;England;Wales;Australia", ["United Kingdom", "Australia"]),
        ("Bosnia and Herzegovina", ["Bosnia and Herzegovina"]),
        ("France and Germany", ["France", "Germany"]),
    ],
)
def test_lists(text: str, names: list[str]) -> None:
    assert listed(text) == names


@pytest.mark.parametrize(
    ("country", "places", "answer"),
    [
        ("France", [("France", None, "WITHDRAWN"), ("United States", None, "RECRUITING")], "not met"),
        ("France", [("France", None, "Ongoing, recruitment ended")], "not met"),
        ("France", [("France", None, "WITHDRAWN"), ("France", None, None)], "met"),
        ("Türkiye", [("Turkey (Türkiye)", None, "RECRUITING")], "met"),
        ("Japan", [("Atlantis", None, None), ("France", None, None)], "unknown"),
        ("Japan", [(None, "Asia(except Japan)", None)], "not met"),
        ("India", [(None, "Asia(except Japan)", None)], "unknown"),
        ("India", [], "unknown"),
    ],
)
def test_where_a_trial_can_be_joined(
    country: str, places: list[tuple[str | None, str | None, str | None]], answer: str
) -> None:
    assert is_met(country, joinable(places)) == answer
