"""Reader of the EU Clinical Trials Information System: the detail document of one trial to a Trial.

The interface is the one behind the public portal and has no published description: fields and codes are those
seen in its answers. Documents of before the relaunch of 17 June 2024 have the application at the top level and words
for codes; they are read as far as they agree. Texts hold HTML entities.
"""

import html
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from crawler.formats import json as json_records
from crawler.formats.unread import of_json
from crawler.readers.ctis import dates, disclosure, people
from crawler.readers.ctis.document import (
    AGE_CATEGORY,
    AGE_RANGE,
    PHASE,
    PRODUCT_ROLE,
    STATUS,
    STATUS_LABEL,
    Application,
    Code,
    Criteria,
    Document,
    EndPoints,
    ExclusionItem,
    InclusionItem,
    MedicalConditions,
    MemberState,
    MonetarySupport,
    Objective,
    Organisation,
    PartOne,
    Population,
    PostalAddress,
    Product,
    ProductEntry,
    SecondaryNumbers,
    SiteAddress,
    SponsorEntry,
    TrialCategory,
    TrialDuration,
    TrialIdentifiers,
    TrialInformation,
)
from crawler.wording import age_bands, codes, criteria, therapeutic_areas, words
from crawler.wording.age_bands import AgeBand
from db.ages import AgeLimit
from db.design import DesignDetails
from db.identifiers import normalise
from db.payload import Payload, Reading
from db.trial import (
    Condition,
    Eligibility,
    Identifier,
    Intervention,
    Location,
    Outcome,
    Provenance,
    Reject,
    Sponsor,
    Trial,
    sha256,
)
from db.vocabularies import Phase, Sex, Status, StudyType

_APPLICATION = "authorised"
"""State of an application, which a trial has whether it has begun to recruit or is closed to entry."""
_MOST_OPEN = (
    Status.RECRUITING,
    Status.NOT_YET_RECRUITING,
    Status.ACTIVE_NOT_RECRUITING,
    Status.SUSPENDED,
    Status.COMPLETED,
    Status.TERMINATED,
    Status.WITHDRAWN,
)
# Numbers and truth values come as text in some answers.
_documents = msgspec.json.Decoder(Document, strict=False)


def read(payload: Payload) -> Reading:
    """Read an answer of ``/retrieve/{ctNumber}``: one Trial, or one reject that says why."""
    unknown: Counter[str] = Counter()
    unreadable: Counter[str] = Counter()
    document = None
    try:
        document = json_records.decode(_documents, payload.body, unreadable)
        trial = json_records.titled(_trial(document, payload, unknown), unreadable)
    except json_records.DAMAGE as error:
        number = normalise(document.ct_number) if document else None
        trial_id = number.identifier if number else None
        return Reading([], [Reject("ctis", str(error), payload.body, payload.url, payload.fetched_at, trial_id)])
    return Reading([trial], [], unknown + unreadable)


def _trial(document: Document, payload: Payload, unknown: Counter[str]) -> Trial:
    number = normalise(document.ct_number)
    if number is None or number.scheme != "ctis":
        raise ValueError(f"ctNumber {document.ct_number!r} is no EU CT number")
    application = document.authorized_application or document
    part = application.part_one or PartOne()
    details = part.trial_details
    if details is None:
        raise ValueError("the document has no trial details")
    identifiers = details.clinical_trial_identifiers or TrialIdentifiers()
    information = details.trial_information or TrialInformation()
    population = information.population_of_trial_subjects or Population()
    duration = information.trial_duration or TrialDuration()
    status, registry_status = _status(document, application, unknown)
    registry_phase, phase = _phase(information, unknown)
    min_age, max_age = _age_limits(population, unknown)
    full_title = _line(identifiers.full_title)
    enrollment = _enrollment(application, part)
    objective = information.trial_objective or Objective()
    return Trial(
        trial_id=number.identifier,
        registry="ctis",
        url=f"https://euclinicaltrials.eu/search-for-clinical-trials/?lang=en&EUCT={number.identifier[4:]}",
        brief_title=_line(identifiers.public_title) or full_title or _line(identifiers.short_title),
        official_title=full_title,
        brief_summary=_text(objective.main_objective),
        status=status,
        registry_status=registry_status,
        study_type=StudyType.INTERVENTIONAL,
        phase=phase,
        registry_phase=registry_phase,
        enrollment=enrollment,
        enrollment_type=None if enrollment is None else "estimated",
        sex=_sex(population),
        registry_sex=_registry_sex(population),
        healthy_volunteers=_healthy_volunteers(population),
        min_age=min_age,
        max_age=max_age,
        start_date=dates.first_stated(
            dates.stated_date(document.start_date_eu, "actual"),
            dates.event_date(document, "START_OF_TRIAL", first=True),
            dates.stated_date(duration.estimated_recruitment_start_date, "estimated"),
        ),
        completion_date=dates.first_stated(
            dates.stated_date(document.end_date_eu, "actual"),
            dates.event_date(document, "END_OF_TRIAL", first=False) if status is Status.COMPLETED else None,
            dates.stated_date(duration.estimated_global_end_date, "estimated"),
            dates.stated_date(duration.estimated_end_date, "estimated"),
        ),
        recruitment_start_date=dates.start_of_recruitment(application),
        recruitment_end_date=dates.end_of_recruitment(application),
        first_submitted_date=dates.first_stated(
            dates.stated_date(document.submission_date), dates.stated_date(part.submission_date)
        ),
        last_update_date=dates.first_stated(
            dates.stated_date(document.last_publication_update), dates.stated_date(document.publish_date)
        ),
        has_results=_has_results(document.results),
        eligibility=_eligibility(information.eligibility_criteria or Criteria()),
        conditions=_conditions(information.medical_condition or MedicalConditions()),
        mesh_terms=therapeutic_areas.mesh_terms(_line(area.name) for area in part.therapeutic_areas or ()),
        interventions=tuple(_interventions(part.products or ())),
        locations=tuple(_locations(application, part, unknown)),
        identifiers=tuple(_identifiers(identifiers, application)),
        sponsors=tuple(_sponsors(part.sponsors or (), information.source_of_monetary_support or ())),
        outcomes=_outcomes(information.end_point or EndPoints()),
        design_details=DesignDetails(
            population=", ".join(words.unique(group.name for group in population.clinical_trial_groups or ())) or None,
            age_groups=tuple(_age_groups(population)),
        ),
        contacts=tuple(people.contacts(part.sponsors or (), application)),
        references=tuple(disclosure.references(details)),
        documents=tuple(disclosure.documents(document.documents or ())),
        provenance=Provenance(payload.url, payload.fetched_at, sha256(payload.body)),
    )


def _text(text: str | None) -> str | None:
    """A text as people read it; None where nothing but blanks is stated."""
    return (words.unmarked(html.unescape(text)) or None) if text else None


def _line(text: str | None) -> str | None:
    """A text as people read it, on one line."""
    return words.squeeze(_text(text) or "") or None


def _code(code: Code) -> str:
    return "" if code is None else str(code).strip()


def _label(status: Code) -> str | None:
    """The registry's words for a status, which older documents give as words and newer ones as a code."""
    stated = _code(status)
    label = STATUS_LABEL.get(stated, stated)
    return label or None


def _status(document: Document, application: Application, unknown: Counter[str]) -> tuple[Status, str | None]:
    label = _label(document.ct_public_status_code) or _label(document.ct_status)
    known = None
    if document.ct_public_status_code is None and (label or "").lower() == _APPLICATION:
        # what became of the application; the countries say what became of the trial
        states = [_label(state.msc_public_status_code) for state in application.member_states_concerned or ()]
        found = {STATUS.get((state or "").lower()) for state in states}
        known = next((status for status in _MOST_OPEN if status in found), None)
    status = known or words.known(STATUS, "status", label, unknown) or Status.UNKNOWN
    if status is Status.COMPLETED:
        # "Ended" includes trials ended early, which each country reports by itself.
        stopped = {country for country, _ in dates.events(document, "EARLY_TERMINATION")}
        if stopped and len(stopped) >= len(application.member_states_concerned or stopped):
            status = Status.TERMINATED
    return status, label


def _phase(information: TrialInformation, unknown: Counter[str]) -> tuple[str | None, tuple[Phase, ...]]:
    code = _code((information.trial_category or TrialCategory()).trial_phase)
    if not code:
        return None, ()
    if code in PHASE:
        return PHASE[code]
    if "phase" in code.lower():
        return code, words.phases(code, unknown)
    unknown[f"phase: {code}"] += 1
    return code, ()


def _age_limits(population: Population, unknown: Counter[str]) -> tuple[AgeLimit | None, AgeLimit | None]:
    """Limits by the fine ranges of each category, by the category itself where one of its ranges is not understood.

    Documents of before the relaunch number the ranges otherwise (key ctAgeRange alone): those are not understood, nor
    is any range that does not lie within its category.
    """
    ranges: dict[str, list[AgeBand]] = {}
    vague: set[str | None] = set()
    for stated in population.age_range_secondary_ids or ():
        band = AGE_RANGE.get(_code(stated.ct_age_range_code))
        category = AGE_CATEGORY.get(_code(stated.age_range_category_code)) or _category(band)
        if category and band and band.is_within(category):
            ranges.setdefault(category.label, []).append(band)
        else:
            vague.add(category.label if category else None)
    admitted: list[AgeBand] = []
    if not population.age_ranges and not vague:
        admitted = [band for bands in ranges.values() for band in bands]
    for coarse in population.age_ranges or ():
        code = _code(coarse.age_range_category_code) or _code(coarse.age_range_category)
        if code not in AGE_CATEGORY:
            unknown[f"age category: {code}"] += 1
            return None, None  # a limit without the unknown band could exclude a patient it admits
        category = AGE_CATEGORY[code]
        is_vague = not vague.isdisjoint((category.label, None))
        admitted += [category] if is_vague else ranges.get(category.label, [category])
    return age_bands.limits(admitted)


def _category(band: AgeBand | None) -> AgeBand | None:
    """The category that a range lies in, where the document does not say it."""
    born = (age_bands.UNDER_18, age_bands.ADULT, age_bands.OVER_64)
    return next((category for category in born if band and band.is_within(category)), None)


def _sex(population: Population) -> Sex | None:
    return {
        (True, True): Sex.ALL,
        (True, False): Sex.FEMALE,
        (False, True): Sex.MALE,
    }.get((bool(population.is_female_subjects), bool(population.is_male_subjects)))


def _registry_sex(population: Population) -> str | None:
    stated = (("Female", population.is_female_subjects), ("Male", population.is_male_subjects))
    return ", ".join(name for name, admitted in stated if admitted) or None


def _healthy_volunteers(population: Population) -> bool | None:
    names = [group.name.lower() for group in population.clinical_trial_groups or () if group.name]
    return any("healthy" in name for name in names) if names else None


def _enrollment(application: Application, part: PartOne) -> int | None:
    """Planned number of participants: of the member states, and of the rest of the world."""
    counts = [state.recruitment_subject_count for state in application.parts_two or ()]
    stated = [count for count in (*counts, part.row_subject_count) if count is not None]
    return sum(stated) or None


def _has_results(results: dict[str, msgspec.Raw] | None) -> bool | None:
    """Whether any kind of result is there; the document states every kind, empty ones as an empty list or null."""
    if results is None:
        return None
    return any(bytes(stated) not in (b"null", b"{}", b"[]", b'""', b"false") for stated in results.values())


def _eligibility(stated: Criteria) -> Eligibility:
    inclusion = _items(stated.principal_inclusion_criteria or ())
    exclusion = _items(stated.principal_exclusion_criteria or ())
    sides = (("Inclusion Criteria", inclusion), ("Exclusion Criteria", exclusion))
    text = "\n\n".join("\n".join((f"{name}:", "", *(f"* {item}" for item in side))) for name, side in sides if side)
    return Eligibility(text or None, inclusion, exclusion)


def _items(stated: Iterable[InclusionItem | ExclusionItem]) -> tuple[str, ...]:
    """Criteria in the order of their numbers, each on one line; one that holds a list gives its items."""
    ordered = sorted(stated, key=lambda item: item.number or 0)
    texts = [text for item in ordered if (text := _text(item.text))]
    return tuple([item for text in texts for item in criteria.items(text)])


def _conditions(stated: MedicalConditions) -> tuple[Condition, ...]:
    """Conditions in the sponsor's words, then the MedDRA terms as shown, with their codes."""
    named = [_line(condition.medical_condition) for condition in stated.part_i_medical_conditions or ()]
    found = [condition for name in named if name for condition in codes.conditions(name)]
    terms = [(_line(one.term_name), _code(one.classification_code)) for one in stated.meddra_condition_terms or ()]
    found += [Condition(term, "MedDRA", code or None) for term, code in terms if term]
    return tuple(dict.fromkeys(found))


def _interventions(products: Iterable[Product]) -> Iterator[Intervention]:
    for product in products:
        dictionary = product.product_dictionary_info or ProductEntry()
        substance = _line(dictionary.active_substance_name)
        name = _line(product.product_name) or _line(dictionary.prod_name) or substance
        if name is None:
            continue
        others = () if substance is None or substance.lower() in (name.lower(), "n/a", "-") else (substance,)
        role = PRODUCT_ROLE.get(_code(product.mp_role_in_trial))
        routes = [route.lower() for route in product.routes or ()]
        yield Intervention(name, "drug", "; ".join(filter(None, [role, *routes])) or None, others)


def _locations(application: Application, part: PartOne, unknown: Counter[str]) -> Iterator[Location]:
    """Sites with the status of their country; a country without sites stands alone."""
    concerned = {state.name: state for state in application.member_states_concerned or () if state.name}
    with_sites = set()
    for country in application.parts_two or ():
        state = country.msc_info or MemberState()
        status = _state_status(concerned.get(state.name or "", state), unknown)
        for site in country.trial_sites or ():
            where = site.organisation_address_info or SiteAddress()
            address = where.address or PostalAddress()
            facility = _text((where.organisation or Organisation()).name)
            with_sites.add(state.name)
            yield Location(
                state.name or _text(address.country_name),
                facility,
                _text(address.city),
                zip=_text(address.postcode),
                status=status,
            )
    stated = [two.msc_info for two in application.parts_two or () if two.msc_info]
    for name, state in {**{state.name: state for state in stated if state.name}, **concerned}.items():
        if name not in with_sites:
            yield Location(name, status=_state_status(state, unknown))
    for elsewhere in part.row_countries_info or ():
        if elsewhere.name:
            yield Location(_text(elsewhere.name))


def _state_status(state: MemberState, unknown: Counter[str]) -> str | None:
    code = state.msc_public_status_code
    label = _label(code if code is not None else state.trial_status)
    words.known(STATUS, "status", label, unknown)
    return label


def _identifiers(stated: TrialIdentifiers, application: Application) -> Iterator[Identifier]:
    if short_title := words.stated(_line(stated.short_title)):
        yield Identifier(short_title, "shortTitle", "short title")
    eudra_ct = application.eudra_ct or application.eudra_ct_info
    for number in words.numbers_of_a_study(eudra_ct.eudra_ct_code if eudra_ct else None):
        yield Identifier(number, "eudraCt", "EudraCT number")
    numbers = stated.secondary_identifying_numbers or SecondaryNumbers()
    for registered, field, kind in (
        (numbers.nct_number, "nctNumber", "NCT number"),
        (numbers.isrctn_number or numbers.isrctn, "isrctnNumber", "ISRCTN number"),
        (numbers.who_universal_trial_number, "whoUniversalTrialNumber", "WHO universal trial number"),
    ):
        for number in words.numbers_of_a_study(registered if isinstance(registered, str | None) else registered.number):
            yield Identifier(number, field, kind)
    for registry in numbers.additional_registries or ():
        for number in words.numbers_of_a_study(registry.number):
            yield Identifier(number, "additionalRegistries", domain=_text(registry.other_registry_name))


def _sponsors(stated: Iterable[SponsorEntry], support: Iterable[MonetarySupport]) -> Iterator[Sponsor]:
    """The sponsors, and who gives money beside them."""
    named = set()
    for sponsor in stated:
        organisation = sponsor.organisation or Organisation()
        if name := _text(organisation.name):
            named.add(name.lower())
            yield Sponsor(name, "lead" if sponsor.primary else "collaborator", _text(organisation.type))
    for one in support:
        name = words.stated(_line(one.organisation_name))
        if name and name.lower() not in named:
            named.add(name.lower())
            yield Sponsor(name, "collaborator")


def _age_groups(population: Population) -> Iterator[str]:
    """The age groups in words, by the fine ranges where they are stated."""
    fine = [AGE_RANGE.get(_code(one.ct_age_range_code)) for one in population.age_range_secondary_ids or ()]
    coarse = [
        AGE_CATEGORY.get(_code(one.age_range_category_code) or _code(one.age_range_category))
        for one in population.age_ranges or ()
    ]
    yield from dict.fromkeys(band.label.lower() for band in (fine if any(fine) else coarse) if band)


def _outcomes(stated: EndPoints) -> tuple[Outcome, ...]:
    groups = (("primary", stated.primary_end_points), ("secondary", stated.secondary_end_points))
    return tuple(
        [Outcome(text, kind) for kind, group in groups for end in group or () if (text := _text(end.end_point))]
    )


def unread(payload: Payload) -> set[str]:
    """Keys of a document that are never read."""
    try:
        return set(of_json(json_records.plain(payload.body), Document))
    except json_records.DAMAGE:
        return set()
