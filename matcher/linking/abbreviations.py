"""Abbreviations of the terminology in a text: SSc, C.R.E.S.T., SSc-ILD, and in short texts in small letters too.

Few letters mean many things. In a chart an abbreviation beside a number or a unit is a measure (PR 80, RA 96 %), and a
word in capitals among others is that word (BLOOD AT THE MEATUS). Two letters, what is no disease in most texts of the
language, and an abbreviation of another language than the text's are unsure: they count when the text says that a
diagnosis follows, when they stand in a list of diagnoses, or when another diagnosis makes them likely.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from matcher.terminology import Terminology
from matcher.terminology.model import ANY_LANGUAGE
from matcher.text.language import is_filler
from matcher.text.normalise import STOPWORDS, Token, fold

ABBREVIATION, UNSURE, OTHER_SENSE = "abbreviation", "abbreviation, unsure", "abbreviation, other sense"
"""Rules of abbreviations; the latter two count only beside what makes them likely."""
IN_DOUBT = frozenset((UNSURE, OTHER_SENSE))
LONGEST_SHOUTED, PLAIN_WORD = 3, 7
"""Letters of words that may be anything in a text of capitals, and of one that is no abbreviation."""
LONGEST_LIST, FEWEST_IN_LIST = 600, 2
"""Characters of a text that are looked at for its language, and abbreviations that speak for one."""
SHORT_TEXT = 3
"""Words of a text in which an abbreviation may stand in small letters."""
COMMON = 4.5
"""Zipf frequency of a word that is no abbreviation in small letters: "led", "ten", "als"."""
COMMON_IN_SMALL = 3.0
"""The same in a clause that is typed in small letters throughout."""
SHORT_CLAUSE = 5
"""Words of a clause that is no sentence: its abbreviations are meant."""
SHORTEST_RARE = 4
"""Letters of an abbreviation that only a large vocabulary has; three are too often a laboratory test (ALT, CRP)."""
RARE_WORD = 2.0
"""Zipf frequency from which such letters are read as something else as well (VATS, FACC)."""
SURE = 4
"""Letters of an abbreviation that means the same in every language."""
SURE_IN_ITS_LANGUAGE = 3
_PIECE = re.compile(r"(?<![\w.])[A-Za-z](?:\.[A-Za-z]){2,}(?!\w)|[A-Za-z][\w\-/]*")
_HEADING = re.compile(r"\s*([^\W\d_]+)\s?:")
_HEADING_LANGUAGES = {
    "ATCD": "fr", "ATCDS": "fr", "ANTECEDENTS": "fr", "APR": "it", "DIAGNOSI": "it", "DIAGNOSEN": "de", "VG": "nl",
    "VORERKRANKUNGEN": "de", "VOORGESCHIEDENIS": "nl", "PMH": "en", "PMHX": "en", "HPP": "pt",
}  # fmt: skip
"""Headings that begin a list, and the language that has them."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_PART = re.compile(r"[A-Za-z]*[A-Z][A-Za-z0-9]*[A-Z][A-Za-z0-9]*")
_CODED = re.compile(r"-[A-Z]\d+\b")
_ORDINARY = frozenset({"was", "has", "all", "hit", "net", "add", "bed", "cap", "mens", "pap", "tar"})
"""Words that are abbreviations only in capitals, however short the text."""
_NUMBER_BEHIND = re.compile(
    r"\s*(?:[:=<>~≈]|of|is|was|at|de|di|von|van)?\s*(?:[<>≤≥~≈]\s*)?(?:(?!(?:19|20)\d\d\b(?!\s*[%/]))\d{3,}|\d+\s*[.,/]\s*\d+|"
    r"\d+\s*(?:%|mm|cm|ml|m/s|bpm|mg|µg|g/|u/|/min|/m|x\b|°|ms\b|l/|kg|sec|s\b|vol))",
    re.I,
)
_MEASURED_BEFORE = re.compile(
    r"(?:\d\s*%\s*(?:\(?\s*)?(?:on|in|a|en|su|bei|op|with|w/)?|\b(?:on|in|sats?|saturat\w+|sp?o2)(?:\s+\d+)?)\s*$", re.I
)
_ROOM_AIR = frozenset({"RA"})
_HEADING_END = re.compile(r":(?!\s*(?:no|none|neg|negative|yes|pos|absent|denied)\b)", re.I)
_HEADINGS = frozenset({"PE", "CC"})
"""Headings of notes: physical examination, chief complaint."""
_GRADED = frozenset("mild moderate severe trace trivial mod leve moderada lieve moderata modere moderee".split())  # noqa: SIM905
"""What echocardiograms say of valves: "mild MR/AS"."""
_USED_FOR = frozenset(
    "test testing tests smear drain course visit department physician doctor interval segment ratio level levels gene "  # noqa: SIM905
    "virus vaccine antibody antigen titer screen wave block staff notes note room unit code codes".split()
)
"""Words behind which an abbreviation is no disease of the patient: PAP smear, ED course."""
_DIAGNOSING = frozenset(
    "history diagnosis diagnosed diagnoses known dx hx pmh pmhx h suffers suffering sufferer underlying comorbid "  # noqa: SIM905
    "diagnostic diagnostique antecedent antecedents atteint atteinte connu connue souffrant diagnostico diagnosticado "
    "diagnosticada antecedente antecedentes conocido conocida afecto afecta diagnosi diagnosticata affetto affetta "
    "noto nota portador portadora conhecida conhecido diagnose bekannte bekannter bekanntem bekannt bekende "
    "bekend voorgeschiedenis "
    "vorgeschichte anamnese erkrankt syndrome disease refractory relapsed newly longstanding confirmed confirme "
    "confirmee confirmada confirmado confermata confermato bestatigt bestatigte bevestigd bevestigde".split()
)
"""Words that say that a diagnosis follows."""
_WITH = frozenset(
    "with of has had have for by her his my likely suspected possible probable out confirmed recurrent chronic severe "  # noqa: SIM905
    "acute active and secondary due to untreated controlled juvenile overlap no without denies "
    "avec chez d sans mit bei nach keine ohne con sin senza per com sem por met bij geen zonder een une".split()
)
"""Words before a diagnosis, and before much else."""
_HAS_THE = frozenset(
    (("ha", "la"), ("tiene", "la"), ("tem", "a"), ("a", "la"), ("avere", "la"), ("tener", "la"), ("ter", "a"))
)
"""Somebody has the disease, in the languages that put an article before it."""
_DIAGNOSED_WITHIN = 3
"""Words before an abbreviation among which one says that a diagnosis follows."""


class Abbreviated(NamedTuple):
    """A stretch of tokens that is an abbreviation, and the concepts that it may mean, likeliest first.

    rule: ABBREVIATION; UNSURE when nothing in its clause says that a disease is meant; OTHER_SENSE when besides it is
    no disease in most texts of the language.
    """

    start: int
    end: int
    meanings: tuple[int, ...]
    rule: str


def abbreviated(
    terminology: Terminology, text: str, found: Sequence[Token], language: str = "", chart: bool = False
) -> Iterator[Abbreviated]:
    """Abbreviations among the tokens of a clause. language: of the text; chart: it is one, not a trial's term."""
    if not found:
        return
    short = len(found) <= SHORT_TEXT
    shouted = _is_shouted(text, found)
    typed_small = chart and not short and text.islower()
    by_start = {token.start: token_index for token_index, token in enumerate(found)}
    local = _local(terminology, language) if chart else {}
    for match in _PIECE.finditer(text, found[0].start, found[-1].end):
        if shouted and len(match[0]) <= LONGEST_SHOUTED:
            continue  # in a text of capitals "HE" is a man
        most = COMMON if short else COMMON_IN_SMALL if typed_small else 0.0
        small = most > 0 and terminology.ordinary_words.commonest(fold(match[0])) < most
        for first, last, meanings in _pieces(terminology.abbreviations, local, match, small):
            start = by_start.get(first)
            if not meanings or start is None:
                continue
            end = start
            while end < len(found) and found[end].start < last:
                end += 1
            if chart and _is_no_disease(text, found, start, end, first, last):
                continue
            valves = _of_valves(terminology, meanings, found, start) if chart else ()
            if valves:
                yield Abbreviated(start, end, valves, ABBREVIATION)
                continue
            rule = _rule(terminology, text, found, start, last, language) if chart else ABBREVIATION
            yield Abbreviated(start, end, tuple(meanings), rule)


def rarely_abbreviated(
    terminology: Terminology, text: str, found: Sequence[Token], chart: bool = False
) -> Iterator[Abbreviated]:
    """Abbreviations among the tokens of a clause that only a large vocabulary has (PKAN, NBIA).

    Alone they are what was asked for. In a chart they count where a diagnosis is said to follow or the clause is a
    short one; elsewhere, where there are but three letters, or where they are a word as well, beside what makes them
    likely.
    """
    rare, known = terminology.rare_abbreviations, terminology.abbreviations
    shouted = _is_shouted(text, found)
    for start, token in enumerate(found):
        piece = text[token.start : token.end]
        meanings = rare.get(piece)
        if meanings is None or piece in known or text[token.end : token.end + 1] == "-":
            continue
        if len(found) == 1 and len(piece) >= SHORTEST_RARE:
            yield Abbreviated(0, 1, tuple(meanings), ABBREVIATION)
            continue
        if shouted or not chart or len(set(meanings)) > 1 or sum(map(str.isupper, piece)) < SURE_IN_ITS_LANGUAGE:
            continue
        frequency = terminology.ordinary_words.commonest(fold(piece))
        if frequency >= COMMON_IN_SMALL or _is_no_disease(text, found, start, start + 1, token.start, token.end):
            continue
        before = [token.text for token in found[max(0, start - _DIAGNOSED_WITHIN) : start]]
        is_long = len(piece) >= SHORTEST_RARE
        is_named = not _DIAGNOSING.isdisjoint(before) or (is_long and not _WITH.isdisjoint(before[-1:]))
        is_item = is_named or len(found) <= SHORT_CLAUSE
        if is_item or is_long:
            is_sure = is_item and is_long and frequency < RARE_WORD
            yield Abbreviated(start, start + 1, tuple(meanings), ABBREVIATION if is_sure else UNSURE)


def language_of_list(terminology: Terminology, text: str, language: str) -> str:
    """Language of a text that is little but abbreviations: the one that has most of them, the given one before others.

    language: what the words of the text speak for.
    """
    heading = _HEADING.match(text)
    if heading is not None and (said := _HEADING_LANGUAGES.get(fold(heading[1]).upper())) is not None:
        return said
    sample = text[:LONGEST_LIST]
    pieces = {match[0] for match in _PART.finditer(sample)}
    if len(pieces) < FEWEST_IN_LIST or 2 * len(pieces) < len(_WORD.findall(sample)):
        return language
    votes = {
        name: sum(1 for piece in pieces if table.get(piece))
        for name, table in terminology.local_abbreviations.items()
        if name != ANY_LANGUAGE
    }
    best = max(votes, key=votes.__getitem__, default="")
    known = sum(1 for piece in pieces if piece in terminology.abbreviations)
    rival = known if language == "en" else votes.get(language, 0)
    return best if votes.get(best, 0) >= FEWEST_IN_LIST and votes[best] > rival else language


def _local(terminology: Terminology, language: str) -> Mapping[str, Sequence[int]]:
    """Abbreviations of a language; of a text whose language is not known, those that mean the same wherever used."""
    if language:
        return terminology.local_abbreviations.get(language, {})
    return _agreed(terminology)


@lru_cache(maxsize=2)
def _agreed(terminology: Terminology) -> dict[str, Sequence[int]]:
    agreed: dict[str, Sequence[int]] = {}
    for table in terminology.local_abbreviations.values():
        for spelt, meanings in table.items():
            if spelt not in terminology.abbreviations and meanings == agreed.setdefault(spelt, meanings):
                continue
            agreed[spelt] = ()
    return agreed


def _pieces(
    table: Mapping[str, Sequence[int]], local: Mapping[str, Sequence[int]], match: re.Match[str], small: bool
) -> list[tuple[int, int, Sequence[int]]]:
    """(start, end, meanings) of a word of a text, or of its parts: SSc-ILD, SSc/DM."""
    plain = match[0].replace(".", "")
    if plain != match[0] and not (plain.isupper() or plain.islower()):
        return []  # S.p.A. is a company
    whole = _meanings(table, local, plain.rstrip("-/"), small)
    if whole or ("-" not in match[0] and "/" not in match[0]):
        return [(match.start(), match.end(), whole)]
    if _CODED.search(match[0]):
        return []  # PD-L1 is no Parkinson disease
    return [
        (match.start() + part.start(), match.start() + part.end(), _meanings(table, local, part[0], False))
        for part in _PART.finditer(match[0])
    ]


def _meanings(
    table: Mapping[str, Sequence[int]], local: Mapping[str, Sequence[int]], piece: str, small: bool
) -> Sequence[int]:
    """Concepts of an abbreviation, those of the text's language first.

    small: its small letters may be meant as large.
    """
    meanings = local.get(piece) or table.get(piece) or table.get(piece.removesuffix("s"))
    if meanings is None and small and len(piece) >= 3 and piece.lower() not in _ORDINARY:
        ways = (piece.upper(), piece.capitalize(), piece[:2].upper() + piece[2:])
        meanings = next((table[spelt] for spelt in ways if spelt in table), None)
    if meanings is None and "-" in piece:
        meanings = table.get(piece.replace("-", ""))
    return meanings or ()


def _is_no_disease(text: str, found: Sequence[Token], start: int, end: int, first: int, last: int) -> bool:
    """Whether an abbreviation is a measure, a thing that is used, or a word in capitals among others."""
    if _NUMBER_BEHIND.match(text, last):
        return True
    if text[first:last] in _ROOM_AIR and _MEASURED_BEFORE.search(text, max(0, first - 20), first):
        return True
    if start == 0 and text[first:last] in _HEADINGS and _HEADING_END.match(text, last):
        return True
    if end < len(found) and found[end].text in _USED_FOR and text[last : found[end].start].isspace():
        return True
    word = fold(text[first:last])
    if not (word in STOPWORDS or is_filler(word) or word in _ORDINARY):
        return False
    beside = [found[index] for index in (start - 1, end) if 0 <= index < len(found)]
    return any(text[token.start : token.end].isupper() and len(token.text) > LONGEST_SHOUTED for token in beside)


def _of_valves(
    terminology: Terminology, meanings: Sequence[int], found: Sequence[Token], start: int
) -> tuple[int, ...]:
    """The meanings that are of heart valves, where a grade stands before an abbreviation or the one beside it."""
    if _GRADED.isdisjoint(token.text for token in found[max(0, start - 2) : start]):
        return ()
    return tuple(concept for concept in meanings if "valve" in terminology.labels[concept].lower())


def _rule(terminology: Terminology, text: str, found: Sequence[Token], start: int, last: int, language: str) -> str:
    """How sure an abbreviation is a disease by its letters, its language and what stands before it."""
    piece = text[found[start].start : last]
    local = terminology.local_abbreviations
    here = local.get(language or "en", {})
    other = piece in here and not here[piece]
    if not other and len(found) <= SHORT_CLAUSE:
        return ABBREVIATION
    at_home = language in ("", "en") or bool(here.get(piece)) or piece in local.get(ANY_LANGUAGE, {})
    if not other and (len(piece) >= SURE or (at_home and len(piece) >= SURE_IN_ITS_LANGUAGE)):
        return ABBREVIATION
    before = [token.text for token in found[max(0, start - _DIAGNOSED_WITHIN) : start]]
    behind = [token.text for token in found[start + 1 : start + 2]]
    named = not _DIAGNOSING.isdisjoint(before) or not _DIAGNOSING.isdisjoint(behind)
    if named or tuple(before[-2:]) in _HAS_THE:
        return ABBREVIATION
    if other:
        return OTHER_SENSE
    return ABBREVIATION if at_home and before and before[-1] in _WITH else UNSURE


def _is_shouted(text: str, found: Sequence[Token]) -> bool:
    """Whether a clause is written in capitals throughout, words and all."""
    return len(found) > SHORT_TEXT and text.isupper() and 2 * sum(map(_is_plain_word, found)) >= len(found)


def _is_plain_word(token: Token) -> bool:
    """Whether a word in capitals shows that the text is written in them, and is no list of abbreviations."""
    return len(token.text) >= PLAIN_WORD or (token.text.isalpha() and is_filler(token.text))
