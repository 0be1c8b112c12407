"""Lists inside one field of a WHO ICTRP record: conditions, interventions and outcomes in the registries' own forms."""

import re
from collections.abc import Iterator

from crawler.wording import therapeutic_areas as areas
from crawler.wording import words
from db.trial import Condition, Intervention, MeshTerm, Outcome

_ENTRY = re.compile(r"\s*[;\n]\s*")
# EU CTR: "MedDRA version: 20.0Level: LLTClassification code 1...Term: Calcinosis cutisSystem Organ Class: 1..."
_MEDDRA = re.compile(r"MedDRA version:.*?Term:\s*(?P<term>.*?)\s*(?:System Organ Class|MedDRA version|$)", re.S)
_AREA = re.compile(r"Therapeutic area:\s*(.+)")
# CTRI: "Health Condition 1: M349- Systemic sclerosis, unspecified"
_CTRI = re.compile(r"Health Condition \d+\s*:\s*(?:(?P<code>null|[A-Z]\d{2,4}(?:-[A-Z]\d{2,4})?)\s*-\s*)?(?P<name>.+)")
_IRCT = re.compile(r"Condition \d+\s*:\s*")
_ICD_10 = re.compile(r"[A-Z]\d{2}(?:\.\d{1,2})?")
_MESH_TREE = re.compile(r"[A-Z]\d{2}(?:\.\d{3})+")

_TYPE = re.compile(
    r"(Drug|Device|Biological|Procedure|Behavioral|Radiation|Dietary Supplement|Genetic|Diagnostic Test|"
    r"Combination Product|Other)\s*:\s*(?=\S)",
    re.I,
)
_PRODUCT = re.compile(r"(?:Trade Name|Product Name|INN or Proposed INN)\s*:\s*([^\n;]+?)\s*(?=\n|;|$)", re.I)
_ARM = re.compile(r"(?P<arm>[^:]{1,80}):\s*(?P<treatment>.+)", re.S)

_PRIMARY = re.compile(r"Primary end point\(s\)\s*:\s*(.*?)(?=;\s*Timepoint\(s\)|$)", re.S)
_SECONDARY = re.compile(r"Secondary end point\(s\)\s*:\s*(.*?)(?=;\s*Timepoint\(s\)|$)", re.S)
_TIMEPOINT = re.compile(r"Timepoint\(s\) of evaluation of this end point\s*:\s*(.*)", re.S)
_OBJECTIVE = re.compile(r"Main Objective\s*:\s*(.*?)(?=;\s*(?:Secondary Objective|Primary end point)|$)", re.S)


def conditions(text: str | None) -> tuple[Condition, ...]:
    """Conditions of one field, each once; MedDRA terms without their codes, which are licensed."""
    if not text:
        return ()
    terms = []
    if "MedDRA" in text or "Therapeutic area" in text:
        terms = [match["term"] for match in _MEDDRA.finditer(text)]
        text = _AREA.sub("", _MEDDRA.sub("", text))
    found = list(_named(text))
    return tuple(dict.fromkeys([*found, *(Condition(words.squeeze(term), "MedDRA") for term in terms if term)]))


def _named(text: str) -> Iterator[Condition]:
    for entry in words.unique(_ENTRY.split(_IRCT.sub("\n", text) if not _CTRI.match(text) else text)):
        ctri = _CTRI.match(entry)
        if ctri:
            code = ctri["code"]
            is_coded = code is not None and code != "null" and "-" not in code
            dotted = f"{code[:3]}.{code[3:]}".rstrip(".") if is_coded else None
            yield Condition(words.squeeze(ctri["name"]), "ICD-10" if is_coded else None, dotted)
        elif _ICD_10.fullmatch(entry):
            yield Condition(entry, "ICD-10", entry)
        elif not _MESH_TREE.fullmatch(entry) and any(map(str.isalpha, entry)):
            yield Condition(words.squeeze(entry))


def therapeutic_areas(text: str | None) -> tuple[MeshTerm, ...]:
    """The MeSH branch that an EU CTR record states beside its condition."""
    if not text or "Therapeutic area" not in text:
        return ()
    return areas.mesh_terms(area.strip() for match in _AREA.findall(text) for area in match.split(";"))


def interventions(text: str | None) -> tuple[Intervention, ...]:
    """Interventions by type ("Drug: ..."), by product (EU CTR), by arm (ChiCTR), or as described."""
    if not text:
        return ()
    products = words.unique(_PRODUCT.findall(text))
    if products:
        return tuple(Intervention(words.squeeze(name), "drug") for name in products)
    entries = words.unique(_ENTRY.split(text))
    is_prose = len(text) > 300 and not _TYPE.match(text) and not all(map(_ARM.fullmatch, entries))
    if is_prose and len(entries) < 5:
        return (Intervention(words.headline(text), description=text),)
    return tuple(dict.fromkeys(_given(entries)))


def _given(entries: list[str]) -> Iterator[Intervention]:
    for entry in entries:
        if kind := _TYPE.match(entry):
            yield Intervention(words.squeeze(entry[kind.end() :]), kind[1].lower())
        elif arm := _ARM.fullmatch(entry):
            treatment = words.stated(arm["treatment"])
            if treatment and treatment.lower() != "no":
                yield Intervention(words.headline(treatment), description=f"{words.squeeze(arm['arm'])}: {treatment}")
        else:
            yield Intervention(words.headline(entry), description=entry if len(entry) > 200 else None)


def outcomes(primary: str | None, secondary: str | None) -> tuple[str | None, tuple[Outcome, ...]]:
    """The main objective, which EU CTR records put first, and the outcomes of both kinds."""
    objective = _OBJECTIVE.match(primary) if primary else None
    found = [*_measures(primary, "primary", _PRIMARY), *_measures(secondary, "secondary", _SECONDARY)]
    return words.stated(objective[1]) if objective else None, tuple(found)


def _measures(text: str | None, kind: str, marked: re.Pattern[str]) -> Iterator[Outcome]:
    if not text:
        return
    end_point = marked.search(text)
    if end_point:
        timepoint = _TIMEPOINT.search(text)
        if measure := words.stated(end_point[1]):
            yield Outcome(measure, kind, words.stated(timepoint[1]) if timepoint else None)
        return
    for measure in words.unique(text.split(";")):
        yield Outcome(measure.strip(), kind)
