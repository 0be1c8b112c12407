"""Views of the catalogue: what follows from its tables under names that its users look for."""

from db import analysis, changes, search, studies_view
from db.saved_queries import Saved, View
from db.tables import TABLES

_REFERENCES = next(table for table in TABLES if table.field == "references")
_NAMES = (
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
)
SAVED: tuple[Saved, ...] = (*_NAMES, *studies_view.SAVED, *analysis.SAVED, *search.SAVED, *changes.SAVED)
"""Views and macros in an order in which each stands after those that it asks."""
CREATE = "\n".join(one.ddl for one in SAVED)
