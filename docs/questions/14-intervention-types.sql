-- Kinds of interventions
-- AACT: `intervention_type` of `interventions`
SELECT type, count(*) AS interventions, count(DISTINCT trial_id) AS trials FROM interventions
GROUP BY type ORDER BY interventions DESC
