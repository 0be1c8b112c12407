"""What the catalogue knows of a registry before it is asked: for registries that cannot be searched."""

import re
from collections.abc import Sequence

import duckdb
import msgspec


class StoredTrial(msgspec.Struct, frozen=True):
    """A record that the registry itself gave before, and the address that it came from."""

    trial_id: str
    address: str


class StoredTrials(msgspec.Struct, frozen=True):
    """What the catalogue knows of a registry.

    crawled: its records, without those that it no longer has.
    named: what else may be ids of its trials: those of records that came through an aggregator, and identifiers in
        the records of other registries that begin with the registry's name.
    """

    crawled: tuple[StoredTrial, ...] = ()
    named: tuple[str, ...] = ()


def find_stored_trials(connection: duckdb.DuckDBPyConnection, registry: str, conditions: Sequence[str]) -> StoredTrials:
    """What the catalogue knows of a registry's trials on these conditions; of all of them when none is given.

    Of the registry's own records, and of what imported records name, those count whose titles, conditions, keywords
    or MeSH terms speak of one of the conditions. What a crawled record of another registry names always counts:
    that record is there because somebody asked for it.
    """
    spoken_of = "|".join(re.escape(name) for name in conditions)
    crawled = connection.execute(
        f"SELECT trial_id, source_url FROM trials WHERE registry = ? AND via IS NULL AND missing_since IS NULL "
        f"AND {_SPEAKS_OF} ORDER BY trial_id",
        [registry, spoken_of],
    ).fetchall()
    named = connection.execute(
        f"""
        SELECT DISTINCT id FROM (
            SELECT trial_id AS id FROM trials WHERE registry = $1 AND via IS NOT NULL AND {_SPEAKS_OF}
            UNION ALL
            SELECT identifier FROM identifiers JOIN trials USING (trial_id)
            WHERE registry <> $1 AND starts_with(upper(identifier), upper($1)) AND (via IS NULL OR {_SPEAKS_OF}))
        ORDER BY id
        """.replace("?", "$2"),
        [registry, spoken_of],
    ).fetchall()
    return StoredTrials(tuple(StoredTrial(*row) for row in crawled), tuple(trial_id for (trial_id,) in named))


# An empty pattern is found in every text, so that no condition means every trial.
_SPEAKS_OF = """regexp_matches(concat_ws(chr(10), brief_title, official_title,
    (SELECT string_agg(condition, chr(10)) FROM conditions WHERE conditions.trial_id = trials.trial_id),
    (SELECT string_agg(keyword, chr(10)) FROM keywords WHERE keywords.trial_id = trials.trial_id),
    (SELECT string_agg(term, chr(10)) FROM mesh_terms WHERE mesh_terms.trial_id = trials.trial_id)), ?, 'i')"""
