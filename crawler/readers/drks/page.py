"""Reader of DRKS: the detail page of a trial by its labels, or the registry's JSON export.

The registry answers an unknown id with status 200 and a general page: a page without a DRKS-ID is no trial.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from crawler.formats import json as json_records
from crawler.formats.encodings import utf8
from crawler.formats.labelled import Label, Section, Span, sections
from crawler.formats.markup import wording
from crawler.formats.webpage import Page, Role, page
from crawler.readers.drks import export as drks_export
from crawler.readers.drks import people, publications
from crawler.readers.drks.labels import LABELS
from crawler.readers.drks.words import SEX, STATUS, STUDY_TYPE, condition
from crawler.wording import ages, criteria
from crawler.wording.words import (
    count,
    headline,
    known,
    listed,
    lower,
    numbers_of_a_study,
    phases,
    stated,
    unique,
    yes_or_no,
)
from db.countries import in_english
from db.countries import listed as country_list
from db.dates import PartialDate, spoken_partial_date
from db.design import Arm, DesignDetails
from db.disclosure import Document
from db.payload import Payload, Reading
from db.trial import Condition, Identifier, Intervention, Location, Outcome, Provenance, Reject, Sponsor, Trial, sha256
from db.vocabularies import Status

NO_SUCH_TRIAL = "no such trial at the registry"
_ID = re.compile(r"DRKS\d{8}", re.A)
_CODED = {"icd": "ICD-10", "orpha": "ORPHA", "free_text": None}
_NUMBERS = ("EudraCT Number", "UTN", "EUDAMED", "other register", "other secondary ids")
# A label that names a list of codes, whatever the edition or translation, and no code of it.
_CODE_LIST = re.compile(
    r"(?:(?P<icd>icd(?:[ -]?10)?)|orpha(?:net)?)(?:[ -]?(?:gm|code|codes|number|nr\.?))*"
    r"(?: \(.{1,40}\)| [a-z -]{1,20})?"
)
_LONGEST_LABEL = 60
_SITE_NAMES = ("german clinical trials register", "deutsches register klinischer studien", "drks")


def read(payload: Payload) -> Reading:
    """Read a detail page, or one record or a list of records of the JSON export."""
    unknown: Counter[str] = Counter()
    is_export = utf8(payload.body[:4096]).lstrip()[:1] in (b"{", b"[")
    records = json_records.records(payload.body) if is_export else [payload.body]
    trials: list[Trial] = []
    rejects: list[Reject] = []
    for record in records:
        try:
            trials.append((drks_export.trial if is_export else _trial)(record, payload, unknown))
        except json_records.DAMAGE as error:
            found = _ID.search(bytes(record).decode("utf-8", "replace") if is_export else payload.url)
            trial_id = found[0] if found else None
            rejects.append(Reject("drks", str(error), bytes(record), payload.url, payload.fetched_at, trial_id))
    return Reading(trials, rejects, unknown)


def unread(payload: Payload) -> set[str]:
    """Keys of the first record of an export that are never read; of a page every unknown label is counted as it is."""
    if utf8(payload.body[:4096]).lstrip()[:1] not in (b"{", b"["):
        return set()
    return {key for record in json_records.records(payload.body)[:1] for key in drks_export.unread(bytes(record))}


class _Facts:
    """What stands under each label of the page, "No Entry" left out."""

    def __init__(self, found: list[Section]) -> None:
        self.sections = [
            section._replace(lines=[line for line in section.lines if stated(line.text)]) for section in found
        ]

    def every(self, key: str) -> Iterator[str]:
        """The lines under all labels of this meaning."""
        return (line for section in self.sections if section.key == key for line in section.texts)

    def one(self, key: str) -> str | None:
        """The first value under a label of this meaning."""
        return next((stated(" ".join(s.texts)) for s in self.sections if s.key == key and s.lines), None)

    def text(self, key: str) -> str | None:
        """The first text under a label of this meaning, line by line."""
        return next(("\n".join(s.texts) for s in self.sections if s.key == key and s.lines), None)


def _trial(body: bytes, payload: Payload, unknown: Counter[str]) -> Trial:
    shown = page(body, LABELS)
    labels = _labels(shown)
    facts = _Facts(sections(shown.lines, labels))
    stated_id = facts.one("id")
    if stated_id is None:
        raise ValueError(NO_SUCH_TRIAL if b"drks" in body.lower() else "the answer is no page of the registry")
    for label in _unknown_labels(shown, labels):
        unknown[f"label: {label}"] += 1
    match = _ID.search(stated_id)
    if match is None:
        raise ValueError(f"{stated_id!r} is no DRKS id")
    status, study_type, phase, sex = (facts.one(key) for key in ("status", "study_type", "phase", "sex"))
    final, planned = count(facts.one("actual_number")), count(facts.one("planned_number"))
    results_date = _date(facts.one("results_date"))
    contacts = tuple(people.contacts_on_page(facts.sections))
    min_age, max_age = ages.limits(_numbered(facts.one("min_age")), _numbered(facts.one("max_age")), unknown)
    return Trial(
        trial_id=match[0],
        registry="drks",
        url=f"https://drks.de/search/en/trial/{match[0]}",
        brief_title=facts.one("title") or _title(shown, match[0]),
        acronym=facts.one("acronym"),
        brief_summary=facts.text("summary"),
        detailed_description=facts.text("details"),
        status=known(STATUS, "status", status, unknown) or Status.UNKNOWN,
        registry_status=status,
        why_stopped=facts.text("why_stopped"),
        study_type=known(STUDY_TYPE, "study type", study_type, unknown),
        registry_study_type=study_type,
        phase=phases(phase, unknown),
        registry_phase=phase,
        primary_purpose=lower(facts.one("purpose")),
        allocation=lower(facts.one("allocation")),
        intervention_model=lower(facts.one("assignment")),
        masking=lower(facts.one("masking")),
        enrollment=final or planned,
        enrollment_type="actual" if final else "estimated" if planned else None,
        sex=known(SEX, "sex", sex, unknown),
        registry_sex=sex,
        healthy_volunteers=yes_or_no(facts.one("healthy")),
        min_age=min_age,
        max_age=max_age,
        start_date=_date(facts.one("actual_start"), "actual") or _date(facts.one("planned_start"), "estimated"),
        completion_date=_date(facts.one("actual_end"), "actual") or _date(facts.one("planned_end"), "estimated"),
        first_posted_date=_date(facts.one("first_posted")),
        last_update_date=_date(facts.one("last_update")),
        results_date=results_date,
        has_results=True if results_date else None,
        eligibility=criteria.from_sides(facts.text("inclusion"), facts.text("exclusion")),
        conditions=tuple(dict.fromkeys(_conditions(facts.sections, unknown))),
        interventions=tuple(_interventions(facts.sections)),
        locations=tuple(
            _locations(
                unique(in_english(name, "de") for line in facts.every("country") for name in country_list(line)),
                unique(facts.every("site")),
            )
        ),
        identifiers=tuple(_identifiers(facts)),
        sponsors=tuple(_sponsors(facts.sections)),
        outcomes=tuple(
            Outcome(text, kind) for kind in ("primary", "secondary") if (text := facts.text(f"{kind}_outcome"))
        ),
        design_details=DesignDetails(
            intervention_model=lower(facts.one("assignment")),
            time_perspective=lower(facts.one("perspective")),
            who_masked=publications.who_masked(masked for line in facts.every("who_masked") for masked in listed(line)),
        ),
        arms=tuple(Arm(label, None, text, (headline(text),)) for label, text in _arms(facts.sections)),
        oversight=people.oversight_on_page(facts.one("vote"), facts.one("vote_date"), facts.one("vote_number")),
        contacts=contacts,
        officials=tuple(people.officials_on_page(contacts)),
        references=(
            *(publications.reference(line, None, "result") for line in facts.every("publication")),
            *(publications.reference(line, None, "background") for line in facts.every("literature")),
        ),
        documents=(
            *(Document("study protocol", comment=line, has_protocol=True) for line in facts.every("protocol")),
            *(Document(comment=line) for line in facts.every("document")),
        ),
        ipd_sharing=publications.sharing_on_page(facts.one("ipd"), facts.text("ipd_plan")),
        provenance=Provenance(payload.url, payload.fetched_at, sha256(body)),
    )


def _labels(shown: Page) -> dict[str, Label]:
    """The labels, and those of this page that name a list of codes in whatever words ("ICD-10-GM (translation):")."""
    found = {}
    for line in shown.lines:
        first = line.text.partition(":")[0]
        if len(first) <= _LONGEST_LABEL and (match := _CODE_LIST.fullmatch(name := wording(first))):
            found[name] = Label("icd" if match["icd"] else "orpha", Span.ITEMS)
    return {**found, **LABELS}


def _unknown_labels(shown: Page, labels: Mapping[str, Label]) -> Iterator[str]:
    """Lines that are labels by their place or by their colon and mean nothing that is known."""
    for line in shown.lines:
        text = line.text
        is_label = line.role is Role.LABEL or (text.endswith((":", "：")) and len(text) <= _LONGEST_LABEL)
        if is_label and line.role is not Role.VALUE and wording(text) not in labels:
            yield text.rstrip(":： ")


def _title(shown: Page, trial_id: str) -> str | None:
    """The longest main heading that is neither a label nor the site's name."""
    headings = [
        line.text
        for line in shown.lines
        if line.role is Role.HEADING
        and line.level in (1, 2)
        and line.text.lower() not in LABELS
        and not line.text.lower().startswith(_SITE_NAMES)
        and trial_id not in line.text
    ]
    return max(headings, key=len, default=None)


def _date(text: str | None, kind: str | None = None) -> PartialDate | None:
    return spoken_partial_date(text, kind) if text else None


def _numbered(text: str | None) -> str | None:
    """The text of an age; None for words that say that there is no limit ("no maximum age")."""
    return text if text and any(map(str.isdigit, text)) else None


def _conditions(found: Iterable[Section], unknown: Counter[str]) -> Iterator[Condition]:
    for section in found:
        if section.key not in _CODED:
            continue
        for line in section.texts:
            named = list(condition(line, _CODED[section.key]))
            if _CODED[section.key] and not any(one.code for one in named):
                unknown[f"{section.label.rstrip(':')}: {line[:80]}"] += 1
            yield from named


def _arms(found: Iterable[Section]) -> Iterator[tuple[str, str]]:
    """The arms as the page numbers them, with what happens in each."""
    for section in found:
        if section.key == "arm" and section.lines:
            yield section.label.rstrip(":： "), "\n".join(section.texts)


def _interventions(found: Iterable[Section]) -> Iterator[Intervention]:
    for _, text in _arms(found):
        name = headline(text)
        yield Intervention(name, None, text if text != name else None)


def _locations(countries: list[str], sites: list[str]) -> Iterator[Location]:
    """Sites, in the country where all recruit if there is one, and countries where it cannot be told."""
    for site in sites:
        yield Location(countries[0] if len(countries) == 1 else None, site)
    if not sites or len(countries) > 1:
        yield from (Location(country) for country in countries)


def _identifiers(facts: _Facts) -> Iterator[Identifier]:
    seen = set()
    for source in _NUMBERS:
        for line in facts.every(source):
            for number in numbers_of_a_study(line):
                if number.upper() not in seen:
                    seen.add(number.upper())
                    yield Identifier(number, source)


def _sponsors(found: list[Section]) -> Iterator[Sponsor]:
    """Sponsor and supporters by the first line of what stands under them, or of the address that follows."""
    seen: set[str] = set()
    role = None
    for section in found:
        if section.key in ("sponsor", "support"):
            role = "lead" if section.key == "sponsor" else "collaborator"
        elif section.key != "address":
            role = None
        if role and section.lines:
            name = section.texts[0]
            if name.lower() not in seen:
                seen.add(name.lower())
                yield Sponsor(name, role)
            role = None
