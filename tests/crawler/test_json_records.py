"""Records in JSON that a server wrote otherwise than its types say."""

import datetime as dt
import json
from typing import Any

import pytest

from crawler.readers.ctgov import study as ctgov
from crawler.readers.ctis import application as ctis
from crawler.readers.drks import page as drks
from db.dates import PartialDate
from db.payload import Payload, Reading
from db.trial import Trial
from db.vocabularies import Phase, Precision, Sex, Status, StudyType

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
READERS = {"ctgov": ctgov.read, "ctis": ctis.read, "drks": drks.read}


def read(registry: str, body: bytes) -> Reading:
    return READERS[registry](Payload(registry, "https://registry.example", NOW, body))


def study(**modules: Any) -> dict[str, Any]:
    identification = {"nctId": "NCT05000001", "briefTitle": "Étude"}
    return {"protocolSection": {"identificationModule": identification, **modules}}


def page(*studies: Any) -> bytes:
    return json.dumps({"studies": studies}, ensure_ascii=False).encode()


def study_read(**modules: Any) -> Trial:
    (trial,) = read("ctgov", page(study(**modules))).trials
    return trial


def test_nulls_are_as_good_as_absent() -> None:
    trial = study_read(
        statusModule={"overallStatus": None, "startDateStruct": {"date": None}},
        conditionsModule={"conditions": ["Calcinosis", None, " "], "keywords": None},
        designModule=None,
        contactsLocationsModule={"locations": [None, {"country": "Chile", "geoPoint": None}]},
    )
    assert [condition.condition for condition in trial.conditions] == ["Calcinosis"]
    assert [place.country for place in trial.locations] == ["Chile"]
    assert (trial.status, trial.start_date) == (Status.UNKNOWN, None)


def test_numbers_as_texts_and_texts_as_numbers() -> None:
    trial = study_read(
        designModule={"enrollmentInfo": {"count": "240"}, "phases": "PHASE2"},
        contactsLocationsModule={"locations": [{"zip": 87000, "geoPoint": {"lat": "-23.5", "lon": -46}}]},
    )
    assert (trial.enrollment, trial.phase) == (240, (Phase.PHASE_2,))
    assert (trial.locations[0].zip, trial.locations[0].latitude, trial.locations[0].longitude) == ("87000", -23.5, -46)
    assert study_read(designModule={"enrollmentInfo": {"count": 240.0}}).enrollment == 240


def test_a_time_of_day_behind_a_date() -> None:
    trial = study_read(statusModule={"lastUpdatePostDateStruct": {"date": "2024-05-06T00:00:00", "type": "ACTUAL"}})
    assert trial.last_update_date == PartialDate(
        "2024-05-06T00:00:00", dt.date(2024, 5, 6), Precision.DAY, kind="actual"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1"])
def test_the_encoding_makes_no_difference(encoding: str) -> None:
    (trial,) = read("ctgov", page(study()).decode().encode(encoding)).trials
    assert (trial.trial_id, trial.brief_title) == ("NCT05000001", "Étude")


def test_what_json_forbids_costs_no_record() -> None:
    body = page(study(), study(), {"protocolSection": None}).replace("Étude".encode(), b"half \\ud83d, NUL \x00", 1)
    reading = read("ctgov", body.replace(b"]", b'], "odd": NaN', 1))
    assert [trial.brief_title for trial in reading.trials] == ["half \ufffd, NUL \x00", "Étude"]
    assert [reject.payload for reject in reading.rejects] == [b'{"protocolSection": null}']


@pytest.mark.parametrize(
    ("word", "accepts"),
    [
        ("Accepts Healthy Volunteers", True),
        ("Yes", True),
        ("true", True),
        ("No", False),
        ("false", False),
        (0, False),
        ("Patients only", None),
        ({"value": "Yes"}, None),
    ],
)
def test_whether_healthy_volunteers_are_accepted_in_words(word: Any, accepts: bool | None) -> None:
    assert study_read(eligibilityModule={"healthyVolunteers": word, "sex": "ALL"}).healthy_volunteers is accepts


@pytest.mark.parametrize(
    ("module", "field"),
    [
        ({"designModule": {"enrollmentInfo": {"count": "many"}}}, "designModule.enrollmentInfo.count: many"),
        ({"designModule": {"enrollmentInfo": {"count": -3}}}, "designModule.enrollmentInfo.count: -3"),
        ({"designModule": {"enrollmentInfo": {"count": 2**70}}}, f"designModule.enrollmentInfo.count: {2**70}"),
        ({"designModule": "none"}, "designModule: none"),
        ({"conditionsModule": {"conditions": ["A", {"of": 1}]}}, "conditionsModule.conditions: {'of': 1}"),
        (
            {"contactsLocationsModule": {"locations": [{"geoPoint": {"lat": "52 N"}}]}},
            "contactsLocationsModule.locations.geoPoint.lat: 52 N",
        ),
        ({"statusModule": {"overallStatus": {"of": 1}}}, "statusModule.overallStatus: {'of': 1}"),
    ],
)
def test_a_value_that_cannot_be_meant_as_its_type_costs_its_field_alone(module: dict[str, Any], field: str) -> None:
    reading = read("ctgov", page(study(**module)))
    assert [trial.brief_title for trial in reading.trials] == ["Étude"]
    assert reading.unknown_words == {f"protocolSection.{field}": 1}


@pytest.mark.parametrize("key", ["nctId", "briefTitle"])
def test_it_costs_the_record_where_it_is_the_id_or_the_only_title(key: str) -> None:
    bad = study()
    bad["protocolSection"]["identificationModule"][key] = {"of": 1}
    reading = read("ctgov", page(bad, study()))
    assert [trial.brief_title for trial in reading.trials] == ["Étude"]
    assert [reject.trial_id for reject in reading.rejects] == [None if key == "nctId" else "NCT05000001"]
    assert not reading.unknown_words
    bad["protocolSection"]["identificationModule"]["officialTitle"] = "Official"
    assert len(read("ctgov", page(bad)).trials) == (key == "briefTitle")


def test_a_server_that_writes_all_of_a_kind_otherwise_loses_nothing() -> None:
    sites = [{"zip": number, "city": ["Bonn"]} for number in range(1500)]
    trial = study_read(contactsLocationsModule={"locations": sites})
    assert [(place.zip, place.city) for place in trial.locations] == [(str(number), "Bonn") for number in range(1500)]


def test_lines_of_a_text_as_a_list() -> None:
    trial = study_read(eligibilityModule={"eligibilityCriteria": ["Inclusion Criteria:", "", "* Calcinosis", "* Pain"]})
    assert trial.eligibility.inclusion == ("Calcinosis", "Pain")


def test_what_the_other_interfaces_write_otherwise() -> None:
    part = {
        "sponsors": {"primary": True, "organisation": {"name": "A hospital"}},
        "products": [None, {"productName": "STS", "routes": [{"name": "ORAL"}]}],
        "trialDetails": {
            "clinicalTrialIdentifiers": {
                "publicTitle": "A title",
                "secondaryIdentifyingNumbers": {"nctNumber": "NCT05000001", "isrctn": {"number": "ISRCTN12340987"}},
            },
            "trialInformation": {"trialCategory": {"trialPhase": "Therapeutic confirmatory (Phase III)"}},
        },
    }
    document = {"ctNumber": "2024-510001-22-00", "ctStatus": 4.0, "authorizedApplication": {"authorizedPartI": part}}
    reading = read("ctis", b"\xef\xbb\xbf" + json.dumps(document).encode())
    (trial,) = reading.trials
    assert [sponsor.name for sponsor in trial.sponsors] == ["A hospital"]
    assert [(given.name, given.description) for given in trial.interventions] == [("STS", None)]
    assert [number.identifier for number in trial.identifiers] == ["NCT05000001", "ISRCTN12340987"]
    assert (trial.status, trial.phase) == (Status.RECRUITING, (Phase.PHASE_3,))
    assert list(reading.unknown_words.values()) == [1]


def test_an_export_with_numbers_as_texts() -> None:
    record = {
        "drksId": "DRKS00031234",
        "trialDescriptions": [None, {"title": "Titel", "idLocale": {"locale": "de"}}],
        "studiedHealthConditions": [{"catalog": "ORPHA_CODE", "code": 90291}],
        "recruitment": {"minimumAge": {"amount": "18", "unit": "YEARS"}, "plannedParticipants": "120"},
    }
    (trial,) = read("drks", json.dumps([record]).encode("utf-16")).trials
    assert trial.min_age is not None
    assert (trial.min_age.days, trial.enrollment, trial.conditions[0].code) == (18 * 365.25, 120, "90291")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Active, not recruiting", Status.ACTIVE_NOT_RECRUITING),
        ("Enrolling by invitation", Status.BY_INVITATION),
        ("recruiting", Status.RECRUITING),
        ("Unknown status", Status.UNKNOWN),
    ],
)
def test_words_of_older_forms_are_the_same_words(word: str, status: Status) -> None:
    reading = read("ctgov", page(study(statusModule={"overallStatus": word})))
    assert (reading.trials[0].status, reading.trials[0].registry_status) == (status, word)
    assert not reading.unknown_words


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["Phase 1/Phase 2"], (Phase.PHASE_1, Phase.PHASE_2)),
        (["PHASE2|PHASE3"], (Phase.PHASE_2, Phase.PHASE_3)),
        ("Early Phase 1", (Phase.EARLY_1,)),
        (["N/A"], ()),
    ],
)
def test_phases_of_older_forms(given: Any, expected: tuple[Phase, ...]) -> None:
    reading = read("ctgov", page(study(designModule={"phases": given})))
    assert reading.trials[0].phase == expected
    assert not reading.unknown_words


def test_sex_and_study_type_of_older_forms() -> None:
    trial = study_read(designModule={"studyType": "Interventional"}, eligibilityModule={"sex": "Both"})
    assert (trial.study_type, trial.sex) == (StudyType.INTERVENTIONAL, Sex.ALL)


def test_ctis_status_and_sex_in_words_of_a_code() -> None:
    information = {"populationOfTrialSubjects": {"isFemaleSubjects": "Yes", "isMaleSubjects": "No"}}
    part = {"trialDetails": {"trialInformation": information}}
    document = {"ctNumber": "2024-510001-22-00", "ctStatus": "ONGOING_RECRUITING", "authorizedPartI": part}
    reading = read("ctis", json.dumps(document).encode())
    assert (reading.trials[0].status, reading.trials[0].sex) == (Status.RECRUITING, Sex.FEMALE)
    assert not reading.unknown_words


def test_catalogues_of_codes_by_other_names() -> None:
    record = {
        "drksId": "drks00031234",
        "studiedHealthConditions": [
            {"catalog": "ORPHA_CODE", "code": "ORPHA:337"},
            {"catalog": "ICD-10-GM", "code": "M61.1"},
        ],
    }
    (trial,) = read("drks", json.dumps(record).encode()).trials
    coded = [(condition.code_system, condition.code) for condition in trial.conditions]
    assert (trial.trial_id, coded) == ("DRKS00031234", [("ORPHA", "337"), ("ICD-10", "M61.1")])
