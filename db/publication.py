"""From the working file to the published catalogue: studies linked, dated statuses derived, gates passed."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb
import msgspec

from db.catalogue import Catalogue, CatalogueError
from db.crawls import CrawlReport, save_report
from db.gates import ClosedGate, Thresholds, closed_gates
from db.recruitment import derive_dated_statuses
from db.studies import link_studies
from db.words import INDEX_TABLES

logger = logging.getLogger(__name__)


class GateClosed(CatalogueError):
    """Data of some registries look wrong and were not published; ``gates`` says which and by how much.

    reports: of the whole run, incomplete where a gate closed. are_others_published: the registries of the run whose
    gates stayed open were published.
    """

    def __init__(self, gates: Sequence[ClosedGate], reports: Sequence[CrawlReport], are_others_published: bool) -> None:
        findings = "; ".join(map(str, gates))
        others = ", the other registries are" if are_others_published else ""
        super().__init__(f"not published{others}, the data look wrong: {findings} (--force publishes all the same)")
        self.gates = tuple(gates)
        self.reports = tuple(reports)
        self.are_others_published = are_others_published


def derive(connection: duckdb.DuckDBPyConnection, now: dt.datetime) -> None:
    """Write what follows from all records together: study ids, and statuses that follow from dates."""
    if conflicts := link_studies(connection):
        logger.info("%d numbers would join different ClinicalTrials.gov studies: see study_conflicts", conflicts)
    derive_dated_statuses(connection, now.date())


def publish(
    catalogue: Catalogue,
    connection: duckdb.DuckDBPyConnection,
    reports: Sequence[CrawlReport],
    *,
    thresholds: Thresholds | None = None,
    force: bool = False,
    prepare: Callable[[Path], None] = lambda snapshot: None,
) -> list[ClosedGate]:
    """Derive what follows from all records, pass the gates and publish; the gates that ``force`` passed over.

    prepare: makes what lies beside a snapshot before any reader sees it.

    Raises GateClosed otherwise: what the registries behind closed gates had is set back to the published state,
    their reports are kept with the gates in them, and the published catalogue gains the other registries of
    the run alone, or stays as it is when there is none.
    """
    derive(connection, dt.datetime.now(dt.UTC))
    with _attached(catalogue, connection) as published:
        gates = closed_gates(connection, published, reports, thresholds or Thresholds())
        closed = [] if force else sorted({gate.registry for gate in gates})
        for registry in closed:
            _set_back(connection, published, registry)
    judged = []
    for report in reports:
        findings = tuple(f"{gate.gate}: {gate.finding}" for gate in gates if gate.registry == report.registry)
        if report.registry in closed:  # nothing of it is in the catalogue, so no watermark may move
            report = msgspec.structs.replace(report, complete=False, problems=(*report.problems, *findings))
        if findings:
            save_report(connection, report, findings)
        judged.append(report)
    is_any_open = any(report.received and report.registry not in closed for report in reports)
    if closed:
        link_studies(connection)
    if is_any_open or not closed:
        catalogue.publish(connection, prepare)
    if closed:
        raise GateClosed(gates, judged, is_any_open)
    return gates


@contextmanager
def _attached(catalogue: Catalogue, connection: duckdb.DuckDBPyConnection) -> Iterator[str | None]:
    """The published catalogue in the present schema, attached under this name; None when nothing was ever published."""
    remedy = f"Remove {catalogue.current} and crawl again: no record is lost"
    with ExitStack() as stack:
        try:
            snapshot = stack.enter_context(catalogue.present_schema())
            if snapshot is not None:
                path = str(snapshot).replace("'", "''")
                connection.execute(f"ATTACH '{path}' AS published (READ_ONLY)")
        except duckdb.Error:
            raise CatalogueError(f"not published: {catalogue.published} is damaged. {remedy}") from None
        try:
            yield None if snapshot is None else "published"
        finally:
            if snapshot is not None:
                connection.execute("DETACH published")


def _set_back(connection: duckdb.DuckDBPyConnection, published: str | None, registry: str) -> None:
    """Give a registry's trials (an aggregator's: those that came through it) their published state again.

    Crawl reports and rejects are kept. published: the attached database, None when nothing was ever published.
    """
    tables = connection.execute(
        "SELECT table_name, list(column_name) FROM duckdb_columns() "
        "SEMI JOIN duckdb_tables() USING (database_name, table_name) "  # views have columns too
        "WHERE database_name = current_database() AND NOT internal "
        f"AND table_name NOT IN ('crawls', 'rejects', {', '.join(map(repr, INDEX_TABLES))}) "
        "GROUP BY table_name"
    ).fetchall()
    there = "SELECT table_name FROM duckdb_tables() WHERE database_name = ?"
    kept = {name for (name,) in connection.execute(there, [published or ""]).fetchall()}
    own = "(registry = $registry AND via IS NULL) OR via = $registry"
    union = f" UNION SELECT trial_id FROM {published}.trials WHERE {own}" if published else ""
    connection.execute(
        f"CREATE OR REPLACE TABLE scratch.set_back AS SELECT trial_id FROM main.trials WHERE {own}{union}",
        {"registry": registry},
    )
    connection.begin()
    for name, columns in sorted(tables):
        if "trial_id" not in columns:
            continue
        mine = "trial_id IN (SELECT trial_id FROM scratch.set_back)"
        connection.execute(f'DELETE FROM main."{name}" WHERE {mine}')
        if name in kept:
            connection.execute(f'INSERT INTO main."{name}" BY NAME SELECT * FROM {published}."{name}" WHERE {mine}')
    connection.commit()
