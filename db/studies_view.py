"""The view ``studies``: one row a study, with the best that its records in different registries say of it."""

from db.saved_queries import Saved, View

_COMPARED = {
    "brief_title": None,
    "official_title": None,
    "acronym": None,
    "status": "Harmonised recruitment status",
    "phase": "Set of phases",
    "study_type": "Harmonised kind of study",
    "primary_purpose": None,
    "enrollment": "Number of participants",
    "sex": "Sexes admitted",
    "min_age_days": "Lower age limit in days",
    "max_age_days": "Upper age limit in days",
    "start_date": "Start of the study",
    "primary_completion_date": "Last data for the primary outcome",
    "completion_date": "End of the study",
    "first_posted_date": None,
    "last_update_date": None,
    "results_date": None,
    "has_results": None,
    "sponsor": None,
    "url": None,
}
"""Columns taken from trials. A text: records that state it differently are told in ``differs``."""
_UNSTATED = {"status": "nullif(status, 'unknown')", "phase": "nullif(phase, [])"}
"""How a column looks where its record does not state it, as a value that stands for nothing."""
_MEANINGS = {
    "brief_title": "Title for the public.",
    "official_title": "Scientific title.",
    "acronym": "Acronym of the study.",
    "status": "Harmonised recruitment status, as the best record that knows it says.",
    "phase": "Set of phases; an empty list is none stated or not applicable.",
    "study_type": "Harmonised kind of study.",
    "primary_purpose": "Primary purpose of the design, lower case.",
    "enrollment": "Number of participants, planned or actual.",
    "sex": "Sexes admitted; NULL when no registry says.",
    "min_age_days": "Lower age limit in days; NULL = no limit stated.",
    "max_age_days": "Upper age limit in days as stated; NULL = no limit stated.",
    "start_date": "Start of the study.",
    "primary_completion_date": "Last data for the primary outcome.",
    "completion_date": "End of the study.",
    "first_posted_date": "Earliest registration or first posting.",
    "last_update_date": "Latest update at any of the registries.",
    "results_date": "Earliest posting of results.",
    "has_results": "Whether any of the registries shows results.",
    "sponsor": "Lead sponsor.",
    "url": "Page of the best record.",
}
_ACROSS = {"first_posted_date": "min", "last_update_date": "max", "results_date": "min", "has_results": "bool_or"}
"""Columns for which all records of a study count, whichever is the best."""


def _value(column: str) -> str:
    stated = _UNSTATED.get(column, column)
    return f"{_ACROSS[column]}({column})" if column in _ACROSS else f"arg_min({stated}, standing)"


_UNKNOWN = {"status": "'unknown'", "phase": "[]"}
_BEST = ",\n".join(
    f"coalesce({_value(name)}, {_UNKNOWN[name]}) AS {name}" if name in _UNKNOWN else f"{_value(name)} AS {name}"
    for name in _COMPARED
)
_DIFFERS = ",\n".join(
    f"CASE WHEN count(DISTINCT {_UNSTATED.get(name, name)}) > 1 THEN '{name}' END"
    for name, text in _COMPARED.items()
    if text
)
_STUDIES = f"""
WITH several AS (SELECT coalesce(study_id, trial_id) AS study_id FROM trials GROUP BY ALL HAVING count(*) > 1),
ranked AS (
    SELECT t.* REPLACE (coalesce(t.study_id, t.trial_id) AS study_id), row_number() OVER (
        PARTITION BY coalesce(t.study_id, t.trial_id) ORDER BY t.registry = 'listing', t.missing_since IS NOT NULL,
        t.via IS NOT NULL, r.study_rank NULLS LAST, t.trial_id) AS standing
    FROM trials t LEFT JOIN registries r USING (registry)
    WHERE coalesce(t.study_id, t.trial_id) IN (SELECT study_id FROM several))
SELECT coalesce(study_id, trial_id) AS study_id, trial_id, [trial_id] AS trial_ids, [registry] AS registries,
    {", ".join(_COMPARED)}, []::VARCHAR[] AS differs
FROM trials WHERE coalesce(study_id, trial_id) NOT IN (SELECT study_id FROM several)
UNION ALL
SELECT study_id, arg_min(trial_id, standing), list(trial_id ORDER BY standing),
    list(DISTINCT registry ORDER BY registry),
    {_BEST},
    list_filter([{_DIFFERS}], lambda name: name IS NOT NULL)
FROM ranked GROUP BY study_id"""
"""Most studies have one record, which stands for itself: only the others are put together, which is slower by far."""
SAVED: tuple[Saved, ...] = (
    View(
        "studies",
        "One row a study: of each field the best that its records say. A registry's own record stands before one that "
        "an aggregator passed on, a registry before a listing, one that is still there before one that is gone.",
        {
            "study_id": "The study, as trials.study_id groups records.",
            "trial_id": "The best record.",
            "trial_ids": "All records, the best first.",
            "registries": "Registries that hold a record, in the order of the alphabet.",
            **_MEANINGS,
            "differs": "Fields that the records state differently: compare them in trials by study_id. Empty = none.",
        },
        _STUDIES,
    ),
)
