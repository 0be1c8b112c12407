"""The DRKS reader: the same page in other markup, a real export record, and bytes that no fixture foresees."""

import datetime as dt
import json
import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.readers.drks import page as drks
from db.payload import Payload, Reading
from db.trial import Trial
from db.vocabularies import Status
from tests.crawler.test_readers import FIXTURES
from tests.support.mutations import damaged, nodes
from tests.support.shared_data import SHARED, needs_shared

PAGE = (FIXTURES / "drks" / "coded_conditions" / "payload.html").read_text()
EXPORT = (FIXTURES / "drks" / "export" / "payload.json").read_bytes()
REAL = SHARED / "registries" / "drks_DRKS00038775.json"
NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


def read(body: bytes) -> Reading:
    return drks.read(Payload("drks", "https://registry.example/search/en/trial/DRKS00012345", NOW, body))


def trial_of(page: str) -> Trial:
    (trial,) = read(page.encode()).trials
    provenance = msgspec.structs.replace(trial.provenance, payload_sha256="the page's own")
    return msgspec.structs.replace(trial, provenance=provenance)


def as_rows(page: str) -> str:
    page = re.sub(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", r"<tr><th>\1</th><td>\2</td></tr>", page, flags=re.S)
    return page.replace("<dl>", "<table class='t'>").replace("</dl>", "</table>")


def as_plain_rows(page: str) -> str:
    return as_rows(page).replace("<th>", "<td><b>").replace("</th>", ":</b></td>")


def with_other_elements(page: str) -> str:
    return page.replace("section", "div").replace("h3>", "h5>").replace("title-bold", "x")


@pytest.mark.parametrize("markup", [as_rows, as_plain_rows, with_other_elements])
def test_markup_makes_no_difference(markup) -> None:
    assert trial_of(markup(PAGE)) == trial_of(PAGE)


GERMAN = {
    'lang="en"': 'lang="de"',
    "German Clinical Trials Register": "Deutsches Register Klinischer Studien",
    "<dt>Recruitment Status<": "<dt>Rekrutierungsstatus<",
    "Recruiting complete, follow-up continuing": "Rekrutierung abgeschlossen, Studie noch nicht abgeschlossen",
    "Date of registration in DRKS": "Datum der Registrierung in DRKS",
    "Last update in DRKS": "Letzte Aktualisierung in DRKS",
    "2026-02-03": "03.02.2026",
    "Acronym/abbreviation of the study": "Akronym/Abkürzung der Studie",
    "No Entry": "Keine Angabe",
    "Brief summary in lay language": "Allgemeinverständliche Kurzbeschreibung",
    "Brief summary in scientific language": "Wissenschaftliche Kurzbeschreibung",
    "Free text": "Freitext",
    "<dt>Study type<": "<dt>Studientyp<",
    "Non-interventional": "Nicht-interventionell",
    "<dt>Phase</dt><dd>N/A": "<dt>Studienphase</dt><dd>Nicht zutreffend",
    "<dt>Purpose<": "<dt>Studienzweck<",
    "<dt>Allocation<": "<dt>Zuteilung<",
    "<dt>Blinding<": "<dt>Verblindung<",
    "<dt>Primary outcome<": "<dt>Primärer Endpunkt<",
    "<dt>Secondary outcome<": "<dt>Sekundäre Endpunkte<",
    "Planned study start date": "Geplanter Studienbeginn",
    "Actual study start date": "Tatsächlicher Studienbeginn",
    "Planned study completion date": "Geplantes Studienende",
    "Actual Study Completion Date": "Tatsächliches Studienende",
    "Target Sample Size": "Geplante Stichprobengröße",
    "Final Sample Size": "Finale Stichprobengröße",
    "Recruitment countries": "Rekrutierungsländer",
    "<li>Germany</li><li>Austria</li>": "<li>Deutschland</li><li>Österreich</li>",
    "Recruitment locations": "Rekrutierungsstandorte",
    "<dt>Sex</dt><dd>All": "<dt>Geschlecht</dt><dd>Alle",
    "Minimum Age</dt><dd>6 Months": "Mindestalter</dt><dd>6 Monate",
    "Maximum Age</dt><dd>no maximum age": "Höchstalter</dt><dd>kein Höchstalter",
    "Additional Inclusion Criteria": "Weitere Einschlusskriterien",
    "Exclusion Criteria": "Ausschlusskriterien",
    "Primary Sponsor": "Primärer Sponsor",
    "<dt>Address<": "<dt>Anschrift<",
    "Sources of Monetary or Material Support": "Finanzierungsquellen",
    "EudraCT Number": "EudraCT-Nr.",
}


def test_a_page_in_german_is_the_same_trial() -> None:
    german = PAGE
    for english, word in GERMAN.items():
        assert english in german
        german = german.replace(english, word)
    trial, expected = trial_of(german), trial_of(PAGE)
    as_stated = {"registry_status", "registry_study_type", "registry_sex", "min_age"}
    named = {name for name in trial.__struct_fields__ if getattr(trial, name) != getattr(expected, name)}
    assert named == as_stated | {"last_update_date"}
    assert trial.min_age is not None
    assert expected.min_age is not None
    assert (trial.min_age.text, trial.min_age.days) == ("6 Monate", expected.min_age.days)
    assert trial.last_update_date is not None
    assert trial.last_update_date.date == dt.date(2026, 2, 3)
    assert not read(german.encode()).unknown_words


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("Rekrutierung geplant", Status.NOT_YET_RECRUITING),
        ("Rekrutierung läuft", Status.RECRUITING),
        ("Rekrutierung abgeschlossen, Studie noch nicht abgeschlossen", Status.ACTIVE_NOT_RECRUITING),
        ("Rekrutierung abgeschlossen, Studie abgeschlossen", Status.COMPLETED),
        ("Rekrutierung vorzeitig beendet", Status.TERMINATED),
        ("Rekrutierung ausgesetzt", Status.SUSPENDED),
        ("Rekrutierung vor Studienbeginn zurückgezogen", Status.WITHDRAWN),
    ],
)
def test_status_in_german(words: str, status: Status) -> None:
    assert trial_of(PAGE.replace("Recruiting complete, follow-up continuing", words)).status is status


@needs_shared
def test_a_real_record_is_read_in_english() -> None:
    reading = read(REAL.read_bytes())
    assert reading.rejects == []
    assert dict(reading.unknown_words) == {}
    (trial,) = reading.trials
    assert (trial.trial_id, trial.status) == ("DRKS00038775", Status.RECRUITING)
    assert trial.brief_title is not None
    assert trial.brief_title.startswith("Retrospective")
    assert ("ORPHA", "647823") in [(c.code_system, c.code) for c in trial.conditions]
    assert {site.country for site in trial.locations} == {"Germany"}
    assert trial.eligibility.inclusion
    assert trial.eligibility.exclusion


def test_an_unknown_id_says_so_with_the_id_that_was_asked_for() -> None:
    (reject,) = read(b"<html><body><h1>DRKS</h1><p>Search the register</p></body></html>").rejects
    assert (reject.trial_id, reject.reason) == ("DRKS00012345", "no such trial at the registry")


def test_words_that_no_table_knows_are_counted() -> None:
    assert read(EXPORT).unknown_words == {
        "status: SLEEPING": 1,
        "sex: DIVERSE": 1,
        "age: 20 Week of pregnancy": 1,
    }


@settings(deadline=None)
@given(st.binary() | st.text().map(str.encode))
def test_arbitrary_bytes_never_raise(body: bytes) -> None:
    reading = read(body)
    assert reading.trials == []
    assert all(reject.reason for reject in reading.rejects)


@settings(deadline=None)
@given(damaged(PAGE.encode()))
def test_a_damaged_page_gives_a_trial_or_a_reject(body: bytes) -> None:
    reading = read(body)
    assert len(reading.trials) + len(reading.rejects) == 1


@settings(deadline=None)
@given(damaged(EXPORT))
def test_a_damaged_export_never_raises(body: bytes) -> None:
    reading = read(body)
    assert all(reject.reason and reject.payload in body for reject in reading.rejects)


@settings(deadline=None)
@given(st.data())
def test_any_value_in_place_of_another_gives_a_trial_or_a_reject(data: st.DataObject) -> None:
    records = json.loads(EXPORT)[:1]
    container, key = data.draw(st.sampled_from(nodes(records[0])))
    container[key] = data.draw(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text()) | st.just({})
    )
    reading = read(json.dumps(records).encode())
    assert len(reading.trials) + len(reading.rejects) == 1


@needs_shared
@settings(deadline=None)
@given(st.data())
def test_a_damaged_real_record_gives_a_trial_or_a_reject(data: st.DataObject) -> None:
    reading = read(data.draw(damaged(REAL.read_bytes())))
    assert len(reading.trials) + len(reading.rejects) == 1
