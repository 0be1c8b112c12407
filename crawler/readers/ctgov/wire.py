"""Studies as the registry's data API v2 writes them: its modules with the keys that are read.

Source of every field: the registry's OpenAPI description of API v2 (2.0.x). Absent data are an absent key there, never
null. Results are in crawler.readers.ctgov.results.
"""

from typing import Annotated

import msgspec


class Module(msgspec.Struct, rename="camel", frozen=True, gc=False):
    """Base of the registry's modules: camelCase keys, unknown keys ignored.

    A decoded study holds no cycle, so the garbage collector need not look through it (gc=False).
    """


class Date(Module, frozen=True):
    date: str | None = None
    type: str | None = None


class OrgStudyId(Module, frozen=True):
    id: str | None = None
    type: str | None = None
    link: str | None = None


class SecondaryId(Module, frozen=True):
    id: str | None = None
    type: str | None = None
    domain: str | None = None
    link: str | None = None


class Identification(Module, frozen=True):
    nct_id: str
    nct_id_aliases: list[str] = []
    org_study_id_info: OrgStudyId = OrgStudyId()
    secondary_id_infos: list[SecondaryId] = []
    brief_title: str | None = None
    official_title: str | None = None
    acronym: str | None = None


class ExpandedAccess(Module, frozen=True):
    has_expanded_access: bool | None = None
    nct_id: str | None = None
    status_for_nct_id: str | None = None


class StatusModule(Module, frozen=True):
    status_verified_date: str | None = None
    overall_status: str | None = None
    last_known_status: str | None = None
    why_stopped: str | None = None
    start_date_struct: Date | None = None
    primary_completion_date_struct: Date | None = None
    completion_date_struct: Date | None = None
    study_first_post_date_struct: Date | None = None
    last_update_post_date_struct: Date | None = None
    results_first_post_date_struct: Date | None = None
    disp_first_post_date_struct: Date | None = None
    study_first_submit_date: str | None = None
    last_update_submit_date: str | None = None
    results_first_submit_date: str | None = None
    disp_first_submit_date: str | None = None
    delayed_posting: bool | None = None
    expanded_access_info: ExpandedAccess | None = None


class Sponsor(Module, frozen=True):
    name: str | None = None
    class_: str | None = msgspec.field(default=None, name="class")


class ResponsibleParty(Module, frozen=True):
    type: str | None = None
    investigator_full_name: str | None = None
    investigator_title: str | None = None
    investigator_affiliation: str | None = None
    old_name_title: str | None = None
    old_organization: str | None = None


class Sponsors(Module, frozen=True):
    responsible_party: ResponsibleParty | None = None
    lead_sponsor: Sponsor | None = None
    collaborators: list[Sponsor] = []


class Oversight(Module, frozen=True):
    oversight_has_dmc: bool | None = None
    is_fda_regulated_drug: bool | None = None
    is_fda_regulated_device: bool | None = None
    is_unapproved_device: bool | None = None
    is_ppsd: bool | None = None
    is_us_export: bool | None = None
    fdaaa801_violation: bool | None = None


class Description(Module, frozen=True):
    brief_summary: str | None = None
    detailed_description: str | None = None


class Conditions(Module, frozen=True):
    conditions: list[str] = []
    keywords: list[str] = []


class Masking(Module, frozen=True):
    masking: str | None = None
    masking_description: str | None = None
    who_masked: list[str] = []


class DesignInfo(Module, frozen=True):
    allocation: str | None = None
    intervention_model: str | None = None
    intervention_model_description: str | None = None
    observational_model: str | None = None
    time_perspective: str | None = None
    primary_purpose: str | None = None
    masking_info: Masking = Masking()


class Enrollment(Module, frozen=True):
    count: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] | None = None  # what a column of the catalogue holds
    type: str | None = None


class BioSpec(Module, frozen=True):
    retention: str | None = None
    description: str | None = None


class ExpandedAccessTypes(Module, frozen=True):
    individual: bool | None = None
    intermediate: bool | None = None
    treatment: bool | None = None


class Design(Module, frozen=True):
    study_type: str | None = None
    phases: list[str] = []
    design_info: DesignInfo = DesignInfo()
    enrollment_info: Enrollment = Enrollment()
    target_duration: str | None = None
    patient_registry: bool | None = None
    bio_spec: BioSpec = BioSpec()
    expanded_access_types: ExpandedAccessTypes | None = None


class Intervention(Module, frozen=True):
    name: str | None = None
    type: str | None = None
    description: str | None = None
    other_names: list[str] = []
    arm_group_labels: list[str] = []


class Arm(Module, frozen=True):
    label: str | None = None
    type: str | None = None
    description: str | None = None
    intervention_names: list[str] = []


class Arms(Module, frozen=True):
    arm_groups: list[Arm] = []
    interventions: list[Intervention] = []


class Outcome(Module, frozen=True):
    measure: str | None = None
    description: str | None = None
    time_frame: str | None = None


class Outcomes(Module, frozen=True):
    primary_outcomes: list[Outcome] = []
    secondary_outcomes: list[Outcome] = []
    other_outcomes: list[Outcome] = []


class Eligibility(Module, frozen=True):
    eligibility_criteria: str | None = None
    healthy_volunteers: bool | None = None
    sex: str | None = None
    minimum_age: str | None = None
    maximum_age: str | None = None
    gender_based: bool | None = None
    gender_description: str | None = None
    std_ages: list[str] = []
    study_population: str | None = None
    sampling_method: str | None = None


class Contact(Module, frozen=True):
    name: str | None = None
    role: str | None = None
    phone: str | None = None
    phone_ext: str | None = None
    email: str | None = None


class Official(Module, frozen=True):
    name: str | None = None
    affiliation: str | None = None
    role: str | None = None


class GeoPoint(Module, frozen=True):
    lat: float | None = None
    lon: float | None = None


class Location(Module, frozen=True):
    facility: str | None = None
    status: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    geo_point: GeoPoint | None = None
    contacts: list[Contact] = []


class Locations(Module, frozen=True):
    locations: list[Location] = []
    central_contacts: list[Contact] = []
    overall_officials: list[Official] = []


class Retraction(Module, frozen=True):
    pmid: str | None = None
    source: str | None = None


class Reference(Module, frozen=True):
    pmid: str | None = None
    type: str | None = None
    citation: str | None = None
    retractions: list[Retraction] = []


class SeeAlsoLink(Module, frozen=True):
    label: str | None = None
    url: str | None = None


class AvailableIpd(Module, frozen=True):
    id: str | None = None
    type: str | None = None
    url: str | None = None
    comment: str | None = None


class References(Module, frozen=True):
    references: list[Reference] = []
    see_also_links: list[SeeAlsoLink] = []
    avail_ipds: list[AvailableIpd] = []


class IpdSharing(Module, frozen=True):
    ipd_sharing: str | None = None
    description: str | None = None
    info_types: list[str] = []
    time_frame: str | None = None
    access_criteria: str | None = None
    url: str | None = None


class Protocol(Module, frozen=True):
    identification_module: Identification
    status_module: StatusModule = StatusModule()
    sponsor_collaborators_module: Sponsors = Sponsors()
    description_module: Description = Description()
    conditions_module: Conditions = Conditions()
    design_module: Design = Design()
    arms_interventions_module: Arms = Arms()
    outcomes_module: Outcomes = Outcomes()
    eligibility_module: Eligibility = Eligibility()
    contacts_locations_module: Locations = Locations()
    oversight_module: Oversight | None = None
    references_module: References | None = None
    ipd_sharing_statement_module: IpdSharing | None = None


class Mesh(Module, frozen=True):
    id: str | None = None
    term: str | None = None


class Browse(Module, frozen=True):
    meshes: list[Mesh] = []
    ancestors: list[Mesh] = []


class Misc(Module, frozen=True):
    removed_countries: list[str] = []


class Derived(Module, frozen=True):
    misc_info_module: Misc = Misc()
    condition_browse_module: Browse = Browse()
    intervention_browse_module: Browse = Browse()


class LargeDocument(Module, frozen=True):
    filename: str | None = None
    label: str | None = None
    date: str | None = None
    upload_date: str | None = None
    has_protocol: bool | None = None
    has_sap: bool | None = None
    has_icf: bool | None = None
    size: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] | None = None


class LargeDocuments(Module, frozen=True):
    large_docs: list[LargeDocument] = []


class DocumentSection(Module, frozen=True):
    large_document_module: LargeDocuments = LargeDocuments()


class UnpostedEvent(Module, frozen=True):
    type: str | None = None
    date: str | None = None


class Unposted(Module, frozen=True):
    unposted_events: list[UnpostedEvent] = []


class Annotations(Module, frozen=True):
    unposted_annotation: Unposted = Unposted()


class AnnotationSection(Module, frozen=True):
    annotation_module: Annotations = Annotations()
