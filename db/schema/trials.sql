CREATE TABLE IF NOT EXISTS trials (
    trial_id VARCHAR NOT NULL,
    registry VARCHAR NOT NULL,
    via VARCHAR,
    study_id VARCHAR,
    brief_title VARCHAR,
    official_title VARCHAR,
    acronym VARCHAR,
    brief_summary VARCHAR,
    detailed_description VARCHAR,
    status VARCHAR NOT NULL,
    registry_status VARCHAR,
    last_known_status VARCHAR,
    why_stopped VARCHAR,
    study_type VARCHAR,
    registry_study_type VARCHAR,
    phase VARCHAR[] NOT NULL,
    registry_phase VARCHAR,
    primary_purpose VARCHAR,
    allocation VARCHAR,
    intervention_model VARCHAR,
    masking VARCHAR,
    enrollment BIGINT,
    enrollment_type VARCHAR,
    sex VARCHAR,
    registry_sex VARCHAR,
    healthy_volunteers BOOLEAN,
    min_age_days DOUBLE,
    min_age VARCHAR,
    max_age_days DOUBLE,
    max_age_until_days DOUBLE,
    max_age VARCHAR,
    ages_are_bands BOOLEAN NOT NULL,
    start_date DATE,
    start_date_precision VARCHAR,
    start_date_text VARCHAR,
    start_date_kind VARCHAR,
    primary_completion_date DATE,
    primary_completion_date_precision VARCHAR,
    primary_completion_date_text VARCHAR,
    primary_completion_date_kind VARCHAR,
    completion_date DATE,
    completion_date_precision VARCHAR,
    completion_date_text VARCHAR,
    completion_date_kind VARCHAR,
    recruitment_start_date DATE,
    recruitment_start_date_precision VARCHAR,
    recruitment_start_date_text VARCHAR,
    recruitment_end_date DATE,
    recruitment_end_date_precision VARCHAR,
    recruitment_end_date_text VARCHAR,
    first_posted_date DATE,
    first_posted_date_precision VARCHAR,
    first_posted_date_text VARCHAR,
    last_update_date DATE,
    last_update_date_precision VARCHAR,
    last_update_date_text VARCHAR,
    results_date DATE,
    results_date_precision VARCHAR,
    results_date_text VARCHAR,
    has_results BOOLEAN,
    sponsor VARCHAR,
    url VARCHAR NOT NULL,
    source_url VARCHAR NOT NULL,
    fetched_at TIMESTAMP NOT NULL,
    payload_sha256 VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    crawl_id VARCHAR NOT NULL,
    first_seen_at TIMESTAMP NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    missing_since TIMESTAMP
);
COMMENT ON TABLE trials IS 'One row for each registry record: harmonised values beside the registry''s own words.';
COMMENT ON COLUMN trials.trial_id IS 'The registry''s own id, such as NCT03582800, ISRCTN73380053, EUCTR2018-002751-15.';
COMMENT ON COLUMN trials.registry IS 'Short name of the registry that keeps the record: ctgov, isrctn, ctis, euctr, drks, listing, ...';
COMMENT ON COLUMN trials.via IS 'Aggregator that the record came through (ictrp); NULL when it came from the registry itself.';
COMMENT ON COLUMN trials.study_id IS 'Groups the records of one study across registries.';
COMMENT ON COLUMN trials.brief_title IS 'Title for the public.';
COMMENT ON COLUMN trials.official_title IS 'Scientific title.';
COMMENT ON COLUMN trials.acronym IS 'Acronym of the study.';
COMMENT ON COLUMN trials.brief_summary IS 'Summary as the registry holds it.';
COMMENT ON COLUMN trials.detailed_description IS 'Longer description as the registry holds it.';
COMMENT ON COLUMN trials.status IS 'Harmonised recruitment status: not_yet_recruiting, recruiting, by_invitation, active_not_recruiting, suspended, completed, terminated, withdrawn, expanded_access, moved, unknown.';
COMMENT ON COLUMN trials.registry_status IS 'Recruitment status in the registry''s own words.';
COMMENT ON COLUMN trials.last_known_status IS 'Last status the registry knew before it became unknown.';
COMMENT ON COLUMN trials.why_stopped IS 'Reason the sponsor gives for a stop.';
COMMENT ON COLUMN trials.study_type IS 'Harmonised kind of study: interventional, observational, expanded_access, other.';
COMMENT ON COLUMN trials.registry_study_type IS 'Kind of study in the registry''s own words.';
COMMENT ON COLUMN trials.phase IS 'Set of phases: early_phase1, phase1, phase2, phase3, phase4; two entries are a combined phase, an empty list is none stated or not applicable.';
COMMENT ON COLUMN trials.registry_phase IS 'Phase in the registry''s own words.';
COMMENT ON COLUMN trials.primary_purpose IS 'Primary purpose of the design, lower case (treatment, prevention, ...).';
COMMENT ON COLUMN trials.allocation IS 'Allocation to arms, lower case (randomized, non_randomized, na).';
COMMENT ON COLUMN trials.intervention_model IS 'Intervention or observational model, lower case (parallel, crossover, cohort, ...).';
COMMENT ON COLUMN trials.masking IS 'Masking, lower case (none, single, double, triple, quadruple).';
COMMENT ON COLUMN trials.enrollment IS 'Number of participants, planned or actual.';
COMMENT ON COLUMN trials.enrollment_type IS 'Whether enrollment is actual or estimated, where stated.';
COMMENT ON COLUMN trials.sex IS 'Sexes admitted: all, female, male; NULL when the registry does not say.';
COMMENT ON COLUMN trials.registry_sex IS 'Sexes admitted in the registry''s own words.';
COMMENT ON COLUMN trials.healthy_volunteers IS 'Whether healthy volunteers are admitted.';
COMMENT ON COLUMN trials.min_age_days IS 'Lower age limit in days (year = 365.25, month = 30.4375); NULL = no limit stated.';
COMMENT ON COLUMN trials.min_age IS 'Lower age limit in the registry''s own words.';
COMMENT ON COLUMN trials.max_age_days IS 'Upper age limit in days as stated; NULL = no limit stated.';
COMMENT ON COLUMN trials.max_age_until_days IS 'First age in days that is too old: "17 Years" admits until the 18th birthday. NULL = no limit stated.';
COMMENT ON COLUMN trials.max_age IS 'Upper age limit in the registry''s own words.';
COMMENT ON COLUMN trials.ages_are_bands IS 'The limits come from coarse age bands: they may exclude a patient, never include one.';
COMMENT ON COLUMN trials.start_date IS 'Start of the study: first day that the text allows.';
COMMENT ON COLUMN trials.start_date_precision IS 'How much of start_date is stated: day, month, year.';
COMMENT ON COLUMN trials.start_date_text IS 'Start of the study in the registry''s own words.';
COMMENT ON COLUMN trials.start_date_kind IS 'Whether start_date is actual or estimated, where stated.';
COMMENT ON COLUMN trials.primary_completion_date IS 'Last data for the primary outcome: first day that the text allows.';
COMMENT ON COLUMN trials.primary_completion_date_precision IS 'How much of primary_completion_date is stated: day, month, year.';
COMMENT ON COLUMN trials.primary_completion_date_text IS 'Primary completion in the registry''s own words.';
COMMENT ON COLUMN trials.primary_completion_date_kind IS 'Whether primary_completion_date is actual or estimated, where stated.';
COMMENT ON COLUMN trials.completion_date IS 'End of the study: first day that the text allows.';
COMMENT ON COLUMN trials.completion_date_precision IS 'How much of completion_date is stated: day, month, year.';
COMMENT ON COLUMN trials.completion_date_text IS 'End of the study in the registry''s own words.';
COMMENT ON COLUMN trials.completion_date_kind IS 'Whether completion_date is actual or estimated, where stated.';
COMMENT ON COLUMN trials.recruitment_start_date IS 'Start of recruitment, where the registry gives one: first day that the text allows.';
COMMENT ON COLUMN trials.recruitment_start_date_precision IS 'How much of recruitment_start_date is stated: day, month, year.';
COMMENT ON COLUMN trials.recruitment_start_date_text IS 'Start of recruitment in the registry''s own words.';
COMMENT ON COLUMN trials.recruitment_end_date IS 'End of recruitment, where the registry gives one: first day that the text allows.';
COMMENT ON COLUMN trials.recruitment_end_date_precision IS 'How much of recruitment_end_date is stated: day, month, year.';
COMMENT ON COLUMN trials.recruitment_end_date_text IS 'End of recruitment in the registry''s own words.';
COMMENT ON COLUMN trials.first_posted_date IS 'Registration or first posting: first day that the text allows.';
COMMENT ON COLUMN trials.first_posted_date_precision IS 'How much of first_posted_date is stated: day, month, year.';
COMMENT ON COLUMN trials.first_posted_date_text IS 'Registration or first posting in the registry''s own words.';
COMMENT ON COLUMN trials.last_update_date IS 'Last update at the registry: first day that the text allows.';
COMMENT ON COLUMN trials.last_update_date_precision IS 'How much of last_update_date is stated: day, month, year.';
COMMENT ON COLUMN trials.last_update_date_text IS 'Last update in the registry''s own words.';
COMMENT ON COLUMN trials.results_date IS 'First posting of results: first day that the text allows.';
COMMENT ON COLUMN trials.results_date_precision IS 'How much of results_date is stated: day, month, year.';
COMMENT ON COLUMN trials.results_date_text IS 'First posting of results in the registry''s own words.';
COMMENT ON COLUMN trials.has_results IS 'Whether the registry shows results.';
COMMENT ON COLUMN trials.sponsor IS 'Lead sponsor; all sponsors stand in the table sponsors.';
COMMENT ON COLUMN trials.url IS 'Page of the record that a person reads.';
COMMENT ON COLUMN trials.source_url IS 'Address that the record was fetched from, or the file it was imported from.';
COMMENT ON COLUMN trials.fetched_at IS 'When the payload with the present state was fetched (UTC).';
COMMENT ON COLUMN trials.payload_sha256 IS 'SHA-256 of the record''s own bytes in that payload.';
COMMENT ON COLUMN trials.content_hash IS 'SHA-256 of the harmonised content without provenance: equal hash = nothing changed.';
COMMENT ON COLUMN trials.crawl_id IS 'Crawl that brought the present state.';
COMMENT ON COLUMN trials.first_seen_at IS 'When the record first came into the catalogue (UTC).';
COMMENT ON COLUMN trials.changed_at IS 'When the present state came into the catalogue (UTC).';
COMMENT ON COLUMN trials.missing_since IS 'When a complete crawl first found the record gone from its registry; NULL = still there (UTC). Rows are never deleted.';
