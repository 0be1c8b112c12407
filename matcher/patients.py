"""Age, sex and country as a text states them, and a trial's limits against them."""

import re

from matcher.mentions import Assertion, Reading, flat
from matcher.results import Patient

_NUMBERS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
}
_COUNT = rf"(?P<count>\d{{1,3}}(?:[.,]\d)?|{'|'.join(_NUMBERS)})"
_UNIT = (
    r"(?P<unit>years?|yrs?|y|months?|mo|mths?|weeks?|wks?|days?|ans?|mois|semaines?|jours?|jahre?n?|monate?n?|"
    r"wochen?|tage?n?"
    r"|anos?|meses|mes|semanas?|dias?|anni|anno|mesi|mese|settimane?|giorni|jaar|maanden|maand|weken|dagen)"
)
_OLD = r"(?:old|of age|o|/o|alt|d'age|de edad|di eta|de idade|oud)"
_AGES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_COUNT}[- ]?{_UNIT}[- ]?{_OLD}\b",
        rf"\b{_COUNT}[- ]?(?P<unit>jahrig|monatig|wochig|jarige?|jaar)(?:e[rsn]?)?\b",
        rf"\b(?:aged|age:?|age of|agee? de|im alter von|alter:?|de|di|con|edad:?|eta:?|idade:?|leeftijd:?|"
        rf"van) ?{_COUNT}[- ]?{_UNIT}\b",
        rf"\b(?:aged|age:?|alter:?|edad:?|eta:?|idade:?|leeftijd:?) ?{_COUNT}\b(?P<unit>)",
        rf"\b{_COUNT} ?(?:y/?o|yo|yrs?|y)\b(?P<unit>)",
        rf"\b{_COUNT} ?(?:yo|y/o|y)? ?(?P<unit>)(?:[mf]|male|female)\b",
        rf"\b(?:woman|man|girl|boy|female|male|femme|homme|fille|garcon|frau|mann|madchen|junge|mujer|hombre|"
        rf"nina|nino|donna|uomo|mulher"
        rf"|homem|vrouw|patiente?|patientin|paciente|paziente|child|enfant|kind)[, ]+(?:of |de |von |di |"
        rf"van )?{_COUNT}[- ]?{_UNIT}?\b(?!\s*(?:mg|%|cm|mm|\.\d))",
    )
)
_MONTHS = ("mo", "mth", "mes", "mesi", "mois", "maand")
_DAYS_IN_YEAR = 365.25
_FEMALE = re.compile(
    r"\b(?:woman|female|girl|lady|femme|fille|fillette|patiente|frau|weiblich\w*|madchen|patientin|mujer|nina|"
    r"femenin\w+|donna|ragazza"
    r"|bambina|femmina|mulher|menina|feminin\w+|vrouw|meisje|daughter|wife|sister|mother of \w+ children)\b|"
    r"\b\d{1,3} ?(?:yo|y/o|y)? ?f\b"
)
_MALE = re.compile(
    r"\b(?:man|male|boy|gentleman|homme|garcon|mann|mannlich\w*|junge|hombre|nino|varon|masculin\w+|uomo|"
    r"ragazzo|bambino|maschio"
    r"|homem|menino|jongen|son|husband)\b|\b\d{1,3} ?(?:yo|y/o|y)? ?m\b"
)
_NEWBORN = re.compile(
    r"\b(?:newborn|neonate|neonatal (?:boy|girl)|nouveau-ne|neugeborene\w*|recien nacid[oa]|neonato|"
    r"recem-nascid[oa]|pasgeboren\w*)\b"
)
_COUNTRY_NAMES = {
    "France": "france|frankreich|francia|franca|frankrijk|fr", "Germany": "germany|allemagne|deutschland|"
    "alemania|germania|alemanha|duitsland|de",
    "Italy": "italy|italie|italien|italia|it", "Spain": "spain|espagne|spanien|espana|spagna|espanha|spanje|es",
    "Portugal": "portugal|portogallo|pt", "Netherlands": "the netherlands|netherlands|pays-bas|niederlande|"
    "paises bajos|paesi bassi|holanda|nederland|holland|nl",
    "Belgium": "belgium|belgique|belgien|belgica|belgio|belgie|be", "Switzerland": "switzerland|suisse|schweiz|"
    "suiza|svizzera|suica|zwitserland|ch",
    "Austria": "austria|autriche|osterreich|oostenrijk|at", "United Kingdom": "united kingdom|uk|great britain|"
    "england|scotland|wales|royaume-uni|grossbritannien|reino unido|regno unito|gb",
    "Ireland": "ireland|irlande|irland|irlanda|ierland|ie", "United States": "united states of america|"
    "united states|usa|u\\.s\\.a\\.|etats-unis|estados unidos|stati uniti|verenigde staten|us",
    "Canada": "canada|kanada|ca", "Australia": "australia|australie|australien|au", "New Zealand": "new zealand|"
    "nz", "Denmark": "denmark|danemark|danmark|danemark|dk",
    "Sweden": "sweden|suede|schweden|suecia|svezia|zweden|se", "Norway": "norway|norvege|norwegen|noruega|"
    "no", "Finland": "finland|finlande|finnland|fi",
    "Poland": "poland|pologne|polen|polonia|pl", "Czechia": "czech republic|czechia|cz", "Greece": "greece|"
    "grece|griechenland|grecia|gr", "Turkey": "turkey|turkiye|turquie|turkei|tr",
    "Israel": "israel|il", "Japan": "japan|japon|giappone|jp", "China": "china|chine|cina|cn", "India": "india|"
    "inde|indien|in", "Brazil": "brazil|bresil|brasilien|brasil|brasile|br",
    "Argentina": "argentina|argentine|ar", "Mexico": "mexico|mexique|mexiko|mx", "Egypt": "egypt|egypte|agypten|"
    "egipto|eg", "Romania": "romania|roumanie|rumanien|ro",
    "Hungary": "hungary|hongrie|ungarn|hu", "Bulgaria": "bulgaria|bulgarie|bg", "Croatia": "croatia|"
    "hr", "Slovakia": "slovakia|sk", "Slovenia": "slovenia|si",
    "Korea, Republic of": "south korea|republic of korea|korea|kr", "Taiwan": "taiwan|"
    "tw", "South Africa": "south africa|za", "Luxembourg": "luxembourg|lu",
}  # fmt: skip
_COUNTRY_OF = {name: country for country, names in _COUNTRY_NAMES.items() for name in names.split("|")}
_LONG = sorted((name for name in _COUNTRY_OF if len(name) > 3), key=len, reverse=True)
_LIVES = re.compile(
    r"\b(?:lives?(?: and works)? in|living in|resident (?:of|in)|based in|residing in|from|in|habite(?: en| au|"
    r" aux)?|vit en|en|aus|lebt in|wohnt in|vive en"
    r"|reside en|vive in|mora em|reside em|woont in|uit|country:?)\s+(?:the )?(?P<country>"
    + "|".join(map(re.escape, _LONG))
    + r")\b"
)


def canonical_country(name: str | None) -> str | None:
    """One name for a country's names and two-letter code; other names unchanged."""
    if name is None or not name.strip():
        return None
    return _COUNTRY_OF.get(flat(name.strip()), name.strip())


def _years(count: str, unit: str) -> float:
    value = float(_NUMBERS[count]) if count in _NUMBERS else float(count.replace(",", "."))
    if unit.startswith(_MONTHS) or unit.startswith(("monat", "meses", "mese")):
        return value / 12
    if unit.startswith(("week", "wk", "semain", "woch", "seman", "settim", "weken", "wochig")):
        return value * 7 / _DAYS_IN_YEAR
    if unit.startswith(("day", "jour", "tag", "dia", "giorn", "dag")):
        return value / _DAYS_IN_YEAR
    return value


def _own_text(text: str) -> str:
    """The text without what it says of relatives."""
    words = [(match.start(), match.end()) for match in re.finditer(r"\w+", text)]
    own = list(text)
    for (start, end), assertion in zip(words, Reading(text).assertions(words), strict=True):
        if assertion is Assertion.FAMILY:
            own[start:end] = " " * (end - start)
    return "".join(own)


def stated_patient(text: str) -> Patient:
    """Age in years, sex and country as far as a text states them of the patient."""
    lower = flat(_own_text(text))
    age: float | None = None
    for pattern in _AGES:
        match = pattern.search(lower)
        if match:
            age = _years(match["count"], match["unit"] or "y")
            break
    if age is None and _NEWBORN.search(lower):
        age = 0.0
    if age is not None and age > 120:
        age = None
    female, male = _FEMALE.search(lower), _MALE.search(lower)
    sex: str | None = None
    if female and not (male and male.start() < female.start()):
        sex = "female"
    elif male:
        sex = "male"
    country = _LIVES.search(lower)
    return Patient(age, sex, _COUNTRY_OF[country["country"]] if country else None)


def combine(given: Patient | None, stated: Patient) -> Patient:
    """Options before what the text states."""
    if given is None:
        return stated
    return Patient(
        given.age_years if given.age_years is not None else stated.age_years,
        (given.sex or "").lower() or stated.sex,
        canonical_country(given.country) or stated.country,
    )
