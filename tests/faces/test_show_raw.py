"""The registry's own words of a trial, byte for byte."""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.support.ctgov_answers import ANCHOR, BUNDLED_STUDIES
from tests.support.running import ROOT, calcitrials, crawl, rows

LINES = (ROOT / "crawler/samples/ctgov.jsonl").read_text(encoding="utf-8").splitlines()
WHOLE = "NCT90000201"


@pytest.fixture(scope="module")
def catalog(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw") / "catalog"
    assert crawl(folder, sample_url, "--id", WHOLE, "--id", ANCHOR).status == 0
    return folder


def test_a_record_is_printed_as_the_registry_sent_it(catalog: Path) -> None:
    for trial_id in (WHOLE, ANCHOR):
        run = calcitrials("show", trial_id, "--raw", "--catalog", catalog)
        assert run.status == 0, run.err
        assert run.out in LINES
        ((digest,),) = rows(catalog, "SELECT record_sha256 FROM raw_records WHERE trial_id = ?", trial_id)
        assert hashlib.sha256(run.out.encode()).hexdigest() == digest
    assert len(BUNDLED_STUDIES) == len(LINES)


def test_duckdb_alone_reaches_it(catalog: Path) -> None:
    found = rows(catalog, "SELECT filename, body FROM raw_payload(?, ?)", str(catalog), WHOLE)
    ((file, body),) = found
    assert Path(file).parent == catalog / "payloads" / "ctgov"
    assert next(line for line in LINES if WHOLE in line[:200]) in body


def test_what_is_not_archived_is_told_in_one_line(catalog: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(catalog, tmp_path / "copy", symlinks=True))
    shutil.rmtree(copy / "payloads")
    run = calcitrials("show", WHOLE, "--raw", "--catalog", copy)
    assert run.status == 1
    assert f"what ctgov said of {WHOLE} is not archived" in run.error
