"""The harmonised vocabularies that every registry's own words are mapped onto.

The registry's own word is always kept beside the harmonised one; an unknown word maps to ``None`` or
``UNKNOWN`` and is counted, never fatal.
"""

from enum import StrEnum


class Status(StrEnum):
    """Recruitment status of a trial (harmonised; the registry's word stands in ``registry_status``)."""

    NOT_YET_RECRUITING = "not_yet_recruiting"
    RECRUITING = "recruiting"
    BY_INVITATION = "by_invitation"
    ACTIVE_NOT_RECRUITING = "active_not_recruiting"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    WITHDRAWN = "withdrawn"
    EXPANDED_ACCESS = "expanded_access"
    MOVED = "moved"
    UNKNOWN = "unknown"


OPEN_STATUSES = (Status.RECRUITING, Status.NOT_YET_RECRUITING, Status.BY_INVITATION, Status.EXPANDED_ACCESS)
"""Statuses of trials that are open or about to open."""
OVER_STATUSES = (Status.COMPLETED, Status.WITHDRAWN, Status.TERMINATED)
"""Statuses of trials that nobody will join any more."""


class Phase(StrEnum):
    """One phase of clinical development; a combined phase such as 1/2 is a set of two."""

    EARLY_1 = "early_phase1"
    PHASE_1 = "phase1"
    PHASE_2 = "phase2"
    PHASE_3 = "phase3"
    PHASE_4 = "phase4"


class StudyType(StrEnum):
    """Kind of study (WHO data set item 15)."""

    INTERVENTIONAL = "interventional"
    OBSERVATIONAL = "observational"
    EXPANDED_ACCESS = "expanded_access"
    OTHER = "other"


class Sex(StrEnum):
    """Sexes a trial admits. A missing value means that the registry does not say."""

    ALL = "all"
    FEMALE = "female"
    MALE = "male"


class Precision(StrEnum):
    """How much of a date the registry states."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
