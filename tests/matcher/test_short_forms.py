"""Short forms that a text defines itself."""

import pytest

from matcher import Matcher
from matcher.linking.defined_abbreviations import is_short_form, stands_for


@pytest.mark.parametrize(
    ("short", "before"),
    [
        ("PSS", "with primary Sjögren syndrome"),
        ("PHP", "primary hyperparathyroidism"),
        ("DM1", "myotonic dystrophy type 1"),
        ("HO", "hereditary osteodystrophy"),
        ("PHPT", "primary hyperparathyroidism"),
    ],
)
def test_letters_of_the_words_before_the_bracket(short: str, before: str) -> None:
    assert is_short_form(short)
    assert stands_for(short, before)


@pytest.mark.parametrize(("short", "before"), [("ILD", "systemic sclerosis"), ("PM", "dermatomyositis"), ("SSc", "")])
def test_other_letters_stand_for_something_else(short: str, before: str) -> None:
    assert not stands_for(short, before)


def labels(matcher: Matcher, text: str) -> list[str]:
    return [item.concepts[0].label for item in matcher.suggest(text).diagnoses if item.concepts]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("primary Sjögren syndrome (PSS), diagnosed 2012. PSS is stable.", "Sjögren syndrome"),
        ("primary hyperparathyroidism (PHP)", "Primary hyperparathyroidism"),
        ("myotonic dystrophy type 1 (DM1)", "Myotonic dystrophy 1"),
    ],
)
def test_a_short_form_means_what_the_text_says(matcher: Matcher, text: str, label: str) -> None:
    assert set(labels(matcher, text)) == {label}


def test_what_stands_in_brackets_otherwise_keeps_its_meaning(matcher: Matcher) -> None:
    assert labels(matcher, "systemic sclerosis (ILD)") == ["Systemic sclerosis", "Interstitial lung disease"]
    assert labels(matcher, "CREST syndrome (SSc)") == ["CREST syndrome", "Systemic sclerosis"]
