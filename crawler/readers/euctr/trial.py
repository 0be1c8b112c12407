"""Reader of the EU Clinical Trials Register: a text download of country versions, folded into one Trial a study.

A study is filed once in every country, by the same EudraCT number. Facts of the trial come from one preferred version,
what it leaves open from the next; identifiers, ages, sexes and countries from all versions together.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeVar

from crawler.formats.encodings import utf8
from crawler.readers.euctr import oversight as of_sponsor
from crawler.readers.euctr.form import Version, blocks, version
from crawler.wording import age_bands, codes, criteria, therapeutic_areas
from crawler.wording.age_bands import AgeBand
from crawler.wording.words import count, known
from db.countries import by_code
from db.dates import PartialDate, iso_partial_date
from db.design import DesignDetails
from db.identifiers import is_junk, normalise, usual_form
from db.payload import Payload, Reading
from db.trial import (
    Condition,
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
from db.vocabularies import Phase, Sex, Status, StudyType

STATUS = {
    "ongoing": Status.RECRUITING,
    "restarted": Status.RECRUITING,
    "temporarily halted": Status.SUSPENDED,
    "suspended by ca": Status.SUSPENDED,
    "trial now transitioned": Status.MOVED,
    "completed": Status.COMPLETED,
    "prematurely ended": Status.TERMINATED,
    "prohibited by ca": Status.TERMINATED,
    "not authorised": Status.WITHDRAWN,
    "gb - no longer in eu/eea": Status.UNKNOWN,
}
# A trial is as open as its most open country; an unknown country says nothing about the others.
_MOST_OPEN = (
    Status.RECRUITING,
    Status.SUSPENDED,
    Status.MOVED,
    Status.COMPLETED,
    Status.TERMINATED,
    Status.WITHDRAWN,
)
PHASE = {
    "E.7.1": Phase.PHASE_1,
    "E.7.2": Phase.PHASE_2,
    "E.7.3": Phase.PHASE_3,
    "E.7.4": Phase.PHASE_4,
}
_PHASE_LABELS = {
    "E.7.1": "Human pharmacology (Phase I)",
    "E.7.2": "Therapeutic exploratory (Phase II)",
    "E.7.3": "Therapeutic confirmatory (Phase III)",
    "E.7.4": "Therapeutic use (Phase IV)",
}
_UNDER_18 = "F.1.1 Trial has subjects under 18"
_BANDS = {
    "F.1.1.1": age_bands.IN_UTERO,
    "F.1.1.2": age_bands.PRETERM,
    "F.1.1.3": age_bands.NEWBORN,
    "F.1.1.4": age_bands.INFANT,
    "F.1.1.5": age_bands.CHILD,
    "F.1.1.6": age_bands.ADOLESCENT,
    "F.1.2": age_bands.ADULT,
    "F.1.3": age_bands.OVER_64,
}
_SCOPES = {"E.6.1": "diagnosis", "E.6.2": "prophylaxis", "E.6.3": "therapy"}
_ALLOCATION = {"E.8.1.1": "randomised"}
_MASKING = {"E.8.1.2": "open", "E.8.1.3": "single blind", "E.8.1.4": "double blind"}
_MODELS = {"E.8.1.5": "parallel group", "E.8.1.6": "cross over"}
_NUMBERS = {
    "A.4.1": "sponsor's protocol code",
    "A.5.1": "ISRCTN",
    "A.5.2": "NCT",
    "A.5.3": "WHO universal trial number",
}
# The countries whose versions are most complete and most often in English (rfhb/ctrdata, dbFindIdsUniqueTrials).
_PREFERRED = ("BE", "ES", "DE", "FR", "IT", "NL", "DK", "AT", "PL", "PT")
_LAST = ("GB", "3RD", "")
_OTHER_NUMBER = re.compile(r"(?:Name:\s*(?P<name>.*?)\s*)?Number:\s*(?P<number>.+)", re.S)
_LINK = re.compile(r"/trial/[^/\s]+/(\w{2,3})/?\s*$")
_PREFACE = b"This file contains"
_Fact = TypeVar("_Fact")


def read(payload: Payload) -> Reading:
    """Read an answer of ``/rest/download/full`` or ``/rest/download/trial/{EudraCT}/{CC}``.

    A version that cannot be read is a reject with its own bytes; the trial is made of its other versions.
    """
    trials: dict[str, list[_Version]] = {}
    rejects: list[Reject] = []
    unknown: Counter[str] = Counter()
    versions = blocks(payload.body)
    is_preface = utf8(payload.body[:1000]).lstrip().startswith(_PREFACE)
    if not versions and (not is_preface or b"EudraCT Number" in utf8(payload.body)):
        rejects.append(_reject("no country version of a trial in this document", payload.body, payload))
    for raw in versions:
        try:
            stated = _Version(version(raw, is_last=raw is versions[-1]))
        except ValueError as error:
            rejects.append(_reject(str(error), raw, payload))
        else:
            trials.setdefault(stated.trial_id, []).append(stated)
    return Reading([_trial(trial_id, of, payload, unknown) for trial_id, of in trials.items()], rejects, unknown)


def _reject(reason: str, raw: bytes, payload: Payload) -> Reject:
    number = re.search(rb"EudraCT Number[ \t]*:[ \t]*([\d-]{14})", raw)
    found = normalise(number[1].decode()) if number else None
    trial_id = found.identifier if found else None
    return Reject("euctr", reason, raw, payload.url, payload.fetched_at, trial_id)


class _Version:
    """One country's version with its values by key; raises ValueError where it is none or is cut short."""

    def __init__(self, stated: Version) -> None:
        named = stated.header.get("EudraCT Number", "")
        number = normalise(named)
        if number is None or number.scheme != "euctr":
            raise ValueError(f"{named!r} is no EudraCT number")
        if not stated.is_whole:
            raise ValueError("the country version is cut short")
        self.trial_id = number.identifier
        self.raw = stated.raw
        self.header = stated.header
        self.entries = stated.entries
        self.values: dict[str, str] = {}
        self.translations: dict[str, str] = {}
        for entry in stated.entries:
            (self.translations if entry.language else self.values).setdefault(entry.key, entry.value)
        link = _LINK.search(stated.header.get("Link", ""))
        self.country_code = link[1].upper() if link else ""
        authority = stated.header.get("National Competent Authority") or self.values.get("A.1", "")
        name = authority.partition(" - ")[0].strip()
        self.country = (by_code(name) if len(name) == 2 else name) or None
        status = stated.header.get("Trial Status") or self.values.get("P. End of Trial Status")
        self.status = status or None

    def is_yes(self, key: str) -> bool:
        """Whether a line of the form is answered with yes."""
        return self.values.get(key, "").lower() == "yes"


def preference(code: str) -> tuple[int, int, str]:
    """Which country's version comes before which, by the code of the country."""
    if code in _PREFERRED:
        return 0, _PREFERRED.index(code), code
    return (2, _LAST.index(code), code) if code in _LAST else (1, 0, code)


def _trial(trial_id: str, versions: list[_Version], payload: Payload, unknown: Counter[str]) -> Trial:
    versions = sorted(versions, key=lambda stated: preference(stated.country_code))
    first = versions[0]
    title = _line(_value(versions, "A.3"))
    abbreviation = _line(_value(versions, "A.3.2"))
    sex, registry_sex = _sex(versions)
    min_age, max_age = age_bands.limits(_bands(versions))
    enrollment = _enrollment(versions)
    page = f"{trial_id.removeprefix('EUCTR')}/{first.country_code.replace('3RD', '3rd')}".rstrip("/")
    return Trial(
        trial_id=trial_id,
        registry="euctr",
        url=f"https://www.clinicaltrialsregister.eu/ctr-search/trial/{page}",
        brief_title=_line(_value(versions, "A.3.1")) or abbreviation or title,
        official_title=title,
        acronym=abbreviation if abbreviation and len(abbreviation) <= 40 else None,
        brief_summary=_value(versions, "E.2.1"),
        detailed_description=_value(versions, "E.2.2"),
        status=_status(versions, unknown),
        registry_status="; ".join(dict.fromkeys(stated.status for stated in versions if stated.status)) or None,
        study_type=StudyType.INTERVENTIONAL,
        registry_study_type=first.header.get("Clinical Trial Type"),
        phase=tuple(sorted(PHASE[key] for key in _chosen(versions, PHASE))),
        registry_phase="; ".join(_PHASE_LABELS[key] for key in _chosen(versions, PHASE)) or None,
        primary_purpose=_words(versions, _SCOPES),
        allocation=_words(versions, _ALLOCATION),
        intervention_model=_words(versions, _MODELS),
        masking=_words(versions, _MASKING),
        enrollment=enrollment,
        enrollment_type=None if enrollment is None else "estimated",
        sex=sex,
        registry_sex=registry_sex,
        healthy_volunteers=_healthy_volunteers(versions),
        min_age=min_age,
        max_age=max_age,
        completion_date=_end_date(versions),
        first_posted_date=_first_entered(versions),
        eligibility=criteria.from_sides(_value(versions, "E.3"), _value(versions, "E.4")),
        conditions=_conditions(versions),
        keywords=tuple(dict.fromkeys(filter(None, [_line(_value(versions, "E.1.1.1"))]))),
        mesh_terms=therapeutic_areas.mesh_terms(stated.values.get("E.1.1.2") for stated in versions),
        interventions=_first(dict.fromkeys(_interventions(stated)) for stated in versions),
        locations=tuple(_locations(versions)),
        identifiers=_identifiers(versions),
        sponsors=_first(_sponsors(stated) for stated in versions),
        outcomes=tuple(_outcomes(versions)),
        design_details=DesignDetails(
            intervention_model=_words(versions, _MODELS),
            number_of_arms=of_sponsor.number_of_arms(stated.values for stated in versions),
            age_groups=tuple(dict.fromkeys(band.label.lower() for band in _bands(versions))),
        ),
        oversight=of_sponsor.oversight([(stated.country, stated.values) for stated in versions]),
        contacts=tuple(dict.fromkeys(one for stated in versions for one in of_sponsor.contacts(stated.entries))),
        provenance=Provenance(payload.url, payload.fetched_at, sha256(b"\n".join(v.raw.strip() for v in versions))),
    )


def _value(versions: Iterable[_Version], key: str) -> str | None:
    """What the first version states: in English, which carries no language tag, before any translation."""
    stated = [of.values.get(key) for of in versions] + [of.translations.get(key) for of in versions]
    return next(filter(None, stated), None)


def _line(text: str | None) -> str | None:
    return " ".join(text.split()) if text else None


def _first(found: Iterable[Iterable[_Fact]]) -> tuple[_Fact, ...]:
    """What the first version that states any states."""
    return next(filter(None, map(tuple, found)), ())


def _chosen(versions: Iterable[_Version], keys: Iterable[str]) -> list[str]:
    """The keys that the first version to answer any of them answers with yes."""
    asked = list(keys)
    answered = (stated for stated in versions if any(key in stated.values for key in asked))
    return next(([key for key in asked if stated.is_yes(key)] for stated in answered), [])


def _words(versions: Iterable[_Version], table: dict[str, str]) -> str | None:
    return ", ".join(table[key] for key in _chosen(versions, table)) or None


def _status(versions: list[_Version], unknown: Counter[str]) -> Status:
    found = set()
    for word in filter(None, (stated.status for stated in versions)):
        found.add(known(STATUS, "status", word, unknown) or Status.UNKNOWN)
    return next((status for status in _MOST_OPEN if status in found), Status.UNKNOWN)


def _sex(versions: list[_Version]) -> tuple[Sex | None, str | None]:
    female = any(stated.is_yes("F.2.1") for stated in versions)
    male = any(stated.is_yes("F.2.2") for stated in versions)
    words = ", ".join(word for word, admitted in (("Female", female), ("Male", male)) if admitted)
    if female and male:
        return Sex.ALL, words
    return (Sex.FEMALE, words) if female else (Sex.MALE, words) if male else (None, None)


def _bands(versions: list[_Version]) -> Iterator[AgeBand]:
    """Bands of any version; under 18 as a whole where no band of it is named."""
    for stated in versions:
        yield from (band for key, band in _BANDS.items() if stated.is_yes(key))
        if stated.is_yes(_UNDER_18) and not any(stated.is_yes(key) for key in _BANDS if key.startswith("F.1.1.")):
            yield age_bands.UNDER_18


def _healthy_volunteers(versions: list[_Version]) -> bool | None:
    if any(stated.is_yes("F.3.1") for stated in versions):
        return True
    return False if any("F.3.1" in stated.values for stated in versions) else None


def _enrollment(versions: list[_Version]) -> int | None:
    """Planned participants: of the whole trial, else of the EEA, else of the member states together."""
    for key in ("F.4.2.2", "F.4.2.1"):
        if people := max((count(stated.values.get(key)) or 0 for stated in versions), default=0):
            return people
    return sum(count(stated.values.get("F.4.1")) or 0 for stated in versions) or None


def _dates(texts: Iterable[str | None], kind: str | None = None) -> list[PartialDate]:
    dates = [iso_partial_date(text, kind) for text in texts if text]
    return sorted((date for date in dates if date.date), key=lambda date: str(date.date))


def _end_date(versions: list[_Version]) -> PartialDate | None:
    """The global end; where versions disagree, the latest."""
    return next(
        reversed(_dates((v.values.get("P. Date of the global end of the trial") for v in versions), "actual")), None
    )


def _first_entered(versions: list[_Version]) -> PartialDate | None:
    label = "Date on which this record was first entered in the EudraCT database"
    return next(iter(_dates(stated.header.get(label) for stated in versions)), None)


def _conditions(versions: list[_Version]) -> tuple[Condition, ...]:
    """The condition in the sponsor's words, then the MedDRA terms as shown, with their codes."""
    named = _line(_value(versions, "E.1.1"))
    found = list(codes.conditions(named)) if named else []
    for stated in versions:
        code = None
        for entry in stated.entries:
            if entry.key == "E.1.2 Classification code":
                code = entry.value
            elif entry.key == "E.1.2 Term":
                found.append(Condition(" ".join(entry.value.split()), "MedDRA", code))
            elif entry.key == "E.1.2 Version":
                code = None
    return tuple(dict.fromkeys(found))


def _interventions(stated: _Version) -> Iterator[Intervention]:
    """Investigational products by their number, and the placebo where one is used."""
    products: list[dict[str, list[str]]] = []
    for entry in stated.entries:
        if entry.key == "D.IMP":
            products.append({})
        elif products and entry.key.startswith("D.") and not entry.language:
            products[-1].setdefault(entry.key, []).append(entry.value)
    for product in products:
        names = [
            name
            for key in ("D.3.1", "D.2.1.1.1", "D.3.8", "D.3.9.3", "D.3.2", "D.3.9.2")
            for name in product.get(key, ())
        ]
        names = list(dict.fromkeys(" ".join(name.split()) for name in names))
        role = product.get("D.1.2 and D.1.3", [""])[0].lower()
        routes = [route.strip() for route in product.get("D.3.7", [""])[0].lower().split("\n")]
        if names:
            yield Intervention(names[0], "drug", "; ".join(filter(None, [role, *routes])) or None, tuple(names[1:]))
    if any(entry.key.startswith("D.8.") and entry.value.lower() != "no" for entry in stated.entries):
        yield Intervention("Placebo", "drug", "placebo")


def _locations(versions: list[_Version]) -> Iterator[Location]:
    """Countries with their status, then those outside the EEA where the trial is planned or was first authorised."""
    filed: dict[str, Location] = {}
    for stated in versions:
        if stated.country and stated.country_code != "3RD":
            filed.setdefault(stated.country, Location(stated.country, status=stated.status))
    yield from filed.values()
    planned = [
        line.strip()
        for stated in versions
        for entry in stated.entries
        if entry.key.startswith(("E.8.6.3", "H.4.1")) and not entry.language
        for line in entry.value.split("\n")
    ]
    yield from (Location(country) for country in dict.fromkeys(planned) if country and country not in filed)


def _identifiers(versions: list[_Version]) -> tuple[Identifier, ...]:
    found = []
    for stated in versions:
        for entry in stated.entries:
            code = entry.key.partition(" ")[0]
            if code in _NUMBERS:
                found.append(Identifier(usual_form(entry.value), code, _NUMBERS[code]))
            elif code == "A.5.4":
                other = _OTHER_NUMBER.search(entry.value)
                number, name = (other["number"], other["name"]) if other else (entry.value, None)
                found.append(Identifier(usual_form(" ".join(number.split())), code, "other", name or None))
    return tuple(
        dict.fromkeys(number for number in found if not is_junk(number.identifier) or number.source == "A.4.1")
    )


def _sponsors(stated: _Version) -> Iterator[Sponsor]:
    """Sponsors in their order, the first leads, then who supports the trial. The class is the registry's
    Commercial or Non-Commercial.
    """
    names = [entry for entry in stated.entries if entry.key in ("B.1.1", "B.3.1 and B.3.2")]
    for at, entry in enumerate(names):
        if entry.key == "B.1.1":
            following = names[at + 1] if at + 1 < len(names) else None
            kind = following.value if following and following.key != "B.1.1" else None
            yield Sponsor(" ".join(entry.value.split()), "collaborator" if at else "lead", kind)
    known_names = {" ".join(entry.value.split()).lower() for entry in names if entry.key == "B.1.1"}
    supporters = (name for name in of_sponsor.supporters(stated.entries) if name.lower() not in known_names)
    yield from (Sponsor(name, "collaborator") for name in supporters)


def _outcomes(versions: list[_Version]) -> Iterator[Outcome]:
    for kind, key in (("primary", "E.5.1"), ("secondary", "E.5.2")):
        if measure := _value(versions, key):
            yield Outcome(measure, kind, _value(versions, f"{key}.1"))
