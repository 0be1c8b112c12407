"""The one typed record of a trial, whatever registry it comes from."""

import datetime as dt
import hashlib

import msgspec

from db.ages import AgeLimit
from db.dates import PartialDate
from db.vocabularies import Phase, Sex, Status, StudyType


class Condition(msgspec.Struct, frozen=True, omit_defaults=True):
    """A condition as the registry lists it, with its code where the registry codes conditions.

    code_system: "ICD-10", "ORPHA", "MedDRA", ... (DRKS and EU CTR code their conditions).
    """

    condition: str
    code_system: str | None = None
    code: str | None = None


class MeshTerm(msgspec.Struct, frozen=True, omit_defaults=True):
    """A MeSH heading that the registry (not the sponsor) assigned.

    branch: "condition" or "intervention".
    is_ancestor: the heading is an ancestor of an assigned one (a weak hint, not a match).
    """

    term: str
    branch: str
    mesh_id: str | None = None
    is_ancestor: bool = False


class Intervention(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is given or done, with its type in the registry's words (lower case)."""

    name: str
    type: str | None = None
    description: str | None = None
    other_names: tuple[str, ...] = ()


class Location(msgspec.Struct, frozen=True, omit_defaults=True):
    """A site, or a country alone where the registry names no site. Latitude and longitude in degrees."""

    country: str | None = None
    facility: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    status: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class Identifier(msgspec.Struct, frozen=True, omit_defaults=True):
    """Another number of the same study, as the record states it.

    type: the registry's word for its kind, where it gives one ("EUDRACT_NUMBER", "org_study_id").
    source: the field of the record that holds it.
    """

    identifier: str
    source: str
    type: str | None = None
    domain: str | None = None


class Sponsor(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sponsor. role: "lead" or "collaborator"; agency_class as the registry says (INDUSTRY, NIH, ...)."""

    name: str
    role: str = "lead"
    agency_class: str | None = None


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """An outcome measure. kind: "primary", "secondary" or "other"."""

    measure: str
    kind: str
    time_frame: str | None = None
    description: str | None = None


class Eligibility(msgspec.Struct, frozen=True, omit_defaults=True):
    """Criteria text as the registry holds it, and its items where the text has recognisable ones."""

    criteria: str | None = None
    inclusion: tuple[str, ...] = ()
    exclusion: tuple[str, ...] = ()


class Provenance(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a record came from.

    source_url: address the payload was fetched from. fetched_at: when (UTC).
    payload_sha256: hash of the record's own bytes in that payload.
    """

    source_url: str
    fetched_at: dt.datetime
    payload_sha256: str


class Trial(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One registry record, harmonised values beside the registry's own words (``registry_*``).

    trial_id: the registry's own id (NCT03582800, ISRCTN73380053, EUCTR2018-002751-15).
    registry: short name of the registry (ctgov, isrctn, ctis, euctr, drks, listing, ictrp ones).
    url: the page a person reads. phase: a set, sorted; empty where no phase applies or is stated.
    sex: None where the registry does not say. start_date .. last_update_date: partial dates.
    min_age, max_age: None = the registry states no limit.
    recruitment_start_date, recruitment_end_date: where the registry gives dates instead of a status
        (ISRCTN): ``registry_status`` is then None and ``status`` is derived anew at each publication.
    via: None where the record comes from the registry itself; "ictrp" for a copy that the WHO platform passes
        on, which never overwrites the registry's own record.
    """

    trial_id: str
    registry: str
    url: str
    via: str | None = None
    brief_title: str | None = None
    official_title: str | None = None
    acronym: str | None = None
    brief_summary: str | None = None
    detailed_description: str | None = None
    status: Status = Status.UNKNOWN
    registry_status: str | None = None
    last_known_status: str | None = None
    why_stopped: str | None = None
    study_type: StudyType | None = None
    registry_study_type: str | None = None
    phase: tuple[Phase, ...] = ()
    registry_phase: str | None = None
    primary_purpose: str | None = None
    allocation: str | None = None
    intervention_model: str | None = None
    masking: str | None = None
    enrollment: int | None = None
    enrollment_type: str | None = None
    sex: Sex | None = None
    registry_sex: str | None = None
    healthy_volunteers: bool | None = None
    min_age: AgeLimit | None = None
    max_age: AgeLimit | None = None
    start_date: PartialDate | None = None
    primary_completion_date: PartialDate | None = None
    completion_date: PartialDate | None = None
    recruitment_start_date: PartialDate | None = None
    recruitment_end_date: PartialDate | None = None
    first_posted_date: PartialDate | None = None
    last_update_date: PartialDate | None = None
    results_date: PartialDate | None = None
    has_results: bool | None = None
    eligibility: Eligibility = Eligibility()
    conditions: tuple[Condition, ...] = ()
    keywords: tuple[str, ...] = ()
    mesh_terms: tuple[MeshTerm, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    locations: tuple[Location, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    sponsors: tuple[Sponsor, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
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
