"""One study, many ids: the records of one study get one ``study_id``.

Records are linked by strong registry identifiers only, in both directions, and clustered; the result does not
depend on the order of arrival. Two different ClinicalTrials.gov numbers in one cluster are a conflict, not a
merge (shared or mistyped secondary ids have joined unrelated trials in other harvesters): the identifiers that
join them are left out, and the conflict is reported in ``study_conflicts``.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import duckdb
import pyarrow as pa

from db.identifiers import find, normalise

PREFERRED_SCHEMES = ("ctgov", "ctis", "euctr", "isrctn", "drks")
"""Whose number names a study of several records: the living record first."""

_TRIALS_AT_ONCE = 20_000
_STUDY_IDS = pa.schema([("trial_id", pa.string()), ("study_id", pa.string())])

Key = tuple[str, str]
"""Scheme and canonical number."""


class Conflict(NamedTuple):
    """Records that an identifier would join although they are different ClinicalTrials.gov studies."""

    identifier: str
    trial_ids: tuple[str, ...]
    nct_ids: tuple[str, ...]


def link_studies(connection: duckdb.DuckDBPyConnection) -> int:
    """Give every trial its study_id and write ``study_conflicts`` anew; the number of conflicts.

    Most trials share no number with another one: those are named one by one, so that only the others are in memory
    together.
    """
    _write_keys(connection, dict(connection.execute("SELECT alias, trial_id FROM aliases").fetchall()))
    shared = connection.execute(
        """
        SELECT trial_id, list([scheme, number]) FROM study_keys WHERE trial_id IN (
            SELECT trial_id FROM study_keys
            SEMI JOIN (SELECT scheme, number FROM study_keys GROUP BY ALL HAVING count(*) > 1) USING (scheme, number)
            UNION SELECT trial_id FROM study_keys WHERE scheme = 'ctgov' GROUP BY trial_id HAVING count(*) > 1)
        GROUP BY trial_id
        """
    ).fetchall()
    study_ids, conflicts = cluster({trial_id: {(key[0], key[1]) for key in keys} for trial_id, keys in shared})
    together = pa.table({"trial_id": list(study_ids), "study_id": list(study_ids.values())}, schema=_STUDY_IDS)
    connection.register("together", together)
    connection.execute(
        """
        UPDATE trials SET study_id = s.study_id FROM (
            SELECT trial_id, coalesce(t.study_id, k.number) AS study_id
            FROM study_keys k LEFT JOIN together t USING (trial_id) WHERE k.is_name) s
        WHERE trials.trial_id = s.trial_id AND trials.study_id IS DISTINCT FROM s.study_id
        """
    )
    connection.unregister("together")
    connection.execute("DROP TABLE study_keys")
    connection.execute("DELETE FROM study_conflicts")
    for conflict in conflicts:
        connection.execute(
            "INSERT INTO study_conflicts VALUES (?, ?, ?)",
            [conflict.identifier, list(conflict.trial_ids), list(conflict.nct_ids)],
        )
    return len(conflicts)


def _write_keys(connection: duckdb.DuckDBPyConnection, aliases: Mapping[str, str]) -> None:
    """Write the strong numbers of every trial into ``study_keys``; is_name: the trial alone would be named so."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE study_keys (trial_id VARCHAR, scheme VARCHAR, number VARCHAR, is_name BOOLEAN)"
    )
    trials = connection.cursor().execute(
        """
        SELECT trial_id, list(DISTINCT i.identifier) FILTER (i.identifier IS NOT NULL)
        FROM trials LEFT JOIN identifiers i USING (trial_id) GROUP BY trial_id
        """
    )
    while rows := trials.fetchmany(_TRIALS_AT_ONCE):
        columns: list[list[object]] = [[], [], [], []]
        for trial_id, identifiers in rows:
            keys = strong_keys(trial_id, identifiers or (), aliases)
            name = min(keys, key=_preference)
            for key in keys:
                for column, value in zip(columns, (trial_id, *key, key == name), strict=True):
                    column.append(value)
        connection.register(
            "keys", pa.table(dict(zip(("trial_id", "scheme", "number", "is_name"), columns, strict=True)))
        )
        connection.execute("INSERT INTO study_keys SELECT * FROM keys")
        connection.unregister("keys")


def strong_keys(trial_id: str, identifiers: Iterable[str], aliases: Mapping[str, str]) -> set[Key]:
    """The strong numbers of a record: its own, and those that it states; an alias stands for its current number."""
    own = normalise(trial_id)
    found = [own] if own and own.is_strong else []
    for text in identifiers:
        found += find(text)
    keys = {(strong.scheme, aliases.get(strong.key, strong.key)) for strong in found}
    return keys or {("", trial_id)}


def cluster(stated: Mapping[str, set[Key]]) -> tuple[dict[str, str], list[Conflict]]:
    """study_id of every trial, and the conflicts, from the strong numbers of each trial."""
    stated = {trial_id: set(stated[trial_id]) for trial_id in sorted(stated)}
    conflicts: list[Conflict] = []
    components = _components(stated)
    conflicting = [members for members in components if _is_conflict(stated, members)]
    if conflicting:
        for members in conflicting:
            conflicts += _part(stated, members)
        for members in _components(stated):
            if _is_conflict(stated, members):
                conflicts.append(_dissolve(stated, members))
        components = _components(stated)
    study_ids: dict[str, str] = {}
    for members in components:
        name = min((key for trial_id in members for key in stated[trial_id]), key=_preference)
        study_ids |= dict.fromkeys(members, name[1])
    return study_ids, sorted(conflicts)


def _is_conflict(stated: Mapping[str, set[Key]], members: list[str]) -> bool:
    return len(_nct(key for trial_id in members for key in stated[trial_id])) > 1


def _part(stated: dict[str, set[Key]], members: list[str]) -> list[Conflict]:
    """Take out of a cluster the numbers that join different NCT numbers; what they would have joined."""
    own = {trial_id: _own_key(trial_id) for trial_id in members}
    conflicts = []
    for trial_id in members:
        nct = _nct(stated[trial_id])
        if len(nct) > 1:  # a record that states several NCT numbers belongs to none of them for certain
            foreign = {("ctgov", number) for number in nct} - {own[trial_id]}
            for key in foreign:
                bearers = {other for other in members if own[other] == key}
                conflicts.append(Conflict(key[1], tuple(sorted(bearers | {trial_id})), tuple(sorted(nct))))
            stated[trial_id] = stated[trial_id] - foreign or {own[trial_id]}
    holders: dict[Key, list[str]] = defaultdict(list)
    for trial_id in members:
        for key in stated[trial_id]:
            holders[key].append(trial_id)
    for key, holding in holders.items():
        nct = _nct(other for trial_id in holding for other in stated[trial_id])
        if len(nct) > 1:
            conflicts.append(Conflict(key[1], tuple(sorted(holding)), tuple(sorted(nct))))
            for trial_id in holding:
                if own[trial_id] != key:
                    stated[trial_id] = stated[trial_id] - {key} or {own[trial_id]}
    return conflicts


def _dissolve(stated: dict[str, set[Key]], members: list[str]) -> Conflict:
    """Let every record of a cluster stand alone: a chain joins NCT numbers, and any of its links may be wrong."""
    nct = _nct(key for trial_id in members for key in stated[trial_id])
    joining = sorted({key[1] for trial_id in members for key in stated[trial_id]} - nct)
    for trial_id in members:
        stated[trial_id] = {_own_key(trial_id)}
    return Conflict(", ".join(joining), tuple(sorted(members)), tuple(sorted(nct)))


def _own_key(trial_id: str) -> Key:
    own = normalise(trial_id)
    return (own.scheme, own.key) if own and own.is_strong else ("", trial_id)


def _nct(keys: Iterable[Key]) -> set[str]:
    return {number for scheme, number in keys if scheme == "ctgov"}


def _preference(key: Key) -> tuple[int, str]:
    scheme, number = key
    order = PREFERRED_SCHEMES.index(scheme) if scheme in PREFERRED_SCHEMES else len(PREFERRED_SCHEMES)
    return (order if scheme else order + 1), number


def _components(stated: Mapping[str, set[Key]]) -> list[list[str]]:
    """Groups of trials that share a number, directly or through others."""
    holders = Counter(key for keys in stated.values() for key in keys)
    alone = [trial_id for trial_id, keys in stated.items() if all(holders[key] == 1 for key in keys)]
    groups = [[trial_id] for trial_id in alone]
    if len(alone) < len(stated):
        groups += _connected({trial_id: stated[trial_id] for trial_id in stated.keys() - set(alone)})
    return sorted(groups)


def _connected(stated: Mapping[str, set[Key]]) -> list[list[str]]:
    """Connected components of the graph of trials and numbers."""
    from scipy.sparse import coo_array  # costs more time to import than most catalogues need to be linked
    from scipy.sparse.csgraph import connected_components

    trials = sorted(stated)
    numbers: dict[Key, int] = {}
    rows, columns = [], []
    for row, trial_id in enumerate(trials):
        for key in stated[trial_id]:
            rows.append(row)
            columns.append(len(trials) + numbers.setdefault(key, len(numbers)))
    size = len(trials) + len(numbers)
    graph = coo_array(([1] * len(rows), (rows, columns)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    groups: dict[int, list[str]] = defaultdict(list)
    for row, trial_id in enumerate(trials):
        groups[int(labels[row])].append(trial_id)
    return list(groups.values())
