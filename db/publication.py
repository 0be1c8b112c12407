"""From the working file to the published catalogue: studies linked, dated statuses derived, gates passed."""

import datetime as dt
from collections.abc import Sequence

import duckdb
import msgspec

from db.catalogue import Catalogue, CatalogueError
from db.crawls import CrawlReport, save_report
from db.gates import ClosedGate, Thresholds, closed_gates
from db.recruitment import derive_dated_statuses
from db.studies import link_studies


class GateClosed(CatalogueError):
    """Nothing was published, because data look wrong; ``gates`` says what."""

    def __init__(self, gates: Sequence[ClosedGate]) -> None:
        findings = "; ".join(map(str, gates))
        super().__init__(f"not published, the data look wrong: {findings} (--force publishes them all the same)")
        self.gates = tuple(gates)


def prepare(connection: duckdb.DuckDBPyConnection, now: dt.datetime) -> None:
    """What is derived from all records together: study ids, and statuses that follow from dates."""
    link_studies(connection)
    derive_dated_statuses(connection, now.date())


def publish(
    catalogue: Catalogue,
    connection: duckdb.DuckDBPyConnection,
    reports: Sequence[CrawlReport],
    *,
    thresholds: Thresholds | None = None,
    force: bool = False,
) -> list[ClosedGate]:
    """Pass the gates and publish; the gates that closed when ``force`` publishes all the same.

    Raises GateClosed otherwise: the published catalogue stays as it is, the working file is set back to it,
    and the crawl reports are kept with the gates in them.
    """
    attached = _attach_published(catalogue, connection)
    try:
        gates = closed_gates(connection, attached, reports, thresholds or Thresholds())
        if gates and not force and attached:
            _set_back(connection, attached)
        for report in reports:
            closed = tuple(f"{gate.gate}: {gate.finding}" for gate in gates if gate.registry == report.registry)
            if not force and gates:  # nothing of this run is in the catalogue, so no watermark may move
                report = msgspec.structs.replace(report, complete=False, problems=(*report.problems, *closed))
            if gates:
                save_report(connection, report, closed)
        if gates and not force:
            raise GateClosed(gates)
    finally:
        if attached:
            connection.execute(f"DETACH {attached}")
    catalogue.publish(connection)
    return gates


def _attach_published(catalogue: Catalogue, connection: duckdb.DuckDBPyConnection) -> str | None:
    if catalogue.published is None:
        return None
    path = str(catalogue.published).replace("'", "''")
    connection.execute(f"ATTACH '{path}' AS published (READ_ONLY)")
    return "published"


def _set_back(connection: duckdb.DuckDBPyConnection, published: str) -> None:
    """Make the working file equal to the published catalogue, its crawl reports apart."""
    tables = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary "
        "AND table_name NOT IN ('crawls', 'rejects')"
    ).fetchall()
    kept = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = ?", [published]).fetchall()
    connection.begin()
    for (table,) in tables:
        connection.execute(f"DELETE FROM {table}")
        if (table,) in kept:
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM {published}.{table}")
    connection.commit()
