-- Phases by year of start
-- AACT: `phase` of `studies`, which has the same words
SELECT year, phase, studies FROM enrollment_by_phase_and_year WHERE year IS NOT NULL ORDER BY year, phase
