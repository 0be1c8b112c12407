"""Import of WHO ICTRP files: copies of the records of some twenty registries, with each registry's own spellings.

The platform allows no crawler; its exports are downloaded by hand. A copy is marked (``Trial.via``) and never stands in
for the record of a registry that is harvested itself. Fields: WHO Trial Registration Data Set 1.3.1.
"""

import datetime as dt
import io
import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import islice
from typing import BinaryIO
from urllib.parse import quote

import msgspec

from crawler.readers.euctr import trial as euctr
from crawler.readers.ictrp import people
from crawler.readers.ictrp import words as ictrp_words
from crawler.readers.ictrp.file import Record, records
from crawler.readers.ictrp.lists import conditions, interventions, outcomes, therapeutic_areas
from crawler.wording import age_bands, ages, criteria, words
from db.ages import AgeLimit
from db.countries import by_code, is_region, listed
from db.disclosure import Document, IpdSharing, Link
from db.identifiers import find, normalise
from db.payload import Payload, Reading
from db.trial import Identifier, Location, Provenance, Reject, Sponsor, Trial, sha256
from db.vocabularies import Sex, Status

BATCH = 1000
"""Records a batch: an item a record costs more to hand on than to read."""
RECENT = 2000
"""EU CTR trials that are remembered whole while their other countries may follow, some 10 KB each."""

# Short names of registries whose identifiers may not be recognised, by the beginning of WHO's name for them.
_REGISTRIES = {
    "clinicaltrials.gov": "ctgov",
    "eu clinical trials register": "euctr",
    "clinical trials information system": "ctis",
    "german clinical trials register": "drks",
    "nl-omon": "nl",
    "netherlands": "nl",
    "jprn": "jrct",
    "cris": "kct",
}
_COUNTRY_CODE = re.compile(r"-\d\d-([A-Z]{2})$")
# A trial is as open as its most open country.
_MOST_OPEN = (
    Status.RECRUITING,
    Status.NOT_YET_RECRUITING,
    Status.ACTIVE_NOT_RECRUITING,
    Status.SUSPENDED,
    Status.COMPLETED,
    Status.TERMINATED,
    Status.WITHDRAWN,
)
# What a record of another country may fill in; the rest is told from all of them.
_NOTHING = {field.name: field.default for field in msgspec.structs.fields(Trial)}
_FACTS = _NOTHING.keys() - {
    *("trial_id", "registry", "via", "url", "provenance", "status", "registry_status", "locations", "identifiers"),
    *("min_age", "max_age", "sex", "registry_sex"),
}
_DESIGN = re.compile(r"(Allocation|Intervention model|Primary purpose|Purpose|Masking)\s*:\s*([^.;(\n]+)", re.I)
_URL = re.compile(r"https?://[^\s<>\";]+")
_SHORT = 40
_ABSENT = frozenset(("null", "??", "?", "nd", "jan 1 1900 12:00am", "1900-01-01"))


def read(payload: Payload) -> Reading:
    """Read a whole file that is in memory; for large ones there is ``stream``."""
    trials: list[Trial] = []
    rejects: list[Reject] = []
    unknown: Counter[str] = Counter()
    for reading in stream(io.BytesIO(payload.body), payload.fetched_at, payload.url):
        trials += reading.trials
        rejects += reading.rejects
        unknown.update(reading.unknown_words)
    return Reading(list({trial.trial_id: trial for trial in trials}.values()), rejects, unknown)


def stream(file: BinaryIO, fetched_at: dt.datetime, source_url: str) -> Iterator[Reading]:
    """Read a file of any size in batches: XML export or CSV, plain, gzip or zip, told by its content.

    EU CTR trials come as one record a country: each batch holds one Trial of them, with all that was met so far, so
    that the last one written has it all. Of the last RECENT of them everything is remembered for this, as exports have
    the countries of a trial close together; of all others the countries alone.
    """
    countries: dict[str, tuple[Location, ...]] = {}
    recent: dict[str, Trial] = {}
    source = records(file)
    while batch := list(islice(source, BATCH)):
        trials: dict[str, Trial] = {}
        rejects: list[Reject] = []
        unknown: Counter[str] = Counter()
        for record in batch:
            try:
                trial = _trial(record, fetched_at, source_url, unknown)
            except (ValueError, OverflowError) as error:
                trial_id = _stated_id(record)
                rejects.append(Reject("ictrp", str(error), record.raw, source_url, fetched_at, trial_id))
                continue
            if trial.registry == "euctr":
                trial = _folded(trial, recent.pop(trial.trial_id, None), countries.get(trial.trial_id, ()))
                countries[trial.trial_id] = trial.locations
                recent[trial.trial_id] = trial
                if len(recent) > RECENT:
                    del recent[next(iter(recent))]
            trials[trial.trial_id] = trial
        problems = [f"{record.damage}; records may be missing" for record in batch if record.is_end_lost]
        yield Reading(list(trials.values()), rejects, unknown, problems)


def _text(fields: dict[str, str], key: str) -> str | None:
    """A field as people read it, one line an entry; None for blanks and placeholders."""
    text = fields.get(key)
    return (_short(text) if len(text) <= _SHORT else words.stated(_shown(text))) if text else None


@lru_cache(maxsize=65536)
def _short(text: str) -> str | None:
    """A short text as people read it: ages, dates, phases and countries come again and again."""
    return words.stated(_shown(text))


def _shown(text: str) -> str | None:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].strip()  # the full export quotes its text twice
    text = words.marked_up(text)
    return None if len(text) < 20 and words.squeeze(text).lower() in _ABSENT else text


def _line(fields: dict[str, str], key: str) -> str | None:
    text = _text(fields, key)
    return words.squeeze(text) if text else None


def _stated_id(record: Record) -> str | None:
    stated = _line(record.fields, "trialid")
    if not stated:
        return None
    found = normalise(stated)
    return found.identifier if found else stated


def _trial(record: Record, fetched_at: dt.datetime, source_url: str, unknown: Counter[str]) -> Trial:
    if record.damage:
        raise ValueError(record.damage)
    fields = record.fields
    stated = _line(fields, "trialid")
    if stated is None or not any(map(str.isdigit, stated)):
        raise ValueError(f"TrialID {stated!r} is no identifier of a trial")
    found = normalise(stated)
    registry = found.scheme if found and found.is_strong else _registry(_line(fields, "sourceregister"))
    trial_id = found.identifier if found else stated
    # "Pending" is a status, not a placeholder.
    registry_status = words.squeeze(_shown(fields.get("recruitmentstatus", "")) or "") or None
    phase, gender = _text(fields, "phase"), _text(fields, "inclusiongender")
    inclusion, bands = ictrp_words.eu_age_bands(_text(fields, "inclusioncriteria") or "")
    min_age, max_age = _age_limits(fields, bands, unknown)
    design = {
        name.lower(): value.strip().lower() for name, value in _DESIGN.findall(_text(fields, "studydesign") or "")
    }
    enrollment, enrollment_type = _enrollment(fields)
    summary, measures = outcomes(_text(fields, "primaryoutcome"), _text(fields, "secondaryoutcome"))
    condition = _text(fields, "condition")
    line = partial(_line, fields)
    start_kind = {"actual": "actual", "anticipated": "estimated"}.get((_line(fields, "typeenrollment") or "").lower())
    return Trial(
        trial_id=trial_id,
        registry=registry,
        url=_address(trial_id, stated, _line(fields, "webaddress")),
        via="ictrp",
        brief_title=_line(fields, "publictitle") or _line(fields, "scientifictitle"),
        official_title=_line(fields, "scientifictitle"),
        acronym=_line(fields, "acronym"),
        brief_summary=summary,
        status=ictrp_words.status(registry_status, unknown),
        registry_status=registry_status,
        study_type=ictrp_words.study_type(_line(fields, "studytype")),
        registry_study_type=_line(fields, "studytype"),
        phase=ictrp_words.phases(phase, unknown),
        registry_phase=words.squeeze(phase) if phase else None,
        primary_purpose=design.get("primary purpose") or design.get("purpose"),
        allocation=design.get("allocation"),
        intervention_model=design.get("intervention model"),
        masking=design.get("masking"),
        enrollment=enrollment,
        enrollment_type=enrollment_type,
        sex=ictrp_words.sex(gender, unknown),
        registry_sex=words.squeeze(gender) if gender else None,
        min_age=min_age,
        max_age=max_age,
        start_date=ictrp_words.date(_line(fields, "dateenrollement"), start_kind),
        completion_date=ictrp_words.date(_line(fields, "resultsdatecompleted")),
        # The second form of this date is the same in all registries: yyyymmdd.
        first_posted_date=ictrp_words.date(_line(fields, "dateregistration3"))
        or ictrp_words.date(_line(fields, "dateregistration")),
        last_update_date=ictrp_words.date(_line(fields, "lastrefreshedon")),
        results_date=ictrp_words.date(_line(fields, "resultsdateposted")),
        has_results=_has_results(fields),
        eligibility=criteria.from_sides(inclusion, _text(fields, "exclusioncriteria")),
        conditions=conditions(condition),
        mesh_terms=therapeutic_areas(condition),
        interventions=interventions(_text(fields, "intervention")),
        locations=_locations(stated, registry, fields, registry_status),
        identifiers=_identifiers(stated, trial_id, fields),
        sponsors=_sponsors(fields),
        outcomes=measures,
        oversight=people.oversight(line),
        contacts=tuple(people.contacts(line)),
        links=tuple(Link(url, "results") for url in _addresses(fields, "resultsurllink")),
        documents=tuple(
            Document("protocol", url, has_protocol=True) for url in _addresses(fields, "resultsurlprotocol")
        ),
        ipd_sharing=IpdSharing(words.lower(line("resultsipdplan")), _text(fields, "resultsipddescription")),
        provenance=Provenance(source_url, fetched_at, sha256(record.raw)),
    )


def _address(trial_id: str, stated: str, web_address: str | None) -> str:
    """The page of the record. Addresses of CTIS in exports are those of a portal that is gone."""
    if trial_id.startswith("CTIS"):
        return f"https://euclinicaltrials.eu/search-for-clinical-trials/?lang=en&EUCT={trial_id[4:]}"
    if web_address and web_address.lower().startswith(("http://", "https://")):
        return web_address
    return f"https://trialsearch.who.int/Trial2.aspx?TrialID={quote(stated)}"


def _addresses(fields: dict[str, str], key: str) -> list[str]:
    """Addresses of a field but for those that are a place on the page of the record, which every record has."""
    page = _whole_page(_line(fields, "webaddress") or "")
    found = dict.fromkeys(_URL.findall(_text(fields, key) or ""))
    return [url for url in found if _whole_page(url) != page]


def _whole_page(url: str) -> str:
    return url.partition("#")[0].partition("://")[2].lower().rstrip("/")


def _registry(source: str | None) -> str:
    """Short name for WHO's name of a registry; "ictrp" where none is stated."""
    if source is None:
        return "ictrp"
    known = (short for name, short in _REGISTRIES.items() if source.lower().startswith(name))
    return next(known, None) or re.sub(r"[^a-z0-9]", "", source.lower()) or "ictrp"


def _age_limits(
    fields: dict[str, str], bands: list[age_bands.AgeBand], unknown: Counter[str]
) -> tuple[AgeLimit | None, AgeLimit | None]:
    lowest, highest = _line(fields, "inclusionagemin"), _line(fields, "inclusionagemax")
    if lowest is None and highest is None:
        return age_bands.limits(bands)
    return ages.limits(_numbered(lowest), _numbered(highest), unknown)


def _numbered(text: str | None) -> str | None:
    """The text of an age; None for words such as "No maximum age"."""
    return text if text and any(map(str.isdigit, text)) else None


def _enrollment(fields: dict[str, str]) -> tuple[int | None, str | None]:
    actual = words.count(_line(fields, "resultsactualenrollment"))
    if actual is not None:
        return actual, "actual"
    planned = ictrp_words.target_size(_text(fields, "targetsize"))
    return planned, None if planned is None else "estimated"


def _has_results(fields: dict[str, str]) -> bool | None:
    stated = (_line(fields, "resultsyesno") or "").lower()
    if stated in ("yes", "no"):
        return stated == "yes"
    # The address alone is one that every record of the registry has.
    told = ("resultsdateposted", "resultsdatefirstpublication", "resultssummary")
    return True if any(_line(fields, key) for key in told) else None


def _locations(stated: str, registry: str, fields: dict[str, str], status: str | None) -> tuple[Location, ...]:
    """Countries; of an EU CTR record, which is one country's, that country with its status first."""
    names = listed(_text(fields, "countries") or "")
    code = _COUNTRY_CODE.search(stated.upper()) if registry == "euctr" else None
    own = by_code(code[1]) if code else None
    found = [_place(own, status)] if own else []
    return tuple(found + [_place(name) for name in words.unique(names) if name not in ("??", own)])


@lru_cache(maxsize=4096)
def _place(country: str, status: str | None = None) -> Location:
    """A country, or a part of the world; what is remembered of every EU CTR trial refers to the same few."""
    return Location(state=country, status=status) if is_region(country) else Location(country, status=status)


def _identifiers(stated: str, trial_id: str, fields: dict[str, str]) -> tuple[Identifier, ...]:
    """Secondary numbers as listed, the number as WHO spells it, and the numbers of records that WHO links to this."""
    found = [Identifier(number, "Secondary_ID") for number in words.numbers_of_a_study(_text(fields, "secondaryid"))]
    if stated != trial_id:
        found.append(Identifier(stated, "TrialID", "as spelled by ICTRP"))
    for key, name in (("childs", "Childs"), ("bridgedtype", "Bridged_type"), ("bridgingflag", "Bridging_flag")):
        linked = find(fields[key]) if key in fields else []
        found += [Identifier(number.identifier, name, "bridged") for number in linked if number.identifier != trial_id]
    return tuple(dict.fromkeys(found))


def _sponsors(fields: dict[str, str]) -> tuple[Sponsor, ...]:
    lead = _line(fields, "primarysponsor")
    others = [
        words.squeeze(name)
        for key in ("secondarysponsor", "sourcesupport")
        for name in words.unique(re.split(r"[;\n]", _text(fields, key) or ""))
    ]
    found = {name.lower(): Sponsor(name, "collaborator") for name in reversed(others)}
    if lead:
        found.pop(lead.lower(), None)
    return (*((Sponsor(lead),) if lead else ()), *reversed(found.values()))


def _folded(trial: Trial, sibling: Trial | None, met: tuple[Location, ...]) -> Trial:
    """One trial of two countries' records, as open as the most open of the countries met.

    Facts come from the preferred country's record, what it leaves open from the other one; ages and sexes are those
    that any of them admits.
    """
    facts: dict[str, object] = {}
    places = {place.country: place for place in (*met, *trial.locations) if place.status}
    places |= {place.country: place for place in (*met, *trial.locations) if place.country not in places}
    filed = dict.fromkeys(place.status for place in sorted(places.values(), key=_by_name) if place.status)
    statuses = {ictrp_words.status(status, Counter()) for status in filed} | {trial.status}
    if sibling is not None:
        trial, other = sorted((trial, sibling), key=_preference)
        facts = {name: getattr(other, name) for name in _FACTS if getattr(trial, name) == _NOTHING[name]}
        facts |= _admitted(trial, other)
        facts["conditions"] = tuple(dict.fromkeys((*trial.conditions, *other.conditions)))
        facts["identifiers"] = tuple(sorted({*trial.identifiers, *other.identifiers}, key=_by_source))
    facts["locations"] = tuple(sorted(places.values(), key=_by_name))
    facts["status"] = next((status for status in _MOST_OPEN if status in statuses), Status.UNKNOWN)
    facts["registry_status"] = "; ".join(filed) or trial.registry_status
    return msgspec.structs.replace(trial, **facts)


def _by_name(place: Location) -> tuple[bool, str]:
    return place.status is None, place.country or ""


def _by_source(number: Identifier) -> tuple[str, str]:
    return number.source, number.identifier


def _preference(trial: Trial) -> tuple[int, int, str]:
    """Rank of the best of the countries whose records are in the trial, by the numbers as WHO spells them."""
    spelled = (_COUNTRY_CODE.search(n.identifier.upper()) for n in trial.identifiers if n.source == "TrialID")
    return min((euctr.preference(code[1]) for code in spelled if code), default=euctr.preference(""))


def _admitted(*records: Trial) -> dict[str, object]:
    """Ages and sexes at their widest, of the records that state them."""
    aged = [record for record in records if record.min_age or record.max_age]
    sexes = {record.sex for record in records if record.sex}
    stated = {word for record in records for word in (record.registry_sex or "").split("; ") if word}
    return {
        "min_age": min((record.min_age for record in aged), key=_first_day, default=None),
        "max_age": max((record.max_age for record in aged), key=_last_day, default=None),
        "sex": sexes.pop() if len(sexes) == 1 else Sex.ALL if sexes else None,
        "registry_sex": "; ".join(sorted(stated)) or None,
    }


def _first_day(limit: AgeLimit | None) -> tuple[float, str]:
    return (0.0 if limit.days is None else limit.days, limit.text) if limit else (0.0, "")


def _last_day(limit: AgeLimit | None) -> tuple[float, str]:
    return (math.inf if limit.days is None else limit.days, limit.text) if limit else (math.inf, "")
