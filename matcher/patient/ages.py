"""Ages of the patient as a text states them: every quantity of time is looked at with what stands beside it.

A quantity is an age where something says so (old, d'âge, yo, a person before or behind it); beside what says that it is
an interval, a duration, or the age at which something happened, it is none.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from matcher.text.kin import any_of
from matcher.text.sentences import flat

DAYS_IN_YEAR = 365.25
OLDEST = 120
NOW, STATED, LIKELY = 3, 2, 1
"""How surely a quantity is the age: said to be of now; said to be an age; by its place alone."""
_REACH = 70
"""Characters on either side that are looked at."""


class StatedAge(NamedTuple):
    """An age in years, how surely it is one, where it stands, and the sex that a letter beside it says."""

    years: float
    sureness: int
    start: int
    end: int
    sex: str | None = None


_OWN_UNIT = r"y/?o(?![a-z])|yo(?=[mf]\b)|y\.o\.?|jahrig\w{0,2}|jarig\w?|enn[ei]|aa\.?"
"""Units that count nothing but ages."""
_YEARS = rf"{_OWN_UNIT}|years?|yrs?|y|ans?|annees?|jahre?n?|j\.?|anos?|ann[io]|jaar|jaren|jr\.?"
_MONTHS = r"months?|mo|mths?|m\.o\.?|mois|monate?n?|monatig\w{0,2}|meses|mes[ei]?|maand(?:en)?"
_WEEKS = r"weeks?|wks?|w\.o\.?|semaines?|wochen?|wochig\w{0,2}|semanas?|settiman[ae]|weken"
_DAYS = r"days?|d\.o\.?|jours?|tage?n?|tagig\w{0,2}|dias?|giorn[io]|dag(?:en)?"
_LENGTHS = tuple(
    (re.compile(rf"(?:{units})\Z"), days)
    for units, days in ((_YEARS, DAYS_IN_YEAR), (_MONTHS, DAYS_IN_YEAR / 12), (_WEEKS, 7.0), (_DAYS, 1.0))
)
_QUANTITY = re.compile(
    r"(?<!\w)(?<!\d[.,:/–-])(?P<count>\d{1,3}(?:[.,]\d{1,2})?)(?:(?P<half> 1/2)| (?P<twelfths>\d{1,2})/12)?[ -]{0,2}"
    rf"(?P<unit>(?:{_YEARS}|{_MONTHS}|{_WEEKS}|{_DAYS})(?![a-z])|/12|y(?=\d)|yo(?=[mf]\b)|a\.?(?= ?[,;)\n]| ?$))"
    r"(?P<half2> 1/2| et demi| and a half| y medio| e mezzo| e meio| en een half)?"
    rf"(?: ?(?:and|et|und|y|e|en)? ?-?(?P<more>\d{{1,2}}) ?-?(?P<lesser>{_MONTHS}|m|{_WEEKS}|{_DAYS})(?![a-z]))?"
)
_OWN_UNITS = re.compile(rf"(?:{_OWN_UNIT}|monatig\w*|wochig\w*|tagig\w*|[mwd]\.o\.?)\Z")

_WOMAN = (
    "jongedame "
    "anciana anziana idosa domestica casalinga hausfrau huisvrouw menagere rentnerin schulerin studentin etudiante "
    "woman female girl lady mrs miss ms femme fille fillette dame patiente mme madame frau madchen patientin mujer "
    "nina "
    "hembra senora donna ragazza bambina bimba signora mulher menina rapariga senhora vrouw meisje mevrouw schoolgirl "
    "feminino feminina femenino femenina feminin weiblich weibliche femminile femmina adolescentin primigravida "
    "multigravida primipara multipara gravida"
)
_MAN = (
    "bub jongeman "
    "anciano anziano idoso rentner schuler "
    "man male boy gentleman mr homme garcon monsieur mann knabe junge herr hombre nino varon senor uomo ragazzo "
    "bambino "
    "bimbo signore homem menino rapaz senhor jongen heer meneer masculino masculin mannlich mannliche maschio maschile "
    "schoolboy"
)
_ANYBODY = (
    "pasgeborene neugeborenes nacido nacida nascido nascida joven giovane jovem jongere jeune youth "
    "octogenaire septuagenaire sexagenaire quinquagenaire quadragenaire nonagenaire retraite retraitee escolar "
    "estudiante estudante studente studentessa "
    "etudiant ecolier lyceen lyceenne agriculteur cultivateur ouvrier "
    "agricultor agricultora trabajador trabajadora jubilado jubilada empleado empleada pensionista pensionato "
    "pensionata impiegato impiegata operaio operaia reformado reformada aposentado aposentada gepensioneerde leerling "
    "infant baby toddler child newborn neonate adolescent teenager adult patient pt person individual youngster "
    "student "
    "worker farmer teacher retiree enfant nourrisson nouveau-ne adolescente adulte kind saugling kleinkind "
    "jugendlicher "
    "jugendliche patient pat erwachsener lactante bebe paciente adolescente adulto adulta anciano anciana lattante "
    "neonato neonata paziente soggetto anziano anziana crianca lactente doente utente idoso idosa zuigeling peuter "
    "kleuter "
    "patiente subject smoker nonsmoker caucasian hispanic sujet personne"
)
_KEEPS_HOUSE = r"ama de casa|dona de casa|femme au foyer"
_NOUNS = sorted({*_WOMAN.split(), *_MAN.split(), *_ANYBODY.split()}, key=len, reverse=True)
_PERSON = rf"(?:{_KEEPS_HOUSE}|{'|'.join(_NOUNS)})s?"
RELATIONS = ("sibling", "parent", "child", "partner", "other")
_KIN = (
    rf"(?:{any_of(RELATIONS, without={*_NOUNS, 'kids', 'kid', 'children', 'man'} - {'fille'})}|"
    r"spouse|donor|donneur|donante|donatore|doador|spender\w*)"
)
"""Relatives and donors; not the words that may be the patient as well (a girl, eine Frau)."""
_NO_ADJECTIVE = (
    r"(?!(?:the|an?|in|of|with|and|or|for|to|was|is|had|has|by|on|at|from|who|history|hx|ago|later|before|after|le|"
    r"la|les|"
    r"un|une|de|du|des|et|avec|pour|qui|der|die|das|den|dem|ein\w*|und|mit|bei|von|el|los|las|una?|y|con|que|il|lo|gli|"
    r"di|da|e|che|o|os|as|um|uma|com|em|no|na|het|een|en|met|van|bij|depuis|since|seit|desde|hace|ha|sinds|apres|"
    r"suivi\w*|"
    r"evolution|evolucion|evoluzione|evolucao|aged?|agee?)\b)"
)
_OLD = re.compile(
    r"[- ]{0,2}(?:olds?|of age|alte?[rnms]?|d['’ ]age|de edad|di eta|de idade|oude?|de vie|de vida|di vita|leeftijd)\b"
    r"(?!,? (?:\w+ )?(?:lesion|scar|fracture|injury|infarct\w*|stroke|graft|valve|prosthesis|implant|wound|ulcer|"
    r"nodule|"
    r"calcification|calcinosis|haematoma|hematoma|thrombus|pacemaker|device|tattoo|burn|history|disease|problem|"
    r"complaint|diagnosis|trauma|narbe|fraktur|verletzung)s?\b)"
)
_PERSON_BEHIND = re.compile(rf"[,]?[- ]{{0,2}}(?:{_NO_ADJECTIVE}[\w'’/-]+ ){{0,3}}(?:{_PERSON})\b")
_SEX_BEHIND = re.compile(r"[ ,/(-]{0,2}(?P<sex>[mfwv])(?![\w/%²³']|\. ?[a-z]|[.,]\d)")
_SEX_BEFORE = re.compile(r"(?:^|[,;.:(\n] ?)(?P<sex>[mfwv])[,:/ ] ?$")
_NO_PERSON_BEHIND = re.compile(
    r"[- ]{0,2}(?:verlauf\w*|dauer|therapie|behandlung|anamnese|krankheit\w*|nachbeobachtung|geschichte|intervall|"
    r"abstand|"
    r"uberleben\w*|beloop|behandeling|geschiedenis|voorgeschiedenis|follow|overleving|erfahrung|ehe|bestehen\w*)"
)
"""What a German or Dutch "10-jährig" may be said of that is nobody."""
_INFANT_BEFORE = re.compile(
    r"\b(?:infant|baby|newborn|neonate|nacid[oa]|nascid[oa]|pasgeborene|boy|girl|nourrisson|nouveau-nee?|bebe|"
    r"saugling|neugeborene\w*|madchen|junge|"
    r"lactante|"
    r"lattante|neonat[oa]|lactente|zuigeling|nin[oa]|bambin[oa]|menin[oa]|meisje|jongen|garcon|fille)\b[\w ,'’()-]*$"
)
"""Whose age is counted in weeks or days."""
_COUNTED_SHORT = re.compile(rf"(?:{_WEEKS}|{_DAYS})\Z")
_NO_AGE_BEHIND = re.compile(
    r"[- ]{0,2}(?:[a-z]+ )?(?:(?:history|hx|h/o|ago|later|afterwards?|before|since|earlier|prior|previous\w*|duration|"
    r"follow|fu|post|evolution|evolucion|evoluzione|evolucao|duracion|duracao|duree|durata|seguimiento|seguimento|"
    r"d[e'] ?suivi|"
    r"geleden|lang|long|zuvor|spater|plus tard|auparavant|fa|atras|prima|dopo|despues|antes|depois|apres|avant|nach|"
    r"vor|"
    r"remission|survival|intervals?|gestation\w*|gestacion|gestazione|gestacao|gesta|d['’]?amenorrhee|amenorrhee|"
    r"schwangerschaft\w*|zwangerschap\w*|pregnan\w+|course|therap\w+|treatment|traitement|tratamiento|tratamento|"
    r"trattamento|disease|maladie|enfermedad|malattia|doenca|symptoms?|smok\w+|tabac|pack|mg|kg|cm|mm|times)\b|%|x |"
    r"of (?!age)\w+)"
)
_THEN = re.compile(
    r"\b(?:at|in|since|from|until|till|before|after|by|between|to|for|over|under|during|within|every|than|first|last|"
    r"past|"
    r"next|when|as an?|as the|seit|vor|nach|mit|ab|wahrend|fur|innerhalb|uber|unter|il y a|il y avait|a partir de|hace|"
    r"desde|depuis|pendant|durant|apres|avant|vers|dans|des|jusqu['’]a|dopo|prima|durante|tras|hasta|fino a|ate|"
    r"(?:a|des|depuis|jusqu'a|de) l['’]age|a la edad|con la edad|all['’]?|all['’]eta|com a idade|na idade|aos|a los|"
    r"los|las|"
    r"aux|da|dai|per|sinds|gedurende|voor|na|op|om|faz|por|poi|x|im alter|im alter von|at age|at the age|"
    r"op (?:de )?leeftijd)"
    r"(?: the| de| la| l['’]| von| di| los| le| der| den)?(?: past| last| age| edad| eta'?| idade| alter| leeftijd| "
    r"previous| preceding| derniers?| dernieres?| letzten?| ultim[oai]s?)?(?: of| de| di| von| dem| van| d['’])?"
    r"(?: about| around| approximately| almost| nearly| im| etwa| environ| unos| circa| mas de| plus de| more than)?"
    r"(?: (?:s?he|i|il|elle|er|sie|ich|el|ella|lei|lui|ele|ela|hij|zij|ze|the patient|patient|he/she)"
    r"(?: was| were| avait| war| tenia| aveva| tinha| was)?)? ?(?:aged |age )?$"
)
"""Before a quantity: when something happened, how long it lasted."""
_THEN_BY_A_NOUN = re.compile(
    r"\b(?:age at|alter bei|edad al?|age au|age de debut|eta all|onset|debut|beginn|inicio|esordio|inizio|begin|died|"
    r"deceased|dece\w+|verstorben|fallecid\w+|falec\w+|muert\w+|morte?|mort[aoe]?s?|diagnosed|diagnosis|diagnose\w*|"
    r"diagnostic\w*|symptoms|disease|menarche\w*|menopaus\w+|operiert|operated|operee?|interval|q|review|follow-?up|"
    r"controle?|recall|ct|mri|x-?ray|scan|recheck|return|rtc|f/u|repeat|kontrolle|wiedervorstellung|suivi|lasting|"
    r"evolution|since|seit|depuis|desde|hace|sinds|for|duration|dauer|duree|duracion|durata|duracao|antecedent\w*|"
    r"median\w?|mean|average|moyenne?|mittler\w+|durchschnitt\w*|promedio|gemiddelde?|"
    r"history|hx|presentation|manifestation)\b ?:?[^.;,\d]{0,12}$"
)
_AT_IN_ROMANCE = re.compile(r"\ba $")
"""French à, Italian and Spanish a before a quantity in those languages; in English it is the article."""
_ROMANCE = re.compile(r"(?:ans?|annees?|mois|semaines?|jours?|anos?|anni|anno|meses|mes[ei]?|semanas?|settiman[ae])\Z")
_AGO_IN_PORTUGUESE = re.compile(r"\bha (?:cerca de |mais de )?$")
_RANGE = re.compile(r"\d ?(?:[-–/]|to|a|bis|tot|ate|and|y|e|et|und|or|ou|o|oder|of) ?$")
_PERSON_BEFORE = re.compile(
    rf"(?<!as a )(?<!as an )\b{_PERSON}(?:(?: {_NO_ADJECTIVE}[\w'’/-]+){{0,4}}"
    r"(?:,? ?(?:aged|age of|age|agee?s?(?: de)?|im alter von|de edad|d['’])|,? (?:of|de|von|van|di|con|com|met|"
    r"who is|is|,)|"
    r"[,:] ?| ?\(|)"
    r"|(?: (?!with|avec|mit|con|com|met|atteint\w*|affett\w+|afectad\w+|suivie?|known|connue?|bekannt\w*|since|"
    r"depuis|seit)"
    r"[\w'’-]+){1,4}, ?) ?$"
)
_AGE_BEFORE = re.compile(
    r"\b(?:aged|agee?s?(?: de)?|age|alter|edad|eta'?|idade|leeftijd|d['’]anni|di anni|years of age|y/o)(?: ?[:=] ?|"
    r" of | de |"
    r" von | van | di | is | ?\(| )(?:\w+ )?$"
)
_TITLE_BEFORE = re.compile(
    r"\b(?:mr|mrs|ms|miss|mme|mlle|m(?=\. [a-z]{2})|monsieur|madame|mademoiselle|fraulein|herrn?|hr|frau|fr|sra?|d\.|"
    r"dna|don|"
    r"dona|sig|sig\.ra|"
    r"signor[ae]?|"
    r"senhora?|senora?|mevrouw|mevr|mw|meneer|dhr|de heer)\.?(?: (?!is|was|has|had|with|diagnosed|since|"
    r"for)[\w'’-]+\.?){1,3}"
    r"(?: is| was)?(?:,| -| \(| )? ?\(?$"
)
_SAYS_OF_ONESELF = re.compile(
    r"\b(?:i am|i'm|ich bin|ik ben|s?he is|s?he's|who is|patient is|son is|daughter is|child is|sohn ist|tochter ist|"
    r"kind ist|"
    r"fils a|fille a|enfant a|j'ai|tengo|ho|ha|tenho|tiene|tem|elle a|il a|hij is|zij is|ze is|er ist|sie ist|"
    r"(?:mi|my) (?:hij[oa]|son|daughter) (?:tiene|is)|figli[oa] ha|filh[oa] tem|zoon is|dochter is|aged)(?: now| jetzt|"
    r" nu| ora| ahora| agora| maintenant)? ?$"
)
_NOW_BEFORE = re.compile(
    r"(?:\b(?:now|currently|presently|at present|today|jetzt|nun|aktuell|derzeit|heute|inzwischen|mittlerweile|"
    r"actuellement|aujourd'hui|maintenant|ahora|actualmente|hoy|ora|adesso|attualmente|oggi|agora|atualmente|hoje|nu|"
    r"thans|inmiddels|momenteel)|\bpresent age|\bcurrent age|\bage actuel|\baktuelles alter|\bedad actual|"
    r"\beta attuale|"
    r"\bidade atual|\bhuidige leeftijd)(?: s?he| elle| il)?(?: is| est| ist| a| ha| tiene| tem)?(?: an?)?"
    r"(?: aged| agee?(?: de)?| im alter von| con| com| de| of)? ?:? ?$"
)
_OF_ANOTHERS = re.compile(
    r"\b(?:her|his|their|whose|the|with an?|had an?|has an?|from an?|sa|son|ses|leur|ihre?[nrm]?|seine?[nrm]?|sus?|suo|"
    r"sua|seu|haar|zijn|hun|una?|une?|eine?[nrm]?|een|um|uma) (?:[\w-]+ )?$"
)
_KIN_BEHIND = re.compile(
    rf"[- ]{{0,2}}(?:olds?|alte?[rnms]?|oude?)?[- ]?(?:[\w-]+ ){{0,2}}{_KIN}\b(?! (?:of|eine[rs]|d'une?|de un|di un))"
)
_KIN_BEFORE = re.compile(
    rf"\b(?:her|his|their|sa|son|ihre?|seine?|sua?|suo|seu|haar|zijn|the) {_KIN}(?: is| was|'s)?"
    r"(?: an?| aged?|,| \(| de| di| von| van)? ?$"
)
MY = (
    r"(?:my|our|meine?[rnm]?|unsere?[rnm]?|mon|ma|notre|mi|nuestr[ao]|mi[ao]|nostr[ao]|meu|minha|noss[ao]|mijn|onze|"
    r"ons)"
)
_MY_KIN_BEFORE = re.compile(rf"\b{MY} (?:\w+ )?{_KIN}(?:,| de| di| von| van| com| con|,? aged| \()? ?$")
_FIRST = re.compile(r"(?:^|\n)[\W_]*$")
_ALONE_BEHIND = re.compile(r"[.,;)\n]|$| (?:with|mit|avec|con|com|met|w/|hx|h/o|s/p|c/o|presents?|presenting)\b")

_AGED = r"(?:aged|agee?s?(?: de)?|age|alter|edad|eta'?|idade|leeftijd)"
_IS = (
    r"(?:now|currently|jetzt|aktuell|actuellement|maintenant|ahora|actualmente|ora|attualmente|agora|atualmente|nu|"
    r"inmiddels|s?he is|s?he's|who is|i am|i'm|ich bin|ik ben|son is|daughter is|child is|patient is|hij is|zij is|"
    r"sohn ist|"
    r"tochter ist|er ist|sie ist|zoon is|dochter is)(?: now| aged| age| jetzt| nu)?"
)
_TITLE = (
    r"(?:mr|mrs|ms|miss|mme|mlle|m(?=\. [a-z]{2})|monsieur|madame|herrn?|hr|frau|sra?|sig|sig\.ra|signora?|mevrouw|"
    r"mevr|mw|meneer|dhr)\.?"
)
_BEGINS = r"(?:^|[,;.(\n] ?|\b(?:a|an|patient|pt|is|this|ein|un) )"
_BARE = tuple(
    re.compile(pattern)
    for pattern in (
        # 54M, 45F, 62/M, 45 female
        r"(?<!\w)(?<!\d[.,:/–-])(?P<count>\d{1,3})(?: ?/ ?| )(?P<sex>male|female)\b",
        rf"{_BEGINS}(?P<count>\d{{1,3}})[ /]?(?P<sex>[mfw])(?![\w/²³%'-]|\.\w)",
        r"(?<!\w)(?<!\d[.,:/–-])(?P<count>\d{1,2}) ?/? ?(?P<capital>[mf])(?![\w/²³%'-]|\.\w)",
        # F, 46; M/46; female (46)
        r"(?<![\w.])(?P<sex>[mfw]|male|female)(?:, ?|/| ?\(|-)(?P<count>\d{1,3})(?=[,;.) \n/]|$)(?! ?[.,/]\d)",
        r"(?:^|[,;.(\n] ?)(?P<sex>[mf]|male|female) (?P<count>\d{1,3})(?=[,;.)\n]|$| with| c/o| h/o| hx)(?! ?[.,/]\d)",
        # aged 9, Age: 54, edad 40; now 58; she is 46
        rf"\b{_AGED}(?: ?[:=] ?| of | de | von | van | is | )(?P<count>\d{{1,3}})(?=[,;.) \n]|$)(?! ?[-–/.,]\d)",
        rf"\b{_IS} (?P<count>\d{{1,3}})(?=[,;.)\n]|$| (?:and|und|en|with|mit|met|but|on)\b)(?![.,]\d)",
        # woman, 46; woman (46)
        rf"\b{_PERSON}(?:, ?| ?\(| of )(?P<count>\d{{1,3}})(?=[,;)\n]|\.(?!\d)|$)(?! ?[.,/]\d)",
        # Mr Jones, 71
        rf"\b{_TITLE} (?:[\w'’-]+\.?,? ){{0,2}}[\w'’-]+\.?,? \(?(?P<count>\d{{1,3}})(?=[,;)\n]|$)",
        # Signora di anni 60
        r"\b(?:di |d['’] ?|,? )anni (?P<count>\d{1,3})\b",
    )
)  # fmt: skip
_NO_SEX_BEHIND = re.compile(
    r" ?(?:foley|catheter|sheath|tube|french|drain|walk|swim|sprint|tall|high|deep|away|wide)\b"
)
_WARM = 94
"""From here on a number with an F is rather a temperature."""
_UNIT_BEHIND = re.compile(
    r" ?(?:mg|g|kg|cm|mm|ml|l|%|bpm|mmhg|mmol|umol|iu|ui|u/|°|years?|yrs?|ans?|anos?|anni|jahre|jaar|months?|mo\b|mois|"
    r"monate?|weeks?|wks?|days?|hours?|min|times|lesions?|lumps|children|kids|brothers|sisters|hijos|enfants|figli|"
    r"filhos|weeks pregnant|pack)\b"
)
_SEXES = {"m": "male", "h": "male", "male": "male", "f": "female", "w": "female", "v": "female", "female": "female"}


def stated_ages(text: str) -> list[StatedAge]:
    """All ages of the patient that a text states, in order. Number words are to be in digits."""
    lower = flat(text).replace("’", "'")
    found = [age for match in _QUANTITY.finditer(lower) if (age := _quantity(lower, match)) is not None]
    taken = {place for age in found for place in range(age.start, age.end)}
    found += [age for age in _bare_counts(text, lower) if taken.isdisjoint(range(age.start, age.end))]
    return sorted(found, key=_place)


def _place(age: StatedAge) -> int:
    return age.start


def _quantity(lower: str, match: re.Match[str]) -> StatedAge | None:
    """The age that a quantity of time is, if it is one."""
    years = _years(match)
    start, end = match.span()
    before, behind = lower[max(0, start - _REACH) : start], lower[end : end + _REACH]
    if years > OLDEST or _RANGE.search(before) or _is_anothers(before, behind):
        return None
    sex_behind = _SEX_BEHIND.match(behind) if not _COUNTED_SHORT.match(match["unit"]) else None
    if sex_behind is not None and sex_behind["sex"] == "v" and not match["unit"].startswith("j"):
        sex_behind = None  # only Dutch
    letter = sex_behind or _SEX_BEFORE.search(before)
    sex = _SEXES[letter["sex"]] if letter is not None else None
    sureness = _sureness(match["unit"], before, behind, sex is not None)
    return StatedAge(years, sureness, start, end + (sex_behind.end() if sex_behind else 0), sex) if sureness else None


def _years(match: re.Match[str]) -> float:
    unit = match["unit"]
    per = (
        DAYS_IN_YEAR / 12
        if unit == "/12"
        else next((days for units, days in _LENGTHS if units.match(unit)), DAYS_IN_YEAR)
    )
    days = float(match["count"].replace(",", ".")) * per
    if match["half"] or match["half2"]:
        days += per / 2
    if match["twelfths"]:
        days += int(match["twelfths"]) * DAYS_IN_YEAR / 12
    if match["more"]:
        lesser = match["lesser"]
        each = next((days for units, days in _LENGTHS[1:] if units.match(lesser)), DAYS_IN_YEAR / 12)
        days += int(match["more"]) * each
    return days / DAYS_IN_YEAR


def _sureness(unit: str, before: str, behind: str, sex_behind: bool) -> int:
    """How surely a quantity of time is the patient's age now; 0 where it is none."""
    if _NOW_BEFORE.search(before):
        return NOW
    old = _OLD.match(behind) is not None
    if not old and (_NO_AGE_BEHIND.match(behind) or _NO_PERSON_BEHIND.match(behind)):
        return 0
    person = _PERSON_BEFORE.search(before) is not None
    own = old or _OWN_UNITS.match(unit) is not None
    person_behind = sex_behind or _PERSON_BEHIND.match(behind) is not None
    if not person and (_is_then(unit, before) or (_THEN_BY_A_NOUN.search(before) and not (own and person_behind))):
        return 0
    if own or person_behind:
        return STATED
    if unit == "/12" or (_COUNTED_SHORT.match(unit) and not _INFANT_BEFORE.search(before)):
        return 0
    if person or any(said.search(before) for said in (_AGE_BEFORE, _TITLE_BEFORE, _SAYS_OF_ONESELF, _MY_KIN_BEFORE)):
        return STATED
    if _FIRST.search(before) and _ALONE_BEHIND.match(behind):
        return LIKELY
    alone = before.rstrip(" ")[-1:] in (",", ";", ".", "\n") and behind[:1] in (",", ";", ".", "\n", "")
    return LIKELY if alone and unit in ("y", "yrs", "yr") else 0


def _is_then(unit: str, before: str) -> bool:
    """Whether a quantity says when something happened, or for how long."""
    if _THEN.search(before):
        return True
    if _ROMANCE.match(unit) and _AT_IN_ROMANCE.search(before):
        return True
    return unit.startswith(("ano", "mes", "dia", "semana")) and _AGO_IN_PORTUGUESE.search(before) is not None


KIN = re.compile(rf"\b(?:{_KIN}|famil\w+|fh|fhx)\b")
"""Words for relatives and families."""


def _is_anothers(before: str, behind: str) -> bool:
    """Whether a quantity is the age of a relative, not of the patient."""
    kin = _KIN_BEHIND.match(behind)
    return (kin is not None and _OF_ANOTHERS.search(before) is not None) or _KIN_BEFORE.search(before) is not None


def _bare_counts(text: str, lower: str) -> Iterator[StatedAge]:
    """Ages without a unit: 54M, F/46, aged 9, now 58, Mr Jones, 71."""
    for pattern in _BARE:
        for match in pattern.finditer(lower):
            parts = match.groupdict()
            start, (count, after) = match.start(), match.span("count")
            years = float(match["count"])
            letter = parts.get("capital")
            if letter and not text[match.start("capital")].isupper():
                continue  # "walks 50 m"
            if (letter and years > _WARM) or (
                len(letter or parts.get("sex") or "") == 1 and _NO_SEX_BEHIND.match(lower, match.end())
            ):
                continue
            if not 0 < years <= OLDEST or _UNIT_BEHIND.match(lower, after):
                continue
            before, earlier = lower[max(0, count - _REACH) : count], lower[max(0, start - _REACH) : start]
            now = _NOW_BEFORE.search(before) is not None
            if _RANGE.search(before) or _KIN_BEFORE.search(before):
                continue
            if not now and any(then.search(side) for then in (_THEN, _THEN_BY_A_NOUN) for side in (before, earlier)):
                continue
            sex = _SEXES.get(parts.get("sex") or letter or "")
            yield StatedAge(years, NOW if now else STATED, start, match.end(), sex)
