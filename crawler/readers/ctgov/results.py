"""Posted results of a study of ClinicalTrials.gov (API v2, resultsSection) as flat rows.

A value is kept as it was posted, a text. A group is named by the registry's code (BG000, OG001, ...), which it uses
anew in each section and each outcome.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from crawler.readers.ctgov import results_wire as wire
from crawler.wording.words import lower
from db.dates import iso_partial_date
from db.results import (
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


def result_fields(results: wire.Results) -> dict[str, Any]:
    """The fields of a Trial that hold posted results, by name."""
    outcomes = list(enumerate((one for one in results.outcome_measures_module.outcome_measures if one.title), start=1))
    return {
        "result_details": _details(results),
        "result_groups": tuple(_groups(results, outcomes)),
        "result_counts": tuple(_counts(results, outcomes)),
        "result_outcomes": tuple([_outcome(one) for _, one in outcomes]),
        "result_measurements": tuple(_measurements(outcomes)),
        "result_analyses": tuple([_analysis(at, one) for at, outcome in outcomes for one in outcome.analyses]),
        "result_baseline": tuple(_baseline(results.baseline_characteristics_module)),
        "result_participant_flow": tuple(_flow(results.participant_flow_module)),
        "result_adverse_events": tuple(_events(results.adverse_events_module)),
        "result_adverse_event_totals": tuple(_event_totals(results.adverse_events_module)),
    }


def _details(results: wire.Results) -> ResultDetails:
    flow, baseline = results.participant_flow_module, results.baseline_characteristics_module
    events, more = results.adverse_events_module, results.more_info_module
    return ResultDetails(
        recruitment_details=flow.recruitment_details,
        pre_assignment_details=flow.pre_assignment_details,
        flow_units_analyzed=flow.type_units_analyzed,
        baseline_population=baseline.population_description,
        baseline_units_analyzed=baseline.type_units_analyzed,
        adverse_events_time_frame=events.time_frame,
        adverse_events_description=events.description,
        frequency_threshold=events.frequency_threshold,
        mortality_comment=events.all_cause_mortality_comment,
        limitations_and_caveats=more.limitations_and_caveats.description,
        pi_employee=more.certain_agreement.pi_sponsor_employee,
        restrictive_agreement=more.certain_agreement.restrictive_agreement,
        restriction_type=lower(more.certain_agreement.restriction_type),
        agreement_details=more.certain_agreement.other_details,
    )


_Numbered = Sequence[tuple[int, wire.OutcomeMeasure]]


def _groups(results: wire.Results, outcomes: _Numbered) -> Iterator[ResultGroup]:
    sections: list[tuple[str, Sequence[wire.Group], int | None]] = [
        ("participant_flow", results.participant_flow_module.groups, None),
        ("baseline", results.baseline_characteristics_module.groups, None),
        *(("outcome", outcome.groups, at) for at, outcome in outcomes),
        ("adverse_events", results.adverse_events_module.event_groups, None),
    ]
    for section, groups, outcome in sections:
        for group in groups:
            if group.id:
                yield ResultGroup(section, group.id, group.title, group.description, outcome)


def _counts(results: wire.Results, outcomes: _Numbered) -> Iterator[ResultCount]:
    baseline = results.baseline_characteristics_module
    yield from _denominators("baseline", baseline.denoms)
    for measure in baseline.measures:
        yield from _denominators("baseline", measure.denoms, measure=measure.title)
        for row in measure.classes:
            yield from _denominators("baseline", row.denoms, measure=measure.title, row=row.title)
    for at, outcome in outcomes:
        yield from _denominators("outcome", outcome.denoms, at)
        for row in outcome.classes:
            yield from _denominators("outcome", row.denoms, at, row=row.title)


def _denominators(
    section: str,
    denominators: Sequence[wire.Denominator],
    outcome: int | None = None,
    measure: str | None = None,
    row: str | None = None,
) -> Iterator[ResultCount]:
    for one in denominators:
        for count in one.counts:
            if count.group_id:
                yield ResultCount(section, count.group_id, count.value, one.units, outcome, measure, row)


def _outcome(one: wire.OutcomeMeasure) -> ResultOutcome:
    return ResultOutcome(
        title=one.title or "",
        type=lower(one.type),
        description=one.description,
        time_frame=one.time_frame,
        population=one.population_description,
        reporting_status=lower(one.reporting_status),
        anticipated_posting_date=iso_partial_date(one.anticipated_posting_date)
        if one.anticipated_posting_date
        else None,
        param_type=lower(one.param_type),
        dispersion_type=one.dispersion_type,
        units=one.unit_of_measure,
        units_analyzed=one.type_units_analyzed,
    )


def _cells(classes: Sequence[wire.Class]) -> Iterator[tuple[wire.Class, wire.Category, wire.Measurement, str]]:
    """Every value with its rows, and its group."""
    for row in classes:
        for category in row.categories:
            for one in category.measurements:
                if one.group_id:
                    yield row, category, one, one.group_id


def _measurements(outcomes: _Numbered) -> Iterator[ResultMeasurement]:
    for at, outcome in outcomes:
        for row, category, one, group in _cells(outcome.classes):
            yield ResultMeasurement(
                at,
                group,
                row.title,
                category.title,
                one.value,
                one.spread,
                one.lower_limit,
                one.upper_limit,
                one.comment,
            )


def _analysis(outcome: int, one: wire.Analysis) -> ResultAnalysis:
    said = (one.estimate_comment, one.ci_lower_limit_comment, one.ci_upper_limit_comment)
    return ResultAnalysis(
        outcome=outcome,
        group_codes=tuple(one.group_ids),
        groups_description=one.group_description,
        method=one.statistical_method,
        method_description=one.statistical_comment,
        param_type=one.param_type,
        param_value=one.param_value,
        dispersion_type=lower(one.dispersion_type),
        dispersion_value=one.dispersion_value,
        p_value=one.p_value,
        p_value_description=one.p_value_comment,
        ci_sides=lower(one.ci_num_sides),
        ci_percent=one.ci_pct_value,
        ci_lower_limit=one.ci_lower_limit,
        ci_upper_limit=one.ci_upper_limit,
        estimate_description="\n".join(text for text in said if text) or None,
        tested_non_inferiority=one.tested_non_inferiority,
        non_inferiority_type=lower(one.non_inferiority_type),
        non_inferiority_description=one.non_inferiority_comment,
        other_analysis_description=one.other_analysis_description,
    )


def _baseline(baseline: wire.Baseline) -> Iterator[ResultBaseline]:
    for measure in baseline.measures:
        for row, category, one, group in _cells(measure.classes):
            if measure.title:
                yield ResultBaseline(
                    measure.title,
                    group,
                    measure.description,
                    measure.population_description,
                    measure.unit_of_measure,
                    lower(measure.param_type),
                    lower(measure.dispersion_type),
                    row.title,
                    category.title,
                    one.value,
                    one.spread,
                    one.lower_limit,
                    one.upper_limit,
                    one.comment,
                )


def _flow(flow: wire.Flow) -> Iterator[ResultFlow]:
    for period in flow.periods:
        points: list[tuple[str, str | None, str | None, Sequence[wire.FlowCount]]] = [
            *(("milestone", one.type, one.comment, one.achievements) for one in period.milestones),
            *(("withdrawal", one.type, one.comment, one.reasons) for one in period.drop_withdraws),
        ]
        for kind, title, comment, counts in points:
            for one in counts:
                if title and one.group_id:
                    said = one.comment or comment
                    yield ResultFlow(kind, title, one.group_id, period.title, one.num_subjects, one.num_units, said)


def _events(events: wire.Events) -> Iterator[ResultAdverseEvent]:
    for kind, listed in (("serious", events.serious_events), ("other", events.other_events)):
        for event in listed:
            for one in event.stats:
                if event.term and one.group_id:
                    yield ResultAdverseEvent(
                        kind,
                        event.term,
                        one.group_id,
                        event.organ_system,
                        event.source_vocabulary,
                        lower(event.assessment_type),
                        one.num_affected,
                        one.num_at_risk,
                        one.num_events,
                        event.notes,
                    )


def _event_totals(events: wire.Events) -> Iterator[ResultAdverseEventTotal]:
    for group in events.event_groups:
        for kind, affected, at_risk in (
            ("deaths", group.deaths_num_affected, group.deaths_num_at_risk),
            ("serious", group.serious_num_affected, group.serious_num_at_risk),
            ("other", group.other_num_affected, group.other_num_at_risk),
        ):
            if group.id and (affected, at_risk) != (None, None):
                yield ResultAdverseEventTotal(kind, group.id, affected, at_risk)
