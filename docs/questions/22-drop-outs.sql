-- Who left a trial, and why
-- AACT: `drop_withdrawals`
SELECT trial_id, period, group_code, title AS reason, count_number AS participants FROM result_participant_flow
WHERE kind = 'withdrawal' ORDER BY trial_id, position
