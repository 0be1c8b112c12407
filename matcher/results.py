"""What the matcher answers, as plain records whose JSON is the contract of `calcitrials match --format json`."""

from typing import Any

import msgspec


class Patient(msgspec.Struct, frozen=True, omit_defaults=True):
    """What decides beside the diagnosis. age_years: completed or fractional years. sex: "female" or "male".
    life_stage: "adult" or "child", where no age is stated. other_ages: further ages that the text states and that
    differ; a trial is then ruled out only where all of them are outside its limits.
    """

    age_years: float | None = None
    sex: str | None = None
    country: str | None = None
    life_stage: str | None = None
    other_ages: tuple[float, ...] = ()


class Query(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was asked, with the patient's data as understood from options and text together. notes: what of the input
    could not be read, and what to do about it.
    """

    text: str
    patient: Patient
    notes: tuple[str, ...] = ()


class ConceptMatch(msgspec.Struct, frozen=True, gc=False):
    """A concept that a mention was mapped to."""

    id: str
    label: str
    rule: str
    score: float


class Diagnosis(msgspec.Struct, frozen=True, gc=False):
    """One mention of a disease or finding. concepts: the accepted meanings; alternatives: other meanings of the same
    words; did_you_mean: near names when nothing was accepted; not_used: what the text says of it beside and is not used
    (stage, receptor, mutation, line of therapy)."""

    mention: str
    assertion: str
    concepts: tuple[ConceptMatch, ...] = ()
    alternatives: tuple[ConceptMatch, ...] = ()
    did_you_mean: tuple[str, ...] = ()
    not_used: tuple[str, ...] = ()


class Step(msgspec.Struct, frozen=True, gc=False):
    """One step of the way from the patient's words to the trial's words."""

    source: str
    relation: str
    target: str
    score: float
    evidence: str


class Eligibility(msgspec.Struct, frozen=True, gc=False):
    """The stated limits against the patient. verdict: possible, excluded, unknown; the others: met, not met,
    unknown. distance: of the nearest site, where it was asked how far that may be.
    """

    verdict: str
    age: str
    sex: str
    country: str
    distance: str = "unknown"


class Site(msgspec.Struct, frozen=True):
    """The nearest place where a trial can be joined. by: "site" where the record has its coordinates, "town" where they
    are those of its town. is_open: whether the record says of the site itself that it recruits; None where it does not
    say.
    """

    facility: str | None
    city: str | None
    country: str | None
    distance_km: float
    by: str
    is_open: bool | None


class Match(msgspec.Struct, frozen=True, gc=False):
    """A trial worth a look, with its reasons. leading ("for" in JSON): the patient's words for what leads to it.

    relation: what the trial is about is the same, narrower, broader; manifestation: what the disease comes with; cause:
    the same finding in another disease; treatment: what a better match gives, in a related disease; wording: no concept
    leads to it, its words or its meaning are like those of the text. status_is_stale: the record says that it is open,
    and its end has passed or nobody updated it for years; status_stale_reason: which of it, as words that follow the
    status in brackets.
    """

    trial_id: str
    study_id: str | None
    registry: str
    title: str | None
    status: str
    phase: tuple[str, ...]
    score: float
    grade: str
    leading: str = msgspec.field(name="for")
    relation: str
    because: tuple[str, ...]
    path: tuple[Step, ...]
    eligibility: Eligibility
    status_is_stale: bool
    status_stale_reason: str | None
    completion_date: str | None
    url: str
    last_update: str | None
    nearest_site: Site | None = None


COLUMNS = ("trial_id", "title", "status", "phase", "grade", "relation", "score", "because", "url", "last_update")
"""Fields of a match that a flat table of suggestions shows, in this order."""


class RuledOut(msgspec.Struct, frozen=True, gc=False):
    """A trial that fits the diagnosis and whose stated limits exclude the patient."""

    trial_id: str
    reason: str


class Suggestions(msgspec.Struct, frozen=True):
    """The answer to one question. fit: how many trials within the patient's limits are worth a look as far as concepts
    tell, of which the matches are the best. explanation: why a named trial stands where it stands, or why it is not
    there.
    """

    query: Query
    diagnoses: tuple[Diagnosis, ...]
    matches: tuple[Match, ...]
    ruled_out: tuple[RuledOut, ...]
    fit: int = 0
    explanation: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    catalogue: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
