"""The quick ways of the ranking give what the plain ones give."""

from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import Matcher
from matcher.patient.case import Element, PatientCase
from matcher.patient.demographics import AgeGroup
from matcher.ranking import best_first
from matcher.text.content_words import content_words, read_words

WORDS = [
    *("type", "Stage", "Phase", "III", "iii", "xii", "x", "xi", "xa", "iva", "12", "a", "b", "12a", "3", "100", "and"),
    *("covid19", "brca1", "Parkinson's", "d'Alzheimer", "l'oedème", "é", "’s", "BAY59-7939", "–", "≥", "factor"),
    *("2/2", "2°", "1º", "2", "C.R.E.S.T.", "b.i.d", "e.g."),
    *("ß", "Æ", "ﬁ", "İ", "haemorrhages"),
]


@settings(max_examples=500)
@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join),
        st.lists(st.sampled_from(WORDS), max_size=8).map("-".join),
    )
)
def test_content_words_are_those_of_reading_word_after_word(text: str) -> None:
    assert content_words(text) == read_words(text)


def concepts_nearby(matcher: Matcher) -> list[int]:
    """Concepts that the catalogue's trials name, and those around them."""
    index = matcher.catalogue
    named = sorted({concept for place in range(len(index.facts)) for concept, _, _ in index.namings(place)})
    around = {
        other
        for concept in named
        if matcher.terminology.holds(concept)
        for other in matcher.scorer.expansion.of(concept)
    }
    return sorted(around.union(named))


@pytest.fixture(scope="module")
def nearby(matcher: Matcher) -> list[int]:
    return concepts_nearby(matcher)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_best_first_gives_the_trials_of_the_plain_ranking_in_its_order(
    matcher: Matcher, nearby: list[int], data: st.DataObject
) -> None:
    patient = draw_patient(matcher, nearby, data)
    plain = matcher.ranker.rank(patient)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(best_first, "_SORTED_AT_ONCE", data.draw(st.sampled_from([1, best_first._SORTED_AT_ONCE])))
        assert list(matcher.ranker.best_first(patient)) == plain
        assert list(islice(matcher.ranker.best_first(patient), 3)) == plain[:3]


def draw_patient(matcher: Matcher, nearby: list[int], data: st.DataObject) -> PatientCase:
    """Diseases, findings and denials that some trial may be about, words of the input and of what is to be avoided."""

    def element(concept: int, finding: bool) -> Element:
        reached = matcher.scorer.expansion.of(concept) if matcher.terminology.holds(concept) else {}
        past, inferred = data.draw(st.booleans()), data.draw(st.booleans())
        weight = data.draw(st.floats(0.3, 1.0))
        suspected = data.draw(st.booleans())
        return Element(
            concept, weight, finding, f"words of {concept}", "exact", weight, reached, past, inferred,
            suspected=suspected,
        )  # fmt: skip

    chosen = data.draw(st.lists(st.sampled_from(nearby), min_size=1, max_size=5, unique=True))
    diseases = data.draw(st.integers(0, len(chosen)))
    denied = data.draw(st.lists(st.sampled_from(nearby), max_size=2))
    words = st.lists(st.sampled_from(["sodium", "treatment", "calcinosis"]), max_size=3)
    return PatientCase(
        tuple(element(concept, finding=False) for concept in chosen[:diseases]),
        tuple(element(concept, finding=True) for concept in chosen[diseases:]),
        dict.fromkeys(denied, "no"),
        (),
        None,
        frozenset(data.draw(words)),
        avoided=frozenset(data.draw(words)),
        age_group=data.draw(st.sampled_from(AgeGroup)),
    )
