"""The sex of the patient as a text states it."""

import re
from collections.abc import Sequence

from matcher.patient.age_patterns import MY, RELATIONS
from matcher.patient.age_words import any_word
from matcher.patient.ages import StatedAge
from matcher.text.kin import any_of
from matcher.text.sentences import flat

_LABEL = r"(?:sex|gender|sexe|sexo|sesso|geschlecht|geslacht) ?[:=]? ?"
_SHORT_PATIENT = r"(?:pte|pcte|pacte|pac|pz|paz|paciente|paziente|sexo|sesso)\b\.?,? (?:d[eoi] )?(?:sexo |sesso )?"
_FEMALE = re.compile(
    rf"\b(?:{any_word('woman')}|women|weiblich\w*|femenin\w+|feminin\w*|vrouwelijk\w*|pregnant|enceinte|schwanger\w*|"
    r"embarazada|incinta|zwanger\w*|postmenopausal|menopaus\w+|pte zelf|mrs|miss|mme|mlle|senorita)\b"
    rf"|\b{MY} (?:\w+ ){{0,4}}{any_of(RELATIONS, 'f')}\b"
    rf"|\b{_LABEL}[fwv]\b|\b{_SHORT_PATIENT}femm?\b|\bfem\.?,? (?:de )?\d|\bpte (?:agee )?(?:de )?\d+ ?ans"
)
_MALE = re.compile(
    r"\b(?:man(?! (?:kann|konnte|sieht|sah|findet|fand|muss|hat|sich|die|den|das|eine|von)\b)|(?<!sta )(?<!fa )male|"
    r"junge(?! (?:frau|patientin|mutter|dame|erwachsene|patienten|menschen))|mannlich\w*|mannelijk\w*|masculin\w*|"
    rf"(?!m[ae]n\b|male\b|junge\b){any_word('man')}|jugendlicher|zoontje|masch?(?=[.,; ])|"
    r"(?:der|dem|des|ein|eines|einem|dieser|diesem|unser|unseres|unserem)(?: [\w-]+){0,3} (?:\w+-?)?patient(?:en)?|"
    r"(?:alten|jahrigen|monatigen|wochigen|kleinen) jungen(?! (?:frau|patientin|mutter|dame|menschen|erwachsenen)))\b"
    rf"|\b{MY} (?:\w+ ){{0,4}}{any_of(RELATIONS, 'm')}\b"
    r"|(?:^|[.;\n] ?|\b(?:de|chez) )m\. (?:[a-z]{3}|[a-z]\.?,? \(?\d+ a)"
    rf"|\b{_LABEL}[mh]\b"
)
_NAME = r"(?:(?:d[ea]n?|van|von|da|de la) )*[A-Z]"
_YEARS_BEHIND = r"\.?,?(?: d[ei]| van| von)? \d+ ?-?(?:j|a|y)"
_TITLE_OF_WOMAN = r"\b(?:[Ss]ra|[Ss]ig\.ra|[Mm]evr|[Mm]w|[Mm]ej|Frau|Fr)"
_TITLE_OF_MAN = r"\b(?:[Ss]r|[Ss]ig|[Dd]hr|Herrn?)"
"""Titles without a name, before the age: Dhr. 69 jr."""
_MRS = re.compile(
    r"\b(?:Ms|Fr|[Ss]ra|[Ss]ig\.ra|[Ss]ig\.na|[Mm]evr|[Mm]w|[Mm]ej|[Dd]ña|[Dd]oña|[Dd]ona|D)\b"
    rf"(?:\.|(?<!\bD)(?<!Fr)) ?{_NAME}|{_TITLE_OF_WOMAN}{_YEARS_BEHIND}"
)
_MR = re.compile(rf"\b(?<!Dear )(?:Mr|Hr|[Ss]r|[Ss]ig|[Dd]hr|[Dd]on)\b\.? {_NAME}|{_TITLE_OF_MAN}{_YEARS_BEHIND}")
"""Titles before a name, whose capitals tell them from MR, HR and the French size."""
_OF_YEARS = r"(?: (?:d[ei] )?(?:\d+ (?:an\w+|aa?\b\.?)|(?:anni|aa?\b\.?) \d+))(?: de edad| de idade)?,? (?:\w+ )?"
_ADJECTIVE = (
    r"(?:diabetic|hipertens|ipertes|obes|asmatic|fumador|casad|solter|solteir|viuv|viud|conocid|conhecid|affett|afetad|"
    r"ricoverat|seguit|seguid|diagnosticad|ingresad|internad|sottopost|operad|operat|tratad|trattat|tabaquic|alergic|"
    r"allergic|asintomatic|previamente san)"
)
_FEMALE_BY_FORM = re.compile(
    r"\b(?:une|la|cette) patiente|\b(?:una|la|esta|questa|uma|da|a|nossa|nostra|nuestra) "
    r"(?:paciente|paziente|doente)\b|\bagee de\b"
    r"|\b(?:une|una|uma|la) (?:\w+genaire|adolescente?|enfant|adulte|lactante|doente|bebe)\b"
    r"|\bpaciente (?:\w+ )?\w+(?:ad|id)a\b|\bpaziente (?:\w+ )?\w+(?:at|it|ut|ett|ost)a\b"
    rf"|\b(?:paciente|paziente|doente|pz|paz|pcte)\.?{_OF_YEARS}{_ADJECTIVE}a\b"
    r"|(?:^|[.;,\n] ?|\b(?:eine|diese|unsere) )\d+ ?-?jahrige(?= ?(?:pat\b|[,.;(]|$)| (?:mit|in|aus|bei)\b)"
    r"|jahrige[rn]? (?:\w+ )?\w{4,}in\b"
    r"|\bdie \d+ ?-?jahrige\b|\b\w{3,}zigerin\b|\b(?:la|una) \d+ ?enne\b|\bpiccola (?:paziente|pz)\b"
    r"|\b(?:recien nacida|recem-nascida|prematura|retraitee|etudiante|jumelle|gemella|gemea|gemela|melliza|nata pre\w+|"
    r"tweelingzusje|zwillingsmadchen)\b"
    r"|\bje suis (?:atteinte|suivie|diagnostiquee|traitee|operee|agee|nee)\b"
    r"|\bsono (?:stata )?(?!nata\b)\w+(?:at|it|ut|ett|ost)a\b"
    r"|\b(?:fui|sou|estou|soy|estoy|he sido) \w+(?:ad|id)a\b"
    r"|\bnee (?:le|en) |\b(?:nacida|nata|nascida) (?:el |en |il |nel |em |a )?\d"
)
_MALE_BY_FORM = re.compile(
    r"\b(?:un|le|du|ce|notre) (?:\w+ )?patient\b"
    r"|\bpatient (?:de|d'|age|atteint|suivi|connu|hospitalise|admis|presentant|qui|ayant|avec)\b"
    r"|\b(?:un|el|del|il|um|o|do|este|questo|nosso|nostro|nuestro) "
    r"(?:\w+ )?(?:paciente|paziente|doente)\b"
    r"|\bpaciente (?:\w+ )?\w+(?:ad|id)o\b|\bpaziente (?:\w+ )?\w+(?:at|it|ut|ett|ost)o\b"
    rf"|\b(?:paciente|paziente|doente|pz|paz|pcte)\.?{_OF_YEARS}{_ADJECTIVE}o\b"
    r"|\b(?:retraite|etudiant) d[e'] ?\d|\b(?:jumeau|gemello|gemeo|gemelo|mellizo|tweelingbroertje|nato pre\w+|"
    r"zwillingsjunge)\b"
    r"|\bder \d+ ?-?jahrige\b|\b(?:il|un) \d+ ?enne\b"
    r"|\bje suis (?:atteint|suivi|diagnostique|traite|opere|age|ne)\b"
    r"|\bsono (?:stato )?(?!stato\b)\w+(?:at|it|ut|ett|ost)o\b"
    r"|\b(?:fui|sou|estou|soy|estoy|he sido) \w+(?:ad|id)o\b"
    r"|\bne (?:le|en|a) \d|\b(?:nacido|nato|nascido) (?:el |en |il |nel |em |a )?\d"
)
"""What the forms of words say of the patient; they count where no word for a woman or a man does."""
_SHE = re.compile(
    r"\b(?:she|herself|elle|ella|lei|ela|[ae]l?la? propria|el?la misma|la stessa|elle-meme|sie selbst|zijzelf)\b"
)
_HE = re.compile(r"\b(?:he|himself|lui|ele|[oe]l? proprio|el mismo|lo stesso|il medesimo|lui-meme|er selbst|hijzelf)\b")
_PATIENT_IN_GERMAN = re.compile(
    r"(?:^|[.;:\n] ?)patient(?:(?:,|:| \()[^.;\n]{0,20}(?:\bj\.|jahre?\b|jahrig)|"
    r" (?:selbst|mit|klagt|hat|ist|wurde|berichtet|gibt|stellt)\b)"
)
"""German says Patientin of a woman."""
_HER = re.compile(r"\bher\b")
_HIS = re.compile(r"\bhis\b")
_BORN_KIN = ("sibling", "parent", "child", "other")
_KIN_BEHIND = re.compile(
    rf"[- ]*(?:(?:old|alte[rnms]?|oude?) )?(?:\w+ )?(?:(?P<female>{any_of(_BORN_KIN, 'f')})|{any_of(_BORN_KIN, 'm')})\b"
)
_DEAD_OR_ILL = r"dece[ds]|mort\b|mort[oa]\b|died|dead|fal+ecid|muert|gestorben|overleden|atteint|affett|enferm"
_IS_A_RELATIVE = re.compile(
    rf"\b(?:(?P<female>{any_of(_BORN_KIN, 'f')})|(?P<male>{any_of(_BORN_KIN, 'm')}))"
    rf"(?: (?!{_DEAD_OR_ILL})\w+)? (?:of|to|de|d'|di|von|van|eines|einer|del|della) ?"
    r"(?:an?|un[ae]?|uma?|two|deux|zwei|dos|due|dois|twee|een|'une?|eines|einer|the index|girl|boy|child|patients?)\b"
)
_INFANT_OF = re.compile(
    r"\b(?:lactantes?|lactente|lattante|neonat[oa]|rn|bebe|infant|baby|nourrisson|saugling|zuigeling|enfant|niñ[oa])\b"
    r"[^.;]{0,40}[ ,(](?:(?P<female>hija|figlia|filha|fille|daughter|tochter|dochter)|hijo|figlio|filho|fils|son|sohn|"
    r"zoon) (?:de|di|of|to|von|van|d'|d’|einer)\b"
)
_ONESELF = re.compile(
    r"\b(?:pt|pat\.?|patient|patiente|paciente|paziente|doente) "
    r"(?:(?P<female>herself|elle-meme|ella misma|lei stessa|ela propria)|himself|"
    r"lui-meme|el mismo|lui stesso|ele proprio)\b"
)
"""Who is spoken of after the relatives."""


def stated_sex(text: str, ages: Sequence[StatedAge], whole: str) -> str | None:
    """ "female" or "male" as far as a text says it of the patient; by the word for a woman or a man that comes first.

    text: without relatives, ages as `stated_ages` found them in it. whole: with relatives.
    """
    said = flat(whole)
    for relative in (_IS_A_RELATIVE.search(said), _INFANT_OF.search(said), _ONESELF.search(said)):
        if relative is not None:
            return "female" if relative["female"] else "male"
    lower = flat(text)
    title = {"female": _MRS.search(text), "male": _MR.search(text)}
    first = {sex: age.start for age in reversed(ages) if (sex := age.sex or _by_kin(said, age)) is not None}
    for sex, pattern in (("female", _FEMALE), ("male", _MALE)):
        for match in (pattern.search(lower), title[sex]):
            if match is not None:
                first[sex] = min(match.start(), first.get(sex, match.start()))
    if first:
        return min(first, key=first.__getitem__)
    if _FEMALE_BY_FORM.search(lower):
        return "female"
    if (
        _MALE_BY_FORM.search(lower)
        or _PATIENT_IN_GERMAN.search(lower)
        or any(lower[age.start : age.end].endswith("jahriger") for age in ages)
    ):
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
