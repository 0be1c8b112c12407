-- Monitoring committees, regulated products, shared data
-- AACT: `has_dmc`, `is_fda_regulated_drug`, `plan_to_share_ipd` of `studies`
SELECT has_dmc, is_fda_regulated_drug, plan_to_share_ipd, count(*) AS trials
FROM oversight FULL JOIN ipd_sharing USING (trial_id) GROUP BY ALL
ORDER BY trials DESC, has_dmc, is_fda_regulated_drug, plan_to_share_ipd
