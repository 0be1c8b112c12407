"""What one FHIR resource says: conditions with their assertion, findings, relatives, the patient.

R4 and R5, and the forms of STU3 and DSTU2 where they differ: plain codes for statuses, one concept where there is a
list.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from matcher.assertion.context import Assertion
from matcher.linking.codes import system_of_uri
from matcher.patient.ages import OLDEST
from matcher.patient.births import age_since
from matcher.results import Patient
from matcher.text.countries import canonical_country

_REFUTED = frozenset({"refuted"})
_WITHDRAWN = frozenset({"entered-in-error", "cancelled"})
_DOUBTFUL = frozenset({"unconfirmed", "provisional", "differential", "unknown"})
_PAST = frozenset({"inactive", "remission", "resolved"})
_AGAIN = frozenset({"recurrence", "relapse"})
_GERMAN_CERTAINTY = "diagnosesicherheit"
"""In the address of the extension that says how sure a code of ICD-10-GM is (base profiles of HL7 Germany)."""
_CERTAINTIES = {"A": Assertion.NEGATED, "V": Assertion.UNCERTAIN, "Z": Assertion.HISTORICAL}
"""Ausgeschlossen, Verdacht, Zustand nach; G (gesichert) is what a diagnosis says anyway."""
_RULED_OUT = "condition-ruledout"
_ABSENT = frozenset(
    {
        "absent", "negative", "neg", "nd", "no", "none", "false", "not detected", "not present", "not found",
        "excluded", "known absent", "nein", "negativ", "nicht vorhanden", "nicht nachweisbar", "keine", "non",
        "negatif", "absence", "ausente", "negativo", "assente", "afwezig", "negatief", "nee", "nao", "ausgeschlossen",
        # SNOMED CT: absent, known absent, negative, not detected, no
        "2667000", "410516002", "260385009", "260415000", "373067005",
        # LOINC answers: absent, no, negative, not detected
        "la9634 2", "la32 8", "la6577 6", "la11883 8",
    }
)  # fmt: skip
_PRESENT = frozenset(
    {
        "present", "positive", "pos", "detected", "yes", "true", "52101004", "10828004", "260373001", "373066001",
        "la9633 4", "la33 6", "la6576 8", "la11882 0",
    }
)  # fmt: skip
_NORMAL = frozenset({"normal", "n", "17621005"})
"""Of a phenotype, which is something abnormal, that is no denial: nothing is known of it then."""
_DISEASES = frozenset({"ICD10", "ICD10CM", "ICD11", "ORPHA", "OMIM", "MONDO", "DOID", "MESH"})
"""Systems whose codes are diseases, so that a value of an Observation in them is a diagnosis."""
_SNOMED_DISEASE = re.compile(r"\((?:disorder|finding)\)\s*$")
_SIBLINGS = re.compile(r"\b(?:[nhst]?(?:bro|sis|sib)|f?twin\w*|brother|sister|sibling)s?\b", re.I)
_CHILDREN = re.compile(r"\b(?:[nsg]?(?:child|son|dau)[cf]?|child|son|daughter)\b", re.I)
# SNOMED CT names end in their kind; a "History of" that is a situation is past.
_KINDS = "disorder|finding|situation|morphologic abnormality|event|observable entity"
_SNOMED_KIND = re.compile(rf"(?<!\s)\s*+\((?:{_KINDS})\)\s*$")
_SNOMED_HISTORY = re.compile(r"^(?:history of|h/o:?)\b(?=.*\(situation\)\s*$)", re.I)

Resource = dict[str, Any]


class CodedCondition(NamedTuple):
    """A condition with all its codings (system, code) and texts. withdrawn: the record was entered in error. aside: it
    is said as the reason or the evidence of something, where words may also be no disease.
    """

    codes: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]
    assertion: Assertion
    withdrawn: bool = False
    aside: bool = False


def dicts(value: Any) -> list[Resource]:
    """The objects of a value that may be one, a list of them, or anything else."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def string(value: Any) -> str:
    """A text without outer blanks; empty for anything else."""
    return value.strip() if isinstance(value, str) else ""


def _concepts(value: Any) -> list[Resource]:
    """CodeableConcepts: one or a list, also within the CodeableReferences of R5."""
    return [item["concept"] if isinstance(item.get("concept"), dict) else item for item in dicts(value)]


def _status(resource: Resource, field: str) -> set[str]:
    """Codes of a status, in lower case: a plain code or a concept, by its codes, displays and text."""
    found = {string(resource.get(field))}
    for concept in dicts(resource.get(field)):
        found.add(string(concept.get("text")))
        for coding in dicts(concept.get("coding")):
            found |= {string(coding.get("code")), string(coding.get("display"))}
    return {value.lower().replace(" ", "-") for value in found if value}


def _coded(concept: Any) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Codings and texts of a CodeableConcept; a code of no known vocabulary counts as a text when there is no other."""
    codes: list[tuple[str, str]] = []
    texts: list[str] = []
    unknown: list[str] = []
    for item in dicts(concept):
        texts.append(string(item.get("text")))
        for coding in dicts(item.get("coding")):
            system = system_of_uri(string(coding.get("system")))
            code = str(coding.get("code") or "").strip()
            if system and code:
                codes.append((system, code))
            elif code:
                unknown.append(code)
            texts.append(string(coding.get("display")))
    texts = [_SNOMED_KIND.sub("", _SNOMED_HISTORY.sub("past history of", text)) for text in texts if text]
    if not codes and not texts:
        texts = unknown
    return tuple(dict.fromkeys(codes)), tuple(dict.fromkeys(texts))


def condition(resource: Resource, today: dt.date) -> Iterator[CodedCondition]:
    """A Condition, what its evidence shows, and what it says is ruled out."""
    codes, texts = _coded(resource.get("code"))
    withdrawn = not _status(resource, "verificationStatus").isdisjoint(_WITHDRAWN)
    assertion = Assertion.NEGATED if withdrawn else _assertion(resource, today)
    yield CodedCondition(codes, texts, assertion, withdrawn)
    if assertion in (Assertion.PRESENT, Assertion.UNCERTAIN):
        for evidence in dicts(resource.get("evidence")):
            for concept in _concepts([*dicts(evidence.get("code")), *dicts(evidence.get("concept"))]):
                if _coded(concept)[0]:  # words alone name tests and genes as well
                    yield from _aside(concept)
    for extension in dicts(resource.get("extension")):
        if string(extension.get("url")).lower().endswith(_RULED_OUT):
            codes, texts = _coded(extension.get("valueCodeableConcept"))
            yield CodedCondition(codes, texts, Assertion.NEGATED)


def _assertion(resource: Resource, today: dt.date) -> Assertion:
    verification = _status(resource, "verificationStatus")
    clinical = _status(resource, "clinicalStatus")
    certainty = _german_certainty(resource)
    subject = next(iter(dicts(resource.get("subject") or resource.get("patient"))), {})
    if not verification.isdisjoint(_REFUTED) or certainty is Assertion.NEGATED:
        return Assertion.NEGATED
    if string(subject.get("reference")).startswith("RelatedPerson/"):
        return Assertion.FAMILY
    if not clinical.isdisjoint(_PAST) or certainty is Assertion.HISTORICAL:
        return Assertion.HISTORICAL
    if clinical.isdisjoint(_AGAIN) and _has_abated(resource, today, stated_active="active" in clinical):
        return Assertion.HISTORICAL
    doubtful = not verification.isdisjoint(_DOUBTFUL) or certainty is Assertion.UNCERTAIN
    return Assertion.UNCERTAIN if doubtful else Assertion.PRESENT


def _has_abated(resource: Resource, today: dt.date, stated_active: bool) -> bool:
    """Whether an abatement of any type is stated; the boolean one may be false. Beside "active" only a day that is
    over counts: some systems leave the status as it was.
    """
    for name, value in resource.items():
        if not name.startswith("abatement") or value in (None, False):
            continue
        if not stated_active:
            return True
        day = string(value.get("end")) if isinstance(value, dict) else string(value)
        if value is True or (re.match(r"(?:19|20)\d\d", day) and day[:10] < today.isoformat()[: len(day[:10])]):
            return True
    return False


def _german_certainty(resource: Resource) -> Assertion | None:
    """What the extension of ICD-10-GM says, at the coding, the concept or the resource."""
    concepts = dicts(resource.get("code"))
    holders = [coding for concept in concepts for coding in dicts(concept.get("coding"))] + concepts + [resource]
    for holder in holders:
        for extension in dicts(holder.get("extension")):
            if _GERMAN_CERTAINTY in string(extension.get("url")).lower():
                values = [*dicts(extension.get("valueCoding")), *dicts(extension.get("valueCodeableConcept"))]
                codes = [string(value.get("code")) for value in values] + [string(extension.get("valueCode"))]
                found = next((code for code in codes if code), "").upper()
                return _CERTAINTIES.get(found)
    return None


def _aside(concept: Resource) -> Iterator[CodedCondition]:
    codes, texts = _coded(concept)
    if codes or texts:
        yield CodedCondition(codes, texts, Assertion.PRESENT, aside=True)


def encounter(resource: Resource) -> Iterator[CodedCondition]:
    """The reasons of an Encounter: reasonCode (R4), reason (R5, STU3, DSTU2)."""
    if not _status(resource, "status").isdisjoint(_WITHDRAWN):
        return
    for concept in _concepts(resource.get("reasonCode")):
        yield from _aside(concept)
    for reason in dicts(resource.get("reason")):
        for concept in _concepts(reason["value"]) if "value" in reason else [reason]:
            yield from _aside(concept)
    for diagnosis in dicts(resource.get("diagnosis")):
        for concept in _concepts(diagnosis.get("condition")):
            yield from _aside(concept)


def report(resource: Resource) -> Iterator[CodedCondition]:
    """The coded conclusions of a DiagnosticReport (codedDiagnosis before R4)."""
    if not _status(resource, "status").isdisjoint(_WITHDRAWN):
        return
    for field in ("conclusionCode", "codedDiagnosis"):
        for concept in _concepts(resource.get(field)):
            yield from _aside(concept)


def family(resource: Resource) -> Iterable[CodedCondition]:
    """The conditions of a FamilyMemberHistory."""
    if not _status(resource, "status").isdisjoint(_WITHDRAWN):
        return
    for item in dicts(resource.get("condition")):
        codes, texts = _coded(item.get("code"))
        yield CodedCondition(codes, texts, Assertion.FAMILY)


def patient_is(resource: Resource) -> str | None:
    """What the patient is to the relative that a FamilyMemberHistory is about."""
    words = " ".join(_status(resource, "relationship"))
    if _SIBLINGS.search(words):
        return "sibling"
    return "parent" if _CHILDREN.search(words) else None


def observation(resource: Resource) -> Iterable[CodedCondition]:
    """Findings as code or as value: coded phenotypes, and names that are said to be there or not."""
    if not _status(resource, "status").isdisjoint(_WITHDRAWN) or "dataAbsentReason" in resource:
        return
    components = dicts(resource.get("component"))
    yield from _finding(resource, [part for part in components if not _is_phenotype(part)])
    for component in components:
        if _is_phenotype(component):
            yield from _finding(component, [])


def _is_phenotype(part: Resource) -> bool:
    return any(system == "HP" for system, _ in _coded(part.get("code"))[0])


def _finding(resource: Resource, components: list[Resource]) -> Iterator[CodedCondition]:
    """The finding of an Observation or of one of its components. components: those that only say more of it."""
    codes, texts = _coded(resource.get("code"))
    value = resource.get("valueCodeableConcept")
    answers = set[str]().union(*map(_answers, (resource, *components)))
    absent = not answers.isdisjoint(_ABSENT)
    if not absent and answers.isdisjoint(_PRESENT) and not answers.isdisjoint(_NORMAL):
        return
    value_codes, value_texts = ((), ()) if absent or not answers.isdisjoint(_PRESENT) else _coded(value)
    phenotype = any(system == "HP" for system, _ in (*codes, *value_codes))
    answered = "valueBoolean" in resource or (_is_snomed_finding(resource) and (absent or "present" in answers))
    if phenotype or answered:
        assertion = Assertion.NEGATED if absent else Assertion.PRESENT
        yield CodedCondition((*codes, *value_codes), (*texts, *value_texts), assertion)
    elif any(system in _DISEASES for system, _ in value_codes) or _names_a_disease(value):
        yield CodedCondition(value_codes, value_texts, Assertion.PRESENT, aside=True)


def _answers(part: Resource) -> set[str]:
    """What an Observation or component says of its finding, in lower case."""
    fields = ("valueCodeableConcept", "interpretation")
    found = {answer.replace("-", " ") for field in fields for answer in _status(part, field)}
    found |= {string(part.get("valueString")).lower(), string(part.get("valueCode")).lower()}
    if "valueBoolean" in part:
        found.add("false" if part["valueBoolean"] is False else "true")
    return found


def _is_snomed_finding(resource: Resource) -> bool:
    return any(
        system_of_uri(string(coding.get("system"))) == "SNOMED"
        for concept in dicts(resource.get("code"))
        for coding in dicts(concept.get("coding"))
    )


def _names_a_disease(concept: Any) -> bool:
    return any(
        _SNOMED_DISEASE.search(string(coding.get("display"))) is not None
        for item in dicts(concept)
        for coding in dicts(item.get("coding"))
    )


def patient(resource: Resource, today: dt.date) -> tuple[Patient, tuple[str, ...]]:
    """A Patient, and what of it could not be read, as sentences without its values."""
    gender = {"f": "female", "m": "male"}.get(string(resource.get("gender")).lower()[:1])
    countries = (string(address.get("country")) for address in dicts(resource.get("address")))
    age, problem = _age(resource, today)
    found = Patient(age, gender, canonical_country(next(filter(None, countries), None)))
    return found, (problem,) if problem else ()


def _age(resource: Resource, today: dt.date) -> tuple[float | None, str | None]:
    """Age in years today, or what is wrong with the birth date; neither of somebody who has died."""
    text = str(resource.get("birthDate") or "").strip()
    if not text or resource.get("deceasedDateTime") or resource.get("deceasedBoolean") is True:
        return None, None
    try:
        year, month, day = ([int(part) for part in text.split("T")[0].split("-")] + [0, 0])[:3]
        age = age_since(year, month, day, today)
    except (ValueError, OverflowError):
        return None, "the birth date of the FHIR Patient is no date: no age is known"
    if age < 0:
        return None, "the birth date of the FHIR Patient lies in the future: no age is known"
    if age > OLDEST:
        return None, f"the birth date of the FHIR Patient is more than {OLDEST} years ago: no age is known"
    return age, None
