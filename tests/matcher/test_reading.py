"""How texts are read: words, names, assertions, codes, patients."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matcher.mapping import Mapper, clean_tokens
from matcher.mentions import Reading
from matcher.ngrams import NGramIndex, allowed_edits, full_scan
from matcher.normalise import bag_key, name_words, tokens
from matcher.sentences import flat
from matcher.terminology import default


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ossification, Heterotopic", "heterotopic ossifications"),
        ("PHP-Ia", "PHP type 1A"),
        ("Raynaud's phenomenon", "Raynaud phenomenon"),
        ("tumoural calcinosis", "tumoral calcinosis"),
        ("calcific uraemic arteriolopathy", "calcific uremic arteriolopathy"),
        ("Münchmeyer disease", "munchmeyer disease"),
        ("hypoparathyroidism, unspecified", "hypoparathyroidism"),
    ],
)
def test_spellings_of_one_name_meet(one: str, other: str) -> None:
    assert bag_key(name_words(one)) == bag_key(name_words(other))


@given(st.text(max_size=200))
def test_places_of_words_lie_in_the_text_and_flat_keeps_its_length(text: str) -> None:
    assert len(flat(text)) == len(text)
    for token in tokens(text):
        assert 0 <= token.start <= token.end <= len(text)
    for clause in Reading(text).clauses:
        assert 0 <= clause.start < clause.end <= len(text)


LETTERS = (
    st.text(alphabet="abcdeimnorst ", min_size=1, max_size=24).map(lambda text: " ".join(text.split())).filter(bool)
)


@settings(max_examples=150, deadline=None)
@given(st.lists(LETTERS, min_size=1, max_size=40, unique=True), LETTERS)
@example(["acidemia", "acid emia"], "acidemias")
def test_the_trigram_index_finds_what_a_full_scan_finds(strings: list[str], text: str) -> None:
    edits = allowed_edits(text)
    if edits:
        index, near = NGramIndex.build(strings), full_scan(strings, text, edits)
        assert index.within(text, edits) == near
        assert index.within(text, edits, 0) == [(place, apart) for place, apart in near if " " not in strings[place]]


@pytest.fixture(scope="module")
def mapper() -> Mapper:
    return Mapper(default())


def named(mapper: Mapper, text: str) -> list[str]:
    """Labels of the concepts that a text names."""
    return [mapper.terminology.labels[hit.concepts[0]] for hit in mapper.scan(text, clean_tokens(text))]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("fibrodisplasia osificans progresiva", "Fibrodysplasia ossificans progressiva"),
        ("Grönblad-Strandberg syndrome", "Pseudoxanthoma elasticum"),
        ("calcification, arterial, generalised, infancy", "Generalized arterial calcification of infancy"),
        ("pseudohypoparathyroidism type 1b", "Pseudohypoparathyroidism type 1B (iPPSD3)"),
        ("pseudohypoparathyroidsm typ 1 b", "Pseudohypoparathyroidism type 1B (iPPSD3)"),
        ("amyotrophe Lateralsklerose", "Amyotrophic lateral sclerosis"),
    ],
)
def test_names_in_every_form(mapper: Mapper, text: str, label: str) -> None:
    assert named(mapper, text) == [label]


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("pseudohypoparathyroidism", "Hypoparathyroidism"),
        ("nephrocalcinosis", "Calcinosis (soft-tissue calcification)"),
        ("pseudohypoparathyroidism type 1b", "Pseudohypoparathyroidism type 1A"),
        ("anaphylaxis", "Calciphylaxis"),
        ("multiple sclerosis", "Systemic sclerosis"),
        ("non-calcific supraspinatus tendinopathy", "Calcific tendinitis"),
        ("hypophosphatasia", "X-linked hypophosphatemia"),
        ("Rest syndrome", "CREST syndrome"),
    ],
)
def test_look_alikes_stay_apart(mapper: Mapper, text: str, never: str) -> None:
    assert never not in named(mapper, text)
