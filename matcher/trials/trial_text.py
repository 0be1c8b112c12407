"""The texts of a trial that are mapped to concepts, read from the catalogue."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

BATCH = 2000


class Named(NamedTuple):
    """A concept that a text names. words: the text's own words for it."""

    concept_id: str
    label: str
    rule: str
    score: float
    words: str


class TrialText(NamedTuple):
    """The texts of a trial that are mapped. conditions: name, system and code; interventions: type and names."""

    trial_id: str
    content_hash: str
    titles: tuple[str, ...]
    conditions: tuple[tuple[str, str | None, str | None], ...]
    interventions: tuple[tuple[str | None, tuple[str, ...]], ...]
    keywords: tuple[str, ...]
    mesh: tuple[str, ...]
    mesh_ancestors: tuple[str, ...]
    inclusion: tuple[str, ...]
    exclusion: tuple[str, ...]


# Each table is cut down to the wanted trials before it is joined: a whole registry does not fit into the memory that
# the database has while it writes.
_TEXTS = """
WITH own AS (SELECT trial_id, content_hash, brief_title, official_title
             FROM trials SEMI JOIN wanted_trials USING (trial_id)),
     named AS (SELECT trial_id, list([condition, code_system, code] ORDER BY position) AS conditions
               FROM conditions SEMI JOIN wanted_trials USING (trial_id) GROUP BY trial_id),
     tagged AS (SELECT trial_id, list(keyword ORDER BY position) AS keywords
                FROM keywords SEMI JOIN wanted_trials USING (trial_id) GROUP BY trial_id),
     headed AS (SELECT trial_id, list(term ORDER BY position) FILTER (NOT is_ancestor) AS mesh,
                       list(term ORDER BY position) FILTER (is_ancestor) AS ancestors
                FROM mesh_terms SEMI JOIN wanted_trials USING (trial_id) WHERE branch = 'condition' GROUP BY trial_id),
     given AS (SELECT trial_id, list((type, [name] || coalesce(other_names, [])) ORDER BY position) AS interventions
               FROM interventions SEMI JOIN wanted_trials USING (trial_id) GROUP BY trial_id),
     admitted AS (SELECT * FROM eligibility SEMI JOIN wanted_trials USING (trial_id))
SELECT own.*, conditions, interventions, keywords, mesh, ancestors, criteria, inclusion, exclusion
FROM own LEFT JOIN named USING (trial_id) LEFT JOIN given USING (trial_id) LEFT JOIN tagged USING (trial_id)
     LEFT JOIN headed USING (trial_id) LEFT JOIN admitted USING (trial_id)
"""
_SPLIT_CRITERIA = re.compile(r"\b(?:key )?exclusion criteria\b:?|\bexclusion\s*:|\bausschlusskriterien\b", re.I)


def _trial_text(row: tuple[Any, ...]) -> TrialText:
    trial_id, content_hash, brief, official, conditions, interventions, keywords, mesh, ancestors, *criteria = row
    text, *items = criteria
    included, excluded = (tuple(item or ()) for item in items)
    if not included and not excluded and text:
        parts = _SPLIT_CRITERIA.split(text, maxsplit=1)
        included, excluded = (parts[0],), tuple(parts[1:])
    return TrialText(
        trial_id=trial_id,
        content_hash=content_hash,
        titles=tuple(dict.fromkeys(title for title in (brief, official) if title)),
        conditions=tuple((condition, system, code) for condition, system, code in conditions or ()),
        interventions=tuple((kind, tuple(names)) for kind, names in interventions or ()),
        keywords=tuple(keywords or ()),
        mesh=tuple(mesh or ()),
        mesh_ancestors=tuple(ancestors or ()),
        inclusion=included,
        exclusion=excluded,
    )


def read_texts(connection: duckdb.DuckDBPyConnection, trial_ids: Sequence[str]) -> Iterator[TrialText]:
    """Texts of some trials of a catalogue."""
    wanted = pa.table({"trial_id": pa.array(trial_ids, pa.string())})
    cursor = connection.cursor()
    cursor.register("wanted_trials", wanted)
    result = cursor.execute(_TEXTS)
    while rows := result.fetchmany(BATCH):
        yield from map(_trial_text, rows)
    cursor.unregister("wanted_trials")


# The same texts of trials that are staged, in the shape of the record (db.arrow.TRIAL_SCHEMA), where what equals a
# field's default is absent: of those whose present state they are and that have no rows of it yet.
_STAGED_TEXTS = """
SELECT trial_id, content_hash, brief_title, official_title,
       list_transform(conditions, lambda c: [c.condition, c.code_system, c.code]) AS conditions,
       list_transform(interventions, lambda i: (i.type, [i.name] || coalesce(i.other_names, []))) AS interventions,
       keywords,
       [m.term FOR m IN mesh_terms IF m.branch = 'condition' AND NOT coalesce(m.is_ancestor, false)] AS mesh,
       [m.term FOR m IN mesh_terms IF m.branch = 'condition' AND coalesce(m.is_ancestor, false)] AS ancestors,
       eligibility.criteria, eligibility.inclusion, eligibility.exclusion
FROM staged_trials SEMI JOIN trials USING (trial_id, content_hash)
     ANTI JOIN (SELECT trial_id, content_hash FROM trial_words WHERE terminology = ?) USING (trial_id, content_hash)
"""


def texts_of_staged(connection: duckdb.DuckDBPyConnection, staged: pa.Table, version: str) -> Iterator[TrialText]:
    """Texts of trials that were just stored, from memory; of those without rows of that mapping version.

    staged: the trials as `db.arrow.trials_table` has them.
    """
    connection.register("staged_trials", staged)
    try:
        rows = connection.execute(_STAGED_TEXTS, [version]).fetchall()
    finally:
        connection.unregister("staged_trials")
    yield from map(_trial_text, rows)
