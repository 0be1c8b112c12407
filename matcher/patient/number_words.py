"""Numbers in words before a unit of time, in digits: "quatre-vingt-deux ans", "vierundfünfzigjährig", "
""quarantaduenne"."""

import re

from text_to_num import text2num

from matcher.text.sentences import flat

_UNITS = (
    (r"years?|yrs?|y/?o|y\.o\.?|months?|weeks?|days?", ("en",)), (r"ans?|annees?|mois|semaines?|jours?", ("fr",)),
    (r"jahre?n?|monate?n?|wochen?|tage?n?", ("de",)), (r"anos?|mes(?:es)?|semanas?|dias?", ("es", "pt")),
    (r"ann[io]|mes[ei]|settiman[ae]|giorn[io]", ("it",)),
    (r"jaar|jaren|maand(?:en)?|week|weken|dag(?:en)?", ("nl", "en")),
)  # fmt: skip
_LANGUAGES = tuple((re.compile(rf"(?:{units})\Z"), languages) for units, languages in _UNITS)
_BEFORE_A_UNIT = re.compile(rf"(?<=[a-z])[ -]{{1,2}}(?:{'|'.join(units for units, _ in _UNITS)})(?![a-z])")
_LAST_WORDS = re.compile(r"(?<![^\W_-])(?:[^\W\d_]+[ -]){0,4}[^\W\d_]+\Z")
_GLUED = re.compile(r"(?<![\w])(?P<words>[a-z]{3,22}?)-?(?P<unit>jahrig|monatig|wochig|tagig|jarig|enn[ei](?![a-z]))")
_ELIDED = re.compile(r"(?<!\w)([a-z]{3,20})['’](?=ann[io]\b)")
_GLUED_LANGUAGE = {"jarig": "nl", "enne": "it", "enni": "it"}
_HALF = re.compile(r"(\d) ?½")
_YEAR_AND_A_HALF = re.compile(
    r"(?<![^\W\d_])(?:(?:une?|uma?) )?(a[nñ]o|an|anno)(?= (?:y medio|e meio|et demi|e mezzo)\b)", re.I
)
"""A year and a half without a number before it; "un an et demi" has one."""
_AND_A_HALF = "einhalb"
"""German: zweieinhalb Jahre, zweieinhalbjährig."""
_AND_A_HALF_IN_ENGLISH = " and a half"
_LONGEST = 60
"""Characters before a unit in which its number may stand."""
_RESPELT = (
    ("funf", "fünf"), ("fuenf", "fünf"), ("zwolf", "zwölf"), ("zwoelf", "zwölf"), ("veintidos", "veintidós"),
    ("veintitres", "veintitrés"), ("veintiseis", "veintiséis"), ("dieciseis", "dieciséis"), ("eeen", "eeën"),
    ("ieen", "ieën"),
)  # fmt: skip
"""Spellings without accents that text2num does not know."""
_ONE = re.compile(r"\bein(?:e[nmrs]?)\b")


def in_digits(text: str) -> str:
    """The text with the numbers that count years, months, weeks or days in digits."""
    text = _YEAR_AND_A_HALF.sub(r"1 \1", _HALF.sub(r"\1.5", text))
    lower = flat(text)
    parts: list[str] = []
    done = 0
    for start, end, value in sorted({*_before_units(text, lower), *_in_compounds(text, lower), *_elided(text, lower)}):
        if start >= done:
            parts += [text[done:start], value]
            done = end
    return "".join((*parts, text[done:])) if parts else text


def _elided(text: str, lower: str) -> list[tuple[int, int, str]]:
    """Italian "trent'anni"."""
    found: list[tuple[int, int, str]] = []
    for match in _ELIDED.finditer(lower):
        values = (_number(text[match.start(1) : match.end(1)] + vowel, "it") for vowel in "aio")
        value = next((value for value in values if value is not None), None)
        if value is not None:
            found.append((match.start(), match.end(), f"{value} "))
    return found


def _before_units(text: str, lower: str) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    for match in _BEFORE_A_UNIT.finditer(lower):
        unit = match[0].lstrip(" -")
        languages = next(languages for pattern, languages in _LANGUAGES if pattern.match(unit))
        before = _LAST_WORDS.search(text, max(0, match.start() - _LONGEST), match.start())
        if before is None:
            continue
        size, value = max(_last_number(before[0], language) for language in languages)
        if size:
            found.append((match.start() - size, match.start(), value))
    return found


def _last_number(words: str, language: str) -> tuple[int, str]:
    """The number that words end in, the longest one, and its length in characters; 0 where they end in none."""
    starts = [0, *(match.end() for match in re.finditer(r"[ -]", words))]
    best = (0, "")
    for start in reversed(starts):
        value = _number(words[start:], language)
        if value is not None:
            best = (len(words) - start, value)
    return best


def _in_compounds(text: str, lower: str) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    for match in _GLUED.finditer(lower):
        start, end = match.span("words")
        language = _GLUED_LANGUAGE.get(match["unit"], "de")
        endings = ("", "a", "e", "o", "i") if language == "it" else ("",)
        values = (_number(text[start:end] + ending, language) for ending in endings)
        value = next((value for value in values if value is not None), None)
        if value is not None:
            found.append((start, end, value))
    return found


def _number(words: str, language: str) -> str | None:
    """The number that words are, in digits."""
    spelt = words.lower()
    half = ""
    if language == "de":
        spelt = _ONE.sub("ein", spelt)
        if spelt == "anderthalb":
            return "1.5"
        if spelt.endswith(_AND_A_HALF):
            spelt, half = spelt.removesuffix(_AND_A_HALF), ".5"
    if language == "nl" and spelt == "anderhalf":
        return "1.5"
    if language == "en" and spelt.endswith(_AND_A_HALF_IN_ENGLISH):
        spelt, half = spelt.removesuffix(_AND_A_HALF_IN_ENGLISH), ".5"
    respelt = spelt
    for plain, accented in _RESPELT:
        respelt = respelt.replace(plain, accented)
    for tried in dict.fromkeys((spelt, respelt)):
        try:
            return f"{text2num(tried, language)}{half}"
        except ValueError:
            continue
    return None
