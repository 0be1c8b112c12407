-- Protocols and analysis plans that can be read
-- AACT: `provided_documents`
SELECT trial_id, type, has_protocol, has_sap, has_icf, url FROM documents ORDER BY trial_id, position
