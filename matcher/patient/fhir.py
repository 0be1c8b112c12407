"""FHIR (R4 and R5, and the plain status codes of STU3) as hospitals send it: what it says of diagnoses and the patient.

Read are Condition, Patient, FamilyMemberHistory and coded findings in Observation, alone, in a Bundle, a List,
Parameters or a JSON list, contained in others, or one a line.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from matcher.assertion.context import Assertion
from matcher.errors import DiagnosisError
from matcher.linking.codes import system_of_uri
from matcher.patient.demographics import age_since, canonical_country
from matcher.results import Patient

_REFUTED = frozenset({"refuted", "entered-in-error"})
_DOUBTFUL = frozenset({"unconfirmed", "provisional", "differential"})
_PAST = frozenset({"inactive", "remission", "resolved"})
_THERE = frozenset({"active", "recurrence", "relapse"})
_NO_FINDING = frozenset({"absent", "negative", "neg", "nd", "no", "none", "not detected", "not present", "2667000"})
_WITHDRAWN = frozenset({"entered-in-error", "cancelled"})
_SIBLINGS = re.compile(r"\b(?:[nhst]?(?:bro|sis|sib)|f?twin\w*|brother|sister|sibling)s?\b", re.I)
_CHILDREN = re.compile(r"\b(?:[nsg]?(?:child|son|dau)[cf]?|child|son|daughter)\b", re.I)
LONGEST = 1_000_000
"""Characters of one input."""
_DEEPEST = 20
"""Resources within resources; a Bundle of Bundles has two."""
# SNOMED CT names end in their kind; a "History of" that is a situation is past.
_SNOMED_KIND = re.compile(r"\s*\((?:disorder|finding|situation|morphologic abnormality|event|observable entity)\)\s*$")
_SNOMED_HISTORY = re.compile(r"^(?:history of|h/o:?)\b(?=.*\(situation\)\s*$)", re.I)


class CodedCondition(NamedTuple):
    """A condition with all its codings (system, code) and texts."""

    codes: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]
    assertion: Assertion


class FhirInput(NamedTuple):
    """What a resource says: conditions, the patient, and what the patient is to an affected relative."""

    conditions: tuple[CodedCondition, ...]
    patient: Patient
    relative: str | None

    def texts(self) -> list[str]:
        """The texts of all conditions."""
        return [text for condition in self.conditions for text in condition.texts]


def looks_like_fhir(text: str) -> bool:
    """Whether an input is to be read as FHIR: JSON, or the XML form, which is refused."""
    return re.match(r'\{\s*["}]|\[\s*(?:\{|\]\s*$)|<\?xml|<\w+[^>]*hl7\.org/fhir', text) is not None


def read_fhir(text: str) -> FhirInput:
    """Read FHIR JSON.

    Raises:
        DiagnosisError: no JSON, no FHIR resource, none that holds a diagnosis, or several patients.
    """
    if len(text) > LONGEST:
        raise DiagnosisError(f"the FHIR input is longer than {LONGEST:,} characters: send the conditions only")
    resources = list(_resources(_decoded(text)))
    if not resources:
        raise DiagnosisError("the JSON holds no FHIR resource: a Condition, Patient or Bundle is expected")
    conditions: list[CodedCondition] = []
    patients: dict[str, Patient] = {}
    relatives: list[str] = []
    for resource in resources:
        match resource["resourceType"].lower():
            case "condition":
                conditions.append(_condition(resource))
            case "familymemberhistory":
                conditions += _family(resource)
                relatives += filter(None, [_patient_is(resource)])
            case "patient":
                patients[str(resource.get("id", ""))] = _patient(resource)
            case "observation":
                conditions += _observation(resource)
    if len(set(patients.values())) > 1:
        raise DiagnosisError("the FHIR input holds several patients: send one patient at a time")
    conditions = [condition for condition in conditions if condition.codes or condition.texts]
    if not conditions:
        raise DiagnosisError("the FHIR input holds no Condition with a code or a text")
    patient = next(iter(patients.values()), Patient())
    return FhirInput(tuple(conditions), patient, relatives[0] if relatives else None)


def _decoded(text: str) -> Any:
    if text.startswith("<"):
        raise DiagnosisError("FHIR is read as JSON, not as XML")
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        try:
            return msgspec.json.Decoder().decode_lines(text)
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
            raise DiagnosisError(f"the input starts like FHIR JSON and cannot be read: {reason}") from None


def _resources(data: Any, depth: int = 0, deleted: frozenset[str] = frozenset()) -> Iterator[dict[str, Any]]:
    """All resources; in those that hold others, the entries and what is contained, but for the deleted ones."""
    if depth > _DEEPEST:
        raise DiagnosisError("the FHIR input is nested too deeply")
    if isinstance(data, list):
        for item in data:
            yield from _resources(item, depth + 1, deleted)
        return
    if not isinstance(data, dict):
        return
    kind = data.get("resourceType")
    if not isinstance(kind, str):
        yield from _resources(data.get("resource"), depth + 1, deleted)
        return
    if f"#{data.get('id')}" in deleted:
        return
    yield data
    entries = [entry for name in ("entry", "parameter") for entry in _dicts(data.get(name))]
    gone = frozenset(
        str(entry["item"].get("reference", ""))
        for entry in entries
        if entry.get("deleted") is True and isinstance(entry.get("item"), dict)
    )
    yield from _resources([entry.get("resource") for entry in entries], depth + 1, gone)
    yield from _resources(data.get("contained"), depth + 1, gone)


def _dicts(value: Any) -> list[dict[str, Any]]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _status(resource: dict[str, Any], field: str) -> set[str]:
    """Codes of a status, in lower case: a plain code (STU3) or a concept, by its codes, displays and text."""
    found = {_string(resource.get(field))}
    for concept in _dicts(resource.get(field)):
        found.add(_string(concept.get("text")))
        for coding in _dicts(concept.get("coding")):
            found |= {_string(coding.get("code")), _string(coding.get("display"))}
    return {value.lower().replace(" ", "-") for value in found if value}


def _coded(concept: Any) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Codings and texts of a CodeableConcept; a code of no known vocabulary counts as a text when there is no other."""
    codes: list[tuple[str, str]] = []
    texts: list[str] = []
    unknown: list[str] = []
    for item in _dicts(concept):
        texts.append(_string(item.get("text")))
        for coding in _dicts(item.get("coding")):
            system = system_of_uri(_string(coding.get("system")))
            code = str(coding.get("code") or "").strip()
            if system and code:
                codes.append((system, code))
            elif code:
                unknown.append(code)
            texts.append(_string(coding.get("display")))
    texts = [_SNOMED_KIND.sub("", _SNOMED_HISTORY.sub("past history of", text)) for text in texts if text]
    if not codes and not texts:
        texts = unknown
    return tuple(dict.fromkeys(codes)), tuple(dict.fromkeys(texts))


def _condition(resource: dict[str, Any]) -> CodedCondition:
    codes, texts = _coded(resource.get("code"))
    verification = _status(resource, "verificationStatus")
    clinical = _status(resource, "clinicalStatus")
    subject = next(iter(_dicts(resource.get("subject"))), {})
    assertion = Assertion.PRESENT
    if not verification.isdisjoint(_REFUTED):
        assertion = Assertion.NEGATED
    elif _string(subject.get("reference")).startswith("RelatedPerson/"):
        assertion = Assertion.FAMILY
    elif not clinical.isdisjoint(_PAST) or (clinical.isdisjoint(_THERE) and _has_abated(resource)):
        assertion = Assertion.HISTORICAL
    elif not verification.isdisjoint(_DOUBTFUL):
        assertion = Assertion.UNCERTAIN
    return CodedCondition(codes, texts, assertion)


def _has_abated(resource: dict[str, Any]) -> bool:
    """Whether an abatement of any type is stated; the boolean one of STU3 may be false."""
    return any(name.startswith("abatement") and value not in (None, False) for name, value in resource.items())


def _family(resource: dict[str, Any]) -> Iterable[CodedCondition]:
    if not _status(resource, "status").isdisjoint(_WITHDRAWN):
        return
    for condition in _dicts(resource.get("condition")):
        codes, texts = _coded(condition.get("code"))
        yield CodedCondition(codes, texts, Assertion.FAMILY)


def _patient_is(resource: dict[str, Any]) -> str | None:
    """What the patient is to the relative that a FamilyMemberHistory is about."""
    words = " ".join(_status(resource, "relationship"))
    if _SIBLINGS.search(words):
        return "sibling"
    return "parent" if _CHILDREN.search(words) else None


def _observation(resource: dict[str, Any]) -> Iterable[CodedCondition]:
    """A finding as code or as value: a coded phenotype, or a name that is said to be there or not."""
    if not _status(resource, "status").isdisjoint(_WITHDRAWN):
        return
    codes, texts = _coded(resource.get("code"))
    value = resource.get("valueCodeableConcept")
    answers = {answer.replace("-", " ") for answer in _status(resource, "valueCodeableConcept")}
    answers |= {_string(resource.get("valueString")).lower()} | _status(resource, "interpretation")
    absent = resource.get("valueBoolean") is False or not answers.isdisjoint(_NO_FINDING)
    value_codes, value_texts = ((), ()) if absent else _coded(value)
    if any(system == "HP" for system, _ in (*codes, *value_codes)) or "valueBoolean" in resource:
        assertion = Assertion.NEGATED if absent else Assertion.PRESENT
        yield CodedCondition((*codes, *value_codes), (*texts, *value_texts), assertion)


def _patient(resource: dict[str, Any]) -> Patient:
    gender = {"f": "female", "m": "male"}.get(_string(resource.get("gender")).lower()[:1])
    countries = (_string(address.get("country")) for address in _dicts(resource.get("address")))
    return Patient(_age(resource), gender, canonical_country(next(filter(None, countries), None)))


def _age(resource: dict[str, Any], today: dt.date | None = None) -> float | None:
    """Age in years today; none is known of somebody who has died.

    Raises:
        DiagnosisError: the birth date is no date, or lies in the future.
    """
    text = str(resource.get("birthDate") or "").strip()
    if not text or resource.get("deceasedDateTime") or resource.get("deceasedBoolean") is True:
        return None
    try:
        year, month, day = ([int(part) for part in text.split("T")[0].split("-")] + [0, 0])[:3]
        age = age_since(year, month, day, today)
    except ValueError:
        raise DiagnosisError(f"the birth date {text[:20]!r} of the FHIR Patient is no date") from None
    if age < 0:
        raise DiagnosisError("the birth date of the FHIR Patient lies in the future")
    return age
