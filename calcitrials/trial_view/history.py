"""What changed in a record while the catalogue watched it."""

from collections.abc import Iterator
from typing import Any

import duckdb
import msgspec

from calcitrials.trial_view import words
from calcitrials.trial_view.blocks import Block, Item, Items

_WITH_FORMER_VALUE = ("status", "completion_date", "enrollment")
"""Fields whose former value is said: those that decide whether somebody can take part, and how it went."""
_ECHOES = frozenset({"last_update_date", "last_update_submitted_date", "verification_date"})
"""What changes whenever anything does."""


def history(connection: duckdb.DuckDBPyConnection, record: dict[str, Any]) -> Iterator[Block]:
    """The changes, the newest first, and since when the catalogue knows the record."""
    rows = connection.execute(
        "SELECT valid_to, changed_fields, state FROM trial_versions WHERE trial_id = ? ORDER BY valid_to DESC",
        [record["trial_id"]],
    ).fetchall()
    lines = [
        words.say("{day}: changed {what}", day=f"{day:%Y-%m-%d}", what=_changes(fields, msgspec.json.decode(state)))
        for day, fields, state in rows
    ]
    if first := record.get("first_seen_at"):
        lines.append(words.say("{day}: first in this catalogue", day=f"{first:%Y-%m-%d}"))
    yield Items(tuple(map(Item, lines)))


def _changes(fields: list[str], former: dict[str, Any]) -> str:
    told = dict.fromkeys(words.field(name) for name in fields if words.stem(name) not in _ECHOES)
    for name in _WITH_FORMER_VALUE:
        if name in fields and former.get(name) is not None:
            was = words.plain(str(former[name]))
            told[words.field(name)] = words.say("{what} (was {was})", what=words.field(name), was=was)
    return ", ".join(was or name for name, was in told.items()) or words.say("nothing but the day of the last update")
