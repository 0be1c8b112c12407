-- Primary outcome measures of trials of a disease
-- AACT: `design_outcomes`
SELECT trial_id, measure, time_frame FROM outcomes SEMI JOIN trials_with('chilblains') USING (trial_id)
WHERE kind = 'primary' ORDER BY trial_id, position
