CREATE TABLE IF NOT EXISTS conditions (trial_id VARCHAR NOT NULL, position INTEGER NOT NULL, condition VARCHAR NOT NULL, code_system VARCHAR, code VARCHAR);
COMMENT ON TABLE conditions IS 'Conditions of a trial as its registry lists them.';
COMMENT ON COLUMN conditions.trial_id IS 'The trial.';
COMMENT ON COLUMN conditions.position IS 'Place in the registry''s list, from 1.';
COMMENT ON COLUMN conditions.condition IS 'The condition in the registry''s own words.';
COMMENT ON COLUMN conditions.code_system IS 'Vocabulary of the code, where the registry codes conditions: ICD-10, ORPHA, MedDRA.';
COMMENT ON COLUMN conditions.code IS 'Code of the condition in that vocabulary.';

CREATE TABLE IF NOT EXISTS keywords (trial_id VARCHAR NOT NULL, position INTEGER NOT NULL, keyword VARCHAR NOT NULL);
COMMENT ON TABLE keywords IS 'Keywords of a trial.';
COMMENT ON COLUMN keywords.trial_id IS 'The trial.';
COMMENT ON COLUMN keywords.position IS 'Place in the registry''s list, from 1.';
COMMENT ON COLUMN keywords.keyword IS 'The keyword in the registry''s own words.';

CREATE TABLE IF NOT EXISTS mesh_terms (trial_id VARCHAR NOT NULL, position INTEGER NOT NULL, branch VARCHAR NOT NULL, mesh_id VARCHAR, term VARCHAR NOT NULL, is_ancestor BOOLEAN NOT NULL);
COMMENT ON TABLE mesh_terms IS 'MeSH headings that the registry assigned to a trial.';
COMMENT ON COLUMN mesh_terms.trial_id IS 'The trial.';
COMMENT ON COLUMN mesh_terms.position IS 'Place in the registry''s list, from 1.';
COMMENT ON COLUMN mesh_terms.branch IS 'What the heading describes: condition or intervention.';
COMMENT ON COLUMN mesh_terms.mesh_id IS 'MeSH unique id, such as D002114.';
COMMENT ON COLUMN mesh_terms.term IS 'MeSH heading.';
COMMENT ON COLUMN mesh_terms.is_ancestor IS 'The heading is an ancestor of an assigned one: a weak hint, not a match.';

CREATE TABLE IF NOT EXISTS interventions (trial_id VARCHAR NOT NULL, position INTEGER NOT NULL, type VARCHAR, name VARCHAR NOT NULL, description VARCHAR, other_names VARCHAR[]);
COMMENT ON TABLE interventions IS 'What is given or done in a trial.';
COMMENT ON COLUMN interventions.trial_id IS 'The trial.';
COMMENT ON COLUMN interventions.position IS 'Place in the registry''s list, from 1.';
COMMENT ON COLUMN interventions.type IS 'Kind of intervention in the registry''s words, lower case (drug, device, ...).';
COMMENT ON COLUMN interventions.name IS 'Name of the intervention.';
COMMENT ON COLUMN interventions.description IS 'How it is given.';
COMMENT ON COLUMN interventions.other_names IS 'Other names of the intervention.';

CREATE TABLE IF NOT EXISTS locations (trial_id VARCHAR NOT NULL, position INTEGER NOT NULL, country VARCHAR, facility VARCHAR, city VARCHAR, state VARCHAR, zip VARCHAR, status VARCHAR, latitude DOUBLE, longitude DOUBLE);
COMMENT ON TABLE locations IS 'Sites of a trial; a country alone where the registry names no site.';
COMMENT ON COLUMN locations.trial_id IS 'The trial.';
COMMENT ON COLUMN locations.position IS 'Place in the registry''s list, from 1.';
COMMENT ON COLUMN locations.country IS 'Country in English.';
COMMENT ON COLUMN locations.facility IS 'Name of the site.';
COMMENT ON COLUMN locations.city IS 'City of the site.';
COMMENT ON COLUMN locations.state IS 'State or region of the site.';
COMMENT ON COLUMN locations.zip IS 'Postal code of the site.';
COMMENT ON COLUMN locations.status IS 'Recruitment status of the site or country in the registry''s words.';
COMMENT ON COLUMN locations.latitude IS 'Latitude in degrees.';
COMMENT ON COLUMN locations.longitude IS 'Longitude in degrees.';

CREATE TABLE IF NOT EXISTS identifiers (trial_id VARCHAR NOT NULL, position INTEGER NOT NULL, identifier VARCHAR NOT NULL, source VARCHAR NOT NULL, type VARCHAR, domain VARCHAR);
COMMENT ON TABLE identifiers IS 'Every number a record states for its study, with the field that states it.';
COMMENT ON COLUMN identifiers.trial_id IS 'The trial whose record states the number.';
COMMENT ON COLUMN identifiers.position IS 'Place in the record, from 1.';
COMMENT ON COLUMN identifiers.identifier IS 'The number as stated; a number of a known registry in its usual form.';
COMMENT ON COLUMN identifiers.source IS 'Field of the record that states it.';
COMMENT ON COLUMN identifiers.type IS 'Kind of number in the registry''s words (EUDRACT_NUMBER, REGISTRY, ...).';
COMMENT ON COLUMN identifiers.domain IS 'Issuer of the number, where stated.';

CREATE TABLE IF NOT EXISTS sponsors (trial_id VARCHAR NOT NULL, position INTEGER NOT NULL, name VARCHAR NOT NULL, role VARCHAR NOT NULL, agency_class VARCHAR);
COMMENT ON TABLE sponsors IS 'Sponsors of a trial.';
COMMENT ON COLUMN sponsors.trial_id IS 'The trial.';
COMMENT ON COLUMN sponsors.position IS 'Place in the record, from 1.';
COMMENT ON COLUMN sponsors.name IS 'Name of the sponsor.';
COMMENT ON COLUMN sponsors.role IS 'lead or collaborator.';
COMMENT ON COLUMN sponsors.agency_class IS 'Class of the sponsor in the registry''s words (INDUSTRY, NIH, OTHER, ...).';

CREATE TABLE IF NOT EXISTS outcomes (trial_id VARCHAR NOT NULL, position INTEGER NOT NULL, kind VARCHAR NOT NULL, measure VARCHAR NOT NULL, time_frame VARCHAR, description VARCHAR);
COMMENT ON TABLE outcomes IS 'Outcome measures of a trial.';
COMMENT ON COLUMN outcomes.trial_id IS 'The trial.';
COMMENT ON COLUMN outcomes.position IS 'Place in the record, from 1.';
COMMENT ON COLUMN outcomes.kind IS 'primary, secondary or other.';
COMMENT ON COLUMN outcomes.measure IS 'What is measured.';
COMMENT ON COLUMN outcomes.time_frame IS 'When it is measured.';
COMMENT ON COLUMN outcomes.description IS 'How it is measured.';

CREATE TABLE IF NOT EXISTS eligibility (trial_id VARCHAR NOT NULL, criteria VARCHAR, inclusion VARCHAR[] NOT NULL, exclusion VARCHAR[] NOT NULL);
COMMENT ON TABLE eligibility IS 'Eligibility criteria of a trial: the text and the items read from it.';
COMMENT ON COLUMN eligibility.trial_id IS 'The trial.';
COMMENT ON COLUMN eligibility.criteria IS 'Criteria text as the registry holds it.';
COMMENT ON COLUMN eligibility.inclusion IS 'Inclusion items, in order; empty where the text has no recognisable items.';
COMMENT ON COLUMN eligibility.exclusion IS 'Exclusion items, in order; empty where the text has no recognisable items.';
