"""Conditions with the codes that stand in their text: ICD-10, Orphanet, MedDRA.

Registries that have no field for a code write it before the name, behind it in brackets, or alone ("M61.1 - Myositis
ossificans", "-M611 Myositis ossificans", "Myositis ossificans (M61.1)", "ORPHA:337 ORPHA:79444"). A code without its
full stop counts only where something else says that it is one: "B12 deficiency" is no code B12.
"""

import re
from collections.abc import Iterator

from crawler.wording.words import squeeze, stated
from db.trial import Condition

_SIGNS = r"(?:[+*!†])?"
_DOTTED = r"[A-TV-Z]\d\d\.[\d-]{1,2}"
_PLAIN = r"[A-TV-Z]\d\d\d{0,2}"
_SYSTEM = r"ICD[\s-]?10(?:[\s-]?(?:GM|CM|WHO))?"
_ORPHA = r"ORPHA(?:NET|CODE)?\s*[:#]?\s*(\d{1,6})"
_ORPHAS = re.compile(rf"[\s(\[]*{_ORPHA}(?:[\s,/;|]+{_ORPHA})*[\s)\]]*", re.I)
_ORPHA_CODE = re.compile(_ORPHA, re.I)
_ORPHA_FIRST = re.compile(rf"[\[(]?{_ORPHA}[\])]?\s*[-–:]?\s*(?P<name>\S.*)", re.I | re.S)
_ICD_FIRST = re.compile(
    rf"[\[(]?(?:{_SYSTEM}\s*(?:code)?\s*[:=]?\s*)?(?P<code>{_DOTTED}){_SIGNS}[\])]?(?:\s*[-–:,]\s*|\s+|$)(?P<name>.*)",
    re.S,
)
_ICD_PLAIN = re.compile(
    rf"(?:[\[(]?{_SYSTEM}\s*(?:code)?\s*[:=]?\s*|[-–]\s*)(?P<code>{_PLAIN}){_SIGNS}[\])]?(?:\s*[-–:,]\s*|\s+|$)(?P<name>.*)",
    re.S,
)
_ICD_FIELD = re.compile(
    rf"\[?(?:{_SYSTEM}\s*:?\s*)?(?P<code>{_DOTTED}|{_PLAIN}){_SIGNS}\]?(?:\s*[-–:]\s*|\s+|$)(?P<name>.*)", re.S | re.I
)
_ICD_ALONE = re.compile(r"[A-TV-Z]\d\d(?:\.\d{1,2})?")
_BEHIND = re.compile(
    rf"(?P<name>\S(?:.*?\S)??)\s*+[(\[]\s*(?:{_SYSTEM}\s*(?:code)?\s*[:=]?\s*(?P<icd>{_DOTTED}|{_PLAIN})|(?P<dotted>{_DOTTED})"
    rf"|ORPHA(?:NET|CODE)?\s*[:#]?\s*(?P<orpha>\d{{1,6}}))\s*[)\]]\.?",
    re.S | re.I,
)
# EU registers: "MedDRA version: 20.0Level: LLTClassification code 1...Term: Calcinosis cutisSystem Organ Class: 1..."
_MEDDRA = re.compile(
    r"MedDRA version:?[^;]{0,200}?(?:Classification code:?\s*(?P<code>\d+)[^;]{0,200}?)?Term:\s*(?P<term>.{0,300}?)\s*"
    r"(?:System Organ Class:?\s*(?:\d+)?\s*(?:[-–:][^;\n]*?|[^;\n]*?)(?=;|\n|MedDRA version|Therapeutic area|\Z)"
    r"|(?=;|MedDRA version|\Z))",
    re.S,
)
_LONGEST = 2000
_LEADING = re.compile(r"^[\s•*·–-]+(?=[^\W\d_]{2})")


def conditions(text: str) -> Iterator[Condition]:
    """What one entry of a list says: a condition with its code where one stands in it, or several codes."""
    text = text.strip()
    if len(text) > _LONGEST:  # no name of a condition
        yield Condition(squeeze(bare(text)))
    elif _ORPHAS.fullmatch(text):
        yield from (Condition(f"ORPHA:{code}", "ORPHA", code) for code in _ORPHA_CODE.findall(text))
    elif match := _ORPHA_FIRST.fullmatch(text):
        yield Condition(squeeze(match["name"]), "ORPHA", match[1])
    elif (match := _ICD_FIRST.fullmatch(text) or _ICD_PLAIN.fullmatch(text)) or _ICD_ALONE.fullmatch(text):
        code = dotted(match["code"] if match else text)
        yield Condition(stated(match["name"] if match else None) or code, "ICD-10", code)
    elif match := _BEHIND.fullmatch(text):
        code = match["orpha"] or dotted(match["icd"] or match["dotted"])
        yield Condition(squeeze(bare(match["name"])), "ORPHA" if match["orpha"] else "ICD-10", code)
    elif name := bare(text):
        yield Condition(squeeze(name))


def of_icd_field(text: str) -> Condition:
    """The condition of a field that is one of ICD-10 codes, with or without their names."""
    match = _ICD_FIELD.fullmatch(text.strip())
    if match is None:
        return next(conditions(text), Condition(text))
    code = dotted(match["code"].upper())
    return Condition(stated(match["name"]) or code, "ICD-10", code)


def of_orpha_field(text: str) -> Iterator[Condition]:
    """The conditions of a field that is one of Orphanet codes: "337 - Fibrodysplasia", "ORPHA:337 ORPHA:79444"."""
    text = text.strip()
    number, _, name = text.partition(" ")
    if number.isdigit():
        yield Condition(stated(name.lstrip("-–: ")) or f"ORPHA:{number}", "ORPHA", number)
    else:
        yield from conditions(text)


def dotted(code: str) -> str:
    """A code of ICD-10 with its full stop: M611 is M61.1."""
    return code if "." in code or len(code) < 4 else f"{code[:3]}.{code[3:]}"


def bare(text: str) -> str:
    """A text without the dash or bullet that it begins with."""
    return _LEADING.sub("", text)


def meddra(text: str) -> tuple[str, list[Condition]]:
    """A text without the blocks of MedDRA, and the term of each block with its code; the class it is of is none."""
    if "MedDRA" not in text:
        return text, []
    terms = [
        Condition(squeeze(match["term"]), "MedDRA", match["code"]) for match in _MEDDRA.finditer(text) if match["term"]
    ]
    return _MEDDRA.sub("\n", text), terms
