"""What stands beside a quantity of time, and says that it is the age of the patient or that it is none.

Patterns for the text before a quantity end where it begins, those for the text behind it begin where it ends.
"""

import re

from matcher.patient.age_words import any_word
from matcher.text.kin import any_of

DAYS_IN_YEAR = 365.25
_YEARS = any_word("year of age", "year")
_MONTHS, _WEEKS, _DAYS = any_word("month"), any_word("week"), any_word("day")
LENGTHS = tuple(
    (re.compile(rf"{units}\Z"), days)
    for units, days in ((_YEARS, DAYS_IN_YEAR), (_MONTHS, DAYS_IN_YEAR / 12), (_WEEKS, 7.0), (_DAYS, 1.0))
)
"""Units of time and their days."""
QUANTITY = re.compile(
    r"(?<!\w)(?<!\d[.,:/–-])(?P<count>\d{1,3}(?:[.,]\d{1,2})?)(?:(?P<half> 1/2)| (?P<twelfths>\d{1,2})/12)?"
    r"(?:\. ?(?=lebens)|[ -]{0,2})"
    rf"(?P<unit>(?:{_YEARS}|{_MONTHS}|{_WEEKS}|{_DAYS})(?![a-z])|/(?:12|52|7)(?!\d|/)|y(?=\d)|yo(?=[mf]\b)"
    r"|a\.?(?= ?[,;.:)(\n]| ?$| (?:con|com|avec|mit|met|peso)\b))"
    rf"(?P<half2> 1/2| {any_word('and a half')})?"
    rf"(?: ?{any_word('and')}? ?-?(?P<more>\d{{1,2}}) ?-?(?P<lesser>{_MONTHS}|m|{_WEEKS}|{_DAYS})(?![a-z]))?"
)
"""A number of years, months, weeks or days, also 7y4m, 2 1/2, 4 9/12, un an et demi, 5/12, 8/52 and 3/7."""
PART_OF_A_YEAR = re.compile(r"/(?:12|52|7)\Z")
"""What makes of a number a count of months, weeks or days."""
UNIT_OF_AGE = re.compile(rf"{any_word('year of age', 'month, week or day of age')}\Z")
"""Counts nothing but ages."""
WEEKS_OR_DAYS = re.compile(rf"(?:{_WEEKS}|{_DAYS})\Z")

_WOMAN_OR_MAN = any_word("woman", "man")
_PERSON = rf"(?:{_WOMAN_OR_MAN}|{any_word('anybody')})s?"
RELATIONS = ("sibling", "parent", "child", "partner", "other")
_KIN = rf"(?:{any_of(RELATIONS, without=rf'(?!fille){_PERSON}|children|kids?')}|{any_word('donor')})"
"""Relatives and donors; not the words that may be the patient as well (a girl, eine Frau)."""
_ADJECTIVE = rf"(?!{any_word('function')}\b)[\w'’/-]+"
_AGED = any_word("aged")
_AT_THE_AGE = r"(?:aged|age of|age|agee?s?(?: de)?|im alter von|de edad|d['’])"

MY = any_word("my")
_ONESELF = r"(?:(?:her|him)self|selbst|zelf|mism[oa]|lui-meme|elle-meme|stess[oa]|propri[oa])"

NOW = re.compile(
    rf"\b{any_word('now')}(?: {any_word('somebody')})?(?: (?:is|est|ist|a|ha|tiene|tem|at|a los|aos))?(?: an?)?"
    rf"(?: (?:{_AGED}|im alter von|con|com|de|of))? ?:? ?$"
)
OLD = re.compile(rf"[- ]{{0,2}}{any_word('old')}\b(?!,? (?:\w+ )?{any_word('thing')}s?\b)")
_BEFORE_A_THING = r"(?:con|com|avec|mit|met|with|pour|per|por|para|for|fur|wegen|voor)"
LASTING = re.compile(
    rf"[- ]{{0,2}}(?:(?:(?!{_BEFORE_A_THING} )[a-z]+ )?(?:{any_word('lasting')}\b|%|x |of (?!age)\w+)"
    rf"|{any_word('course')})"
)
"""Behind a quantity: ago, of evolution, the course that lasted so long."""
THEN = re.compile(
    rf"\b{any_word('then')}(?: {any_word('this')})?(?: {any_word('former')})?(?: {any_word('of')})?"
    rf"(?: {any_word('about')})?(?: {any_word('somebody')}(?: {any_word('was')})?)? ?(?:aged |age )?$"
)
"""Before a quantity: when something happened, how long it lasted."""
EVENT = re.compile(rf"\b{any_word('event')}\b ?:?[^.;,\d]{{0,12}}$")
"""Before a quantity: what happened at that age or after that time."""
AGED_THEN = re.compile(rf"(?:^|[,;.:(] ?)(?![^,;.:(]*\b{_PERSON}\b)[^,;.:()\d]*[a-z]{{5}} aged $")
"""A thing and the age at which somebody had it: "glandular fever aged 17"."""
AT_IN_ROMANCE = re.compile(r"\ba $")
"""French à, Italian and Spanish a before a quantity in those languages; in English it is the article."""
ROMANCE = re.compile(r"(?:ans?|annees?|mois|semaines?|jours?|anos?|anni|anno|meses|mes[ei]?|semanas?|settiman[ae])\Z")
PORTUGUESE = re.compile(r"(?:ano|mes|dia|semana)")
AGO_IN_PORTUGUESE = re.compile(r"\bha (?:cerca de |mais de )?$")
RANGE = re.compile(r"\d ?(?:[-–/]|to|a|bis|tot|ate|and|y|e|et|und|or|ou|o|oder|of) ?$")

PERSON_BEHIND = re.compile(rf"[,]?[- ]{{0,2}}(?:{_ADJECTIVE} ){{0,3}}(?:{_PERSON})\b")
PERSON_BEFORE = re.compile(
    rf"(?<!as a )(?<!as an )\b{_PERSON}(?:(?<=pat|nnl|ibl|asc|fem|pac|pte| pz| pt|paz|ugl)\.)?"
    rf"(?: \([mfwvh]\))?(?:(?: {_ADJECTIVE}){{0,4}}"
    rf"(?:,? ?{_AT_THE_AGE}|,? (?:{any_word('of', 'with')}|who is|is|,)|[,:] ?| ?\(|)"
    rf"|(?: (?!{any_word('with', 'having')}\b)[\w'’-]+){{1,4}}, ?) ?$"
)
"""A person with the words that join an age to it: patiente marocaine de, Mädchen, woman (."""
INFANT_BEFORE = re.compile(rf"\b{any_word('infant')}\b[\w ,'’()-]*$")
"""Somebody whose age is counted in weeks or days."""
INFANT_RIGHT_BEFORE = re.compile(rf"\b{any_word('infant')}(?:,| \(|:)? ?$")
AGED_BEFORE = re.compile(
    rf"\b(?:{_AGED}|d['’]anni|di anni|years of age|y/o)(?: ?[:=] ?| (?:{any_word('of')}|is) | ?\(| )(?:\w+ )?$"
)
_TITLE = rf"{any_word('title')}\.?"
TITLE_BEFORE = re.compile(
    rf"\b{_TITLE}(?: (?!is|was|has|had|with|diagnosed|since|for)[\w'’-]+\.?){{1,3}}(?: is| was)?(?:,| -| \(| )? ?\(?$"
)
TITLE_RIGHT_BEFORE = re.compile(
    r"\b(?:sra?|sig(?:\.ra|\.na)?|signor[ae]?|dhr|mw|mevr|mevrouw|meneer|mej|herrn?|frau|senhora?|senora?|mme|mlle|"
    r"monsieur|madame|mrs)\.?,?(?: d[ei]| van| von)? $"
)
"""A title without a name: Dhr. 69 jr, Sr. de 72 anos; not those that are a disease or a scan as well (MS, MR)."""
IS_BEFORE = re.compile(rf"\b{any_word('is')}(?: {any_word('now')})? ?$")
_JOINED = rf"(?:,| {any_word('of', 'with')}|,? aged| \()? ?$"
MY_KIN_BEFORE = re.compile(rf"\b{MY} (?:\w+ )?{_KIN}{_JOINED}")
ANOTHERS_KIN_BEFORE = re.compile(
    rf"\b(?:{any_word('their')} {_KIN}|{any_word('donor')}:?)(?: is| was|'s)?(?: an?)?{_JOINED}"
)
ANOTHERS_BEFORE = re.compile(rf"\b{any_word('their', 'a')} (?:[\w-]+ )?$")
KIN_BEHIND = re.compile(
    rf"[- ]{{0,2}}{any_word('old')}?[- ]?(?:[\w-]+ ){{0,2}}{_KIN}\b(?! (?:of|eine[rs]|d'une?|de un|di un))"
)
KIN_OR_FAMILY = re.compile(rf"\b(?:{_KIN}|famil\w+|fh|fhx)\b")
FIRST = re.compile(r"(?:^|\n)[\W_]*$")
ALONE_BEHIND = re.compile(rf"[.,;)\n]|$| (?:{any_word('with')}|w/|hx|h/o|s/p|c/o|presents?|presenting)\b")
SEX_BEHIND = re.compile(r"[ ,/(-]{0,2}(?:aa|[wbhac](?=[mf]\b))?(?P<sex>[mfwvh])(?![\w/%²³']|\. ?[a-z]|[.,]\d)")
"""Also of American notes: AAF, WM."""
SEX_BEFORE = re.compile(
    r"(?:(?:^|[,;.:(\n] ?)|\b(?:pat|pt|pte|pcte|pac|paz|pz|sex|sexe|sexo|sesso|geschlecht|geslacht|gender)"
    r"\b\.? ?[:=(]? ?)(?P<sex>[mfwvh])\.?[,:;/. )] ?(?:d[ei] |d['’]|of |von |van |"
    r"(?:age|alter|edad|eta|idade|leeftijd)\b ?:? ?)?$"
)
SAYS_V = re.compile(r"(?:j(?:aar|aren|r|arig|\.?$)|anos?|a\b)")
"""Years of the languages in which v is a sex: vrouw, varón."""
SAYS_H = re.compile(r"(?:ans?|anos?|a\b)")
"""Years of the languages in which h is a sex: homme, hombre, homem."""

_BEGINS = r"(?:^|[,;.(\n] ?|\b(?:a|an|patient|pt|is|this|ein|un) )"
BARE_COUNTS = tuple(
    re.compile(pattern)
    for pattern in (
        # 54M, 45F, 62/M, 45 female
        r"(?<!\w)(?<!\d[.,:/–-])(?P<count>\d{1,3})(?: ?/ ?| )(?P<sex>male|female)\b",
        rf"{_BEGINS}(?P<count>\d{{1,3}})[ /]?(?P<sex>[mfw])(?![\w/²³%'-]|\.\w)",
        r"(?<!\w)(?<!\d[.,:/–-])(?P<count>\d{1,2}) ?/? ?(?P<capital>[mf])(?![\w/²³%'-]|\.\w)",
        # F, 46; M/46; female (46)
        r"(?<![\w.])(?P<sex>[mfw]|male|female)(?:, ?|/| ?\(|-)(?P<count>\d{1,3})(?=[,;.:) \n/]|$)(?! ?[.,/]\d)",
        r"\b(?:pt|pat|patient|patiente)\.? \((?P<sex>[vmfw])[,/ ] ?(?P<count>\d{1,3})(?=[,) ])",
        r"(?:^|[,;.(\n] ?)(?P<sex>[mf]|male|female) (?P<count>\d{1,3})(?=[,;.)\n]|$| with| c/o| h/o| hx)(?! ?[.,/]\d)",
        # aged 9, Age: 54, edad 40; now 58; she is 46
        rf"\b{_AGED}(?: ?[:=] ?| {any_word('of')} | is | )(?P<count>\d{{1,3}})(?=[,;.) \n]|$)(?! ?[-–/.,]\d)",
        rf"\b{any_word('is', 'now')}(?: {any_word('now')}| aged| age)? (?P<count>\d{{1,3}})"
        rf"(?=[,;.)\n]|$| (?:{any_word('and', 'with')}|but|on)\b)(?![.,]\d)",
        # woman, 46; woman (46); vrouw van 46 met; der Patient, 46; my mum, 71; mijn zoon van 6 heeft
        rf"\b(?:{_PERSON}|{MY} (?:\w+ )?{_KIN})(?: {_ONESELF}(?= |,))?"
        r"(?:[,;:] ?|(?<=zelf) | ?\(| (?:of|van|von) |,? (?:de|di|d'anni) )"
        rf"(?P<count>\d{{1,3}})(?=[,;)\n]|\.(?!\d)|$| (?:{any_word('with', 'and')}|has|hat|heeft|ha|a|tiene|tem)\b)"
        r"(?! ?[.,/]\d)(?!, \d)",
        # Mr Jones, 71
        rf"\b{_TITLE} (?:[\w'’-]+\.?,? ){{0,2}}[\w'’-]+\.?,? \(?(?P<count>\d{{1,3}})(?=[,;)\n]|$)",
        # Signora di anni 60
        r"(?:^|[\s,;:'’])(?:anni|aa\.?|a\.) (?P<count>\d{1,3})\b(?! ?(?:fa|prima|dopo|or sono)\b)",
    )
)  # fmt: skip
"""Ages without a unit. capital: a letter that says the sex only where it is one ("54M", not "walks 50 m")."""
NO_SEX_BEHIND = re.compile(r" ?(?:foley|catheter|sheath|tube|french|drain|walk|swim|sprint|tall|high|deep|away|wide)\b")
UNIT_BEHIND = re.compile(
    rf" ?(?:{_YEARS}|{_MONTHS}|{_WEEKS}|{_DAYS}|mg|g|kg|kilos?|cm|mm|ml|l|"
    r"bpm|mmhg|mmol|umol|iu|ui|hours?|min|times|lesions?|"
    r"lumps|children|kids|brothers|sisters|hijos|enfants|figli|filhos|pack)\b| ?(?:%|u/|°|\. ?lebens)"
)
"""Behind a bare count: what it counts, which is no year of life."""
