"""Posted results as the registry's data API v2 writes them (resultsSection), with the keys that are read."""

from typing import Annotated

import msgspec

from crawler.readers.ctgov.wire import Module

Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class Group(Module, frozen=True):
    id: str | None = None
    title: str | None = None
    description: str | None = None


class GroupCount(Module, frozen=True):
    group_id: str | None = None
    value: str | None = None


class Denominator(Module, frozen=True):
    units: str | None = None
    counts: list[GroupCount] = []


class Measurement(Module, frozen=True):
    group_id: str | None = None
    value: str | None = None
    spread: str | None = None
    lower_limit: str | None = None
    upper_limit: str | None = None
    comment: str | None = None


class Category(Module, frozen=True):
    title: str | None = None
    measurements: list[Measurement] = []


class Class(Module, frozen=True):
    title: str | None = None
    denoms: list[Denominator] = []
    categories: list[Category] = []


class Analysis(Module, frozen=True):
    group_ids: list[str] = []
    group_description: str | None = None
    statistical_method: str | None = None
    statistical_comment: str | None = None
    param_type: str | None = None
    param_value: str | None = None
    dispersion_type: str | None = None
    dispersion_value: str | None = None
    p_value: str | None = None
    p_value_comment: str | None = None
    ci_num_sides: str | None = None
    ci_pct_value: str | None = None
    ci_lower_limit: str | None = None
    ci_upper_limit: str | None = None
    ci_lower_limit_comment: str | None = None
    ci_upper_limit_comment: str | None = None
    estimate_comment: str | None = None
    tested_non_inferiority: bool | None = None
    non_inferiority_type: str | None = None
    non_inferiority_comment: str | None = None
    other_analysis_description: str | None = None


class OutcomeMeasure(Module, frozen=True):
    type: str | None = None
    title: str | None = None
    description: str | None = None
    population_description: str | None = None
    reporting_status: str | None = None
    anticipated_posting_date: str | None = None
    param_type: str | None = None
    dispersion_type: str | None = None
    unit_of_measure: str | None = None
    time_frame: str | None = None
    type_units_analyzed: str | None = None
    groups: list[Group] = []
    denoms: list[Denominator] = []
    classes: list[Class] = []
    analyses: list[Analysis] = []


class Outcomes(Module, frozen=True):
    outcome_measures: list[OutcomeMeasure] = []


class BaselineMeasure(Module, frozen=True):
    title: str | None = None
    description: str | None = None
    population_description: str | None = None
    param_type: str | None = None
    dispersion_type: str | None = None
    unit_of_measure: str | None = None
    denoms: list[Denominator] = []
    classes: list[Class] = []


class Baseline(Module, frozen=True):
    population_description: str | None = None
    type_units_analyzed: str | None = None
    groups: list[Group] = []
    denoms: list[Denominator] = []
    measures: list[BaselineMeasure] = []


class FlowCount(Module, frozen=True):
    group_id: str | None = None
    num_subjects: str | None = None
    num_units: str | None = None
    comment: str | None = None


class Milestone(Module, frozen=True):
    type: str | None = None
    comment: str | None = None
    achievements: list[FlowCount] = []


class Withdrawal(Module, frozen=True):
    type: str | None = None
    comment: str | None = None
    reasons: list[FlowCount] = []


class Period(Module, frozen=True):
    title: str | None = None
    milestones: list[Milestone] = []
    drop_withdraws: list[Withdrawal] = []


class Flow(Module, frozen=True):
    pre_assignment_details: str | None = None
    recruitment_details: str | None = None
    type_units_analyzed: str | None = None
    groups: list[Group] = []
    periods: list[Period] = []


class EventCount(Module, frozen=True):
    group_id: str | None = None
    num_events: Count | None = None
    num_affected: Count | None = None
    num_at_risk: Count | None = None


class Event(Module, frozen=True):
    term: str | None = None
    organ_system: str | None = None
    source_vocabulary: str | None = None
    assessment_type: str | None = None
    notes: str | None = None
    stats: list[EventCount] = []


class EventGroup(Group, frozen=True):
    deaths_num_affected: Count | None = None
    deaths_num_at_risk: Count | None = None
    serious_num_affected: Count | None = None
    serious_num_at_risk: Count | None = None
    other_num_affected: Count | None = None
    other_num_at_risk: Count | None = None


class Events(Module, frozen=True):
    frequency_threshold: str | None = None
    time_frame: str | None = None
    description: str | None = None
    all_cause_mortality_comment: str | None = None
    event_groups: list[EventGroup] = []
    serious_events: list[Event] = []
    other_events: list[Event] = []


class Caveats(Module, frozen=True):
    description: str | None = None


class Agreement(Module, frozen=True):
    pi_sponsor_employee: bool | None = None
    restriction_type: str | None = None
    restrictive_agreement: bool | None = None
    other_details: str | None = None


class PointOfContact(Module, frozen=True):
    """Whom to ask about the results."""

    title: str | None = None
    organization: str | None = None
    email: str | None = None
    phone: str | None = None
    phone_ext: str | None = None


class MoreInfo(Module, frozen=True):
    limitations_and_caveats: Caveats = Caveats()
    certain_agreement: Agreement = Agreement()
    point_of_contact: PointOfContact | None = None


class Results(Module, frozen=True):
    """The results section of a study."""

    participant_flow_module: Flow = Flow()
    baseline_characteristics_module: Baseline = Baseline()
    outcome_measures_module: Outcomes = Outcomes()
    adverse_events_module: Events = Events()
    more_info_module: MoreInfo = MoreInfo()
