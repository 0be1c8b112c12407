"""The words of WHO ICTRP records: every registry's own spellings of status, phase, sex, age and study type.

The lists are those met in exports (2015 to 2026) and are open: an unknown word is kept raw and counted.
"""

import re
from collections import Counter
from functools import lru_cache

from crawler.wording import age_bands, words
from crawler.wording.age_bands import AgeBand
from db.dates import PartialDate, spoken_partial_date
from db.vocabularies import Phase, Sex, Status, StudyType

STATUS = {
    **dict.fromkeys(
        (
            "not yet recruiting",
            "pending",
            "planned",
            "preinitiation",
            "not yet open",
            "not started",
            "under evaluation",
        ),
        Status.NOT_YET_RECRUITING,
    ),
    **dict.fromkeys(
        ("authorised, recruitment pending", "authorised, not started", "ongoing, not yet recruiting"),
        Status.NOT_YET_RECRUITING,
    ),
    **dict.fromkeys(
        (
            "recruiting",
            "open public recruiting",
            "open to recruitment",
            "open to recruitment: actively recruiting participants",
            "ongoing, recruiting",
            "authorised, recruiting",
        ),
        Status.RECRUITING,
    ),
    "enrolling by invitation": Status.BY_INVITATION,
    "enrolling_by_invitation": Status.BY_INVITATION,
    **dict.fromkeys(
        ("active, not recruiting", "active_not_recruiting", "ongoing, recruitment ended", "no longer recruiting"),
        Status.ACTIVE_NOT_RECRUITING,
    ),
    **dict.fromkeys(
        (
            "recruitment completed",
            "complete: follow-up continuing",
            "closed to recruitment of participants",
            "closed to recruitment: follow-up continuing",
        ),
        Status.ACTIVE_NOT_RECRUITING,
    ),
    **dict.fromkeys(
        (
            "suspended",
            "suspending",
            "temporary halt",
            "temporarily halted",
            "temporary closed",
            "halted",
            "temporarily not available",
        ),
        Status.SUSPENDED,
    ),
    **dict.fromkeys(
        (
            "complete",
            "completed",
            "complete: follow-up complete",
            "closed to recruitment: follow-up complete",
            "main results already published",
            "ended",
            "finished",
        ),
        Status.COMPLETED,
    ),
    **dict.fromkeys(
        ("terminated", "stopped", "stopped early", "discontinued", "prematurely ended", "revoked"), Status.TERMINATED
    ),
    **dict.fromkeys(("withdrawn", "cancelled", "not authorised", "expired"), Status.WITHDRAWN),
    **dict.fromkeys(
        ("available", "no longer available", "approved for marketing"),
        Status.EXPANDED_ACCESS,
    ),
    **dict.fromkeys(("unknown", "unknown status"), Status.UNKNOWN),
    # "Not recruiting" is what WHO makes of everything that is closed or not open: it is not "not yet", and no status.
    # Like "authorised" and "ongoing" of the EU registers it is kept as it is, and counted.
}

# ChiCTR's own list of phases: 0 stands there for studies outside the phases of drug development.
_NO_PHASE = frozenset(
    (
        *("0", "0 (exploratory trials)", "retrospective study", "new treatment measure clinical study", "other"),
        *(
            "diagnostic new technique clincal study",
            "diagnostic new technique clinical study",
            "not selected",
            "others",
        ),
    )
)
_POST_MARKET = frozenset(("post-market", "post market", "post marketing surveillance", "pms"))
_PHASE_MATRIX = re.compile(r"\(phase (iv|i{1,3})\)\s*:?\s*(yes|no)", re.I)
_MATRIX = {"i": Phase.PHASE_1, "ii": Phase.PHASE_2, "iii": Phase.PHASE_3, "iv": Phase.PHASE_4}
_EARLY = re.compile(r"early[\s_-]*phase[\s_-]*(?:1|i)\b|phase[\s_-]*0\b", re.I)

_SEX_MATRIX = re.compile(r"\b(female|male)s?\s*:\s*(yes|no)\b")
_SEX_WORDS = {
    **dict.fromkeys(("all", "both", "b"), (True, True)),
    **dict.fromkeys(("female", "females", "woman", "women", "f"), (True, False)),
    **dict.fromkeys(("male", "males", "man", "men", "m"), (False, True)),
}
_SEXES = {(True, True): Sex.ALL, (True, False): Sex.FEMALE, (False, True): Sex.MALE}

_UNDER_18 = re.compile(r"Are the trial subjects under 18\?\s*(yes|no)", re.I)
_ADULTS = re.compile(r"F\.1\.2 Adults \(18-64 years\)\s*(yes|no)", re.I)
_ELDERLY = re.compile(r"F\.1\.3 Elderly \(>=65 years\)\s*(yes|no)", re.I)

_STUDY_TYPES = (
    (re.compile(r"expanded.access", re.I), StudyType.EXPANDED_ACCESS),
    (re.compile(r"observation|epidemi|prognos|cohort|^cause|relative factors", re.I), StudyType.OBSERVATIONAL),
    (re.compile(r"interven|^treatment|^prevention|^ba/be", re.I), StudyType.INTERVENTIONAL),
)
_CLOCK = re.compile(r"(?<!\s)\s*+\b\d{1,2}:\d\d(?::\d\d)?\s*(?:[AP]M)?$", re.I)
_NUMBERS = re.compile(r"(?:^|:)\s*(\d{1,9})\s*(?=;|$)")


def status(word: str | None, unknown: Counter[str]) -> Status:
    """Harmonised status; no word means that the registry does not say."""
    return words.known(STATUS, "status", word, unknown) or Status.UNKNOWN


def phases(text: str | None, unknown: Counter[str]) -> tuple[Phase, ...]:
    """Phases of "Phase 2/Phase 3", "1-2", "IIa" or the yes-and-no list of EU trials."""
    if not text:
        return ()
    if matrix := _PHASE_MATRIX.findall(text):
        return tuple(sorted({_MATRIX[number.lower()] for number, answer in matrix if answer.lower() == "yes"}))
    word = words.squeeze(text).lower()
    if word in _NO_PHASE:
        return ()
    if word in _POST_MARKET:
        return (Phase.PHASE_4,)
    early = (Phase.EARLY_1,) if _EARLY.search(text) else ()
    rest = _EARLY.sub(" ", text).strip(" /")
    return tuple(sorted({*early, *words.phases(rest, unknown)})) if rest else early


def sex(text: str | None, unknown: Counter[str]) -> Sex | None:
    """Sexes of "Both males and females", "M/F" or "Female: yes Male: no"."""
    if not text:
        return None
    word = words.squeeze(text).lower()
    matrix = _SEX_MATRIX.findall(word)
    if matrix:
        admitted = {name for name, answer in matrix if answer == "yes"}
        found = [_SEX_WORDS[name] for name in admitted]
    else:
        found = [_SEX_WORDS[part] for part in re.findall(r"[a-z]+", word) if part in _SEX_WORDS]
        if not found:
            unknown[f"sex: {text}"] += 1
    return _SEXES.get((any(female for female, _ in found), any(male for _, male in found)))


def eu_age_bands(criteria: str) -> tuple[str, list[AgeBand]]:
    """The criteria of an EU CTR record without the age bands that WHO appends to them, and those bands."""
    start = _UNDER_18.search(criteria)
    if start is None:
        return criteria, []
    stated = (
        (start, age_bands.UNDER_18),
        (_ADULTS.search(criteria, start.end()), age_bands.ADULT),
        (_ELDERLY.search(criteria, start.end()), age_bands.OVER_64),
    )
    bands = [band for match, band in stated if match and match[1].lower() == "yes"]
    return criteria[: start.start()], bands


def study_type(text: str | None) -> StudyType | None:
    """Kind of study by the beginning of the registry's words."""
    if not text:
        return None
    return next((kind for pattern, kind in _STUDY_TYPES if pattern.search(text)), StudyType.OTHER)


@lru_cache(maxsize=65536)
def date(text: str | None, kind: str | None = None) -> PartialDate | None:
    """A date of any registry, day before month; 1 January 1900 stands for none."""
    if not text:
        return None
    text = words.squeeze(text)
    found = spoken_partial_date(text, kind)
    if found.date is None:
        found = spoken_partial_date(_CLOCK.sub("", text), kind)
    return None if found.date and found.date.year == 1900 else found


def target_size(text: str | None) -> int | None:
    """Planned participants: "120", "40; UK: 20", or the sum of "arm A:49;arm B:49;"."""
    if (whole := words.sample_size(text)) is not None:
        return whole
    counts = _NUMBERS.findall(text or "")
    return sum(map(int, counts)) if counts else None
