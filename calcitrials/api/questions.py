"""What programs ask, read and checked: nothing of it is kept, logged or told to anybody else."""

from typing import Annotated, Any, Literal, NoReturn, TypeVar

import msgspec
from starlette.requests import Request

from calcitrials.web.question import LONGEST_TEXT
from calcitrials.web.refusals import Refused
from calcitrials.web.shelf import Opened, Shelf
from db.countries import canonical
from db.places import point_of
from db.vocabularies import Status
from matcher import Patient
from matcher.ranking.sites import Vicinity
from matcher.screening.records import Answer

MOST_TRIALS = 500
JSON_TYPES = ("application/json", "application/fhir+json", "text/json", "application/json+fhir")
_Asked = TypeVar("_Asked")
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_TEXT)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=MOST_TRIALS)]
Place = Annotated[str, msgspec.Meta(max_length=200, description='A town ("Limoges", "Paris, Texas") or "45.83, 1.26".')]


FARTHEST_KM = 20_100
"""No two places are farther apart."""
Distance = Annotated[float, msgspec.Meta(gt=0, le=FARTHEST_KM)]


class AskedPatient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What decides beside the diagnosis; what is not known is left out. country: a name, or a code of two letters."""

    age_years: Annotated[float, msgspec.Meta(ge=0, le=130)] | None = None
    sex: Literal["female", "male"] | None = None
    country: Annotated[str, msgspec.Meta(min_length=2, max_length=100)] | None = None


class MatchQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A patient for whom trials are looked for. query: free text, several diagnoses, codes such as "L94.2", or a
    FHIR resource. status: only trials with one of these. near, within_km: names the nearest site of each
    trial, and rules out what is too far.
    """

    query: Text | Annotated[list[str], msgspec.Meta(min_length=1, max_length=1000)] | dict[str, Any]
    patient: AskedPatient | None = None
    status: tuple[Status, ...] = ()
    limit: Limit = 20
    near: Place | None = None
    within_km: Distance | None = None


class ScreenQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A patient against one trial. answers: what is known of single criteria, by their keys. within_km: how far from
    near the patient would travel.
    """

    query: Text | Annotated[list[str], msgspec.Meta(min_length=1, max_length=1000)] | dict[str, Any] | None = None
    patient: AskedPatient | None = None
    answers: dict[str, Answer] = {}
    near: Place | None = None
    within_km: Distance | None = None


def opened(request: Request) -> Opened:
    """What is published. Raises Refused before the first publication."""
    shelf: Shelf = request.app.state.shelf
    if shelf.current is None:
        raise Refused(503, "nothing is published yet: crawl first")
    return shelf.current


async def asked(request: Request, form: type[_Asked]) -> _Asked:
    """The body as a question. Raises Refused."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in JSON_TYPES:
        raise Refused(415, "send application/json")
    body = await request.body()
    try:
        return msgspec.json.decode(body, type=form)
    except msgspec.ValidationError as error:
        raise Refused(422, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(400, "the body is no JSON") from None


def diagnoses_of(query: str | list[str] | dict[str, Any]) -> str | list[str]:
    """A query as the matcher reads it: FHIR as its JSON."""
    return msgspec.json.encode(query).decode() if isinstance(query, dict) else query


def patient_of(asked_patient: AskedPatient | None) -> Patient | None:
    """The patient of a question. Raises Refused for a country that is none."""
    if asked_patient is None:
        return None
    if asked_patient.country is not None and canonical(asked_patient.country) is None:
        _unknown("country", "write its name or its code of two letters")
    return Patient(age_years=asked_patient.age_years, sex=asked_patient.sex, country=asked_patient.country)


def vicinity_of(near: str | None, within_km: float | None) -> Vicinity | None:
    """Where a patient lives, and how far a site may be. Raises Refused for a town that is not known."""
    if near is None:
        if within_km is not None:
            raise Refused(422, "within_km needs near, from where it counts")
        return None
    here = point_of(near)
    return Vicinity(here, within_km) if here else _unknown("near", "try a larger town, with its country behind a comma")


def _unknown(field: str, advice: str) -> NoReturn:
    raise Refused(422, f"{field} is not known: {advice}")
