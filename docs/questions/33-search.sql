-- Full-text search
-- AACT: `ILIKE` over one column
SELECT trial_id, score, found, brief_title, status FROM search_trials('sodium thiosulfate calcification') LIMIT 10
