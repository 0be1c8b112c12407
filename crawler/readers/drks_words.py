"""The closed vocabularies of DRKS, as its pages and as its export write them, and its coded conditions."""

import re

import pycountry

from crawler.readers.words import stated
from db.trial import Condition
from db.vocabularies import Sex, Status, StudyType

STATUS = {
    "recruiting planned": Status.NOT_YET_RECRUITING,
    "pending": Status.NOT_YET_RECRUITING,
    "recruiting ongoing": Status.RECRUITING,
    "recruiting": Status.RECRUITING,
    "enrolling by invitation": Status.BY_INVITATION,
    "invite_only": Status.BY_INVITATION,
    "recruiting complete, follow-up continuing": Status.ACTIVE_NOT_RECRUITING,
    "recruiting complete, follow up continuing": Status.ACTIVE_NOT_RECRUITING,
    "complete_follow_up_continuing": Status.ACTIVE_NOT_RECRUITING,
    "recruiting suspended on temporary hold": Status.SUSPENDED,
    "suspended": Status.SUSPENDED,
    "recruiting complete, study complete": Status.COMPLETED,
    "recruiting complete, follow-up complete": Status.COMPLETED,
    "complete_follow_up_complete": Status.COMPLETED,
    "recruiting stopped after recruiting started": Status.TERMINATED,
    # The registry's export spells it so.
    "discontiniued": Status.TERMINATED,
    "discontinued": Status.TERMINATED,
    "recruiting withdrawn before recruiting started": Status.WITHDRAWN,
    "withdrawn": Status.WITHDRAWN,
}
STUDY_TYPE = {
    "interventional": StudyType.INTERVENTIONAL,
    "non-interventional": StudyType.OBSERVATIONAL,
    "non_interventional": StudyType.OBSERVATIONAL,
    "observational": StudyType.OBSERVATIONAL,
    "interventionell": StudyType.INTERVENTIONAL,
    "nicht-interventionell": StudyType.OBSERVATIONAL,
}
SEX = {
    **dict.fromkeys(("all", "both", "alle", "both, male and female", "male and female"), Sex.ALL),
    **dict.fromkeys(("female", "weiblich"), Sex.FEMALE),
    **dict.fromkeys(("male", "männlich"), Sex.MALE),
}

_ICD = re.compile(
    r"\[?(?:ICD-?10(?:-GM)?\s*:?\s*)?(?P<code>[A-Z]\d\d(?:\.[\d-]{1,2})?)[+*!†]?\]?(?:\s*[-–:]\s*|\s+|$)(?P<name>.*)",
    re.S,
)
_ORPHA = re.compile(r"\[?ORPHA(?:NET|CODE)?\s*:?\s*(?P<code>\d+)\]?\s*[-–:]?\s*(?P<name>.*)", re.I | re.S)


def condition(text: str, system: str | None = None) -> Condition:
    """A condition with the code that its text begins with: "M61.1 - Myositis ossificans", "ORPHA:337 Progressive ...".

    system: "ICD-10" or "ORPHA" where the field is a coded one; a free text may begin with an Orpha code.
    """
    if match := _ORPHA.match(text):
        return Condition(stated(match["name"]) or f"ORPHA:{match['code']}", "ORPHA", match["code"])
    if system == "ORPHA" and text.isdigit():
        return Condition(f"ORPHA:{text}", "ORPHA", text)
    if system == "ICD-10" and (match := _ICD.match(text)):
        return Condition(stated(match["name"]) or match["code"], "ICD-10", match["code"])
    return Condition(text)


def country(code: str | None) -> str | None:
    """Name of the country of an ISO 3166 code; an unknown code as it is."""
    found = pycountry.countries.get(alpha_2=code) if code else None
    return (getattr(found, "common_name", None) or found.name) if found else code
