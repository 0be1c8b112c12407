"""The matching bench judges rightly: figures over tiny inputs, distortions by rule, facts in registries' shapes."""

import datetime as dt
import json
import random

import pytest

from bench.matching.catalogue import read_facts
from bench.matching.distortions import decoys, typo, typos, variants
from bench.matching.facts import conditions_of, shuffled, study
from bench.matching.folds import deal, topic_of, topics, without
from bench.matching.report import OURS, Mark, Row, cell
from bench.matching.scores import links, percentile, read_figures, wrong_suggestions
from bench.matching.terms import best_reachable
from crawler.readers.ctgov import study as ctgov
from db.payload import Payload
from matcher.terminology import Kind, Relation, Vocabulary, VocabularyInfo
from matcher.terminology.model import ConceptRow, EdgeRow, NameRow

FACT = {
    "id": "NCT09000001",
    "brief_title": "Cream for gout",
    "official_title": None,
    "conditions": ["Gout"],
    "keywords": [],
    "interventions": [{"type": "Drug", "name": "Cream"}],
    "phase": "Phase 2/Phase 3",
    "overall_status": "Active, not recruiting",
    "minimum_age": "18 Years",
    "sex": "Female",
    "start_date": "2020-01-01",
    "enrollment": 12,
    "countries": ["France"],
    "eligibility_points": ["Gout of the toe"],
    "group": "what the graders say",
}
OTHER = {"id": "ACTRN12600000000001", "conditions": ["Gout", "Arthritis"], "sex": None, "maximum_age": "80 Years"}
NAMES = {
    "amyotrophic sclerosis": "A",
    "tuberous sclerosis": "B",
    "hypothyroidism": "C",
    "hyperthyroidism": "D",
    "glycogenosis type 2": "E",
    "calcinosis cutis": "F",
    "hemolytic anemia": "G",
}


def test_links_are_right_wrong_or_none() -> None:
    found = links(["a", "b", None, "d"], [frozenset("a"), frozenset("xy"), frozenset("c"), frozenset("de")])
    assert found == (0.5, 0.25, 0.25, 4)
    assert links([], []).right == 0


def test_the_best_that_one_answer_a_phrase_can_reach() -> None:
    assert best_reachable([("Anemia", "A"), ("anemia", "a"), ("anemia", "b"), ("x", "c")]) == 0.75


def test_figures_of_the_shared_tool_are_read() -> None:
    figures = read_figures("queries=130 ndcg10=0.950 must_not_rate=0.0012 quiet=14/20")
    assert figures == {"queries": 130, "ndcg10": 0.95, "must_not_rate": 0.0012, "quiet": 0.7}


def test_a_wrong_suggestion_is_one_that_the_query_must_not_get() -> None:
    gold = {"relevant": {"NCT1": 2}, "must_not": ["EUCTR2020-000001-11-NL"], "anchor": "absent"}
    answer = {
        "matches": [
            {"trial_id": "NCT1", "grade": "strong"},
            {"trial_id": "EUCTR2020-000001-11", "grade": "possible"},
            {"trial_id": "NCT03582800", "grade": "weak"},
        ]
    }
    assert wrong_suggestions(gold, answer) == ["EUCTR2020-000001-11"]
    assert wrong_suggestions({**gold, "relevant": {}}, answer) == ["NCT1", "EUCTR2020-000001-11"]


def test_a_mark_is_reached_or_missed() -> None:
    row = Row("gold", "nDCG@10", {OURS: 0.8996, "gilda": 0.5, "BM25": "cannot"}, Mark(0.9))
    assert [cell(row, name) for name in (OURS, "gilda", "BM25", "MNER")] == ["0.900 ok", "0.500", "cannot", ""]
    assert cell(Row("x", "y", {OURS: 0.03}, Mark(0.02, at_least=False)), OURS) == "0.030 MISSED"


def test_percentiles() -> None:
    assert percentile(list(range(100)), 0.95) == 95
    assert percentile([3.0], 0.5) == 3.0


def test_a_typing_error_leaves_short_words_and_numbers_alone() -> None:
    rng = random.Random(1)
    for _ in range(200):
        made = typo("sclerosis 1a of the hip", 2, rng)
        assert made.endswith(" 1a of the hip")
        assert made.split()[0].isalpha()


def test_misspelt_names_are_no_names() -> None:
    made = typos(NAMES, 5, random.Random(2))
    assert made
    assert all(misspelt not in NAMES and name in NAMES for misspelt, name in made)


def test_look_alikes_mean_something_else() -> None:
    headings = {name: name.title() for name in NAMES}
    made = decoys(headings, headings, 12, random.Random(3))
    assert {decoy.rule for decoy in made} == {"affix", "sibling type", "shared head"}
    assert all(headings.get(decoy.phrase) != decoy.heading for decoy in made)


def test_variants_are_other_spellings() -> None:
    made = variants(NAMES, 6, random.Random(4))
    assert made
    assert all(spelling.lower() not in NAMES and name in NAMES for spelling, name in made)


def test_facts_become_a_study_that_the_reader_reads() -> None:
    body = json.dumps({"studies": [study(FACT)]}).encode()
    reading = ctgov.read(Payload("ctgov", "bench:ctgov", dt.datetime(2026, 1, 1, tzinfo=dt.UTC), body))
    (trial,) = reading.trials
    assert not reading.unknown_words
    assert len(trial.phase) == 2
    assert trial.registry_status == "ACTIVE_NOT_RECRUITING"
    assert trial.eligibility is not None
    assert "what the graders say" not in body.decode()


def test_records_are_read_in_the_order_of_the_seed() -> None:
    trials = read_facts([FACT, OTHER], seed=5)
    assert {trial.trial_id for trial in trials} == {"NCT09000001", "ACTRN12600000000001"}
    assert [trial.trial_id for trial in read_facts([FACT, OTHER], seed=5)] == [trial.trial_id for trial in trials]
    other = next(trial for trial in trials if trial.registry == "anzctr")
    assert [condition.condition for condition in other.conditions] == ["Gout", "Arthritis"]


def test_shuffling_keeps_every_record() -> None:
    facts = [{"id": str(number)} for number in range(30)]
    mixed = shuffled(facts, 1)
    assert mixed != facts
    assert sorted(mixed, key=str) == sorted(facts, key=str)


def test_what_a_tool_without_fhir_is_asked() -> None:
    condition = {"resourceType": "Condition", "code": {"coding": [{"display": "Gout"}]}}
    bundle = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient"}}, {"resource": condition}]}
    assert conditions_of("gout", json.loads) == ["gout"]
    assert conditions_of(json.dumps(condition), json.loads) == ["Gout"]
    assert conditions_of(json.dumps(bundle), json.loads) == ["Gout"]


@pytest.fixture
def vocabulary() -> Vocabulary:
    rows = (("X:1", Kind.DISEASE), ("X:2", Kind.DISEASE), ("X:3", Kind.FINDING), ("X:4", Kind.GROUP))
    return Vocabulary(
        VocabularyInfo("x", "1", "", ""),
        tuple(ConceptRow(identifier, identifier, kind) for identifier, kind in rows),
        tuple(NameRow(identifier, f"name of {identifier}") for identifier, _ in rows),
        (),
        (
            EdgeRow("X:1", Relation.IS_A, "X:2", 1, "s"),
            EdgeRow("X:2", Relation.IS_A, "X:4", 1, "s"),
            EdgeRow("X:2", Relation.MANIFESTATION, "X:3", 1, "s"),
        ),
    )


def test_topics_hang_together_by_is_a_but_not_through_groups(vocabulary: Vocabulary) -> None:
    found = topics(vocabulary)
    assert found["X:1"] == found["X:2"]
    assert len({found["X:2"], found["X:3"], found["X:4"]}) == 3


def test_nothing_is_left_of_what_is_left_out(vocabulary: Vocabulary) -> None:
    left = without(vocabulary, {"X:2"})
    assert [row.id for row in left.concepts] == ["X:1", "X:3", "X:4"]
    assert len(left.names) == 3
    assert left.edges == ()


def test_a_query_is_of_the_topic_that_its_trials_list_most() -> None:
    kinds = {"disease": Kind.DISEASE, "finding": Kind.FINDING}
    listed = {"T1": ["finding"], "T2": ["finding", "disease"], "EUCTR2020-000001-11": ["disease"]}
    query = {"relevant": {"T1": 2, "T2": 1}, "must_not": []}
    assert topic_of(query, listed, kinds) == "disease"
    assert topic_of({"relevant": {"T1": 1}, "must_not": []}, listed, kinds) == "finding"
    assert topic_of({"relevant": {}, "must_not": ["EUCTR2020-000001-11-NL"]}, listed, kinds) == "disease"
    assert topic_of({"relevant": {}, "must_not": []}, listed, kinds) is None


def test_topics_are_dealt_evenly() -> None:
    folds = deal({"a": 5, "b": 3, "c": 2, "d": 1}, 2)
    assert sorted(map(sorted, folds)) == [["a", "d"], ["b", "c"]]
