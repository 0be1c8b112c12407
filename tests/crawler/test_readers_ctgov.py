"""What the fixtures of the ClinicalTrials.gov reader cannot show: damaged and arbitrary payloads, and real studies."""

import datetime as dt
import gzip
import json
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.readers.ctgov import study as ctgov
from db.payload import Payload, Reading
from tests.crawler.test_readers import FIXTURES
from tests.support.mutations import damaged, nodes
from tests.support.shared_data import SHARED, needs_shared

PAGE = (FIXTURES / "ctgov" / "page-of-variants" / "payload.json").read_bytes()
WHOLE = (FIXTURES / "ctgov" / "whole-record" / "payload.json").read_bytes()
FINITE = st.floats(allow_nan=False, allow_infinity=False)  # JSON has no others
ANY_VALUE: st.SearchStrategy[object] = (
    st.none() | st.booleans() | st.integers() | FINITE | st.text() | st.lists(st.text()) | st.just({})
)


def read(body: bytes) -> Reading:
    now = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    return ctgov.read(Payload("ctgov", "https://registry.example/api/v2/studies", now, body))


@cache
def real_studies() -> list[bytes]:
    return gzip.decompress((SHARED / "ctgov" / "studies.ndjson.gz").read_bytes()).splitlines()


def test_words_that_no_table_knows_are_counted() -> None:
    assert read(PAGE).unknown_words == {
        "status: DREAMING": 1,
        "study type: SIMULATED": 1,
        "phase: PHASE5": 1,
        "sex: ANY": 1,
        "protocolSection.designModule.enrollmentInfo.count: many": 1,
    }


def test_a_study_is_hashed_by_its_own_bytes() -> None:
    study = json.dumps(json.loads(PAGE)["studies"][1]).encode()
    alone, first = (read(b'{"studies":[' + study + rest + b"]}").trials[0] for rest in (b"", b"," + study))
    assert alone.provenance == first.provenance == read(study).trials[0].provenance


@given(st.binary(max_size=300) | st.text().map(str.encode))
def test_arbitrary_bytes_are_one_reject(body: bytes) -> None:
    reading = read(body)
    assert not reading.trials
    assert [reject.payload for reject in reading.rejects] == [body]


@settings(deadline=None)
@given(damaged(PAGE))
def test_a_damaged_page_never_raises(body: bytes) -> None:
    assert all(reject.reason and reject.payload in body for reject in read(body).rejects)


@settings(deadline=None)
@given(st.data())
def test_any_value_in_place_of_another_costs_no_other_study(data: st.DataObject) -> None:
    page = json.loads(PAGE)
    container, key = data.draw(st.sampled_from(nodes(page["studies"][0])))
    container[key] = data.draw(ANY_VALUE)
    reading = read(json.dumps(page).encode())
    assert len(reading.trials) + len(reading.rejects) == 7
    assert {"NCT90000102", "NCT90000103", "NCT90000104"} <= {trial.trial_id for trial in reading.trials}


@settings(deadline=None)
@given(st.data())
def test_any_value_in_a_whole_record_costs_no_more_than_itself(data: st.DataObject) -> None:
    study = json.loads(WHOLE)
    container, key = data.draw(st.sampled_from(nodes(study)))
    container[key] = data.draw(ANY_VALUE)
    reading = read(json.dumps(study).encode())
    assert len(reading.trials) + len(reading.rejects) == 1
    if key not in ("protocolSection", "identificationModule", "nctId", "briefTitle", "officialTitle"):
        assert [trial.trial_id for trial in reading.trials] == ["NCT90000201"]


@needs_shared
def test_real_studies_keep_what_they_state() -> None:
    for body in real_studies():
        (trial,) = read(body).trials
        protocol = json.loads(body)["protocolSection"]
        status, eligibility = protocol.get("statusModule", {}), protocol.get("eligibilityModule", {})
        assert trial.registry_status == status.get("overallStatus")
        assert (trial.start_date and trial.start_date.text) == status.get("startDateStruct", {}).get("date")
        assert (trial.min_age and trial.min_age.text) == eligibility.get("minimumAge")
        assert (trial.max_age and trial.max_age.text) == eligibility.get("maximumAge")
        assert (trial.sex or "").upper() == eligibility.get("sex", "")
        assert all(date is None or date.date for date in (trial.start_date, trial.completion_date))


@needs_shared
@settings(deadline=None)
@given(st.data())
def test_a_damaged_real_study_gives_a_trial_or_a_reject(data: st.DataObject) -> None:
    reading = read(data.draw(damaged(data.draw(st.sampled_from(real_studies())))))
    assert len(reading.trials) + len(reading.rejects) == 1


@needs_shared
@settings(deadline=None)
@given(st.data())
def test_a_changed_real_study_gives_a_trial_or_a_reject(data: st.DataObject) -> None:
    study = json.loads(data.draw(st.sampled_from(real_studies())))
    container, key = data.draw(st.sampled_from(nodes(study)))
    container[key] = data.draw(ANY_VALUE)
    reading = read(json.dumps(study).encode())
    assert len(reading.trials) + len(reading.rejects) == 1
