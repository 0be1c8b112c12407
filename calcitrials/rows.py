"""Rows as the commands print them, as they come: a table for people, JSON and CSV for programs.

No more rows than `TOGETHER` are held at once. A table's columns are as wide as its first rows need; where they do not
fit beside each other each row stands vertically, a line a field.
"""

import csv
import datetime as dt
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

WIDTH_WITHOUT_TERMINAL = 140
TOGETHER = 500
"""Rows whose cells decide together how wide the columns are."""
NARROW = 16
"""A column that is given fewer characters than this, and needs more, makes a table unreadable."""
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


def console_for(stream: TextIO) -> Console:
    """A console on stdout or stderr: as wide as the terminal, and wide enough where there is none."""
    return Console(file=stream, width=None if stream.isatty() else WIDTH_WITHOUT_TERMINAL, highlight=False)


class Format(StrEnum):
    """How to print rows or one object."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class MatchFormat(StrEnum):
    """How to print suggestions."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    FHIR = "fhir"


def print_rows(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], form: Format, *, keep_formulas: bool = False
) -> None:
    """Rows as a table, as a JSON list of objects, or as CSV with a header.

    keep_formulas: of CSV; otherwise a text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    if form is Format.JSON:
        _print_objects(dict(zip(columns, row, strict=True)) for row in rows)
    elif form is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        in_cell = _flat if keep_formulas else _harmless
        for row in rows:
            writer.writerow([in_cell(cell) for cell in row])
    else:
        _print_table(columns, rows)


def in_json(value: Any) -> str:
    """A value as readable JSON; times as ISO 8601, in UTC where they name no zone."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain)


def _print_objects(objects: Iterable[dict[str, Any]]) -> None:
    opening = "["
    for one in objects:
        sys.stdout.write(f"{opening}\n  {in_json(one).replace(chr(10), chr(10) + '  ')}")
        opening = ","
    sys.stdout.write("[]\n" if opening == "[" else "\n]\n")


def _print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    console = console_for(sys.stdout)
    widths: list[int] | None = None
    number = 0
    for part in _parts([_text(cell) for cell in row] for row in rows):
        if not number:
            widths = _widths(columns, part, console.width)
        if widths is None:
            for row in part:
                number += 1
                _print_vertically(number, columns, row, console)
        else:
            console.print(_table(columns, part, widths, has_header=not number))
            number += len(part)
    if not number:
        console.print(_table(columns, [], [max(1, cell_len(column)) for column in columns], has_header=True))


def _parts(rows: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    part: list[list[str]] = []
    for row in rows:
        part.append(row)
        if len(part) == TOGETHER:
            yield part
            part = []
    if part:
        yield part


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """Characters for each column, so that all fit; None where one would be too narrow to read."""
    needed = [
        max(1, cell_len(column), *(cell_len(line) for row in rows for line in row[index].splitlines()))
        for index, column in enumerate(columns)
    ]
    left = room - 3 * len(columns) + 1  # a space on each side, and a line between two
    widths = list(needed)
    while sum(widths) > left:
        longest = max(widths)
        if longest <= NARROW:
            return None
        next_longest = max((width for width in widths if width < longest), default=NARROW)
        many = widths.count(longest)
        share = -(-(sum(widths) - left) // many)
        shrunk = max(NARROW, next_longest, longest - share)
        widths = [shrunk if width == longest else width for width in widths]
    return widths


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int], *, has_header: bool) -> Table:
    table = Table(show_edge=False, header_style="bold", show_header=has_header)
    for column, width in zip(columns, widths, strict=True):
        table.add_column(escape(column), overflow="fold", width=width)
    for row in rows:
        table.add_row(*map(escape, row))
    return table


def _print_vertically(number: int, columns: Sequence[str], row: Sequence[str], console: Console) -> None:
    label = max(map(cell_len, columns))
    console.print(f"[bold]── {number} ──[/bold]")
    fields = Table.grid(padding=(0, 1))
    fields.add_column(width=min(label, console.width // 2), overflow="fold")
    fields.add_column(overflow="fold", ratio=1)
    for column, cell in zip(columns, row, strict=True):
        fields.add_row(f"[bold]{escape(column)}[/bold]", escape(cell))
    console.print(fields)


def _text(cell: Any) -> str:
    return "" if cell is None else str(_flat(cell))


def _flat(cell: Any) -> Any:
    if isinstance(cell, tuple | list) and all(isinstance(part, str) for part in cell):
        return "; ".join(cell)
    return json.dumps(cell, ensure_ascii=False, default=_plain) if isinstance(cell, list | tuple | dict) else cell


def _harmless(cell: Any) -> Any:
    """A cell of CSV, its text so that no spreadsheet takes it for a formula (OWASP, CSV injection)."""
    flat = _flat(cell)
    return f"'{flat}" if isinstance(flat, str) and flat.startswith(FORMULA_MARKS) else flat


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat(sep="T") + ("Z" if value.tzinfo is None else "")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
