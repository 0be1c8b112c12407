-- How fresh each registry is, and what its last crawl brought
-- AACT: `support.load_events`
SELECT registry, max(finished_at) FILTER (complete) AS last_complete, arg_max(new, started_at) AS new,
    arg_max(changed, started_at) AS changed, arg_max(rejected, started_at) AS rejected
FROM crawls GROUP BY registry ORDER BY registry
