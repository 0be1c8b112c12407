-- Serious adverse events by organ system
-- AACT: `reported_events` where `event_type = 'serious'`
SELECT organ_system, count(DISTINCT trial_id) AS trials, sum(subjects_affected) AS participants
FROM result_adverse_events WHERE kind = 'serious' GROUP BY organ_system ORDER BY participants DESC NULLS LAST, organ_system
