"""What is not to be done to the patient is found in every language that the patterns speak."""

import pytest

from matcher.assertion.avoidance import avoided


@pytest.mark.parametrize(
    "text",
    [
        "avoid injections",
        "must refrain from injections",
        "cannot have injections",
        "allergic to injections",
        "intolerance to injections",
        "declines injections",
        "refuses injections",
        "contraindication for injections",
        "injections are contraindicated",
        "éviter injections",
        "contre-indication aux injections",
        "injections contre-indiquées",
        "Allergie gegen injections",
        "keine Injektion injections",
        "injections vermeiden",
        "injections kontraindiziert",
        "evitar injections",
        "alérgica a injections",
        "injections contraindicadas",
        "evitare injections",
        "injections controindicate",
        "injections te vermijden",
    ],
)
def test_what_is_to_be_avoided_is_found(text: str) -> None:
    assert "injection" in {word.removesuffix("s") for word in avoided(text)}


@pytest.mark.parametrize(
    ("text", "treatments"),
    [
        ("avoid trauma and injections", {"injection"}),
        ("avoid sun, smoking and stress", set()),
        ("éviter le soleil et les injections", {"injection"}),
        ("surgery is contraindicated", {"surgery"}),
        ("declines surgery, calcinosis of the hand", {"surgery"}),
    ],
)
def test_what_harms_is_no_treatment(text: str, treatments: set[str]) -> None:
    """Trauma, cold or the sun are to be avoided too, but no trial gives them."""
    found = {word.removesuffix("s") for word in avoided(text)}
    assert treatments <= found
    assert found.isdisjoint({"trauma", "sun", "smoking", "stres", "stress", "soleil"})
