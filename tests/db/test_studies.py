"""Linking the records of one study: by strong ids, both ways, whatever the order of arrival."""

import datetime as dt
import random

import duckdb
from hypothesis import example, given, settings
from hypothesis import strategies as st

from db.migrating import create_schema
from db.registries import Registry, save_registries
from db.studies import Conflict, cluster, link_studies, strong_keys
from db.trial import Identifier, Provenance, Trial
from db.writer import encode, write_trials

RANKS = {"ctgov": 1, "ctis": 2, "euctr": 3, "isrctn": 4, "drks": 5}


def linked(
    records: dict[str, list[str]], aliases: dict[str, str] | None = None
) -> tuple[dict[str, str], list[Conflict]]:
    """study_id by trial, and conflicts, from {trial_id: identifiers as stated}."""
    return cluster({trial_id: strong_keys(trial_id, ids, aliases or {}) for trial_id, ids in records.items()}, RANKS)


def test_a_pair_is_linked_whichever_side_states_the_other() -> None:
    for records in (
        {"NCT00323960": ["2005-003956-37"], "EUCTR2005-003956-37": []},
        {"NCT00323960": [], "EUCTR2005-003956-37": ["NCT00323960"]},
    ):
        studies, conflicts = linked(records)
        assert set(studies.values()) == {"NCT00323960"}
        assert conflicts == []


def test_the_number_of_the_lowest_rank_names_the_study_and_a_number_of_no_rank_only_alone() -> None:
    records = {"NCT00000011": [], "EUCTR2010-020202-11": ["NCT00000011"], "ACTRN12615000750583": ["2010-020202-11"]}
    keys = {trial_id: strong_keys(trial_id, ids, {}) for trial_id, ids in records.items()}
    for ranks, name in (
        ({"ctgov": 1, "euctr": 2}, "NCT00000011"),
        ({"ctgov": 2, "euctr": 1}, "EUCTR2010-020202-11"),
        ({"anzctr": 1}, "ACTRN12615000750583"),
        ({}, "ACTRN12615000750583"),  # the first in the alphabet
    ):
        assert set(cluster(keys, ranks)[0].values()) == {name}
    assert linked({"ACTRN12615000750583": []})[0] == {"ACTRN12615000750583": "ACTRN12615000750583"}


def test_junk_and_sponsor_codes_link_nothing() -> None:
    studies, _ = linked(
        {"NCT00000001": ["101", "NCT00000000"], "NCT00000002": ["101", "n/a"], "ISRCTN73380053": ["Nil known", "101"]}
    )
    assert len(set(studies.values())) == 3


def test_two_nct_numbers_in_one_cluster_are_a_conflict_and_stay_apart() -> None:
    studies, conflicts = linked(
        {"NCT00000011": ["2010-020202-11"], "NCT00000022": ["2010-020202-11"], "EUCTR2010-020202-11": ["NCT00000011"]}
    )
    assert studies["NCT00000011"] != studies["NCT00000022"]
    assert {"NCT00000011", "NCT00000022"} <= {nct for conflict in conflicts for nct in conflict.nct_ids}


def test_a_conflict_leaves_the_good_links_of_its_members() -> None:
    studies, conflicts = linked(
        {
            "NCT00000011": ["2010-020202-11", "ISRCTN73380053"],
            "NCT00000022": ["2010-020202-11"],
            "ISRCTN73380053": ["NCT00000011"],
        }
    )
    assert conflicts
    assert studies["ISRCTN73380053"] == studies["NCT00000011"] == "NCT00000011"


def test_a_record_of_several_nct_numbers_belongs_to_none_and_costs_the_others_nothing() -> None:
    records = {
        "NCT00000011": [],
        "NCT00000022": [],
        "ISRCTN73380053": ["NCT00000011, NCT00000022"],
        "EUCTR2010-020202-11": ["NCT00000011"],
    }
    studies, conflicts = linked(records)
    assert studies["ISRCTN73380053"] == "ISRCTN73380053"
    assert studies["EUCTR2010-020202-11"] == "NCT00000011"
    assert {(conflict.identifier, conflict.trial_ids) for conflict in conflicts} == {
        (number, ("ISRCTN73380053", number)) for number in ("NCT00000011", "NCT00000022")
    }


def test_an_alias_stands_for_its_current_number() -> None:
    studies, conflicts = linked(
        {"NCT00000011": [], "ISRCTN73380053": ["NCT00000099"]}, aliases={"NCT00000099": "NCT00000011"}
    )
    assert studies["ISRCTN73380053"] == "NCT00000011"
    assert conflicts == []


NUMBERS = st.sampled_from(
    ["NCT00000011", "NCT00000022", "2010-020202-11", "2011-020203-12", "ISRCTN73380053", "DRKS00038775", "101"]
)
TRIALS = ["NCT00000011", "NCT00000022", "EUCTR2010-020202-11", "ISRCTN73380053", "DRKS00038775", "listing:x@y"]


@given(st.dictionaries(st.sampled_from(TRIALS), st.lists(NUMBERS, max_size=4)), st.randoms())
def test_the_order_of_arrival_does_not_matter(records: dict[str, list[str]], order: random.Random) -> None:
    studies, conflicts = linked(records)
    shuffled = list(records)
    order.shuffle(shuffled)
    again, same_conflicts = linked({trial_id: records[trial_id][::-1] for trial_id in shuffled})
    assert again == studies
    assert same_conflicts == conflicts


@given(st.dictionaries(st.sampled_from(TRIALS), st.lists(NUMBERS, max_size=4)))
def test_no_study_holds_two_nct_records(records: dict[str, list[str]]) -> None:
    studies, _ = linked(records)
    assert studies.keys() == records.keys()
    nct = [study for trial_id, study in studies.items() if trial_id.startswith("NCT")]
    assert len(nct) == len(set(nct))


@settings(deadline=None, max_examples=25)
@example({"listing:x@y": ["NCT00000011", "NCT00000022"]})
@given(st.dictionaries(st.sampled_from(TRIALS), st.lists(NUMBERS, max_size=4)))
def test_the_catalogue_gets_the_studies_that_all_records_together_give(records: dict[str, list[str]]) -> None:
    now = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    origin = Provenance("https://registry.example", now, "the record's own")
    lines = [
        encode(
            Trial(
                trial_id=trial_id,
                registry="any",
                url="https://registry.example",
                identifiers=tuple(Identifier(number, "any") for number in numbers),
                provenance=origin,
            )
        )
        for trial_id, numbers in records.items()
    ]
    studies, conflicts = linked(records)
    with duckdb.connect() as connection:
        create_schema(connection)
        save_registries(connection, (Registry(name, "terms", rank) for name, rank in RANKS.items()))
        write_trials(connection, lines, "crawl", now)
        for _ in range(2):
            assert link_studies(connection) == len(conflicts)
            assert dict(connection.execute("SELECT trial_id, study_id FROM trials").fetchall()) == studies
