-- Completion dates that were moved
-- AACT: keeps no history
SELECT trial_id, changed_at, before::DATE AS before, after::DATE AS after, after::DATE - before::DATE AS days
FROM changes WHERE field IN ('completion_date', 'primary_completion_date') ORDER BY abs(days) DESC NULLS LAST
