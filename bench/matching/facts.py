"""Facts about trials in the shapes that registries send: API v2 of ClinicalTrials.gov, and the export of WHO ICTRP."""

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

Fact = Mapping[str, Any]

_ICTRP = {
    "id": "TrialID",
    "brief_title": "Public_title",
    "official_title": "Scientific_title",
    "acronym": "Acronym",
    "registry": "Source_Register",
    "overall_status": "Recruitment_Status",
    "minimum_age": "Inclusion_agemin",
    "maximum_age": "Inclusion_agemax",
    "sex": "Inclusion_gender",
    "start_date": "Date_enrollement",
    "first_posted": "Date_registration",
    "last_update_posted": "Last_Refreshed_on",
    "enrollment": "Target_size",
    "study_type": "Study_type",
    "phase": "Phase",
    "sponsor": "Primary_sponsor",
}
_LISTS = {"conditions": "Condition", "secondary_ids": "Secondary_ID", "countries": "Countries"}


def shuffled(facts: Iterable[Fact], seed: int) -> list[Fact]:
    """The records in random order: the order of the file tells what belongs together."""
    mixed = list(facts)
    random.Random(seed).shuffle(mixed)
    return mixed


def is_ctgov(fact: Fact) -> bool:
    """Whether a record is of ClinicalTrials.gov."""
    return str(fact["id"]).startswith("NCT")


def study(fact: Fact) -> dict[str, Any]:
    """A record as a study of API v2; what is unknown is absent there. The graders' own fields stay out."""
    points = [f"* {point}" for point in fact.get("eligibility_points") or ()]
    dates = {
        "startDateStruct": "start_date",
        "primaryCompletionDateStruct": "primary_completion_date",
        "completionDateStruct": "completion_date",
        "studyFirstPostDateStruct": "first_posted",
        "lastUpdatePostDateStruct": "last_update_posted",
    }
    sponsor = {"name": fact["sponsor"]} if fact.get("sponsor") else None
    modules = {
        "identificationModule": {
            "nctId": fact["id"],
            "briefTitle": fact.get("brief_title"),
            "officialTitle": fact.get("official_title"),
            "acronym": fact.get("acronym"),
            "secondaryIdInfos": [{"id": number} for number in fact.get("secondary_ids") or ()],
        },
        "statusModule": {
            "overallStatus": _word(fact.get("overall_status"), {"UNKNOWN_STATUS": "UNKNOWN"}),
            **{module: {"date": fact[field]} for module, field in dates.items() if fact.get(field)},
        },
        "sponsorCollaboratorsModule": {
            "leadSponsor": sponsor,
            "collaborators": [{"name": name} for name in fact.get("collaborators") or ()],
        },
        "conditionsModule": {"conditions": fact["conditions"], "keywords": fact.get("keywords") or []},
        "designModule": {
            "studyType": _word(fact.get("study_type")),
            "phases": _phases(fact.get("phase")),
            "enrollmentInfo": {"count": fact["enrollment"]} if fact.get("enrollment") is not None else None,
        },
        "armsInterventionsModule": {
            "interventions": [
                {"type": _word(item.get("type")), "name": item["name"]} for item in fact.get("interventions") or ()
            ]
        },
        "eligibilityModule": {
            "eligibilityCriteria": "\n\n".join(["Inclusion Criteria:", *points]) if points else None,
            "healthyVolunteers": fact.get("healthy_volunteers"),
            "sex": _word(fact.get("sex")),
            "minimumAge": fact.get("minimum_age"),
            "maximumAge": fact.get("maximum_age"),
        },
        "contactsLocationsModule": {"locations": [{"country": name} for name in fact.get("countries") or ()]},
    }
    return {"protocolSection": {name: _stated(module) for name, module in modules.items()}}


def export(facts: Iterable[Fact]) -> bytes:
    """Records as an XML export of WHO ICTRP."""
    root = ElementTree.Element("Trials_downloaded_from_ICTRP")
    for fact in facts:
        record = ElementTree.SubElement(root, "Trial")
        fields = {tag: fact.get(field) for field, tag in _ICTRP.items()}
        fields |= {tag: ";".join(fact.get(field) or ()) for field, tag in _LISTS.items()}
        fields["Intervention"] = ";".join(f"{item['type']}: {item['name']}" for item in fact.get("interventions") or ())
        points = fact.get("eligibility_points") or ()
        fields["Inclusion_Criteria"] = "\n".join(["Inclusion criteria:", *points]) if points else None
        for tag, value in fields.items():
            if value not in (None, ""):
                ElementTree.SubElement(record, tag).text = str(value)
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def conditions_of(query: str, decode: Any) -> list[str]:
    """What a tool that reads no FHIR is asked: the text, or the texts and displays of the FHIR Conditions in it."""
    if not query.lstrip().startswith("{"):
        return [query]
    resource = decode(query)
    resources = [entry["resource"] for entry in resource.get("entry", ())] or [resource]
    asked = []
    for item in resources:
        if item["resourceType"] == "Condition":
            code = item["code"]
            coding = (code.get("coding") or [{}])[0]
            asked.append(code.get("text") or coding.get("display") or coding.get("code") or "")
    return [text for text in asked if text]


def searchable(fact: Fact) -> tuple[list[str], str]:
    """Names of a trial for a name-by-name scan (conditions, titles, keywords), and all its fields as one text."""
    titles = [title for title in (fact.get("brief_title"), fact.get("official_title")) if title]
    names = [*fact["conditions"], *titles, *(fact.get("keywords") or ())]
    return names, " ".join([*names, *(fact.get("eligibility_points") or ())])


def _word(text: str | None, same: Mapping[str, str] | None = None) -> str | None:
    """A word of the page as the API spells it: "Active, not recruiting" is ACTIVE_NOT_RECRUITING."""
    if not text:
        return None
    spelt = text.upper().replace(",", "").replace(" ", "_")
    return (same or {}).get(spelt, spelt)


def _phases(text: str | None) -> list[str]:
    return [part.upper().replace("/", "").replace(" ", "_").replace("PHASE_", "PHASE") for part in _parts(text)]


def _parts(text: str | None) -> Sequence[str]:
    return () if not text else (text,) if text == "N/A" else text.split("/")


def _stated(module: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in module.items() if value is not None}
