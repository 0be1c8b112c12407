"""FHIR (R5, R4, STU3, DSTU2) as hospitals send it: what it says of diagnoses and the patient.

Read are Condition, Patient, FamilyMemberHistory, coded findings in Observation, the reasons of an Encounter and the
coded conclusions of a DiagnosticReport: alone, in a Bundle, a List, Parameters or a JSON list, contained in others, or
one a line. Of a large Bundle only the entries that hold such resources are decoded.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from matcher.assertion.context import Assertion
from matcher.errors import DiagnosisError
from matcher.patient import fhir_statements as statements
from matcher.patient.fhir_statements import CodedCondition, Resource, dicts, string
from matcher.results import Patient

LONGEST = 20_000_000
"""Characters of one input. A record of Synthea with a long life has some ten million."""
_DEEPEST = 20
"""Resources within resources; a Bundle of Bundles has two."""
_READ = rb"condition|patient|observation|familymemberhistory|encounter|diagnosticreport|list|bundle|parameters"
_HOLDS_WHAT_IS_READ = re.compile(rb'"resourceType"\s*:\s*"(?:' + _READ + rb')"', re.I)


class FhirInput(NamedTuple):
    """What the resources say: conditions, the patient, what the patient is to an affected relative, and what could not
    be read, as sentences without the patient's data.
    """

    conditions: tuple[CodedCondition, ...]
    patient: Patient
    relative: str | None
    notes: tuple[str, ...] = ()

    def texts(self) -> list[str]:
        """The texts of all conditions."""
        return [text for condition in self.conditions for text in condition.texts]

    def shown(self) -> str:
        """What is asked, for a person: the texts, or the codes of conditions that have none."""
        words = (condition.texts or tuple(map(":".join, condition.codes)) for condition in self.conditions)
        return "; ".join(dict.fromkeys(word for several in words for word in several))


class _Entry(msgspec.Struct):
    resource: msgspec.Raw = msgspec.Raw(b"null")


class _Bundle(msgspec.Struct, tag_field="resourceType", tag="Bundle"):
    entry: list[_Entry]


def looks_like_fhir(text: str) -> bool:
    """Whether an input is to be read as FHIR: JSON, or the XML form, which is refused."""
    return re.match(r'\{\s*["}]|\[\s*(?:\{|\]\s*$)|<\?xml|<\w+[^>]*hl7\.org/fhir', text) is not None


def read_fhir(text: str, today: dt.date | None = None) -> FhirInput:
    """Read FHIR JSON. today: the reference day of birth and abatement dates, by default the day it is.

    Raises:
        DiagnosisError: no JSON, no FHIR resource, none that holds a diagnosis, or several patients.
    """
    if len(text) > LONGEST:
        raise DiagnosisError(f"the FHIR input is longer than {LONGEST:,} characters: send the conditions only")
    today = today or dt.datetime.now(dt.UTC).date()
    resources = list(_resources(_decoded(text)))
    if not resources:
        raise DiagnosisError("the JSON holds no FHIR resource: a Condition, Patient or Bundle is expected")
    patients: list[Patient] = []
    notes: list[str] = []
    relatives: list[str] = []
    for resource in resources:
        kind = resource["resourceType"].lower()
        if kind == "patient":
            found, problems = statements.patient(resource, today)
            patients.append(found)
            notes += problems
        elif kind == "familymemberhistory":
            relatives += filter(None, [statements.patient_is(resource)])
    if len(set(patients)) > 1:
        raise DiagnosisError("the FHIR input holds several patients: send one patient at a time")
    conditions = _once(condition for resource in resources for condition in _conditions(resource, today))
    conditions += _once(_only_listed(resources))
    if not conditions:
        raise DiagnosisError("the FHIR input holds no Condition with a code or a text")
    patient = patients[0] if patients else Patient()
    return FhirInput(tuple(conditions), patient, relatives[0] if relatives else None, tuple(dict.fromkeys(notes)))


def _conditions(resource: Resource, today: dt.date) -> Iterable[CodedCondition]:
    match resource["resourceType"].lower():
        case "condition":
            return statements.condition(resource, today)
        case "familymemberhistory":
            return statements.family(resource)
        case "observation":
            return statements.observation(resource)
        case "encounter":
            return statements.encounter(resource)
        case "diagnosticreport":
            return statements.report(resource)
    return ()


def _once(conditions: Iterable[CodedCondition]) -> list[CodedCondition]:
    """Conditions that say something, each once; a record entered in error only where no other one says the same, and
    what is said aside only where it is not said as a condition.
    """
    kept = [condition for condition in dict.fromkeys(conditions) if condition.codes or condition.texts]
    firm = {(item.codes, item.texts) for item in kept if not item.withdrawn and not item.aside}
    return [item for item in kept if not (item.withdrawn or item.aside) or (item.codes, item.texts) not in firm]


def _only_listed(resources: list[Resource]) -> Iterator[CodedCondition]:
    """Conditions that a List or an Encounter names by their display alone, the resources not being there."""
    ids = {f"{resource['resourceType']}/{resource.get('id')}" for resource in resources}
    for resource in resources:
        kind = resource["resourceType"].lower()
        if kind not in ("list", "encounter") or string(resource.get("status")) == "entered-in-error":
            continue
        if kind == "list":
            holders = [(entry, "item") for entry in dicts(resource.get("entry")) if entry.get("deleted") is not True]
        else:
            holders = [(diagnosis, "condition") for diagnosis in dicts(resource.get("diagnosis"))]
        for item in (item for holder, field in holders for item in dicts(holder.get(field))):
            reference = next(iter(dicts(item.get("reference"))), item)
            address, display = string(reference.get("reference")), string(reference.get("display"))
            local = "/".join(address.split("/")[-2:])
            if display and local.startswith("Condition/") and local not in ids:
                yield CodedCondition((), (display,), Assertion.PRESENT, aside=True)


def _decoded(text: str) -> Any:
    if text.startswith("<"):
        raise DiagnosisError("FHIR is read as JSON, not as XML")
    raw = text.encode("utf-8", "replace")
    try:
        bundle = msgspec.json.decode(raw, type=_Bundle)
    except (msgspec.DecodeError, RecursionError):
        pass
    else:
        held = [entry.resource for entry in bundle.entry if _HOLDS_WHAT_IS_READ.search(entry.resource)]
        return [{"resourceType": "Bundle"}, *map(msgspec.json.decode, held)]
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        try:
            return msgspec.json.Decoder().decode_lines(raw)
        except (msgspec.DecodeError, RecursionError):
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
    entries = [entry for name in ("entry", "parameter") for entry in dicts(data.get(name))]
    gone = frozenset(
        str(entry["item"].get("reference", ""))
        for entry in entries
        if entry.get("deleted") is True and isinstance(entry.get("item"), dict)
    )
    yield from _resources([entry.get("resource") for entry in entries], depth + 1, gone)
    yield from _resources(data.get("contained"), depth + 1, gone)
