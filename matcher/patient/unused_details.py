"""What a text says of a diagnosis and the matcher does not use: stage, receptor, mutation, line of therapy.

It is said to be unused, and a trial whose title or condition states the opposite is no strong suggestion.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_STAGE = r"(?:stage|stade|stadium|estadio|estad[ií]o|stadio|est[aá]dio|est[aá]gio)"
_LINE = r"(?:line|ligne|linie|l[ií]nea|linea|linha|lijn)"
_MARKER = (
    r"(?:HER-?2(?:/neu)?|ER/PR|ER|PR|HR|PD-?L1|(?:hormone|o?estrogen|progesterone|androgen)[ -]receptors?|MSI|dMMR|TMB|"
    r"r[ée]cepteurs? hormonaux|Hormonrezeptor|receptores? hormonales?|recettori ormonali)"
)
_POSITIVE = r"[ -]?(?:\(\+\)|\+|\b(?:positive?|positif|positiv|positivo|positief|high|amplified|\d{1,3} ?%)(?!\w))"
_NEGATIVE = r"[ -]?(?:\(-\)|\b(?:negative?|n[ée]gatif|negativ|negativo|negatief|low)(?!\w)|-(?=[\s,;.)]|$))"
_VARIANT = (
    r"(?:[A-Z]\d{2,4}[A-Z*]\b|exon \d+\b|mutations?\b|mutated\b|mutant\b|mut[ée]e?\b|mutiert\b|mutado\b|mutato\b|"
    r"rearrange\w+|fusion\b|amplif\w+|c\.\d+\S*|p\.\S+)"
)
_DETAIL = re.compile(
    "|".join(
        (
            # how far it has spread
            r"(?i:\b(?:locally advanced|metastatic|metasta(?:siert|tisch)\w*|m[ée]tastatique|metast[aá]sic[oa]|"
            r"metastatic[oa]|metast[aá]tic[oa]|gemetastaseerde?|unresectable|inoperable|early[ -]stage|advanced)\b)",
            rf"(?i:\b{_STAGE} (?:0|IV|I{{1,3}}|[1-4])(?:[ -]?[A-D]\d?)?\b)",
            r"\b[cyp]{0,2}T[0-4][a-d]? ?N[0-3x][a-c]? ?M[01x]\b",
            # receptors and mutations
            r"(?i:\btriple[ -]n[ée]gati(?:ve|f|v|vo|ef)\b)",
            rf"(?i:\b{_MARKER}(?:{_POSITIVE}|{_NEGATIVE}))",
            rf"\b[A-Z][A-Z0-9]{{2,6}}[ -]{_VARIANT}(?: (?:mutation|positive|mutated))?",
            # lines of therapy
            rf"(?i:\b(?:first|second|third|fourth|1st|2nd|3rd|4th|[1-4](?:e|[èe]me|a|ª))[ -]{_LINE}\b)",
            rf"(?i:\b(?:premi[èe]re|deuxi[èe]me|troisi[èe]me|primera|segunda|tercera|prima|seconda|terza|primeira|"
            rf"terceira|eerste|tweede|derde) {_LINE}\b|\b(?:Erst|Zweit|Dritt)linie\w*)",
            r"(?i:\bplatinum[ -](?:resistant|sensitive|refractory)\b|\b(?:treatment|therapy)[ -]na[iï]ve\b|"
            r"\bheavily pre-?treated\b|\bafter (?:progression|failure) (?:on|of) [\w-]+)",
            r"\bECOG(?: PS)? [0-4]\b",
        )
    )
)
_SENTENCE_END = re.compile(r"[.;\n](?=\s|$)")
_OPPOSITES: tuple[tuple[str, str], ...] = (
    (r"HER-?2\S*[ -]?(?:\(?\+|posi|ampl)", r"triple[ -]negative|HER-?2[ -]?(?:negative|neg\b)"),
    (r"HER-?2\S*[ -]?(?:\(-|n[ée]g)|triple", r"HER-?2[ -]?(?:positive|\+|amplified|overexpress)"),
    (r"\b(?:ER|PR|ER/PR|HR|receptors?)[ -]?(?:\(?\+|posi)", r"triple[ -]negative|\b(?:ER|HR|receptor)[ -]negative"),
    (r"triple|\b(?:ER|HR|receptors?)[ -]?(?:\(-|n[ée]g)", r"\b(?:ER|HR|hormone[ -]receptor)[ -]?(?:positive|\+)"),
    (
        rf"\bmetasta|\b{_STAGE} (?:IV|4)|\bunresectable|\bgemetasta|\bm[ée]tasta|M1\b",
        r"\bstages? (?:0|I|1)[ab]?\b(?!\s*(?:V|to|-|/|and|or|through))|\bearly[ -]stage|\bnon-?metastatic",
    ),
    (rf"\b{_STAGE} (?:0|I|1)[ab]?(?![\w/-])|\bearly[ -]stage", r"\bmetastatic\b|\bstage (?:IV|4)\b|\bunresectable\b"),
)
"""What a patient has, and what a trial says that is for the others only."""
_GENE = re.compile(r"\b([A-Z][A-Z0-9]{2,6})[ -]")


class Detail(NamedTuple):
    """A detail and where it stands: (start, end)."""

    start: int
    end: int
    words: str


def details(text: str) -> list[Detail]:
    """Stages, receptors, mutations and lines of therapy that a text states, in order."""
    return [Detail(match.start(), match.end(), match[0].strip()) for match in _DETAIL.finditer(text)]


def by_mention(text: str, spans: Sequence[tuple[int, int]], known: Sequence[bool]) -> list[tuple[str, ...]]:
    """For each mention the details that belong to it: those nearest to it in its sentence, and in no name.

    spans: where the mentions stand. known: whether each was understood.
    """
    found: list[list[str]] = [[] for _ in spans]
    for detail in details(text):
        if any(start < detail.end and detail.start < end for start, end in spans):
            continue
        best = min(
            (
                (max(start - detail.end, detail.start - end), number)
                for number, (start, end) in enumerate(spans)
                if known[number] and not _is_apart(text, detail, start, end)
            ),
            default=None,
        )
        if best is not None and detail.words not in found[best[1]]:
            found[best[1]].append(detail.words)
    return [tuple(words) for words in found]


def _is_apart(text: str, detail: Detail, start: int, end: int) -> bool:
    """Whether a sentence ends between a detail and a mention."""
    return _SENTENCE_END.search(text, min(detail.end, end), max(detail.start, start)) is not None


def contradiction(stated: Iterable[str], trial_says: str) -> tuple[str, str] | None:
    """(the patient's detail, the trial's words) where a title or a condition states the opposite of a detail."""
    for words in stated:
        for mine, theirs in _OPPOSITES:
            opposite = re.search(theirs, trial_says, re.I) if re.search(mine, words, re.I) else None
            if opposite is not None:
                return words, opposite[0]
        gene = _GENE.match(words)
        wild = re.search(rf"(?i)\b{gene[1]}[ -]wild[ -]?type", trial_says) if gene is not None else None
        if wild is not None and "wild" not in words.lower():
            return words, wild[0]
    return None
