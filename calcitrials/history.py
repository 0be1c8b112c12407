"""The command ``history``: what changed in a trial and when, as a person reads it."""

import difflib
import json
import sys
from collections.abc import Iterator
from typing import Any

import duckdb
from rich.markup import escape

from calcitrials.output import Format, console_for, print_json, print_rows
from calcitrials.trial_view.record import find_trial
from db.catalogue import Catalogue

LINES_AROUND = 1
"""Unchanged lines shown before and after a change of the criteria."""
COLUMNS = ("changed_at", "crawl_id", "field", "before", "after")


def history_of(connection: duckdb.DuckDBPyConnection, trial_id: str) -> dict[str, Any]:
    """When a trial was first seen, and each later change: of which field, from what to what.

    A change has ``difference`` too: lines that begin with "-" for what was dropped and "+" for what was added. Contacts
    are left out.
    """
    ((seen, changed, missing, title),) = connection.execute(
        "SELECT first_seen_at, changed_at, missing_since, brief_title FROM trials WHERE trial_id = ?", [trial_id]
    ).fetchall()
    rows = connection.execute(
        f"SELECT {', '.join(COLUMNS)} FROM changes WHERE trial_id = ? ORDER BY changed_at, field", [trial_id]
    ).fetchall()
    changes = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    for change in changes:
        change["difference"] = list(difference(change["field"], change["before"], change["after"]))
    return {
        "trial_id": trial_id,
        "brief_title": title,
        "first_seen_at": seen,
        "present_state_since": changed,
        "missing_since": missing,
        "changes": changes,
    }


def difference(field: str, before: str | None, after: str | None) -> Iterator[str]:
    """Lines that tell a change: of criteria as a diff of their lines, of a table by its rows, else both values."""
    if field == "eligibility":
        yield from _lines(_criteria(before), _criteria(after))
        return
    old, new = _items(before), _items(after)
    yield from (f"- {item}" for item in old if item not in new)
    yield from (f"+ {item}" for item in new if item not in old)


def _lines(before: list[str], after: list[str]) -> Iterator[str]:
    for line in difflib.unified_diff(before, after, lineterm="", n=LINES_AROUND):
        if not line.startswith(("---", "+++")):
            yield line if line.startswith("@@") else f"{line[0]} {line[1:]}"


def _criteria(text: str | None) -> list[str]:
    rows = json.loads(text) if text else []
    return [line for row in rows for line in (row.get("criteria") or "").splitlines() if line.strip()]


def _items(text: str | None) -> list[str]:
    """The rows of a table as texts; of a plain value that value alone."""
    if text is None:
        return []
    if not text.startswith("["):
        return [text]
    return [_told(item) for item in json.loads(text)]


def _told(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    stated = (value for name, value in item.items() if name not in ("trial_id", "position"))
    return "; ".join(
        ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for value in stated
        if value not in (None, [], "", False)
    )


def print_history(catalogue: Catalogue, text: str, form: Format) -> None:
    """Print what changed in a trial, oldest change first."""
    with catalogue.connect() as connection:
        history = history_of(connection, find_trial(connection, text))
    changes = history["changes"]
    if form is Format.JSON:
        print_json(history)
        return
    if form is Format.CSV:
        print_rows(COLUMNS, [[change[name] for name in COLUMNS] for change in changes], form)
        return
    out = console_for(sys.stdout)
    out.print(f"[bold]{history['trial_id']}[/bold]  {escape(history['brief_title'] or '')}")
    out.print(f"{history['first_seen_at']:%Y-%m-%d}  first seen")
    told = None
    for change in changes:
        if change["changed_at"] != told:
            told = change["changed_at"]
            out.print(f"[bold]{told:%Y-%m-%d %H:%M}[/bold]")
        out.print(f"  [bold]{change['field']}[/bold]")
        for line in change["difference"] or ["changed; what it was is not kept"]:
            out.print(f"    {escape(line)}", soft_wrap=True)
    if history["missing_since"]:
        out.print(f"{history['missing_since']:%Y-%m-%d}  gone from its registry")
    if not changes:
        out.print("No change since. Days are those of the crawls that found a change.")
