"""WHO ICTRP files: every form of file, every registry's own spellings, and damage that costs no other record."""

import datetime as dt
import gzip
import io
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import chain, permutations
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.readers.ictrp import record as ictrp
from crawler.readers.ictrp import words as ictrp_words
from crawler.wording import age_bands, ages
from db.trial import Condition, Identifier, Intervention, Location, MeshTerm, Sponsor
from db.vocabularies import Phase, Precision, Sex, Status, StudyType
from tests.support.ictrp_files import CHINESE, DUTCH, GERMAN, INDIAN, NOW, full_csv, headed_csv, one, read, stream, xml
from tests.support.mutations import damaged
from tests.support.shared_data import SHARED, needs_shared


def test_dutch_record_of_eu_ctr() -> None:
    trial = one(DUTCH)
    assert (trial.trial_id, trial.registry, trial.via) == ("EUCTR2018-001719-65", "euctr", "ictrp")
    assert trial.official_title == "A synthetic record about calcinosis"
    assert trial.status is Status.UNKNOWN
    assert trial.phase == (Phase.PHASE_2, Phase.PHASE_3)
    assert trial.sex is Sex.FEMALE
    assert trial.study_type is StudyType.INTERVENTIONAL
    assert (trial.enrollment, trial.enrollment_type) == (30, "estimated")
    assert trial.start_date is None
    assert trial.first_posted_date is not None
    assert trial.first_posted_date.date == dt.date(2018, 6, 5)
    assert trial.locations == (Location("Netherlands", status="Authorised-recruitment may be ongoing or finished"),)
    assert trial.conditions == (Condition("Calcinosis cutis"), Condition("Calcinosis", "MedDRA", "10000001"))
    assert trial.mesh_terms == (MeshTerm("Skin and Connective Tissue Diseases", "condition", is_ancestor=True),)
    assert trial.interventions == (Intervention("Synthio", "drug"), Intervention("Sodium thiosulfate", "drug"))
    assert trial.eligibility.inclusion == ("Aged 30 to 75", "A deposit ≥ 5 mm")
    assert trial.eligibility.exclusion == ("Pregnancy",)
    assert trial.brief_summary == "To see whether deposits shrink"
    assert [(o.measure, o.kind, o.time_frame) for o in trial.outcomes] == [
        ("Volume", "primary", "12 months"),
        ("Pain", "secondary", "6 months"),
    ]
    assert trial.min_age is not None
    assert trial.max_age is not None
    assert (trial.min_age.days, trial.min_age.is_band, trial.max_age.days) == (18 * 365.25, True, None)
    assert trial.sponsors[1:] == (
        Sponsor("Example Pharma", "collaborator"),
        Sponsor("Example Foundation", "collaborator"),
    )
    assert trial.identifiers == (
        Identifier("SYN-01", "Secondary_ID"),
        Identifier("NCT09990003", "Secondary_ID"),
        Identifier("EUCTR2018-001719-65-NL", "TrialID", "as spelled by ICTRP"),
        Identifier("ISRCTN99900017", "Childs", "bridged"),
    )


def test_chinese_record() -> None:
    trial = one(CHINESE)
    assert (trial.trial_id, trial.registry, trial.status) == ("ChiCTR2000099901", "chictr", Status.UNKNOWN)
    assert (trial.phase, trial.registry_phase) == ((), "0")
    assert trial.enrollment == 98
    assert trial.min_age is not None
    assert trial.max_age is not None
    assert (trial.min_age.days, trial.max_age.days, trial.max_age.text) == (6 * 365.25, None, "0")
    assert trial.start_date is not None
    assert (trial.start_date.date, trial.start_date.precision) == (dt.date(2020, 2, 1), Precision.MONTH)
    assert trial.locations == (Location("China"),)
    assert trial.conditions == (Condition("Calcinosis"), Condition("M11.2", "ICD-10", "M11.2"))
    assert [(given.name, given.description) for given in trial.interventions] == [
        ("Thiosulfate", "experimental group: Thiosulfate")
    ]


def test_indian_record_with_a_status_nobody_knows() -> None:
    reading = read(xml([INDIAN]))
    (trial,) = reading.trials
    assert reading.unknown_words == {"status: Open to the public": 1}
    assert (trial.registry, trial.status, trial.registry_status) == ("ctri", Status.UNKNOWN, "Open to the public")
    assert trial.conditions == (Condition("Systemic sclerosis, unspecified", "ICD-10", "M34.9"),)
    assert (trial.allocation, trial.primary_purpose, trial.masking) == ("randomized", "treatment", "double")
    assert trial.min_age is not None
    assert trial.min_age.days == 18 * 365.25


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(xml([DUTCH, CHINESE]), id="xml"),
        pytest.param(b"\xef\xbb\xbf" + xml([DUTCH, CHINESE]), id="xml with a mark"),
        pytest.param(xml([DUTCH, CHINESE]).decode().replace("UTF-8", "UTF-16").encode("utf-16"), id="xml in utf-16"),
        pytest.param(full_csv([DUTCH, CHINESE]), id="63 columns"),
        pytest.param(headed_csv([DUTCH, CHINESE]), id="header row"),
        pytest.param(headed_csv([DUTCH, CHINESE], ";"), id="semicolons"),
        pytest.param(gzip.compress(full_csv([DUTCH, CHINESE]), mtime=0), id="gzip"),
        pytest.param(headed_csv([DUTCH, CHINESE]).decode().encode("utf-16"), id="csv in utf-16"),
    ],
)
def test_every_form_of_file_gives_the_same_trials(body: bytes) -> None:
    reading = read(body)
    assert not reading.rejects
    for trial, record in zip(reading.trials, (DUTCH, CHINESE), strict=True):
        known = one(record)
        same = (
            "trial_id",
            "status",
            "phase",
            "sex",
            "min_age",
            "conditions",
            "locations",
            "eligibility",
            "identifiers",
        )
        assert [getattr(trial, name) for name in same] == [getattr(known, name) for name in same]


def test_zip_is_opened() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.txt", "")
        archive.writestr("ICTRPFullExport.csv", full_csv([CHINESE]))
    assert [trial.trial_id for trial in read(packed.getvalue()).trials] == ["ChiCTR2000099901"]


def test_what_one_country_leaves_open_another_fills_in_whatever_the_order() -> None:
    bare = {"TrialID": "EUCTR2018-001719-65-DE", "Countries": "Germany", "Recruitment_Status": "Not Recruiting"}
    children = {**bare, "TrialID": "EUCTR2018-001719-65-GB", "Inclusion_agemin": "2 Years", "Inclusion_gender": "Male"}
    trials = [read(xml(order)).trials for order in permutations((DUTCH, bare, children))]
    assert all(trial == trials[0] for trial in trials)
    ((trial,),) = {tuple(found) for found in trials}
    assert trial.url.endswith("EUCTR2018-001719-65-DE")
    assert (trial.brief_title, trial.enrollment) == (DUTCH["Public_title"], 30)
    assert (trial.sex, trial.min_age) == (Sex.ALL, ages.limits("2 Years", None, Counter())[0])
    assert {number.identifier[-2:] for number in trial.identifiers if number.source == "TrialID"} == {"NL", "DE", "GB"}


@pytest.mark.parametrize("order", [(DUTCH, GERMAN), (GERMAN, DUTCH)])
def test_countries_of_an_eu_trial_are_folded(order: tuple[dict[str, str], ...]) -> None:
    between = [{**CHINESE, "TrialID": f"ChiCTR20{at:08}"} for at in range(1, ictrp.BATCH + 1)]
    for records in (order, (order[0], *between, order[1])):
        trial = [
            trial for reading in stream(full_csv(records)) for trial in reading.trials if trial.registry == "euctr"
        ][-1]
        assert trial.status is Status.RECRUITING
        assert (trial.sex, trial.max_age) == (Sex.FEMALE, age_bands.limits([age_bands.OVER_64])[1])
        assert trial.eligibility.inclusion
        assert {place.country: place.status for place in trial.locations} == {
            "Netherlands": "Authorised-recruitment may be ongoing or finished",
            "Germany": "Recruiting",
        }


@pytest.mark.parametrize(
    ("stated", "date", "precision"),
    [
        ("2020-02-14", dt.date(2020, 2, 14), Precision.DAY),
        ("14/02/2020", dt.date(2020, 2, 14), Precision.DAY),
        ("03/04/2020", dt.date(2020, 4, 3), Precision.DAY),
        ("14-02-2020", dt.date(2020, 2, 14), Precision.DAY),
        ("14 Feb 2020", dt.date(2020, 2, 14), Precision.DAY),
        ("February 14, 2020", dt.date(2020, 2, 14), Precision.DAY),
        ("Feb 14 2020 12:00AM", dt.date(2020, 2, 14), Precision.DAY),
        ("20200214", dt.date(2020, 2, 14), Precision.DAY),
        ("2020-02-14T00:00:00", dt.date(2020, 2, 14), Precision.DAY),
        ("February 2020", dt.date(2020, 2, 1), Precision.MONTH),
        ("in spring", None, None),
    ],
)
def test_date_forms(stated: str, date: dt.date | None, precision: Precision | None) -> None:
    start = one({**CHINESE, "Date_enrollement": stated}).start_date
    assert start is not None
    assert (start.date, start.precision) == (date, precision)


@pytest.mark.parametrize("absent", ["", "NULL", "1900-01-01", "Jan  1 1900 12:00AM", "01/01/1900", "-", "N/A"])
def test_absent_dates(absent: str) -> None:
    assert one({**CHINESE, "Date_enrollement": absent}).start_date is None


@pytest.mark.parametrize(
    ("stated", "days"),
    [
        ("18 Years", 18 * 365.25),
        ("18Y", 18 * 365.25),
        ("6 Months", 6 * 30.4375),
        ("20age old over", 20 * 365.25),
        (">= 20years-old", 20 * 365.25),
        ("12M", 365.25),
        ("5D", 5.0),
        *((text, None) for text in ("N/A", "-", "", "No limit", "??", "ND", "Not applicable")),
    ],
)
def test_ages(stated: str, days: float | None) -> None:
    limit = one({**CHINESE, "Inclusion_agemin": stated}).min_age
    assert (limit.days if limit else None) == pytest.approx(days)


@pytest.mark.parametrize(
    ("stated", "phases"),
    [
        ("Phase 2/Phase 3", (Phase.PHASE_2, Phase.PHASE_3)),
        ("1-2", (Phase.PHASE_1, Phase.PHASE_2)),
        ("Early Phase 1", (Phase.EARLY_1,)),
        ("Phase 0", (Phase.EARLY_1,)),
        ("IIb", (Phase.PHASE_2,)),
        ("Phase II/III", (Phase.PHASE_2, Phase.PHASE_3)),
        ("Post-market", (Phase.PHASE_4,)),
        *((text, ()) for text in ("0", "N/A", "-", "Not selected", "Retrospective study", "Not Applicable", "")),
    ],
)
def test_phases(stated: str, phases: tuple[Phase, ...]) -> None:
    unknown: Counter[str] = Counter()
    assert ictrp_words.phases(stated, unknown) == phases
    assert not unknown


@pytest.mark.parametrize(
    ("stated", "sex"),
    [
        *((text, Sex.ALL) for text in ("All", "Both", "Both males and females", "Female, Male", "Male/Female", "M/F")),
        *((text, Sex.FEMALE) for text in ("Female", "Females", "F", "Female: yes\nMale: no")),
        *((text, Sex.MALE) for text in ("Male", "M", "Female: no Male: yes")),
        *((text, None) for text in ("", "-", "Not Specified", "Female: no Male: no")),
    ],
)
def test_sexes(stated: str, sex: Sex | None) -> None:
    assert one({**CHINESE, "Inclusion_gender": stated}).sex is sex


@pytest.mark.parametrize(
    ("stated", "status"),
    [
        ("Recruiting", Status.RECRUITING),
        ("Pending", Status.NOT_YET_RECRUITING),
        ("Not yet recruiting", Status.NOT_YET_RECRUITING),
        ("Not Recruiting", Status.UNKNOWN),
        ("Complete", Status.COMPLETED),
        ("Suspended", Status.SUSPENDED),
        ("Temporarily not available", Status.SUSPENDED),
        ("ENROLLING_BY_INVITATION", Status.BY_INVITATION),
        ("Open to recruitment: actively recruiting participants", Status.RECRUITING),
        ("Closed to Recruitment of Participants", Status.ACTIVE_NOT_RECRUITING),
        ("Closed to recruitment,follow up continuing", Status.ACTIVE_NOT_RECRUITING),
        ("Closed to recruitment,follow up complete", Status.COMPLETED),
        ("", Status.UNKNOWN),
    ],
)
def test_statuses(stated: str, status: Status) -> None:
    assert one({**CHINESE, "Recruitment_Status": stated}).status is status


def test_malformed_xml_record_costs_no_other() -> None:
    good = [{**CHINESE, "TrialID": f"ChiCTR200009990{at}"} for at in range(4)]
    body = xml(good).replace(b"ChiCTR2000099901</TrialID>", b"ChiCTR2000099901</Trial_ID>")
    body = body.replace(b"ChiCTR2000099903</TrialID>", b"ChiCTR2000099903 &nbsp; Q&A \x0b&#x1F;</TrialID>")
    reading = read(body)
    assert [trial.trial_id[:16] for trial in reading.trials] == [good[at]["TrialID"] for at in (0, 2, 3)]
    (reject,) = reading.rejects
    assert reject.reason.startswith("not well-formed")
    assert reject.payload.startswith(b"<Trial>")
    assert b"ChiCTR2000099901" in reject.payload


def test_cut_xml_keeps_what_came_before() -> None:
    reading = read(xml([DUTCH, CHINESE])[:-100])
    assert [trial.registry for trial in reading.trials] == ["euctr"]
    assert [reject.reason for reject in reading.rejects] == ["the record is cut short"]


def test_cut_between_records_is_told() -> None:
    whole = xml([DUTCH, CHINESE])
    reading = read(whole[: whole.index(b"</Trial>") + len(b"</Trial>")])
    assert [trial.registry for trial in reading.trials] == ["euctr"]
    assert [reject.reason for reject in reading.rejects] == ["the file is cut short behind this record"]


def test_open_quote_costs_its_row_alone() -> None:
    good = [{**CHINESE, "TrialID": f"ChiCTR200009990{at}", "Last_Refreshed_on": "17 February 2020"} for at in range(4)]
    rows = full_csv(good).splitlines(keepends=True)
    rows[1] = rows[1].replace(b'"""Synthetic record of ChiCTR"""', b'"""Synthetic record of ChiCTR""')
    rows[2] = rows[2].replace(b",NULL", b"", 1)
    reading = read(b"".join(rows))
    assert [trial.trial_id for trial in reading.trials] == ["ChiCTR2000099900", "ChiCTR2000099903"]
    assert [reject.reason for reject in reading.rejects] == [
        "a quote is left open",
        "62 columns where 63 are expected",
    ]
    assert [reject.payload for reject in reading.rejects] == rows[1:3]


def test_record_without_an_identifier_is_a_reject() -> None:
    reading = read(xml([{**CHINESE, "TrialID": "NULL"}, DUTCH]))
    assert len(reading.trials) == len(reading.rejects) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!DOCTYPE html><html><body>Sign in</body></html>",
        b"a,b,c\n1,2,3\n",
        gzip.compress(xml([DUTCH]), mtime=0)[:60],
        b"PK\x03\x04",
    ],
)
def test_what_is_no_export_says_so(body: bytes) -> None:
    reading = read(body)
    assert not reading.trials
    assert reading.rejects


def test_export_without_trials_is_empty() -> None:
    reading = read(xml([]))
    assert not reading.trials
    assert not reading.rejects


class Rows(io.RawIOBase):
    """A file of any number of rows that is nowhere in memory."""

    def __init__(self, count: int) -> None:
        self.rows: Iterator[bytes] = chain(
            [b"TrialID,Condition,Source_Register\n"],
            (b"ChiCTR20%08d,%s,ChiCTR\n" % (at, b"x" * 3000) for at in range(1, count + 1)),
        )
        self.left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        self.left = self.left or next(self.rows, b"")
        count = min(len(buffer), len(self.left))
        buffer[:count], self.left = self.left[:count], self.left[count:]
        return count


def test_memory_does_not_grow_with_the_file() -> None:
    peaks = []
    for count in (2 * ictrp.BATCH, 6 * ictrp.BATCH):
        tracemalloc.start()
        readings = ictrp.stream(cast(BinaryIO, Rows(count)), NOW, "file:ictrp")
        assert sum(len(reading.trials) for reading in readings) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


@given(st.binary(max_size=400))
def test_arbitrary_bytes_never_raise(body: bytes) -> None:
    reading = read(body)
    assert not reading.trials


@cache
def real_export() -> bytes:
    return gzip.decompress((SHARED / "registries" / "ictrp_export.xml.gz").read_bytes())


@needs_shared
def test_real_export_loads_whole() -> None:
    with (SHARED / "registries" / "ictrp_export.xml.gz").open("rb") as file:
        readings = list(ictrp.stream(file, NOW, "file:ictrp"))
    trials = [trial for reading in readings for trial in reading.trials]
    assert len(trials) == 308
    assert not any(reading.rejects for reading in readings)
    # "Not recruiting" is closed or not open yet: it is kept and counted
    assert {word for reading in readings for word in reading.unknown_words} <= {
        "status: Not recruiting",
        "status: Not Recruiting",
    }
    assert Counter(trial.registry for trial in trials) == {"chictr": 258, "ctgov": 50}
    assert all(trial.brief_title and trial.conditions and trial.first_posted_date for trial in trials)


@needs_shared
@settings(deadline=None, max_examples=30)
@given(st.data())
def test_damaged_real_export_never_raises(data: st.DataObject) -> None:
    start = real_export().index(b"<Trial>")
    part = real_export()[: real_export().index(b"<Trial>", start + 60_000)]
    reading = read(data.draw(damaged(part)))
    assert reading.trials or reading.rejects


@pytest.mark.parametrize("declared", ["UTF-8", "ISO-8859-1", "UTF-16"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1", "utf-16"])
def test_the_declared_encoding_may_be_wrong(declared: str, encoding: str) -> None:
    body = xml([CHINESE, {**CHINESE, "TrialID": "ChiCTR2000099977", "Public_title": "Étude"}]).decode()
    reading = read(body.replace("UTF-8", declared, 1).encode(encoding))
    assert (reading.trials[1].brief_title, reading.rejects) == ("Étude", [])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("before", ["", "\r\n", "sep=;\r\n"])
def test_tables_as_spreadsheets_write_them(encoding: str, before: str) -> None:
    body = headed_csv([{**CHINESE, "Public_title": "Étude – 1"}], ";").decode().replace("\r\n", ";;\r\n")
    reading = read((before + body.replace(";;", "", 1)).encode(encoding))
    assert ([trial.brief_title for trial in reading.trials], reading.rejects) == (["Étude – 1"], [])


def test_what_only_looks_like_a_tag_ends_no_record() -> None:
    body = xml([{**CHINESE, "Public_title": "TITLE"}, DUTCH])
    body = body.replace(b"TITLE", b"<![CDATA[a </Trial> and <Trial> b]]>").replace(
        b"Pregnancy", b"n < 5 <!-- </Trial> -->"
    )
    reading = read(body)
    assert (reading.trials[0].brief_title, reading.trials[1].eligibility.exclusion) == (
        "a </Trial> and <Trial> b",
        ("n < 5",),
    )
    assert reading.rejects == []


@pytest.mark.parametrize(
    ("stated", "people"),
    [("120", 120), ("arm A:49;arm B:49;", 98), ("1,200", 1200), ("120.0", 120), ("about 40", None)],
)
def test_target_sizes(stated: str, people: int | None) -> None:
    assert one({**CHINESE, "Target_size": stated}).enrollment == people
