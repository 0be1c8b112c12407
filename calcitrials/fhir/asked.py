"""What a client of FHIR asks: the body of $match as Bundle, Parameters or a single resource."""

from typing import Any, NamedTuple

import msgspec

from calcitrials.api.questions import MOST_TRIALS
from calcitrials.fhir import codes
from calcitrials.web.refusals import Refused
from db.vocabularies import OPEN_STATUSES, Status

_BY_CODE: dict[str, tuple[str, ...]] = {}
for _status, _code in (*codes.R4_STATUS.items(), *codes.R5_PROGRESS.items()):
    _BY_CODE[_code] = tuple(dict.fromkeys((*_BY_CODE.get(_code, ()), str(_status))))
_NOT_USED = ("zipCode", "travelRadius", "phase")
"""Parameters of the trial matching guide of CodeX that are not used; the answer says so."""


class Asked(NamedTuple):
    """A request for matches. query: FHIR JSON for the matcher; unused: names of parameters that are not used."""

    query: str
    statuses: tuple[str, ...]
    limit: int
    unused: tuple[str, ...]


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
    unused = tuple(name for name in _NOT_USED if name in given)
    return Asked(body.decode(), statuses_of(str(wanted)) if wanted else (), count, unused)


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
