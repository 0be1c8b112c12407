"""A registry's own record before what listing sites tell of it, and where a trial can be joined."""

from pathlib import Path

import duckdb

from matcher import Matcher, Patient
from tests.matcher.conftest import make_catalogue

LISTING = "listing:NCT01918904@site.example"
TRIALS = (
    ("NCT01918904", "Topical therapy", ("Calcinosis Cutis",), (), (), (), (), None, None, None, "completed"),
    (LISTING, "Calcinosis cutis", ("Calcinosis Cutis",), (), (), (), (), None, None, None, "recruiting"),
)  # fmt: skip


def matcher_of(path: Path, *statements: str) -> Matcher:
    make_catalogue(path, TRIALS)
    with duckdb.connect(str(path)) as connection:
        for statement in ("UPDATE trials SET study_id = 'NCT01918904'", *statements):
            connection.execute(statement)
    return Matcher.open(duckdb.connect(str(path), read_only=True))


def test_a_listing_stands_behind_its_registrys_record(tmp_path: Path) -> None:
    listed = f"UPDATE trials SET registry = 'listing' WHERE trial_id = '{LISTING}'"
    matches = matcher_of(tmp_path / "c.duckdb", listed).suggest("calcinosis cutis").matches
    assert [match.trial_id for match in matches] == ["NCT01918904", LISTING]


def test_a_country_is_met_unknown_or_not(tmp_path: Path) -> None:
    sites = (
        "INSERT INTO locations (trial_id, position, country, status) VALUES "
        "('NCT01918904', 1, 'Turkey (Türkiye)', NULL), ('NCT01918904', 2, 'France', 'WITHDRAWN'), "
        f"('{LISTING}', 1, 'Atlantis', NULL)"
    )
    matcher = matcher_of(tmp_path / "c.duckdb", sites)
    met = {
        (match.trial_id, country): match.eligibility.country
        for country in ("Türkiye", "France")
        for match in matcher.suggest("calcinosis cutis", patient=Patient(country=country)).matches
    }
    assert met == {
        ("NCT01918904", "Türkiye"): "met",
        ("NCT01918904", "France"): "not met",
        (LISTING, "Türkiye"): "unknown",
        (LISTING, "France"): "unknown",
    }
