-- Studies in several registries, and where the records disagree
-- AACT: ClinicalTrials.gov alone
SELECT study_id, registries, trial_ids, differs FROM studies WHERE len(trial_ids) > 1 ORDER BY len(differs) DESC, study_id
