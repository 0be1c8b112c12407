-- New trials a year, and the change to the year before
-- AACT: `study_first_posted_date` of `studies`
SELECT year(first_posted_date) AS year, count(*) AS studies,
    round(100 * (count(*) / lag(count(*)) OVER (ORDER BY year) - 1), 1) AS change_percent
FROM studies WHERE first_posted_date IS NOT NULL GROUP BY year ORDER BY year
