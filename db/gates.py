"""Quality gates before publication: data that look wrong are not published.

A gate looks at complete crawls and at the working file beside the published catalogue. A crawl that is merely
incomplete says so itself and is published as far as it came; a gate is for a registry that says "this is all"
and cannot be right, or for a column that has fallen silent.
"""

from collections.abc import Iterable, Sequence

import duckdb
import msgspec

from db.crawls import IDS_SCOPE, CrawlReport
from db.tables import OF_THE_CATALOGUE

CHILD_TABLES_WATCHED = ("conditions", "interventions", "locations", "eligibility", "sponsors", "identifiers")
NOT_WATCHED = OF_THE_CATALOGUE | {"via"}


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a gate closes.

    min_share_of_last: records received, as a share of those of the last complete crawl of the same scope.
    min_last: a last complete crawl of fewer records says nothing of what is few.
    max_fill_drop: fall of a column's fill rate against the published catalogue, as a share of the rows: in the whole
        registry where the question was asked before, and among the published trials that the crawl changed.
        min_rows: fewer published trials are too few for a fill rate, and fewer changed trials may lose a value.
    max_reject_share: unreadable records, as a share of those received; min_rejects: fewer are never too many, unless
        nothing at all could be read.
    """

    min_share_of_last: float = 0.7
    min_last: int = 5
    max_fill_drop: float = 0.1
    min_rows: int = 10
    max_reject_share: float = 0.05
    min_rejects: int = 10


class ClosedGate(msgspec.Struct, frozen=True):
    """A gate that closed: for which registry, which gate, and by how much."""

    registry: str
    gate: str
    finding: str

    def __str__(self) -> str:
        return f"{self.registry}: {self.gate}: {self.finding}"


def closed_gates(
    connection: duckdb.DuckDBPyConnection,
    published: str | None,
    reports: Iterable[CrawlReport],
    thresholds: Thresholds,
) -> list[ClosedGate]:
    """Every gate that closes on these crawls.

    published: name of the attached database that holds the published catalogue, None when there is none.
    """
    closed: list[ClosedGate] = []
    for report in reports:
        closed += _count_gates(connection, report, thresholds)
        if published is not None and report.received:
            closed += _fill_gates(connection, published, report, thresholds)
    return closed


def _count_gates(
    connection: duckdb.DuckDBPyConnection, report: CrawlReport, thresholds: Thresholds
) -> Iterable[ClosedGate]:
    if report.rejected and (
        report.rejected == report.received
        or (
            report.rejected >= thresholds.min_rejects
            and report.rejected > thresholds.max_reject_share * report.received
        )
    ):
        yield ClosedGate(
            report.registry, "too many rejects", f"{report.rejected} of {report.received} records could not be read"
        )
    # an increment brings few records, and may say how many there are in all
    count, told = (report.received, "received") if report.since is None else (report.listed, "listed")
    if not report.complete or count is None or report.scope.startswith(IDS_SCOPE):
        return
    last = _last_count(connection, report)
    if last and not count:
        yield ClosedGate(report.registry, "no records", f"none {told}, {last} at the last complete crawl")
    elif last and last >= thresholds.min_last and count < thresholds.min_share_of_last * last:
        finding = f"{count} {told}, {last} at the last complete crawl ({count / last:.0%})"
        yield ClosedGate(report.registry, "far fewer records", finding)


def _last_count(connection: duckdb.DuckDBPyConnection, report: CrawlReport) -> int | None:
    """Records of the last complete crawl of the same question that tells how many there are in all."""
    row = connection.execute(
        "SELECT CASE WHEN since IS NULL THEN received ELSE listed END AS count FROM crawls WHERE registry = ? "
        "AND scope = ? AND complete AND crawl_id <> ? AND count IS NOT NULL ORDER BY started_at DESC LIMIT 1",
        [report.registry, report.scope, report.crawl_id],
    ).fetchone()
    return None if row is None else row[0]


def _fill_gates(
    connection: duckdb.DuckDBPyConnection, published: str, report: CrawlReport, thresholds: Thresholds
) -> Iterable[ClosedGate]:
    """Columns fallen silent among the published trials that the crawl changed and, where the question was asked before,
    in the whole registry: a wider question may well bring trials that state less."""
    changed = (
        f"trial_id IN (SELECT trial_id FROM main.trials WHERE crawl_id = '{report.crawl_id}') "
        f"AND trial_id IN (SELECT trial_id FROM {published}.trials)"
    )
    is_repeated = _last_count(connection, report) is not None
    closed: set[str] = set()
    # of few changed trials some may well have lost a value, so many of them must have
    samples = [("trials", "true", 0)] if is_repeated else []
    for which, among, least_lost in (*samples, ("changed trials", changed, thresholds.min_rows)):
        before = fill_rates(connection, published, report.registry, among)
        if before["trials"] < thresholds.min_rows:
            continue
        now = fill_rates(connection, None, report.registry, among)
        for column, rate in before.items():
            fall = rate - now[column]
            if column == "trials" or column in closed or fall <= thresholds.max_fill_drop:
                continue
            if fall * before["trials"] >= least_lost:
                closed.add(column)
                finding = f"filled in {now[column]:.0%} of the {which}, {rate:.0%} in the published catalogue"
                yield ClosedGate(report.registry, f"column {column} fell silent", finding)


def fill_rates(
    connection: duckdb.DuckDBPyConnection, database: str | None, registry: str, among: str = "true"
) -> dict[str, float]:
    """Share of a registry's trials in which each column, and each child table, holds something.

    The key "trials" holds the number of trials. database: name of an attached database; None for the one in use.
    among: condition in SQL that the trials fulfil.
    """
    prefix = f"{database}." if database else ""
    columns = _columns(connection, database)
    shares = [f"avg(({_filled(name, kind)})::INTEGER) AS {name}" for name, kind in columns]
    shares += [
        f"avg((trial_id IN (SELECT trial_id FROM {prefix}{child}))::INTEGER) AS {child}"
        for child in CHILD_TABLES_WATCHED
    ]
    cursor = connection.execute(
        f"SELECT count(*) AS trials, {', '.join(shares)} FROM {prefix}trials WHERE registry = ? AND {among}",
        [registry],
    )
    names = [column[0] for column in cursor.description or []]
    row: Sequence[float | None] = cursor.fetchone() or ()
    return {name: value or 0.0 for name, value in zip(names, row, strict=True)}


def _columns(connection: duckdb.DuckDBPyConnection, database: str | None) -> list[tuple[str, str]]:
    rows = connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'trials' "
        "AND database_name = coalesce($name, current_database()) AND schema_name = 'main'",
        {"name": database},
    ).fetchall()
    return [(name, kind) for name, kind in rows if name not in NOT_WATCHED]


def _filled(name: str, kind: str) -> str:
    return f"len({name}) > 0" if kind.endswith("[]") else f"{name} IS NOT NULL"
