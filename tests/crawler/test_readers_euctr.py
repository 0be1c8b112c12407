"""What the fixtures of the EU CTR reader cannot show: damaged and arbitrary payloads, and a real download."""

import datetime as dt
import re
from functools import cache

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.readers.euctr import trial as euctr
from db.payload import Payload, Reading
from db.vocabularies import Phase, Status
from tests.crawler.test_readers import FIXTURES
from tests.support.mutations import damaged
from tests.support.shared_data import SHARED, needs_shared

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


def block_of_lines() -> bytes:
    return BLOCK.read_bytes().replace(b"\r\n", b"\n")


def test_a_wrong_byte_or_another_encoding_costs_no_version() -> None:
    good = block_of_lines()
    other = good.replace(b"2018-002751-15", b"2018-002752-16")
    bad = other[other.index(b"Summary") :].replace(b"Pregnancy", b"Pregnanc\xff")
    reading = read(good + bad)
    assert [trial.trial_id for trial in reading.trials] == ["EUCTR2018-002751-15", "EUCTR2018-002752-16"]
    (whole,) = read(good).trials
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le"):
        (trial,) = read(good[good.index(b"Summary") :].decode().encode(encoding)).trials
        assert (trial.status, trial.eligibility, trial.max_age) == (whole.status, whole.eligibility, whole.max_age)


def test_blanks_before_some_lines_cost_no_field() -> None:
    good = block_of_lines()
    odd = re.sub(
        rb"(?m)^(Summary|EudraCT Number|Trial Status|A\.3 |B\.Sponsor|D\.IMP|E\.1\.1 |E\.4 |F\.1\.2 )", rb"  \1", good
    )
    (whole,), (trial,) = read(good).trials, read(odd).trials
    assert msgspec.structs.replace(trial, provenance=whole.provenance) == whole


@pytest.mark.parametrize("blanks", [b" ", b"    ", b"\t", b" \t"])
def test_blanks_before_lines_cost_nothing(blanks: bytes) -> None:
    good = block_of_lines()
    (whole,), (trial,) = read(good).trials, read(re.sub(rb"(?m)^(?=.)", blanks, good)).trials
    assert msgspec.structs.replace(trial, provenance=whole.provenance) == whole


@pytest.mark.parametrize(
    ("line", "written"),
    [
        (b"F.1.2 Adults (18-64 years): Yes", b"F.1.2 Adults (18-64years): Yes"),
        (b"F.1.1.5 Children (2-11years): No", b"F.1.1.5 Children (2-11 years): No"),
        (b"F.2.1 Female: Yes", b"F.2.1  FEMALE : Yes"),
        (b"E.3 Principal inclusion criteria: ", b"E.3 Principal  Inclusion Criteria: "),
        (b"Trial Status: Restarted", b"Trial Status: restarted"),
    ],
)
def test_blanks_and_case_of_a_label_make_no_difference(line: bytes, written: bytes) -> None:
    good = block_of_lines()
    assert line in good
    (whole,), (trial,) = read(good).trials, read(good.replace(line, written)).trials
    as_stated = {"provenance": whole.provenance, "registry_status": None, "locations": ()}
    assert msgspec.structs.replace(trial, **as_stated) == msgspec.structs.replace(whole, **as_stated)
    assert trial.min_age is not None
    assert trial.min_age.days == 18 * 365.25


def test_a_version_whose_number_is_none_is_a_reject_with_its_own_bytes() -> None:
    good = block_of_lines()
    bad = good[good.index(b"Summary") :].replace(b"2018-002751-15", b"to be given")
    for body in (bad + good, good + bad):
        reading = read(body)
        assert [trial.trial_id for trial in reading.trials] == ["EUCTR2018-002751-15"]
        assert [reject.payload.strip().split(b"\n")[1] for reject in reading.rejects] == [
            b"EudraCT Number: to be given"
        ]


def test_free_text_that_quotes_a_header_begins_no_version() -> None:
    quoted = b"Pregnancy\nSummary\nEudraCT Number: 2018-002751-15 as in the annex"
    reading = read(block_of_lines().replace(b"Pregnancy", quoted))
    assert (len(reading.trials), reading.rejects) == (1, [])


def test_line_ends_make_no_difference() -> None:
    (whole,) = read(block_of_lines()).trials
    for end in (b"\r\n", b"\r"):
        (trial,) = read(block_of_lines().replace(b"\n", end)).trials
        assert (trial.conditions, trial.eligibility) == (whole.conditions, whole.eligibility)


def test_a_version_without_its_last_sections_is_whole_where_nothing_was_cut() -> None:
    block = block_of_lines()
    facts = block[: block.index(b"\nG. ") + 1]
    assert len(read(facts).trials) == 1
    assert len(read(facts + block.replace(b"2018-002751-15", b"2018-002752-16")).trials) == 2
    assert [reject.reason for reject in read(facts[:-2]).rejects] == ["the country version is cut short"]
    half_of_the_ages = facts[: facts.index(b"F.1.2 ")]
    assert [reject.reason for reject in read(half_of_the_ages).rejects] == ["the country version is cut short"]


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
        assert (trial.min_age, trial.max_age) in ((whole.min_age, whole.max_age), (None, None))
        assert trial.sex in (whole.sex, None)


@pytest.mark.parametrize("between", [b"", b" "])
def test_a_download_that_lost_its_line_ends_is_a_reject(between: bytes) -> None:
    reading = read(re.sub(rb"\r?\n", between, BLOCK.read_bytes()))
    assert (len(reading.trials), len(reading.rejects)) == (0, 1)


def test_lines_that_are_never_read_are_told() -> None:
    body = re.sub(rb"(?m)^E\.4 ", b"E.2.3 Trial contains a sub-study: Yes\r\nE.4 ", BLOCK.read_bytes(), count=1)
    told = euctr.unread(Payload("euctr", "", dt.datetime(2026, 11, 22, tzinfo=dt.UTC), body))
    assert "E.2.3" in told
    assert not {"E.3", "E.4", "A.3", "F.1.2"} & told
