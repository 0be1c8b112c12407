"""Reader of ClinicalTrials.gov API v2: a page of studies, or one study, to Trials.

Source of every field: the registry's OpenAPI description of API v2 (2.0.x). Absent data are an absent key there,
never null; enum words were added after launch, so an unknown word is kept raw and counted. Words as the registry's
older forms write them ("Active, not recruiting", "Both") are the same words.
"""

import re
from collections import Counter
from typing import Annotated

import msgspec

from crawler.formats import json as json_records
from crawler.formats.unread import of_json
from crawler.wording import ages, criteria
from crawler.wording.words import known, stated
from db.dates import PartialDate, iso_partial_date, spoken_partial_date
from db.identifiers import is_junk, usual_form
from db.payload import Payload, Reading
from db.trial import (
    Condition,
    Identifier,
    Intervention,
    Location,
    MeshTerm,
    Outcome,
    Provenance,
    Reject,
    Sponsor,
    Trial,
    sha256,
)
from db.vocabularies import Phase, Sex, Status, StudyType

STATUS = {
    "NOT_YET_RECRUITING": Status.NOT_YET_RECRUITING,
    "RECRUITING": Status.RECRUITING,
    "ENROLLING_BY_INVITATION": Status.BY_INVITATION,
    "ACTIVE_NOT_RECRUITING": Status.ACTIVE_NOT_RECRUITING,
    "SUSPENDED": Status.SUSPENDED,
    "TEMPORARILY_NOT_AVAILABLE": Status.SUSPENDED,
    "COMPLETED": Status.COMPLETED,
    "TERMINATED": Status.TERMINATED,
    "WITHDRAWN": Status.WITHDRAWN,
    "AVAILABLE": Status.EXPANDED_ACCESS,
    "NO_LONGER_AVAILABLE": Status.EXPANDED_ACCESS,
    "APPROVED_FOR_MARKETING": Status.EXPANDED_ACCESS,
    "UNKNOWN": Status.UNKNOWN,
    "UNKNOWN_STATUS": Status.UNKNOWN,
    "WITHHELD": Status.UNKNOWN,
}
PHASE = {
    "EARLY_PHASE1": Phase.EARLY_1,
    "PHASE1": Phase.PHASE_1,
    "PHASE2": Phase.PHASE_2,
    "PHASE3": Phase.PHASE_3,
    "PHASE4": Phase.PHASE_4,
    "NA": None,
}
STUDY_TYPE = {
    "INTERVENTIONAL": StudyType.INTERVENTIONAL,
    "OBSERVATIONAL": StudyType.OBSERVATIONAL,
    "OBSERVATIONAL_PATIENT_REGISTRY": StudyType.OBSERVATIONAL,
    "EXPANDED_ACCESS": StudyType.EXPANDED_ACCESS,
}
SEX = {"ALL": Sex.ALL, "BOTH": Sex.ALL, "FEMALE": Sex.FEMALE, "MALE": Sex.MALE}
NO_ENROLLMENT = 99_999_999
"""What stands in EnrollmentCount where a sponsor states no number."""

# "PHASE1|PHASE2" in the registry's CSV, "Phase 1/Phase 2" in its older forms.
_COMBINED = re.compile(r"\s*\|\s*|\s*/\s*(?=\w\w)")
_NCT = re.compile(r"NCT\d{8}", re.A)


class _Module(msgspec.Struct, rename="camel", frozen=True, gc=False):
    """Base of the registry's modules: camelCase keys, unknown keys ignored.

    A decoded study holds no cycle, so the garbage collector need not look through it (gc=False).
    """


class _Date(_Module, frozen=True):
    date: str | None = None
    type: str | None = None


class _OrgStudyId(_Module, frozen=True):
    id: str | None = None
    type: str | None = None


class _SecondaryId(_Module, frozen=True):
    id: str | None = None
    type: str | None = None
    domain: str | None = None


class _Identification(_Module, frozen=True):
    nct_id: str
    nct_id_aliases: list[str] = []
    org_study_id_info: _OrgStudyId = _OrgStudyId()
    secondary_id_infos: list[_SecondaryId] = []
    brief_title: str | None = None
    official_title: str | None = None
    acronym: str | None = None


class _StatusModule(_Module, frozen=True):
    overall_status: str | None = None
    last_known_status: str | None = None
    why_stopped: str | None = None
    start_date_struct: _Date | None = None
    primary_completion_date_struct: _Date | None = None
    completion_date_struct: _Date | None = None
    study_first_post_date_struct: _Date | None = None
    last_update_post_date_struct: _Date | None = None
    results_first_post_date_struct: _Date | None = None


class _Sponsor(_Module, frozen=True):
    name: str | None = None
    class_: str | None = msgspec.field(default=None, name="class")


class _Sponsors(_Module, frozen=True):
    lead_sponsor: _Sponsor | None = None
    collaborators: list[_Sponsor] = []


class _Description(_Module, frozen=True):
    brief_summary: str | None = None
    detailed_description: str | None = None


class _Conditions(_Module, frozen=True):
    conditions: list[str] = []
    keywords: list[str] = []


class _Masking(_Module, frozen=True):
    masking: str | None = None


class _DesignInfo(_Module, frozen=True):
    allocation: str | None = None
    intervention_model: str | None = None
    observational_model: str | None = None
    primary_purpose: str | None = None
    masking_info: _Masking = _Masking()


class _Enrollment(_Module, frozen=True):
    count: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] | None = None  # what a column of the catalogue holds
    type: str | None = None


class _Design(_Module, frozen=True):
    study_type: str | None = None
    phases: list[str] = []
    design_info: _DesignInfo = _DesignInfo()
    enrollment_info: _Enrollment = _Enrollment()


class _Intervention(_Module, frozen=True):
    name: str | None = None
    type: str | None = None
    description: str | None = None
    other_names: list[str] = []


class _Arms(_Module, frozen=True):
    interventions: list[_Intervention] = []


class _Outcome(_Module, frozen=True):
    measure: str | None = None
    description: str | None = None
    time_frame: str | None = None


class _Outcomes(_Module, frozen=True):
    primary_outcomes: list[_Outcome] = []
    secondary_outcomes: list[_Outcome] = []
    other_outcomes: list[_Outcome] = []


class _Eligibility(_Module, frozen=True):
    eligibility_criteria: str | None = None
    healthy_volunteers: bool | None = None
    sex: str | None = None
    minimum_age: str | None = None
    maximum_age: str | None = None


class _GeoPoint(_Module, frozen=True):
    lat: float | None = None
    lon: float | None = None


class _Location(_Module, frozen=True):
    facility: str | None = None
    status: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    geo_point: _GeoPoint | None = None


class _Locations(_Module, frozen=True):
    locations: list[_Location] = []


class _Protocol(_Module, frozen=True):
    identification_module: _Identification
    status_module: _StatusModule = _StatusModule()
    sponsor_collaborators_module: _Sponsors = _Sponsors()
    description_module: _Description = _Description()
    conditions_module: _Conditions = _Conditions()
    design_module: _Design = _Design()
    arms_interventions_module: _Arms = _Arms()
    outcomes_module: _Outcomes = _Outcomes()
    eligibility_module: _Eligibility = _Eligibility()
    contacts_locations_module: _Locations = _Locations()


class _Mesh(_Module, frozen=True):
    id: str | None = None
    term: str | None = None


class _Browse(_Module, frozen=True):
    meshes: list[_Mesh] = []
    ancestors: list[_Mesh] = []


class _Derived(_Module, frozen=True):
    condition_browse_module: _Browse = _Browse()
    intervention_browse_module: _Browse = _Browse()


class _Study(_Module, frozen=True):
    protocol_section: _Protocol
    derived_section: _Derived = _Derived()
    has_results: bool | None = None


_studies = msgspec.json.Decoder(_Study)


def read(payload: Payload) -> Reading:
    """Read an answer of ``/studies`` or ``/studies/{nctId}``.

    A study that does not decode becomes a reject with its own bytes; the rest of its page is read.
    """
    trials: list[Trial] = []
    rejects: list[Reject] = []
    unknown: Counter[str] = Counter()
    for record in json_records.records(payload.body, "studies"):
        unreadable: Counter[str] = Counter()
        try:
            study = json_records.decode(_studies, record, unreadable)
            trials.append(json_records.titled(_trial(study, record, payload, unknown), unreadable))
            unknown.update(unreadable)
        except json_records.DAMAGE as error:
            kept = bytes(record)  # until here a view of the page
            rejects.append(Reject("ctgov", str(error), kept, payload.url, payload.fetched_at, _nct_id(kept)))
    return Reading(trials, rejects, unknown)


def _trial(study: _Study, record: bytes, payload: Payload, unknown: Counter[str]) -> Trial:
    protocol = study.protocol_section
    identification = protocol.identification_module
    status = protocol.status_module
    design = protocol.design_module
    eligibility = protocol.eligibility_module
    description = protocol.description_module
    info = design.design_info
    enrollment = None if design.enrollment_info.count == NO_ENROLLMENT else design.enrollment_info.count
    nct_id = identification.nct_id.strip().upper()
    if _NCT.fullmatch(nct_id) is None:
        raise ValueError(f"nctId {identification.nct_id!r} is no NCT number")
    min_age, max_age = ages.limits(eligibility.minimum_age, eligibility.maximum_age, unknown, bare_unit=None)
    phases = {
        known(PHASE, "phase", word, unknown) for phase in design.phases for word in _COMBINED.split(phase) if word
    } - {None}
    return Trial(
        trial_id=nct_id,
        registry="ctgov",
        url=f"https://clinicaltrials.gov/study/{nct_id}",
        brief_title=identification.brief_title,
        official_title=identification.official_title,
        acronym=identification.acronym,
        brief_summary=description.brief_summary,
        detailed_description=description.detailed_description,
        status=known(STATUS, "status", status.overall_status, unknown) or Status.UNKNOWN,
        registry_status=status.overall_status,
        last_known_status=status.last_known_status,
        why_stopped=status.why_stopped,
        study_type=known(STUDY_TYPE, "study type", design.study_type, unknown),
        registry_study_type=design.study_type,
        phase=tuple(sorted(phase for phase in phases if phase)),
        registry_phase="|".join(design.phases) or None,
        primary_purpose=_lower(info.primary_purpose),
        allocation=_lower(info.allocation),
        intervention_model=_lower(info.intervention_model or info.observational_model),
        masking=_lower(info.masking_info.masking),
        enrollment=enrollment,
        enrollment_type=None if enrollment is None else _lower(design.enrollment_info.type),
        sex=known(SEX, "sex", eligibility.sex, unknown),
        registry_sex=eligibility.sex,
        healthy_volunteers=eligibility.healthy_volunteers,
        min_age=min_age,
        max_age=max_age,
        start_date=_date(status.start_date_struct),
        primary_completion_date=_date(status.primary_completion_date_struct),
        completion_date=_date(status.completion_date_struct),
        first_posted_date=_date(status.study_first_post_date_struct),
        last_update_date=_date(status.last_update_post_date_struct),
        results_date=_date(status.results_first_post_date_struct),
        has_results=study.has_results,
        eligibility=criteria.split(eligibility.eligibility_criteria),
        conditions=tuple([Condition(text) for text in protocol.conditions_module.conditions if text.strip()]),
        keywords=tuple([text for text in protocol.conditions_module.keywords if text.strip()]),
        mesh_terms=_mesh_terms(study.derived_section),
        interventions=tuple(
            [
                Intervention(i.name, _lower(i.type), i.description, tuple(i.other_names))
                for i in protocol.arms_interventions_module.interventions
                if i.name
            ]
        ),
        locations=tuple([_location(site) for site in protocol.contacts_locations_module.locations]),
        identifiers=_identifiers(identification),
        sponsors=_sponsors(protocol.sponsor_collaborators_module),
        outcomes=_outcomes(protocol.outcomes_module),
        provenance=Provenance(payload.url, payload.fetched_at, sha256(record)),
    )


def _lower(word: str | None) -> str | None:
    return word.lower() if word else None


def _date(field: _Date | None) -> PartialDate | None:
    """A day, month or year; with a time of day where the server adds one."""
    if field is None or field.date is None:
        return None
    stated_date = iso_partial_date(field.date, _lower(field.type))
    return stated_date if stated_date.date else spoken_partial_date(field.date, _lower(field.type), day_first=False)


def _mesh_terms(derived: _Derived) -> tuple[MeshTerm, ...]:
    terms = []
    for branch, browse in (
        ("condition", derived.condition_browse_module),
        ("intervention", derived.intervention_browse_module),
    ):
        terms += [MeshTerm(mesh.term, branch, mesh.id) for mesh in browse.meshes if mesh.term]
        terms += [MeshTerm(mesh.term, branch, mesh.id, True) for mesh in browse.ancestors if mesh.term]
    return tuple(terms)


def _location(site: _Location) -> Location:
    point = site.geo_point
    return Location(
        site.country,
        site.facility,
        site.city,
        site.state,
        site.zip,
        site.status,
        point.lat if point else None,
        point.lon if point else None,
    )


def _identifiers(identification: _Identification) -> tuple[Identifier, ...]:
    """Aliases, the sponsor's number and secondary ones; a number that only fills the field is left out."""
    found = [Identifier(alias, "nctIdAliases", "alias") for alias in identification.nct_id_aliases]
    org = identification.org_study_id_info
    if org.id and _says_something(org.id):
        found.append(Identifier(usual_form(org.id), "orgStudyIdInfo", org.type or "org_study_id"))
    found += [
        Identifier(usual_form(other.id), "secondaryIdInfos", other.type, other.domain)
        for other in identification.secondary_id_infos
        if other.id and _says_something(other.id)
    ]
    return tuple(found)


def _says_something(number: str) -> bool:
    """Whether a number is no placeholder; a name of the study ("CALC-STS") may have no digit."""
    return stated(number) is not None and not (any(map(str.isdigit, number)) and is_junk(number))


def _sponsors(sponsors: _Sponsors) -> tuple[Sponsor, ...]:
    found = []
    lead = sponsors.lead_sponsor
    if lead and lead.name:
        found.append(Sponsor(lead.name, "lead", lead.class_))
    found += [Sponsor(other.name, "collaborator", other.class_) for other in sponsors.collaborators if other.name]
    return tuple(found)


def _outcomes(outcomes: _Outcomes) -> tuple[Outcome, ...]:
    groups = (
        ("primary", outcomes.primary_outcomes),
        ("secondary", outcomes.secondary_outcomes),
        ("other", outcomes.other_outcomes),
    )
    return tuple(
        [
            Outcome(one.measure, kind, one.time_frame, one.description)
            for kind, group in groups
            for one in group
            if one.measure
        ]
    )


def _nct_id(record: bytes) -> str | None:
    """Id of a record that did not decode, if it can still be told."""
    try:
        nct_id = json_records.plain(record)["protocolSection"]["identificationModule"]["nctId"]
    except (*json_records.DAMAGE, LookupError, TypeError):
        return None
    return nct_id if isinstance(nct_id, str) else None


def unread(payload: Payload) -> set[str]:
    """Keys of the first study of an answer that are never read."""
    for record in json_records.records(payload.body, "studies")[:1]:
        try:
            return set(of_json(json_records.plain(record), _Study))
        except json_records.DAMAGE:
            break
    return set()
