CREATE TABLE IF NOT EXISTS search_documents (trial_id VARCHAR NOT NULL, document INTEGER NOT NULL, state BIGINT NOT NULL);
COMMENT ON TABLE search_documents IS 'Numbers of trials in search_words. Ask the macro search_trials, not this table.';
COMMENT ON COLUMN search_documents.trial_id IS 'The trial.';
COMMENT ON COLUMN search_documents.document IS 'Number of this state of the trial.';
COMMENT ON COLUMN search_documents.state IS 'First fifteen hexadecimal digits of trials.content_hash of the state whose words were written.';

CREATE TABLE IF NOT EXISTS search_words (word VARCHAR NOT NULL, weight TINYINT NOT NULL, documents INTEGER[] NOT NULL);
COMMENT ON TABLE search_words IS 'Which trials have which word, sorted by word in segments: what search_trials looks up. Ask that macro, not this table.';
COMMENT ON COLUMN search_words.word IS 'A word in small letters without accents.';
COMMENT ON COLUMN search_words.weight IS 'The best field of the trial that has it: 3 = titles, conditions, keywords; 2 = interventions; 1 = criteria.';
COMMENT ON COLUMN search_words.documents IS 'Numbers in search_documents; those that are not there are of former states.';

CREATE TABLE IF NOT EXISTS search_unwritten (trial_id VARCHAR NOT NULL);
COMMENT ON TABLE search_unwritten IS 'Trials whose words were not written when the catalogue was published: search_trials reads their texts.';
COMMENT ON COLUMN search_unwritten.trial_id IS 'The trial.';
