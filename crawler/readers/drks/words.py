"""The closed vocabularies of DRKS, as its pages in both languages and its export write them, and coded conditions."""

import re

from crawler.wording.words import stated
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
    "rekrutierung geplant": Status.NOT_YET_RECRUITING,
    "rekrutierung läuft": Status.RECRUITING,
    "rekrutierung laufend": Status.RECRUITING,
    "teilnahme auf einladung": Status.BY_INVITATION,
    "rekrutierung auf einladung": Status.BY_INVITATION,
    "rekrutierung abgeschlossen, studie noch nicht abgeschlossen": Status.ACTIVE_NOT_RECRUITING,
    "rekrutierung abgeschlossen, studie läuft noch": Status.ACTIVE_NOT_RECRUITING,
    "rekrutierung abgeschlossen, follow-up läuft noch": Status.ACTIVE_NOT_RECRUITING,
    "rekrutierung abgeschlossen, follow-up noch nicht abgeschlossen": Status.ACTIVE_NOT_RECRUITING,
    "rekrutierung ausgesetzt": Status.SUSPENDED,
    "rekrutierung vorübergehend ausgesetzt": Status.SUSPENDED,
    "rekrutierung vorübergehend unterbrochen": Status.SUSPENDED,
    "rekrutierung abgeschlossen, studie abgeschlossen": Status.COMPLETED,
    "rekrutierung abgeschlossen, follow-up abgeschlossen": Status.COMPLETED,
    "rekrutierung vorzeitig beendet": Status.TERMINATED,
    "rekrutierung nach rekrutierungsbeginn abgebrochen": Status.TERMINATED,
    "rekrutierung abgebrochen": Status.TERMINATED,
    "rekrutierung vor studienbeginn zurückgezogen": Status.WITHDRAWN,
    "rekrutierung vor rekrutierungsbeginn zurückgezogen": Status.WITHDRAWN,
    "rekrutierung zurückgezogen": Status.WITHDRAWN,
}
STUDY_TYPE = {
    "interventional": StudyType.INTERVENTIONAL,
    "non-interventional": StudyType.OBSERVATIONAL,
    "non_interventional": StudyType.OBSERVATIONAL,
    "observational": StudyType.OBSERVATIONAL,
    "interventionell": StudyType.INTERVENTIONAL,
    "interventionelle studie": StudyType.INTERVENTIONAL,
    "nicht-interventionell": StudyType.OBSERVATIONAL,
    "nicht interventionell": StudyType.OBSERVATIONAL,
    "nicht-interventionelle studie": StudyType.OBSERVATIONAL,
    "beobachtungsstudie": StudyType.OBSERVATIONAL,
}
SEX = {
    **dict.fromkeys(("all", "both", "both, male and female", "male and female"), Sex.ALL),
    **dict.fromkeys(("alle", "alle geschlechter", "beide", "beide geschlechter"), Sex.ALL),
    **dict.fromkeys(("männlich und weiblich", "weiblich und männlich", "beide, männlich und weiblich"), Sex.ALL),
    **dict.fromkeys(("female", "weiblich", "frauen"), Sex.FEMALE),
    **dict.fromkeys(("male", "männlich", "männer"), Sex.MALE),
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
