-- Participants by sex at baseline
-- AACT: `baseline_measurements`
SELECT trial_id, category, sum(value_number) AS participants FROM result_baseline
WHERE title ILIKE 'sex%' GROUP BY ALL ORDER BY trial_id, category
