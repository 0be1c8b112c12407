-- Cities of one country with most sites
-- AACT: `city` of `facilities`
SELECT city, state, count(*) AS sites FROM locations WHERE country = 'France' AND city IS NOT NULL
GROUP BY ALL ORDER BY sites DESC, city LIMIT 20
