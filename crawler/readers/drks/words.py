"""The closed vocabularies of DRKS, as its pages in both languages and its export write them, and coded conditions."""

from collections.abc import Iterator

from crawler.wording import codes
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


def condition(text: str, system: str | None = None) -> Iterator[Condition]:
    """The conditions of a text with the codes in it: "M61.1 - Myositis ossificans", "ORPHA:337 Progressive ...".

    system: "ICD-10" or "ORPHA" where the field is one of codes.
    """
    if system == "ICD-10":
        yield codes.of_icd_field(text)
    elif system == "ORPHA":
        yield from codes.of_orpha_field(text)
    else:
        yield from codes.conditions(text)
