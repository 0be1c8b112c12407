CREATE OR REPLACE VIEW study_references AS SELECT * FROM "references";
COMMENT ON VIEW study_references IS 'The table references under the name that users of AACT know, which needs no quotes.';

CREATE OR REPLACE VIEW arm_interventions AS SELECT a.trial_id, a.position AS arm, a.label, i.position AS intervention, given.name FROM arms a, unnest(a.interventions) AS given(name) LEFT JOIN interventions i ON i.trial_id = a.trial_id AND i.name = given.name;
COMMENT ON VIEW arm_interventions IS 'Which arm of a trial gets which intervention, one row each (AACT: design_group_interventions).';
