"""What changed in a record while the catalogue watched it."""

from collections.abc import Iterator
from typing import Any

import duckdb
import msgspec

from calcitrials.trial_view import words
from calcitrials.trial_view.blocks import Block, Item, Items

_WITH_FORMER_VALUE = ("status", "completion_date", "enrollment")
"""Fields whose former value is said: those that decide whether somebody can take part, and how it went."""
_ECHOES = frozenset({"last update date", "last update submitted date", "verification date"})
"""What changes whenever anything does."""


def history(connection: duckdb.DuckDBPyConnection, record: dict[str, Any]) -> Iterator[Block]:
    """The changes, the newest first, and since when the catalogue knows the record."""
    rows = connection.execute(
        "SELECT valid_to, changed_fields, state FROM trial_versions WHERE trial_id = ? ORDER BY valid_to DESC",
        [record["trial_id"]],
    ).fetchall()
    lines = [f"{day:%Y-%m-%d}: changed {_changes(fields, msgspec.json.decode(state))}" for day, fields, state in rows]
    if first := record.get("first_seen_at"):
        lines.append(f"{first:%Y-%m-%d}: first in this catalogue")
    yield Items(tuple(map(Item, lines)))


def _changes(fields: list[str], former: dict[str, Any]) -> str:
    told = dict.fromkeys(words.field(name) for name in fields)
    for name in _WITH_FORMER_VALUE:
        if name in fields and former.get(name) is not None:
            told[words.field(name)] = f" (was {words.plain(str(former[name]))})"
    named = [name + (was or "") for name, was in told.items() if name not in _ECHOES]
    return ", ".join(named) or "nothing but the day of the last update"
