-- The catalogue as it was on a day
-- AACT: monthly archives
SELECT status, count(*) AS trials FROM trials_as_of(catalogue_day()) GROUP BY status ORDER BY trials DESC
