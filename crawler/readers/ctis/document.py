"""The detail document of the EU Clinical Trials Information System and its codes, as far as they are read.

The interface is the one behind the public portal and has no published description: these are the fields seen in its
answers. Codes come as text or as numbers; documents of before the relaunch of 17 June 2024 hold the application
at the top level.
"""

# ruff: noqa: D101 - the classes carry the names of the registry's own keys and say no more than those

import msgspec

from crawler.wording import age_bands
from db.vocabularies import Phase, Status

STATUS_LABEL = {
    "1": "Under evaluation",
    "2": "Authorised, recruitment pending",
    "3": "Authorised, recruiting",
    "4": "Ongoing, recruiting",
    "5": "Ongoing, recruitment ended",
    "6": "Temporarily halted",
    "7": "Suspended",
    "8": "Ended",
    "9": "Expired",
    "10": "Revoked",
    "11": "Not authorised",
    "12": "Cancelled",
}
STATUS = {
    "under evaluation": Status.NOT_YET_RECRUITING,
    "authorised, recruitment pending": Status.NOT_YET_RECRUITING,
    "authorised, not started": Status.NOT_YET_RECRUITING,
    "ongoing, not yet recruiting": Status.NOT_YET_RECRUITING,
    "authorised, recruiting": Status.RECRUITING,
    "ongoing, recruiting": Status.RECRUITING,
    "ongoing, recruitment ended": Status.ACTIVE_NOT_RECRUITING,
    "temporarily halted": Status.SUSPENDED,
    "halted": Status.SUSPENDED,
    "suspended": Status.SUSPENDED,
    "ended": Status.COMPLETED,
    "expired": Status.WITHDRAWN,
    "revoked": Status.TERMINATED,
    "not authorised": Status.WITHDRAWN,
    "cancelled": Status.WITHDRAWN,
    "withdrawn": Status.WITHDRAWN,
}
PHASE: dict[str, tuple[str, tuple[Phase, ...]]] = {
    "1": ("Human pharmacology (Phase I), first administration to humans", (Phase.PHASE_1,)),
    "2": ("Human pharmacology (Phase I), bioequivalence study", (Phase.PHASE_1,)),
    "3": ("Human pharmacology (Phase I), other", (Phase.PHASE_1,)),
    "4": ("Therapeutic exploratory (Phase II)", (Phase.PHASE_2,)),
    "5": ("Therapeutic confirmatory (Phase III)", (Phase.PHASE_3,)),
    "6": ("Therapeutic use (Phase IV)", (Phase.PHASE_4,)),
    "7": ("Phase I and Phase II (integrated), first administration to humans", (Phase.PHASE_1, Phase.PHASE_2)),
    "8": ("Phase I and Phase II (integrated), bioequivalence study", (Phase.PHASE_1, Phase.PHASE_2)),
    "9": ("Phase I and Phase II (integrated), other", (Phase.PHASE_1, Phase.PHASE_2)),
    "10": ("Phase II and Phase III (integrated)", (Phase.PHASE_2, Phase.PHASE_3)),
    "11": ("Phase III and Phase IV (integrated)", (Phase.PHASE_3, Phase.PHASE_4)),
}
# Two code systems for ages that look alike: category 2 is 0-17 years, range 2 is a newborn.
AGE_CATEGORY = {
    "1": age_bands.IN_UTERO,
    "2": age_bands.UNDER_18,
    "3": age_bands.ADULT,
    "4": age_bands.OVER_64,
}
AGE_RANGE = {
    "1": age_bands.PRETERM,
    "2": age_bands.NEWBORN,
    "3": age_bands.INFANT,
    "4": age_bands.CHILD,
    "5": age_bands.ADOLESCENT,
    "6": age_bands.ADULT,
    "7": age_bands.FROM_65_TO_84,
    "8": age_bands.OVER_84,
}
PRODUCT_ROLE = {"1": "test", "2": "comparator", "3": "placebo", "4": "auxiliary"}

Code = int | str | None


class Part(msgspec.Struct, rename="camel"):
    """Base of the document's objects: camelCase keys, unknown keys ignored, null as good as absent."""


class RegistryNumber(Part):
    number: str | None = None


class OtherRegistry(Part):
    number: str | None = None
    other_registry_name: str | None = None
    ct_registry_code: Code = None


class SecondaryNumbers(Part):
    nct_number: RegistryNumber | str | None = None
    isrctn_number: RegistryNumber | str | None = None
    isrctn: RegistryNumber | str | None = None
    who_universal_trial_number: RegistryNumber | str | None = None
    additional_registries: list[OtherRegistry] | None = None


class TrialIdentifiers(Part):
    full_title: str | None = None
    public_title: str | None = None
    short_title: str | None = None
    secondary_identifying_numbers: SecondaryNumbers | None = None


class TrialCategory(Part):
    trial_phase: Code = None


class NamedCondition(Part):
    medical_condition: str | None = None


class Meddra(Part):
    term_name: str | None = None
    classification_code: Code = None


class MedicalConditions(Part):
    part_i_medical_conditions: list[NamedCondition] | None = msgspec.field(default=None, name="partIMedicalConditions")
    meddra_condition_terms: list[Meddra] | None = None


class Objective(Part):
    main_objective: str | None = None


class InclusionItem(Part):
    number: int | None = None
    text: str | None = msgspec.field(default=None, name="principalInclusionCriteria")


class ExclusionItem(Part):
    number: int | None = None
    text: str | None = msgspec.field(default=None, name="principalExclusionCriteria")


class Criteria(Part):
    principal_inclusion_criteria: list[InclusionItem] | None = None
    principal_exclusion_criteria: list[ExclusionItem] | None = None


class EndPoint(Part):
    end_point: str | None = None


class EndPoints(Part):
    primary_end_points: list[EndPoint] | None = None
    secondary_end_points: list[EndPoint] | None = None


class TrialDuration(Part):
    estimated_recruitment_start_date: str | None = None
    estimated_end_date: str | None = None
    estimated_global_end_date: str | None = None


class AgeCategory(Part):
    age_range_category_code: Code = None
    age_range_category: Code = None


class AgeRange(AgeCategory):
    ct_age_range_code: Code = None


class PopulationGroup(Part):
    name: str | None = None


class Population(Part):
    age_ranges: list[AgeCategory] | None = None
    age_range_secondary_ids: list[AgeRange] | None = None
    is_female_subjects: bool | None = None
    is_male_subjects: bool | None = None
    clinical_trial_groups: list[PopulationGroup] | None = None


class MonetarySupport(Part):
    organisation_name: str | None = None


class TrialInformation(Part):
    trial_category: TrialCategory | None = None
    medical_condition: MedicalConditions | None = None
    trial_objective: Objective | None = None
    eligibility_criteria: Criteria | None = None
    end_point: EndPoints | None = None
    trial_duration: TrialDuration | None = None
    population_of_trial_subjects: Population | None = None
    source_of_monetary_support: list[MonetarySupport] | None = None


class TrialDetails(Part):
    clinical_trial_identifiers: TrialIdentifiers | None = None
    trial_information: TrialInformation | None = None
    pubmed_code: list[str] | None = None
    pubmed_url: list[str] | None = None


class Organisation(Part):
    name: str | None = None
    type: str | None = None


class SponsorContact(Part):
    functional_name: str | None = None
    functional_email_address: str | None = None
    telephone: str | None = None
    organisation: Organisation | None = None


class SponsorEntry(Part):
    primary: bool | None = None
    organisation: Organisation | None = None
    public_contacts: list[SponsorContact] | None = None
    scientific_contacts: list[SponsorContact] | None = None


class ProductEntry(Part):
    prod_name: str | None = None
    active_substance_name: str | None = None


class Product(Part):
    product_name: str | None = None
    mp_role_in_trial: Code = None
    product_dictionary_info: ProductEntry | None = None
    routes: list[str] | None = None


class TherapeuticArea(Part):
    name: str | None = None


class ThirdCountry(Part):
    name: str | None = None


class PartOne(Part):
    trial_details: TrialDetails | None = None
    submission_date: str | None = None
    sponsors: list[SponsorEntry] | None = None
    products: list[Product] | None = None
    therapeutic_areas: list[TherapeuticArea] | None = None
    row_subject_count: int | None = None
    row_countries_info: list[ThirdCountry] | None = None


class PostalAddress(Part):
    city: str | None = None
    postcode: str | None = None
    country_name: str | None = None


class SiteAddress(Part):
    organisation: Organisation | None = None
    address: PostalAddress | None = None


class Person(Part):
    first_name: str | None = None
    last_name: str | None = None
    telephone: str | None = None
    email: str | None = None


class Site(Part):
    organisation_address_info: SiteAddress | None = None
    person_info: Person | None = None
    department_name: str | None = None


class RecruitmentPeriod(Part):
    recruitment_start_date: str | None = None
    recruitment_end_date: str | None = None


class MemberState(Part):
    msc_name: str | None = None
    country_name: str | None = None
    msc_public_status_code: Code = None
    trial_status: str | None = None
    trial_recruitment_period: list[RecruitmentPeriod] | None = None

    @property
    def name(self) -> str | None:
        """Name of the country."""
        return self.msc_name or self.country_name


class PartTwo(Part):
    msc_info: MemberState | None = None
    recruitment_subject_count: int | None = None
    trial_sites: list[Site] | None = None


class EudraCt(Part):
    eudra_ct_code: str | None = None


class Application(Part):
    part_one: PartOne | None = msgspec.field(default=None, name="authorizedPartI")
    parts_two: list[PartTwo] | None = msgspec.field(default=None, name="authorizedPartsII")
    member_states_concerned: list[MemberState] | None = None
    eudra_ct: EudraCt | None = None
    eudra_ct_info: EudraCt | None = None


class TrialEvent(Part):
    notification_type: str | None = None
    date: str | None = None


class CountryEvents(Part):
    msc_name: str | None = None
    events: list[TrialEvent] | None = None


class TrialEvents(Part):
    trial_events: list[CountryEvents] | None = None


class File(Part):
    title: str | None = None
    uuid: str | None = None
    document_type_label: str | None = None
    manual_version: Code = None


class Document(Application):
    ct_number: str = ""
    ct_status: Code = None
    ct_public_status_code: Code = None
    start_date_eu: str | None = msgspec.field(default=None, name="startDateEU")
    end_date_eu: str | None = msgspec.field(default=None, name="endDateEU")
    publish_date: str | None = None
    last_publication_update: str | None = None
    authorized_application: Application | None = None
    events: TrialEvents | None = None
    results: dict[str, msgspec.Raw] | None = None
    documents: list[File] | None = None
    submission_date: str | None = None
