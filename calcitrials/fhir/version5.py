"""A ResearchStudy of R5, made of that of R4: elements that have another name or place there.

What stands where follows the mapping to ClinicalTrials.gov in the standard itself (StructureDefinition ResearchStudy,
5.0.0), by which that registry gives its own records as FHIR.
"""

from collections.abc import Iterator
from typing import Any

from calcitrials.fhir import codes
from calcitrials.fhir.study import Resource, concept, research_study, text, without_nothing

_ONLY_IN_R4 = (
    "status", "_status", "category", "focus", "contact", "location", "enrollment", "sponsor", "principalInvestigator",
    "reasonStopped", "arm", "objective",
)  # fmt: skip
_OF_DESIGN = ("allocation", "intervention_model", "masking")
_OF_DETAILS = ("observational_model", "time_perspective", "biospecimen_retention")


def research_study_5(record: dict[str, Any]) -> Resource:
    """A ResearchStudy (R5) of a record of ``calcitrials.fhir.records``."""
    study = research_study(record)
    kept = {name: value for name, value in study.items() if name not in _ONLY_IN_R4}
    progress = codes.R5_PROGRESS.get(record["status"])
    for one in kept.get("contained", []):
        if one["resourceType"] == "Group":
            del one["actual"]
            one["membership"] = "conceptual"
    is_counted = record["enrollment_type"] == "actual"
    made: Resource = without_nothing(
        {
            **kept,
            "url": record["url"],
            "status": codes.R5_STATUS[record["status"]],
            "progressStatus": [{"state": concept(record["registry_status"], codes.PROGRESS_SYSTEM, progress)}]
            if progress
            else [],
            "phase": _in_5(study.get("phase")),
            "primaryPurposeType": _in_5(study.get("primaryPurposeType")),
            "studyDesign": list(_design(record)),
            "classifier": study.get("category", []),
            "focus": [{"concept": one} for one in study.get("focus", [])],
            "region": study.get("location", []),
            "descriptionSummary": text(record["brief_summary"]),
            "description": text(record["detailed_description"]) or text(record["brief_summary"]),
            "associatedParty": list(_parties(record)),
            "recruitment": {
                "targetNumber": None if is_counted else record["enrollment"],
                "actualNumber": record["enrollment"] if is_counted else None,
                "eligibility": (study.get("enrollment") or [None])[0],
            },
            "whyStopped": study.get("reasonStopped"),
            "relatedArtifact": list(map(_artifact, study.get("relatedArtifact", []))),
            "comparisonGroup": [
                {
                    "name": text(row["label"]),
                    "type": concept(row["type"], codes.ARM_SYSTEM, codes.ARMS.get(row["type"] or "")),
                    "description": text(row["description"]),
                }
                for row in record["arms"]
                if text(row["label"])
            ],
            "outcomeMeasure": [
                {
                    "name": text(row["measure"]),
                    "type": [_in_5(concept(row["kind"], codes.OBJECTIVE_SYSTEM, codes.OBJECTIVES.get(row["kind"])))],
                    "description": text(row["description"]),
                }
                for row in record["outcomes"]
            ],
        }
    )
    return made


def _in_5(said: Resource | None) -> Resource | None:
    """A concept with its code system as R5 calls it."""
    if said is None:
        return None
    return {**said, "coding": [{**one, "system": codes.SYSTEMS_5[one["system"]]} for one in said.get("coding", [])]}


def _design(record: dict[str, Any]) -> Iterator[Resource | None]:
    """How a study is built, in the registry's words."""
    details: dict[str, Any] = (record["design_details"] or [{}])[0]
    stated = [record["study_type"], *(record[name] for name in _OF_DESIGN), *(details.get(one) for one in _OF_DETAILS)]
    yield from (concept(f"masking: {word}" if word == "none" else word) for word in stated if word and word != "na")


def _artifact(one: Resource) -> Resource:
    told = {"type": one["type"], "display": one.get("display"), "citation": one.get("citation")}
    return {**told, "document": {"url": one.get("url")}}


def _parties(record: dict[str, Any]) -> Iterator[Resource]:
    """Sponsors, those who answer for the study, and contacts, each with a role."""
    for row in record["sponsors"]:
        yield _party(row["name"], "lead-sponsor" if row["role"] in ("lead", None) else "collaborator")
    for row in record["officials"]:
        yield _party(row["name"], codes.PARTIES.get(row["role"] or ""), row["role"])
    for row in record["contacts"]:
        if row["kind"] not in ("site", "results"):
            yield _party(row["name"] or row["affiliation"], "general-contact")


def _party(name: str | None, role: str | None, said: str | None = None) -> Resource:
    told = concept(None if role else said, codes.PARTY_SYSTEM, role)
    return {"name": text(name), "role": told or concept("other")} if text(name) else {}
