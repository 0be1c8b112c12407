"""Recruitment status told from dates, for registries that state dates in place of a status (ISRCTN)."""

import datetime as dt

import duckdb
import pyarrow as pa

from db.dates import PartialDate
from db.vocabularies import Precision, Status


def status_on(
    day: dt.date, start: PartialDate | None, end: PartialDate | None, overall_end: PartialDate | None
) -> Status:
    """Recruitment status on a day, told from the recruitment dates and the end of the study.

    UNKNOWN where the dates do not settle it: a start without an end does not say that recruitment goes on.
    """
    if overall_end and overall_end.last_day and overall_end.last_day < day:
        return Status.COMPLETED
    if start and start.date and day < start.date:
        return Status.NOT_YET_RECRUITING
    if end and end.last_day and end.last_day < day:
        return Status.ACTIVE_NOT_RECRUITING
    if start and start.date and end and end.date:
        return Status.RECRUITING
    return Status.UNKNOWN


def derive_dated_statuses(connection: duckdb.DuckDBPyConnection, today: dt.date) -> None:
    """Set the status of the records that have recruitment dates and no status in the registry's own words."""
    rows = connection.execute(
        """
        SELECT trial_id, status, recruitment_start_date, recruitment_start_date_precision,
               recruitment_end_date, recruitment_end_date_precision, completion_date, completion_date_precision
        FROM trials WHERE registry_status IS NULL AND via IS NULL
          AND (recruitment_start_date IS NOT NULL OR recruitment_end_date IS NOT NULL)
        """
    ).fetchall()
    moved = {}
    for trial_id, status, *dates in rows:
        now = status_on(today, _date(*dates[0:2]), _date(*dates[2:4]), _date(*dates[4:6]))
        if now != status:
            moved[trial_id] = now.value
    if moved:
        connection.register("moved", pa.table({"trial_id": list(moved), "status": list(moved.values())}))
        connection.execute("UPDATE trials SET status = m.status FROM moved m WHERE trials.trial_id = m.trial_id")
        connection.unregister("moved")


def _date(first_day: dt.date | None, precision: str | None) -> PartialDate | None:
    return None if first_day is None or precision is None else PartialDate("", first_day, Precision(precision))
