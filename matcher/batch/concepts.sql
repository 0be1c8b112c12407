CREATE TABLE IF NOT EXISTS concepts (
    concept_id VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    ids VARCHAR[] NOT NULL,
    terminology VARCHAR NOT NULL
);
COMMENT ON TABLE concepts IS 'Diseases and findings that trials of the catalogue name, and all that is wider than these.';
COMMENT ON COLUMN concepts.concept_id IS 'Concept, as in trial_concepts.';
COMMENT ON COLUMN concepts.label IS 'Name of the concept.';
COMMENT ON COLUMN concepts.kind IS 'disease, finding, symptom (a finding that many diseases have) or group (a wide heading).';
COMMENT ON COLUMN concepts.ids IS 'Its ids and codes in the vocabularies it was merged from, such as ORPHA:79443, HP:0025520, MeSH:Calcinosis.';
COMMENT ON COLUMN concepts.terminology IS 'Version of the terminology, as in trial_concepts.';
CREATE TABLE IF NOT EXISTS concept_ancestors (
    concept_id VARCHAR NOT NULL,
    ancestor_id VARCHAR NOT NULL,
    steps INTEGER NOT NULL
);
COMMENT ON TABLE concept_ancestors IS 'What each concept is a kind or a member of, itself included: the trees of all vocabularies together.';
COMMENT ON COLUMN concept_ancestors.concept_id IS 'The narrower concept.';
COMMENT ON COLUMN concept_ancestors.ancestor_id IS 'A wider concept, or the same.';
COMMENT ON COLUMN concept_ancestors.steps IS 'Steps from the narrower to the wider one on the shortest way; 0 = itself.';
CREATE OR REPLACE MACRO concepts_named(disease) AS TABLE
WITH listed AS (
    SELECT concept_id FROM concepts
    WHERE lower(disease) IN (lower(label), lower(regexp_replace(label, ' [(].*', '')), lower(concept_id))
       OR list_contains(list_transform(ids, lambda one: lower(one)), lower(disease)))
FROM listed UNION SELECT concept_id FROM trial_concepts
WHERE lower(words) = lower(disease) AND role IN ('disease', 'finding', 'heading') AND NOT EXISTS (FROM listed);
COMMENT ON MACRO TABLE concepts_named IS 'Concepts of a name, an id or a code (calcinosis, HP:0003761, ORPHA:79443); of a name that is no label those that trials name with it. Column: concept_id.';
CREATE OR REPLACE MACRO trials_with(disease) AS TABLE
SELECT f.concepts, t.* FROM trials t JOIN (
    SELECT trial_id, list(DISTINCT label ORDER BY label) AS concepts FROM trial_concepts
    WHERE role IN ('disease', 'finding', 'heading') AND field <> 'mesh_ancestor' AND concept_id IN (
        SELECT concept_id FROM concept_ancestors WHERE ancestor_id IN (FROM concepts_named(disease)))
    GROUP BY trial_id) f USING (trial_id);
COMMENT ON MACRO TABLE trials_with IS 'Trials of a disease or finding and of all that is narrower, by its name, id or code: FROM trials_with(''connective tissue disease''). Columns: concepts (those of them that the trial names), and all of trials. What a trial excludes or only mentions does not count.';
CREATE OR REPLACE VIEW trial_diseases AS
SELECT DISTINCT trial_id, concept_id, label, role FROM trial_concepts
WHERE role IN ('disease', 'finding', 'heading') AND field <> 'mesh_ancestor';
COMMENT ON VIEW trial_diseases IS 'What each trial is for: its diseases, findings and headings as concepts, one row each.';
COMMENT ON COLUMN trial_diseases.trial_id IS 'The trial.';
COMMENT ON COLUMN trial_diseases.concept_id IS 'The concept.';
COMMENT ON COLUMN trial_diseases.label IS 'Name of the concept.';
COMMENT ON COLUMN trial_diseases.role IS 'disease (any of them admits), finding (required beside them) or heading (too wide to admit).';
CREATE OR REPLACE MACRO changes_with(disease, since) AS TABLE
WITH wanted AS (SELECT trial_id, first_seen_at, brief_title FROM trials_with(disease))
SELECT c.trial_id, w.brief_title, c.changed_at,
    CASE WHEN c.field <> 'status' THEN 'changed'
         WHEN c.after IN ('recruiting', 'not_yet_recruiting', 'by_invitation')
              AND coalesce(c.before NOT IN ('recruiting', 'not_yet_recruiting', 'by_invitation'), true) THEN 'opened'
         WHEN c.before IN ('recruiting', 'not_yet_recruiting', 'by_invitation')
              AND c.after NOT IN ('recruiting', 'not_yet_recruiting', 'by_invitation') THEN 'closed'
         ELSE 'changed' END AS what,
    c.field, c.before, c.after
FROM changes c JOIN wanted w USING (trial_id) WHERE c.changed_at >= since
UNION ALL
SELECT trial_id, brief_title, first_seen_at, 'new', NULL, NULL, NULL FROM wanted WHERE first_seen_at >= since;
COMMENT ON MACRO TABLE changes_with IS 'What happened since a day to the trials of a disease and of all that is narrower: FROM changes_with(''dermatomyositis'', DATE ''2026-11-01''). Columns: trial_id, brief_title, changed_at, what (new, opened, closed, changed), field, before, after.';
