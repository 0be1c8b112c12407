"""Reader of the EU Clinical Trials Information System: the detail document of one trial to a Trial.

The interface is the one behind the public portal and has no published description: fields and codes are those
seen in its answers. Documents of before the relaunch of 17 June 2024 have the application at the top level and words
for codes; they are read as far as they agree. Texts hold HTML entities.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from crawler.readers import age_bands
from crawler.readers.age_bands import AgeBand
from db.ages import AgeLimit
from db.dates import PartialDate, iso_partial_date, spoken_partial_date
from db.identifiers import normalise
from db.payload import Payload, Reading
from db.trial import (
    Condition,
    Eligibility,
    Identifier,
    Intervention,
    Location,
    MeshTerm,
    Outcome,
    Provenance,
    Reject,
    Sponsor,
    Trial,
    sha256,
)
from db.vocabularies import Phase, Sex, Status, StudyType

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
    "authorised": Status.NOT_YET_RECRUITING,
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

_Code = int | str | None
_MESH_AREA = re.compile(r"(?:Diseases \[C\]|Psychiatry and Psychology \[F\]) - (.+?) \[[CF]\d+\]$")


class _Part(msgspec.Struct, rename="camel"):
    """Base of the document's objects: camelCase keys, unknown keys ignored, null as good as absent."""


class _Number(_Part):
    number: str | None = None


class _Registry(_Part):
    number: str | None = None
    other_registry_name: str | None = None
    ct_registry_code: _Code = None


class _SecondaryNumbers(_Part):
    nct_number: _Number | None = None
    isrctn_number: _Number | None = None
    who_universal_trial_number: _Number | None = None
    additional_registries: list[_Registry] | None = None


class _Identifiers(_Part):
    full_title: str | None = None
    public_title: str | None = None
    short_title: str | None = None
    secondary_identifying_numbers: _SecondaryNumbers | None = None


class _Category(_Part):
    trial_phase: _Code = None


class _Condition(_Part):
    medical_condition: str | None = None


class _Meddra(_Part):
    term_name: str | None = None


class _Conditions(_Part):
    part_i_medical_conditions: list[_Condition] | None = msgspec.field(default=None, name="partIMedicalConditions")
    meddra_condition_terms: list[_Meddra] | None = None


class _Objective(_Part):
    main_objective: str | None = None


class _Inclusion(_Part):
    number: int | None = None
    text: str | None = msgspec.field(default=None, name="principalInclusionCriteria")


class _Exclusion(_Part):
    number: int | None = None
    text: str | None = msgspec.field(default=None, name="principalExclusionCriteria")


class _Criteria(_Part):
    principal_inclusion_criteria: list[_Inclusion] | None = None
    principal_exclusion_criteria: list[_Exclusion] | None = None


class _EndPoint(_Part):
    end_point: str | None = None


class _EndPoints(_Part):
    primary_end_points: list[_EndPoint] | None = None
    secondary_end_points: list[_EndPoint] | None = None


class _Duration(_Part):
    estimated_recruitment_start_date: str | None = None
    estimated_end_date: str | None = None
    estimated_global_end_date: str | None = None


class _AgeCategory(_Part):
    age_range_category_code: _Code = None
    age_range_category: _Code = None


class _AgeRange(_AgeCategory):
    ct_age_range_code: _Code = None


class _Group(_Part):
    name: str | None = None


class _Population(_Part):
    age_ranges: list[_AgeCategory] | None = None
    age_range_secondary_ids: list[_AgeRange] | None = None
    is_female_subjects: bool | None = None
    is_male_subjects: bool | None = None
    clinical_trial_groups: list[_Group] | None = None


class _Information(_Part):
    trial_category: _Category | None = None
    medical_condition: _Conditions | None = None
    trial_objective: _Objective | None = None
    eligibility_criteria: _Criteria | None = None
    end_point: _EndPoints | None = None
    trial_duration: _Duration | None = None
    population_of_trial_subjects: _Population | None = None


class _Details(_Part):
    clinical_trial_identifiers: _Identifiers | None = None
    trial_information: _Information | None = None


class _Organisation(_Part):
    name: str | None = None
    type: str | None = None


class _Sponsor(_Part):
    primary: bool | None = None
    organisation: _Organisation | None = None


class _Dictionary(_Part):
    prod_name: str | None = None
    active_substance_name: str | None = None


class _Product(_Part):
    product_name: str | None = None
    mp_role_in_trial: _Code = None
    product_dictionary_info: _Dictionary | None = None
    routes: list[str] | None = None


class _Area(_Part):
    name: str | None = None


class _Country(_Part):
    name: str | None = None


class _PartOne(_Part):
    trial_details: _Details | None = None
    sponsors: list[_Sponsor] | None = None
    products: list[_Product] | None = None
    therapeutic_areas: list[_Area] | None = None
    row_subject_count: int | None = None
    row_countries_info: list[_Country] | None = None


class _Address(_Part):
    city: str | None = None
    postcode: str | None = None
    country_name: str | None = None


class _SiteAddress(_Part):
    organisation: _Organisation | None = None
    address: _Address | None = None


class _Site(_Part):
    organisation_address_info: _SiteAddress | None = None


class _MemberState(_Part):
    msc_name: str | None = None
    country_name: str | None = None
    msc_public_status_code: _Code = None
    trial_status: str | None = None

    @property
    def name(self) -> str | None:
        """Name of the country."""
        return self.msc_name or self.country_name


class _PartTwo(_Part):
    msc_info: _MemberState | None = None
    recruitment_subject_count: int | None = None
    trial_sites: list[_Site] | None = None


class _EudraCt(_Part):
    eudra_ct_code: str | None = None


class _Application(_Part):
    part_one: _PartOne | None = msgspec.field(default=None, name="authorizedPartI")
    parts_two: list[_PartTwo] | None = msgspec.field(default=None, name="authorizedPartsII")
    member_states_concerned: list[_MemberState] | None = None
    eudra_ct: _EudraCt | None = None
    eudra_ct_info: _EudraCt | None = None


class _Event(_Part):
    notification_type: str | None = None
    date: str | None = None


class _CountryEvents(_Part):
    msc_name: str | None = None
    events: list[_Event] | None = None


class _Events(_Part):
    trial_events: list[_CountryEvents] | None = None


class _Document(_Application):
    ct_number: str = ""
    ct_status: _Code = None
    ct_public_status_code: _Code = None
    start_date_eu: str | None = msgspec.field(default=None, name="startDateEU")
    end_date_eu: str | None = msgspec.field(default=None, name="endDateEU")
    publish_date: str | None = None
    last_publication_update: str | None = None
    authorized_application: _Application | None = None
    events: _Events | None = None
    results: dict[str, list[msgspec.Raw] | msgspec.Raw | None] | None = None


_documents = msgspec.json.Decoder(_Document)


def read(payload: Payload) -> Reading:
    """Read an answer of ``/retrieve/{ctNumber}``: one Trial, or one reject that says why."""
    unknown: Counter[str] = Counter()
    document = None
    try:
        document = _documents.decode(payload.body)
        trial = _trial(document, payload, unknown)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
        number = normalise(document.ct_number) if document else None
        trial_id = number.identifier if number else None
        return Reading([], [Reject("ctis", str(error), payload.body, payload.url, payload.fetched_at, trial_id)])
    return Reading([trial], [], unknown)


def _trial(document: _Document, payload: Payload, unknown: Counter[str]) -> Trial:
    number = normalise(document.ct_number)
    if number is None or number.scheme != "ctis":
        raise ValueError(f"ctNumber {document.ct_number!r} is no EU CT number")
    application = document.authorized_application or document
    part = application.part_one or _PartOne()
    details = part.trial_details
    if details is None:
        raise ValueError("the document has no trial details")
    identifiers = details.clinical_trial_identifiers or _Identifiers()
    information = details.trial_information or _Information()
    population = information.population_of_trial_subjects or _Population()
    duration = information.trial_duration or _Duration()
    status, registry_status = _status(document, application, unknown)
    registry_phase, phase = _phase(information, unknown)
    min_age, max_age = _age_limits(population, unknown)
    full_title = _text(identifiers.full_title)
    objective = information.trial_objective or _Objective()
    return Trial(
        trial_id=number.identifier,
        registry="ctis",
        url=f"https://euclinicaltrials.eu/search-for-clinical-trials/?lang=en&EUCT={number.identifier[4:]}",
        brief_title=_text(identifiers.public_title) or full_title or _text(identifiers.short_title),
        official_title=full_title,
        brief_summary=_text(objective.main_objective),
        status=status,
        registry_status=registry_status,
        study_type=StudyType.INTERVENTIONAL,
        phase=phase,
        registry_phase=registry_phase,
        enrollment=_enrollment(application, part),
        enrollment_type="estimated",
        sex=_sex(population),
        registry_sex=_registry_sex(population),
        healthy_volunteers=_healthy_volunteers(population),
        min_age=min_age,
        max_age=max_age,
        start_date=_first(
            _date(document.start_date_eu, "actual"),
            _event_date(document, "START_OF_TRIAL", first=True),
            _date(duration.estimated_recruitment_start_date, "estimated"),
        ),
        completion_date=_first(
            _date(document.end_date_eu, "actual"),
            _event_date(document, "END_OF_TRIAL", first=False) if status is Status.COMPLETED else None,
            _date(duration.estimated_global_end_date, "estimated"),
            _date(duration.estimated_end_date, "estimated"),
        ),
        last_update_date=_first(_date(document.last_publication_update), _date(document.publish_date)),
        has_results=None if document.results is None else any(map(_is_filled, document.results.values())),
        eligibility=_eligibility(information.eligibility_criteria or _Criteria()),
        conditions=_conditions(information.medical_condition or _Conditions()),
        mesh_terms=_mesh_terms(part.therapeutic_areas),
        interventions=tuple(_interventions(part.products or ())),
        locations=tuple(_locations(application, part, unknown)),
        identifiers=tuple(_identifiers(identifiers, application)),
        sponsors=tuple(_sponsors(part.sponsors or ())),
        outcomes=_outcomes(information.end_point or _EndPoints()),
        provenance=Provenance(payload.url, payload.fetched_at, sha256(payload.body)),
    )


def _text(text: str | None) -> str | None:
    """A text as people read it; None where nothing but blanks is stated."""
    return (html.unescape(text).strip() or None) if text else None


def _code(code: _Code) -> str:
    return "" if code is None else str(code).strip()


def _first(*dates: PartialDate | None) -> PartialDate | None:
    return next((date for date in dates if date is not None), None)


def _date(text: str | None, kind: str | None = None) -> PartialDate | None:
    """A date of the document: 2024-04-24, 24/04/2024 or a time with up to nine fraction digits."""
    if not text or not text.strip():
        return None
    date = iso_partial_date(text, kind)
    return date if date.date else spoken_partial_date(text, kind)


def _events(document: _Document, kind: str) -> Iterator[tuple[str, str]]:
    """Country and date of the events of one kind."""
    for country in (document.events or _Events()).trial_events or ():
        for event in country.events or ():
            if (event.notification_type or "").upper().replace(" ", "_") == kind:
                yield country.msc_name or "", event.date or ""


def _event_date(document: _Document, kind: str, first: bool) -> PartialDate | None:
    """First or last of the countries' dates of an event."""
    dates = [date for _, text in _events(document, kind) if (date := _date(text, "actual")) and date.date]
    return (min if first else max)(dates, key=lambda date: str(date.date), default=None)


def _label(status: _Code, unknown: Counter[str]) -> str | None:
    """The registry's words for a status, which older documents give as words and newer ones as a code."""
    stated = _code(status)
    label = STATUS_LABEL.get(stated, stated)
    if label and label.lower() not in STATUS:
        unknown[f"status: {label}"] += 1
    return label or None


def _status(document: _Document, application: _Application, unknown: Counter[str]) -> tuple[Status, str | None]:
    stated = document.ct_status if document.ct_status is not None else document.ct_public_status_code
    label = _label(stated, unknown)
    status = STATUS.get((label or "").lower(), Status.UNKNOWN)
    if status is Status.COMPLETED:
        # "Ended" includes trials ended early, which each country reports by itself.
        stopped = {country for country, _ in _events(document, "EARLY_TERMINATION")}
        if stopped and len(stopped) >= len(application.member_states_concerned or stopped):
            status = Status.TERMINATED
    return status, label


def _phase(information: _Information, unknown: Counter[str]) -> tuple[str | None, tuple[Phase, ...]]:
    code = _code((information.trial_category or _Category()).trial_phase)
    if not code:
        return None, ()
    if code not in PHASE:
        unknown[f"phase: {code}"] += 1
    return PHASE.get(code, (code, ()))


def _age_limits(population: _Population, unknown: Counter[str]) -> tuple[AgeLimit | None, AgeLimit | None]:
    """Limits by the fine ranges of each category, by the category itself where its ranges are not understood.

    Documents of before the relaunch number the ranges otherwise (key ctAgeRange alone): those are passed over, as is
    any range that does not lie within its category.
    """
    ranges: dict[str, list[AgeBand]] = {}
    for stated in population.age_range_secondary_ids or ():
        category = AGE_CATEGORY.get(_code(stated.age_range_category_code))
        band = AGE_RANGE.get(_code(stated.ct_age_range_code))
        if category and band and band.is_within(category):
            ranges.setdefault(category.label, []).append(band)
    admitted: list[AgeBand] = []
    for coarse in population.age_ranges or ():
        code = _code(coarse.age_range_category_code) or _code(coarse.age_range_category)
        if code not in AGE_CATEGORY:
            unknown[f"age category: {code}"] += 1
            return None, None  # a limit without the unknown band could exclude a patient it admits
        category = AGE_CATEGORY[code]
        admitted += ranges.get(category.label, [category])
    return age_bands.limits(admitted)


def _sex(population: _Population) -> Sex | None:
    return {
        (True, True): Sex.ALL,
        (True, False): Sex.FEMALE,
        (False, True): Sex.MALE,
    }.get((bool(population.is_female_subjects), bool(population.is_male_subjects)))


def _registry_sex(population: _Population) -> str | None:
    stated = (("Female", population.is_female_subjects), ("Male", population.is_male_subjects))
    return ", ".join(name for name, admitted in stated if admitted) or None


def _healthy_volunteers(population: _Population) -> bool | None:
    names = [group.name.lower() for group in population.clinical_trial_groups or () if group.name]
    return any("healthy" in name for name in names) if names else None


def _enrollment(application: _Application, part: _PartOne) -> int | None:
    """Planned number of participants: of the member states, and of the rest of the world."""
    counts = [state.recruitment_subject_count for state in application.parts_two or ()]
    stated = [count for count in (*counts, part.row_subject_count) if count is not None]
    return sum(stated) or None


def _is_filled(results: list[msgspec.Raw] | msgspec.Raw | None) -> bool:
    return bool(results) if isinstance(results, list) else results is not None and bytes(results) not in _EMPTY


_EMPTY = frozenset({b"null", b"{}", b"[]", b'""', b"false"})


def _eligibility(criteria: _Criteria) -> Eligibility:
    inclusion = _items(criteria.principal_inclusion_criteria or ())
    exclusion = _items(criteria.principal_exclusion_criteria or ())
    sides = (("Inclusion Criteria", inclusion), ("Exclusion Criteria", exclusion))
    text = "\n\n".join("\n".join((f"{name}:", "", *(f"* {item}" for item in side))) for name, side in sides if side)
    return Eligibility(text or None, inclusion, exclusion)


def _items(stated: Iterable[_Inclusion | _Exclusion]) -> tuple[str, ...]:
    """Criteria in the order of their numbers, each on one line."""
    ordered = sorted(stated, key=lambda item: item.number or 0)
    return tuple([" ".join(text.split()) for item in ordered if (text := _text(item.text))])


def _conditions(stated: _Conditions) -> tuple[Condition, ...]:
    """Conditions in the sponsor's words, then MedDRA terms as shown; MedDRA codes are licensed and left out."""
    named = [_text(condition.medical_condition) for condition in stated.part_i_medical_conditions or ()]
    terms = [_text(meddra.term_name) for meddra in stated.meddra_condition_terms or ()]
    found = [Condition(name) for name in named if name] + [Condition(term, "MedDRA") for term in terms if term]
    return tuple(dict.fromkeys(found))


def _mesh_terms(areas: list[_Area] | None) -> tuple[MeshTerm, ...]:
    """Therapeutic areas are top branches of the MeSH disease tree: a weak hint, like an ancestor."""
    found = [_MESH_AREA.match(_text(area.name) or "") for area in areas or ()]
    return tuple(dict.fromkeys(MeshTerm(match[1], "condition", is_ancestor=True) for match in found if match))


def _interventions(products: Iterable[_Product]) -> Iterator[Intervention]:
    for product in products:
        dictionary = product.product_dictionary_info or _Dictionary()
        substance = _text(dictionary.active_substance_name)
        name = _text(product.product_name) or _text(dictionary.prod_name) or substance
        if name is None:
            continue
        others = () if substance is None or substance.lower() in (name.lower(), "n/a", "-") else (substance,)
        role = PRODUCT_ROLE.get(_code(product.mp_role_in_trial))
        routes = [route.lower() for route in product.routes or ()]
        yield Intervention(name, "drug", "; ".join(filter(None, [role, *routes])) or None, others)


def _locations(application: _Application, part: _PartOne, unknown: Counter[str]) -> Iterator[Location]:
    """Sites with the status of their country; a country without sites stands alone."""
    concerned = {state.name: state for state in application.member_states_concerned or () if state.name}
    with_sites = set()
    for country in application.parts_two or ():
        state = country.msc_info or _MemberState()
        status = _state_status(concerned.get(state.name, state), unknown)
        for site in country.trial_sites or ():
            where = site.organisation_address_info or _SiteAddress()
            address = where.address or _Address()
            facility = _text((where.organisation or _Organisation()).name)
            with_sites.add(state.name)
            yield Location(
                state.name or _text(address.country_name),
                facility,
                _text(address.city),
                zip=_text(address.postcode),
                status=status,
            )
    parts_two = {state.name: state for two in application.parts_two or () if (state := two.msc_info) and state.name}
    for name, state in {**parts_two, **concerned}.items():
        if name not in with_sites:
            yield Location(name, status=_state_status(state, unknown))
    for elsewhere in part.row_countries_info or ():
        if elsewhere.name:
            yield Location(_text(elsewhere.name))


def _state_status(state: _MemberState, unknown: Counter[str]) -> str | None:
    code = state.msc_public_status_code
    return _label(code if code is not None else state.trial_status, unknown)


def _identifiers(stated: _Identifiers, application: _Application) -> Iterator[Identifier]:
    if short_title := _text(stated.short_title):
        yield Identifier(short_title, "shortTitle", "short title")
    eudra_ct = application.eudra_ct or application.eudra_ct_info
    if eudra_ct and (code := _text(eudra_ct.eudra_ct_code)):
        yield Identifier(code, "eudraCt", "EudraCT number")
    numbers = stated.secondary_identifying_numbers or _SecondaryNumbers()
    for number, field, kind in (
        (numbers.nct_number, "nctNumber", "NCT number"),
        (numbers.isrctn_number, "isrctnNumber", "ISRCTN number"),
        (numbers.who_universal_trial_number, "whoUniversalTrialNumber", "WHO universal trial number"),
    ):
        if number and (text := _text(number.number)):
            yield Identifier(text, field, kind)
    for registry in numbers.additional_registries or ():
        if text := _text(registry.number):
            yield Identifier(text, "additionalRegistries", domain=_text(registry.other_registry_name))


def _sponsors(stated: Iterable[_Sponsor]) -> Iterator[Sponsor]:
    for sponsor in stated:
        organisation = sponsor.organisation or _Organisation()
        if name := _text(organisation.name):
            yield Sponsor(name, "lead" if sponsor.primary else "collaborator", _text(organisation.type))


def _outcomes(stated: _EndPoints) -> tuple[Outcome, ...]:
    groups = (("primary", stated.primary_end_points), ("secondary", stated.secondary_end_points))
    return tuple(
        [Outcome(text, kind) for kind, group in groups for end in group or () if (text := _text(end.end_point))]
    )
