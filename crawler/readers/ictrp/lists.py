"""Lists inside one field of a WHO ICTRP record: conditions, interventions and outcomes in the registries' own forms."""

import re
from collections.abc import Iterator

from crawler.wording import codes, words
from crawler.wording import therapeutic_areas as areas
from db.trial import Condition, Intervention, MeshTerm, Outcome

_AREA = re.compile(r"Therapeutic area:\s*(.+)")
# CTRI: "Health Condition 1: M349- Systemic sclerosis, unspecified"
_CTRI = re.compile(r"Health Condition \d+\s*:\s*(?:(?P<code>null|[A-Z]\d{2,4}(?:-[A-Z]\d{2,4})?)\s*-\s*)?(?P<name>.+)")
_IRCT = re.compile(r"Condition \d+\s*:\s*")
_MESH_TREE = re.compile(r"[A-Z]\d{2}(?:\.\d{3})+")

_TYPE = re.compile(
    r"(Drug|Device|Biological|Procedure|Behavioral|Radiation|Dietary Supplement|Genetic|Diagnostic Test|"
    r"Combination Product|Other)\s*:\s*(?=\S)",
    re.I,
)
# "Product Name: A, Product Code: B", a line or a comma between the fields of a product
_PRODUCT = re.compile(
    r"(?:Trade Name|Product Name|INN or Proposed INN)\s*:[^\S\n]*"
    r"([^\n;,\s][^\n;]*?)\s*(?=\n|;|$|,\s*[A-Z][A-Za-z/()\s-]{1,40}:)",
    re.I,
)
# What a line says of the intervention before it: KCT's form asks for each by itself.
_DETAIL = re.compile(
    r"(?:[\d.)\s-]*)(?:volume|number|period|(?:injection |administration )?route|dose|dosage|dosage form|frequency|"
    r"duration|method|administration(?: method)?|unit|time|quantity|interval|cycles?|concentration|strength|amount|"
    r"times?|treatment period|schedule|timing)(?:\s*\([^)]*\))?\s*:",
    re.I,
)
_NUMBERED = re.compile(r"\(?\d{1,2}[.)]\s*(?=[^\W\d])")
_ARM = re.compile(r"(?P<arm>[^:]{1,80}):\s*(?P<treatment>.+)", re.S)

_PRIMARY = re.compile(r"Primary end point\(s\)\s*:\s*(.*?)(?=;\s*Timepoint\(s\)|$)", re.S)
_SECONDARY = re.compile(r"Secondary end point\(s\)\s*:\s*(.*?)(?=;\s*Timepoint\(s\)|$)", re.S)
_TIMEPOINT = re.compile(r"Timepoint\(s\) of evaluation of this end point\s*:\s*(.*)", re.S)
_OBJECTIVE = re.compile(r"Main Objective\s*:\s*(.*?)(?=;\s*(?:Secondary Objective|Primary end point)|$)", re.S)


def conditions(text: str | None) -> tuple[Condition, ...]:
    """Conditions of one field, each once, with the codes that stand in it."""
    if not text:
        return ()
    text, terms = codes.meddra(text)
    found = list(_named(_AREA.sub("", text)))
    return tuple(dict.fromkeys([*found, *terms]))


def _named(text: str) -> Iterator[Condition]:
    for entry in words.unique(words.parts(_IRCT.sub("\n", text) if not _CTRI.match(text) else text, ";\n")):
        ctri = _CTRI.match(entry)
        if ctri:
            code = ctri["code"]
            is_coded = code is not None and code != "null" and "-" not in code
            dotted = codes.dotted(code) if is_coded else None
            yield Condition(words.squeeze(ctri["name"]), "ICD-10" if is_coded else None, dotted)
        elif not _MESH_TREE.fullmatch(entry) and any(map(str.isalpha, entry)):
            yield from codes.conditions(entry)


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
    entries = _with_details(words.unique(words.parts(text, ";\n")))
    is_prose = len(text) > 300 and not _TYPE.match(text) and not all(map(_ARM.fullmatch, entries))
    if is_prose and len(entries) < 5:
        return (Intervention(words.headline(text), description=text),)
    return tuple(dict.fromkeys(_given(entries)))


def _with_details(entries: list[str]) -> list[str]:
    """The entries, each with the lines that only say how it is given."""
    found: list[str] = []
    for entry in entries:
        if found and _DETAIL.match(entry):
            found[-1] += f"\n{entry}"
        else:
            found.append(_NUMBERED.sub("", codes.bare(entry), count=1))
    return found


def _given(entries: list[str]) -> Iterator[Intervention]:
    for entry in entries:
        entry, _, details = entry.partition("\n")
        if kind := _TYPE.match(entry):
            yield Intervention(words.squeeze(entry[kind.end() :]), kind[1].lower(), details or None)
        elif arm := _ARM.fullmatch(entry):
            treatment = words.stated(arm["treatment"])
            if treatment and treatment.lower() != "no":
                yield Intervention(words.headline(treatment), description=f"{words.squeeze(arm['arm'])}: {treatment}")
        else:
            yield Intervention(words.headline(entry), description=details or (entry if len(entry) > 200 else None))


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
