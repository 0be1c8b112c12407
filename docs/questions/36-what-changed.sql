-- What changed since a day for a disease
-- AACT: keeps no history
SELECT * FROM changes_with('calcinosis', DATE '2020-01-01') ORDER BY changed_at DESC, trial_id, field
