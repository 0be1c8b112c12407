"""What a client of FHIR asks: the body of $match as Bundle, Parameters or a single resource."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from calcitrials.api.questions import FARTHEST_KM, MOST_TRIALS
from calcitrials.fhir import codes
from calcitrials.web.refusals import Refused
from db.places import point_of
from db.vocabularies import OPEN_STATUSES, Phase, Status
from matcher.ranking.sites import Vicinity

_BY_CODE: dict[str, tuple[str, ...]] = {}
for _status, _code in (*codes.R4_STATUS.items(), *codes.R5_PROGRESS.items()):
    _BY_CODE[_code] = tuple(dict.fromkeys((*_BY_CODE.get(_code, ()), str(_status))))
_NO_PHASE = ("n-a", "na", "n/a", "not-applicable", "not applicable")
_NUMBERS = {"i": "1", "ii": "2", "iii": "3", "iv": "4"} | {digit: digit for digit in "1234"}
_ONE = r"(?:phase)?[\s_-]*(i{1,3}|iv|[1-4])"
_PHASE = re.compile(rf"(?P<early>early[\s_-]*)?{_ONE}(?:[\s_/-]+{_ONE})?")
_KM_OF_A_MILE = 1.609344
_WHERE_FROM = (
    "travelRadius needs a place: the parameter place (a town with its country behind a comma, or latitude and "
    "longitude), or the city in the patient's address; postal codes are not known here"
)


class Asked(NamedTuple):
    """A request for matches. query: FHIR JSON for the matcher. phases: only trials of one of these, None for any;
    an empty one is a trial without phases. notes: what of the request is not used, and why.
    """

    query: str
    statuses: tuple[str, ...]
    phases: tuple[tuple[str, ...], ...] | None
    vicinity: Vicinity | None
    limit: int
    notes: tuple[str, ...]


def statuses_of(text: str) -> tuple[str, ...]:
    """Our statuses for a list of words: codes of FHIR's status, or our own. "open" is all that can be joined.

    Raises Refused for a word that is none.
    """
    found: dict[str, None] = {}
    for said in filter(None, (part.strip().rpartition("|")[2].lower() for part in text.split(","))):
        own = said.replace("-", "_").replace(" ", "_")
        if said == "open":
            found |= dict.fromkeys(map(str, OPEN_STATUSES))
        elif said in _BY_CODE:
            found |= dict.fromkeys(_BY_CODE[said])
        elif own in set(Status):
            found[own] = None
        else:
            raise Refused(422, f"status: none of {', '.join(sorted({*_BY_CODE, *Status, 'open'}))}")
    return tuple(found)


def match_asked(body: bytes) -> Asked:
    """The body of $match. Raises Refused."""
    try:
        resource = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(400, "the body is no JSON") from None
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise Refused(422, "a FHIR resource is expected: Parameters, Bundle, Condition")
    given = _simple_parameters(resource) if resource["resourceType"] == "Parameters" else {}
    wanted = given.get("recruitmentStatus") or given.get("status")
    count = given.get("count", given.get("_count", 20))
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_TRIALS:
        raise Refused(422, f"count: a number from 1 to {MOST_TRIALS}")
    vicinity, notes = _vicinity(given, resource)
    phases = phases_of(str(given["phase"])) if given.get("phase") else None
    return Asked(body.decode(), statuses_of(str(wanted)) if wanted else (), phases, vicinity, count, notes)


def phases_of(text: str) -> tuple[tuple[str, ...], ...]:
    """Phases of a list of words: codes of HL7 ("phase-1-phase-2", "n-a") or as people write them ("Phase 2", "II").

    Raises Refused for a word that is none.
    """
    return tuple(_phases(part.strip().rpartition("|")[2].lower()) for part in text.split(",") if part.strip())


def _phases(said: str) -> tuple[str, ...]:
    if said in _NO_PHASE:
        return ()
    found = _PHASE.fullmatch(said)
    numbers = [_NUMBERS[one] for one in found.groups()[1:] if one] if found else []
    is_early = found is not None and found["early"] is not None
    if not numbers or (is_early and numbers != ["1"]):
        raise Refused(422, f"phase: none of {', '.join((*codes.PHASES.values(), _NO_PHASE[0]))}")
    return (Phase.EARLY_1,) if is_early else tuple(Phase(f"phase{number}") for number in numbers)


def _vicinity(given: dict[str, Any], resource: dict[str, Any]) -> tuple[Vicinity | None, tuple[str, ...]]:
    """From where and how far a patient would travel: from ``place``, else the town of the patient's address. Raises
    Refused where a radius is asked for and nothing says from where.
    """
    told = ("the parameter zipCode is not used: towns are known here, not postal codes",) if "zipCode" in given else ()
    radius = given.get("travelRadius")
    if radius is None:
        return None, told
    try:
        most_km = float(radius) * _KM_OF_A_MILE
    except (TypeError, ValueError):
        most_km = 0.0
    if not 0 < most_km <= FARTHEST_KM:
        raise Refused(422, "travelRadius: a number of miles, more than none")
    named = str(given["place"]) if given.get("place") else next(_towns(resource), "")
    here = point_of(named) if named else None
    if here is None:
        raise Refused(422, _WHERE_FROM)
    return Vicinity(here, most_km), told


def _towns(value: Any) -> Iterator[str]:
    """Towns of the addresses of patients, with state and country."""
    if isinstance(value, list):
        for one in value:
            yield from _towns(one)
    elif isinstance(value, dict):
        addresses = value.get("address") if value.get("resourceType") == "Patient" else None
        for address in addresses if isinstance(addresses, list) else []:
            if isinstance(address, dict) and isinstance(address.get("city"), str):
                said = (address.get(name) for name in ("city", "state", "country"))
                yield ", ".join(one for one in said if isinstance(one, str))
        for name in ("entry", "resource", "parameter"):
            yield from _towns(value.get(name))


def _simple_parameters(resource: dict[str, Any]) -> dict[str, Any]:
    """Parameters that hold a plain value, by name."""
    listed = resource.get("parameter")
    found: dict[str, Any] = {}
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            values = [value for name, value in one.items() if name.startswith("value")]
            if values:
                found[one["name"]] = values[0]
    return found
