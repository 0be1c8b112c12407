-- Trials in one country and in several
-- AACT: `countries`
SELECT is_multinational, count(*) AS trials, max(number_of_countries) AS most_countries
FROM calculated_values WHERE number_of_countries > 0 GROUP BY is_multinational ORDER BY trials DESC
