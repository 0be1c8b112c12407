"""Reader of recruitment pages of listing sites, by labels, headings and schema.org JSON-LD.

A listing copies a registry record and adds what a site shows to volunteers. Its trial links to the registry's by the
identifier it states and never replaces it. The labels are those of such pages (CenterWatch and TrialX style).
"""

import datetime as dt
import re
from collections import Counter
from itertools import chain
from typing import NamedTuple
from urllib.parse import urlsplit

from crawler.formats.labelled import Section, sections
from crawler.formats.webpage import Line, Page, Role, page
from crawler.readers.listing import people
from crawler.readers.listing.labels import LABELS
from crawler.readers.listing.linked_trial import linked_trial
from crawler.wording import ages, criteria
from crawler.wording.words import count, known, listed, numbers_of_a_study, phases, stated, unique, yes_or_no
from db.ages import AgeLimit
from db.dates import PartialDate, spoken_partial_date
from db.identifiers import StrongIdentifier, find
from db.payload import Payload, Reading
from db.trial import (
    Condition,
    Eligibility,
    Identifier,
    Intervention,
    Location,
    Outcome,
    Provenance,
    Reject,
    Sponsor,
    Trial,
    sha256,
)
from db.vocabularies import Sex, Status, StudyType

STATUS = {
    "recruiting": Status.RECRUITING,
    "now recruiting": Status.RECRUITING,
    "open": Status.RECRUITING,
    "enrolling": Status.RECRUITING,
    "not yet recruiting": Status.NOT_YET_RECRUITING,
    "enrolling by invitation": Status.BY_INVITATION,
    "active, not recruiting": Status.ACTIVE_NOT_RECRUITING,
    "active not recruiting": Status.ACTIVE_NOT_RECRUITING,
    "closed to accrual": Status.ACTIVE_NOT_RECRUITING,
    "suspended": Status.SUSPENDED,
    "completed": Status.COMPLETED,
    "terminated": Status.TERMINATED,
    "withdrawn": Status.WITHDRAWN,
    # "Not recruiting" and "closed" do not say whether recruitment is over or has not begun.
    "not recruiting": Status.UNKNOWN,
    "closed": Status.UNKNOWN,
    "unknown": Status.UNKNOWN,
}
SEX = {
    **dict.fromkeys(
        ("all", "both", "any", "male and female", "female and male", "all sexes", "male or female"), Sex.ALL
    ),
    **dict.fromkeys(("female", "females", "women", "females only"), Sex.FEMALE),
    **dict.fromkeys(("male", "males", "men", "males only"), Sex.MALE),
}
STUDY_TYPE = {
    "interventional": StudyType.INTERVENTIONAL,
    "observational": StudyType.OBSERVATIONAL,
    "expanded access": StudyType.EXPANDED_ACCESS,
}

SOURCE = "listing page"
# Lines of the page's own controls.
NOISE = frozenset(("yes", "no", "not sure", "yes no not sure", "yes no", "share", "print", "save", "back", "home"))
_SHORTEST_TITLE = 10
_VISITORS = ("visitors",)
_EVERY = ("updated", "identifier")
_NUMBERED = re.compile(r"\(?\d{1,2}[.)]\s")
_SIDES = ("inclusion", "exclusion")
_SIDE_BY_SIDE = re.compile(r"(?<!\s)\s++[•·|]\s+")
# The second half of an inverted heading: "Ossification, Heterotopic", "Diabetes Mellitus, Type 2".
_INVERTED = re.compile(r"(?:[A-Z][a-z-]+(?:ic|al|ous|ile|ar|ary)|(?:Type|Stage|Grade) \w+|Familial|Acute|Idiopathic)")


class _Facts(NamedTuple):
    """What the page says: lines by key of their label, and all text that is about the trial."""

    lines: dict[str, list[Line]]
    text: str

    @property
    def are_labelled(self) -> bool:
        """Whether the page says anything under a label."""
        return not self.lines.keys() <= {"summary", "tags"}

    def all(self, key: str) -> list[str]:
        """The lines under a label."""
        return [line.text for line in self.lines.get(key, ())]

    def names(self, key: str) -> list[str]:
        """The names under a label, whatever keeps them apart."""
        return _names([piece for line in self.lines.get(key, ()) for piece in line.pieces])

    def one(self, key: str) -> str | None:
        """The value of a label with one value."""
        return stated(" ".join(self.all(key)))

    def paragraphs(self, key: str) -> str | None:
        """The text under a label, a blank line between its paragraphs."""
        return "\n\n".join(self.all(key)) or None


def read(payload: Payload) -> Reading:
    """Read one page; a page that shows no trial is a reject."""
    unknown: Counter[str] = Counter()
    try:
        trial = _trial(page(payload.body, LABELS), payload, unknown)
    except ValueError as error:
        return Reading([], [Reject("listing", str(error), payload.body, payload.url, payload.fetched_at)], unknown)
    return Reading([trial], [], unknown)


def _trial(shown: Page, payload: Payload, unknown: Counter[str]) -> Trial:
    linked = linked_trial(shown.linked_data)
    title = _title(shown, linked.name)
    found = sections([line for line in shown.lines if _is_about_trial(line.text, title)], LABELS)
    facts = _facts(found)
    for section in found:
        if section.key is None and section.role is Role.LABEL:
            unknown[f"label: {section.label}"] += 1
    eligibility = _eligibility(facts) or criteria.split(linked.criteria)
    # a text alone may be a list, while a list of texts has one name in each
    conditions = facts.names("condition") or (
        _names(list(linked.conditions)) if len(linked.conditions) == 1 else list(linked.conditions)
    )
    sponsor = facts.one("sponsor") or linked.sponsor
    numbers = [
        number for line in (*facts.all("identifier"), *linked.identifiers) for number in numbers_of_a_study(line)
    ]
    registered = find("; ".join(numbers)) or _only(find(f"{title}; {facts.text}"))
    official_title = facts.one("official_title")
    brief_title = _telling(title, official_title or linked.name)
    marks = (registered, conditions, sponsor, facts.all("treatment"), eligibility.criteria, eligibility.criteria)
    if not brief_title or (sum(map(bool, marks)) < 2 and not linked.name):
        raise ValueError("the page shows no trial: no criteria, nor two of identifier, condition, treatment, sponsor")
    status, study_type, sex = facts.one("status") or linked.status, facts.one("study_type"), facts.one("sex")
    phase = facts.one("phase") or linked.phase
    min_age, max_age = _ages(facts, unknown)
    return Trial(
        trial_id=_trial_id(registered, payload.url),
        registry="listing",
        url=payload.url,
        brief_title=brief_title,
        official_title=official_title,
        brief_summary=(facts.paragraphs("summary") if facts.are_labelled else None)
        or linked.description
        or facts.paragraphs("summary"),
        detailed_description=facts.paragraphs("details"),
        status=known(STATUS, "status", status, unknown) or Status.UNKNOWN,
        registry_status=status,
        study_type=known(STUDY_TYPE, "study type", study_type, unknown),
        registry_study_type=study_type,
        phase=phases(phase, unknown),
        registry_phase=phase,
        enrollment=count(facts.one("enrollment")),
        sex=known(SEX, "sex", sex, unknown),
        registry_sex=sex,
        healthy_volunteers=yes_or_no(facts.one("healthy")),
        min_age=min_age,
        max_age=max_age,
        start_date=_date(facts.one("start_date") or linked.start_date),
        primary_completion_date=_date(facts.one("primary_end_date")),
        completion_date=_date(facts.one("end_date") or linked.end_date),
        last_update_date=_latest([*facts.all("updated"), *linked.modified]),
        eligibility=eligibility,
        conditions=tuple(Condition(name) for name in conditions),
        keywords=tuple(facts.names("tags") or linked.keywords),
        interventions=tuple(Intervention(name) for name in facts.names("treatment") or linked.interventions),
        locations=tuple(_location(line) for line in facts.all("location")) or linked.locations,
        identifiers=tuple(_identifiers(registered, numbers)),
        sponsors=tuple(_sponsors(sponsor, facts.all("collaborator"))),
        outcomes=tuple(
            Outcome(text, kind) for kind in ("primary", "secondary") for text in facts.all(f"{kind}_outcome")
        ),
        contacts=tuple(people.contacts(found)),
        links=tuple(people.links(found, payload.url)),
        provenance=Provenance(payload.url, payload.fetched_at, sha256(payload.body)),
    )


def _title(shown: Page, named: str | None) -> str | None:
    """The first main heading; else the line that the title element begins with; else the name that the page gives its
    trial for machines; else the first line of some words.

    A heading that the title element ends with ("... | Site") is the site's name, unless there is nothing better.
    """
    title = shown.title or ""
    headings = [line.text for line in shown.lines if line.role is Role.HEADING and line.level == 1]
    texts = [line.text for line in shown.lines]
    own = (heading for heading in headings if heading == title or not title.endswith(heading))
    repeated = (text for text in texts if len(text) >= _SHORTEST_TITLE and title.startswith(text))
    worded = (text for text in texts if len(text.split()) >= 3 and text.lower() not in LABELS)
    return next(chain(own, repeated, filter(None, [named]), headings, worded), shown.title)


def _telling(title: str | None, official_title: str | None) -> str | None:
    """The title, unless it is a site's heading ("Trial summary") over the official one."""
    return official_title if official_title and len((title or "").split()) < 4 else title


def _is_about_trial(text: str, title: str | None) -> bool:
    return text != title and text.lower() not in NOISE


def _facts(found: list[Section]) -> _Facts:
    """Lines by label. Text under no label is the description, and short lines right before it are the tags."""
    lines: dict[str, list[Line]] = {}
    loose: list[Line] = []
    texts = []
    before: str | None = None
    for section, following in zip(found, [*found[1:], Section("", None, [])], strict=True):
        if section.key in _VISITORS:
            break
        texts += section.texts
        if section.key in _EVERY:
            lines.setdefault(section.key or "", []).extend(section.lines)
        elif section.key is not None and not lines.get(section.key):
            lines[section.key] = section.lines
        elif section.key is None and not section.label:
            first = next((at for at, text in enumerate(section.texts) if _is_paragraph(text)), len(section.lines))
            loose += section.lines[first:]
            if before == "tags":
                lines["tags"] += section.lines[:first]
            elif before is not None and (first < len(section.lines) or following.key == "summary"):
                lines.setdefault("tags", section.lines[:first])
        before = section.key
    if loose and "summary" not in lines:
        lines["summary"] = loose
    return _Facts(lines, " ; ".join(texts))


def _is_paragraph(line: str) -> bool:
    return len(line) >= 80 or (line.endswith(".") and len(line.split()) >= 8)


def _eligibility(facts: _Facts) -> Eligibility | None:
    """Each line under a heading is an item, in order; None where the page shows no criteria."""
    inclusion, exclusion = (_items(facts.lines.get(key, [])) for key in _SIDES)
    if not inclusion and not exclusion:
        return criteria.split("\n".join(facts.all("eligibility"))) if facts.all("eligibility") else None
    sides = (("Inclusion Criteria", inclusion), ("Exclusion Criteria", exclusion))
    text = "\n\n".join(f"{name}:\n\n" + "\n".join(f"* {item}" for item in items) for name, items in sides if items)
    return Eligibility(text, tuple(inclusion), tuple(exclusion))


def _items(lines: list[Line]) -> list[str]:
    """The lines themselves, unless numbers or bullets before others tell which of them only go on."""
    texts: list[str] = []
    are_marked = any(line.is_marked for line in lines)
    for line in lines:
        begins = line.is_marked or line.role is not Role.TEXT or line.text[:1].isupper() or _NUMBERED.match(line.text)
        if texts and are_marked and not begins:
            texts[-1] += f" {line.text}"
        else:
            texts.append(line.text)
    if sum(_NUMBERED.match(text) is not None for text in texts) > 1:
        return criteria.items("\n".join(texts))
    return [item for text in texts for item in criteria.items(text)]


def _names(lines: list[str]) -> list[str]:
    """Names of a list in lines or between commas, each once; an inverted heading keeps its comma."""
    names: list[str] = []
    for line in (part for whole in lines for part in _SIDE_BY_SIDE.split(whole)):
        for number, name in enumerate(listed(line)):
            if number and names and _INVERTED.fullmatch(name):
                names[-1] += f", {name}"
            else:
                names.append(name)
    return unique(names)


def _only(found: list[StrongIdentifier]) -> list[StrongIdentifier]:
    """An identifier that stands somewhere in the text is the trial's own when there is no other."""
    return found if len(found) == 1 else []


def _trial_id(registered: list[StrongIdentifier], url: str) -> str:
    address = urlsplit(url)
    if registered:
        return f"listing:{registered[0].identifier}@{address.hostname or ''}"
    return f"listing:{address.hostname or ''}{address.path.rstrip('/')}"


def _identifiers(registered: list[StrongIdentifier], numbers: list[str]) -> list[Identifier]:
    """Registry identifiers in their canonical spelling, then the sponsor's own numbers."""
    own = [number for number in unique(numbers) if not find(number)]
    return [Identifier(number, SOURCE) for number in (*(one.identifier for one in registered), *own)]


def _sponsors(sponsor: str | None, collaborators: list[str]) -> list[Sponsor]:
    named = [Sponsor(sponsor)] if sponsor else []
    return named + [Sponsor(name, "collaborator") for name in unique(collaborators) if name != sponsor]


def _location(line: str) -> Location:
    """A place as pages write it: "City, Country", "City, State, Country" or with the site's name before these."""
    parts = [part.strip() for part in line.split(",") if part.strip()]
    if len(parts) < 2:
        return Location(facility=line)
    facility = ", ".join(parts[:-3]) or None
    city, *state = parts[-3:-1]
    return Location(parts[-1], facility, city, state[0] if state else None)


def _date(text: str | None) -> PartialDate | None:
    return spoken_partial_date(text) if text else None


def _latest(texts: list[str]) -> PartialDate | None:
    """The latest of the dates that a page gives for its last change."""
    dates = [spoken_partial_date(text) for text in texts if stated(text)]
    return max(dates, key=lambda date: date.date or dt.date.min, default=None)


def _ages(facts: _Facts, unknown: Counter[str]) -> tuple[AgeLimit | None, AgeLimit | None]:
    """Limits under their own labels, or both in one text: "18 - 65 years", "18 and older", "up to 17 years"."""
    low, high = facts.one("min_age"), facts.one("max_age")
    return ages.limits(low or (None if high else facts.one("age")), high, unknown)
