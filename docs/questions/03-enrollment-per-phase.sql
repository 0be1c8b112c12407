-- Mean and median enrollment per phase
-- AACT: `enrollment` and `phase` of `studies`
SELECT phase_words(phase) AS phase, count(enrollment) AS studies, round(avg(enrollment), 1) AS mean,
    median(enrollment) AS median
FROM studies WHERE study_type = 'interventional' GROUP BY ALL ORDER BY phase
