"""Arms, design and oversight of a study of ClinicalTrials.gov."""

from crawler.readers.ctgov import wire
from crawler.wording.words import lower
from db.design import Arm, DesignDetails, Oversight

INTERVENTION_TYPES = frozenset(
    {
        "Behavioral",
        "Biological",
        "Combination Product",
        "Device",
        "Diagnostic Test",
        "Dietary Supplement",
        "Drug",
        "Genetic",
        "Other",
        "Procedure",
        "Radiation",
    }
)
"""Words before the name of an intervention where an arm names it ("Drug: Carboplatin")."""


def arms(module: wire.Arms) -> tuple[Arm, ...]:
    """The arms with what each gets: as the arm names it, and as an intervention names its arms."""
    return tuple(
        [
            Arm(one.label, lower(one.type), one.description, _given(one, module.interventions))
            for one in module.arm_groups
            if one.label
        ]
    )


def _given(arm: wire.Arm, interventions: list[wire.Intervention]) -> tuple[str, ...]:
    named = [_without_type(name) for name in arm.intervention_names]
    named += [one.name for one in interventions if one.name and arm.label in one.arm_group_labels]
    return tuple(dict.fromkeys(named))


def _without_type(name: str) -> str:
    kind, colon, rest = name.partition(": ")
    return rest if colon and kind in INTERVENTION_TYPES else name


def design_details(protocol: wire.Protocol) -> DesignDetails:
    """Design beyond purpose, allocation and masking."""
    design, eligibility = protocol.design_module, protocol.eligibility_module
    info = design.design_info
    return DesignDetails(
        intervention_model=lower(info.intervention_model),
        intervention_model_description=info.intervention_model_description,
        observational_model=lower(info.observational_model),
        time_perspective=lower(info.time_perspective),
        masking_description=info.masking_info.masking_description,
        who_masked=_lower_all(info.masking_info.who_masked),
        number_of_arms=len(protocol.arms_interventions_module.arm_groups) or None,
        target_duration=design.target_duration,
        is_patient_registry=design.patient_registry,
        population=eligibility.study_population,
        sampling_method=lower(eligibility.sampling_method),
        gender_based=eligibility.gender_based,
        gender_description=eligibility.gender_description,
        age_groups=_lower_all(eligibility.std_ages),
        biospecimen_retention=lower(design.bio_spec.retention),
        biospecimen_description=design.bio_spec.description,
    )


def oversight(protocol: wire.Protocol) -> Oversight:
    """Committees, regulated products, who is responsible, expanded access."""
    module = protocol.oversight_module or wire.Oversight()
    access = protocol.status_module.expanded_access_info or wire.ExpandedAccess()
    types = protocol.design_module.expanded_access_types
    responsible = protocol.sponsor_collaborators_module.responsible_party
    return Oversight(
        has_dmc=module.oversight_has_dmc,
        is_fda_regulated_drug=module.is_fda_regulated_drug,
        is_fda_regulated_device=module.is_fda_regulated_device,
        is_unapproved_device=module.is_unapproved_device,
        is_ppsd=module.is_ppsd,
        is_us_export=module.is_us_export,
        fdaaa801_violation=module.fdaaa801_violation,
        responsible_party_type=lower(responsible.type) if responsible else None,
        has_expanded_access=access.has_expanded_access,
        expanded_access_nctid=access.nct_id,
        expanded_access_status=lower(access.status_for_nct_id),
        expanded_access_types=tuple(
            [name for name in ("individual", "intermediate", "treatment") if types and getattr(types, name)]
        ),
    )


def _lower_all(words: list[str]) -> tuple[str, ...]:
    return tuple([word.lower() for word in words])
