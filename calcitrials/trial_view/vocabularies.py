"""The closed vocabularies whose words a trial's page shows, by the column that holds them.

Each word is in every language's file of the page; medical text stays in its language. The words are those of the
catalogue's own vocabularies (db.vocabularies) and of the enumerations of ClinicalTrials.gov's data API.
"""

from db.vocabularies import Phase, Sex, Status, StudyType

_ROLES = ("study_chair", "study_director", "principal_investigator", "sub_investigator")
CODES: dict[str, tuple[str, ...]] = {
    "status": tuple(map(str, Status)),
    "phase": tuple(map(str, Phase)),
    "study_type": tuple(map(str, StudyType)),
    "sex": tuple(map(str, Sex)),
    "age_groups": ("child", "adult", "older_adult"),
    "enrollment_type": ("actual", "estimated"),
    "allocation": ("randomized", "non_randomized"),
    "intervention_model": ("single_group", "parallel", "crossover", "factorial", "sequential"),
    "observational_model": (
        "cohort", "case_control", "case_only", "case_crossover", "ecologic_or_community", "family_based",
        "defined_population", "natural_history", "other",
    ),
    "time_perspective": ("retrospective", "prospective", "cross_sectional"),
    "primary_purpose": (
        "treatment", "prevention", "diagnostic", "ect", "supportive_care", "screening", "health_services_research",
        "basic_science", "device_feasibility",
    ),
    "masking": ("none", "single", "double", "triple", "quadruple"),
    "who_masked": ("participant", "care_provider", "investigator", "outcomes_assessor"),
    "sampling_method": ("probability_sample", "non_probability_sample"),
    "biospecimen_retention": ("none_retained", "samples_with_dna", "samples_without_dna"),
    "interventions.type": (
        "behavioral", "biological", "combination_product", "device", "diagnostic_test", "dietary_supplement", "drug",
        "genetic", "procedure", "radiation",
    ),
    "arms.type": (
        "experimental", "active_comparator", "placebo_comparator", "sham_comparator", "no_intervention",
    ),
    "locations.status": (
        "enrolling_by_invitation", "available", "no_longer_available", "temporarily_not_available",
        "approved_for_marketing", "withheld", "authorised",
    ),
    "contacts.role": (*_ROLES, "responsible_party"),
    "references.type": ("background", "result", "derived"),
    "identifiers.type": ("org_study_id", "eudract_number", "registry", "other_grant", "alias", "as spelled by ictrp"),
    "plan_to_share_ipd": ("yes", "no", "undecided"),
    "information_types": ("study_protocol", "sap", "icf", "csr", "analytic_code"),
    "param_type": (
        "geometric_mean", "geometric_least_squares_mean", "least_squares_mean", "log_mean", "mean", "median", "number",
        "count_of_participants", "count_of_units",
    ),
}  # fmt: skip
