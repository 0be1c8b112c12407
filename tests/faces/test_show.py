"""`show` as a person reads it: one made-up trial with all that a record can have, and what must never be seen."""

import datetime as dt
import itertools
import json
import re
from pathlib import Path

import msgspec
import pytest

from db.ages import age_limit
from db.catalogue import Catalogue
from db.dates import iso_partial_date
from db.design import Arm, DesignDetails, Oversight
from db.disclosure import Document, IpdSharing, Link, Reference
from db.people import Contact, Official
from db.results import (
    ResultAdverseEventTotal,
    ResultAnalysis,
    ResultDetails,
    ResultFlow,
    ResultGroup,
    ResultMeasurement,
    ResultOutcome,
)
from db.trial import (
    Condition,
    Eligibility,
    Identifier,
    Intervention,
    Location,
    Outcome,
    Provenance,
    Sponsor,
    Trial,
)
from db.vocabularies import Phase, Sex, Status, StudyType
from db.writer import encode, write_trials
from tests.support.running import calcitrials

ADDRESS = "https://registry.example/" + "very-long-address/" * 6
TRIAL = Trial(
    trial_id="TEST-1",
    registry="ctgov",
    url="https://registry.example/TEST-1",
    brief_title="A made-up study of calcium deposits in the skin",
    brief_summary="First paragraph of the summary, long enough that it cannot stand on one line of eighty columns.",
    status=Status.RECRUITING,
    study_type=StudyType.INTERVENTIONAL,
    phase=(Phase.PHASE_1, Phase.PHASE_2),
    allocation="non_randomized",
    masking="double",
    enrollment=40,
    enrollment_type="ESTIMATED",
    sex=Sex.FEMALE,
    min_age=age_limit("6 Months"),
    max_age=age_limit("17 Years"),
    start_date=iso_partial_date("2021-05", "actual"),
    completion_date=iso_partial_date("2099-12", "estimated"),
    last_update_date=iso_partial_date(dt.date.today().isoformat()),
    eligibility=Eligibility("text", ("Deposits seen on X-ray",), ("Pregnancy",)),
    conditions=(Condition("Calcinosis Cutis", "ICD-10", "L94.2"),),
    interventions=(Intervention("Thiosulfate", "drug", "Into the lesion", ("STS",)), Intervention("Saline", "drug")),
    locations=(
        Location("France", "Clinic A", "Limoges", status="COMPLETED"),
        Location("France", "Clinic B", "Paris", status="RECRUITING"),
        Location("Spain", "Clinic C", "Madrid"),
        Location("Italy"),
    ),
    identifiers=(Identifier("PROT-7", "orgStudyIdInfo"),),
    sponsors=(Sponsor("University of Nowhere"), Sponsor("Foundation of Somewhere", "collaborator")),
    outcomes=(Outcome("Size of the deposits", "primary", "12 weeks"),),
    design_details=DesignDetails(who_masked=("participant", "investigator")),
    arms=(Arm("Treated", "experimental", "Weekly", ("Thiosulfate",)), Arm("Control", "placebo_comparator")),
    oversight=Oversight(has_dmc=True),
    contacts=(
        Contact(
            "central", name="Anna Example", phone="+33 5 55 00 00 00", phone_extension="12", email="anna@clinic.test"
        ),
        Contact("site", "principal_investigator", "Bruno Example", location=2),
    ),
    officials=(Official("Clara Example", "study_chair", "University of Nowhere"),),
    references=(
        Reference("Background paper", type="background"),
        Reference("Result paper", pmid="12345", type="result"),
    ),
    links=(Link(ADDRESS, "Leaflet"),),
    documents=(Document("Study Protocol", date=iso_partial_date("2021-01-01")),),
    ipd_sharing=IpdSharing("no", "Not planned"),
    result_details=ResultDetails(limitations_and_caveats="Few participants"),
    result_groups=(
        ResultGroup("participant_flow", "FG000", "Treated"),
        ResultGroup("outcome", "OG000", "Treated", outcome=1),
        ResultGroup("outcome", "OG001", "Control", outcome=1),
        ResultGroup("adverse_events", "EG000", "Treated"),
    ),
    result_participant_flow=(ResultFlow("milestone", "STARTED", "FG000", count="20"),),
    result_outcomes=(
        ResultOutcome("Size of the deposits", "primary", time_frame="12 weeks", param_type="mean", units="mm"),
        ResultOutcome("Pain", "secondary"),
    ),
    result_measurements=(
        ResultMeasurement(1, "OG000", value="3.2", spread="0.4"),
        ResultMeasurement(1, "OG001", value="5.1", lower_limit="4.0", upper_limit="6.2"),
    ),
    result_analyses=(ResultAnalysis(1, ("OG000", "OG001"), method="t-test", p_value="0.03"),),
    result_adverse_event_totals=(ResultAdverseEventTotal("serious", "EG000", 1, 20),),
    provenance=Provenance("https://registry.example/TEST-1", dt.datetime(2026, 11, 20), "0"),
)
SHOWN = """\
TEST-1
A made-up study of calcium deposits in the skin
recruiting, phase 1/2, interventional study, 40 participants (estimated),
University of Nowhere

Who it is for
  First paragraph of the summary, long enough that it cannot stand on one line
  of eighty columns.

  Conditions: Calcinosis Cutis (ICD-10 L94.2)
  Age: 6 months to 17 years
  Sex: female only

What is done
  What is given or done
  - Thiosulfate (drug), also called STS: Into the lesion
  - Saline (drug)

  Groups of participants
  - Treated (experimental): gets Thiosulfate; Weekly
  - Control (placebo comparator)

  How it is built
  Allocation: not randomized
  Masking: double; participant, investigator
  Data monitoring committee: yes

  What is measured first of all
  - Size of the deposits (12 weeks)

Where
  France: 1 open of 2 sites
  - Paris, Clinic B: recruiting
  - Limoges, Clinic A: completed

  Spain: 1 site, open
  - Madrid, Clinic C

  Also in: Italy

Contact and how to take part
  The trial takes participants. To ask whether you can be one, write to or call
  the study team.

  For the whole study
  - Anna Example, +33 5 55 00 00 00 ext. 12, anna@clinic.test

  At the sites
  - Paris, Clinic B: Bruno Example (principal investigator)

  Who answers for it
  Sponsor: University of Nowhere
  With: Foundation of Somewhere
  Study chair: Clara Example, University of Nowhere

Criteria
  To be included
  - Deposits seen on X-ray

  Not included
  - Pregnancy

Dates
  Start: 2021-05
  End: 2099-12 (estimated)
  Last update: {today}

Results
  How many took part
           Treated
  started  20

  Size of the deposits (12 weeks): mean, mm
       Treated    Control
  all  3.2 ± 0.4  5.1 (4.0 to 6.2)

  t-test, p 0.03

  1 further outcome with results: see the record.

  Harm
                          Treated
  Serious adverse events  1 of 20

  Limits: Few participants

To read
  Publications
  - Result paper (result, PMID 12345)
    https://pubmed.ncbi.nlm.nih.gov/12345/
  - Background paper (background)

  Links
  - Leaflet
    {address}

  Documents
  - Study Protocol, 2021-01-01

  Data of participants
  Shared: no
  What: Not planned

Numbers
  - PROT-7

  Records of the same study
  - TEST-2 (isrctn): unknown
    https://registry.example/2

History
  - {today}: changed status (was suspended)
  - {today}: first in this catalogue

Source
  Record: https://registry.example/TEST-1
  Registry: ctgov
  Fetched: 2026-11-20
"""


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trial, suspended before and open now, a record of the same study, and one that says next to nothing."""
    catalogue = Catalogue(tmp_path_factory.mktemp("show") / "catalog")
    payload = msgspec.structs.replace(TRIAL.provenance, payload_sha256="1")
    before = msgspec.structs.replace(TRIAL, status=Status.SUSPENDED, provenance=payload)
    bare = {"registry": "isrctn", "url": "https://registry.example/2", "provenance": TRIAL.provenance}
    other = Trial(trial_id="TEST-2", identifiers=(Identifier("NCT00000001", "x"),), **bare)  # type: ignore[arg-type]
    empty = Trial(trial_id="TEST-3", **bare)  # type: ignore[arg-type]
    with catalogue.writing("test") as connection:
        for number, trials in enumerate(((before, other, empty), (TRIAL,))):
            write_trials(connection, [*map(encode, trials)], f"crawl {number}", dt.datetime.now(dt.UTC))
        connection.execute("UPDATE trials SET study_id = 'S' WHERE trial_id IN ('TEST-1', 'TEST-2')")
        catalogue.publish(connection)
    return catalogue.root


def test_a_person_reads_everything_of_a_trial(catalog: Path) -> None:
    run = calcitrials("show", "test-1", "--catalog", catalog)
    expected = SHOWN.format(today=f"{dt.datetime.now(dt.UTC):%Y-%m-%d}", address=ADDRESS)
    assert (run.status, run.err) == (0, "")
    assert run.out.startswith(expected), _first_difference(run.out, expected)


def test_it_fits_eighty_columns_and_no_address_is_broken(catalog: Path) -> None:
    lines = calcitrials("show", "TEST-1", "--catalog", catalog).out.splitlines()
    assert [line for line in lines if len(line) > 80] == [f"    {ADDRESS}"]
    assert [line for line in lines if line != line.rstrip()] == []


def test_no_column_is_named_and_no_age_is_in_days(catalog: Path) -> None:
    out = calcitrials("show", "TEST-1", "--catalog", catalog).out
    assert re.findall(r"\b[a-z]+_[a-z_]+\b|\b\d+\.\d+ days", out) == []


def test_a_record_that_says_nothing_has_no_empty_heading(catalog: Path) -> None:
    lines = calcitrials("show", "TEST-3", "--catalog", catalog).out.splitlines()
    headings = [line for line in lines[2:] if line and not line.startswith(" ")]
    assert headings == ["unknown", "Contact and how to take part", "History", "Source"]
    assert all(after.startswith("  ") for line, after in itertools.pairwise(lines) if line in headings[1:])


def test_programs_get_every_field(catalog: Path) -> None:
    record = json.loads(calcitrials("show", "TEST-1", "--format", "json", "--catalog", catalog).out)
    assert (record["min_age_days"], record["status_is_stale"]) == (182.625, False)
    assert record["contacts"][0]["email"] == "anna@clinic.test"
    assert record["result_measurements"][1]["upper_limit"] == "6.2"


def _first_difference(out: str, expected: str) -> str:
    pairs = zip(out.splitlines(), expected.splitlines(), strict=False)
    return next((f"{one!r} is not {other!r}" for one, other in pairs if one != other), "one is longer")
