"""Codes of diagnoses: which vocabulary a code is of, and what it means."""

import re
from typing import NamedTuple

from matcher.terminology import Terminology

_SYSTEMS = {
    "icd10cm": "ICD10CM", "icd10": "ICD10CM", "icd10who": "ICD10CM", "icd10gm": "ICD10CM", "cim10": "ICD10CM",
    "cie10": "ICD10CM", "orpha": "ORPHA", "orphacode": "ORPHA", "orphanet": "ORPHA", "ordo": "ORPHA", "omim": "OMIM",
    "mim": "OMIM", "hp": "HP", "hpo": "HP", "mesh": "MESH", "mondo": "MONDO", "doid": "DOID", "snomed": "SNOMED",
    "snomedct": "SNOMED", "sct": "SNOMED", "icd11": "ICD11", "cim11": "ICD11", "cie11": "ICD11",
}  # fmt: skip
_URIS = {
    "http://snomed.info/sct": "SNOMED",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD10CM",
    "http://id.who.int/icd/release/11/mms": "ICD11",
    "http://hl7.org/fhir/sid/icd-11": "ICD11",
    "http://hl7.org/fhir/sid/icd-10": "ICD10CM",
    "http://hl7.org/fhir/sid/icd-10-de": "ICD10CM",
    "http://fhir.de/codesystem/bfarm/icd-10-gm": "ICD10CM",
    "http://www.orpha.net": "ORPHA",
    "https://www.orpha.net": "ORPHA",
    "http://www.orpha.net/": "ORPHA",
    "http://www.omim.org": "OMIM",
    "https://omim.org": "OMIM",
    "https://www.omim.org": "OMIM",
    "http://human-phenotype-ontology.org": "HP",
    "http://purl.obolibrary.org/obo/hp.owl": "HP",
    "http://purl.obolibrary.org/obo/hp.fhir": "HP",
    "http://purl.obolibrary.org/obo/mondo.owl": "MONDO",
    "http://purl.obolibrary.org/obo/doid.owl": "DOID",
    "https://www.nlm.nih.gov/mesh": "MESH",
    "http://id.nlm.nih.gov/mesh": "MESH",
}
_PREFIXED = re.compile(
    r"\b(?P<system>ORPHA(?:code|net)?|ORDO|OMIM|MIM|HPO?|MeSH|MONDO|DOID|SNOMED(?:[ -]?CT)?|SCT)\b"
    r"(?:\s+(?:code|id|no\.?|number))?\s*[:#_ ]\s*(?P<code>[A-Z]?\d{3,12})\b",
    re.I,
)
_ICD_PREFIX = re.compile(r"\b(?:ICD|CIM|CIE)[ -]?10(?:[ -]?(?:CM|GM|WHO))?\b(?:\s+codes?)?\s*[: ]?\s*", re.I)
_ICD_CODE = re.compile(r"(?<![\w.:/])(?P<code>[A-TV-Z]\d[0-9A-B](?:\.[0-9A-Z]{1,4})?)(?P<mark>[*+!†]|\b)(?![\w])")
_ICD11 = re.compile(r"\b(?:ICD|CIM|CIE)[ -]?11(?:[ -]?MMS)?\b[: ]*(?P<code>[0-9A-HJ-NP-Z]{4}(?:\.[0-9A-Z]{1,2})?)\b")
_OTHER_ICD = re.compile(r"\bICD[ -]?(?:9|11)(?:[ -]?CM)?\b", re.I)


class CodeMention(NamedTuple):
    """A code in a text. concepts: what it means, empty when the code is not in the vocabularies.

    wider: the exact code is unknown and the concepts are those of the nearest code above it.
    """

    start: int
    end: int
    code: str
    concepts: tuple[int, ...]
    wider: bool


def system_of_uri(uri: str) -> str | None:
    """Vocabulary of a FHIR system address or urn:oid, None for those that are not known."""
    key = uri.strip().lower()
    oids = {
        "urn:oid:2.16.840.1.113883.6.90": "ICD10CM", "urn:oid:2.16.840.1.113883.6.3": "ICD10CM",
        "urn:oid:2.16.840.1.113883.6.96": "SNOMED", "urn:oid:2.16.840.1.113883.6.174": "OMIM",
        "urn:oid:2.16.840.1.113883.6.177": "MESH",
    }  # fmt: skip
    return _URIS.get(key) or oids.get(key) or _URIS.get(key.rstrip("/"))


def concepts_of_code(terminology: Terminology, system: str, code: str) -> list[int]:
    """Concepts of a code; for ICD-10 the nearest code above it when the exact one is unknown."""
    name = _SYSTEMS.get(re.sub(r"[^a-z0-9]", "", system.lower()), system.upper())
    code = code.strip().upper()
    code = code.removeprefix(f"{name}:")
    if name in ("HP", "MONDO"):
        code = code.rjust(7, "0")
    if name != "ICD10CM":
        return terminology.by_code(f"{name}:{code}")
    code = code.rstrip("*+!†-")
    if "." not in code and len(code) > 3:
        code = f"{code[:3]}.{code[3:]}"
    while len(code) >= 3:
        found = terminology.by_code(f"ICD10:{code}") or terminology.by_code(f"ICD10CM:{code}")
        if found:
            return found
        code = code[:-1].rstrip(".")
    return []


def find_codes(terminology: Terminology, text: str) -> list[CodeMention]:
    """Codes in a text: prefixed ones of every vocabulary, bare ones of ICD-10 where they are written in capitals."""
    found: list[CodeMention] = []
    taken: list[tuple[int, int]] = []

    def add(start: int, end: int, system: str, code: str) -> None:
        if any(start < other_end and other_start < end for other_start, other_end in taken):
            return
        taken.append((start, end))
        concepts = tuple(concepts_of_code(terminology, system, code))
        exact = system != "ICD10CM" or any(
            terminology.by_code(f"{name}:{code.upper()}") for name in ("ICD10", "ICD10CM")
        )
        found.append(CodeMention(start, end, text[start:end], concepts, not exact))

    for match in _ICD11.finditer(text):
        add(match.start(), match.end(), "ICD11", match["code"])
    for match in _PREFIXED.finditer(text):
        system = match["system"]
        if system.lower() == "mesh" and not match["code"][0].isalpha():
            continue
        add(match.start(), match.end(), system, match["code"])
    prefixed = bool(_ICD_PREFIX.search(text))
    for match in _ICD_CODE.finditer(text):
        code = match["code"]
        known = bool(concepts_of_code(terminology, "ICD10CM", code))
        # A bare three-character code could be a vitamin or a room; it counts with its prefix, alone, or in a list of
        # codes.
        alone = re.fullmatch(r"[\s,;+&/A-Z0-9.*†!:-]*(?:and|et|und|y|e|en)?[\s,;+&/A-Z0-9.*†!:-]*", text) is not None
        if known and ("." in code or prefixed or alone):
            add(match.start(), match.end(), "ICD10CM", code)
    found.sort()
    return found


def looks_like_code(text: str) -> bool:
    """Whether a whole input is nothing but a code of some kind."""
    if _OTHER_ICD.search(text) or _PREFIXED.fullmatch(text.strip()):
        return True
    rest = _ICD_PREFIX.sub("", text)
    return re.fullmatch(r"\s*(?:[A-Za-z]{2,12}[ :_-]?)?[A-Za-z]?\d{2,12}(?:\.\w+)?\s*", rest) is not None
