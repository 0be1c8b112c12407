"""The ISRCTN reader on bytes that no fixture foresees, and its status by dates."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.readers.isrctn import trial as isrctn
from db.dates import spoken_partial_date
from db.payload import Payload, Reading
from db.recruitment import status_on
from db.trial import sha256
from db.vocabularies import Status
from tests.crawler.test_readers import FIXTURES
from tests.support.mutations import damaged
from tests.support.shared_data import SHARED, needs_shared

PAGE = (FIXTURES / "isrctn" / "page_of_trials" / "payload.xml").read_bytes()
REAL = SHARED / "registries" / "isrctn_api_query_sample_mecfs_trimmed.xml"


def read(body: bytes, day: dt.date = dt.date(2026, 11, 22)) -> Reading:
    fetched_at = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    return isrctn.read(Payload("isrctn", "https://registry.example/api", fetched_at, body))


@settings(deadline=None)
@given(st.binary())
def test_arbitrary_bytes_are_one_reject(body: bytes) -> None:
    reading = read(body)
    assert reading.trials == []
    assert [reject.payload for reject in reading.rejects] == [body]


@settings(deadline=None)
@given(damaged(PAGE))
def test_a_damaged_page_gives_trials_or_rejects(body: bytes) -> None:
    reading = read(body)
    assert reading.trials or reading.rejects
    assert all(reject.reason and reject.payload in body for reject in reading.rejects)
    assert all(trial.trial_id.removeprefix("ISRCTN").isdigit() for trial in reading.trials)


@needs_shared
@settings(deadline=None)
@given(st.data())
def test_a_damaged_real_page_gives_a_trial_or_a_reject(data: st.DataObject) -> None:
    reading = read(data.draw(damaged(REAL.read_bytes())))
    assert reading.trials or reading.rejects


@needs_shared
def test_a_real_answer_is_read_whole() -> None:
    reading = read(REAL.read_bytes())
    assert reading.rejects == []
    assert dict(reading.unknown_words) == {}
    (trial,) = reading.trials
    assert (trial.trial_id, trial.status, trial.enrollment) == ("ISRCTN15375673", Status.RECRUITING, 3060)
    assert {site.country for site in trial.locations} == {"United Kingdom"}


def test_a_record_is_hashed_by_its_own_bytes() -> None:
    alone = b"<fullTrial><trial><isrctn>20260077</isrctn></trial></fullTrial>"
    pages = [b"<allTrials>" + alone + rest + b"</allTrials>" for rest in (b"", alone.replace(b"77<", b"88<"))]
    hashes = [read(page).trials[0].provenance.payload_sha256 for page in (*pages, alone)]
    assert hashes == [sha256(alone)] * 3


def test_a_damaged_record_does_not_take_its_neighbours_along() -> None:
    reading = read(PAGE)
    assert [trial.trial_id for trial in reading.trials] == ["ISRCTN20260011", "ISRCTN20260033"]
    assert [reject.trial_id for reject in reading.rejects] == ["ISRCTN20260022"]
    assert reading.rejects[0].payload.startswith(b"<fullTrial>")
    assert reading.unknown_words == {"study type: Epidemiological": 1}


@pytest.mark.parametrize(
    ("target", "people"),
    [
        ("3060", 3060),
        ("Planned Sample Size: 1,200; UK Sample Size: 60", 1200),
        ("40 patients, 40 controls", None),
        ("Nil known", None),
    ],
)
def test_planned_participants(target: str, people: int | None) -> None:
    participants = f"<participants><targetEnrolment>{target}</targetEnrolment></participants>"
    body = f"<fullTrial><trial><isrctn>20260077</isrctn>{participants}</trial></fullTrial>"
    assert read(body.encode()).trials[0].enrollment == people


def test_entities_cannot_be_declared() -> None:
    title = b"<trialDescription><title>a &e; b</title></trialDescription>"
    record = b"<fullTrial><trial><isrctn>20260077</isrctn>" + title + b"</trial></fullTrial>"
    body = b'<!DOCTYPE a [<!ENTITY e "x">]><allTrials>' + record + b"</allTrials>"
    assert [trial.brief_title for trial in read(body).trials] == ["a &e; b"]


RECORD = """<fullTrial><trial><isrctn>20260078</isrctn><trialDescription><title>%s</title></trialDescription>
    </trial></fullTrial>"""


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("<![CDATA[a </fullTrial> & <fullTrial> b]]>", "a </fullTrial> & <fullTrial> b"),
        ("a<!-- </fullTrial> -->b", "ab"),
        ("caf&eacute;&nbsp;&hellip;", "café\xa0…"),
        ("R&D, n < 5", "R&D, n < 5"),
        ("a\x0bb&#x1f;c", "a b c"),
        ("a&lt;br&gt;b&lt;sub&gt;2&lt;/sub&gt;", "a\nb2"),
    ],
)
def test_what_xml_forbids_costs_no_record(written: str, title: str) -> None:
    other = RECORD.replace("20260078", "20260079") % "other"
    root = '<allTrials totalCount="2" note="a>b"><!-- <fullTrial> --><?x y?>'
    reading = read(f"{root}{RECORD % written}{other}</allTrials>".encode())
    assert [trial.brief_title for trial in reading.trials] == [title, "other"]
    assert reading.rejects == []


@pytest.mark.parametrize("declared", ["UTF-8", "ISO-8859-1", "UTF-16"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1", "utf-16"])
def test_the_declared_encoding_may_be_wrong(declared: str, encoding: str) -> None:
    body = f'<?xml version="1.0" encoding="{declared}"?><allTrials totalCount="1">{RECORD % "Tü"}</allTrials>'
    assert [trial.brief_title for trial in read(body.encode(encoding)).trials] == ["Tü"]


def test_age_limits_that_stand_in_attributes_alone() -> None:
    people = """<participants><lowerAgeLimit unit="Months" value="6"/><upperAgeLimit unit="Years" value="17.0"/>
        </participants>"""
    body = f"<fullTrial><trial><isrctn>20260077</isrctn>{people}</trial></fullTrial>"
    (trial,) = read(body.encode()).trials
    assert trial.min_age is not None
    assert trial.max_age is not None
    assert (trial.min_age.days, trial.max_age.days) == (6 * 30.4375, 17 * 365.25)


@pytest.mark.parametrize(("word", "accepts"), [("true", True), ("Yes", True), ("No", False), ("maybe", None)])
def test_healthy_volunteers_in_words(word: str, accepts: bool | None) -> None:
    people = f"<participants><healthyVolunteersAllowed>{word}</healthyVolunteersAllowed></participants>"
    body = f"<fullTrial><trial><isrctn>20260077</isrctn>{people}</trial></fullTrial>"
    assert read(body.encode()).trials[0].healthy_volunteers is accepts


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2024-12-31", Status.NOT_YET_RECRUITING),
        ("2025-01-01", Status.RECRUITING),
        ("2025-06-30", Status.RECRUITING),
        ("2025-07-01", Status.ACTIVE_NOT_RECRUITING),
        ("2025-12-31", Status.ACTIVE_NOT_RECRUITING),
        ("2026-01-01", Status.COMPLETED),
    ],
)
def test_status_follows_the_day(day: str, status: Status) -> None:
    start, end, overall = (spoken_partial_date(text) for text in ("2025-01-01", "2025-06", "2025"))
    assert status_on(dt.date.fromisoformat(day), start, end, overall) is status


@settings(deadline=None)
@given(st.dates(), *[st.none() | st.dates().map(lambda day: spoken_partial_date(day.isoformat()))] * 3)
def test_dates_that_do_not_settle_the_status_leave_it_unknown(day, start, end, overall) -> None:
    status = status_on(day, start, end, overall)
    if start is None and end is None and overall is None:
        assert status is Status.UNKNOWN
    if status is Status.RECRUITING:
        assert start.date <= day <= end.date
