-- Trials that industry leads together with others
-- AACT: `sponsors` joined to itself
SELECT lead.trial_id, lead.name AS lead, list(other.name ORDER BY other.name) AS collaborators
FROM sponsor_classes lead JOIN sponsor_classes other USING (trial_id)
WHERE lead.role = 'lead' AND lead.class = 'industry' AND other.role = 'collaborator' AND other.class <> 'industry'
GROUP BY ALL ORDER BY lead.trial_id
