"""Reader of the ISRCTN XML API: an ``allTrials`` answer, or one ``fullTrial``, to Trials.

The registry has no status element: recruitment dates, the overall end date and overrides say it, so the status
holds for the day the record was fetched. Elements: ISRCTN API, format "default".
"""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from crawler.formats.unread import of_xml
from crawler.readers.isrctn import people as of_people
from crawler.readers.isrctn import publications
from crawler.readers.isrctn.document import children, children_by_name, cut
from crawler.readers.isrctn.fields import text as _text
from crawler.wording import ages, criteria
from crawler.wording.words import (
    count,
    headline,
    known,
    listed,
    lower,
    numbers_of_a_study,
    parts,
    phases,
    sample_size,
    squeeze,
    stated,
    unique,
    yes_or_no,
)
from db.ages import AgeLimit, age_limit
from db.countries import HOME_NATIONS, is_region
from db.dates import PartialDate, spoken_partial_date
from db.design import DesignDetails
from db.payload import Payload, Reading
from db.recruitment import status_on
from db.trial import Condition, Identifier, Intervention, Location, Outcome, Provenance, Reject, Sponsor, Trial, sha256
from db.vocabularies import Sex, Status, StudyType

OVERRIDE = {
    "stopped": Status.TERMINATED,
    "suspended": Status.SUSPENDED,
    "completed": Status.COMPLETED,
    "recruiting": Status.RECRUITING,
    "not yet recruiting": Status.NOT_YET_RECRUITING,
    "no longer recruiting": Status.ACTIVE_NOT_RECRUITING,
}
STUDY_TYPE = {
    "interventional": StudyType.INTERVENTIONAL,
    "observational": StudyType.OBSERVATIONAL,
    "other": StudyType.OTHER,
}
SEX = {"all": Sex.ALL, "both": Sex.ALL, "male": Sex.MALE, "female": Sex.FEMALE, "not specified": None}
# Limits (least, most) that a band of ageRange sets at its widest; None where the band sets none.
AGE_BAND: dict[str, tuple[AgeLimit | None, AgeLimit | None]] = {
    "neonate": (None, age_limit("28 Days")),
    "child": (None, age_limit("17 Years")),
    "adult": (age_limit("18 Years"), None),
    "senior": (age_limit("60 Years"), None),
    **dict.fromkeys(("mixed", "all", "not specified", "other"), (None, None)),
}

READ = (
    frozenset(
        re.findall(
            r"\S+",
            "trial isrctn trialDescription title scientificTitle acronym plainEnglishSummary studyHypothesis "
            "primaryOutcome secondaryOutcome primaryOutcomes secondaryOutcomes outcomeMeasure variable method "
            "timepoints externalRefs eudraCTNumber clinicalTrialsGovNumber irasNumber protocolSerialNumber "
            "secondaryNumbers secondaryNumber trialDesign primaryStudyDesign secondaryStudyDesign trialTypes trialType "
            "overallStartDate overallEndDate overallStatusOverride reasonAbandoned interventionalTrialDesign "
            "observationalTrialDesign allocation masking assignment purpose observationalModel participants "
            "recruitmentCountries country trialCentres trialCentre name city state zip ageRange lowerAgeLimit "
            "upperAgeLimit gender inclusion exclusion targetEnrolment totalFinalEnrolment healthyVolunteersAllowed "
            "recruitmentStart recruitmentEnd recruitmentStatusOverride recruitmentStartStatusOverride conditions "
            "condition description diseaseClass1 diseaseClass2 interventions intervention interventionType phase "
            "drugNames sponsor organisation sponsorType commercialStatus funder participantTypes participantType",
        )
    )
    | of_people.READ
    | publications.READ
)
"""Elements that are read, at whatever place of a record."""
_NUMBER = re.compile(r"(?:ISRCTN)?\s*(\d{8})", re.I | re.A)
_NUMBER_IN_BYTES = re.compile(rb"publicIdentifierCanonical=\"(ISRCTN\d{8})\"|isrctn\b[^>]*>\s*(\d{8})")


def records(body: bytes) -> Sequence[bytes]:
    """The trials of an answer as they stand in it."""
    answer = cut(body)
    return answer.records if answer else ()


def read(payload: Payload) -> Reading:
    """Read an answer of ``/api/query/format/default`` or ``/api/trial/{number}/format/default``.

    Each record is parsed on its own, so that one that is broken or cut short becomes a reject and the others are read.
    """
    trials: list[Trial] = []
    rejects: list[Reject] = []
    unknown: Counter[str] = Counter()

    def reject(reason: str, record: bytes) -> None:
        found = _NUMBER_IN_BYTES.search(record)
        trial_id = f"ISRCTN{(found[1] or found[2])[-8:].decode()}" if found else None
        rejects.append(Reject("isrctn", reason, record, payload.url, payload.fetched_at, trial_id))

    answer = cut(payload.body)
    if answer is None:
        reject("no ISRCTN record in the answer", payload.body)
        return Reading(trials, rejects, unknown)
    for own_bytes in answer.records:
        try:
            trials.append(_trial(answer.parse(own_bytes), own_bytes, payload, unknown))
        except (ET.ParseError, ValueError, LookupError, OverflowError) as error:
            reject(f"the record cannot be read: {error}", own_bytes)
    if answer.is_cut_short:
        reject("the answer is cut short: its root element does not end", answer.rest)
    return Reading(trials, rejects, unknown)


def _trial(record: Element, own_bytes: bytes, payload: Payload, unknown: Counter[str]) -> Trial:
    parts = children_by_name(record)
    trial = parts.get("trial")
    fields = children_by_name(trial)
    number = fields.get("isrctn")
    canonical = trial.get("publicIdentifierCanonical", "") if trial is not None else ""
    match = _NUMBER.fullmatch((_text(fields, "isrctn") or canonical).strip())
    if match is None or trial is None:
        raise ValueError("it has no ISRCTN number")
    trial_id = f"ISRCTN{match[1]}"
    description = children_by_name(fields.get("trialDescription"))
    design = children_by_name(fields.get("trialDesign"))
    details = children_by_name(_first_of(design, "interventionalTrialDesign", "observationalTrialDesign"))
    people = children_by_name(fields.get("participants"))
    override = (
        _text(design, "overallStatusOverride")
        or _text(people, "recruitmentStatusOverride")
        or _text(people, "recruitmentStartStatusOverride")
    )
    start, end = _date(_text(people, "recruitmentStart")), _date(_text(people, "recruitmentEnd"))
    overall_end = _date(_text(design, "overallEndDate"))
    status = (
        known(OVERRIDE, "status", override, unknown) or Status.UNKNOWN
        if override
        else status_on(payload.fetched_at.date(), start, end, overall_end)
    )
    interventions = [children_by_name(item) for item in children(fields.get("interventions"), "intervention")]
    registry_phase = ", ".join(unique(_text(one, "phase", as_is=True) for one in interventions)) or None
    design_type = _text(design, "primaryStudyDesign", as_is=True)
    gender = _text(people, "gender", as_is=True)
    final = count(_text(people, "totalFinalEnrolment"))
    planned = sample_size(_text(people, "targetEnrolment"))
    min_age, max_age = _ages(people, unknown)
    return Trial(
        trial_id=trial_id,
        registry="isrctn",
        url=f"https://www.isrctn.com/{trial_id}",
        brief_title=_text(description, "title"),
        official_title=_text(description, "scientificTitle"),
        acronym=_text(description, "acronym"),
        brief_summary=_text(description, "plainEnglishSummary"),
        detailed_description=_text(description, "studyHypothesis"),
        status=status,
        registry_status=override,
        why_stopped=_text(design, "reasonAbandoned"),
        study_type=known(STUDY_TYPE, "study type", design_type, unknown),
        registry_study_type=design_type,
        phase=phases(registry_phase, unknown),
        registry_phase=registry_phase,
        primary_purpose=lower(
            ", ".join(_texts(design.get("trialTypes"), "trialType")) or _text(details, "purpose") or None
        ),
        allocation=lower(_text(details, "allocation")),
        intervention_model=lower(
            _text(design, "secondaryStudyDesign")
            or _text(details, "assignment")
            or _text(details, "observationalModel")
        ),
        masking=lower(_text(details, "masking")),
        enrollment=final or planned,
        enrollment_type="actual" if final else "estimated" if planned is not None else None,
        sex=known(SEX, "sex", gender, unknown),
        registry_sex=gender,
        healthy_volunteers=yes_or_no(_text(people, "healthyVolunteersAllowed")),
        min_age=min_age,
        max_age=max_age,
        start_date=start or _date(_text(design, "overallStartDate")),
        completion_date=overall_end,
        recruitment_start_date=start,
        recruitment_end_date=end,
        first_posted_date=_date(number.get("dateAssigned") if number is not None else None),
        last_update_date=_date(trial.get("lastUpdated")),
        has_results=publications.has_results(fields),
        eligibility=criteria.from_sides(_text(people, "inclusion"), _text(people, "exclusion")),
        conditions=tuple(Condition(text) for text in _conditions(fields, "description", "\n;")),
        keywords=tuple(
            name
            for name in unique(_conditions(fields, "diseaseClass1") + _conditions(fields, "diseaseClass2"))
            if name.lower() != "other"
        ),
        interventions=tuple(_interventions(interventions)),
        locations=tuple(_locations(people)),
        identifiers=tuple(_identifiers(children_by_name(fields.get("externalRefs")), trial_id)),
        sponsors=tuple(_sponsors(record)),
        outcomes=(*_outcomes(description, "primary"), *_outcomes(description, "secondary")),
        design_details=DesignDetails(
            intervention_model=lower(_text(details, "assignment")),
            observational_model=lower(_text(details, "observationalModel")),
            population=", ".join(_texts(people.get("participantTypes"), "participantType")) or None,
        ),
        oversight=of_people.oversight(description),
        contacts=tuple(of_people.contacts(record)),
        officials=tuple(of_people.officials(record)),
        references=tuple(publications.references(fields)),
        links=tuple(publications.links(fields)),
        documents=tuple(publications.documents(fields)),
        ipd_sharing=publications.ipd_sharing(fields),
        provenance=Provenance(payload.url, payload.fetched_at, sha256(own_bytes)),
    )


def _first_of(parts: dict[str, Element], *names: str) -> Element | None:
    return next((parts[name] for name in names if name in parts), None)


def _texts(element: Element | None, name: str) -> list[str]:
    return unique(child.text for child in children(element, name))


def _date(text: str | None) -> PartialDate | None:
    return spoken_partial_date(text) if text else None


def _ages(people: dict[str, Element], unknown: Counter[str]) -> tuple[AgeLimit | None, AgeLimit | None]:
    """The explicit limits; where the record has neither, those of its age band."""
    low, high = people.get("lowerAgeLimit"), people.get("upperAgeLimit")
    explicit = ages.limits(_stated_age(low), _stated_age(high), unknown)
    explicit = _in_words(explicit[0], low), _in_words(explicit[1], high)
    band = _text(people, "ageRange", as_is=True)
    if any(explicit) or band is None:
        return explicit
    bands = [known(AGE_BAND, "age range", word, unknown) or (None, None) for word in parts(band, ",/")]
    least, most = [low for low, _ in bands if low], [high for _, high in bands if high]
    return (
        _band(band, min(least, key=_days)) if len(least) == len(bands) else None,
        _band(band, max(most, key=_days)) if len(most) == len(bands) else None,
    )


def _days(limit: AgeLimit) -> float:
    return limit.days or 0.0


def _band(text: str, limit: AgeLimit) -> AgeLimit:
    return AgeLimit(text, limit.days, limit.unit_days, is_band=True)


def _stated_age(element: Element | None) -> str | None:
    """A limit in words ("2 Days"), or by its attributes value and unit where the words do not say it."""
    if element is None:
        return None
    text = stated(element.text)
    is_told = text is not None and any(map(str.isdigit, text)) and ages.is_understood(text)
    by_attributes = f"{element.get('value')} {element.get('unit') or ''}".strip() if element.get("value") else None
    return by_attributes if not is_told and by_attributes and ages.is_understood(by_attributes) else text


def _in_words(limit: AgeLimit | None, element: Element | None) -> AgeLimit | None:
    """The limit with the registry's words for it, where it has any."""
    text = stated(element.text) if element is not None else None
    return AgeLimit(text, limit.days, limit.unit_days) if limit and text and limit.text != text else limit


def _conditions(fields: dict[str, Element], part: str, marks: str = "\n") -> list[str]:
    each = (children_by_name(item) for item in children(fields.get("conditions"), "condition"))
    return unique(name for condition in each for name in listed(_text(condition, part), marks))


def _interventions(interventions: list[dict[str, Element]]) -> Iterator[Intervention]:
    """Drugs by name; an intervention that names none goes by the first sentence of its description."""
    for one in interventions:
        type_, description = lower(_text(one, "interventionType")), _text(one, "description")
        names = listed(_text(one, "drugNames"))
        for name in names or ([headline(description)] if description else []):
            yield Intervention(name, type_, description if description != name else None)


def _locations(people: dict[str, Element]) -> Iterator[Location]:
    """Centres, and countries that no centre stands in; the home nations are states of the United Kingdom."""
    named = set()
    for centre in children(people.get("trialCentres"), "trialCentre"):
        parts = children_by_name(centre)
        country, nation = _country(_text(parts, "country"))
        facility, city = _text(parts, "name"), _text(parts, "city")
        if country or facility or city:
            named.add(country)
            yield Location(country, facility, city, _text(parts, "state") or nation, _text(parts, "zip"))
    for text in _texts(people.get("recruitmentCountries"), "country"):
        country, _ = _country(text)
        if country not in named:
            named.add(country)
            yield Location(state=country) if country and is_region(country) else Location(country)


def _country(text: str | None) -> tuple[str | None, str | None]:
    """Country, and the home nation where the record names one instead."""
    if text and squeeze(text).lower() in HOME_NATIONS:
        return "United Kingdom", squeeze(text)
    return text, None


def _identifiers(references: dict[str, Element], trial_id: str) -> Iterator[Identifier]:
    """Other numbers, each once: values are repeated from field to field, and several may stand in one text."""
    stated_numbers = [
        (name, None, references[name].text)
        for name in ("eudraCTNumber", "clinicalTrialsGovNumber", "irasNumber", "protocolSerialNumber")
        if name in references
    ] + [
        ("secondaryNumber", other.get("numberType"), other.text)
        for other in children(references.get("secondaryNumbers"), "secondaryNumber")
    ]
    seen = {trial_id}
    for source, type_, text in stated_numbers:
        for number in numbers_of_a_study(text):
            if number.upper() not in seen:
                seen.add(number.upper())
                yield Identifier(number, source, type_)


def _sponsors(record: Element) -> Iterator[Sponsor]:
    """The sponsor, further sponsors and funders as collaborators."""
    seen: set[str] = set()
    for kind, name in (("sponsor", "organisation"), ("funder", "name")):
        for party in children(record, kind):
            parts = children_by_name(party)
            organisation = _text(parts, name)
            if organisation is None or organisation.lower() in seen or "investigator initiated" in organisation.lower():
                continue
            role = "lead" if kind == "sponsor" and not seen else "collaborator"
            seen.add(organisation.lower())
            yield Sponsor(organisation, role, _text(parts, "sponsorType") or _text(parts, "commercialStatus"))


def _outcomes(description: dict[str, Element], kind: str) -> Iterator[Outcome]:
    """Outcome measures in the form with variable, method and timepoints, or as the one text of older records."""
    measures = [children_by_name(item) for item in children(description.get(f"{kind}Outcomes"), "outcomeMeasure")]
    for measure in measures:
        if variable := _text(measure, "variable"):
            yield Outcome(variable, kind, _text(measure, "timepoints"), _text(measure, "method"))
    if not measures and (text := _text(description, f"{kind}Outcome")):
        yield Outcome(text, kind)


def unread(payload: Payload) -> set[str]:
    """Elements of the first record of an answer that are never read."""
    answer = cut(payload.body)
    if answer is None or not answer.records:
        return set()
    try:
        return set(of_xml(answer.parse(answer.records[0]), READ))
    except (ET.ParseError, ValueError, LookupError):
        return set()
