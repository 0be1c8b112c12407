"""The figures of the matching bench as one table: a row a measure, a column a system."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

OURS = "calcitrials"
SYSTEMS = (OURS, "WRatio", "BM25", "TrialMatchAI", "gilda", "text2term", "MNER", "MNER fuzzy")


class Mark(NamedTuple):
    """What our figure must reach. at_least: whether more is better."""

    value: float
    at_least: bool = True

    def reached(self, figure: float) -> bool:
        """Whether a figure, rounded as it is printed, reaches the mark."""
        return figure >= self.value if self.at_least else figure <= self.value


class Row(NamedTuple):
    """One measure. values: a figure or a word ("cannot") by system; digits: decimals that are printed."""

    part: str
    measure: str
    values: Mapping[str, float | str]
    mark: Mark | None = None
    digits: int = 3


def cell(row: Row, system: str) -> str:
    """A figure as printed; ours with a sign that says whether it reaches the mark."""
    value = row.values.get(system)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    text = f"{value:,.{row.digits}f}"
    if system != OURS or row.mark is None:
        return text
    return f"{text} {'ok' if row.mark.reached(round(value, row.digits)) else 'MISSED'}"


def print_table(rows: Iterable[Row], details: Sequence[str]) -> None:
    """The table, then the lines of detail."""
    table = Table(title="Matching", title_justify="left", pad_edge=False)
    table.add_column("part")
    table.add_column("measure")
    table.add_column("mark", justify="right")
    for system in SYSTEMS:
        table.add_column(system, justify="right")
    part = None
    for row in rows:
        if part not in (None, row.part):
            table.add_section()
        mark = "" if row.mark is None else f"{'>=' if row.mark.at_least else '<='} {row.mark.value:,g}"
        table.add_row(
            row.part if row.part != part else "", row.measure, mark, *(cell(row, system) for system in SYSTEMS)
        )
        part = row.part
    console = Console(width=170, highlight=False)
    console.print(table)
    for line in details:
        console.print(line, markup=False, soft_wrap=True)
