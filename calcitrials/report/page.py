"""The page: figures with their data beneath, one file that needs no network and no script."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import duckdb

from calcitrials.errors import CommandError
from calcitrials.report.figures import FIGURES, Figure
from db.catalogue import Catalogue, published_at
from db.whole_file import whole_file

NEEDS = "the report needs Altair and vl-convert, which are not installed: pip install 'calcitrials[report]' brings them"
STYLE = """
body { font: 16px/1.5 "Liberation Sans", Arial, sans-serif; color: #1a1a1a; max-width: 62rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { margin-bottom: 0; }
figure { margin: 2.5rem 0; break-inside: avoid; }
figcaption h2 { font-size: 1.2rem; margin: 0; }
figcaption p { margin: 0 0 .6rem; color: #444; }
svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; font-size: .85rem; }
th, td { border-bottom: 1px solid #bbb; padding: .2rem .7rem .2rem 0; text-align: left; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
summary { color: #08306b; cursor: pointer; font-size: .85rem; }
nav a { margin-right: 1rem; color: #08306b; }
@media print { nav, details { display: none; } body { margin: 0; max-width: none; } }
"""


def write_report(catalogue: Catalogue, path: Path) -> str:
    """Write the report of the published catalogue; a sentence that says where it is.

    Raises CommandError where what draws it is not installed, or the catalogue was never mapped to concepts.
    """
    try:
        import altair  # noqa: F401
        import vl_convert  # noqa: F401
    except ImportError:
        raise CommandError(NEEDS) from None
    with catalogue.connect() as connection:
        text = page(connection)
    with whole_file(path) as draft:
        draft.write_text(text, encoding="utf-8")
    return f"the report is in {path}"


def page(connection: duckdb.DuckDBPyConnection) -> str:
    """The report as HTML."""
    try:
        figures = "\n".join(_figure(connection, figure) for figure in FIGURES)
    except duckdb.CatalogException:
        raise CommandError("the catalogue was written by an older version: run a crawl, and then the report") from None
    ((records, studies, registries),) = connection.execute(
        "SELECT count(*), count(DISTINCT coalesce(study_id, trial_id)), count(DISTINCT registry) FROM trials"
    ).fetchall()
    published = escape(published_at(connection) or "?")
    links = " ".join(f'<a href="#{figure.name}">{escape(figure.title)}</a>' for figure in FIGURES)
    terms = connection.execute("SELECT registry, terms FROM registries ORDER BY registry").fetchall()
    sources = "".join(f"<li>{escape(registry)}: {escape(told)}</li>" for registry, told in terms)
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Clinical trials: a report</title>
<style>{STYLE}</style></head>
<body>
<h1>Clinical trials in this catalogue</h1>
<p>{studies} studies in {records} records of {registries} registries, published {published}.
Registry data, as old as the registries say: for orientation, not for the care of a patient.</p>
<nav>{links}</nav>
{figures}
<h2>Sources</h2><ul>{sources}</ul>
</body>
</html>
"""


def _figure(connection: duckdb.DuckDBPyConnection, figure: Figure) -> str:
    cursor = connection.execute(figure.sql)
    columns, found = [column[0] for column in cursor.description or []], cursor.fetchall()
    rows = [dict(zip(columns, row, strict=True)) for row in found]
    caption = f"<figcaption><h2>{escape(figure.title)}</h2><p>{escape(figure.note)}</p></figcaption>"
    table = _table(columns, found)
    if not rows:
        shown = "<p>Nothing in this catalogue.</p>"
    elif figure.form == "table":
        shown = table
    else:
        from calcitrials.report.charts import svg

        drawn = svg(figure.form, rows).replace("<svg", f'<svg role="img" aria-label="{escape(figure.title)}"', 1)
        shown = f"{drawn}\n<details><summary>The figures</summary>{table}</details>"
    return f'<figure id="{figure.name}">{caption}\n{shown}</figure>'


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    head = "".join(f"<th>{escape(column.replace('_', ' '))}</th>" for column in columns)
    lines = ("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _cell(value: Any) -> str:
    if value is None:
        return "<td></td>"
    if isinstance(value, float):
        value = round(value, 1)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"<td{' class=' + chr(34) + 'number' + chr(34) if is_number else ''}>{escape(str(value))}</td>"
