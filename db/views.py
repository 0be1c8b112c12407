"""Views of the catalogue: what follows from its tables under names that its users look for."""

from collections.abc import Mapping
from typing import NamedTuple

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
CREATE = "\n".join(view.ddl for view in VIEWS)
