"""The records of each registry that state all it publishes: nothing is left out, and no damage stops the reader."""

import datetime as dt
import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.fixtures import cases
from db.payload import Payload, Reading
from db.trial import Trial
from tests.crawler.test_readers import FIXTURES
from tests.support.mutations import damaged, nodes

PUBLISHED = {
    "isrctn/whole_record": "contacts officials oversight references links documents ipd_sharing design_details",
    "drks/whole_record": "contacts officials arms oversight references documents ipd_sharing design_details",
    "drks/whole_export": "contacts officials arms oversight references links documents ipd_sharing design_details",
    "ctis/whole-record": "contacts references documents design_details first_submitted_date recruitment_end_date",
    "euctr/whole-record": "contacts oversight design_details",
    "ictrp/whole-record": "contacts oversight links documents ipd_sharing",
    "ictrp/whole-xml": "contacts",
    "listing/contacts": "contacts links",
}
"""What each registry publishes beyond what every record has, by the case that states it."""
NOTHING = {field.name: field.default for field in msgspec.structs.fields(Trial)}


def body_of(case: str) -> bytes:
    (path,) = (FIXTURES / case).glob("payload.*")
    return path.read_bytes()


def read(case: str, body: bytes) -> Reading:
    registry = case.partition("/")[0]
    payload = Payload(registry, "https://registry.example/1", dt.datetime(2026, 11, 22, tzinfo=dt.UTC), body)
    reading: Reading = import_module(f"crawler.readers.{registry}").read(payload)
    return reading


@pytest.mark.parametrize(("case", "fields"), PUBLISHED.items(), ids=PUBLISHED)
def test_everything_that_is_published_is_read(case: str, fields: str) -> None:
    (trial,) = read(case, body_of(case)).trials
    assert [name for name in fields.split() if getattr(trial, name) == NOTHING[name]] == []


def test_every_registry_but_the_first_has_such_a_record() -> None:
    assert {case.partition("/")[0] for case in PUBLISHED} | {"ctgov"} == {case.parent.name for case in cases(FIXTURES)}


@settings(deadline=None)
@given(st.data())
def test_a_damaged_record_is_a_trial_or_a_reject(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(sorted(PUBLISHED)))
    body = data.draw(damaged(body_of(case)))
    assert _says_something(case, body, read(case, body))


@pytest.mark.parametrize("case", PUBLISHED)
def test_a_record_that_breaks_off_anywhere_is_a_trial_or_a_reject(case: str) -> None:
    body = body_of(case)
    for end in range(1, len(body), 1 + len(body) // 150):
        assert _says_something(case, body[:end], read(case, body[:end]))


def _says_something(case: str, body: bytes, reading: Reading) -> bool:
    """Whether a reading has a trial or a reject; what is left of a text download or a table may hold no record."""
    first = {"euctr": b"EudraCT Number", "ictrp": b"ACTRN"}.get(case.partition("/")[0], b"")
    return bool(reading.trials or reading.rejects) or body.count(first) == 0


JSON_CASES = [case for case in PUBLISHED if list((FIXTURES / case).glob("payload.json"))]


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, ["x"], [[None]], {"x": 1}, True], ids=repr)
@pytest.mark.parametrize("case", JSON_CASES)
def test_a_value_of_another_kind_costs_no_more_than_itself(case: str, value: object) -> None:
    """Each value of the record in turn is something else; the trial is read, without what that value would have said,
    or the reject says why not.
    """
    record = json.loads(body_of(case))
    for body in _with_each_replaced(record, value):
        reading = read(case, body)
        assert reading.trials or reading.rejects


def _with_each_replaced(record: Any, value: object) -> Iterator[bytes]:
    for holder, key in nodes(record):
        kept, holder[key] = holder[key], value
        yield json.dumps(record).encode()
        holder[key] = kept


def test_what_is_read_of_contacts_is_there_after_a_value_was_lost() -> None:
    record = json.loads(body_of("drks/whole_export"))
    record["trialContacts"][1]["contact"]["email"] = ["not", "a", "text"]
    (trial,) = read("drks/whole_export", json.dumps(record).encode()).trials
    assert [contact.kind for contact in trial.contacts] == ["central", "central", "public", "scientific"]


def test_fixtures_of_persons_are_made_up() -> None:
    """No fixture names an address for e-mail outside the names reserved for examples (RFC 2606)."""
    for case in PUBLISHED:
        for trial in read(case, body_of(case)).trials:
            emails = [contact.email for contact in trial.contacts if contact.email]
            assert [email for email in emails if not email.endswith(".example")] == []
