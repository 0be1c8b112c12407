-- Sexes admitted, and healthy volunteers
-- AACT: `gender`, `healthy_volunteers` of `eligibilities`
SELECT coalesce(sex, 'not stated') AS sex, healthy_volunteers, count(*) AS trials FROM trials
GROUP BY ALL ORDER BY trials DESC, sex, healthy_volunteers
