-- Mean number of arms per phase
-- AACT: `number_of_arms` of `studies`
SELECT phase, count(number_of_arms) AS trials, round(avg(number_of_arms), 2) AS arms
FROM calculated_values JOIN trial_phases USING (trial_id) GROUP BY phase ORDER BY phase
