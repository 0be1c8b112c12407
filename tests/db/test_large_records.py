"""Many large records that change at once fit into the memory that the writer is given."""

import datetime as dt
from pathlib import Path

from db.catalogue import Catalogue
from db.trial import Eligibility, Location, Provenance, Trial
from db.writer import Counts, encode, write_trials

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
TRIALS = 2000
LARGE = Trial(
    trial_id="NCT",
    registry="ctgov",
    url="https://registry.example",
    eligibility=Eligibility("Inclusion Criteria:\n\n* a criterion of some length\n" * 200),
    locations=tuple(Location("France", f"Hospital {number}") for number in range(100)),
    provenance=Provenance("https://registry.example", NOW, "the record's own"),
)


def lines(title: str) -> list[bytes]:
    """The trials, each with a number of its own, under this title."""
    line = encode(LARGE).replace(b'"registry":', b'"official_title":"%b","registry":' % title.encode(), 1)
    return [
        line.replace(b"NCT", b"NCT%08d" % number, 1)
        .replace(b'"content_hash":"', b'"content_hash":"%b' % title.encode())
        .replace(b"the record's own", title.encode())
        for number in range(TRIALS)
    ]


def test_thousands_of_large_records_may_change_at_once(tmp_path: Path) -> None:
    with Catalogue(tmp_path).writing("test") as connection:
        assert write_trials(connection, lines("former"), "1", NOW) == Counts(TRIALS, 0, 0)
        assert write_trials(connection, lines("present"), "2", NOW) == Counts(0, TRIALS, 0)
        versions = connection.execute(
            "SELECT count(*), min(len(changed_fields)), any_value(changed_fields[1]) FROM trial_versions"
        ).fetchall()
    assert versions == [(TRIALS, 1, "official_title")]
