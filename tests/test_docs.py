"""The documentation says what the program does: reference pages are generated, links lead somewhere."""

import re
import subprocess
import sys

import duckdb

from db.migrating import create_schema
from tests.support.running import ROOT

PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


def test_reference_pages_are_up_to_date() -> None:
    run = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_readme_begins_with_the_two_commands() -> None:
    first = (ROOT / "README.md").read_text(encoding="utf-8").split("```console", 1)[1].split("```", 1)[0]
    assert [line.split("#")[0].split() for line in first.strip().splitlines()] == [
        ["$", "make", "demo"],
        ["$", "make", "test"],
    ]


def test_each_table_of_aact_is_placed_in_tables_and_columns_that_exist() -> None:
    placed = [line.split("\t") for line in (ROOT / "docs/aact.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    assert len({name for name, _, _ in placed}) == len(placed) == 51
    with duckdb.connect() as connection:
        create_schema(connection)
        columns = set(connection.execute("SELECT table_name, column_name FROM duckdb_columns()").fetchall())
    known = {table for table, _ in columns} | {f"{table}.{column}" for table, column in columns}
    for name, here, note in placed:
        assert set(here.split()) <= known, name
        assert here or note, name
