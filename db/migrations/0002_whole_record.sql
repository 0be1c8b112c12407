-- The whole record: dates of its submissions, countries removed, links of identifiers. New tables are created after.
ALTER TABLE trials ADD COLUMN verification_date DATE;
ALTER TABLE trials ADD COLUMN verification_date_precision VARCHAR;
ALTER TABLE trials ADD COLUMN verification_date_text VARCHAR;
ALTER TABLE trials ADD COLUMN first_submitted_date DATE;
ALTER TABLE trials ADD COLUMN first_submitted_date_precision VARCHAR;
ALTER TABLE trials ADD COLUMN first_submitted_date_text VARCHAR;
ALTER TABLE trials ADD COLUMN last_update_submitted_date DATE;
ALTER TABLE trials ADD COLUMN results_first_submitted_date DATE;
ALTER TABLE trials ADD COLUMN disposition_first_submitted_date DATE;
ALTER TABLE trials ADD COLUMN disposition_first_posted_date DATE;
ALTER TABLE trials ADD COLUMN delayed_posting BOOLEAN;
ALTER TABLE trials ADD COLUMN removed_countries VARCHAR[];
UPDATE trials SET removed_countries = [];
ALTER TABLE trials ALTER COLUMN removed_countries SET NOT NULL;
ALTER TABLE identifiers ADD COLUMN url VARCHAR;
