CREATE TABLE IF NOT EXISTS trial_concepts (
    trial_id VARCHAR NOT NULL,
    concept_id VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    rule VARCHAR NOT NULL,
    score DOUBLE NOT NULL,
    words VARCHAR NOT NULL,
    role VARCHAR,
    content_hash VARCHAR NOT NULL,
    terminology VARCHAR NOT NULL
);
COMMENT ON TABLE trial_concepts IS 'Diseases, findings and treatments that a trial names, as the matcher understood them; a trial that names none has one row with an empty concept_id.';
COMMENT ON COLUMN trial_concepts.trial_id IS 'The trial.';
COMMENT ON COLUMN trial_concepts.concept_id IS 'Concept of the terminology, such as MONDO:0005100; empty when nothing was recognised.';
COMMENT ON COLUMN trial_concepts.label IS 'Name of the concept.';
COMMENT ON COLUMN trial_concepts.field IS 'Where the trial names it: condition, title, keyword, mesh, mesh_ancestor, inclusion, exclusion (without what the trial is for, of which it excludes some kind); requirement for what a trial asks beside a diagnosis (requires:earlier-study, admits:sibling); treatment for what it gives, in a normal form (TREATMENT:sodium thiosulfate).';
COMMENT ON COLUMN trial_concepts.position IS 'Place in the list of that field, from 1.';
COMMENT ON COLUMN trial_concepts.rule IS 'How the words were mapped: exact, word order, abbreviation, cognate, word forms, misspelt, code, own words.';
COMMENT ON COLUMN trial_concepts.score IS 'How sure the mapping is, 0 to 1.';
COMMENT ON COLUMN trial_concepts.words IS 'The trial''s own words that name the concept.';
COMMENT ON COLUMN trial_concepts.role IS 'What the concept is to the trial: disease (any of them admits), finding (required beside them), heading (too wide to admit), mention (stands outside conditions and titles); empty in exclusions, requirements and treatments, where an earlier row of the trial has the role, and for what the trial does not mean.';
COMMENT ON COLUMN trial_concepts.content_hash IS 'trials.content_hash of the state that was mapped; another hash there means that the mapping is stale.';
COMMENT ON COLUMN trial_concepts.terminology IS 'Version of the terminology and of the code that mapped with it.';
CREATE TABLE IF NOT EXISTS trial_words (
    trial_id VARCHAR NOT NULL,
    words VARCHAR[] NOT NULL,
    content_hash VARCHAR NOT NULL,
    terminology VARCHAR NOT NULL
);
COMMENT ON TABLE trial_words IS 'What a trial says: of trials alike, those that share rare words with a diagnosis go first.';
COMMENT ON COLUMN trial_words.trial_id IS 'The trial.';
COMMENT ON COLUMN trial_words.words IS 'Words of its titles, conditions and interventions in their normal form, sorted, without stop words.';
COMMENT ON COLUMN trial_words.content_hash IS 'trials.content_hash of the state that was mapped; another hash there means that the words are stale.';
COMMENT ON COLUMN trial_words.terminology IS 'The same version as in trial_concepts.';
