"""What a text says of each diagnosis: present, denied, a relative's, past, or only suspected.

A rule set in the manner of NegEx and ConText, for the six languages of the domain: cue words with a direction, scopes
that
end at clause borders, and a list of phrases that look like cues and are none.
"""

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum

import msgspec


class Assertion(StrEnum):
    """How the text puts a diagnosis."""

    PRESENT = "present"
    NEGATED = "negated"
    FAMILY = "family"
    HISTORICAL = "historical"
    UNCERTAIN = "uncertain"


class Clause(msgspec.Struct, frozen=True):
    """A stretch of a text that diagnoses are looked for in at once (a sentence or a line)."""

    start: int
    end: int


class _Scope(msgspec.Struct, frozen=True):
    start: int
    end: int
    assertion: Assertion


class _FlatChars(dict[int, str]):
    """Translation table that learns each character when it first meets it."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        found = self[code] = unicodedata.normalize("NFKD", char)[0].lower()[:1] or char
        return found


_FLAT = _FlatChars()


def flat(text: str) -> str:
    """Lower case without accents, character by character, so that places stay the same."""
    return text.lower() if text.isascii() else text.translate(_FLAT)


_SENTENCE_END = re.compile(
    r"(?<![.\s][a-z])(?<!\b(?:dr|vs|no|st|mr|ms|ca|cf|eg|ie|sp|ed|pt|re|va|zn))[.!?](?=\s|$)|[;\n\r•|]|"
    r"(?<=\s)[-–](?=\s)"
)


def sentences(text: str) -> list[Clause]:
    """Sentences, list items and lines of a text."""
    lower = flat(text)
    found: list[Clause] = []
    start = 0
    for match in _SENTENCE_END.finditer(lower):
        if text[start : match.start()].strip():
            # A question mark says that the sentence is a guess, so it stays with it.
            found.append(Clause(start, match.start() + (match[0] == "?")))
        start = match.end()
    if text[start:].strip():
        found.append(Clause(start, len(text)))
    return found


# Phrases with a cue word that deny or date nothing; they are blanked before cues are looked for.
_NO_CUE = re.compile(
    r"\bno (?:change|response|improvement|progress\w*|doubt|treatment|therapy|effect|contraindication\w*|matter|"
    r"other|specific"
    r"|better|benefit|relief|success)\b"
    r"|\bnot (?:only|yet|responding|respond\w*|improv\w*|controlled|treated|tolerat\w*|due|related|known|on|"
    r"sure|well|helped)\b"
    r"|\bwithout (?:treatment|therapy|success|effect|improvement|relief|response)\b|\bnot\b(?= amenable)"
    r"|\bpas (?:encore|seulement)\b|\bno (?:solo|solamente)\b|\bnon (?:solo|soltanto)\b|\bnicht nur\b|\bniet alleen\b"
    r"|\bnon[- ](?:hodgkin|small|alcoholic|insulin|obstructive|melanoma|invasive|specific|familial)\b"
)
_DOUBT_OVER_DENIAL = re.compile(
    r"(?:cannot|can not|can't|could not|couldn't|not (?:yet )?(?:been )?)\s*(?:be )?(?:exclude\w*|rule\w* out)"
    r"|ne peut etre exclue?|nicht ausgeschlossen|nicht auszuschliessen|sin descartar|no (?:se )?(?:puede )?descart\w+"
    r"|non (?:si puo )?esclud\w+|nao (?:se pode )?(?:descarta|exclui)\w*|niet uitgesloten"
)
_SUSPECTED_THEN_DENIED = re.compile(
    r"(?:was |were |had been |initially |first |at first |once |previously )*(?:suspected|considered|thought of|"
    r"presumed|queried)"
    r"(?: initially| at first)?,? (?:but|and|then|later|and later|and then|but later|but was|but then)[^,;.]{0,24}?"
    r"(?:not confirmed|unconfirmed|never confirmed|ruled out|excluded|refuted|disproved|discarded|rejected|"
    r"dismissed|not found)"
    r"|suspecte\w* mais (?:non confirme\w*|elimine\w*|exclue?s?|infirme\w*)"
    r"|vermutet,? aber (?:nicht bestatigt|ausgeschlossen)|sospechad\w+,? pero (?:no confirmad\w+|descartad\w+)"
    r"|sospettat\w+,? ma (?:non confermat\w+|esclus\w+)|suspeitad\w+,? mas (?:nao confirmad\w+|descartad\w+)"
)
_DENIED_AFTER = re.compile(
    r"\b(?:(?:has|have|had|was|were|is|are|been|definitely|formally|clinically|now|since|already|firmly)\s+)*"
    r"(?:ruled[- ]out|excluded|refuted|disproved|not (?:present|found|seen|confirmed|detected|observed|"
    r"identified|demonstrated|likely)"
    r"|never (?:present|found|confirmed|seen|developed)|unconfirmed|absent|negative|unlikely|was rejected|"
    r"was discarded)\b"
    r"|: ?(?:no|none|negative|neg|absent|nil|non|nein|ninguna|nee)\b(?! [a-z])"
    r"|\b(?:exclue?s?|eliminee?s?|ecartee?s?|infirmee?s?|non retrouvee?s?|absente?s?)\b"
    r"|\b(?:ausgeschlossen|nicht nachweisbar|nicht bestatigt|nicht vorhanden|nicht nachgewiesen|verneint)\b"
    r"|\b(?:descartad[ao]s?|excluid[ao]s?|ausentes?|negativ[ao]s?|no confirmad[ao]s?)\b"
    r"|\b(?:esclus[aoie]|assent[ei]|non confermat[ao]|escluso)\b|\b(?:nao confirmad[ao]s?|afastad[ao]s?)\b"
    r"|\b(?:uitgesloten|afwezig|niet aangetoond|niet bevestigd)\b"
)
_DENIED_BEFORE = re.compile(
    r"\b(?:no (?:clinical |radiological |radiographic |histological |imaging |current |previous |prior |personal )?"
    r"(?:evidence|sign|signs|features|history|diagnosis|indication|finding|findings|suggestion|trace)(?: of| for)?"
    r"|no|not|nor|none of|never (?:had|has had|developed|diagnosed with|suffered from|experienced|showed)|never|"
    r"without(?: any)?"
    r"|w/o|denies|denied|denying|negative for|absence of|free of|free from|lack of|lacks|lacking|rather than|"
    r"instead of"
    r"|does not have|doesn't have|do not have|don't have|has no|have no|had no|did not have|exclud(?:es|ing)|"
    r"ruled out|ruling out"
    r"|pas de|pas d|aucune?|sans|absence de|absence d|ni|jamais de|jamais eu de|n'a pas de|non|exclusion de"
    r"|kein(?:e|en|er|em|es)?|ohne|nicht|nie|weder|ausschluss(?: von| einer| eines)?|frei von"
    r"|sin|ningun[ao]?|niega|nunca|ausencia de|negativo para|descartad[ao]"
    r"|senza|nessun[ao]?|nega|assenza di|mai avuto|mai|esclus[ao]"
    r"|sem|nenhum[a]?|nao|ausencia de|nunca teve|descartad[ao]"
    r"|geen|zonder|niet|nooit)\b"
)
_FAMILY_HISTORY = re.compile(
    r"\bfamil(?:y|ial) (?:medical )?(?:history|hx)\b|\bfh(?:x)?\b:?|\bfamhx\b|\bhistory in the family\b|"
    r"\bruns in the family\b"
    r"|\bantecedents? familia\w+|\bhistoire familiale\b|\bfamilienanamnese\b|\bfamiliar vorbelastet\b"
    r"|\bantecedentes? familiare?s?\b|\bhistoria familiar\b|\banamnesi familiare\b|\bstoria familiare\b|"
    r"\bfamiliarita\b"
    r"|\bfamilieanamnese\b|\bfamiliegeschiedenis\b|\bin the family\b|\bdans la famille\b|\bin der familie\b|"
    r"\ben la familia\b"
)
_RELATIVE = re.compile(
    r"\b(?:step|half-?|twin )?(?:mother|father|mum|mom|dad|brother|sister|siblings?|uncle|aunt|cousins?|nephew|"
    r"niece|grand ?mother"
    r"|grand ?father|grandparents?|grandma|grandpa|relatives?|mere|pere|frere|soeur|oncle|tante|cousine|"
    r"grand-mere|grand-pere"
    r"|mutter|vater|bruder|schwester|onkel|cousine|oma|opa|grossmutter|grossvater|geschwister"
    r"|madre|padre|hermano|hermana|tio|tia|prim[oa]|abuel[oa]"
    r"|fratello|sorella|zio|zia|cugin[oa]|nonn[oa]|mae|pai|irma[o]?|moeder|vader|broer|zus|oom|grootmoeder|"
    r"grootvader)\b"
    r"|\b(?:her|his|their|patient's|the) (?:son|daughter|child|children|wife|husband)\b|\bhas a (?:son|daughter|"
    r"child)\b"
    r"|\b(?:sa fille|son fils|ihr sohn|seine tochter|su hij[oa]|sua? figli[oa])\b"
)
_OWN_SUBJECT = re.compile(
    r"\b(?:patient|proband|herself|himself|personally|personal history|current problem|currently|presents?|"
    r"presenting|now|i have"
    r"|i am|own|patiente|elle-meme|lui-meme|patientin|selbst|paciente|ella misma|paziente|doente|zelf|"
    r"index case|she|he)\b"
)
_PAST_BEFORE = re.compile(
    r"\b(?:past (?:medical |personal )?history(?: of)?|pmhx?|previous history of|remote history of|remote|"
    r"previously|previous|prior"
    r"|former|formerly|status post|s/p|healed|treated and cured|resolved|history of (?:childhood|resolved|"
    r"previous|past|treated)"
    r"|childhood history of|used to have|had (?:had )?|once had|antecedents? (?:personnels? )?(?:de|d)|"
    r"ancienn?e?|atcd|histoire ancienne de"
    r"|zustand nach|z\. ?n\.|zn|anamnestisch|fruher(?:e[rsn]?)?|ehemalige?|antecedentes? (?:personales )?de|"
    r"previ[oa]|pregress[oai]"
    r"|esiti di|storia pregressa di|antecedente de|historia previa de|historico de|historia pregressa de|"
    r"voorgeschiedenis(?: van| met)?"
    r"|vroeger|doorgemaakte|status na)\b"
)
_PAST_AFTER = re.compile(
    r"\b(?:resolved|cured|healed|recovered|in (?:complete |full |clinical |sustained |long-term |drug-free |"
    r"stable )*remission"
    r"|remission|no recurrence|without recurrence|not recurred|in the past|as a (?:child|teenager|"
    r"baby)\b(?! with)|in childhood(?= *(?:[,.;)]|$|and (?:now|then)))"
    r"|resected|excised|removed|operated|gueri\w*|en remission|resolue?s?|operee?s?|geheilt|ausgeheilt|"
    r"abgeheilt|in remission|abgeklungen"
    r"|resuelt[ao]s?|curad[ao]s?|en remision|risolt[ao]|guarit[ao]|in remissione|resolvid[ao]s?|em remissao|"
    r"genezen|in remissie"
    r"|hersteld|inactive|burnt out|off treatment since)\b"
)
_STILL_THERE = re.compile(
    r"(?<!no )(?<!without )(?<!not )\b(?:recurred|recurrence|recurrent|relaps\w*|residual|persist\w*|remaining|"
    r"ongoing|again|returned"
    r"|came back|now has|still|progress\w*|new|recidiv\w*|residuel\w*|rezidiv\w*|wieder|fortbestehend\w*|"
    r"recurrente|residual"
    r"|recidivante|residu[ao]|opnieuw|active disease)\b"
)
_DOUBT_BEFORE = re.compile(
    r"\b(?:suspected|suspicion of|suspicious for|suspect|possible|possibly|probable|probably|likely|presumed|"
    r"presumptive|query|r/o|rule out"
    r"|to rule out|to exclude|question of|differential(?: diagnosis)?(?: of| includes)?|dd|consider|"
    r"suggestive of|compatible with"
    r"|consistent with|suspicion de|suspicion d|suspecte\w*|evocat\w* d|probable|eventuelle?|verdacht auf|"
    r"v\. ?a\.|va|vermutlich\w*"
    r"|mogliche?r?|fraglich\w*|sospecha de|posible|probable|sospetto di|sospett[ao]|possibile|suspeita de|"
    r"possivel|provavel"
    r"|verdenking(?: op)?|mogelijk\w*|waarschijnlijk\w*)\b|^\s*\?"
)
_DOUBT_AFTER = re.compile(
    r"\?|\b(?:is |was |are |being )?(?:suspected|possible|in question|to be confirmed|to be excluded|"
    r"under investigation|suspectee?s?"
    r"|a confirmer|vermutet|fraglich|por confirmar|da confermare|a confirmar)\b"
)
_BORDER = re.compile(
    r"[;:]|\b(?:but|however|although|though|yet|except|whereas|while|who|which|because|since|due|mais|cependant|"
    r"toutefois|aber|jedoch"
    r"|sondern|pero|sino|aunque|ma|pero|tuttavia|mas|porem|maar|echter|final diagnosis|diagnosis|presents?|now|"
    r"currently|today"
    r"|patient|actuellement|jetzt|heute|ahora|adesso|agora|nu|has|shows?|developed|develops)\b"
)
_LIST_END = re.compile(r",? (?:or|nor|and|ou|et|ni|oder|und|noch|o|y|e|of|en)\b")


def assertion_scopes(text: str, clause: Clause) -> list[_Scope]:
    """Stretches of a sentence that are denied, a relative's, past or in doubt."""
    lower = flat(text[clause.start : clause.end])
    blanked = _NO_CUE.sub(lambda match: "_" * len(match[0]), lower)
    scopes: list[_Scope] = []

    def add(start: int, end: int, assertion: Assertion) -> None:
        scopes.append(_Scope(clause.start + start, clause.start + end, assertion))

    def blank(match: re.Match[str]) -> None:
        nonlocal blanked
        blanked = blanked[: match.start()] + "_" * (match.end() - match.start()) + blanked[match.end() :]

    for pattern, assertion in ((_SUSPECTED_THEN_DENIED, Assertion.NEGATED), (_DOUBT_OVER_DENIAL, Assertion.UNCERTAIN)):
        for match in list(pattern.finditer(blanked)):
            add(_left_border(blanked, match.start()), match.start(), assertion)
            add(match.end(), _right_border(blanked, match.end()), assertion)
            blank(match)
    _family_scopes(blanked, add)
    for match in list(_PAST_AFTER.finditer(blanked)):
        if not _STILL_THERE.search(blanked[match.end() :]):
            add(_left_border(blanked, match.start(), through_empty=True), match.start(), Assertion.HISTORICAL)
    for match in list(_PAST_BEFORE.finditer(blanked)):
        add(match.end(), _right_border(blanked, match.end()), Assertion.HISTORICAL)
    for match in list(_DENIED_AFTER.finditer(blanked)):
        add(_left_border(blanked, match.start(), lists=True), match.start(), Assertion.NEGATED)
        blank(match)
    for match in _DENIED_BEFORE.finditer(blanked):
        add(match.end(), _right_border(blanked, match.end()), Assertion.NEGATED)
    for match in _DOUBT_BEFORE.finditer(blanked):
        add(match.end(), _right_border(blanked, match.end()), Assertion.UNCERTAIN)
    for match in _DOUBT_AFTER.finditer(blanked):
        add(_left_border(blanked, match.start(), lists=True), match.start(), Assertion.UNCERTAIN)
    return scopes


def _family_scopes(lower: str, add: Callable[[int, int, Assertion], None]) -> None:
    for match in _FAMILY_HISTORY.finditer(lower):
        own = _OWN_SUBJECT.search(lower, match.end())
        add(match.end(), own.start() if own else len(lower), Assertion.FAMILY)
        add(_left_border(lower, match.start()), match.start(), Assertion.FAMILY)
    for match in _RELATIVE.finditer(lower):
        if re.search(r"\b(?:my|our) $", lower[: match.start()]) and not re.search(
            r"\b(?:i have|i am|i'm|patient)\b", lower
        ):
            continue
        own = _OWN_SUBJECT.search(lower, match.end())
        add(match.start(), own.start() if own else len(lower), Assertion.FAMILY)
        before = lower[: match.start()]
        if re.search(
            r"(?:\bin(?: (?:the|her|his|a|patient's))?|\(|\bchez(?: (?:sa|son|la|le))?|\bbei(?: der| dem)?|"
            r"\ben(?: la| el| su)?) ?$",
            before,
        ):
            add(_left_border(lower, match.start()), match.start(), Assertion.FAMILY)


def _right_border(lower: str, start: int) -> int:
    """Where the scope of a cue ends to its right: a border word, or a comma that no list goes on behind."""
    match = _BORDER.search(lower, start)
    end = match.start() if match else len(lower)
    comma = lower.find(",", start, end)
    while comma != -1:
        rest = lower[comma:end]
        joined = _LIST_END.search(rest)
        if joined is None or any(len(item.split()) > 4 for item in rest[: joined.start()].split(",")):
            return comma
        if rest.startswith(joined[0]) and joined[0].startswith(","):
            return comma if joined[0].strip(", ") in ("and", "et", "und", "y", "e", "en") else end
        comma = lower.find(",", comma + 1, end)
        if comma == -1 or comma > start + len(rest):
            break
    return end


def _left_border(lower: str, end: int, lists: bool = False, through_empty: bool = False) -> int:
    """Where the scope of a cue ends to its left.

    lists: "A, B and C ruled out" goes back over the list. through_empty: a comma right before the cue does not end it
    ("dermatomyositis 1998, cured").
    """
    start = 0
    for match in _BORDER.finditer(lower, 0, end):
        start = match.end()
    stretch = lower[start:end]
    if through_empty:
        return start
    comma = stretch.rfind(",")
    if comma == -1:
        return start
    if lists and _LIST_END.search(stretch[comma:]) and all(len(item.split()) <= 4 for item in stretch.split(",")[1:]):
        return start
    tail = stretch[comma + 1 :]
    if not tail.strip(" _"):
        return start + max(0, stretch.rfind(",", 0, comma) + 1)
    return start + comma + 1


_PRIORITY = (Assertion.FAMILY, Assertion.NEGATED, Assertion.HISTORICAL, Assertion.UNCERTAIN)


def assertion_at(scopes: list[_Scope], start: int, end: int) -> Assertion:
    """The assertion that holds for a stretch of the text."""
    held = {scope.assertion for scope in scopes if scope.start <= start and end <= scope.end}
    return next((assertion for assertion in _PRIORITY if assertion in held), Assertion.PRESENT)
