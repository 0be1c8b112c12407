"""Whether what a record says of its status can still be so: a trial that says it is open may have ended long ago.

The day of reference is the day on which the question is asked, never that of a crawl or a publication: a catalogue
that lies unchanged grows stale by itself.
"""

from db.vocabularies import OPEN_STATUSES

STALE_YEARS = 2
"""Years without an update after which a status is unknown (ClinicalTrials.gov, definition of "Unknown status")."""


def _stated(date: str) -> str:
    """SQL of a date as far as it is stated: 2023-03-18, 2023-03, 2023."""
    return f"substr({date}::VARCHAR, 1, CASE {date}_precision WHEN 'year' THEN 4 WHEN 'month' THEN 7 ELSE 10 END)"


def _last_day(date: str) -> str:
    """SQL of the last day that a stated date allows: of 2023-03 the 31st."""
    return (
        f"CASE {date}_precision WHEN 'year' THEN make_date(year({date}), 12, 31) WHEN 'month' THEN last_day({date}) "
        f"ELSE {date} END"
    )


_ENDS = (
    ("completion_date", "its end date passed"),
    ("recruitment_end_date", "its recruitment was to end"),
    ("primary_completion_date", "its data for the primary outcome were due"),
)
"""The dates that leave a record open no longer, and what is said of one that has passed."""
_WORDS = "CASE " + " ".join(
    f"WHEN {_last_day(date)} = open_until "
    f"THEN '{words} ' || CASE {date}_precision WHEN 'day' THEN 'on ' ELSE 'in ' END || {_stated(date)}"
    for date, words in _ENDS
) + " END"  # fmt: skip

STATED_STATUS = f"""
SELECT trial_id, status, said_on, open_until, stale_from,
       coalesce(stale_from <= current_date, false) AS status_is_stale,
       CASE WHEN stale_from IS NOT NULL THEN concat_ws('; ', 'said on ' || said_on,
            CASE WHEN open_until < greatest(current_date, stale_from) THEN {_WORDS} ELSE 'not updated since' END)
       END AS reason_from_then,
       CASE WHEN status_is_stale THEN reason_from_then END AS status_stale_reason
FROM (
    SELECT *, least(open_until, (last_update_date + INTERVAL {STALE_YEARS} YEAR)::DATE) + 1 AS stale_from
    FROM (
        SELECT *, {_stated("last_update_date")} AS said_on,
               least(coalesce({_last_day("completion_date")}, {_last_day("primary_completion_date")}),
                     {_last_day("recruitment_end_date")}) AS open_until
        FROM trials))
WHERE status IN ({", ".join(f"'{status}'" for status in OPEN_STATUSES)})
"""
"""Query of the records that say they are open, with whether that can still be so today, and why not. reason_from_then:
why not as soon as that day has come."""
VIEW = f"SELECT * EXCLUDE (reason_from_then) FROM ({STATED_STATUS})"

MEANING = (
    "Trials that say they are open, and whether that can still be so on the day of asking: a status is stale when the "
    f"end of the study or of recruitment has passed, or when the record was not updated for {STALE_YEARS} years."
)
COLUMNS = {
    "trial_id": "The trial.",
    "status": "Harmonised recruitment status, one of those of an open trial.",
    "said_on": "Last update at the registry, as far as its day is stated.",
    "open_until": "Last day on which the dates of the record leave the trial open.",
    "stale_from": "First day on which the status can hardly be true any more.",
    "status_is_stale": "Whether that day has come.",
    "status_stale_reason": "Why the status is stale, in words that follow it in brackets.",
}
"""What the view and each of its columns mean."""
