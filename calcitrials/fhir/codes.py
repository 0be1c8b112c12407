"""The codes of FHIR for the catalogue's own vocabularies, and the addresses of code systems."""

from db.vocabularies import Phase, Status, StudyType

OURS = "urn:calcitrials:fhir:"
"""Begins the addresses of our own extensions; they are listed in docs/api.md."""
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
MATCH_GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"
MATCH_GRADE_SYSTEM = "http://terminology.hl7.org/CodeSystem/match-grade"
PHASE_SYSTEM = "http://terminology.hl7.org/CodeSystem/research-study-phase"
PURPOSE_SYSTEM = "http://terminology.hl7.org/CodeSystem/research-study-prim-purp-type"
OBJECTIVE_SYSTEM = "http://terminology.hl7.org/CodeSystem/research-study-objective-type"
SYSTEMS_5 = {
    PHASE_SYSTEM: "http://hl7.org/fhir/research-study-phase",
    PURPOSE_SYSTEM: "http://hl7.org/fhir/research-study-prim-purp-type",
    OBJECTIVE_SYSTEM: "http://hl7.org/fhir/research-study-objective-type",
}
"""Code systems of R4 by their names in R5."""
PROGRESS_SYSTEM = "http://hl7.org/fhir/research-study-status"
PARTY_SYSTEM = "http://hl7.org/fhir/research-study-party-role"
ARM_SYSTEM = "http://hl7.org/fhir/research-study-arm-type"

R4_STATUS: dict[str, str] = {
    Status.NOT_YET_RECRUITING: "approved",
    Status.RECRUITING: "active",
    Status.BY_INVITATION: "active",
    Status.ACTIVE_NOT_RECRUITING: "closed-to-accrual",
    Status.SUSPENDED: "temporarily-closed-to-accrual",
    Status.COMPLETED: "completed",
    Status.TERMINATED: "administratively-completed",
    Status.WITHDRAWN: "withdrawn",
    Status.EXPANDED_ACCESS: "active",
}
"""ResearchStudy.status of R4 (http://hl7.org/fhir/R4/valueset-research-study-status.html). It has no code for what is
not known: then the element says so by data-absent-reason. The registry's own word stands in an extension."""

R5_STATUS: dict[str, str] = {status: "unknown" if status in ("unknown", "moved") else "active" for status in Status}
"""ResearchStudy.status of R5 is that of the record, not of recruitment; that is progressStatus."""
R5_PROGRESS: dict[str, str] = {
    Status.NOT_YET_RECRUITING: "not-yet-recruiting",
    Status.RECRUITING: "recruiting",
    Status.BY_INVITATION: "enrolling-by-invitation",
    Status.ACTIVE_NOT_RECRUITING: "active-but-not-recruiting",
    Status.SUSPENDED: "temporarily-closed-to-accrual",
    Status.COMPLETED: "completed",
    Status.TERMINATED: "terminated",
    Status.WITHDRAWN: "withdrawn",
    Status.EXPANDED_ACCESS: "active",
}
"""ResearchStudy.progressStatus of R5 (http://hl7.org/fhir/R5/valueset-research-study-status.html)."""

PHASES: dict[tuple[str, ...], str] = {
    (Phase.EARLY_1,): "early-phase-1",
    (Phase.PHASE_1,): "phase-1",
    (Phase.PHASE_1, Phase.PHASE_2): "phase-1-phase-2",
    (Phase.PHASE_2,): "phase-2",
    (Phase.PHASE_2, Phase.PHASE_3): "phase-2-phase-3",
    (Phase.PHASE_3,): "phase-3",
    (Phase.PHASE_4,): "phase-4",
}
"""ResearchStudy.phase (http://terminology.hl7.org/CodeSystem/research-study-phase); others are told as text."""

PURPOSES = {
    "treatment": "treatment",
    "prevention": "prevention",
    "diagnostic": "diagnostic",
    "supportive_care": "supportive-care",
    "screening": "screening",
    "health_services_research": "health-services-research",
    "basic_science": "basic-science",
    "device_feasibility": "device-feasibility",
}
"""ResearchStudy.primaryPurposeType (http://terminology.hl7.org/CodeSystem/research-study-prim-purp-type)."""

OBJECTIVES = {"primary": "primary", "secondary": "secondary", "other": "exploratory"}
"""ResearchStudy.objective.type, in R5 outcomeMeasure.type."""
ARMS = {
    "experimental": "experimental",
    "active_comparator": "active-comparator",
    "placebo_comparator": "placebo-comparator",
    "sham_comparator": "sham-comparator",
    "no_intervention": "no-intervention",
    "other": "other-arm-type",
}
"""ResearchStudy.comparisonGroup.type of R5."""
PARTIES = {
    "study_chair": "study-chair",
    "study_director": "study-director",
    "principal_investigator": "primary-investigator",
    "sub_investigator": "sub-investigator",
    "sponsor_investigator": "sponsor-investigator",
}
"""ResearchStudy.associatedParty.role of R5, of the persons who answer for a study."""

STUDY_TYPES: dict[str, str] = {
    StudyType.INTERVENTIONAL: "Interventional",
    StudyType.OBSERVATIONAL: "Observational",
    StudyType.EXPANDED_ACCESS: "Expanded access",
}
CONDITION_SYSTEMS = {
    "ICD-10": "http://hl7.org/fhir/sid/icd-10",
    "ICD-10-CM": "http://hl7.org/fhir/sid/icd-10-cm",
    "ORPHA": "http://www.orpha.net",
    "MedDRA": "http://terminology.hl7.org/CodeSystem/mdr",
}
"""Code systems by the names that the catalogue has for them (HL7 Terminology)."""
MESH = "http://terminology.hl7.org/CodeSystem/MSH"
REGISTRIES = {"ctgov": "http://clinicaltrials.gov"}
"""Systems of registry numbers that HL7 has given an address; for the others the assigner is named."""
GRADES = {"strong": "probable", "possible": "possible", "weak": "possible"}
"""Codes of http://terminology.hl7.org/CodeSystem/match-grade. None of ours is "certain": a study team decides."""
