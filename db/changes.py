"""What changed and when, in SQL: the view ``changes`` and the macro ``trials_as_of`` over the former states."""

from db.saved_queries import Macro, Saved, View
from db.states import OF_PRESENT_RECORD, states
from db.tables import OF_THE_CATALOGUE, PERSONAL_TABLES, TABLES, TRIALS, Column

PERSONAL = frozenset(PERSONAL_TABLES)
_LEFT_OUT = ", ".join(f"'{field}'" for field in sorted(PERSONAL))
_CHANGES = f"""
WITH versions AS (
    SELECT *, lead(state) OVER (PARTITION BY trial_id ORDER BY valid_to, valid_from) AS following FROM trial_versions),
present AS ({states("(SELECT DISTINCT trial_id FROM trial_versions)")}),
fields AS (SELECT *, unnest(changed_fields) AS field FROM versions)
SELECT f.trial_id, f.registry, f.valid_to AS changed_at, f.replaced_by_crawl_id AS crawl_id, f.field,
    f.state->>('$."' || field || '"') AS before,
    coalesce(f.following, p.state)->>('$."' || field || '"') AS after
FROM fields f LEFT JOIN present p USING (trial_id)
WHERE field NOT IN ({_LEFT_OUT})
AND NOT (regexp_matches(field, '_(text|precision)$')
    AND list_contains(changed_fields, regexp_replace(field, '_(text|precision)$', '')))"""


def _of_state(column: Column) -> str:
    """SQL of a column of trials as a former state has it."""
    kind = column.kind.removesuffix(" NOT NULL")
    arrow = "->" if kind.endswith("[]") else "->>"
    return f"(f.state{arrow}'$.{column.name}')::{kind} AS {column.name}"


_CONTENT = [
    column
    for table in TABLES
    if table.name == TRIALS
    for column in table.columns
    if column.name not in OF_THE_CATALOGUE | {"trial_id", "registry"}
]
_AS_OF = f"""
WITH former AS (
    SELECT * FROM trial_versions WHERE valid_to >= day::DATE + INTERVAL 1 DAY
    QUALIFY row_number() OVER (PARTITION BY trial_id ORDER BY valid_to) = 1),
seen AS (SELECT * FROM trials WHERE first_seen_at < day::DATE + INTERVAL 1 DAY)
SELECT f.trial_id, f.registry, t.study_id, f.valid_from AS known_since, {", ".join(map(_of_state, _CONTENT))}
FROM former f JOIN seen t USING (trial_id)
UNION ALL
SELECT trial_id, registry, study_id, changed_at, {", ".join(column.name for column in _CONTENT)}
FROM seen ANTI JOIN former USING (trial_id)
WHERE missing_since IS NULL OR missing_since >= day::DATE + INTERVAL 1 DAY"""

SAVED: tuple[Saved, ...] = (
    View(
        "changes",
        "What changed in trials between crawls, one row a field. Of contacts and officials nothing is told; of posted "
        "results that they changed, but not how.",
        {
            "trial_id": "The trial.",
            "registry": "Registry that keeps the record.",
            "changed_at": "When the change came into the catalogue (UTC): the crawl that found it, not the registry's "
            "own day.",
            "crawl_id": "Crawl that brought it.",
            "field": "Column of trials, or table, that changed.",
            "before": "What it was; rows of a table as a JSON list. NULL = nothing stated, or not kept: "
            + ", ".join(sorted(OF_PRESENT_RECORD - PERSONAL))
            + ".",
            "after": "What it became.",
        },
        _CHANGES,
    ),
    Macro(
        "trials_as_of",
        "day",
        "Trials as the catalogue knew them at the end of a day (UTC): FROM trials_as_of(DATE '2026-11-01'). Columns of "
        "trials without provenance and bookkeeping, and known_since. A trial not yet seen by then, or already gone "
        "from its registry, is left out.",
        _AS_OF,
    ),
)
