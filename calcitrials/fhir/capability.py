"""What the FHIR interface can do, as a CapabilityStatement."""

import datetime as dt

import calcitrials
from calcitrials.fhir.study import Resource

_SEARCH = (
    ("_id", "token", "The trial's id."),
    ("identifier", "token", "Any number of the trial, as value or system|value."),
    ("condition", "token", "A diagnosis: words, or a code as system|code. For what a chart says, post to _search."),
    ("status", "token", "Codes of ResearchStudy.status, of progressStatus of R5, our own words, or open."),
)


def capability_statement(version: str, base: str, published: str) -> Resource:
    """The statement for one version of FHIR (4.0.1, 5.0.0). published: when the catalogue was."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _day(published),
        "kind": "instance",
        "software": {"name": "calcitrials", "version": calcitrials.__version__},
        "implementation": {"description": "Clinical trials for a diagnosis, with reasons", "url": base},
        "fhirVersion": version,
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "A bearer token where others than this machine may come."},
                "resource": [
                    {
                        "type": "ResearchStudy",
                        "interaction": [{"code": "read"}, {"code": "search-type"}],
                        "searchParam": [
                            {"name": name, "type": kind, "documentation": text} for name, kind, text in _SEARCH
                        ],
                        "operation": [
                            {
                                "name": "match",
                                "definition": f"{base}/OperationDefinition/ResearchStudy-match",
                            }
                        ],
                    }
                ],
            }
        ],
    }


def match_operation(version: str, base: str) -> Resource:
    """The definition of $match."""
    ins = (
        ("resource", "0", "*", "Resource", "The patient's record: a Bundle, Condition, Patient."),
        ("trialMatchClinicalData", "0", "1", "Bundle", "The same, by its name in the guide of CodeX."),
        ("recruitmentStatus", "0", "1", "string", "Only trials with one of these, divided by commas."),
        ("phase", "0", "1", "string", "Only trials of these phases, divided by commas: phase-2, phase-1-phase-2, n-a."),
        (
            "travelRadius",
            "0",
            "1",
            "string",
            "Miles to a site at most, from place or the patient's city.",
        ),
        ("place", "0", "1", "string", "Where the patient is: a town with its country, or latitude, longitude."),
        ("count", "0", "1", "integer", "Most trials."),
    )
    out = {"name": "return", "use": "out", "min": 1, "max": "1", "type": "Bundle"}
    return {
        "resourceType": "OperationDefinition",
        "id": "ResearchStudy-match",
        "url": f"{base}/OperationDefinition/ResearchStudy-match",
        "name": "Match",
        "title": "Trials for a patient",
        "status": "active",
        "kind": "operation",
        "affectsState": False,
        "code": "match",
        "resource": ["ResearchStudy"],
        "system": False,
        "type": True,
        "instance": False,
        "parameter": [
            {"name": name, "use": "in", "min": int(least), "max": most, "type": kind, "documentation": text}
            for name, least, most, kind, text in ins
        ]
        + [out],
    }


def _day(published: str) -> str:
    return published[:10] or dt.datetime.now(dt.UTC).date().isoformat()
