-- Median duration by class of lead sponsor
-- AACT: `actual_duration` of `calculated_values`
SELECT class, count(duration) AS trials, median(duration) AS months, median(actual_duration) AS months_of_ended
FROM calculated_values JOIN sponsor_classes USING (trial_id) WHERE role = 'lead' GROUP BY class ORDER BY class
