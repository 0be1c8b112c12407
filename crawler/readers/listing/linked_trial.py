"""A trial as schema.org JSON-LD describes it (types MedicalTrial, MedicalStudy, MedicalObservationalStudy)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from crawler.wording.words import squeeze, stated, unique
from db.trial import Location

_TYPES = frozenset(("MedicalTrial", "MedicalStudy", "MedicalObservationalStudy"))
_TREATMENTS = ("treatment", "intervention", "studyIntervention", "drug", "primaryTreatment")
# schema.org studySubject: "one of the medical conditions, therapies, devices, drugs, etc. investigated by the study".
_CONDITIONS = frozenset(
    ("MedicalCondition", "MedicalSignOrSymptom", "MedicalSign", "MedicalSymptom", "InfectiousDisease")
)
_GIVEN = frozenset(("Drug", "MedicalTherapy", "MedicalProcedure", "MedicalDevice", "DietarySupplement", "Substance"))
# schema.org MedicalStudyStatus members in the words of a page.
_STATUS = {
    "ActiveNotRecruiting": "Active, not recruiting",
    "EnrollingByInvitation": "Enrolling by invitation",
    "NotYetRecruiting": "Not yet recruiting",
}


class LinkedTrial(NamedTuple):
    """What the JSON-LD of a page says about its trial; empty where there is none."""

    name: str | None = None
    description: str | None = None
    status: str | None = None
    phase: str | None = None
    sponsor: str | None = None
    criteria: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    modified: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    locations: tuple[Location, ...] = ()


def linked_trial(objects: Iterable[Mapping[str, Any]]) -> LinkedTrial:
    """The first trial among the objects of a page; the date of change may stand on the page's own object."""
    everything = list(objects)
    trial = next((one for one in everything if _types(one) & _TYPES), None)
    if trial is None:
        return LinkedTrial()
    keywords = [word for text in _texts(trial.get("keywords")) for word in text.split(",")]
    subjects = _things(trial.get("studySubject"))
    conditions = [trial.get("healthCondition"), *(one for one in subjects if _types(one) & _CONDITIONS)]
    treatments = [*map(trial.get, _TREATMENTS), *(one for one in subjects if _types(one) & _GIVEN)]
    return LinkedTrial(
        name=_first(trial.get("name")) or _first(trial.get("headline")),
        description=_first(trial.get("description")),
        status=_word(_first(trial.get("status"))),
        phase=_first(trial.get("phase")),
        sponsor=_first(trial.get("sponsor")),
        criteria=_first(trial.get("eligibilityCriteria")) or _first(trial.get("eligibility")),
        start_date=_first(trial.get("startDate")),
        end_date=_first(trial.get("endDate")),
        modified=tuple(text for one in everything for text in _texts(one.get("dateModified"))),
        conditions=tuple(unique(text for value in conditions for text in _texts(value))),
        keywords=tuple(unique(keywords)),
        interventions=tuple(unique(text for value in treatments for text in _texts(value))),
        identifiers=tuple(unique(_texts(trial.get("identifier")))),
        locations=tuple(_locations(trial.get("studyLocation"))),
    )


def _types(one: Mapping[str, Any]) -> set[str]:
    stated_types = one.get("@type")
    names = stated_types if isinstance(stated_types, list) else [stated_types]
    return {name.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for name in names if isinstance(name, str)}


def _things(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _texts(value: Any) -> Iterator[str]:
    """Texts of a value: itself, its name or value where it is a thing, those of its members where it is a list."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for member in value:
            if not isinstance(member, list):
                yield from _texts(member)
    elif isinstance(value, dict):
        text = value.get("value") or value.get("name") or value.get("@value")
        if isinstance(text, str):
            yield text


def _first(value: Any) -> str | None:
    return next((kept for text in _texts(value) if (kept := stated(text))), None)


def _word(status: str | None) -> str | None:
    if status is None:
        return None
    member = status.rsplit("/", 1)[-1]
    return _STATUS.get(member, member)


def _locations(value: Any) -> Iterator[Location]:
    for place in _things(value):
        address = place.get("address")
        if not isinstance(address, dict):
            address = {}
        parts = [
            _first(address.get(key)) for key in ("addressCountry", "addressLocality", "addressRegion", "postalCode")
        ]
        name = _first(place.get("name"))
        if name or any(parts):
            country, city, state, code = parts
            yield Location(country, squeeze(name) if name else None, city, state, code)
