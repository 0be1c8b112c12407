"""One trial against one patient, as a user asks for it: the checklist, the file of answers, the nearest site."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from crawler.samples.server import serve
from tests.support.ctgov_answers import study, write_lines
from tests.support.running import calcitrials, crawl

CRITERIA = """Inclusion Criteria:

* Systemic sclerosis
* Indication confirmed by a multidisciplinary board
* Signed informed consent

Exclusion Criteria:

* Pregnant or breastfeeding women
* Anticoagulant therapy
* Active infection
"""
GROUPED = """Inclusion Criteria:

* One of the following:
* Dermatomyositis
* Systemic sclerosis
* No use of any of the following:
* Anticoagulant therapy

Exclusion Criteria:

* Known allergy to sodium thiosulfate
"""
LIMOGES, LYON = {"lat": 45.83, "lon": 1.26}, {"lat": 45.75, "lon": 4.85}
OPEN, CLOSED, TEENAGERS, LISTED = "NCT10000001", "NCT10000002", "NCT10000003", "NCT10000004"
UNSPLIT = "NCT10000005"
TODAY = dt.date.today().isoformat()


def record(nct_id: str, criteria: str = CRITERIA, status: str = "RECRUITING", **eligibility: object) -> dict[str, Any]:
    """A study of calcinosis that two sites join, the one of Limoges no more."""
    made = study(nct_id)
    made["protocolSection"] |= {
        "statusModule": {"overallStatus": status, "lastUpdatePostDateStruct": {"date": TODAY}},
        "conditionsModule": {"conditions": ["Calcinosis"]},
        "eligibilityModule": {"eligibilityCriteria": criteria, "sex": "ALL", **eligibility},
        "contactsLocationsModule": {
            "locations": [
                {"city": "Limoges", "country": "France", "status": "WITHDRAWN", "geoPoint": LIMOGES},
                {"city": "Lyon", "country": "France", "status": "RECRUITING", "geoPoint": LYON},
                {"city": "Madrid", "country": "Spain", "status": "RECRUITING"},
            ]
        },
    }
    return made


RECORDS = [
    record(OPEN, minimumAge="18 Years", healthyVolunteers=False),
    record(CLOSED, status="COMPLETED"),
    record(TEENAGERS, minimumAge="12 Years", maximumAge="17 Years"),
    record(LISTED, GROUPED),
    record(UNSPLIT, "Adults with calcinosis who live nearby."),
]


def crawled(folder: Path, records: list[dict[str, Any]]) -> Path:
    catalog = folder / "catalog"
    with serve("ctgov", records={"ctgov": write_lines(folder / "records.jsonl", records)}) as urls:
        named = [word for one in records for word in ("--id", nct_id(one))]
        assert crawl(catalog, urls["ctgov"], *named).status == 0
    return catalog


def nct_id(made: dict[str, Any]) -> str:
    return str(made["protocolSection"]["identificationModule"]["nctId"])


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crawled(tmp_path_factory.mktemp("screen"), RECORDS)


def screened(catalog: Path, trial: str, *options: str | Path) -> dict[str, Any]:
    run = calcitrials("screen", trial, *options, "--format", "json", "--catalog", catalog)
    assert (run.status, run.err) == (0, "")
    answer: dict[str, Any] = json.loads(run.out)
    return answer


WOMAN = ("--diagnosis", "systemic sclerosis with calcinosis", "--age", "54", "--sex", "female")
MAN = ("--diagnosis", "systemic sclerosis with calcinosis", "--age", "54", "--sex", "male")


def test_what_is_known_is_filled_in_and_the_rest_is_asked(catalog: Path) -> None:
    found = screened(catalog, OPEN, *WOMAN)
    assert found["verdict"] == "unknown"
    assert [(one["subject"], one["answer"]) for one in found["items"]] == [
        ("disease", "yes"),
        ("plain", None),
        ("consent", None),
        ("pregnancy", None),
        ("drug", None),
        ("disease", None),
    ]
    assert found["items"][0]["reason"] == "The text names systemic sclerosis."
    assert {limit["name"]: limit["effect"] for limit in found["limits"]} == {
        "status": "met",
        "age": "met",
        "healthy volunteers": "met",
    }
    asked = [ask["subject"] for ask in found["ask_next"]]
    assert asked == ["disease", "pregnancy", "drug", "plain", "consent"]


def test_a_criterion_that_is_not_met_excludes_and_is_named(catalog: Path) -> None:
    found = screened(catalog, OPEN, "--diagnosis", "systemic sclerosis, takes warfarin", "--sex", "male")
    assert found["verdict"] == "excluded"
    (reason,) = found["excluded_by"]
    assert reason.startswith("The patient meets exclusion criterion 2 (The text names warfarin)")


def test_possible_is_the_best_that_is_said_and_only_when_all_is_answered(catalog: Path) -> None:
    said = [
        word for number, answer in ((2, "yes"), (3, "yes"), (5, "no")) for word in ("--answer", f"{number}={answer}")
    ]
    assert screened(catalog, OPEN, *MAN, *said)["verdict"] == "unknown"
    assert screened(catalog, OPEN, *MAN, *said, "--answer", "6=not sure")["verdict"] == "unknown"
    found = screened(catalog, OPEN, *MAN, *said, "--answer", "6=no")
    assert (found["verdict"], found["ask_next"]) == ("possible", [])
    table = calcitrials("screen", OPEN, *MAN, *said, "--answer", "6=no", "--catalog", catalog).out
    assert "possible" in table
    assert "eligible" not in table.lower()


def test_the_users_answer_comes_before_what_the_text_says(catalog: Path) -> None:
    found = screened(catalog, OPEN, *WOMAN, "--answer", "1=no")
    item = found["items"][0]
    assert (found["verdict"], item["answer"], item["source"]) == ("excluded", "no", "user")
    assert item["reason"] == "The text names systemic sclerosis. Your answer says otherwise."


def test_limits_of_the_registry(catalog: Path) -> None:
    assert screened(catalog, TEENAGERS, "--age", "17")["verdict"] == "unknown"
    found = screened(catalog, TEENAGERS, "--age", "18")
    assert found["excluded_by"] == ["The patient is 18 years old; the trial takes people up to 17 years."]
    assert screened(catalog, CLOSED, *MAN)["excluded_by"] == ["The trial is completed."]
    found = screened(catalog, OPEN, "--diagnosis", "healthy volunteer", "--age", "30")
    assert found["excluded_by"] == ["The trial takes no healthy volunteers."]
    assert screened(catalog, OPEN, *MAN, "--country", "Germany")["verdict"] == "unknown"


def test_one_of_a_list_does_not_exclude_and_a_heading_is_not_asked(catalog: Path) -> None:
    found = screened(catalog, LISTED, "--diagnosis", "calcinosis, no dermatomyositis, takes warfarin")
    assert found["verdict"] == "unknown"
    assert [(one["answer"], one["effect"], one["under"]) for one in found["items"]] == [
        (None, "met", ""),
        (None, "unknown", "One of the following:"),
        (None, "unknown", "One of the following:"),
        (None, "unknown", "One of the following:"),
        (None, "unknown", "No use of any of the following:"),  # yes would mean that none is used
        (None, "unknown", ""),
    ]
    assert found["items"][4]["reason"] == "The text names warfarin."
    assert screened(catalog, LISTED, "--answer", "2=no", "--answer", "3=yes")["verdict"] == "unknown"
    assert screened(catalog, LISTED, "--answer", "5=no")["verdict"] == "excluded"
    assert screened(catalog, LISTED, "--answer", "6=yes")["verdict"] == "excluded"


def test_criteria_that_are_not_split_are_one_question(catalog: Path) -> None:
    found = screened(catalog, UNSPLIT, *WOMAN)
    assert [(one["side"], one["subject"], one["answer"]) for one in found["items"]] == [("criteria", "plain", None)]
    assert screened(catalog, UNSPLIT, *WOMAN, "--answer", "1=yes")["verdict"] == "possible"
    assert screened(catalog, UNSPLIT, *WOMAN, "--answer", "1=no")["verdict"] == "excluded"


def test_the_file_of_answers_is_the_users_own(catalog: Path, tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    screened(catalog, OPEN, *WOMAN, "--answers", file)
    link = tmp_path.with_suffix(".link")
    link.symlink_to(file)
    screened(catalog, OPEN, "--answers", link)
    assert link.is_symlink()
    kept = json.loads(file.read_bytes())
    assert [one["answer"] for one in kept["trials"][OPEN]] == [""] * 6  # what is known is no answer of the user
    assert "54" not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    kept["trials"][OPEN][4]["answer"] = "Yes"
    file.write_text(json.dumps(kept))
    found = screened(catalog, OPEN, "--answers", file)
    assert (found["verdict"], found["items"][4]["source"]) == ("excluded", "user")
    screened(catalog, LISTED, "--answers", file, "--answer", "6=no")
    found = screened(catalog, OPEN, "--answers", file, "--clear")
    assert (found["verdict"], found["items"][4]["answer"]) == ("unknown", None)
    kept = json.loads(file.read_bytes())
    assert [one["answer"] for one in kept["trials"][OPEN]] == [""] * 6
    assert kept["trials"][LISTED][5]["answer"] == "no"  # the other trial keeps its answers
    assert [path.name for path in tmp_path.iterdir()] == ["answers.json"]


def test_an_answer_does_not_pass_to_a_changed_criterion(tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    catalog = crawled(tmp_path, [record(OPEN)])
    screened(catalog, OPEN, "--answers", file, "--answer", "5=yes", "--answer", "6=no")
    assert crawled(tmp_path, [record(OPEN, CRITERIA.replace("Anticoagulant", "Antiplatelet"))]) == catalog
    found = screened(catalog, OPEN, "--answers", file)
    assert [one["answer"] for one in found["items"]] == [None, None, None, None, None, "no"]
    assert (found["verdict"], found["left_over"]) == ("unknown", 1)
    crawled(tmp_path, [record(OPEN)])  # the registry takes it back
    found = screened(catalog, OPEN, "--answers", file)
    assert (found["items"][4]["answer"], found["left_over"]) == ("yes", 0)


def test_an_answer_whose_text_was_changed_by_hand_counts_for_nothing(catalog: Path, tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    screened(catalog, OPEN, "--answers", file, "--answer", "5=yes")
    file.write_text(file.read_text().replace("Anticoagulant therapy", "Other therapy"))
    assert screened(catalog, OPEN, "--answers", file)["verdict"] == "unknown"


@pytest.mark.parametrize("content", ["no json", '{"format": "other"}', '{"trials": []}', "[1, 2]"])
def test_a_file_that_holds_no_answers_is_left_alone(catalog: Path, tmp_path: Path, content: str) -> None:
    file = tmp_path / "precious.json"
    file.write_text(content)
    run = calcitrials("screen", OPEN, "--answers", file, "--clear", "--catalog", catalog)
    assert run.status == 2
    assert run.error.startswith(f"cannot use {file}: ")
    assert file.read_text() == content


def test_wrong_usage(catalog: Path, tmp_path: Path) -> None:
    for options, message in (
        (("--answer", "9=yes"), "there is no criterion 9: the checklist has 6"),
        (("--answer", "1=perhaps"), "'1=perhaps' is no answer: write NUMBER=yes, NUMBER=no or NUMBER='not sure'"),
        (("--clear",), "--clear needs --answers, the file to clear"),
        (("--within", "20"), "--within needs --near, from where it counts"),
        (
            ("--answers", str(tmp_path / "none" / "x.json")),
            f"cannot write {tmp_path}/none/x.json: No such file or directory",
        ),
    ):
        run = calcitrials("screen", OPEN, *options, "--catalog", catalog)
        assert (run.status, run.error) == (2, message)
    run = calcitrials("screen", OPEN, "--near", "Nowhereville", "--catalog", catalog)
    assert run.status == 2
    assert run.error.startswith("'Nowhereville' is no town")
    assert calcitrials("screen", "NCT99999999", "--catalog", catalog).status == 1


def test_the_nearest_open_site(catalog: Path) -> None:
    found = screened(catalog, OPEN, *WOMAN, "--near", "Limoges", "--within", "100")
    site = found["nearest_site"]
    assert (site["city"], site["by"], site["is_open"]) == ("Lyon", "site", True)  # the one of Limoges is closed
    assert site["distance_km"] == pytest.approx(279, abs=2)
    assert found["verdict"] == "excluded"
    assert found["excluded_by"][-1] == "The nearest site, Lyon, France, is 279 km away."
    assert screened(catalog, OPEN, *WOMAN, "--near", "45.83,1.26", "--within", "300")["verdict"] == "unknown"
    site = screened(catalog, OPEN, "--near", "Madrid, Spain")["nearest_site"]
    assert (site["city"], site["by"], site["distance_km"]) == ("Madrid", "town", 0.0)


def test_match_names_the_nearest_site_and_rules_out_what_is_too_far(catalog: Path) -> None:
    def matched(*options: str) -> dict[str, Any]:
        run = calcitrials("match", "calcinosis", *options, "--format", "json", "--catalog", catalog)
        assert run.status == 0
        answer: dict[str, Any] = json.loads(run.out)
        return answer

    near = matched("--near", "Lyon", "--within", "50")
    assert {match["trial_id"] for match in near["matches"]} == {nct_id(one) for one in RECORDS}
    assert {match["eligibility"]["distance"] for match in near["matches"]} == {"met"}
    assert near["matches"][0]["nearest_site"]["city"] == "Lyon"
    far = matched("--near", "Berlin", "--within", "50")
    assert far["matches"] == []
    assert {one["trial_id"] for one in far["ruled_out"]} == {nct_id(one) for one in RECORDS}
    assert all("km away" in one["reason"] for one in far["ruled_out"])
    assert len(matched("--near", "Berlin")["matches"]) == len(RECORDS)
    assert matched()["matches"][0]["nearest_site"] is None


def test_for_programs_and_for_people(catalog: Path) -> None:
    table = calcitrials("screen", OPEN, *WOMAN, "--catalog", catalog).out
    assert "✓  1 yes  Systemic sclerosis" in table
    assert "Ask next" in table
    csv = calcitrials("screen", OPEN, *WOMAN, "--format", "csv", "--catalog", catalog).out
    assert csv.splitlines()[0].startswith("number,side,key,text,subject,")
    assert len(csv.splitlines()) == 7
