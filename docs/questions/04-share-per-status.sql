-- Share of studies per status
-- AACT: `overall_status` of `studies`
SELECT status, count(*) AS studies, round(100 * count(*) / sum(count(*)) OVER (), 1) AS percent
FROM studies GROUP BY status ORDER BY studies DESC
