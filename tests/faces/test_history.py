"""What changed in a trial and when, by command and in SQL."""

import json
import shutil
from pathlib import Path

from calcitrials.history import difference
from db.catalogue import Catalogue
from tests.support.ctgov_answers import ANCHOR
from tests.support.running import calcitrials, rows

TODAY, YESTERDAY = "current_date", "current_date - 1"


def test_history_tells_what_changed_as_a_person_reads_it(sampled: Path) -> None:
    run = calcitrials("history", ANCHOR.lower(), "--catalog", sampled)
    assert (run.status, run.err) == (0, "")
    lines = [line.strip() for line in run.out.splitlines()]
    assert lines[0].startswith(ANCHOR)
    assert lines[1].endswith("first seen")
    after = {name: lines[lines.index(name) + 1 :] for name in ("status", "enrollment", "conditions", "eligibility")}
    assert after["status"][:2] == ["- recruiting", "+ completed"]
    assert after["enrollment"][0] == "+ 11"
    assert after["conditions"][0] == "+ Calcinosis Cutis"
    assert after["eligibility"][1:4] == [
        "* Is an adult under guardianship, curatorship or judicial protection",
        "- * Cannot consent",
        "+ * Allergy to sulphites",
    ]


def test_history_as_data(sampled: Path) -> None:
    found = json.loads(calcitrials("history", ANCHOR, "--format", "json", "--catalog", sampled).out)
    changes = {change["field"]: change for change in found["changes"]}
    assert (changes["status"]["before"], changes["status"]["after"]) == ("recruiting", "completed")
    assert changes["enrollment"]["difference"] == ["+ 11"]
    assert "contacts" not in changes
    csv = calcitrials("history", ANCHOR, "--format", "csv", "--catalog", sampled).out
    assert csv.startswith("changed_at,crawl_id,field,before,after\n")


def test_a_trial_that_never_changed_says_so(sampled: Path) -> None:
    ((trial,),) = rows(sampled, "SELECT min(trial_id) FROM trials WHERE trial_id NOT IN (SELECT trial_id FROM changes)")
    assert "No change since." in calcitrials("history", trial, "--catalog", sampled).out


def test_only_the_lines_that_changed_are_told() -> None:
    before = json.dumps([{"criteria": "\n".join("abcdef")}])
    after = json.dumps([{"criteria": "\n".join("abXdef")}])
    assert list(difference("eligibility", before, after)) == ["@@ -2,3 +2,3 @@", "  b", "- c", "+ X", "  d"]


def test_trials_as_they_were_and_are(sampled: Path) -> None:
    sql = f"SELECT count(*) FROM trials_as_of({YESTERDAY})"
    assert rows(sampled, sql) == [(0,)]
    present = f"SELECT status, enrollment FROM trials_as_of({TODAY}) WHERE trial_id = ?"
    assert rows(sampled, present, ANCHOR) == [("completed", 11)]
    everything = f"SELECT (SELECT count(*) FROM trials_as_of({TODAY})) = count(*) FROM trials"
    assert rows(sampled, everything) == [(True,)]


def test_an_earlier_day_gives_the_former_state(sampled: Path, tmp_path: Path) -> None:
    """The same catalogue as if the first crawl had been ten days before, the second five."""
    catalogue = Catalogue(shutil.copytree(sampled, tmp_path / "copy", symlinks=True))
    with catalogue.writing("a test") as connection:
        connection.execute(
            "UPDATE trial_versions SET valid_from = current_date - 10, valid_to = current_date - 5;"
            "UPDATE trials SET first_seen_at = current_date - 10"
        )
        catalogue.publish(connection)
    sql = "SELECT status FROM trials_as_of(current_date - {}) WHERE trial_id = ?"
    assert [row[0] for row in rows(catalogue.root, sql.format(6), ANCHOR)] == ["recruiting"]
    assert [row[0] for row in rows(catalogue.root, sql.format(5), ANCHOR)] == ["completed"]


def test_what_opened_closed_or_changed_for_a_disease(sampled: Path) -> None:
    sql = f"SELECT what, field FROM changes_with('dermatomyositis', {YESTERDAY}) WHERE trial_id = ?"
    found = rows(sampled, sql, ANCHOR)
    assert ("closed", "status") in found
    assert ("new", None) in found
    assert ("changed", "enrollment") in found
    assert rows(sampled, "FROM changes_with('dermatomyositis', current_date + 1)") == []
