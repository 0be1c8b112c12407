-- How often each registry states what
-- AACT: ClinicalTrials.gov alone
SELECT registry, count(*) AS trials, round(100 * avg((start_date IS NOT NULL)::INT)) AS start_date,
    round(100 * avg((enrollment IS NOT NULL)::INT)) AS enrollment, round(100 * avg((len(phase) > 0)::INT)) AS phase,
    round(100 * avg((sponsor IS NOT NULL)::INT)) AS sponsor, round(100 * avg((last_update_date IS NOT NULL)::INT)) AS updated
FROM trials GROUP BY registry ORDER BY trials DESC
