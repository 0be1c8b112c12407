"""A ResearchStudy of R5, made of that of R4: elements that have another name or place there."""

from typing import Any

from calcitrials.fhir import codes
from calcitrials.fhir.study import Resource, concept, research_study, text, without_nothing

_ONLY_IN_R4 = (
    "status", "_status", "category", "focus", "contact", "location", "enrollment", "sponsor", "principalInvestigator",
    "reasonStopped", "arm", "objective",
)  # fmt: skip


def research_study_5(record: dict[str, Any]) -> Resource:
    """A ResearchStudy (R5) of a record of ``calcitrials.fhir.records``."""
    study = research_study(record)
    kept = {name: value for name, value in study.items() if name not in _ONLY_IN_R4}
    progress = codes.R5_PROGRESS.get(record["status"])
    for one in kept.get("contained", []):
        if one["resourceType"] == "Group":
            del one["actual"]
            one["membership"] = "conceptual"
    made: Resource = without_nothing(
        {
            **kept,
            "url": record["url"],
            "status": codes.R5_STATUS[record["status"]],
            "progressStatus": [{"state": concept(record["registry_status"], codes.PROGRESS_SYSTEM, progress)}]
            if progress
            else [],
            "classifier": study.get("category", []),
            "focus": [{"concept": one} for one in study.get("focus", [])],
            "region": study.get("location", []),
            "associatedParty": list(_parties(study)),
            "recruitment": {
                "targetNumber": record["enrollment"] if record["enrollment_type"] != "actual" else None,
                "actualNumber": record["enrollment"] if record["enrollment_type"] == "actual" else None,
                "eligibility": (study.get("enrollment") or [None])[0],
            },
            "whyStopped": study.get("reasonStopped"),
            "relatedArtifact": [
                {"type": one["type"], "display": one.get("display"), "document": {"url": one["url"]}}
                for one in study.get("relatedArtifact", [])
            ],
            "comparisonGroup": study.get("arm", []),
            "outcomeMeasure": [
                {
                    "name": text(row["measure"]),
                    "type": [concept(row["kind"])],
                    "description": text(row["description"]),
                }
                for row in record["outcomes"]
            ],
        }
    )
    return made


def _parties(study: Resource) -> list[Resource]:
    """Sponsor, investigator and contacts, each with a role."""
    roles = (("sponsor", "lead-sponsor"), ("principalInvestigator", "primary-investigator"))
    parties = [
        {"name": study[name]["display"], "role": concept(None, codes.PARTY_SYSTEM, role)}
        for name, role in roles
        if name in study
    ]
    contacts = [one["name"] for one in study.get("contact", []) if "name" in one]
    return parties + [{"name": name, "role": concept("contact")} for name in contacts]
