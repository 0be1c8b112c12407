"""A catalogue in other hands: relations of the front door, pandas, Polars, PyArrow, DuckDB 1.5, PostgreSQL, R."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

import calcitrials
from bench.postgres import programs, server
from db.catalogue import Catalogue
from tests.support import running
from tests.support.running import ROOT, rows

QUESTION = "SELECT status, count(*) AS trials FROM trials GROUP BY status ORDER BY status"


@pytest.fixture(scope="module")
def opened(sampled: Path) -> calcitrials.Matcher:
    return calcitrials.open(sampled)


def test_the_front_door_answers_sql_as_a_relation(opened: calcitrials.Matcher, sampled: Path) -> None:
    relation = opened.sql(QUESTION)
    assert relation is not None
    assert relation.columns == ["status", "trials"]
    assert relation.filter("trials > 0").fetchall() == rows(sampled, QUESTION)
    macro = opened.sql("SELECT count(*) FROM trials_with('dermatomyositis')")
    assert macro is not None
    assert macro.fetchall()[0][0] > 0


def test_pandas(opened: calcitrials.Matcher, sampled: Path) -> None:
    pytest.importorskip("pandas")
    relation = opened.sql(QUESTION)
    assert relation is not None
    assert list(relation.df().itertuples(index=False, name=None)) == rows(sampled, QUESTION)


def test_polars(opened: calcitrials.Matcher, sampled: Path) -> None:
    pytest.importorskip("polars")
    relation = opened.sql(QUESTION)
    assert relation is not None
    assert relation.pl().rows() == rows(sampled, QUESTION)
    nested = opened.sql("SELECT trial_id, phase, first_seen_at FROM trials ORDER BY trial_id")
    assert nested is not None
    frame = nested.pl()
    assert frame["phase"].to_list() == [phase for _, phase, _ in nested.fetchall()]


def test_pyarrow(opened: calcitrials.Matcher, sampled: Path) -> None:
    relation = opened.sql(QUESTION)
    assert relation is not None
    table = relation.to_arrow_table()
    assert [tuple(row.values()) for row in table.to_pylist()] == rows(sampled, QUESTION)


DUCKDB_15 = os.environ.get("CALCITRIALS_TEST_DUCKDB15")
"""A Python with DuckDB 1.5.5 and its extensions ducklake and postgres-scanner, as docs/analysts.md installs them."""
with_duckdb_15 = pytest.mark.skipif(
    DUCKDB_15 is None, reason="needs CALCITRIALS_TEST_DUCKDB15, a Python with DuckDB 1.5"
)


def in_duckdb_15(program: str, *arguments: str | Path) -> list[object]:
    """What a program prints, as JSON, in a process with the older DuckDB."""
    assert DUCKDB_15 is not None
    command = [DUCKDB_15, "-c", program, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout.splitlines()[-1]))  # above it DuckDB may tell its progress


@with_duckdb_15
def test_duckdb_15_reads_a_snapshot_with_its_views_and_macros(sampled: Path) -> None:
    program = """
import duckdb, json, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
assert duckdb.__version__.startswith("1.5."), duckdb.__version__
views = connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
for (view,) in views:
    connection.execute(f"FROM {view}").fetchall()
asked = [connection.execute(question).fetchall() for question in sys.argv[2:]]
print(json.dumps([len(views), *asked]))
"""
    questions = [
        "SELECT trial_id, score, found FROM search_trials('sodium thiosulf')",
        "SELECT trial_id, concepts FROM trials_with('connective tissue disease') ORDER BY trial_id",
        "SELECT count(*) FROM trials_as_of(catalogue_day())",
    ]
    views, *answers = in_duckdb_15(program, Catalogue(sampled).published or "", *questions)
    assert [views] == [count for (count,) in rows(sampled, "SELECT count(*) FROM duckdb_views() WHERE NOT internal")]
    for question, answer in zip(questions, answers, strict=True):
        assert answer == json.loads(json.dumps(rows(sampled, question))) != []


@with_duckdb_15
@pytest.mark.skipif(programs() is None, reason="needs PostgreSQL: apt-get install postgresql")
def test_a_lake_over_postgresql_gains_a_version_with_each_export(sampled: Path, tmp_path: Path) -> None:
    program = """
import duckdb, json, sys
from pathlib import Path
from db.exporting import ExportFormat, attach_lake, export
snapshot, folder, catalog = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
for _ in range(2):
    with duckdb.connect(snapshot, read_only=True) as connection:
        manifest = export(connection, folder, ExportFormat.DUCKLAKE, lake_catalog=catalog)
with duckdb.connect() as reader:
    attach_lake(reader, folder, catalog)
    ((trials,),) = reader.execute("SELECT count(*) FROM lake.trials").fetchall()
    versions = reader.execute("SELECT snapshot_id FROM ducklake_snapshots('lake')").fetchall()
    contacts = "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'lake' AND table_name = 'contacts'"
    ((persons,),) = reader.execute(contacts).fetchall()
print(json.dumps([trials, manifest["tables"]["trials"]["rows"], len(versions), persons]))
"""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)  # the server runs as somebody else where this is root
        with server(Path(place)) as told:
            found = in_duckdb_15(program, Catalogue(sampled).published or "", tmp_path / "lake", f"postgres:{told}")
    ((trials,),) = rows(sampled, "SELECT count(*) FROM trials")
    assert found == [trials, trials, 3, 0]  # a lake has a first version with nothing in it


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="needs R: apt-get install r-base-core")
def test_r_reads_the_export_as_the_page_says(sampled: Path, tmp_path: Path) -> None:
    run = running.calcitrials("export", tmp_path / "out", "--format", "csv", "--catalog", sampled)
    assert run.status == 0, run.err
    page = (ROOT / "docs" / "analysts.md").read_text(encoding="utf-8")
    program = page.split("```r\n")[1].split("```")[0]
    script = tmp_path / "read.R"
    script.write_text(program + '\nwrite.csv(as.data.frame(by_status), "counted.csv", row.names = FALSE)\n')
    done = subprocess.run(["Rscript", "--vanilla", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    counted = [line.split(",") for line in (tmp_path / "counted.csv").read_text().splitlines()[1:]]
    assert sorted((status.strip('"'), int(count)) for status, count in counted) == rows(sampled, QUESTION)
