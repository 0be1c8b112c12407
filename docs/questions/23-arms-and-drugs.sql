-- Which arm gets what, and which have a placebo
-- AACT: `design_groups`, `design_group_interventions`
SELECT a.trial_id, a.label, r.type, list(a.name ORDER BY a.name) AS gets, bool_or(a.name ILIKE '%placebo%') AS has_placebo
FROM arm_interventions a JOIN arms r ON r.trial_id = a.trial_id AND r.position = a.arm GROUP BY ALL ORDER BY ALL
