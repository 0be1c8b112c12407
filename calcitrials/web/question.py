"""What a visitor asks: the fields of the search form, read and checked."""

from typing import NamedTuple

import msgspec
from starlette.datastructures import FormData

from calcitrials.errors import CommandError
from calcitrials.patient_options import patient_of
from calcitrials.web.facets import FACETS
from calcitrials.web.words import N_
from db.countries import canonical
from db.places import Point, point_of, town_at
from matcher import Patient

DISTANCES_KM = (25, 50, 100, 200, 500, 1000)
LONGEST_TEXT = 200_000
"""Characters of a diagnosis: a whole letter."""
_AGE_ERROR = N_("This is not an age: write 45, 18m, 6w or 10d.")
_SEX_ERROR = N_("The registries tell female from male alone.")
_COUNTRY_ERROR = N_("This country is not known: write its name or its code of two letters.")
_TOWN_ERROR = N_("This town is not known: try a larger one nearby, or its name with the country behind a comma.")
_EMPTY_ERROR = N_("Say a diagnosis.")


class Question(msgspec.Struct, frozen=True):
    """One search. is_all: also what cannot be joined (now). facets: chosen values of each facet; none chosen is all."""

    diagnosis: str = ""
    age: str = ""
    sex: str = ""
    country: str = ""
    town: str = ""
    distance: str = ""
    is_all: bool = False
    facets: dict[str, tuple[str, ...]] = {}
    page: int = 1

    @property
    def distance_km(self) -> float | None:
        """How far the patient would travel."""
        return float(self.distance) if self.distance.isdigit() and self.town.strip() else None

    def state(self) -> list[tuple[str, str]]:
        """The fields that a form carries along to ask the same again, without the page."""
        fields = [(name, getattr(self, name)) for name in ("diagnosis", "age", "sex", "country", "town", "distance")]
        fields += [("which", "all")] if self.is_all else []
        fields += [(name, value) for name, chosen in self.facets.items() for value in chosen]
        return [(name, value) for name, value in fields if value]

    def patient_state(self) -> list[tuple[str, str]]:
        """The fields that say something of the patient."""
        return [(name, value) for name, value in self.state() if name in ("diagnosis", "age", "sex", "country", "town")]


class Checked(NamedTuple):
    """A question as understood. near: where the patient lives. errors: by the name of the field."""

    patient: Patient | None
    near: Point | None
    errors: dict[str, str]


def question_of(form: FormData) -> Question:
    """The question of a posted form. A chosen meaning takes the place of the words that it is a meaning of."""
    said = {name: str(form.get(name, ""))[:200].strip() for name in ("age", "sex", "country", "town", "distance")}
    diagnosis = str(form.get("diagnosis", ""))[:LONGEST_TEXT].strip()
    words, mark, meaning = str(form.get("choose", "")).partition("⇒")
    if mark and words:
        diagnosis = diagnosis.replace(words, meaning, 1)
    facets = {name: tuple(dict.fromkeys(str(one) for one in form.getlist(name)))[:50] for name in FACETS}
    number = str(form.get("page", "1"))
    return Question(
        diagnosis=diagnosis,
        is_all=str(form.get("which", "")) == "all",
        facets={name: chosen for name, chosen in facets.items() if chosen},
        page=int(number) if number.isdecimal() and 0 < int(number) <= 1000 else 1,
        **said,
    )


def checked(question: Question) -> Checked:
    """The patient of a question, and what of it cannot be understood."""
    errors: dict[str, str] = {}
    if not question.diagnosis:
        errors["diagnosis"] = _EMPTY_ERROR
    if question.country and canonical(question.country) is None:
        errors["country"] = _COUNTRY_ERROR
    country = question.country if question.country and "country" not in errors else None
    near = _place(question.town, country) if question.town else None
    if question.town and near is None:
        errors["town"] = _TOWN_ERROR
    patient = None
    for field, error, parts in (
        ("age", _AGE_ERROR, (question.age or None, None, None)),
        ("sex", _SEX_ERROR, (None, question.sex or None, None)),
    ):
        try:
            patient_of(*parts)
        except CommandError:
            errors[field] = error
    if not errors.keys() & {"age", "sex"}:
        patient = patient_of(question.age or None, question.sex or None, country)
    return Checked(patient, near, errors)


def _place(town: str, country: str | None) -> Point | None:
    """Where a town is; in the country that is said, unless the town says another one or is a pair of coordinates."""
    if country and "," not in town:
        return town_at(town, (country,))
    return point_of(town)
