"""Age limits in the words of registries: one limit a field, two limits in one, limits that are none.

A unit is known in English and in six other languages, in full and in the short forms that people type. A number with a
word that is no unit ("24 Pregnancy") says nothing about an age in days: the words are kept, the limit stays unknown and
is counted, and is never taken for years.
"""

import re
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from crawler.wording.words import squeeze
from db.ages import DAYS_PER_UNIT, AgeLimit

Limits = tuple[AgeLimit | None, AgeLimit | None]
"""Minimum and maximum age."""

_UNITS = {
    "year": "years year yrs yr y yo y/o y.o jahre jahren jahr jahr(e) j ans an annees annee années année a años año "
    "anos ano anni anno jaren jaar age 歳 才 岁 周岁 세 year(s)",
    "month": "months month mths mth mons mon mos mo mois monate monaten monat monat(e) meses mes mês mesi mese maanden "
    "maand m mnd 月 个月 か月 ヶ月 개월 month(s)",
    "week": "weeks week wks wk w wochen woche woche(n) semaines semaine semanas semana settimane settimana weken 周 週 "
    "주 week(s)",
    "day": "days day d tage tagen tag tag(e) jours jour días día dias dia giorni giorno dagen dag 天 日 일 day(s)",
    "hour": "hours hour hrs hr h stunden stunde heures heure horas hora ore ora uren uur hour(s)",
    "minute": "minutes minute mins min minuten minuto minutos minuti minuut minute(s)",
}
UNIT = {word: unit for unit, words in _UNITS.items() for word in words.split()}
"""Unit of each of its words, in lower case."""

_OLDER = (
    r"\+|(?:years?|yrs?|ans|jahre|años|anos|anni|jaar)?\s*(?:and|or|und|oder|et|ou|y|o|e|of|en)\s*(?:older|over|above|up|"
    r"more|upwards?|greater|beyond|älter|mehr|darüber|plus|más|mayores|mais|oltre|più|ouder|hoger)\b|plus\b|or\s*>|older\b|"
    r"over\b|above\b"
)
_YOUNGER = (
    r"(?:and|or|und|oder|et|ou|y|o|e|of|en)\s*(?:younger|under|below|less|jünger|moins|menos|menores|meno|jonger)\b"
)
_FROM = (
    r">=?|≥|＞|≧|⩾|over|above|from|at least|older than|more than|greater than|min(?:imum)?\.?|ab|mindestens|über|"
    r"à partir de|dès|plus de|desde|a partir de|al menos|da|almeno|pelo menos|vanaf|minstens|vollendetes"
)
_UP_TO = (
    r"<=?|≤|＜|≦|⩽|up to|under|below|younger than|less than|max(?:imum)?\.?|until|bis|höchstens|unter|jusqu'à|"
    r"moins de|hasta|menos de|fino a|até|tot"
)


def _spaced(words: str) -> str:
    """Words as a pattern that may be written over several lines."""
    return words.replace(" ", r"\s+")


_NUMBER = r"\d{1,3}(?:[.,]\d{1,2})?"
_WORD = r"[^\W\d_]+(?:[./][^\W\d_]+)*(?:\([^\W\d_]+\))?"
_AGE = re.compile(
    rf"""
    \s*(?:aged?|age:|alter:?|edad|âge)?\s*
    (?:(?P<from>{_spaced(_FROM)})|(?P<upto>{_spaced(_UP_TO)})|=)?\s*
    (?P<number>{_NUMBER})\s*
    (?P<ended>\+)?\s*[-.]?\s*
    (?:(?P<unit>{_WORD})\.?)??\s*
    (?:[-(]?\s*(?:old|of\s+age|alt|de\s+edad|de\s+idade|oud|d['’]âge)\b\)?)?\s*,?\s*
    (?:(?P<older>{_OLDER})|(?P<younger>{_YOUNGER}))?\s*
    (?:\(?\s*(?:old|of\s+age|inclusive|incl\.?|included)\)?)?\s*[.;]?\s*
    """,
    re.X | re.I,
)
_RANGE = re.compile(
    rf"""
    \s*(?:from|between|ages?|aged|von|zwischen|de|entre|da|van|tussen)?:?\s*(?:>=?|≥)?\s*
    (?P<low>{_NUMBER})\s*(?P<low_unit>{_WORD})??\.?\s*
    (?:-|–|—|~|～|\bto\b|\band\b|\bbis\b|\bund\b|\bà\b|\bet\b|\ba\b|\by\b|\be\b|\btot\b|\ben\b|\bup\s+to\b)\s*(?:<=?|≤)?\s*
    (?P<high>{_NUMBER})\s*(?P<high_unit>{_WORD})?\.?\s*(?:[-(]?\s*(?:old|of\s+age|alt|inclusive)\)?)?\s*\.?\s*
    """,
    re.X | re.I,
)


_LONGEST = 300
"""Characters of a limit with all that registries write beside it; what is longer is some other text."""


class _Read(NamedTuple):
    """What a field says: limits in days with the length of their unit; is_understood: nothing in it is unknown."""

    low: tuple[float, float] | None = None
    high: tuple[float, float] | None = None
    is_understood: bool = True


def limits(low: str | None, high: str | None, unknown: Counter[str], bare_unit: str | None = "year") -> Limits:
    """The limits of the two fields of a record, each with its field's words; what is not understood is counted.

    "65+" as a maximum is no limit, and "18-65" in one field is two. bare_unit: the unit of a number alone, None where
    the registry always states one.
    """
    of_low, of_high = _read(low, False, bare_unit), _read(high, True, bare_unit)
    for text, read in ((low, of_low), (high, of_high)):
        if text and not read.is_understood:
            unknown[f"age: {squeeze(text)}"] += 1
    lowest = _limit(low, of_low.low) if low else None
    highest = _limit(high, of_high.high) if high else None
    if of_low.high and (of_high.high is None):
        highest = _limit(low, of_low.high)
        if of_low.low is None:
            lowest = None
    if of_high.low and of_low.low is None and of_high.high:
        lowest = _limit(high, of_high.low)
    return lowest, highest


def is_understood(text: str) -> bool:
    """Whether an age is understood, or says that there is no limit."""
    return _read(text, False, "year").is_understood


def _limit(text: str | None, stated: tuple[float, float] | None) -> AgeLimit:
    return AgeLimit(text or "", *(stated or (None, None)))


@lru_cache(maxsize=4096)
def _read(text: str | None, is_maximum: bool, bare_unit: str | None) -> _Read:
    if not text or not any(map(str.isdigit, text)):
        return _Read()
    text = squeeze(text)  # between any two words the patterns look for blanks, and of many they would try each division
    if len(text) > _LONGEST:
        return _Read(is_understood=False)
    if match := _RANGE.fullmatch(text):
        high_unit = _unit(match["high_unit"] or match["low_unit"], bare_unit)
        low_unit = _unit(match["low_unit"], high_unit)
        if low_unit and high_unit:
            return _Read(_days(match["low"], low_unit), _days(match["high"], high_unit))
        return _Read(is_understood=False)
    match = _AGE.fullmatch(text)
    if match is None:
        return _Read(is_understood=False)
    unit = _unit(match["unit"], bare_unit)
    if unit is None:
        return _Read(is_understood=False)
    stated = _days(match["number"], unit)
    is_open = bool(match["ended"] or match["older"] or match["from"])
    is_end = bool(match["upto"] or match["younger"])
    if is_maximum:
        # Nobody is younger than a form's default of zero.
        return _Read() if stated[0] == 0 else _Read(low=stated) if is_open else _Read(high=stated)
    return _Read(high=stated) if is_end else _Read(low=stated)


def _unit(word: str | None, otherwise: str | None) -> str | None:
    """The unit that a word names; the other one where there is no word, none for a word that is no unit."""
    return UNIT.get(word.lower().rstrip(".")) if word else otherwise


def _days(number: str, unit: str) -> tuple[float, float]:
    return float(number.replace(",", ".")) * DAYS_PER_UNIT[unit], DAYS_PER_UNIT[unit]
