"""One trial as a ResearchStudy of R4. What the catalogue does not know is left out."""

import re
from collections.abc import Iterator
from typing import Any

from calcitrials.fhir import codes

Resource = dict[str, Any]
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9.-]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LENGTHS = {"day": 10, "month": 7, "year": 4}
"""Characters of a date by its precision."""


def fhir_id(trial_id: str) -> str:
    """A trial's id in the letters that ids of FHIR have: CTRI/2019/01/017183 becomes CTRI-2019-01-017183."""
    return _NOT_IN_IDS.sub("-", trial_id)[:64]


def research_study(record: dict[str, Any]) -> Resource:
    """A ResearchStudy (R4) of a record of ``calcitrials.fhir.records``."""
    study: Resource = {
        "resourceType": "ResearchStudy",
        "id": fhir_id(record["trial_id"]),
        "meta": {"lastUpdated": f"{record['changed_at'].isoformat(timespec='milliseconds')}Z"},
        "contained": [*locations(record), *group(record)],
        "extension": list(extensions(record)),
        "identifier": list(identifiers(record)),
        "title": text(record["brief_title"]) or text(record["official_title"]),
        **status(record),
        "primaryPurposeType": purpose(record),
        "phase": phase(record),
        "category": [concept(codes.STUDY_TYPES.get(record["study_type"] or "") or record["registry_study_type"])],
        "focus": [concept(row["name"]) for row in record["interventions"]],
        "condition": list(conditions(record)),
        "contact": list(contacts(record)),
        "relatedArtifact": list(artifacts(record)),
        "keyword": [concept(row["keyword"]) for row in record["keywords"]],
        "location": [concept(name) for name in dict.fromkeys(row["country"] for row in record["locations"])],
        "description": text(record.get("brief_summary")),
        "enrollment": [{"reference": f"#{one['id']}"} for one in group(record)],
        "period": period(record),
        "sponsor": sponsor(record),
        "principalInvestigator": investigator(record),
        "site": [{"reference": f"#{one['id']}", "display": one.get("name")} for one in locations(record)],
        "reasonStopped": concept(record["why_stopped"]),
        "note": [{"text": note} for note in notes(record)],
        "arm": [
            {"name": text(row["label"]), "type": concept(row["type"]), "description": text(row["description"])}
            for row in record["arms"]
            if text(row["label"])
        ],
        "objective": [{"name": text(row["measure"]), "type": objective_type(row)} for row in record["outcomes"]],
    }
    made: Resource = without_nothing(study)
    return made


def text(value: Any) -> str | None:
    """A text as FHIR takes it: not empty, without control characters."""
    return _CONTROL.sub(" ", str(value)).strip() or None if value is not None else None


def concept(words: Any, system: str | None = None, code: str | None = None) -> Resource | None:
    """A CodeableConcept; None of nothing."""
    said, coding = text(words), [{"system": system, "code": code}] if system and code else []
    return {"coding": coding, "text": said} if said or coding else None


def without_nothing(value: Any) -> Any:
    """The same without empty elements, which FHIR forbids."""
    if isinstance(value, dict):
        kept = {name: without_nothing(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one not in (None, [], {}, "")}
    if isinstance(value, list):
        return [one for one in map(without_nothing, value) if one not in (None, [], {}, "")]
    return value


def status(record: dict[str, Any]) -> Resource:
    """The status as R4 has it, or that it is not known."""
    code = codes.R4_STATUS.get(record["status"])
    absent = {"extension": [{"url": codes.ABSENT, "valueCode": "unknown"}]}
    return {"status": code} if code else {"_status": absent}


def extensions(record: dict[str, Any]) -> Iterator[Resource]:
    """What R4 has no element for: the status in our vocabulary and in the registry's words, and the registry."""
    for name, value in (
        ("status", record["status"]), ("registry-status", text(record["registry_status"])),
        ("registry", record["registry"]), ("study-id", text(record["study_id"])),
    ):  # fmt: skip
        if value:
            yield {"url": codes.OURS + name, "valueString": value}


def identifiers(record: dict[str, Any]) -> Iterator[Resource]:
    """The registry's own number and the others that the record states."""
    system, assigner = codes.REGISTRIES.get(record["registry"]), {"display": record["registry"]}
    yield {"use": "official", "system": system, "value": record["trial_id"], "assigner": assigner}
    for row in record["identifiers"]:
        assigner = {"display": text(row["domain"])}
        yield {
            "use": "secondary", "type": concept(row["type"]), "value": text(row["identifier"]), "assigner": assigner
        }  # fmt: skip


def purpose(record: dict[str, Any]) -> Resource | None:
    """What the study is for."""
    said = (record["primary_purpose"] or "").replace(" ", "_")
    return concept(record["primary_purpose"], codes.PURPOSE_SYSTEM, codes.PURPOSES.get(said))


def phase(record: dict[str, Any]) -> Resource | None:
    """The phase; two as one code where HL7 has one."""
    said = tuple(sorted(record["phase"] or ()))
    return concept(record["registry_phase"] or ", ".join(said), codes.PHASE_SYSTEM, codes.PHASES.get(said))


def conditions(record: dict[str, Any]) -> Iterator[Resource | None]:
    """Conditions in the sponsor's words, with codes where the registry codes them, and the headings it assigned."""
    for row in record["conditions"]:
        yield concept(row["condition"], codes.CONDITION_SYSTEMS.get(row["code_system"] or ""), row["code"])
    for row in record["mesh_terms"]:
        if row["branch"] == "condition" and not row["is_ancestor"]:
            yield concept(row["term"], codes.MESH, row["mesh_id"])


def contacts(record: dict[str, Any]) -> Iterator[Resource]:
    """Whom to ask about the study as a whole."""
    for row in record["contacts"]:
        if row["kind"] not in ("site", "results"):
            yield {"name": text(row["name"]) or text(row["affiliation"]), "telecom": telecom(row)}


def telecom(row: dict[str, Any]) -> list[Resource]:
    """Telephone and e-mail of a contact."""
    return [
        {"system": system, "value": text(row[name])}
        for system, name in (("phone", "phone"), ("email", "email"))
        if text(row[name])
    ]


def artifacts(record: dict[str, Any]) -> Iterator[Resource]:
    """The registry's page, the pages that the record links to, and publications."""
    yield {"type": "documentation", "display": "Record at its registry", "url": text(record["url"])}
    for row in record["links"]:
        if str(row["url"]).startswith(("https://", "http://")):
            yield {"type": "documentation", "display": text(row["label"]), "url": text(row["url"])}
    for row in record["references"]:
        address = row["url"] or (row["pmid"] and f"https://pubmed.ncbi.nlm.nih.gov/{row['pmid']}/")
        yield {"type": "citation", "citation": text(row["citation"]) or text(address), "url": text(address)}


def period(record: dict[str, Any]) -> Resource:
    """From when until when."""
    return {"start": date(record, "start_date"), "end": date(record, "completion_date")}


def date(record: dict[str, Any], name: str) -> str | None:
    """A date with as much of it as the registry states."""
    value = record[name]
    return str(value)[: _LENGTHS.get(record[f"{name}_precision"], 10)] if value else None


def sponsor(record: dict[str, Any]) -> Resource | None:
    """The lead sponsor."""
    name = text(record["sponsor"])
    return {"type": "Organization", "display": name} if name else None


def investigator(record: dict[str, Any]) -> Resource | None:
    """The first principal investigator."""
    names = (text(row["name"]) for row in record["officials"] if row["role"] == "principal_investigator")
    name = next(filter(None, names), None)
    return {"type": "Practitioner", "display": name} if name else None


def notes(record: dict[str, Any]) -> Iterator[str]:
    """What a reader of the status must know."""
    if record["status_stale_reason"]:
        yield f"The status may be out of date: {record['status_stale_reason']}."
    if record["missing_since"]:
        yield f"The record is gone from its registry since {record['missing_since']:%Y-%m-%d}."


def objective_type(row: dict[str, Any]) -> Resource | None:
    """Whether an outcome is a primary or a secondary one."""
    return concept(row["kind"], codes.OBJECTIVE_SYSTEM, codes.OBJECTIVES.get(row["kind"]))


def locations(record: dict[str, Any]) -> Iterator[Resource]:
    """Sites as contained Locations."""
    for number, row in enumerate(record["locations"], 1):
        address = {
            "city": text(row["city"]), "state": text(row["state"]), "postalCode": text(row["zip"]),
            "country": text(row["country"]),
        }  # fmt: skip
        position = {"longitude": row["longitude"], "latitude": row["latitude"]}
        is_placed = row["longitude"] is not None and row["latitude"] is not None
        named = text(row["facility"]) or text(row["city"]) or text(row["country"])
        yield {
            "resourceType": "Location",
            "id": f"site-{number}",
            "extension": [{"url": codes.OURS + "site-status", "valueString": text(row["status"])}]
            if text(row["status"])
            else [],
            "name": named,
            "address": address,
            "position": position if is_placed else None,
        }


def group(record: dict[str, Any]) -> list[Resource]:
    """Who can take part, as a contained Group: number, and the criteria as characteristics."""
    characteristics: list[Resource] = []
    for row in record["eligibility"]:
        for exclude, items in ((False, row["inclusion"]), (True, row["exclusion"])):
            characteristics += [
                {"code": {"text": said}, "valueBoolean": True, "exclude": exclude} for said in map(text, items) if said
            ]
    ages = {side: _years(record[f"{side}_days"]) for side in ("min_age", "max_age")}
    if any(ages.values()):
        limits = {"low": ages["min_age"], "high": ages["max_age"]}
        characteristics.insert(0, {"code": {"text": "Age"}, "valueRange": limits, "exclude": False})
    if record["sex"] in ("female", "male"):
        sex = {"text": record["sex"]}
        characteristics.insert(0, {"code": {"text": "Sex"}, "valueCodeableConcept": sex, "exclude": False})
    if not characteristics and not record["enrollment"]:
        return []
    return [
        {
            "resourceType": "Group", "id": "participants", "type": "person", "actual": False,
            "quantity": record["enrollment"], "characteristic": characteristics,
        }
    ]  # fmt: skip


def _years(days: float | None) -> Resource | None:
    if days is None:
        return None
    return {"value": round(days / 365.25, 3), "unit": "years", "system": "http://unitsofmeasure.org", "code": "a"}
