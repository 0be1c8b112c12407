"""Age, sex and country of the patient as a text states them, not of relatives."""

import datetime as dt
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

from matcher.assertion.context import asserted
from matcher.results import Patient
from matcher.text.countries import canonical_country, stated_country
from matcher.text.kin import any_of
from matcher.text.sentences import flat

__all__ = ["AgeGroup", "age_group", "age_since", "canonical_country", "combine", "stated_patient"]

DAYS_IN_YEAR = 365.25
OLDEST = 120
INFANT_YEARS = 2
"""Who is younger is an infant."""
ADULT_YEARS = 19
"""Who is 18 may still be within a limit of 18 years."""
_ONES = {
    "en": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
    "fr": "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf",
    "de": "ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn "
    "achtzehn neunzehn",
    "es": "un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete "
    "dieciocho diecinueve",
    "it": "un due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
    "diciassette diciotto diciannove",
    "pt": "um dois tres quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete "
    "dezoito dezenove",
    "nl": "een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien "
    "achttien negentien",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "fr": "vingt trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix",
    "de": "zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "it": "venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
    "pt": "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
    "nl": "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
}
_COMPOUNDS = {
    "en": "{ten}-{one}", "fr": "{ten}-{one}", "de": "{one}und{ten}", "es": "{ten} y {one}", "it": "{ten}{one}",
    "pt": "{ten} e {one}", "nl": "{one}en{ten}",
}  # fmt: skip


@lru_cache(maxsize=1)
def _numbers() -> tuple[dict[str, int], re.Pattern[str]]:
    """Numbers to 99 in words, flat, in seven languages, and the pattern that finds them."""
    numbers: dict[str, int] = {}
    for language, words in _ONES.items():
        ones = words.split()
        numbers.update({word: value for value, word in enumerate(ones, start=1)})
        for value, ten in enumerate(_TENS[language].split(), start=2):
            numbers[ten] = 10 * value
            for extra, one in enumerate(ones[:9], start=1):
                numbers[_COMPOUNDS[language].format(ten=ten, one=one)] = 10 * value + extra
    longest_first = sorted(numbers, key=len, reverse=True)
    return numbers, re.compile(rf"\b(?:{'|'.join(longest_first)})(?=\b|ja|mona|woch)")


def _in_digits(lower: str) -> str:
    """A text with the numbers before a unit of time in digits."""
    if _COUNTED.search(lower) is None:
        return lower
    numbers, pattern = _numbers()
    return pattern.sub(lambda match: str(numbers[match[0]]), lower)


_DIGIT = re.compile(r"\d")
_YEARS = r"years?|yrs?|y|jahre?n?|annees?|ans?|anos?|anni|anno|jaar|jaren"
_MONTHS = r"months?|mo|mths?|mois|monate?n?|meses|mes|mesi|mese|maanden|maand"
_WEEKS = r"weeks?|wks?|semaines?|wochen?|semanas?|settimane?|weken|week"
_DAYS = r"days?|jours?|tage?n?|dias?|giorni|giorno|dagen|dag"
_UNIT = rf"(?P<unit>{_YEARS}|{_MONTHS}|{_WEEKS}|{_DAYS})"
_COUNT = r"(?P<count>\d{1,3}(?:[.,]\d{1,2})?)"
_COUNTED = re.compile(rf"[a-z][- ](?:{_YEARS}|{_MONTHS}|{_WEEKS}|{_DAYS})\b|[a-z]{{2}}-?(?:jahr|monat|jar|woch)ig")
_PERSON = (
    r"(?:woman|man|girl|boy|female|male|lady|gentleman|infant|baby|toddler|child|patient|femme|homme|fille|fillette|"
    r"garcon|enfant|nourrisson|patiente|dame|frau|mann|madchen|junge|knabe|kind|saugling|patientin|mujer|hombre|nina|"
    r"nino|lactante|bebe|varon|paciente|donna|uomo|bambina|bambino|ragazza|ragazzo|lattante|neonato|neonata|paziente|"
    r"mulher|homem|menina|menino|crianca|lactente|vrouw|meisje|jongen|zuigeling|peuter|baby|mme|mrs|mr|ms|herr|heer|mevrouw|signora|senora|bimba|bimbo|feminino|"
    r"masculino|femenino|feminin|masculin|weiblich|mannlich|femminile|maschile)"
)
_NO_AGE_AFTER = (
    r"(?! ?(?:mg|%|cm|mm|kg|[.,:/]\d|(?:d'|de |di |da |van )?(?:evolution|evolucion|evoluzione|evolucao|duracion|"
    r"duration|durata|seguimiento|suivi|history|disease|lesions?|ago|later|after|before|since)\b))"
)
_AGES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_COUNT}[- ]{{0,2}}{_UNIT}[- ]{{0,2}}(?:old|of age|o|/o|alt\w{{0,2}}|d'age|de edad|di eta|de idade|"
        r"oud\w?)\b(?! (?:history|lesion|scar|disease|calcinosis))",
        rf"\b{_COUNT}[- ]?(?P<unit>jahrig|monatig|wochig|tagig|jarig|jaar oud|maanden oud)e?[rnms]?\b",
        rf"\b{_PERSON}[,:]? (?:\(?(?:aged|age of|age de|agee? de|of|de|von|di|van|im alter von|con|com) )?"
        rf"{_COUNT}[- ]?{_UNIT}\b{_NO_AGE_AFTER}",
        rf"\b{_PERSON}(?: [\w'.-]+){{0,4}}(?:,| \() ?{_COUNT} ?{_UNIT}\b{_NO_AGE_AFTER}",
        rf"\b(?:mr|mrs|ms|miss|mme|monsieur|madame|herr|frau|sra?|sig|sig\.ra|mevrouw|meneer)\.? [\w'-]+,? \(?"
        rf"{_COUNT}(?P<unit>)(?=[,;)]|$)",
        rf"\b{_PERSON}(?:[,:]? (?:aged |of |von |is )?| ?\()(?P<count>\d{{1,3}})(?P<unit>)(?=[,;.) ]|$)"
        rf"(?! ?[.,]\d){_NO_AGE_AFTER}",
        rf"\b(?:aged?|agee?s?(?: de)?|alter|edad|eta|idade|leeftijd|age)(?: ?: ?| of | de | von | van | )"
        rf"{_COUNT}[- ]?{_UNIT}?\b(?! ?[.,]\d)",
        rf"\bim alter von {_COUNT} {_UNIT}\b",
        r"\b(?P<count>\d{1,2})(?P<unit>/12)\b(?= (?:old|boy|girl|infant|baby|male|female)\b)",
        rf"\b(?:di|d') ?anni {_COUNT}(?P<unit>)\b",
        rf"\b{_COUNT} ?j\.(?P<unit>)(?!\w)",
        rf"\b{_COUNT} ?(?:y/?o|yo|yrs?|y)(?P<unit>)\b",
        rf"\b{_COUNT} ?(?P<unit>mo)\b",
        rf"\b{_COUNT} ?/?(?P<unit>)(?:[mfw]|male|female)\b(?!\.)",
        rf"(?<![\w.])(?:[mfw]|male|female)(?:, ?|/| |\()(?P<unit>){_COUNT}\b(?![.\d])",
        rf"\b(?:i am|i'm|ich bin|ik ben|she is|he is|she's|he's|son is|daughter is|child is|sohn ist|tochter ist|"
        rf"fils a|fille a|j'ai|tengo|ho|tenho|tiene|tem|elle a|il a){' '}{_COUNT} ?{_UNIT}?\b"
        r"(?! ?(?:times|lesions?|%|mg|weeks|lumps|children|kids|brothers|sisters|hijos|enfants|figli|filhos))",
        rf"^\W*{_COUNT} {_UNIT}(?=[,;.])",
    )
)
_AN_AGE_THEN = re.compile(
    r"\b(?:at|since|from|until|till|before|after|by|onset|diagnosed|when \w+ was|when|with|for|over|during|within|seit|"
    r"vor|nach|mit|uber|il y a|hace|desde|depuis|a|all|alla|aos|los|las|aux|fa|da|op|sinds|ha|durante|pendant|wahrend|"
    r"first|last|every|than|under|der)(?: the| de| la| l'| von)?(?: age| edad| eta'?| idade)?(?: of| de| di| von| dem)?"
    r"(?: about| around| approximately| im)? ?$"
    r"|\b(?:im alter von|at age|died|deceased|decede\w*|verstorben|fallecid\w+|morte?|mort[ao]|onset|debut|"
    r"diagnosed|symptoms|disease)\b[^.;]{0,12}$"
)
_BORN = re.compile(
    r"\b(?:born(?: on| in)?|d\.?o\.?b\.?|date of birth|birth ?date|geb(?:oren)?\.?(?: am| im)?|geburtsdatum|"
    r"nee?(?: en| le)?|date de naissance|nacid[ao](?: en| el)?|fecha de nacimiento|nat[ao](?: nel| il)?|"
    r"data di nascita|nascid[ao](?: em)?|data de nascimento|geboren(?: in| op)?|geboortedatum) ?:? ?"
    r"(?:(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-])?(?P<year>(?:19|20)\d\d)"
    r"(?:[./-](?P<month2>\d{1,2})[./-](?P<day2>\d{1,2}))?\b"
)
_NEWBORN = re.compile(
    r"\b(?:newborn|neonate|neonatal (?:boy|girl)|nouveau-nee?|neugeborene\w*|recien nacid[oa]|neonat[oa]|"
    r"recem-nascid[oa]|pasgeboren\w*)\b(?! (?:screening|period))"
)
_FEMALE = re.compile(
    r"\b(?:woman|female|girl|lady|mrs|miss|femme|fille|fillette|madame|mme|patiente|frau|weiblich\w*|madchen|dame|"
    r"patientin|mujer|nina|senora|femenin\w+|hembra|donna|ragazza|bambina|signora|femmina|femminile|mulher|menina|"
    r"rapariga|senhora|feminin\w*|vrouw|vrouwelijk\w*|meisje|mevrouw|daughter|wife|sister|pregnant|enceinte|schwanger\w*|"
    r"embarazada|incinta|gravida|gestante|zwanger|postmenopausal|menopaus\w+|tochter|mutter|hija|figlia|filha|dochter|"
    r"moeder|mother|mere|madre|mae|bimba)\b|\b\d{1,3} ?(?:yo|y/o|y\.o\.|yrs?|y)?[ ,/]*f\b|\b\d{1,3} ?j\.,? ?[wf]\b"
    r"|(?<![\w.])(?:f|w)[ ,/(]+\d{1,3}\b(?![.\d])|\b(?:sex|gender|sexe|sexo|sesso|geschlecht|geslacht) ?:? ?[fwv]\b"
)
_MALE = re.compile(
    r"\b(?:man|male|boy|gentleman|(?<!dear )mr|homme|garcon|monsieur|mann|mannlich\w*|herr|knabe|hombre|nino|varon|"
    r"junge(?! (?:frau|patientin|mutter|dame|erwachsene|patienten|menschen))|senor|masculin\w*|uomo|ragazzo|bambino|"
    r"signore?|maschio|maschile|homem|menino|rapaz|senhor|jongen|meneer|mannelijk\w*|son|husband|sohn|vater|hijo|fils|"
    r"figlio|filho|zoon|father|brother|pere|padre|pai|heer|bimbo|"
    r"(?:der|dem|des|ein|eines|einem|dieser|diesem|unser|unseres)(?: [\w-]+)? patient(?:en)?)\b"
    r"|\b\d{1,3} ?(?:yo|y/o|y\.o\.|yrs?|y)?[ ,/]*m\b|\b\d{1,3} ?j\.,? ?m\b"
    r"|(?<![\w.])m[ ,/(]+\d{1,3}\b(?![.\d])|\b(?:sex|gender|sexe|sexo|sesso|geschlecht|geslacht) ?:? ?[mh]\b"
)
_ADULT = re.compile(
    r"(?<!not an )(?<!no )\b(?:adult|grown-?up|grown (?:man|woman)|erwachsene[rn]?|adulte|adult[oa]|volwassene?)\b"
    r"(?![ -](?:onset|type|form|und|and|or|et|ou|y|e|en)\b)"
)
_OF_CHILDHOOD = re.compile(r"juvenil|pa?ediatri|child|kinder|kindlich|jugend|enfan|infantil|giovanil")
_CHILD = re.compile(
    r"(?<!as a )(?<!when a )(?<!as an )(?<!with )(?<!of a )\b(?:child|toddler|infant|schoolchild|kleinkind|saugling|"
    r"schulkind|enfant|nourrisson|nin[oa]|lactante|bambin[oa]|lattante|crianca|lactente|peuter|zuigeling|kleuter)\b"
    r"(?![ -](?:onset|bearing|birth|hood|and|or|und|et|ou|y|e|en|of|de|d)\b)"
)
_SHE = re.compile(r"\b(?:she|herself|elle|ella|lei|ela)\b")
_HE = re.compile(r"\b(?:he|himself|lui|ele)\b")
_HER = re.compile(r"\bher\b")
_HIS = re.compile(r"\bhis\b")
_BORN_KIN = ("sibling", "parent", "child", "other")
_IS_A_RELATIVE = re.compile(
    rf"\b(?:(?P<female>{any_of(_BORN_KIN, 'f')})|(?P<male>{any_of(_BORN_KIN, 'm')}))"
    r"(?: \w+)? (?:of|to|de|d'|di|von|van|eines|einer|del|della) ?"
    r"(?:an?|un[ae]?|uma?|two|deux|zwei|dos|due|dois|twee|een|'une?|eines|einer|the index|girl|boy|child|patients?)\b"
)


def age_since(year: int, month: int | None, day: int | None, today: dt.date | None = None) -> float:
    """Age in years today, as exact as the date of birth: without a day it is a whole number.

    Raises ValueError when there is no such date. Negative when the date lies in the future.
    """
    born = dt.date(year, month or 7, day or 1)
    age = ((today or dt.datetime.now(dt.UTC).date()) - born).days / DAYS_IN_YEAR
    return round(age, 2) if day else float(age // 1)


def stated_patient(text: str) -> Patient:
    """Age in years, sex and country as far as a text states them of the patient."""
    own = _own_text(text)
    lower = flat(own).replace("’", "'")
    age = _stated_age(lower)
    if age is None and _NEWBORN.search(lower):
        age = 0.0
    stage = None if age is not None else _stated_stage(lower)
    return Patient(age, _stated_sex(lower, flat(text)), stated_country(own), stage)


def _own_text(text: str) -> str:
    """The text without what it says of relatives; their places are blank."""
    relatives = asserted(text).relatives()
    if not relatives:
        return text
    own = list(text)
    for start, end in relatives:
        own[start:end] = " " * (end - start)
    return "".join(own)


def _stated_age(lower: str) -> float | None:
    """The first age in a text that is no age at which something happened; of a date of birth, the age today."""
    lower = _in_digits(lower)
    if _DIGIT.search(lower) is None:
        return None
    found = sorted((match.start(), order, age) for order, match, age in _ages(lower))
    if found:
        return found[0][2]
    born = _BORN.search(lower)
    if born is None:
        return None
    month, day = born["month"] or born["month2"], born["day"] or born["day2"]
    try:
        age = age_since(int(born["year"]), int(month) if month else None, int(day) if day else None)
    except ValueError:
        return None
    return age if 0 <= age <= OLDEST else None


def _ages(lower: str) -> Iterator[tuple[int, re.Match[str], float]]:
    for order, pattern in enumerate(_AGES):
        for match in pattern.finditer(lower):
            age = _years(match["count"], match["unit"] or "")
            if age > OLDEST:
                continue
            then = _AN_AGE_THEN.search(lower, max(0, match.start() - 60), match.start())
            # "a 12-year-old" is no "à 12 ans", "der 45-jährige" no "der 45 Jahre"
            article = then is not None and (then[0], "old" in match[0], "jahrig" in match[0])
            if then is None or article in (("a ", True, False), ("der ", False, True)):
                yield order, match, age


def _years(count: str, unit: str) -> float:
    value = float(count.replace(",", "."))
    if re.fullmatch(rf"{_MONTHS}|monatig|maanden oud|/12", unit):
        return value / 12
    if re.fullmatch(rf"{_WEEKS}|wochig", unit):
        return value * 7 / DAYS_IN_YEAR
    if re.fullmatch(rf"{_DAYS}|tagig", unit):
        return value / DAYS_IN_YEAR
    return value


def _stated_stage(lower: str) -> str | None:
    """Whether the patient is called a grown-up or a child; None where neither, or where the text speaks of both."""
    adult, child = _ADULT.search(lower) is not None, _CHILD.search(lower) is not None
    if adult == child or (adult and _OF_CHILDHOOD.search(lower)):
        return None
    return "adult" if adult else "child"


def _stated_sex(own: str, whole: str) -> str | None:
    relative = _IS_A_RELATIVE.search(whole)
    if relative is not None:
        return "female" if relative["female"] else "male"
    female, male = _FEMALE.search(own), _MALE.search(own)
    if female is None and male is None:
        female, male = _SHE.search(own), _HE.search(own)
        if female is None and male is None:
            female, male = _HER.search(whole), _HIS.search(whole)
        if female is not None and male is not None:
            return None
    if female is not None and not (male is not None and male.start() < female.start()):
        return "female"
    return "male" if male is not None else None


class AgeGroup(StrEnum):
    """What the age of a patient says of trials that state no limits of age."""

    OPEN = "open"
    INFANT = "infant"
    ADULT = "adult"


def age_group(patient: Patient) -> AgeGroup:
    """Age group of a patient, by age in years or, where none is known, by what the text calls the patient."""
    if patient.age_years is None:
        return AgeGroup.ADULT if patient.life_stage == "adult" else AgeGroup.OPEN
    if patient.age_years < INFANT_YEARS:
        return AgeGroup.INFANT
    return AgeGroup.ADULT if patient.age_years >= ADULT_YEARS else AgeGroup.OPEN


def combine(given: Patient | None, stated: Patient) -> Patient:
    """Options before what the text states."""
    if given is None:
        return stated
    age_years = given.age_years if given.age_years is not None else stated.age_years
    return Patient(
        age_years,
        (given.sex or "").lower() or stated.sex,
        canonical_country(given.country) or stated.country,
        None if age_years is not None else given.life_stage or stated.life_stage,
    )
