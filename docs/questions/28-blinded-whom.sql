-- Who does not know what is given
-- AACT: `subject_masked` and the like of `designs`
SELECT who, count(*) AS trials FROM (SELECT unnest(who_masked) AS who FROM design_details)
GROUP BY who ORDER BY trials DESC, who
