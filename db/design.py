"""How a study is built and overseen: its arms, its design, and who watches over it."""

from typing import Annotated

import msgspec

from db.dates import PartialDate
from db.meaning import meaning


class Arm(msgspec.Struct, frozen=True, omit_defaults=True):
    """A group of participants with what it gets. Of an observational study: a group or cohort."""

    label: Annotated[str, meaning("Name of the arm or group.")]
    type: Annotated[
        str | None,
        meaning("Kind of arm in the registry's words, lower case (experimental, placebo_comparator, ...)."),
    ] = None
    description: Annotated[str | None, meaning("What happens in the arm.")] = None
    interventions: Annotated[
        tuple[str, ...],
        meaning("What the arm gets, as interventions.name; empty where the registry does not say or it gets nothing."),
    ] = ()


class DesignDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """Design beyond what stands in the trial itself (purpose, allocation, model, masking)."""

    intervention_model: Annotated[
        str | None, meaning("Intervention model, lower case (parallel, crossover, single_group, ...).")
    ] = None
    intervention_model_description: Annotated[str | None, meaning("Explanation of the intervention model.")] = None
    observational_model: Annotated[
        str | None, meaning("Observational model, lower case (cohort, case_control, ...).")
    ] = None
    time_perspective: Annotated[
        str | None, meaning("Time perspective, lower case (prospective, retrospective, cross_sectional, other).")
    ] = None
    masking_description: Annotated[str | None, meaning("Explanation of the masking.")] = None
    who_masked: Annotated[
        tuple[str, ...],
        meaning("Who is masked, lower case: participant, care_provider, investigator, outcomes_assessor."),
    ] = ()
    number_of_arms: Annotated[int | None, meaning("Number of arms, of an observational study of groups.")] = None
    target_duration: Annotated[str | None, meaning("How long each participant is followed, as stated.")] = None
    is_patient_registry: Annotated[bool | None, meaning("Whether the study is a registry of patients.")] = None
    population: Annotated[
        str | None, meaning("Population that participants are drawn from, in the registry's words.")
    ] = None
    sampling_method: Annotated[
        str | None, meaning("How they are drawn, lower case (probability_sample, non_probability_sample).")
    ] = None
    gender_based: Annotated[bool | None, meaning("Whether eligibility rests on gender as participants see it.")] = None
    gender_description: Annotated[str | None, meaning("Explanation of that.")] = None
    age_groups: Annotated[
        tuple[str, ...],
        meaning("Age groups admitted, in the registry's words, lower case (child, adult, older_adult)."),
    ] = ()
    biospecimen_retention: Annotated[
        str | None,
        meaning("Whether samples are kept, lower case (none_retained, samples_with_dna, samples_without_dna)."),
    ] = None
    biospecimen_description: Annotated[str | None, meaning("What samples are kept.")] = None


class Oversight(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who watches over a study, what law it falls under, and what else may be had beside it."""

    has_dmc: Annotated[bool | None, meaning("Whether a data monitoring committee watches over the study.")] = None
    is_fda_regulated_drug: Annotated[bool | None, meaning("Whether it studies a drug that the US FDA regulates.")] = (
        None
    )
    is_fda_regulated_device: Annotated[
        bool | None, meaning("Whether it studies a device that the US FDA regulates.")
    ] = None
    is_unapproved_device: Annotated[bool | None, meaning("Whether it studies a device not yet approved by it.")] = None
    is_ppsd: Annotated[bool | None, meaning("Whether it is a paediatric postmarket surveillance of a device.")] = None
    is_us_export: Annotated[bool | None, meaning("Whether the product is exported from the United States.")] = None
    fdaaa801_violation: Annotated[
        bool | None, meaning("Whether the FDA has found a violation of the duty to register or report.")
    ] = None
    responsible_party_type: Annotated[
        str | None,
        meaning("Kind of responsible party, lower case; a person stands in officials with the role responsible_party."),
    ] = None
    has_expanded_access: Annotated[
        bool | None, meaning("Whether the product may be had outside the study (expanded access).")
    ] = None
    expanded_access_nctid: Annotated[str | None, meaning("Record of that expanded access.")] = None
    expanded_access_status: Annotated[str | None, meaning("Status of that record, lower case.")] = None
    expanded_access_types: Annotated[
        tuple[str, ...], meaning("Of a record of expanded access: individual, intermediate, treatment.")
    ] = ()
    ethics_review: Annotated[str | None, meaning("What the registry says of the ethics review, in its words.")] = None
    ethics_approval_date: Annotated[PartialDate | None, meaning("Approval by the ethics committee")] = None
