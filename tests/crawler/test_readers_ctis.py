"""What the fixtures of the CTIS reader cannot show: damaged and arbitrary payloads, and the real ones."""

import copy
import datetime as dt
import json
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.readers.ctis import application as ctis
from db.payload import Payload, Reading
from db.vocabularies import Phase, Status
from tests.support.mutations import damaged, nodes
from tests.support.shared_data import SHARED, needs_shared

OTHER_VALUES = [None, 0, -1, 3.5, True, "", "text", "2024-13-45", [], {}, [None], {"number": 1}, "\u2028&#99999999;"]


def read(body: bytes) -> Reading:
    return ctis.read(
        Payload("ctis", "https://registry.example/retrieve", dt.datetime(2026, 11, 22, tzinfo=dt.UTC), body)
    )


@cache
def real_documents() -> list[bytes]:
    return (SHARED / "registries" / "ctis.jsonl").read_bytes().splitlines()


@cache
def small_documents() -> list[dict[str, Any]]:
    """The real documents without their long lists, so that a change hits a field that is read."""
    return [shortened(json.loads(document)) for document in real_documents()]


def shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shortened(inner) for key, inner in value.items() if "ranslation" not in key}
    return [shortened(inner) for inner in value[:2]] if isinstance(value, list) else value


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_one_reject(body: bytes) -> None:
    reading = read(body)
    assert not reading.trials
    assert [reject.payload for reject in reading.rejects] == [body]


def test_nesting_without_end_is_one_reject() -> None:
    assert len(read(b'{"ctNumber":' + b"[" * 100_000).rejects) == 1


@needs_shared
def test_real_documents_all_load() -> None:
    trials = [trial for document in real_documents() for trial in read(document).trials]
    assert [trial.trial_id for trial in trials] == [
        "CTIS2022-500244-37-00",
        "CTIS2022-500676-59-00",
        "CTIS2024-510663-34-00",
        "CTIS2024-512095-35-00",
    ]
    assert [trial.status for trial in trials] == [Status.NOT_YET_RECRUITING, *[Status.RECRUITING] * 3]
    assert trials[3].phase == (Phase.PHASE_1, Phase.PHASE_2)
    assert all(trial.conditions and trial.eligibility.inclusion and trial.locations for trial in trials)


@needs_shared
def test_real_age_bands_never_exclude_a_patient_whom_the_criteria_admit() -> None:
    infants, children = (read(real_documents()[at]).trials[0] for at in (2, 3))  # under 6 months; 1 to 21 years
    assert infants.max_age is not None
    assert infants.max_age.days is not None
    assert 180 < infants.max_age.days < 2 * 365.25
    assert children.min_age is not None
    assert children.min_age.days == 0
    assert children.max_age is not None
    assert children.max_age.is_band


@needs_shared
@settings(deadline=None)
@given(st.data())
def test_damaged_real_documents_give_a_trial_or_a_reject(data: st.DataObject) -> None:
    body = data.draw(damaged(data.draw(st.sampled_from(real_documents()))))
    reading = read(body)
    assert len(reading.trials) + len(reading.rejects) == 1


@needs_shared
@settings(deadline=None)
@given(st.data())
def test_documents_with_a_changed_field_give_a_trial_or_a_reject(data: st.DataObject) -> None:
    document = copy.deepcopy(data.draw(st.sampled_from(small_documents())))
    container, key = data.draw(st.sampled_from(nodes(document)))
    container[key] = data.draw(st.sampled_from(OTHER_VALUES))
    reading = read(json.dumps(document).encode())
    assert len(reading.trials) + len(reading.rejects) == 1
