-- Countries with most sites
-- AACT: `country` of `facilities`
SELECT country, count(*) AS sites, count(DISTINCT trial_id) AS trials FROM locations GROUP BY country ORDER BY sites DESC, country
