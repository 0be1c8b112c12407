"""FHIR (R4) Condition, Patient, FamilyMemberHistory and Bundle as hospitals send them."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from matcher.codes import system_of_uri
from matcher.errors import DiagnosisError
from matcher.mentions import Assertion
from matcher.patients import canonical_country
from matcher.results import Patient

_REFUTED = {"refuted", "entered-in-error"}
_DOUBTFUL = {"unconfirmed", "provisional", "differential"}
_PAST = {"inactive", "remission", "resolved"}
_DAYS_IN_YEAR = 365.25


class CodedCondition(NamedTuple):
    """A condition with all its codings (system, code) and texts."""

    codes: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]
    assertion: Assertion


class FhirInput(NamedTuple):
    """What a resource says: conditions and the patient."""

    conditions: tuple[CodedCondition, ...]
    patient: Patient


def read_fhir(text: str) -> FhirInput:
    """Read FHIR JSON: a Condition, Patient, FamilyMemberHistory, a Bundle of them, or a list.

    Raises:
        DiagnosisError: no JSON, no FHIR resource, or none that holds a diagnosis or a patient.
    """
    try:
        data = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise DiagnosisError(f"the input starts like FHIR JSON and cannot be read: {error}") from None
    resources = list(_resources(data))
    if not resources:
        raise DiagnosisError("the JSON holds no FHIR resource: a Condition, Patient or Bundle is expected")
    conditions: list[CodedCondition] = []
    patient = Patient()
    for resource in resources:
        kind = resource.get("resourceType")
        if kind == "Condition":
            conditions.append(_condition(resource))
        elif kind == "FamilyMemberHistory":
            conditions += _family(resource)
        elif kind == "Patient":
            patient = _patient(resource)
        elif kind == "Observation":
            conditions += _observation(resource)
    conditions = [condition for condition in conditions if condition.codes or condition.texts]
    if not conditions:
        raise DiagnosisError("the FHIR input holds no Condition with a code or a text")
    return FhirInput(tuple(conditions), patient)


def _resources(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, list):
        for item in data:
            yield from _resources(item)
    elif isinstance(data, dict):
        if data.get("resourceType") == "Bundle":
            for entry in _list(data.get("entry")):
                if isinstance(entry, dict):
                    yield from _resources(entry.get("resource"))
        elif isinstance(data.get("resourceType"), str):
            yield data
            yield from _resources(_list(data.get("contained")))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _status(resource: dict[str, Any], field: str) -> set[str]:
    value = resource.get(field)
    if isinstance(value, str):
        return {value.lower()}
    if not isinstance(value, dict):
        return set()
    return {str(coding.get("code", "")).lower() for coding in _list(value.get("coding")) if isinstance(coding, dict)}


def _coded(concept: Any) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Codings and texts of a CodeableConcept; a display counts as a text where its code is not in our vocabularies."""
    if not isinstance(concept, dict):
        return (), ()
    codes: list[tuple[str, str]] = []
    texts: list[str] = []
    if isinstance(concept.get("text"), str) and concept["text"].strip():
        texts.append(concept["text"].strip())
    for coding in _list(concept.get("coding")):
        if not isinstance(coding, dict):
            continue
        system = system_of_uri(str(coding.get("system", "")))
        code = str(coding.get("code", "")).strip()
        if system and code:
            codes.append((system, code))
        display = coding.get("display")
        if isinstance(display, str) and display.strip() and display.strip() not in texts:
            texts.append(display.strip())
    return tuple(codes), tuple(texts)


def _condition(resource: dict[str, Any]) -> CodedCondition:
    codes, texts = _coded(resource.get("code"))
    verification = _status(resource, "verificationStatus")
    clinical = _status(resource, "clinicalStatus")
    assertion = Assertion.PRESENT
    if verification & _REFUTED:
        assertion = Assertion.NEGATED
    elif clinical & _PAST or resource.get("abatementDateTime"):
        assertion = Assertion.HISTORICAL
    elif verification & _DOUBTFUL:
        assertion = Assertion.UNCERTAIN
    return CodedCondition(codes, texts, assertion)


def _family(resource: dict[str, Any]) -> Iterable[CodedCondition]:
    for condition in _list(resource.get("condition")):
        if isinstance(condition, dict):
            codes, texts = _coded(condition.get("code"))
            yield CodedCondition(codes, texts, Assertion.FAMILY)


def _observation(resource: dict[str, Any]) -> Iterable[CodedCondition]:
    """A coded phenotype: a finding stated as code or as value."""
    codes, texts = _coded(resource.get("code"))
    value_codes, value_texts = _coded(resource.get("valueCodeableConcept"))
    absent = resource.get("valueBoolean") is False
    if any(system == "HP" for system, _ in (*codes, *value_codes)):
        yield CodedCondition(
            (*codes, *value_codes), (*texts, *value_texts), Assertion.NEGATED if absent else Assertion.PRESENT
        )


def _patient(resource: dict[str, Any]) -> Patient:
    gender = resource.get("gender")
    country = None
    for address in _list(resource.get("address")):
        if isinstance(address, dict) and isinstance(address.get("country"), str):
            country = canonical_country(address["country"])
            break
    return Patient(_age(resource), gender if gender in ("female", "male") else None, country)


def _age(resource: dict[str, Any], today: dt.date | None = None) -> float | None:
    """Age in years today, as exact as the birth date: a year alone gives whole years."""
    text = resource.get("birthDate")
    if not isinstance(text, str) or resource.get("deceasedDateTime") or resource.get("deceasedBoolean") is True:
        return None
    parts = text.split("T")[0].split("-")
    try:
        numbers = [int(part) for part in parts]
        born = dt.date(numbers[0], numbers[1] if len(numbers) > 1 else 7, numbers[2] if len(numbers) > 2 else 1)
    except (ValueError, IndexError):
        raise DiagnosisError(f"the birth date {text[:20]!r} of the FHIR Patient is no date") from None
    today = today or dt.datetime.now(dt.UTC).date()
    age = (today - born).days / _DAYS_IN_YEAR
    if age < 0:
        raise DiagnosisError("the birth date of the FHIR Patient lies in the future")
    return round(age, 2) if len(numbers) == 3 else float(int(age))
