-- Sites of recruiting trials of a drug
-- AACT: `facilities` joined to `interventions`
SELECT t.trial_id, l.country, l.city, l.facility, l.status
FROM trials t JOIN locations l USING (trial_id)
WHERE t.status IN ('recruiting', 'not_yet_recruiting', 'active_not_recruiting') AND t.trial_id IN (SELECT trial_id FROM interventions WHERE name ILIKE '%teriparatide%' OR name ILIKE '%thiosulfate%')
ORDER BY t.trial_id, l.position
