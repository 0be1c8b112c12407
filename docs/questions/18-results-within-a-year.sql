-- Share of trials with results within twelve months of primary completion, by class of sponsor
-- AACT: `months_to_report_results` of `calculated_values`
SELECT class, count(*) AS completed, count(*) FILTER (months_to_report_results <= 12) AS in_time,
    round(100 * in_time / completed, 1) AS percent
FROM calculated_values JOIN sponsor_classes USING (trial_id) WHERE role = 'lead' AND actual_duration IS NOT NULL
GROUP BY class ORDER BY class
