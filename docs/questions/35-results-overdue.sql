-- Results that are overdue
-- AACT: computed by hand
SELECT * FROM results_overdue ORDER BY days_overdue DESC, trial_id
