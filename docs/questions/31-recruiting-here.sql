-- Trials that recruit for a disease in a country
-- AACT: no disease beyond its words
SELECT DISTINCT r.trial_id, r.brief_title, r.status, r.country, r.sites, r.last_update_date
FROM recruiting_trials r SEMI JOIN trials_with('systemic sclerosis') USING (trial_id)
WHERE r.country = 'France' OR r.country IS NULL ORDER BY r.last_update_date DESC, r.trial_id
