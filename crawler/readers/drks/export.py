"""Reader of a DRKS trial as the registry's JSON export writes it (JSON schema 2.0.19).

Texts come in German, in English or in both: the English one is taken where there is one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from crawler.formats import json as json_records
from crawler.formats.unread import of_json
from crawler.readers.drks import people, publications
from crawler.readers.drks.people import Address, ContactType, Part, TrialContact
from crawler.readers.drks.publications import Publication
from crawler.readers.drks.words import SEX, STATUS, STUDY_TYPE, condition
from crawler.wording import ages, criteria
from crawler.wording.words import headline, known, lower, numbers_of_a_study, phases, stated
from db.countries import by_code
from db.dates import PartialDate, iso_partial_date
from db.design import Arm, DesignDetails
from db.disclosure import Link
from db.payload import Payload
from db.trial import Condition, Identifier, Intervention, Location, Outcome, Provenance, Sponsor, Trial, sha256
from db.vocabularies import Status


class _Locale(Part):
    locale: str | None = None
    arm: int | None = None


class _Text(Part):
    """Any of the export's texts in one language."""

    id_locale: _Locale | None = None
    id_arm: _Locale | None = None
    title: str | None = None
    acronym: str | None = None
    summary: str | None = None
    scientific_summary: str | None = None
    comment: str | None = None
    primary_outcome: str | None = None
    secondary_outcome: str | None = None
    inclusion_criteria: str | None = None
    exclusion_criteria: str | None = None
    reason_description: str | None = None
    ipd_sharing_plan_description: str | None = None


class _HealthCondition(Part):
    catalog: str | None = None
    code: str | None = None
    studied_health_condition_descriptions: list[_Text] | None = None


class _SecondaryIds(Part):
    eudra_ct_number: str | None = None
    universal_trial_number: str | None = None
    other_primary_register_id: str | None = None
    other_primary_register_name: str | None = None
    eudamed_number: str | None = None


class _OtherId(Part):
    value: str | None = None


class _BlindedCode(Part):
    blinding_who: str | None = None


class _Blinded(Part):
    id_blinding_who: _BlindedCode | None = None


class _Characteristic(Part):
    type: str | None = None
    phase: str | None = None
    purpose: str | None = None
    allocation: str | None = None
    assignment: str | None = None
    blinding_type: str | None = None
    blinding_who_list: list[_Blinded] | None = None
    timing: str | None = None
    duration: str | None = None
    characteristic_descriptions: list[_Text] | None = None


class _Age(Part):
    amount: float | None = None
    unit: str | None = None


class _CountryCode(Part):
    code: str | None = None


class _Country(Part):
    id_country: _CountryCode | None = None


class _Institute(Part):
    name: str | None = None
    city: str | None = None


class _Recruitment(Part):
    status: str | None = None
    gender: str | None = None
    healthy_volunteers: bool | None = None
    planned_participants: int | None = None
    total_participants: int | None = None
    minimum_age: _Age | None = None
    maximum_age: _Age | None = None
    scheduled_start_date: str | None = None
    actual_start_date: str | None = None
    scheduled_completion_date: str | None = None
    actual_completion_date: str | None = None
    countries: list[_Country] | None = None
    institutes: list[_Institute] | None = None
    recruitment_descriptions: list[_Text] | None = None


class _Results(Part):
    first_result_publication: str | None = None
    ipd_sharing_plan: bool | None = None
    publications: list[Publication] | None = None
    trial_results_descriptions: list[_Text] | None = None


class _Record(Part):
    drks_id: str
    registration_drks: str | None = None
    last_update: str | None = None
    trial_descriptions: list[_Text] | None = None
    studied_health_conditions: list[_HealthCondition] | None = None
    secondary_ids: _SecondaryIds | None = None
    other_secondary_ids: list[_OtherId] | None = None
    study_characteristic: _Characteristic | None = None
    observational_groups: list[_Text] | None = None
    recruitment: _Recruitment | None = None
    trial_contacts: list[TrialContact] | None = None
    material_supports: list[TrialContact] | None = None
    trial_results: _Results | None = None
    ethics_committee: people.EthicsCommittee | None = None
    url: str | None = None


_records = msgspec.json.Decoder(_Record)


def trial(record: bytes, payload: Payload, unknown: Counter[str]) -> Trial:
    """One record as a Trial; raises ValueError (of which DecodeError is one) where it is none."""
    unreadable: Counter[str] = Counter()
    stated_record = json_records.decode(_records, record, unreadable)
    trial_id = stated_record.drks_id.strip().upper()
    if not (trial_id.startswith("DRKS") and len(trial_id) == 12 and trial_id[4:].isdigit()):
        raise ValueError(f"{trial_id!r} is no DRKS id")
    texts = stated_record.trial_descriptions
    design = stated_record.study_characteristic or _Characteristic()
    sought = stated_record.recruitment or _Recruitment()
    reasons = sought.recruitment_descriptions
    results = stated_record.trial_results or _Results()
    arms = _arms(stated_record.observational_groups or [])
    contacts, published = stated_record.trial_contacts or [], results.publications or []
    min_age, max_age = ages.limits(_age(sought.minimum_age), _age(sought.maximum_age), unknown)
    read = Trial(
        trial_id=trial_id,
        registry="drks",
        url=f"https://drks.de/search/en/trial/{trial_id}",
        brief_title=_best(texts, "title"),
        acronym=_best(texts, "acronym"),
        brief_summary=_best(texts, "summary"),
        detailed_description=_best(texts, "scientific_summary"),
        status=known(STATUS, "status", sought.status, unknown) or Status.UNKNOWN,
        registry_status=sought.status,
        why_stopped=_best(reasons, "reason_description"),
        study_type=known(STUDY_TYPE, "study type", design.type, unknown),
        registry_study_type=design.type,
        phase=phases(design.phase, unknown),
        registry_phase=design.phase,
        primary_purpose=lower(design.purpose),
        allocation=lower(design.allocation),
        intervention_model=lower(design.assignment),
        masking=lower(design.blinding_type),
        enrollment=sought.total_participants or sought.planned_participants,
        enrollment_type="actual" if sought.total_participants else "estimated" if sought.planned_participants else None,
        sex=known(SEX, "sex", sought.gender, unknown),
        registry_sex=sought.gender,
        healthy_volunteers=sought.healthy_volunteers,
        min_age=min_age,
        max_age=max_age,
        start_date=_date(sought.actual_start_date, "actual") or _date(sought.scheduled_start_date, "estimated"),
        completion_date=(
            _date(sought.actual_completion_date, "actual") or _date(sought.scheduled_completion_date, "estimated")
        ),
        first_posted_date=_date(stated_record.registration_drks),
        last_update_date=_date(stated_record.last_update),
        results_date=_date(results.first_result_publication),
        has_results=True if results.first_result_publication else None,
        eligibility=criteria.from_sides(_best(reasons, "inclusion_criteria"), _best(reasons, "exclusion_criteria")),
        conditions=tuple(_conditions(stated_record.studied_health_conditions or (), unknown)),
        interventions=tuple(_interventions(arms)),
        locations=tuple(_locations(sought)),
        identifiers=tuple(_identifiers(stated_record)),
        sponsors=tuple(_sponsors(stated_record)),
        outcomes=tuple(
            Outcome(text, kind)
            for kind in ("primary", "secondary")
            if (text := _best(design.characteristic_descriptions, f"{kind}_outcome"))
        ),
        design_details=DesignDetails(
            intervention_model=lower(design.assignment),
            time_perspective=", ".join(filter(None, (lower(design.timing), lower(design.duration)))) or None,
            who_masked=publications.who_masked(_blinded(design)),
        ),
        arms=tuple(Arm(f"Arm {number}", None, text, (headline(text),)) for number, text in arms),
        oversight=people.oversight(stated_record.ethics_committee),
        contacts=tuple(people.contacts(contacts)),
        officials=tuple(people.officials(contacts)),
        references=tuple(publications.references(published)),
        links=(Link(url),) if (url := stated(stated_record.url)) else (),
        documents=tuple(publications.documents(published)),
        ipd_sharing=publications.sharing(
            results.ipd_sharing_plan, _best(results.trial_results_descriptions, "ipd_sharing_plan_description")
        ),
        provenance=Provenance(payload.url, payload.fetched_at, sha256(record)),
    )
    json_records.titled(read, unreadable)
    unknown.update(unreadable)
    return read


def _best(texts: list[_Text] | None, field: str) -> str | None:
    """The text in English, else in any other language."""
    found = [
        ((text.id_locale or text.id_arm or _Locale()).locale != "en", kept)
        for text in texts or ()
        if (kept := stated(getattr(text, field)))
    ]
    return min(found, key=lambda one: one[0])[1] if found else None


def _date(text: str | None, kind: str | None = None) -> PartialDate | None:
    return iso_partial_date(text, kind) if text else None


def _age(age: _Age | None) -> str | None:
    """An age in words; an amount of another unit (week of pregnancy) says nothing about days.

    None where the unit says that there is no limit (NO_MIN_AGE, NO_MAX_AGE), whatever the amount.
    """
    if age is None or age.amount is None or age.unit is None or age.unit.startswith("NO_"):
        return None
    return f"{age.amount:g} {age.unit.replace('_', ' ').capitalize()}"


def _conditions(stated_conditions: Iterable[_HealthCondition], unknown: Counter[str]) -> Iterator[Condition]:
    for one in stated_conditions:
        text, code = _best(one.studied_health_condition_descriptions, "comment"), stated(one.code)
        catalog = "".join(filter(str.isalnum, one.catalog or "")).upper()
        system = "ICD-10" if catalog.startswith("ICD10") else "ORPHA" if catalog.startswith("ORPHA") else None
        if one.catalog and system is None and catalog != "FREETEXT":
            unknown[f"catalog: {one.catalog}"] += 1
        if system and code:
            code = code.rpartition(":")[2].strip()  # "ORPHA:337"
            yield Condition(text or (f"ORPHA:{code}" if system == "ORPHA" else code), system, code)
        elif text:
            yield from condition(text, system)


def _arms(groups: list[_Text]) -> list[tuple[int, str]]:
    """The arms by number, with what happens in each."""
    numbers = sorted({group.id_arm.arm for group in groups if group.id_arm and group.id_arm.arm is not None})
    texts = (
        (number, _best([group for group in groups if group.id_arm and group.id_arm.arm == number], "comment"))
        for number in numbers
    )
    return [(number, text) for number, text in texts if text]


def _interventions(arms: Iterable[tuple[int, str]]) -> Iterator[Intervention]:
    for _, text in arms:
        name = headline(text)
        yield Intervention(name, None, text if text != name else None)


def _blinded(design: _Characteristic) -> list[str]:
    codes = ((one.id_blinding_who or _BlindedCode()).blinding_who for one in design.blinding_who_list or ())
    return [code for code in codes if code]


def _locations(people: _Recruitment) -> Iterator[Location]:
    """Sites, in the country where all recruit if there is one, and countries where it cannot be told."""
    codes = [one.id_country.code for one in people.countries or () if one.id_country and one.id_country.code]
    countries = [by_code(code) or code for code in codes]
    sites = [site for site in people.institutes or () if stated(site.name) or stated(site.city)]
    for site in sites:
        yield Location(countries[0] if len(countries) == 1 else None, stated(site.name), stated(site.city))
    if not sites or len(countries) > 1:
        yield from (Location(name) for name in countries)


def _identifiers(record: _Record) -> Iterator[Identifier]:
    ids = record.secondary_ids or _SecondaryIds()
    numbers = [
        ("eudraCtNumber", None, ids.eudra_ct_number),
        ("universalTrialNumber", None, ids.universal_trial_number),
        ("otherPrimaryRegisterId", ids.other_primary_register_name, ids.other_primary_register_id),
        ("eudamedNumber", None, ids.eudamed_number),
        *(("otherSecondaryIds", None, other.value) for other in record.other_secondary_ids or ()),
    ]
    seen = set()
    for source, type_, text in numbers:
        for number in numbers_of_a_study(text):
            if number.upper() not in seen:
                seen.add(number.upper())
                yield Identifier(number, source, stated(type_))


def _sponsors(record: _Record) -> Iterator[Sponsor]:
    """The primary sponsor, then other sponsors and who gives money or material."""
    contacts = [(one, (one.id_contact_id_type or ContactType()).type or "") for one in record.trial_contacts or ()]
    lead = [one for one, type_ in contacts if type_ == "PRIMARY_SPONSOR"]
    others = [one for one, type_ in contacts if "SPONSOR" in type_ and type_ != "PRIMARY_SPONSOR"]
    seen: set[str] = set()
    for one, role in (
        *((one, "lead") for one in lead),
        *((one, "collaborator") for one in (*others, *(record.material_supports or ()))),
    ):
        name = stated((one.contact or Address()).affiliation)
        if name and name.lower() not in seen:
            seen.add(name.lower())
            yield Sponsor(name, role)


def unread(record: bytes) -> set[str]:
    """Keys of a record of the export that are never read."""
    try:
        return set(of_json(json_records.plain(record), _Record))
    except json_records.DAMAGE:
        return set()
