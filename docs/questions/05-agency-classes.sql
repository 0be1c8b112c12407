-- Lead sponsors by class, one vocabulary for all registries
-- AACT: `agency_class` of `sponsors` where `lead_or_collaborator = 'lead'`
SELECT class, count(DISTINCT trial_id) AS trials FROM sponsor_classes WHERE role = 'lead' GROUP BY class ORDER BY trials DESC
