-- Trials under a heading of MeSH, as the registry assigned it
-- AACT: `browse_conditions`
SELECT trial_id, headings, wider FROM trials_under_mesh('Skin and Connective Tissue Diseases') ORDER BY trial_id
