"""What the shell completes: registries, statuses, and the ids of trials in the published catalogue."""

from contextlib import closing
from pathlib import Path

import typer

MOST = 200
"""Ids that are offered at once; of more the first letters say too little."""


def registries(incomplete: str) -> list[str]:
    """Names of registries that begin so."""
    from crawler.registries import spiders

    return [name for name in spiders() if name.startswith(incomplete)]


def statuses(incomplete: str) -> list[str]:
    """Recruitment statuses that begin so."""
    from db.vocabularies import Status

    return [status.value for status in Status if status.value.startswith(incomplete)]


def trial_ids(ctx: typer.Context, incomplete: str) -> list[str]:
    """Ids of trials that begin so, none where there is no catalogue."""
    import duckdb

    from db.catalogue import Catalogue, CatalogueError

    try:
        with closing(Catalogue(Path(ctx.params.get("catalog") or "catalog")).connect()) as connection:
            rows = connection.execute(
                "SELECT trial_id FROM trials WHERE starts_with(trial_id, upper(?)) ORDER BY ALL LIMIT ?",
                [incomplete, MOST],
            ).fetchall()
    except (CatalogueError, duckdb.Error, OSError):
        return []
    return [trial_id for (trial_id,) in rows]
