-- P values of posted analyses
-- AACT: `p_value` of `outcome_analyses`
SELECT a.trial_id, o.title, a.method, a.p_value, a.p_value_number
FROM result_analyses a JOIN result_outcomes o ON o.trial_id = a.trial_id AND o.position = a.outcome
ORDER BY a.trial_id, a.position
