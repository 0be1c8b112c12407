"""Reader of ClinicalTrials.gov API v2: a page of studies, or one study, to Trials.

Source of every field: the registry's OpenAPI description of API v2 (2.0.x). Absent data are an absent key there,
never null; enum words were added after launch, so an unknown word is kept raw and counted. Words as the registry's
older forms write them ("Active, not recruiting", "Both") are the same words.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from crawler.formats import json as json_records
from crawler.formats.unread import of_json
from crawler.readers.ctgov import design, disclosure, people, wire
from crawler.readers.ctgov.results import result_fields
from crawler.readers.ctgov.results_wire import Results
from crawler.wording import ages, criteria
from crawler.wording.words import known, lower, stated
from db.dates import PartialDate, iso_partial_date, spoken_partial_date
from db.design import DesignDetails, Oversight
from db.disclosure import IpdSharing
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
from db.vocabularies import Phase, Precision, Sex, Status, StudyType

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
_NOTHING = (DesignDetails(), Oversight(), IpdSharing())
NO_ENROLLMENT = 99_999_999
"""What stands in EnrollmentCount where a sponsor states no number."""

# "PHASE1|PHASE2" in the registry's CSV, "Phase 1/Phase 2" in its older forms.
_COMBINED = re.compile(r"(?<!\s)\s*+(?:\|\s*|/\s*(?=\w\w))")
_NCT = re.compile(r"NCT\d{8}", re.A)


class _Study(wire.Module, frozen=True):
    protocol_section: wire.Protocol
    derived_section: wire.Derived = wire.Derived()
    has_results: bool | None = None
    document_section: wire.DocumentSection | None = None
    annotation_section: wire.AnnotationSection | None = None
    results_section: Results | None = None


_studies = msgspec.json.Decoder(_Study)


def records(body: bytes) -> Sequence[bytes]:
    """The studies of an answer as they stand in it."""
    return json_records.records(body, "studies")


def read(payload: Payload) -> Reading:
    """Read an answer of ``/studies`` or ``/studies/{nctId}``.

    A study that does not decode becomes a reject with its own bytes; the rest of its page is read.
    """
    trials: list[Trial] = []
    rejects: list[Reject] = []
    unknown: Counter[str] = Counter()
    for record in records(payload.body):
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
    design_module = protocol.design_module
    eligibility = protocol.eligibility_module
    description = protocol.description_module
    info = design_module.design_info
    enrollment = None if design_module.enrollment_info.count == NO_ENROLLMENT else design_module.enrollment_info.count
    nct_id = identification.nct_id.strip().upper()
    if _NCT.fullmatch(nct_id) is None:
        raise ValueError(f"nctId {identification.nct_id!r} is no NCT number")
    min_age, max_age = ages.limits(eligibility.minimum_age, eligibility.maximum_age, unknown, bare_unit=None)
    phases = {
        known(PHASE, "phase", word, unknown)
        for phase in design_module.phases
        for word in _COMBINED.split(phase)
        if word
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
        study_type=known(STUDY_TYPE, "study type", design_module.study_type, unknown),
        registry_study_type=design_module.study_type,
        phase=tuple(sorted(phase for phase in phases if phase)),
        registry_phase="|".join(design_module.phases) or None,
        primary_purpose=lower(info.primary_purpose),
        allocation=lower(info.allocation),
        intervention_model=lower(info.intervention_model or info.observational_model),
        masking=lower(info.masking_info.masking),
        enrollment=enrollment,
        enrollment_type=None if enrollment is None else lower(design_module.enrollment_info.type),
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
        verification_date=_partial(status.status_verified_date),
        first_submitted_date=_partial(status.study_first_submit_date),
        last_update_submitted_date=_day(status.last_update_submit_date),
        results_first_submitted_date=_day(status.results_first_submit_date),
        disposition_first_submitted_date=_day(status.disp_first_submit_date),
        disposition_first_posted_date=_day(
            status.disp_first_post_date_struct.date if status.disp_first_post_date_struct else None
        ),
        delayed_posting=status.delayed_posting,
        has_results=study.has_results,
        eligibility=criteria.split(eligibility.eligibility_criteria),
        conditions=tuple([Condition(text) for text in protocol.conditions_module.conditions if text.strip()]),
        keywords=tuple([text for text in protocol.conditions_module.keywords if text.strip()]),
        mesh_terms=_mesh_terms(study.derived_section),
        interventions=tuple(
            [
                Intervention(i.name, lower(i.type), i.description, tuple(i.other_names))
                for i in protocol.arms_interventions_module.interventions
                if i.name
            ]
        ),
        locations=tuple([_location(site) for site in protocol.contacts_locations_module.locations]),
        identifiers=_identifiers(identification),
        sponsors=_sponsors(protocol.sponsor_collaborators_module),
        removed_countries=tuple(study.derived_section.misc_info_module.removed_countries),
        outcomes=_outcomes(protocol.outcomes_module),
        **_whole_record(study, nct_id),
        provenance=Provenance(payload.url, payload.fetched_at, sha256(record)),
    )


def _whole_record(study: _Study, nct_id: str) -> dict[str, Any]:
    """Fields of the Trial beyond its registration, by name; without those that state nothing."""
    protocol, results = study.protocol_section, study.results_section
    people_module = protocol.contacts_locations_module
    point = results.more_info_module.point_of_contact if results else None
    found = {
        "design_details": design.design_details(protocol),
        "arms": design.arms(protocol.arms_interventions_module),
        "oversight": design.oversight(protocol),
        "contacts": people.contacts(people_module, point),
        "officials": people.officials(people_module, protocol.sponsor_collaborators_module.responsible_party),
        "references": disclosure.references(protocol.references_module),
        "links": disclosure.links(protocol.references_module),
        "documents": disclosure.documents(nct_id, protocol.references_module, study.document_section),
        "ipd_sharing": disclosure.ipd_sharing(protocol.ipd_sharing_statement_module),
        "result_pending": disclosure.pending_results(study.annotation_section),
        **(result_fields(results) if results else {}),
    }
    return {name: value for name, value in found.items() if value and value not in _NOTHING}


def _partial(text: str | None) -> PartialDate | None:
    return iso_partial_date(text) if text else None


def _day(text: str | None) -> dt.date | None:
    """A date that is stated to the day."""
    stated_date = _partial(text)
    return stated_date.date if stated_date and stated_date.precision is Precision.DAY else None


def _date(field: wire.Date | None) -> PartialDate | None:
    """A day, month or year; with a time of day where the server adds one."""
    if field is None or field.date is None:
        return None
    stated_date = iso_partial_date(field.date, lower(field.type))
    return stated_date if stated_date.date else spoken_partial_date(field.date, lower(field.type), day_first=False)


def _mesh_terms(derived: wire.Derived) -> tuple[MeshTerm, ...]:
    terms = []
    for branch, browse in (
        ("condition", derived.condition_browse_module),
        ("intervention", derived.intervention_browse_module),
    ):
        terms += [MeshTerm(mesh.term, branch, mesh.id) for mesh in browse.meshes if mesh.term]
        terms += [MeshTerm(mesh.term, branch, mesh.id, True) for mesh in browse.ancestors if mesh.term]
    return tuple(terms)


def _location(site: wire.Location) -> Location:
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


def _identifiers(identification: wire.Identification) -> tuple[Identifier, ...]:
    """Aliases, the sponsor's number and secondary ones; a number that only fills the field is left out."""
    found = [Identifier(alias, "nctIdAliases", "alias") for alias in identification.nct_id_aliases]
    org = identification.org_study_id_info
    if org.id and _says_something(org.id):
        found.append(Identifier(usual_form(org.id), "orgStudyIdInfo", org.type or "org_study_id", url=org.link))
    found += [
        Identifier(usual_form(other.id), "secondaryIdInfos", other.type, other.domain, other.link)
        for other in identification.secondary_id_infos
        if other.id and _says_something(other.id)
    ]
    return tuple(found)


def _says_something(number: str) -> bool:
    """Whether a number is no placeholder; a name of the study ("CALC-STS") may have no digit."""
    return stated(number) is not None and not (any(map(str.isdigit, number)) and is_junk(number))


def _sponsors(sponsors: wire.Sponsors) -> tuple[Sponsor, ...]:
    found = []
    lead = sponsors.lead_sponsor
    if lead and lead.name:
        found.append(Sponsor(lead.name, "lead", lead.class_))
    found += [Sponsor(other.name, "collaborator", other.class_) for other in sponsors.collaborators if other.name]
    return tuple(found)


def _outcomes(outcomes: wire.Outcomes) -> tuple[Outcome, ...]:
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
    for record in records(payload.body)[:1]:
        try:
            return set(of_json(json_records.plain(record), _Study))
        except json_records.DAMAGE:
            break
    return set()
