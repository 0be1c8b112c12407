"""Write the reference pages from the code: docs/commands.md from the command line's help, docs/schema.md from the
comments of the catalogue, docs/questions.md from the files of SQL in docs/questions. ``--check`` only says whether they
are up to date (exit status 1 when they are not).
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


def catalogue() -> duckdb.DuckDBPyConnection:
    """An empty catalogue with all that a published one has."""
    connection = duckdb.connect()
    create_schema(connection)
    for room, script in (("matcher.trials", "schema.sql"), ("matcher.batch", "concepts.sql")):
        connection.execute(files(room).joinpath(script).read_text(encoding="utf-8"))
    return connection


def schema() -> str:
    """Reference of the catalogue's tables, views and macros, as Markdown."""
    connection = catalogue()
    parts = [
        "# Tables of the catalogue\n",
        "Written by `make docs` from the comments in the database itself: `SELECT * FROM duckdb_columns()` shows the "
        "same. [Questions](questions.md) shows them at work.\n",
        picture(connection),
        _of_aact(),
        "",
    ]
    for kind, title in (("table", ""), ("view", "# Views\n\nWhat follows from the tables, always up to date.\n")):
        parts += [title] if title else []
        described = connection.execute(
            f"SELECT {kind}_name, comment FROM duckdb_{kind}s() WHERE NOT internal ORDER BY 1"
        ).fetchall()
        for name, comment in described:
            parts += _columns(connection, name, comment)
    parts.append("# Macros\n\nQuestions with a parameter: `FROM trials_with('calcinosis')`.\n")
    macros = connection.execute(
        "SELECT function_name, array_to_string(parameters, ', '), comment FROM duckdb_functions() "
        "WHERE NOT internal ORDER BY 1"
    ).fetchall()
    parts += [f"## {name}\n\n`{name}({parameters})`: {comment}\n" for name, parameters, comment in macros]
    return "\n".join(parts)


def _columns(connection: duckdb.DuckDBPyConnection, name: str, comment: str) -> list[str]:
    """The part of a table or view."""
    columns = connection.execute(
        "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
        [name],
    ).fetchall()
    head = f"## {name}\n\n{comment}\n\n| column | type | meaning |\n|---|---|---|"
    return [head, *(f"| `{column}` | {kind} | {meaning} |" for column, kind, meaning in columns), ""]


JOINS = (
    ("crawls", "trials", "crawl_id"),
    ("registries", "trials", "registry"),
    ("crawls", "rejects", "crawl_id"),
    ("concepts", "trial_concepts", "concept_id"),
    ("concepts", "concept_ancestors", "concept_id"),
)
"""One, many, and the column that joins them, of joins that are not of a trial's own rows."""
SHOWN = 6
"""Columns of a table that the picture shows."""
_OF_MANY = frozenset({"position", "concept_id", "valid_from", "alias", "reason"})
"""Columns of tables with several rows a trial."""


def picture(connection: duckdb.DuckDBPyConnection) -> str:
    """Entity-relationship picture in Mermaid: every table with its first columns, and what joins it to the others."""
    columns: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() SEMI JOIN duckdb_tables() "
        "USING (database_name, table_name) WHERE NOT internal ORDER BY table_name, column_index"
    ).fetchall():
        columns.setdefault(table, {})[column] = kind
    lines = ["```mermaid", "erDiagram"]
    for table, its in columns.items():
        if table != "trials" and "trial_id" in its:
            lines.append(f"    trials ||--{'o{' if _OF_MANY & its.keys() else 'o|'} {table} : trial_id")
    lines += [f"    {one} ||--o{{ {many} : {column}" for one, many, column in JOINS]
    for table, its in columns.items():
        rows = [f"        {kind.replace('[]', '_list')} {name}" for name, kind in list(its.items())[:SHOWN]]
        if len(its) > SHOWN:
            rows.append(f"        and {len(its) - SHOWN}_more")
        lines += [f"    {table} {{", *rows, "    }"]
    return "\n".join([*lines, "```\n"])


def questions() -> str:
    """Every file of docs/questions with its title, as Markdown."""
    parts = [
        "# Questions\n",
        "Written by `make docs` from the files in [questions/](questions), each of which a test asks of a catalogue. "
        "Below a title stands where users of AACT find the same. Ask one with\n",
        '```console\n$ calcitrials sql "$(cat docs/questions/01-new-trials-per-year.sql)"\n```\n',
    ]
    for file in sorted((HERE / "questions").glob("*.sql")):
        title, aact_has, sql = file.read_text(encoding="utf-8").split("\n", 2)
        link = f"[{file.name}](questions/{file.name})"
        parts.append(
            f"## {title.removeprefix('-- ')}\n\n{aact_has.removeprefix('-- ')}. {link}\n\n```sql\n{sql.strip()}\n```\n"
        )
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
    for name, text in (("commands.md", commands()), ("schema.md", schema()), ("questions.md", questions())):
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
