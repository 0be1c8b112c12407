"""Write the reference pages from the code: docs/commands.md from the command line's help, docs/schema.md from the
comments of the catalogue. ``--check`` only says whether they are up to date (exit status 1 when they are not).
"""

import sys
from importlib.resources import files
from pathlib import Path

import duckdb
import typer
from typer.cli import get_docs_for_click

from calcitrials.cli import app
from db.migrating import create_schema

HERE = Path(__file__).parent


def commands() -> str:
    """Reference of the command line, as Markdown."""
    command = typer.main.get_command(app)
    text = get_docs_for_click(obj=command, ctx=typer.Context(command), name="calcitrials", title="Command line")
    return "\n".join(line.rstrip() for line in text.strip().splitlines()) + "\n"


def schema() -> str:
    """Reference of the catalogue's tables, as Markdown."""
    connection = duckdb.connect()
    create_schema(connection)
    connection.execute(files("matcher.trials").joinpath("schema.sql").read_text(encoding="utf-8"))
    parts = [
        "# Tables of the catalogue\n",
        "Written by `make docs` from the comments in the database itself: `SELECT * FROM duckdb_columns()` shows the "
        "same.\n",
    ]
    tables = connection.execute(
        "SELECT table_name, comment FROM duckdb_tables() UNION ALL "
        "SELECT view_name, 'View. ' || comment FROM duckdb_views() WHERE NOT internal ORDER BY 1"
    ).fetchall()
    parts += [_of_aact(), ""]
    for table, comment in tables:
        parts.append(f"## {table}\n\n{comment}\n\n| column | type | meaning |\n|---|---|---|")
        columns = connection.execute(
            "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
            [table],
        ).fetchall()
        parts += [f"| `{name}` | {kind} | {meaning} |" for name, kind, meaning in columns]
        parts.append("")
    return "\n".join(parts)


def aact() -> list[tuple[str, list[str], str]]:
    """AACT's tables: name, the tables and columns of ours that say the same, and a note."""
    lines = (HERE / "aact.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return [(name, here.split(), note) for name, here, note in rows]


def _of_aact() -> str:
    """Where each of AACT's tables is in the catalogue, as Markdown."""
    told = "AACT (https://aact.ctti-clinicaltrials.org) is ClinicalTrials.gov as relational tables, schema `ctgov`."
    lines = [f"## Where AACT's tables are\n\n{told}\n\n| AACT | here | note |\n|---|---|---|"]
    for name, here, note in aact():
        lines.append(f"| {name} | {', '.join(f'`{one}`' for one in here) or 'not here'} | {note} |")
    return "\n".join(lines)


def main() -> int:
    """Write the pages, or check them."""
    stale = []
    for name, text in (("commands.md", commands()), ("schema.md", schema())):
        page = HERE / name
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv[1:]:
                page.write_text(text, encoding="utf-8")
    if stale:
        print(("out of date: " if "--check" in sys.argv[1:] else "written: ") + ", ".join(stale))
    return int(bool(stale) and "--check" in sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
