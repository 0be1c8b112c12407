-- Trials under a heading of MeSH, as the registry assigned it
-- AACT: `browse_conditions`
SELECT trial_id, list(term ORDER BY is_ancestor, position) AS headings FROM mesh_terms
WHERE branch = 'condition' AND trial_id IN (SELECT trial_id FROM mesh_terms WHERE term = 'Skin and Connective Tissue Diseases')
GROUP BY trial_id ORDER BY trial_id
