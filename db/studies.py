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
from db.registries import study_ranks
from db.rows import insert

_TRIALS_AT_ONCE = 20_000
_STUDY_IDS = pa.schema([("trial_id", pa.string()), ("study_id", pa.string())])

_UNRANKED, _NO_SCHEME = 1_000, 1_001
"""Ranks of a scheme that no registry of ours assigns, and of an id without a scheme."""

Key = tuple[str, str]
"""Scheme and canonical number."""
Ranks = Mapping[str, int]
"""Rank of a scheme's numbers as the name of a study, the lowest first."""


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
    ranks = study_ranks(connection)
    _write_keys(connection, dict(connection.execute("SELECT alias, trial_id FROM aliases").fetchall()), ranks)
    shared = connection.execute(
        """
        SELECT trial_id, list([scheme, number]) FROM study_keys WHERE trial_id IN (
            SELECT trial_id FROM study_keys
            SEMI JOIN (SELECT scheme, number FROM study_keys GROUP BY ALL HAVING count(*) > 1) USING (scheme, number)
            UNION SELECT trial_id FROM study_keys WHERE scheme = 'ctgov' GROUP BY trial_id HAVING count(*) > 1)
        GROUP BY trial_id
        """
    ).fetchall()
    study_ids, conflicts = cluster({trial_id: {(key[0], key[1]) for key in keys} for trial_id, keys in shared}, ranks)
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
        insert(
            connection,
            "study_conflicts",
            {name: list(value) if isinstance(value, tuple) else value for name, value in conflict._asdict().items()},
        )
    return len(conflicts)


def _write_keys(connection: duckdb.DuckDBPyConnection, aliases: Mapping[str, str], ranks: Ranks) -> None:
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
            name = _name(keys, ranks)
            for key in keys:
                for column, value in zip(columns, (trial_id, *key, key == name), strict=True):
                    column.append(value)
        connection.register(
            "keys", pa.table(dict(zip(("trial_id", "scheme", "number", "is_name"), columns, strict=True)))
        )
        connection.execute("INSERT INTO study_keys BY NAME SELECT * FROM keys")
        connection.unregister("keys")


def strong_keys(trial_id: str, identifiers: Iterable[str], aliases: Mapping[str, str]) -> set[Key]:
    """The strong numbers of a record: its own, and those that it states; an alias stands for its current number."""
    own = normalise(trial_id)
    found = [own] if own and own.is_strong else []
    for text in identifiers:
        found += find(text)
    keys = {(strong.scheme, aliases.get(strong.key, strong.key)) for strong in found}
    return keys or {("", trial_id)}


def cluster(stated: Mapping[str, set[Key]], ranks: Ranks) -> tuple[dict[str, str], list[Conflict]]:
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
        name = _name((key for trial_id in members for key in stated[trial_id]), ranks)
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


def _name(keys: Iterable[Key], ranks: Ranks) -> Key:
    """The number that names a study: that of the best rank, among equals the first in the alphabet."""

    def preference(key: Key) -> tuple[int, str]:
        scheme, number = key
        return (ranks.get(scheme, _UNRANKED) if scheme else _NO_SCHEME), number

    return min(keys, key=preference)


def _components(stated: Mapping[str, set[Key]]) -> list[list[str]]:
    """Groups of trials that share a number, directly or through others."""
    holders = Counter(key for keys in stated.values() for key in keys)
    alone = [trial_id for trial_id, keys in stated.items() if all(holders[key] == 1 for key in keys)]
    groups = [[trial_id] for trial_id in alone]
    if len(alone) < len(stated):
        groups += _connected({trial_id: stated[trial_id] for trial_id in stated.keys() - set(alone)})
    return sorted(groups)


def _connected(stated: Mapping[str, set[Key]]) -> list[list[str]]:
    """Groups of trials that share a number, directly or through others, by union-find."""
    trials = sorted(stated)
    parents = {trial_id: trial_id for trial_id in trials}

    def root(trial_id: str) -> str:
        while parents[trial_id] != trial_id:
            parents[trial_id] = parents[parents[trial_id]]  # halves the way for whoever asks next
            trial_id = parents[trial_id]
        return trial_id

    first_holders: dict[Key, str] = {}
    for trial_id in trials:
        for key in stated[trial_id]:
            parents[root(trial_id)] = root(first_holders.setdefault(key, trial_id))
    groups: dict[str, list[str]] = defaultdict(list)
    for trial_id in trials:
        groups[root(trial_id)].append(trial_id)
    return list(groups.values())
