"""Views of the catalogue: what follows from its tables under names that its users look for."""

from db import analysis, changes, search, stated_status, studies_view
from db.saved_queries import Macro, Saved, View
from db.tables import TABLES

_REFERENCES = next(table for table in TABLES if table.field == "references")
_NAMES: tuple[Saved, ...] = (
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
    Macro(
        "raw_payload",
        "folder, id",
        "What the registry said of a trial, with the file that holds it: FROM raw_payload('catalog', 'NCT03582800'), "
        "in DuckDB outside of this program, whose own questions may read no files.",
        """SELECT r.trial_id, p.filename, p.url, p.fetched_at, coalesce(p.body, p.body_base64) AS body
    FROM read_json(folder || '/payloads/*/*.ndjson.zst', format = 'newline_delimited', filename = true,
                   maximum_object_size = 500000000, columns = {url: 'VARCHAR', fetched_at: 'TIMESTAMP', body: 'VARCHAR',
                   body_base64: 'VARCHAR'}) p
    JOIN raw_records r ON r.source_url = p.url AND r.fetched_at = p.fetched_at WHERE r.trial_id = id""",
    ),
)
SAVED: tuple[Saved, ...] = (*_NAMES, *studies_view.SAVED, *analysis.SAVED, *search.SAVED, *changes.SAVED)
"""Views and macros in an order in which each stands after those that it asks."""
CREATE = "\n".join(one.ddl for one in SAVED)
