"""A catalogue as files and back: an equal one, without persons unless they are asked for."""

import json
from pathlib import Path

import duckdb
import pytest

from tests.support.running import calcitrials, rows
from tests.support.tables import tables

PERSONAL = {"contacts", "officials", "rejects"}


@pytest.mark.parametrize("form", ["parquet", "csv", "ndjson"])
def test_an_export_loads_back_to_an_equal_catalogue(sampled: Path, tmp_path: Path, form: str) -> None:
    out, back = tmp_path / "out", tmp_path / "back"
    run = calcitrials("export", out, "--format", form, "--with-contacts", "--catalog", sampled)
    assert (run.status, run.out) == (0, ""), run.err
    run = calcitrials("import", "export", out, "--catalog", back)
    assert run.status == 0, run.err
    assert tables(back) == tables(sampled)
    search = "FROM search_trials('sodium thiosulfate')"
    assert rows(back, search) == rows(sampled, search) != []
    sql = "SELECT * REPLACE (json(unknown_words) AS unknown_words) FROM crawls ORDER BY ALL"  # blanks in JSON are none
    assert rows(back, sql) == rows(sampled, sql)
    assert rows(back, "SELECT count(*) FROM trials_with('dermatomyositis')") != [(0,)]
    assert rows(back, "SELECT count(*) FROM changes") == rows(sampled, "SELECT count(*) FROM changes") != [(0,)]


def test_persons_are_left_out_unless_asked_for(sampled: Path, tmp_path: Path) -> None:
    run = calcitrials("export", tmp_path / "out", "--catalog", sampled)
    assert "left out, as they name persons: contacts, officials, rejects" in run.err
    files = {path.stem for path in (tmp_path / "out").glob("*.parquet")}
    assert not files & PERSONAL
    assert "trials" in files
    names = [name for (name,) in rows(sampled, "SELECT DISTINCT email FROM contacts WHERE email IS NOT NULL")]
    assert names
    calcitrials("export", tmp_path / "text", "--format", "ndjson", "--catalog", sampled)
    texts = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "text").iterdir())
    assert not [name for name in names if name in texts]


def test_the_manifest_says_what_was_written(sampled: Path, tmp_path: Path) -> None:
    calcitrials("export", tmp_path / "out", "--catalog", sampled)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["format"], manifest["schema_version"], manifest["with_contacts"]) == ("parquet", 2, False)
    terms = {one["registry"]: one["terms"] for one in manifest["registries"]}
    assert terms["ctgov"].startswith("ClinicalTrials.gov")
    assert all(terms.values())
    table = manifest["tables"]["trials"]
    assert rows(sampled, "SELECT count(*) FROM trials") == [(table["rows"],)]
    file = tmp_path / "out" / table["file"]
    assert duckdb.execute(f"SELECT count(*) FROM read_parquet('{file}')").fetchall() == [(table["rows"],)]


def test_what_cannot_be_exported_or_loaded_is_said(sampled: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    run = calcitrials("export", tmp_path / "full", "--catalog", sampled)
    assert (run.status, run.error) == (1, f"{tmp_path}/full is not empty: name a new folder for the export")
    run = calcitrials("import", "export", tmp_path / "full", "--catalog", tmp_path / "new")
    assert "is no export that can be loaded" in run.error
    calcitrials("export", tmp_path / "out", "--catalog", sampled)
    with (tmp_path / "out" / "keywords.parquet").open("ab") as file:
        file.write(b"x")
    run = calcitrials("import", "export", tmp_path / "out", "--catalog", tmp_path / "new")
    assert (run.status, "its SHA-256 differs" in run.error) == (1, True)
    run = calcitrials("import", "export", tmp_path / "out", "--catalog", sampled)
    assert run.status == 1
    assert "an export is loaded into an empty catalogue" in run.error


def test_a_lake_is_written_where_duckdb_has_the_extension_and_said_where_it_has_not(
    sampled: Path, tmp_path: Path
) -> None:
    run = calcitrials("export", tmp_path / "lake", "--format", "ducklake", "--catalog", sampled)
    if run.status == 0:
        assert (tmp_path / "lake" / "catalogue.ducklake").exists()
        assert list((tmp_path / "lake" / "data").rglob("*.parquet"))
    else:
        assert run.error.startswith(f"DuckDB {duckdb.__version__} has no extension ducklake here")
        assert list((tmp_path / "lake").iterdir()) == []
