"""Numbers in criteria and charts: ranges of age in days, measured values and the limits on them."""

import re
from functools import cache
from typing import NamedTuple

from db.ages import DAYS_PER_UNIT
from matcher.patient.age_words import any_word
from matcher.ranking.eligibility import is_within
from matcher.screening.words import bordered, languages_of, rows, words

_NUMBER = r"\d{1,3}(?:[ ,]\d{3})+(?!\d)|\d+(?:[.,]\d+)?"
_UNITS = {
    "year": rf"{any_word('year')}|jahrige?[rns]?|jarige?n?", "month": any_word("month"), "week": any_word("week"),
    "day": any_word("day"), "hour": r"hours?|hrs?|heures?|stunden?|horas?|ore|uur|uren",
}  # fmt: skip
_SIGNS = {
    "least": r">\s*/?=|=\s*>|≥|≧|⩾|&gt;\s*=|> or =|>or=", "most": r"<\s*/?=|=\s*<|≤|≦|⩽|&lt;\s*=|< or =|<or=",
    "over": r">|＞|&gt;", "under": r"<|＜|&lt;",
}  # fmt: skip
_COMPARING = ("least", "most", "over", "under")
_FAR = 45
"""Characters between an age and the word that says that it is one, and between a value and what was measured."""


_JOINS_BEFORE = re.compile(r"[\s:(]*(?:the age of|of age|age of|or|an?|de|den?|di|des|the)?\s*")
_JOINS_BEHIND = re.compile(r"[\s,)(-]*(?:\w+\s+){0,3}[\s,)(-]*")
"""What may stand between a number and the words that compare it."""


class AgeRange(NamedTuple):
    """Ages in days, from and before; where a criterion says "over 18", who is 18 is in doubt: sure_from is one year
    more.
    """

    low_days: float
    until_days: float
    sure_from_days: float

    def holds(self, age_years: float) -> bool | None:
        """Whether a stated age is among them; None where that depends on the day, or on what "over" means."""
        if is_within(self.low_days, self.until_days, age_years) is False:
            return False
        return is_within(self.sure_from_days, self.until_days, age_years) or None


class Measured(NamedTuple):
    """A measured value, or a limit on one. how: "least", "most", "over", "under"; "" of a value. unit: flat, without
    blanks; "" where none is stated, "uln" in multiples of the upper limit of normal.
    """

    analyte: str
    how: str
    value: float
    unit: str
    start: int
    end: int


@cache
def _comparison(language: str) -> re.Pattern[str]:
    """A comparing word or sign, as a group named for what it says."""
    parts = []
    for name in _COMPARING:
        spoken = "|".join(words(one)[name].pattern for one in languages_of(language))
        parts.append(rf"(?P<{name}>{_SIGNS[name]}|{spoken})")
    return re.compile("|".join(parts))


@cache
def _age_patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A range of ages, and a single one."""
    spoken = languages_of(language)
    to = "|".join(["[-–—~]", *(words(one)["range"].pattern for one in spoken)])
    times = [_time(number) for number in (1, 2)]
    old = "|".join(words(one)["aged"].pattern for one in spoken)
    span = re.compile(
        rf"(?<![\w.,/])(?P<low>{_NUMBER})\s*-?(?:{times[0]})?\s*(?:{old})?\s*(?:{to})\s*(?P<high>{_NUMBER})"
        rf"\s*-?(?:{times[1]})?(?![\d/%])"
    )
    single = re.compile(rf"(?<![\w.,/])(?P<low>{_NUMBER})\s*-?(?:{times[0]})?(?![\d/%])")
    return span, single


def _time(number: int) -> str:
    """Units of time, each as a group named for it and the number that it stands behind."""
    return "|".join(f"(?P<{name}{number}>(?:{pattern})(?![a-z]))" for name, pattern in _UNITS.items())


def _unit(match: re.Match[str], number: int) -> float | None:
    """Days of the unit behind the first or second number of a match."""
    return next((DAYS_PER_UNIT[name] for name in _UNITS if match.groupdict().get(f"{name}{number}")), None)


def _value(text: str) -> float:
    """A number as it is written in any of the languages."""
    if re.fullmatch(r"\d{1,3}(?:[ ,]\d{3})+", text):
        return float(re.sub(r"[ ,]", "", text))
    return float(text.replace(",", "."))


def age_range(text: str, language: str, is_said: bool) -> tuple[AgeRange | None, int, int] | None:
    """The ages that a criterion speaks of, with the characters that say so; None where it speaks of none.

    text: flat. is_said: whether a word of the criterion says that it is about ages, so that a bare number is one. The
    range itself is None where it cannot be told from the words.
    """
    span, single = _age_patterns(language)
    comparison = _comparison(language)
    for match in span.finditer(text):
        second = _unit(match, 2) or _unit(match, 1)
        if second is None and not is_said:
            continue
        unit = second or DAYS_PER_UNIT["year"]
        first = _unit(match, 1) or unit
        low, high = _value(match["low"]) * first, (_value(match["high"]) + 1) * unit
        if low < high:
            return AgeRange(low, high, low), match.start(), match.end()
    low, until, sure, start, end = 0.0, float("inf"), 0.0, len(text), 0
    for match in single.finditer(text):
        stated = _unit(match, 1)
        if stated is None and not is_said:
            continue
        compared = _compared(text, match.start(), match.end(), comparison)
        if compared is None:
            continue
        how, first_char, last_char = compared
        unit = stated or DAYS_PER_UNIT["year"]
        days = _value(match["low"]) * unit
        if how == "least":
            low, sure = max(low, days), max(sure, days)
        elif how == "over":
            low, sure = max(low, days), max(sure, days + unit)
        else:
            until = min(until, days + unit if how == "most" else days)
        start, end = min(start, first_char), max(end, last_char)
    if not end:
        return None
    return (AgeRange(low, until, sure) if low < until else None), start, end


def _compared(text: str, start: int, end: int, comparison: re.Pattern[str]) -> tuple[str, int, int] | None:
    """What is said of a number by the words right before it, else right behind it, and where all of it stands."""
    before = list(comparison.finditer(text, max(0, start - _FAR), start))
    if before and _JOINS_BEFORE.fullmatch(text, before[-1].end(), start):
        return str(before[-1].lastgroup), before[-1].start(), end
    behind = comparison.search(text, end, end + _FAR)
    if behind and _JOINS_BEHIND.fullmatch(text, end, behind.start()):
        return str(behind.lastgroup), start, behind.end()
    return None


@cache
def _analytes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((row["analyte"], bordered(row["words"])) for row in rows("analytes"))


_UNIT = re.compile(
    r"\s*(?P<uln>(?:[x×*]|times|fois|-?fach\w*(?: des)?|veces|volte|vezes|maal)\s*(?:(?:the|la|le|el|il|o)\s+)?"
    r"(?:(?:institutional |local |age-adjusted )*(?:upper limit|uln|lsn|limite sup\w+|oberen? \w*grenz\w*|bovengrens)"
    r"[\w ]{0,25}))|\s*(?P<unit>%|(?:x ?10\S*\s*|10\S*\s*)?[a-zµμ]{1,6}\d?(?:\s*/\s*(?:\d+\s?)?[a-zµμ]+\d?){0,2})"
)
_SAYS_ULN = re.compile(r"\s*(?:uln|lsn)\b")


def limits(text: str, language: str) -> list[Measured]:
    """The limits on measured values that a criterion states. text: flat."""
    comparison = _comparison(language)
    return [found for found in _measured(text, comparison) if found.how]


def values(text: str) -> list[Measured]:
    """The measured values that a chart states ("eGFR 25 ml/min"). text: flat."""
    return [found for found in _measured(text, None) if not found.how]


def _measured(text: str, comparison: re.Pattern[str] | None) -> list[Measured]:
    found: list[Measured] = []
    for analyte, pattern in _analytes():
        for name in pattern.finditer(text):
            if any(other.start <= name.start() < other.end for other in found):
                continue
            measured = _behind(text, analyte, name, comparison)
            if measured is not None:
                found.append(measured)
    return sorted(found, key=lambda one: one.start)


def _behind(text: str, analyte: str, name: re.Match[str], comparison: re.Pattern[str] | None) -> Measured | None:
    """The value behind the name of what was measured."""
    stop = re.compile(r"[;.](?!\d)").search(text, name.end())
    last = min(name.end() + _FAR + _FAR, stop.start() if stop else len(text))
    how, place = "", name.end()
    if comparison is not None:
        compared = comparison.search(text, place, last)
        if compared is None:
            return None
        how, place = str(compared.lastgroup), compared.end()
    gap = 12 if comparison is not None else 18
    number = re.compile(_NUMBER).search(text, place, last)
    if number is None or number.start() - place > gap:
        return None
    if comparison is None and re.search(r"[<>≤≥]", text[place : number.start()]):
        return None
    unit = _UNIT.match(text, number.end(), last + 20)
    said, end = "", number.end()
    if unit is not None:
        said, end = ("uln" if unit["uln"] else re.sub(r"\s", "", unit["unit"])), unit.end()
    elif uln := _SAYS_ULN.match(text, number.end()):
        said, end = "uln", uln.end()
    return Measured(analyte, how, _value(number[0]), said.replace("μ", "u").replace("µ", "u"), name.start(), end)


_PERFORMANCE = re.compile(
    r"(?<!\w)(?:ecog|who|oms|zubrod)(?:[ -]*(?:performance|ps|status|statut|score|grade|ps:))*\D{0,8}?(?P<grade>[0-4])"
    r"(?!\d|\s*[-–/]\s*\d)"
)
_KARNOFSKY = re.compile(r"(?<!\w)(?:karnofsky|kps)\D{0,25}?(?P<percent>\d{2,3})(?!\d)")
_ECOG_OF_KARNOFSKY = ((90, 0), (70, 1), (50, 2), (30, 3), (0, 4))
"""ECOG grade from a Karnofsky index on (Oken 1982, PMID 7165009)."""


def performance(text: str) -> int | None:
    """The one ECOG grade that a chart states, itself or as a Karnofsky index. text: flat."""
    found = {int(match["grade"]) for match in _PERFORMANCE.finditer(text)}
    for match in _KARNOFSKY.finditer(text):
        percent = int(match["percent"])
        found.add(next(grade for least, grade in _ECOG_OF_KARNOFSKY if percent >= least))
    return found.pop() if len(found) == 1 else None


_GRADES = re.compile(
    r"(?P<low>[0-4])\s*(?:-|–|/|,|to|or|a|bis|ou|o|oder|of|et|und|y|e|tot|and)\s*"
    r"(?:1\s*(?:,|or|ou|oder|o|of)\s*)?(?P<high>[0-4])(?!\d)"
)
_ECOG = re.compile(r"(?<!\w)(?:ecog|zubrod|who|oms)(?!\w)")
_GRADE = re.compile(r"(?<!\d)[0-5](?!\d)")


class Grades(NamedTuple):
    """ECOG grades of performance, the lowest and the highest, and the character behind their words."""

    low: int
    high: int
    end: int


def grades(text: str, language: str) -> Grades | None:
    """The ECOG grades that a criterion speaks of. text: flat."""
    named = _ECOG.search(text)
    if named is None or "karnofsky" in text:
        return None
    found = _GRADES.search(text, named.end())
    if found is not None and found.start() - named.end() <= _FAR:
        return Grades(int(found["low"]), int(found["high"]), found.end())
    compared = _comparison(language).search(text, named.end(), named.end() + _FAR)
    number = _GRADE.search(text, named.end(), named.end() + _FAR + _FAR)
    if compared is None or number is None:
        return None
    grade, how = int(number[0]), compared.lastgroup
    if how in ("most", "under"):
        return Grades(0, grade - (how == "under"), number.end())
    return Grades(grade + (how == "over"), 5, number.end())
