"""What the catalogue itself says of the registries: the terms of their data, and whose number names a study.

Whoever harvests writes it down, so that those who read a catalogue need to know no registry.
"""

from collections.abc import Iterable

import duckdb
import msgspec

from db.rows import insert


class Registry(msgspec.Struct, frozen=True):
    """A registry, or an aggregator that passes records on.

    registry: short name. terms: source of the data and the terms of their use, in a sentence without its full stop.
    study_rank: place of its number when a study of several records is named, the lowest first; None for one that
        assigns no numbers.
    """

    registry: str
    terms: str
    study_rank: int | None = None


def save_registries(connection: duckdb.DuckDBPyConnection, registries: Iterable[Registry]) -> None:
    """Write down these registries; what was written of one before is replaced."""
    for one in registries:
        connection.execute("DELETE FROM registries WHERE registry = ?", [one.registry])
        insert(connection, "registries", msgspec.structs.asdict(one))


def terms_of(connection: duckdb.DuckDBPyConnection, registry: str) -> str | None:
    """Terms of a registry's data, None for one that was never harvested from."""
    try:
        row = connection.execute("SELECT terms FROM registries WHERE registry = ?", [registry]).fetchone()
    except duckdb.CatalogException:  # published by a version that kept no terms
        return None
    return None if row is None else str(row[0])


def study_ranks(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rank of each registry whose number names a study before others'."""
    rows = connection.execute("SELECT registry, study_rank FROM registries WHERE study_rank IS NOT NULL").fetchall()
    return dict(rows)
