"""WHO ICTRP exports from the command line: other registries' records come in, a registry's own record stays."""

import gzip
from pathlib import Path

import pytest

from tests.support.running import calcitrials, crawl, rows
from tests.support.shared_data import SHARED, needs_shared

EXPORT = """<?xml version="1.0" encoding="UTF-8"?>
<Trials_downloaded_from_ICTRP>
<Trial><Internal_Number>1</Internal_Number><TrialID>ACTRN12615001356550</TrialID>
<Last_Refreshed_on>21 September 2026</Last_Refreshed_on>
<Public_title>A made-up trial of calcinosis</Public_title><Source_Register>ANZCTR</Source_Register>
<Recruitment_Status>Recruiting</Recruitment_Status>
<Inclusion_agemin>18 Years</Inclusion_agemin><Inclusion_gender>Both</Inclusion_gender><Condition>Calcinosis</Condition>
<web_address>https://example.org/ACTRN12615001356550</web_address><Secondary_ID>NCT03582800</Secondary_ID></Trial>
<Trial><Internal_Number>2</Internal_Number><TrialID>NCT03582800</TrialID>
<Public_title>Another title by the aggregator</Public_title>
<Source_Register>ClinicalTrials.gov</Source_Register><Recruitment_Status>Not recruiting</Recruitment_Status></Trial>
</Trials_downloaded_from_ICTRP>
"""


def test_an_export_brings_other_registries_and_overwrites_none(sample_url: str, tmp_path: Path) -> None:
    catalog, export = tmp_path / "catalog", tmp_path / "ICTRP-Results.xml"
    export.write_text(EXPORT)
    crawl(catalog, sample_url, "--id", "NCT03582800")
    run = calcitrials("import", "ictrp", export, "--catalog", catalog)
    assert run.status == 0, run.err
    assert rows(catalog, "SELECT trial_id, via, status, study_id FROM trials ORDER BY trial_id") == [
        ("ACTRN12615001356550", "ictrp", "recruiting", "NCT03582800"),
        ("NCT03582800", None, "recruiting", "NCT03582800"),
    ]


def test_the_registrys_own_record_takes_the_place_of_a_copy(sample_url: str, tmp_path: Path) -> None:
    catalog, export = tmp_path / "catalog", tmp_path / "ICTRP-Results.xml"
    export.write_text(EXPORT)
    calcitrials("import", "ictrp", export, "--catalog", catalog)
    assert rows(catalog, "SELECT brief_title FROM trials WHERE trial_id = 'NCT03582800' AND via = 'ictrp'") == [
        ("Another title by the aggregator",)
    ]
    crawl(catalog, sample_url, "--id", "NCT03582800")
    assert rows(catalog, "SELECT count(*) FROM trials WHERE trial_id = 'NCT03582800' AND via IS NULL") == [(1,)]


def test_a_file_that_is_no_export_is_refused_and_nothing_is_published(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html><body>please accept the terms</body></html>")
    run = calcitrials("import", "ictrp", page, "--catalog", tmp_path / "catalog")
    assert run.status == 1
    assert "ictrp: incomplete: the file is no export of WHO ICTRP, or cut short" in run.err
    assert not (tmp_path / "catalog" / "current.duckdb").exists()
    missing = calcitrials("import", "ictrp", tmp_path / "none.xml", "--catalog", tmp_path / "catalog")
    assert (missing.status, missing.error) == (2, f"cannot read {tmp_path / 'none.xml'}: No such file or directory")


HEADER = "TrialID,Public_title,Condition,Source_Register\n"
ROW = 'ACTRN1261500135655{},"A made-up trial of calcinosis",Calcinosis,ANZCTR\n'
CUT = {
    "XML cut within a record": (EXPORT.encode()[:-200], 1),
    "XML cut between records": (EXPORT.encode().partition(b"<Trial><Internal_Number>2")[0], 1),
    "gzip cut": (gzip.compress(EXPORT.encode())[:-20], 0),
    "CSV cut within a row": ((HEADER + ROW.format(0) + ROW.format(1)[:-30]).encode(), 1),
    "CSV cut within a quote": ((HEADER + ROW.format(0) + ROW.format(1)[:30] + "\n").encode(), 1),
    "nothing": (b"", 0),
    "no text": (bytes(range(256)) * 40, 0),
}


@pytest.mark.parametrize("name", CUT)
def test_a_file_that_is_cut_short_brings_what_it_has_and_says_so(tmp_path: Path, name: str) -> None:
    content, loaded = CUT[name]
    catalog, export = tmp_path / "catalog", tmp_path / "export"
    export.write_bytes(content)
    run = calcitrials("import", "ictrp", export, "--catalog", catalog)
    assert run.status == 1
    assert "Traceback" not in run.err
    assert "ictrp: incomplete: " in run.err
    if loaded:
        assert rows(catalog, "SELECT count(*) FROM trials") == [(loaded,)]
        assert rows(catalog, "SELECT complete FROM crawls") == [(False,)]
    else:
        assert not (catalog / "current.duckdb").exists()


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    catalog, export = tmp_path / "catalog", tmp_path / "ICTRP-Results.csv"
    export.write_text(HEADER + ROW.format(0) + ROW.format(1).rstrip("\n"))
    for _ in range(2):
        assert calcitrials("import", "ictrp", export, "--catalog", catalog).status == 0
    counts = "SELECT new, changed, unchanged FROM crawls ORDER BY started_at"
    assert rows(catalog, counts) == [(2, 0, 0), (0, 0, 2)]


@needs_shared
def test_the_real_export_loads_whole(tmp_path: Path) -> None:
    export = SHARED / "registries" / "ictrp_export.xml.gz"
    run = calcitrials("import", "ictrp", export, "--catalog", tmp_path / "catalog")
    assert run.status == 0
    assert rows(tmp_path / "catalog", "SELECT received, new, rejected FROM crawls") == [(308, 308, 0)]


def test_what_a_file_brought_says_so_and_is_found_by_any_spelling_of_its_number(tmp_path: Path) -> None:
    catalog, export = tmp_path / "catalog", tmp_path / "ICTRP-Results.xml"
    export.write_text(
        "<Trials_downloaded_from_ICTRP>"
        "<Trial><TrialID>CTIS2023-599913-99-00</TrialID><Public_title>Calcinosis gene</Public_title>"
        "<Secondary_ID>2022-099913-99</Secondary_ID><New_element>word</New_element></Trial>"
        "<Trial><TrialID>EUCTR2013-099914-99-SK</TrialID><Public_title>Calcinosis of the skin</Public_title></Trial>"
        "</Trials_downloaded_from_ICTRP>"
    )
    run = calcitrials("import", "ictrp", export, "--catalog", catalog)
    assert "elements never read: newelement (1)" in run.err
    assert "left out" not in run.err
    assert set(rows(catalog, "SELECT source_url FROM trials")) == {("file:ICTRP-Results.xml",)}
    for spelling, title in {
        "2023-599913-99": "gene",
        "EU CT number 2023-599913-99-00": "gene",
        "EUCTR2022-099913-99": "gene",
        "eudract 2013-099914-99": "of the skin",
    }.items():
        shown = calcitrials("show", spelling, "--catalog", catalog)
        assert (shown.status, f"Calcinosis {title}" in shown.out) == (0, True), (spelling, shown)
