"""Batched, set-based upsert of trials by content hash.

A batch of trials is parsed into one Arrow table, staged, and compared with the catalogue in SQL: trials whose
content is unchanged touch no row; changed ones leave their former state in ``trial_versions``.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import duckdb
import msgspec
import pyarrow as pa

from db.arrow import trials_table
from db.crawls import CrawlReport
from db.rows import insert
from db.states import OF_PRESENT_RECORD, states
from db.tables import TABLES, TRIALS, Table
from db.trial import Reject, Trial, sha256

STATES_BYTES = 8 * 1024 * 1024
"""Encoded trials whose former and present states are compared at once: as JSON with all child rows they take several
times as much room."""
Stored = Callable[[duckdb.DuckDBPyConnection, pa.Table], None]
"""What is done with trials that were just stored, given as `db.arrow.trials_table` has them."""
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Counts(NamedTuple):
    """What a batch did to the catalogue, in trials; one that changes again in its own crawl is counted once."""

    new: int
    changed: int
    unchanged: int

    def __add__(self, other: object) -> "Counts":
        assert isinstance(other, Counts)
        return Counts(self.new + other.new, self.changed + other.changed, self.unchanged + other.unchanged)


def encode(trial: Trial) -> bytes:
    """One line of JSON: the trial with its content hash, the SHA-256 of everything but the provenance."""
    line = _encoder.encode(trial)
    # provenance is the record's last field, and a quote inside a string is escaped: this cut is exact
    content = line[: line.rindex(b',"provenance":{')]
    return b'%b,"content_hash":"%b"}' % (line[:-1], sha256(content).encode())


def write_trials(
    connection: duckdb.DuckDBPyConnection,
    lines: Sequence[bytes],
    crawl_id: str,
    now: dt.datetime,
    stored: Stored | None = None,
) -> Counts:
    """Upsert a batch of encoded trials, each trial_id at most once in it, in one transaction.

    An aggregator's copy (``via``) never replaces the registry's own record, and no payload replaces the state
    that a later one brought. One of the future, by a clock that was wrong, is replaced. stored: called once they are.
    """
    if not lines:
        return Counts(0, 0, 0)
    table = trials_table(lines)
    connection.register("staged", table)  # read where it lies: each query takes only the columns it needs
    parts = 1 + sum(map(len, lines)) // STATES_BYTES
    connection.begin()
    try:
        filled = [one for one in TABLES if one.name == TRIALS or table.column(one.field).null_count < table.num_rows]
        counts = _merge(connection, crawl_id, now, parts, filled)
        connection.commit()
    except BaseException:
        with suppress(duckdb.TransactionException):  # a commit that failed, as on a full disk, has rolled back
            connection.rollback()
        raise
    finally:
        connection.unregister("staged")
    if stored is not None:
        stored(connection, table)
    return counts


def _merge(
    connection: duckdb.DuckDBPyConnection, crawl_id: str, now: dt.datetime, parts: int, filled: Sequence[Table]
) -> Counts:
    """Make the catalogue's state that of the staged trials.

    parts: in how many portions their states are compared. filled: tables that any staged trial has rows of.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE delta AS
        SELECT s.trial_id, t.trial_id IS NULL AS is_new, coalesce(t.first_seen_at, $now) AS first_seen_at,
               coalesce(t.crawl_id = $crawl_id, false) AS is_counted, hash(s.trial_id) % {parts} AS part,
               t.payload_sha256 IS DISTINCT FROM s.provenance.payload_sha256 AS is_other_record
        FROM staged s LEFT JOIN trials t USING (trial_id)
        WHERE t.content_hash IS DISTINCT FROM s.content_hash
          AND NOT (t.trial_id IS NOT NULL AND t.via IS NULL AND s.via IS NOT NULL)
          AND (t.trial_id IS NULL OR s.provenance.fetched_at::TIMESTAMP >= t.fetched_at OR t.fetched_at > $now)
        """,
        {"now": now, "crawl_id": crawl_id},
    )
    new, changed = _pair(connection, "SELECT count(*) FILTER (is_new), count(*) FILTER (NOT is_new) FROM delta")
    (counted,) = _row(connection, "SELECT count(*) FROM delta WHERE is_counted")
    (total,) = _row(connection, "SELECT count(*) FROM staged")
    connection.execute(
        "UPDATE trials SET missing_since = NULL WHERE missing_since IS NOT NULL AND trial_id IN "
        "(SELECT trial_id FROM staged WHERE via IS NULL)"
    )
    connection.execute(
        "DELETE FROM rejects WHERE trial_id IN (SELECT trial_id FROM staged) "
        "OR payload_sha256 IN (SELECT provenance.payload_sha256 FROM staged)"
    )
    if changed:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE former AS {_states_sql(0)}")
        for part in range(1, parts):
            connection.execute(f"INSERT INTO former {_states_sql(part)}")
        for table in TABLES:
            connection.execute(
                f"DELETE FROM {table.name} WHERE trial_id IN (SELECT trial_id FROM delta WHERE NOT is_new)"
            )
    if new or changed:
        for table in filled:  # new and changed trials with all their child rows
            connection.execute(table.insert, {"crawl_id": crawl_id, "now": now} if table.name == TRIALS else {})
    for part in range(parts if changed else 0):
        _keep_former(connection, part, crawl_id, now)
    return Counts(new, changed - counted, total - new - changed)


def _keep_former(connection: duckdb.DuckDBPyConnection, part: int, crawl_id: str, now: dt.datetime) -> None:
    """Write the former states of one part of the changed trials, with the fields in which the present ones differ.

    The fields are compared here and not in SQL, where a lambda over the keys would repeat every state for each key.
    """
    states = connection.execute(
        f"""
        SELECT f.trial_id, f.registry, f.content_hash, f.changed_at, f.crawl_id, f.state, p.state
        FROM former f JOIN ({_states_sql(part)}) p USING (trial_id)
        """
    ).fetchall()
    fields = ("trial_id", "registry", "content_hash", "valid_from", "crawl_id", "changed_fields", "state")
    versions = []
    for *facts, former, present in states:
        before, after = _decoder.decode(former), _decoder.decode(present)
        kept = {name: value for name, value in before.items() if name not in OF_PRESENT_RECORD}
        versions.append((*facts, _changed_fields(before, after), _encoder.encode(kept).decode()))
    table = pa.table({name: [row[index] for row in versions] for index, name in enumerate(fields)})
    connection.register("versions", table)
    try:
        connection.execute(
            "INSERT INTO trial_versions BY NAME SELECT * REPLACE (state::JSON AS state), $now AS valid_to, "
            "$crawl_id AS replaced_by_crawl_id FROM versions",
            {"now": now, "crawl_id": crawl_id},
        )
    finally:
        connection.unregister("versions")


def _changed_fields(before: Mapping[str, msgspec.Raw], after: Mapping[str, msgspec.Raw]) -> list[str]:
    """Keys whose values differ between two states, in the order of the former one."""
    return [name for name in {**before, **after} if before.get(name) != after.get(name)]


def _states_sql(part: int) -> str:
    """Query of the whole present state, as JSON, of one part of the trials in ``delta`` whose registry changed them.

    Where the bytes of the record are the same and a reader makes more of them, there is no former state. Of tables
    that hold the present record alone stands a digest, which tells whether they changed.
    """
    trials = f"(SELECT trial_id FROM delta WHERE NOT is_new AND is_other_record AND part = {part})"
    return states(trials, digests=True)


def write_rejects(connection: duckdb.DuckDBPyConnection, rejects: Sequence[Reject], crawl_id: str) -> None:
    """Keep records that could not be read. The same bytes are kept once, with the latest reason."""
    for reject in rejects:
        digest = sha256(reject.payload)
        connection.execute("DELETE FROM rejects WHERE payload_sha256 = ? AND registry = ?", [digest, reject.registry])
        values = {name: getattr(reject, name) for name in reject.__struct_fields__}
        insert(connection, "rejects", {**values, "crawl_id": crawl_id, "payload_sha256": digest})


def drop_outdated_rejects(connection: duckdb.DuckDBPyConnection, report: CrawlReport) -> None:
    """After a complete crawl of a whole question, drop what earlier crawls of it could not read and could not name.

    What is still at the registry was received again; what names its trial leaves with that trial's next state.
    """
    if report.since is None:
        connection.execute(
            "DELETE FROM rejects WHERE registry = ? AND trial_id IS NULL AND crawl_id IN "
            "(SELECT crawl_id FROM crawls WHERE registry = ? AND scope = ? AND crawl_id <> ?)",
            [report.registry, report.registry, report.scope, report.crawl_id],
        )


def write_alias(
    connection: duckdb.DuckDBPyConnection, alias: str, trial_id: str, registry: str, now: dt.datetime
) -> None:
    """Record that a registry redirects an obsolete id to a current one."""
    connection.execute("DELETE FROM aliases WHERE alias = ?", [alias])
    insert(connection, "aliases", {"alias": alias, "trial_id": trial_id, "registry": registry, "seen_at": now})


def _row(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, ...]:
    row = connection.execute(sql).fetchone()
    assert row is not None
    return row


def _pair(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, int]:
    first, second = _row(connection, sql)
    return first, second
