"""The sex of the patient as a text states it."""

import re
from collections.abc import Sequence

from matcher.patient.age_patterns import MY, RELATIONS
from matcher.patient.ages import StatedAge
from matcher.text.kin import any_of
from matcher.text.sentences import flat

_FEMALE = re.compile(
    r"\b(?:woman|female|girl|lady|mrs|miss|femme|fille|fillette|madame|mme|patiente|frau|weiblich\w*|madchen|dame|"
    r"patientin|mujer|nina|senora|femenin\w+|hembra|donna|ragazza|bambina|signora|femmina|femminile|mulher|menina|"
    r"rapariga|senhora|feminin\w*|vrouw|vrouwelijk\w*|meisje|mevrouw|pregnant|enceinte|schwanger\w*|"
    r"embarazada|incinta|gravida|gestante|zwanger\w*|postmenopausal|menopaus\w+|bimba|anciana|anziana|idosa|"
    r"domestica|casalinga|hausfrau|huisvrouw|menagere|ama de casa|dona de casa|schoolgirl|housewife|fraulein|"
    r"jongedame|pte zelf)\b"
    rf"|\b{MY} (?:\w+ ){{0,4}}{any_of(RELATIONS, 'f')}\b"
    r"|\b(?:sra|sig\.ra|mevr|mw|dna|mlle)\.? [a-z]|\b(?:sex|gender|sexe|sexo|sesso|geschlecht|geslacht) ?:? ?[fwv]\b"
)
_MALE = re.compile(
    r"\b(?:man(?! (?:kann|konnte|sieht|sah|findet|fand|muss|hat|sich|die|den|das|eine|von)\b)|(?<!sta )(?<!fa )male|"
    r"boy|"
    r"schoolboy|gentleman|(?<!dear )mr|homme|garcon(?:net)?|monsieur|mann|mannlich\w*|herr|knabe|hombre|nino|varon|"
    r"junge(?! (?:frau|patientin|mutter|dame|erwachsene|patienten|menschen))|senor|masculin\w*|uomo|ragazzo|bambino|"
    r"signore?|maschio|maschile|homem|menino|rapaz|senhor|jongen|meneer|mannelijk\w*|heer|bimbo|anciano|anziano|"
    r"idoso|bub|jugendlicher|jongeman|"
    r"(?:der|dem|des|ein|eines|einem|dieser|diesem|unser|unseres)(?: [\w-]+)? patient(?:en)?)\b"
    rf"|\b{MY} (?:\w+ ){{0,4}}{any_of(RELATIONS, 'm')}\b"
    r"|\b(?:sr|sig|dhr|hr)\. [a-z]|(?:^|[.;\n] ?|\b(?:de|chez) )m\. [a-z]{3}"
    r"|\b(?:sex|gender|sexe|sexo|sesso|geschlecht|geslacht) ?:? ?[mh]\b"
)
_FEMALE_BY_FORM = re.compile(
    r"\b(?:une|la|cette) patiente|\b(?:una|la|esta|questa|uma|da|a|nossa) (?:paciente|paziente)\b|\bagee de\b"
    r"|\b(?:une|una|uma|la) (?:\w+genaire|adolescente?|enfant|adulte|lactante|doente|bebe)\b"
    r"|\bpaciente (?:\w+ )?\w+(?:ad|id)a\b|\bpaziente (?:\w+ )?\w+(?:at|it|ut|ett|ost)a\b"
    r"|\b(?:die|eine) \d+ ?-?jahrige\b|jahrige[rn]? (?:\w+ )?\w{4,}in\b|\b(?:la|una) \d+ ?enne\b"
    r"|\bnee (?:le|en) |\b(?:nacida|nata|nascida) (?:el |en |il |nel |em |a )?\d"
)
_MALE_BY_FORM = re.compile(
    r"\b(?:un|le|du|ce|notre) (?:\w+ )?patient\b"
    r"|\bpatient (?:de|d'|age|atteint|suivi|connu|hospitalise|admis|presentant|qui|ayant|avec)\b"
    r"|\b(?:un|el|del|il|um|o|do|este|questo|nosso) (?:\w+ )?(?:paciente|paziente)\b"
    r"|\bpaciente (?:\w+ )?\w+(?:ad|id)o\b|\bpaziente (?:\w+ )?\w+(?:at|it|ut|ett|ost)o\b"
    r"|\bder \d+ ?-?jahrige\b|\b(?:il|un) \d+ ?enne\b"
    r"|\bne (?:le|en) \d|\b(?:nacido|nato|nascido) (?:el |en |il |nel |em |a )?\d"
)
"""What the forms of words say of the patient; they count where no word for a woman or a man does."""
_SHE = re.compile(r"\b(?:she|herself|elle|ella|lei|ela)\b")
_HE = re.compile(r"\b(?:he|himself|lui|ele)\b")
_HER = re.compile(r"\bher\b")
_HIS = re.compile(r"\bhis\b")
_BORN_KIN = ("sibling", "parent", "child", "other")
_KIN_BEHIND = re.compile(
    rf"[- ]*(?:(?:old|alte[rnms]?|oude?) )?(?:\w+ )?(?:(?P<female>{any_of(_BORN_KIN, 'f')})|{any_of(_BORN_KIN, 'm')})\b"
)
_IS_A_RELATIVE = re.compile(
    rf"\b(?:(?P<female>{any_of(_BORN_KIN, 'f')})|(?P<male>{any_of(_BORN_KIN, 'm')}))"
    r"(?: \w+)? (?:of|to|de|d'|di|von|van|eines|einer|del|della) ?"
    r"(?:an?|un[ae]?|uma?|two|deux|zwei|dos|due|dois|twee|een|'une?|eines|einer|the index|girl|boy|child|patients?)\b"
)


def stated_sex(text: str, ages: Sequence[StatedAge], whole: str) -> str | None:
    """ "female" or "male" as far as a text says it of the patient; by the word for a woman or a man that comes first.

    text: without relatives, ages as `stated_ages` found them in it. whole: with relatives.
    """
    said = flat(whole)
    relative = _IS_A_RELATIVE.search(said)
    if relative is not None:
        return "female" if relative["female"] else "male"
    lower = flat(text)
    first = {sex: age.start for age in reversed(ages) if (sex := age.sex or _by_kin(said, age)) is not None}
    for sex, pattern in (("female", _FEMALE), ("male", _MALE)):
        match = pattern.search(lower)
        if match is not None:
            first[sex] = min(match.start(), first.get(sex, match.start()))
    if first:
        return min(first, key=first.__getitem__)
    if _FEMALE_BY_FORM.search(lower):
        return "female"
    if _MALE_BY_FORM.search(lower) or any(lower[age.start : age.end].endswith("jahriger") for age in ages):
        return "male"
    for she, he, where in ((_SHE, _HE, lower), (_HER, _HIS, said)):
        female, male = she.search(where) is not None, he.search(where) is not None
        if female or male:
            return None if female and male else "female" if female else "male"
    return None


def _by_kin(lower: str, age: StatedAge) -> str | None:
    """What the word for a relative says behind an age of the patient: "7-year-old daughter of ..."."""
    kin = _KIN_BEHIND.match(lower, age.end)
    return None if kin is None else "female" if kin["female"] else "male"
