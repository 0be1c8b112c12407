"""What the fixtures of the EU CTR reader cannot show: damaged and arbitrary payloads, and a real download."""

import datetime as dt
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.readers import euctr
from db.payload import Payload, Reading
from db.vocabularies import Phase, Status
from tests.mutations import damaged
from tests.shared_data import SHARED, needs_shared
from tests.test_readers import FIXTURES

BLOCK = FIXTURES / "euctr" / "windows-line-ends" / "payload.txt"


def read(body: bytes) -> Reading:
    return euctr.read(Payload("euctr", "https://registry.example/full", dt.datetime(2026, 11, 22, tzinfo=dt.UTC), body))


@cache
def real_download() -> bytes:
    return (SHARED / "registries" / "euctr_full_download.txt").read_bytes()


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_one_reject(body: bytes) -> None:
    reading = read(body)
    assert not reading.trials
    is_empty_answer = body.strip().startswith(b"This file contains")
    assert [reject.payload for reject in reading.rejects] == ([] if is_empty_answer else [body])


def test_a_version_that_is_not_utf8_is_rejected_and_the_others_are_read() -> None:
    good = BLOCK.read_bytes()
    other = good.replace(b"2018-002751-15", b"2018-002752-16")
    bad = other[other.index(b"Summary") :].replace(b"Pregnancy", b"Pregnanc\xff")
    reading = read(good + bad)
    assert [trial.trial_id for trial in reading.trials] == ["EUCTR2018-002751-15"]
    assert [(reject.trial_id, reject.payload) for reject in reading.rejects] == [("EUCTR2018-002752-16", bad)]


def test_order_of_the_versions_does_not_matter() -> None:
    body = (FIXTURES / "euctr" / "versions-of-two-trials" / "payload.txt").read_bytes()
    versions = body.split(b"\nSummary\nEudraCT")[1:]
    backwards = b"".join(b"\nSummary\nEudraCT" + version for version in reversed(versions))
    assert {trial.trial_id: trial for trial in read(body).trials} == {t.trial_id: t for t in read(backwards).trials}


@needs_shared
def test_real_download_folds_into_its_two_trials() -> None:
    reading = read(real_download())
    assert not reading.rejects
    assert not reading.unknown_words
    frontotemporal, alzheimer = reading.trials
    assert (frontotemporal.trial_id, alzheimer.trial_id) == ("EUCTR2022-002568-62", "EUCTR2021-002179-21")
    assert frontotemporal.phase == (Phase.PHASE_1, Phase.PHASE_2)
    assert frontotemporal.status is alzheimer.status is Status.RECRUITING
    assert [place.country for place in alzheimer.locations if place.status] == [
        *("Spain", "France", "Poland", "Portugal", "Greece", "Hungary"),
    ]
    assert len(frontotemporal.eligibility.inclusion) == 6
    assert frontotemporal.min_age is not None
    assert frontotemporal.min_age.is_band


@needs_shared
@settings(deadline=None)
@given(st.data())
def test_damaged_real_downloads_never_raise(data: st.DataObject) -> None:
    reading = read(data.draw(damaged(real_download())))
    assert all(trial.trial_id.startswith("EUCTR") for trial in reading.trials)


@settings(deadline=None)
@given(st.data())
def test_a_version_cut_anywhere_is_read_whole_or_rejected(data: st.DataObject) -> None:
    body = BLOCK.read_bytes()
    cut = body[: data.draw(st.integers(body.index(b"A. Protocol"), len(body)))]
    reading = read(cut)
    assert len(reading.trials) + len(reading.rejects) == 1
    (whole,) = read(body).trials
    for trial in reading.trials:
        assert (trial.min_age, trial.max_age, trial.sex) == (whole.min_age, whole.max_age, whole.sex)
