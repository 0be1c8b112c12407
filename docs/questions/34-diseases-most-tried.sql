-- Diseases with most trials
-- AACT: `browse_conditions`, where the registry codes
SELECT label, count(DISTINCT trial_id) AS trials, count(DISTINCT trial_id) FILTER (status = 'recruiting') AS recruiting
FROM trial_diseases JOIN trials USING (trial_id) WHERE role = 'disease' GROUP BY label ORDER BY trials DESC, label LIMIT 20
