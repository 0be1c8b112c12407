-- Age limits per phase
-- AACT: `minimum_age_num` of `calculated_values`
SELECT phase, median(minimum_age_years) AS youngest, median(maximum_age_years) AS oldest,
    count(*) FILTER (minimum_age_years < 18) AS open_to_children
FROM calculated_values JOIN trial_phases USING (trial_id) GROUP BY phase ORDER BY phase
