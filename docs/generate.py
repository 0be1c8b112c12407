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
    for room, script in (("matcher.trials", "schema.sql"), ("matcher.batch", "concepts.sql")):
        connection.execute(files(room).joinpath(script).read_text(encoding="utf-8"))
    parts = [
        "# Tables of the catalogue\n",
        "Written by `make docs` from the comments in the database itself: `SELECT * FROM duckdb_columns()` shows the "
        "same.\n",
    ]
    tables = connection.execute("SELECT table_name, comment FROM duckdb_tables() ORDER BY table_name").fetchall()
    for table, comment in tables:
        parts.append(f"## {table}\n\n{comment}\n\n| column | type | meaning |\n|---|---|---|")
        columns = connection.execute(
            "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
            [table],
        ).fetchall()
        parts += [f"| `{name}` | {kind} | {meaning} |" for name, kind, meaning in columns]
        parts.append("")
    return "\n".join(parts)


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
