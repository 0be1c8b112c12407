-- Trials of a disease and of all that is narrower
-- AACT: by MeSH alone
SELECT trial_id, concepts, status, brief_title FROM trials_with('connective tissue disease') ORDER BY trial_id
