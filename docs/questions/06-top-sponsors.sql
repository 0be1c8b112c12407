-- Lead sponsors with most trials
-- AACT: `sponsors`
SELECT name, count(DISTINCT trial_id) AS trials FROM sponsors WHERE role = 'lead' GROUP BY name ORDER BY trials DESC, name LIMIT 20
