"""Answers as a Bundle (searchset): trials with score and grade, and an outcome that tells what was not used."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from calcitrials.fhir import codes
from calcitrials.fhir.study import Resource, without_nothing
from matcher import Match, Suggestions

SCREENING_AID = "A screening aid over registry data: whether a patient can take part, the study team decides."
_SAFE_NOTES = 50
"""Issues of one outcome."""


def searchset(entries: Sequence[Resource], total: int, base: str, link: str, next_link: str | None = None) -> Resource:
    """A Bundle of found resources. base: address of the FHIR interface; entries: with what is told of the search."""
    links = [{"relation": "self", "url": link}, {"relation": "next", "url": next_link} if next_link else None]
    bundle: Resource = without_nothing(
        {
            "resourceType": "Bundle",
            "type": "searchset",
            "timestamp": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "total": total,
            "link": links,
            "entry": [_with_address(entry, base) for entry in entries],
        }
    )
    return bundle


def matched(suggestions: Suggestions, studies: Mapping[str, Resource], base: str) -> Resource:
    """What the matcher suggests. studies: the resources of its trials by their ids."""
    entries = [
        {"resource": _with_reasons(studies[match.trial_id], match), "search": search_of(match)}
        for match in suggestions.matches
        if match.trial_id in studies
    ]
    told = {"resource": outcome(suggestions), "search": {"mode": "outcome"}}
    return searchset([*entries, told], len(entries), base, f"{base}/ResearchStudy/$match")


def search_of(match: Match) -> Resource:
    """Score and grade of a match, in the elements that FHIR has for them."""
    grade = {"url": codes.MATCH_GRADE, "valueCode": codes.GRADES[match.grade]}
    return {"extension": [grade], "mode": "match", "score": min(1.0, max(0.0, round(match.score, 4)))}


def outcome(suggestions: Suggestions) -> Resource:
    """What was understood, what was not, and which trials a stated limit excludes."""
    issues = [_issue("information", "informational", SCREENING_AID)]
    issues += [_issue("warning", "incomplete", note) for note in suggestions.query.notes]
    for diagnosis in suggestions.diagnoses:
        if not diagnosis.concepts:
            near = f"; did you mean {', '.join(diagnosis.did_you_mean)}?" if diagnosis.did_you_mean else ""
            issues.append(_issue("warning", "code-invalid", f"not understood: {diagnosis.mention}{near}"))
        elif diagnosis.not_used:
            said = f"{diagnosis.mention}: not used: {'; '.join(diagnosis.not_used)}"
            issues.append(_issue("information", "incomplete", said))
    patient = suggestions.query.patient
    unknown = [name for name, value in (("age", patient.age_years), ("sex", patient.sex)) if value is None]
    if unknown:
        issues.append(_issue("warning", "incomplete", f"not known of the patient: {', '.join(unknown)}"))
    issues += [
        _issue("information", "business-rule", f"ruled out {one.trial_id}: {one.reason}")
        for one in suggestions.ruled_out
    ]
    return {"resourceType": "OperationOutcome", "issue": issues[:_SAFE_NOTES]}


def match_bundle(
    suggestions: Suggestions,
    studies: Callable[[Sequence[str]], Mapping[str, Resource]],
    base: str,
) -> Resource:
    """The Bundle of suggestions. studies: resources of trials by their ids."""
    return matched(suggestions, studies([match.trial_id for match in suggestions.matches]), base)


def _with_reasons(study: Resource, match: Match) -> Resource:
    """A study with why it is suggested, how it relates to the diagnosis, and what the stated limits say."""
    told = [("grade", match.grade), ("relation", match.relation), ("for", match.leading)]
    told += [("because", reason) for reason in match.because]
    told += [(f"eligibility-{name}", getattr(match.eligibility, name)) for name in ("verdict", "age", "sex", "country")]
    added = [{"url": codes.OURS + name, "valueString": value} for name, value in told if value]
    return {**study, "extension": [*study.get("extension", []), *added]}


def _issue(severity: str, code: str, text: str) -> Resource:
    return {"severity": severity, "code": code, "diagnostics": text}


def _with_address(entry: Resource, base: str) -> Resource:
    resource = entry["resource"]
    is_study = resource["resourceType"] == "ResearchStudy"
    return {"fullUrl": f"{base}/ResearchStudy/{resource['id']}", **entry} if is_study else entry
