"""Views of the catalogue: what follows from its tables under names that its users look for."""

from collections.abc import Mapping
from typing import NamedTuple

from db import stated_status
from db.tables import TABLES, comment


class View(NamedTuple):
    """A view. columns: meaning of each of its columns, in order."""

    name: str
    meaning: str
    columns: Mapping[str, str]
    sql: str

    @property
    def ddl(self) -> str:
        """Statements that create the view anew with its comments."""
        lines = [f"CREATE OR REPLACE VIEW {self.name} AS {self.sql};", comment("VIEW", self.name, self.meaning)]
        return "\n".join(
            lines + [comment("COLUMN", f"{self.name}.{name}", text) for name, text in self.columns.items()]
        )


_REFERENCES = next(table for table in TABLES if table.field == "references")
VIEWS = (
    View("stated_statuses", stated_status.MEANING, stated_status.COLUMNS, stated_status.VIEW),
    View(
        "study_references",
        "The table references under the name that users of AACT know, which needs no quotes.",
        {column.name: column.meaning for column in _REFERENCES.columns},
        f"SELECT * FROM {_REFERENCES.name}",
    ),
    View(
        "arm_interventions",
        "Which arm of a trial gets which intervention, one row each.",
        {
            "trial_id": "The trial.",
            "arm": "The arm: its position in arms.",
            "label": "Name of the arm or group.",
            "intervention": "The intervention: its position in interventions; NULL where it is not listed there.",
            "name": "Name of the intervention.",
        },
        "SELECT a.trial_id, a.position AS arm, a.label, i.position AS intervention, a.name "
        "FROM (SELECT trial_id, position, label, unnest(interventions) AS name FROM arms) a "
        "LEFT JOIN interventions i ON i.trial_id = a.trial_id AND i.name = a.name",
    ),
    View(
        "countries",
        "Countries of a trial, one row each.",
        {
            "trial_id": "The trial.",
            "country": "Country in English.",
            "is_removed": "Whether it had sites once and has none any more.",
        },
        "SELECT DISTINCT trial_id, country, false AS is_removed FROM locations WHERE country IS NOT NULL "
        "UNION ALL SELECT trial_id, unnest(removed_countries), true FROM trials",
    ),
    View(
        "raw_records",
        "Where the registry's own words of each trial lie in the catalogue's folder. `calcitrials show TRIAL --raw` "
        "prints them; in DuckDB outside of this program, FROM raw_payload('catalog', 'TRIAL') reads them.",
        {
            "trial_id": "The trial.",
            "payload_files": "Files that may hold the payload, from the catalogue's folder.",
            "source_url": "Address in the payload's line of its file.",
            "fetched_at": "Time in that line (UTC).",
            "record_sha256": "SHA-256 of the record's own bytes in the payload's body.",
        },
        "SELECT trial_id, 'payloads/' || coalesce(via, registry) || '/*.ndjson.zst' AS payload_files, source_url, "
        "fetched_at, payload_sha256 AS record_sha256 FROM trials",
    ),
    View(
        "calculated_values",
        "What follows from a trial's dates and lists, as users of AACT know it. Months have 30.4375 days.",
        {
            "trial_id": "The trial.",
            "number_of_facilities": "Sites with a name.",
            "has_us_facility": "Whether a site is in the United States.",
            "has_single_facility": "Whether there is one site.",
            "actual_duration": "Months from start to primary completion, where that has passed.",
            "months_to_report_results": "Months from primary completion to the first submission of results.",
            "were_results_reported": "Whether the registry shows results.",
            "registered_in_calendar_year": "Year of the first submission, or where unknown of the first posting.",
            "number_of_primary_outcomes_to_measure": "Planned primary outcomes.",
            "number_of_secondary_outcomes_to_measure": "Planned secondary outcomes.",
            "number_of_other_outcomes_to_measure": "Other planned outcomes.",
            "number_of_sae_subjects": "Participants with serious adverse events, over all groups.",
            "number_of_nsae_subjects": "Participants with other adverse events, over all groups.",
        },
        "SELECT t.trial_id, coalesce(l.sites, 0) AS number_of_facilities, coalesce(l.us, false) AS has_us_facility, "
        "coalesce(l.sites, 0) = 1 AS has_single_facility, "
        "CASE WHEN t.primary_completion_date <= current_date "
        "THEN round((t.primary_completion_date - t.start_date) / 30.4375, 1) END AS actual_duration, "
        "round((t.results_first_submitted_date - t.primary_completion_date) / 30.4375, 1) AS months_to_report_results, "
        "coalesce(t.has_results, false) AS were_results_reported, "
        "year(coalesce(t.first_submitted_date, t.first_posted_date)) AS registered_in_calendar_year, "
        "coalesce(o.p, 0) AS number_of_primary_outcomes_to_measure, "
        "coalesce(o.s, 0) AS number_of_secondary_outcomes_to_measure, "
        "coalesce(o.o, 0) AS number_of_other_outcomes_to_measure, "
        "e.sae AS number_of_sae_subjects, e.nsae AS number_of_nsae_subjects FROM trials t "
        "LEFT JOIN (SELECT trial_id, count(facility) AS sites, bool_or(country = 'United States') AS us "
        "FROM locations GROUP BY trial_id) l USING (trial_id) "
        "LEFT JOIN (SELECT trial_id, count(*) FILTER (kind = 'primary') AS p, "
        "count(*) FILTER (kind = 'secondary') AS s, count(*) FILTER (kind = 'other') AS o "
        "FROM outcomes GROUP BY trial_id) o USING (trial_id) "
        "LEFT JOIN (SELECT trial_id, sum(subjects_affected) FILTER (kind = 'serious') AS sae, "
        "sum(subjects_affected) FILTER (kind = 'other') AS nsae FROM result_adverse_event_totals GROUP BY trial_id) e "
        "USING (trial_id)",
    ),
)
RAW_PAYLOAD = """CREATE OR REPLACE MACRO raw_payload(folder, id) AS TABLE
    SELECT r.trial_id, p.filename, p.url, p.fetched_at, coalesce(p.body, p.body_base64) AS body
    FROM read_json(folder || '/payloads/*/*.ndjson.zst', format = 'newline_delimited', filename = true,
                   maximum_object_size = 500000000, columns = {url: 'VARCHAR', fetched_at: 'TIMESTAMP', body: 'VARCHAR',
                   body_base64: 'VARCHAR'}) p
    JOIN raw_records r ON r.source_url = p.url AND r.fetched_at = p.fetched_at WHERE r.trial_id = id;"""
"""For DuckDB outside of this program, whose own questions may read no files: ``FROM raw_payload('catalog', 'NCT...')``
gives what the registry said of a trial, with the file that holds it."""
CREATE = "\n".join([*(view.ddl for view in VIEWS), RAW_PAYLOAD])
