"""The one typed record of a trial, whatever registry it comes from.

A field stands here alone, with its meaning: the catalogue's tables, their comments, and how a record is written into
them follow from it (db.tables).
"""

import datetime as dt
import hashlib
from typing import Annotated

import msgspec

from db.ages import AgeLimit
from db.dates import PartialDate
from db.design import Arm, DesignDetails, Oversight
from db.disclosure import Document, IpdSharing, Link, Reference
from db.meaning import meaning
from db.people import Contact, Official
from db.results import (
    PendingResult,
    ResultAdverseEvent,
    ResultAdverseEventTotal,
    ResultAnalysis,
    ResultBaseline,
    ResultCount,
    ResultDetails,
    ResultFlow,
    ResultGroup,
    ResultMeasurement,
    ResultOutcome,
)
from db.vocabularies import Phase, Sex, Status, StudyType


class Condition(msgspec.Struct, frozen=True, omit_defaults=True):
    """A condition as the registry lists it, with its code where the registry codes conditions (DRKS and EU CTR do)."""

    condition: Annotated[str, meaning("The condition in the registry's own words.")]
    code_system: Annotated[
        str | None, meaning("Vocabulary of the code, where the registry codes conditions: ICD-10, ORPHA, MedDRA.")
    ] = None
    code: Annotated[str | None, meaning("Code of the condition in that vocabulary.")] = None


class MeshTerm(msgspec.Struct, frozen=True, omit_defaults=True):
    """A MeSH heading that the registry (not the sponsor) assigned."""

    term: Annotated[str, meaning("MeSH heading.")]
    branch: Annotated[str, meaning("What the heading describes: condition or intervention.")]
    mesh_id: Annotated[str | None, meaning("MeSH unique id, such as D002114.")] = None
    is_ancestor: Annotated[
        bool, meaning("The heading is an ancestor of an assigned one: a weak hint, not a match.")
    ] = False


class Intervention(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is given or done, with its type in the registry's words (lower case)."""

    name: Annotated[str, meaning("Name of the intervention.")]
    type: Annotated[
        str | None, meaning("Kind of intervention in the registry's words, lower case (drug, device, ...).")
    ] = None
    description: Annotated[str | None, meaning("How it is given.")] = None
    other_names: Annotated[tuple[str, ...], meaning("Other names of the intervention.")] = ()


class Location(msgspec.Struct, frozen=True, omit_defaults=True):
    """A site, or a country alone where the registry names no site. Latitude and longitude in degrees."""

    country: Annotated[str | None, meaning("Country in English.")] = None
    facility: Annotated[str | None, meaning("Name of the site.")] = None
    city: Annotated[str | None, meaning("City of the site.")] = None
    state: Annotated[str | None, meaning("State or region of the site.")] = None
    zip: Annotated[str | None, meaning("Postal code of the site.")] = None
    status: Annotated[str | None, meaning("Recruitment status of the site or country in the registry's words.")] = None
    latitude: Annotated[float | None, meaning("Latitude in degrees.")] = None
    longitude: Annotated[float | None, meaning("Longitude in degrees.")] = None


class Identifier(msgspec.Struct, frozen=True, omit_defaults=True):
    """Another number of the same study, as the record states it."""

    identifier: Annotated[str, meaning("The number as stated; a number of a known registry in its usual form.")]
    source: Annotated[str, meaning("Field of the record that states it.")]
    type: Annotated[str | None, meaning("Kind of number in the registry's words (EUDRACT_NUMBER, REGISTRY, ...).")] = (
        None
    )
    domain: Annotated[str | None, meaning("Issuer of the number, where stated.")] = None
    url: Annotated[str | None, meaning("Page that the registry links the number to.")] = None


class Sponsor(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sponsor."""

    name: Annotated[str, meaning("Name of the sponsor.")]
    role: Annotated[str, meaning("lead or collaborator.")] = "lead"
    agency_class: Annotated[
        str | None, meaning("Class of the sponsor in the registry's words (INDUSTRY, NIH, OTHER, ...).")
    ] = None


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """An outcome measure."""

    measure: Annotated[str, meaning("What is measured.")]
    kind: Annotated[str, meaning("primary, secondary or other.")]
    time_frame: Annotated[str | None, meaning("When it is measured.")] = None
    description: Annotated[str | None, meaning("How it is measured.")] = None


class Eligibility(msgspec.Struct, frozen=True, omit_defaults=True):
    """Criteria text as the registry holds it, and its items where the text has recognisable ones."""

    criteria: Annotated[str | None, meaning("Criteria text as the registry holds it.")] = None
    inclusion: Annotated[
        tuple[str, ...], meaning("Inclusion items, in order; empty where the text has no recognisable items.")
    ] = ()
    exclusion: Annotated[
        tuple[str, ...], meaning("Exclusion items, in order; empty where the text has no recognisable items.")
    ] = ()


class Provenance(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a record came from."""

    source_url: Annotated[str, meaning("Address that the record was fetched from, or the file it was imported from.")]
    fetched_at: Annotated[dt.datetime, meaning("When the payload with the present state was fetched (UTC).")]
    payload_sha256: Annotated[str, meaning("SHA-256 of the record's own bytes in that payload.")]


class Trial(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One registry record, harmonised values beside the registry's own words (``registry_*``).

    phase is sorted. Where the registry gives dates instead of a status (ISRCTN: recruitment_start_date and
    recruitment_end_date), registry_status is None and status is derived anew at each publication. A copy that came
    through an aggregator (via) never overwrites the registry's own record.
    """

    trial_id: Annotated[
        str, meaning("The registry's own id, such as NCT03582800, ISRCTN73380053, EUCTR2018-002751-15.")
    ]
    registry: Annotated[
        str, meaning("Short name of the registry that keeps the record: ctgov, isrctn, ctis, euctr, drks, listing, ...")
    ]
    url: Annotated[str, meaning("Page of the record that a person reads.")]
    via: Annotated[
        str | None,
        meaning("Aggregator that the record came through (ictrp); NULL when it came from the registry itself."),
    ] = None
    brief_title: Annotated[str | None, meaning("Title for the public.")] = None
    official_title: Annotated[str | None, meaning("Scientific title.")] = None
    acronym: Annotated[str | None, meaning("Acronym of the study.")] = None
    brief_summary: Annotated[str | None, meaning("Summary as the registry holds it.")] = None
    detailed_description: Annotated[str | None, meaning("Longer description as the registry holds it.")] = None
    status: Annotated[Status, meaning("Harmonised recruitment status.")] = Status.UNKNOWN
    registry_status: Annotated[str | None, meaning("Recruitment status in the registry's own words.")] = None
    last_known_status: Annotated[str | None, meaning("Last status the registry knew before it became unknown.")] = None
    why_stopped: Annotated[str | None, meaning("Reason the sponsor gives for a stop.")] = None
    study_type: Annotated[StudyType | None, meaning("Harmonised kind of study.")] = None
    registry_study_type: Annotated[str | None, meaning("Kind of study in the registry's own words.")] = None
    phase: Annotated[
        tuple[Phase, ...],
        meaning("Set of phases; two are a combined phase, an empty list is none stated or not applicable."),
    ] = ()
    registry_phase: Annotated[str | None, meaning("Phase in the registry's own words.")] = None
    primary_purpose: Annotated[
        str | None, meaning("Primary purpose of the design, lower case (treatment, prevention, ...).")
    ] = None
    allocation: Annotated[str | None, meaning("Allocation to arms, lower case (randomized, non_randomized, na).")] = (
        None
    )
    intervention_model: Annotated[
        str | None, meaning("Intervention or observational model, lower case (parallel, crossover, cohort, ...).")
    ] = None
    masking: Annotated[str | None, meaning("Masking, lower case (none, single, double, triple, quadruple).")] = None
    enrollment: Annotated[int | None, meaning("Number of participants, planned or actual.")] = None
    enrollment_type: Annotated[str | None, meaning("Whether enrollment is actual or estimated, where stated.")] = None
    sex: Annotated[Sex | None, meaning("Sexes admitted; NULL when the registry does not say.")] = None
    registry_sex: Annotated[str | None, meaning("Sexes admitted in the registry's own words.")] = None
    healthy_volunteers: Annotated[bool | None, meaning("Whether healthy volunteers are admitted.")] = None
    min_age: Annotated[AgeLimit | None, meaning("Lower age limit")] = None
    max_age: Annotated[AgeLimit | None, meaning("Upper age limit")] = None
    start_date: Annotated[PartialDate | None, meaning("Start of the study", has_kind=True)] = None
    primary_completion_date: Annotated[
        PartialDate | None, meaning("Last data for the primary outcome", has_kind=True)
    ] = None
    completion_date: Annotated[PartialDate | None, meaning("End of the study", has_kind=True)] = None
    recruitment_start_date: Annotated[
        PartialDate | None, meaning("Start of recruitment, where the registry gives one")
    ] = None
    recruitment_end_date: Annotated[PartialDate | None, meaning("End of recruitment, where the registry gives one")] = (
        None
    )
    first_posted_date: Annotated[PartialDate | None, meaning("Registration or first posting")] = None
    last_update_date: Annotated[PartialDate | None, meaning("Last update at the registry")] = None
    results_date: Annotated[PartialDate | None, meaning("First posting of results")] = None
    verification_date: Annotated[
        PartialDate | None, meaning("Last time that somebody confirmed the record to its registry")
    ] = None
    first_submitted_date: Annotated[PartialDate | None, meaning("First submission to the registry")] = None
    last_update_submitted_date: Annotated[dt.date | None, meaning("Day of the last update's submission.")] = None
    results_first_submitted_date: Annotated[dt.date | None, meaning("Day of the results' first submission.")] = None
    disposition_first_submitted_date: Annotated[
        dt.date | None, meaning("Day when a delay of results was first certified or asked for.")
    ] = None
    disposition_first_posted_date: Annotated[dt.date | None, meaning("Day when that was first posted.")] = None
    delayed_posting: Annotated[bool | None, meaning("Whether the record was withheld at the sponsor's wish.")] = None
    has_results: Annotated[bool | None, meaning("Whether the registry shows results.")] = None
    eligibility: Annotated[
        Eligibility, meaning("Eligibility criteria of a trial: the text and the items read from it.")
    ] = Eligibility()
    conditions: Annotated[tuple[Condition, ...], meaning("Conditions of a trial as its registry lists them.")] = ()
    keywords: Annotated[
        tuple[str, ...],
        meaning("Keywords of a trial.", column="keyword", column_meaning="The keyword in the registry's own words."),
    ] = ()
    mesh_terms: Annotated[tuple[MeshTerm, ...], meaning("MeSH headings that the registry assigned to a trial.")] = ()
    interventions: Annotated[tuple[Intervention, ...], meaning("What is given or done in a trial.")] = ()
    locations: Annotated[
        tuple[Location, ...], meaning("Sites of a trial; a country alone where the registry names no site.")
    ] = ()
    identifiers: Annotated[
        tuple[Identifier, ...], meaning("Every number a record states for its study, with the field that states it.")
    ] = ()
    removed_countries: Annotated[
        tuple[str, ...], meaning("Countries in English where the study had sites once and has none any more.")
    ] = ()
    sponsors: Annotated[tuple[Sponsor, ...], meaning("Sponsors of a trial.")] = ()
    outcomes: Annotated[tuple[Outcome, ...], meaning("Outcome measures of a trial as planned.")] = ()
    design_details: Annotated[DesignDetails, meaning("Design of a trial beyond what stands in trials.")] = (
        DesignDetails()
    )
    arms: Annotated[
        tuple[Arm, ...], meaning("Arms of a trial, or groups of an observational study, with what each gets.")
    ] = ()
    oversight: Annotated[Oversight, meaning("Who watches over a trial, and what law it falls under.")] = Oversight()
    contacts: Annotated[
        tuple[Contact, ...],
        meaning(
            "Contacts of a trial and its sites, as the registry publishes them: personal data. They are those of the "
            "present record; history and exports leave them out.",
            is_of_present_record=True,
            is_personal=True,
        ),
    ] = ()
    officials: Annotated[
        tuple[Official, ...],
        meaning(
            "Persons who answer for a trial as a whole, as the registry publishes them: personal data, kept like "
            "contacts.",
            is_of_present_record=True,
            is_personal=True,
        ),
    ] = ()
    references: Annotated[
        tuple[Reference, ...],
        meaning('Publications that a record names. The name is a word of SQL: "references" in a query.'),
    ] = ()
    links: Annotated[tuple[Link, ...], meaning("Pages about a trial.")] = ()
    documents: Annotated[tuple[Document, ...], meaning("Documents and data sets of a trial that can be had.")] = ()
    ipd_sharing: Annotated[IpdSharing, meaning("Plan of a trial to share data of individual participants.")] = (
        IpdSharing()
    )
    result_details: Annotated[
        ResultDetails, meaning("What is said of a trial's posted results as a whole.", is_of_present_record=True)
    ] = ResultDetails()
    result_pending: Annotated[
        tuple[PendingResult, ...], meaning("Results of a trial that were submitted and are not posted yet.")
    ] = ()
    result_groups: Annotated[
        tuple[ResultGroup, ...], meaning("Groups that posted results are about.", is_of_present_record=True)
    ] = ()
    result_counts: Annotated[
        tuple[ResultCount, ...], meaning("How many of each group were analysed.", is_of_present_record=True)
    ] = ()
    result_outcomes: Annotated[
        tuple[ResultOutcome, ...], meaning("Outcome measures with posted results.", is_of_present_record=True)
    ] = ()
    result_measurements: Annotated[
        tuple[ResultMeasurement, ...], meaning("Values of outcomes, one a group.", is_of_present_record=True)
    ] = ()
    result_analyses: Annotated[
        tuple[ResultAnalysis, ...], meaning("Statistical analyses of outcomes.", is_of_present_record=True)
    ] = ()
    result_baseline: Annotated[
        tuple[ResultBaseline, ...], meaning("Values at baseline, one a group.", is_of_present_record=True)
    ] = ()
    result_participant_flow: Annotated[
        tuple[ResultFlow, ...],
        meaning("How many of each group came to each point of the study, or left it.", is_of_present_record=True),
    ] = ()
    result_adverse_events: Annotated[
        tuple[ResultAdverseEvent, ...],
        meaning("Adverse events, one row an event and group.", is_of_present_record=True),
    ] = ()
    result_adverse_event_totals: Annotated[
        tuple[ResultAdverseEventTotal, ...],
        meaning("Deaths and adverse events of each group in all.", is_of_present_record=True),
    ] = ()
    provenance: Provenance


class Reject(msgspec.Struct, frozen=True):
    """A record that could not be read: kept with its reason and its payload, never dropped.

    trial_id: the record's id, where it could be told.
    """

    registry: str
    reason: str
    payload: bytes
    source_url: str
    fetched_at: dt.datetime
    trial_id: str | None = None


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()
