"""A registry's own record is the head of its study: what others tell of it stands behind it, whatever they say."""

from collections.abc import Collection, Iterable, Iterator, Sequence

import duckdb

from matcher.ranking.scoring import Scored
from matcher.trials.facts import Facts

LISTING = "listing"
"""Registry of the records that listing sites make of registries' ones."""


def told_of(cursor: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The studies of a catalogue that both a registry and a listing site have a record of."""
    query = (
        "SELECT DISTINCT study_id FROM trials WHERE registry = $listing "
        "AND study_id IN (SELECT study_id FROM trials WHERE registry <> $listing)"
    )
    return frozenset(study for (study,) in cursor.execute(query, {"listing": LISTING}).fetchall())


def heads_first(ranked: Iterable[Scored], facts: Sequence[Facts], told: Collection[str]) -> Iterator[Scored]:
    """The ranking with every listing's record behind the registry's own one of its study.

    told: the studies of ``told_of``. A listing whose head the question does not find comes last.
    """
    if not told:
        yield from ranked
        return
    waiting: dict[str, list[Scored]] = {}
    given: set[str] = set()
    for scored in ranked:
        one = facts[scored.trial_index]
        study = one.study_id
        if study is None or study not in told or study in given:
            yield scored
        elif one.registry == LISTING:
            waiting.setdefault(study, []).append(scored)
        else:
            given.add(study)
            yield scored
            yield from waiting.pop(study, ())
    for left in waiting.values():
        yield from left
