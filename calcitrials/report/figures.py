"""What the report shows: each figure with its question in SQL over the published catalogue."""

from typing import NamedTuple


class Figure(NamedTuple):
    """A picture and its data. form: how it is drawn (calcitrials.report.charts). note: what to know when reading it."""

    name: str
    title: str
    form: str
    sql: str
    note: str


_STATE = """CASE WHEN status IN ('recruiting', 'not_yet_recruiting', 'by_invitation') THEN 'open'
    WHEN status IN ('completed', 'terminated', 'withdrawn') THEN 'over'
    WHEN status = 'unknown' THEN 'not known' ELSE 'closed' END"""
"""States of a trial, few enough to be told apart by shades alone."""
STATES = ("open", "closed", "over", "not known")

FIGURES = (
    Figure(
        "diseases",
        "Studies by disease",
        "stacked bars",
        f"""WITH named AS (
            SELECT DISTINCT label, study_id, state FROM trial_diseases
            JOIN (SELECT trial_id, coalesce(study_id, trial_id) AS study_id FROM trials) USING (trial_id)
            JOIN (SELECT study_id, {_STATE} AS state FROM studies) USING (study_id)
            WHERE role IN ('disease', 'finding')),
        most AS (SELECT label, count(*) AS in_all FROM named GROUP BY label ORDER BY in_all DESC, label LIMIT 20)
        SELECT label AS item, state, count(*) AS studies FROM named JOIN most USING (label)
        GROUP BY label, state, in_all ORDER BY in_all DESC, label, state""",
        "The twenty that most studies are for. A study of several diseases stands at each.",
    ),
    Figure(
        "statuses",
        "Studies by status",
        "bars",
        "SELECT replace(status, '_', ' ') AS item, count(*) AS studies FROM studies "
        "GROUP BY ALL ORDER BY studies DESC, item",
        "As the best record of each study says, which may be old.",
    ),
    Figure(
        "phases",
        "Studies by phase",
        "bars",
        "SELECT phase_words(phase) AS item, count(*) AS studies FROM studies GROUP BY ALL ORDER BY item",
        "Not stated: observational studies, and trials to which no phase applies.",
    ),
    Figure(
        "years",
        "Studies by year of start",
        "columns",
        f"""SELECT year(start_date) AS item, {_STATE} AS state, count(*) AS studies FROM studies
        WHERE start_date IS NOT NULL GROUP BY ALL ORDER BY item, state""",
        "Studies that state when they began or will begin.",
    ),
    Figure(
        "countries",
        "Studies by country",
        "bars",
        """SELECT c.country AS item, count(DISTINCT coalesce(t.study_id, t.trial_id)) AS studies
        FROM countries c JOIN trials t USING (trial_id) WHERE NOT c.is_removed
        GROUP BY ALL ORDER BY studies DESC, item LIMIT 20""",
        "The twenty with most studies. A study in several countries stands at each.",
    ),
    Figure(
        "timeline",
        "Calcinosis, ectopic calcification and ossification: when studies run",
        "timeline",
        f"""WITH about AS (
            SELECT trial_id FROM trials_with('calcinosis')
            UNION SELECT trial_id FROM trials_with('ectopic calcification')
            UNION SELECT trial_id FROM trials_with('ectopic ossification'))
        SELECT trial_id AS item, left(coalesce(brief_title, official_title, ''), 60) AS title, {_STATE} AS state,
            coalesce(start_date, completion_date)::VARCHAR AS first,
            coalesce(completion_date, primary_completion_date, start_date)::VARCHAR AS last,
            start_date IS NULL OR completion_date IS NULL AS is_half
        FROM studies WHERE trial_id IN (FROM about) AND coalesce(start_date, completion_date) IS NOT NULL
        ORDER BY state = 'open' DESC, coalesce(start_date, completion_date) DESC, item LIMIT 60""",
        "From start to completion as stated, planned or past; open ones first, at most sixty. A mark alone: one of the "
        "two days is all that the record states.",
    ),
    Figure(
        "crawls",
        "What the last crawls brought",
        "table",
        """SELECT registry, strftime(started_at, '%Y-%m-%d %H:%M') AS started,
            CASE WHEN complete THEN 'yes' ELSE 'no' END AS complete, received, new, changed, missing AS gone, rejected
        FROM crawls
        QUALIFY row_number() OVER (PARTITION BY registry ORDER BY started_at DESC) <= 3
        ORDER BY registry, started DESC""",
        "The last three crawls of each registry (UTC). Gone: records newly found missing at the registry.",
    ),
    Figure(
        "freshness",
        "How old the records of each registry are",
        "table",
        """SELECT registry, count(*) AS records, strftime(max(last_update_date), '%Y-%m-%d') AS newest_update,
            strftime(quantile_disc(last_update_date, 0.5), '%Y-%m-%d') AS median_update,
            count(*) FILTER (last_update_date < catalogue_day() - INTERVAL 2 YEAR
                AND status IN ('recruiting', 'not_yet_recruiting', 'by_invitation')) AS open_but_old,
            strftime(max(fetched_at), '%Y-%m-%d %H:%M') AS last_fetched
        FROM trials GROUP BY registry ORDER BY records DESC, registry""",
        "By the registry's own day of the last update. Open but old: open, and not updated for two years.",
    ),
    Figure(
        "fill",
        "What each registry states, percent of its records",
        "heatmap",
        """UNPIVOT (SELECT registry, count(*) AS records,
            100 * avg((len(phase) > 0)::INT) AS phase, 100 * avg((enrollment IS NOT NULL)::INT) AS enrollment,
            100 * avg((sex IS NOT NULL)::INT) AS sex, 100 * avg((min_age_days IS NOT NULL)::INT) AS "lower age",
            100 * avg((start_date IS NOT NULL)::INT) AS "start", 100 * avg((completion_date IS NOT NULL)::INT) AS "end",
            100 * avg((last_update_date IS NOT NULL)::INT) AS "last update",
            100 * avg((sponsor IS NOT NULL)::INT) AS sponsor,
            100 * avg((e.criteria IS NOT NULL OR len(e.inclusion) > 0)::INT) AS criteria,
            100 * avg((l.trial_id IS NOT NULL)::INT) AS sites
            FROM trials LEFT JOIN eligibility e USING (trial_id)
            LEFT JOIN (SELECT DISTINCT trial_id FROM locations) l USING (trial_id) GROUP BY registry)
        ON COLUMNS(* EXCLUDE (registry, records)) INTO NAME field VALUE percent
        ORDER BY registry, field""",
        "A field that a registry does not have is 0.",
    ),
)
