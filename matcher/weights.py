"""Every number by which trials are chosen, scored and shown, and diseases inferred, with what it means.

It lies below all rooms that use it (the trial index, the patient, the ranking, the service), which is why it is no part
of the ranking's folder. Costs of steps between concepts stand in `matcher/terminology/weights.py`: they decide how
trials are mapped, too, these here do not. `python -m bench.matching --only ablation` takes each of them out in turn.
"""

# Where a trial names something: how much that says about what the trial is for.
CONDITION = 1.0
TITLE = 0.97
MESH = 0.9
KEYWORD = 0.8
INCLUSION = 0.7
MESH_ANCESTOR = 0.3

# Grades and what is shown.
STRONG = 0.7
POSSIBLE = 0.42
FAINT = 0.1
FAINT_WIDER = 0.2
ALIKE = 3

# Candidates.
CANDIDATES = 120
HINT = 0.35
HINTED = 0.3
HINT_ANNOTATED = 0.8
HINT_CURATED = 0.3
COMMON = 60
EXCLUDING = 0.6

# Disease and finding.
UNSTATED_FINDING = 0.5
CERTAIN_FINDING = 0.95
REGULAR = 0.7
TREATABLE = 0.5
UNTREATED_FINDING = 0.6
SISTER_CAUSE = 0.4
SISTER_CAUSES = 0.75
SEVERAL = 3
SINGLE_CAUSE = 0.6
SEVERAL_CAUSES = 0.93
NO_CAUSE_NAMED = 0.6
SPECIAL_KIND = 0.65
INFERRED_ALONE = 0.5
OTHER_SETTING = 0.9
HEADING_ONLY = 0.9
FOCUS_UNMET = 0.6
FOCUS_BESIDE = 0.7
BOTH_DISEASES = 0.12
BOTH_NEAR = 0.7

# What speaks against a trial.
DENIED = 0.3
DENIED_ANYWAY = 0.85
PAST_CAUSE = 0.3
PAST_BESIDE = 0.97
EARLIER_STUDY = 0.55
NEW_ONSET = 0.93
ADULTS_ONLY = 0.4
ADULT_DAYS = 16 * 365
CHILDREN_ONLY = 0.4
INFANTS_UNSAID = 0.6

# Among equals.
UNCLEAR = 0.95
CLOSED = 0.9
LEXICAL = 0.1
ENOUGH_WORDS = 5.0

# Relatives, and trials of the same treatment.
RELATIVE = 0.8
RELATIVE_NEAR = 0.6
TREATING = 3
USUAL = 60
SAME_TREATMENT = 0.25

# The patient.
UNCERTAIN = 0.92
TOLD = 0.6
IMPLIED = 0.95
DENIED_KIN = 0.6
SPECIAL_DISEASE = 0.7
POINTED = 0.9

# Diseases that findings point at.
ENOUGH = 0.6
FEWEST = 3
FEWEST_RARE = 2
RARE = 5.5
CLEAR = 0.85
AS_GOOD = 0.97
AS_GOOD_FEW = 2
NEAR_FINDING = 0.7
CURATED_BONUS = 1.15
