"""The commands of analysts: ``history``, ``sql``, ``report``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from calcitrials.rows import Format
from calcitrials.shared_options import DEFAULT_CATALOG, CatalogOption
from calcitrials.text_input import STDIN, text_of
from db.catalogue import Catalogue


def history(
    trial: Annotated[str, typer.Argument(help="Id of a trial, or another number of it.")],
    format: Annotated[Format, typer.Option(help="How to print.")] = Format.TABLE,
    catalog: CatalogOption = DEFAULT_CATALOG,
) -> None:
    """Show what changed in a trial and when: status, dates, enrollment, criteria line by line. No contacts."""
    from calcitrials.history import print_history

    print_history(Catalogue(catalog), trial, format)


def sql(
    query: Annotated[
        str,
        typer.Argument(help="A question in SQL; - is stdin. `calcitrials sql 'SHOW TABLES'` lists the tables."),
    ],
    format: Annotated[Format, typer.Option(help="How to print.")] = Format.TABLE,
    catalog: CatalogOption = DEFAULT_CATALOG,
    keep_formulas: Annotated[
        bool,
        typer.Option(
            "--keep-formulas", help="CSV as it stands: no apostrophe before a text that a spreadsheet would run."
        ),
    ] = False,
    time_limit: Annotated[
        float, typer.Option(min=0.001, max=86_400, help="Seconds until the last row is printed.")
    ] = 60.0,
) -> None:
    """Ask the published catalogue a question in SQL, read-only. Rows are printed as they come.

    A table that is too wide for the terminal shows each row vertically.
    """
    from calcitrials.output import print_rows
    from calcitrials.sql import ask, bounded

    with bounded(time_limit):
        answer = ask(Catalogue(catalog), text_of(query) if query == STDIN else query, time_limit)
        print_rows(answer.columns, answer.rows, format, keep_formulas=keep_formulas)


def report(
    file: Annotated[Path, typer.Argument(help="HTML file to write.")],
    catalog: CatalogOption = DEFAULT_CATALOG,
) -> None:
    """Write one page of pictures: studies by disease, status, phase, year and country, when they run, how fresh it is.

    The file holds all that it shows and can be sent or printed. Needs the extra `report`.
    """
    from calcitrials.report.page import write_report

    print(write_report(Catalogue(catalog), file), file=sys.stderr)
