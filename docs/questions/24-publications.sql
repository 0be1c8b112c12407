-- PubMed numbers of linked publications
-- AACT: `study_references`
SELECT trial_id, pmid, type, citation FROM study_references WHERE pmid IS NOT NULL ORDER BY trial_id, position
