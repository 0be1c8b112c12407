"""Posted results of a study, as flat rows: groups, outcomes, baseline, flow of participants, adverse events.

A row belongs to a group by its ``group_code``, which is the registry's and holds within one section of one trial, in
the section of outcomes within one outcome. Values stay as they were posted ("<0.001", "1,204", "NA"); a column beside
them holds the number where the text is one.
"""

from typing import Annotated

import msgspec

from db.dates import PartialDate
from db.meaning import meaning

_SECTION = "participant_flow, baseline, outcome or adverse_events."
_OUTCOME = "The outcome: its position in result_outcomes"
_GROUP = "The group, as in result_groups."
_UNIT_WORDS = "What is counted or measured, as posted."
_CLASS = "Row of the table as posted (a time, a subscale, a country); NULL where it has one row."
_CATEGORY = "Row within that row (female, male); NULL where there is none."


class ResultDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said of the results as a whole."""

    recruitment_details: Annotated[str | None, meaning("How participants were recruited.")] = None
    pre_assignment_details: Annotated[str | None, meaning("What happened before they were assigned.")] = None
    flow_units_analyzed: Annotated[str | None, meaning("What the flow counts, where not participants.")] = None
    baseline_population: Annotated[str | None, meaning("Who was analysed at baseline.")] = None
    baseline_units_analyzed: Annotated[str | None, meaning("What baseline counts, where not participants.")] = None
    adverse_events_time_frame: Annotated[str | None, meaning("When adverse events were collected.")] = None
    adverse_events_description: Annotated[str | None, meaning("How adverse events were collected.")] = None
    frequency_threshold: Annotated[
        str | None, meaning("Share in percent above which other adverse events are listed.", is_number=True)
    ] = None
    mortality_comment: Annotated[str | None, meaning("What is said of deaths from all causes.")] = None
    limitations_and_caveats: Annotated[str | None, meaning("Limits of the study, such as an early end.")] = None
    pi_employee: Annotated[bool | None, meaning("Whether all principal investigators are the sponsor's own.")] = None
    restrictive_agreement: Annotated[
        bool | None, meaning("Whether an agreement restricts what investigators may publish.")
    ] = None
    restriction_type: Annotated[str | None, meaning("How it does, lower case (lte60, gt60: days; other).")] = None
    agreement_details: Annotated[str | None, meaning("Other words on that agreement.")] = None


class PendingResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What happened to results that were submitted and are not posted yet."""

    event: Annotated[str, meaning("release, unrelease or reset, lower case.")]
    event_date: Annotated[PartialDate | None, meaning("The event")] = None


class ResultGroup(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column of a table of results: those whom its values are about."""

    section: Annotated[str, meaning(_SECTION)]
    group_code: Annotated[str, meaning("The registry's code of the group within the section.")]
    title: Annotated[str | None, meaning("Name of the group.")] = None
    description: Annotated[str | None, meaning("Who is in it.")] = None
    outcome: Annotated[int | None, meaning(f"{_OUTCOME}; NULL in other sections.")] = None


class ResultCount(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many of a group were analysed."""

    section: Annotated[str, meaning("baseline or outcome.")]
    group_code: Annotated[str, meaning(_GROUP)]
    count: Annotated[str | None, meaning("How many.", is_number=True)] = None
    units: Annotated[str | None, meaning(_UNIT_WORDS)] = None
    outcome: Annotated[int | None, meaning(f"{_OUTCOME}; NULL in other sections.")] = None
    measure: Annotated[str | None, meaning("Title of the baseline measure that the count is for, where for one.")] = (
        None
    )
    classification: Annotated[str | None, meaning(_CLASS)] = None


class ResultOutcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """An outcome measure with its posted results; the planned ones stand in outcomes."""

    title: Annotated[str, meaning("What was measured.")]
    type: Annotated[str | None, meaning("primary, secondary, other_pre_specified or post_hoc.")] = None
    description: Annotated[str | None, meaning("How it was measured.")] = None
    time_frame: Annotated[str | None, meaning("When it was measured.")] = None
    population: Annotated[str | None, meaning("Who was analysed.")] = None
    reporting_status: Annotated[str | None, meaning("posted or not_posted.")] = None
    anticipated_posting_date: Annotated[PartialDate | None, meaning("Posting that is still to come")] = None
    param_type: Annotated[
        str | None, meaning("What the values are, lower case (mean, median, count_of_participants, ...).")
    ] = None
    dispersion_type: Annotated[str | None, meaning("What their spread is (Standard Deviation, ...).")] = None
    units: Annotated[str | None, meaning("Unit of the values.")] = None
    units_analyzed: Annotated[str | None, meaning("What was analysed, where not participants.")] = None


class ResultMeasurement(msgspec.Struct, frozen=True, omit_defaults=True):
    """One value of an outcome in one group."""

    outcome: Annotated[int, meaning(f"{_OUTCOME}.")]
    group_code: Annotated[str, meaning(_GROUP)]
    classification: Annotated[str | None, meaning(_CLASS)] = None
    category: Annotated[str | None, meaning(_CATEGORY)] = None
    value: Annotated[str | None, meaning("The value as posted.", is_number=True)] = None
    spread: Annotated[str | None, meaning("Spread of the value as posted.", is_number=True)] = None
    lower_limit: Annotated[str | None, meaning("Lower limit as posted.", is_number=True)] = None
    upper_limit: Annotated[str | None, meaning("Upper limit as posted.", is_number=True)] = None
    comment: Annotated[str | None, meaning("Why a value is missing, or what to know of it.")] = None


class ResultAnalysis(msgspec.Struct, frozen=True, omit_defaults=True):
    """A statistical analysis of an outcome."""

    outcome: Annotated[int, meaning(f"{_OUTCOME}.")]
    group_codes: Annotated[tuple[str, ...], meaning("The groups compared, as in result_groups.")] = ()
    groups_description: Annotated[str | None, meaning("What was compared and why, as posted.")] = None
    method: Annotated[str | None, meaning("Statistical method.")] = None
    method_description: Annotated[str | None, meaning("What else is said of the method.")] = None
    param_type: Annotated[str | None, meaning("What was estimated (Mean Difference (Final Values), ...).")] = None
    param_value: Annotated[str | None, meaning("The estimate as posted.", is_number=True)] = None
    dispersion_type: Annotated[str | None, meaning("What its spread is, lower case.")] = None
    dispersion_value: Annotated[str | None, meaning("Its spread as posted.", is_number=True)] = None
    p_value: Annotated[
        str | None, meaning("P value as posted, with its sign where it has one (<0.001).", is_number=True)
    ] = None
    p_value_description: Annotated[str | None, meaning("What else is said of the p value.")] = None
    ci_sides: Annotated[str | None, meaning("one_sided or two_sided confidence interval, lower case.")] = None
    ci_percent: Annotated[str | None, meaning("Its level in percent as posted.", is_number=True)] = None
    ci_lower_limit: Annotated[str | None, meaning("Its lower limit as posted.", is_number=True)] = None
    ci_upper_limit: Annotated[str | None, meaning("Its upper limit as posted.", is_number=True)] = None
    estimate_description: Annotated[str | None, meaning("What else is said of the estimate and its limits.")] = None
    tested_non_inferiority: Annotated[bool | None, meaning("Whether non-inferiority was tested.")] = None
    non_inferiority_type: Annotated[
        str | None, meaning("superiority, non_inferiority, equivalence, ..., lower case.")
    ] = None
    non_inferiority_description: Annotated[str | None, meaning("What is said of its margin.")] = None
    other_analysis_description: Annotated[str | None, meaning("An analysis told in words alone.")] = None


class ResultBaseline(msgspec.Struct, frozen=True, omit_defaults=True):
    """One value of a group at baseline (age, sex, ...)."""

    title: Annotated[str, meaning("What was measured.")]
    group_code: Annotated[str, meaning(_GROUP)]
    description: Annotated[str | None, meaning("How it was measured.")] = None
    population: Annotated[str | None, meaning("Who was analysed.")] = None
    units: Annotated[str | None, meaning("Unit of the value.")] = None
    param_type: Annotated[str | None, meaning("What the value is, lower case (mean, count_of_participants, ...).")] = (
        None
    )
    dispersion_type: Annotated[str | None, meaning("What its spread is, lower case.")] = None
    classification: Annotated[str | None, meaning(_CLASS)] = None
    category: Annotated[str | None, meaning(_CATEGORY)] = None
    value: Annotated[str | None, meaning("The value as posted.", is_number=True)] = None
    spread: Annotated[str | None, meaning("Spread of the value as posted.", is_number=True)] = None
    lower_limit: Annotated[str | None, meaning("Lower limit as posted.", is_number=True)] = None
    upper_limit: Annotated[str | None, meaning("Upper limit as posted.", is_number=True)] = None
    comment: Annotated[str | None, meaning("Why a value is missing, or what to know of it.")] = None


class ResultFlow(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many of a group came to a point of the study, or left it."""

    kind: Annotated[str, meaning("milestone: came so far; withdrawal: left, for this reason.")]
    title: Annotated[str, meaning("The milestone (STARTED, COMPLETED, NOT COMPLETED, ...) or the reason.")]
    group_code: Annotated[str, meaning(_GROUP)]
    period: Annotated[str | None, meaning("Period of the study.")] = None
    count: Annotated[str | None, meaning("How many participants.", is_number=True)] = None
    count_units: Annotated[
        str | None, meaning("How many of what else is counted (flow_units_analyzed).", is_number=True)
    ] = None
    comment: Annotated[str | None, meaning("What to know of it.")] = None


class ResultAdverseEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many of a group had an adverse event."""

    kind: Annotated[str, meaning("serious or other.")]
    term: Annotated[str, meaning("The adverse event.")]
    group_code: Annotated[str, meaning(_GROUP)]
    organ_system: Annotated[str | None, meaning("Organ system.")] = None
    vocabulary: Annotated[str | None, meaning("Vocabulary of the term, such as MedDRA with its version.")] = None
    assessment: Annotated[str | None, meaning("systematic_assessment or non_systematic_assessment.")] = None
    subjects_affected: Annotated[int | None, meaning("Participants who had it.")] = None
    subjects_at_risk: Annotated[int | None, meaning("Participants who could have had it.")] = None
    event_count: Annotated[int | None, meaning("How often it happened.")] = None
    notes: Annotated[str | None, meaning("What else is said of the event.")] = None


class ResultAdverseEventTotal(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many of a group died or had any adverse event."""

    kind: Annotated[str, meaning("deaths, serious or other.")]
    group_code: Annotated[str, meaning(_GROUP)]
    subjects_affected: Annotated[int | None, meaning("Participants affected.")] = None
    subjects_at_risk: Annotated[int | None, meaning("Participants at risk.")] = None
