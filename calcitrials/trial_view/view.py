"""The whole view of a trial: its head, and the sections in the order in which a person asks for them."""

from collections.abc import Collection, Iterator
from typing import Any

import duckdb

from calcitrials.trial_view import words
from calcitrials.trial_view.blocks import Block, Fact, Facts, Item, Items, Section, Text, TrialView
from calcitrials.trial_view.design import participants, what_is_done
from calcitrials.trial_view.history import history
from calcitrials.trial_view.people import how_to_take_part
from calcitrials.trial_view.places import places
from calcitrials.trial_view.reading import reading
from calcitrials.trial_view.record import trial_record
from calcitrials.trial_view.results import posted_results
from db.catalogue import published_at
from db.registries import terms_of

_DATES = (
    ("start_date", "Start"),
    ("recruitment_start_date", "Recruitment from"),
    ("recruitment_end_date", "Recruitment until"),
    ("primary_completion_date", "Last data for the primary outcome"),
    ("completion_date", "End"),
    ("first_submitted_date", "Submitted to the registry"),
    ("first_posted_date", "Registered"),
    ("last_update_date", "Last update"),
    ("verification_date", "Last confirmed"),
    ("results_date", "Results posted"),
)


def trial_view(
    connection: duckdb.DuckDBPyConnection, trial_id: str, tables: Collection[str] | None = None
) -> TrialView:
    """A trial of the opened catalogue as a person reads it. trial_id: as ``find_trial`` gives it. tables: as of
    ``trial_record``.
    """
    record = trial_record(connection, trial_id, tables)
    sections = (
        ("who", "Who it is for", _who(record)),
        ("what", "What is done", what_is_done(record)),
        ("where", "Where", places(record)),
        ("contact", "Contact and how to take part", how_to_take_part(record)),
        ("criteria", "Criteria", _criteria(record)),
        ("dates", "Dates", _dates(record)),
        ("results", "Results", posted_results(record)),
        ("reading", "To read", reading(record)),
        ("numbers", "Numbers", _numbers(connection, record)),
        ("history", "History", history(connection, record)),
        ("source", "Source", _source(connection, record)),
    )
    made = (Section(key, heading, tuple(blocks)) for key, heading, blocks in sections)
    return TrialView(
        trial_id=trial_id,
        title=record.get("brief_title") or record.get("official_title") or words.say("(without a title)"),
        status=words.status_in_words(record["status"], record.get("status_stale_reason")),
        status_is_stale=bool(record.get("status_is_stale")),
        headline=tuple(_headline(record)),
        url=record["url"],
        sections=tuple(section for section in made if section.blocks),
    )


def _headline(record: dict[str, Any]) -> Iterator[str]:
    if phase := words.phase(record.get("phase")):
        yield phase
    if record.get("study_type"):
        yield words.say(f"{words.english(record['study_type'])} study")
    if number := participants(record):
        yield number
    if record.get("sponsor"):
        yield record["sponsor"]


def _who(record: dict[str, Any]) -> Iterator[Block]:
    """For whom: conditions and limits. Keywords and headings are for those who search, and left out."""
    if record.get("brief_summary"):
        yield Text(record["brief_summary"])
    design: dict[str, Any] = record.get("design_details", [{}])[0]
    facts = []
    if conditions := record.get("conditions"):
        facts.append(Fact("Conditions", "; ".join(map(_condition, conditions))))
    if limits := words.ages(record.get("min_age_days"), record.get("max_age_days")):
        bands = words.say("by wide age bands: the criteria may be narrower") if record.get("ages_are_bands") else ""
        facts.append(Fact("Age", f"{limits} ({bands})" if bands else limits))
    elif groups := design.get("age_groups"):
        facts.append(Fact("Age", ", ".join(map(words.plain, groups))))
    if record.get("sex"):
        facts.append(Fact("Sex", words.say("all") if record["sex"] == "all" else words.say(f"{record['sex']} only")))
    if design.get("gender_based"):
        facts.append(Fact("Gender", design.get("gender_description") or words.say("as participants see it themselves")))
    if admitted := words.yes_or_no(record.get("healthy_volunteers")):
        facts.append(Fact("Healthy volunteers", admitted))
    if design.get("population"):
        facts.append(Fact("Drawn from", design["population"]))
    if facts:
        yield Facts(tuple(facts))


def _condition(row: dict[str, Any]) -> str:
    code = " ".join(filter(None, (row.get("code_system"), row.get("code"))))
    return f"{row['condition']} ({code})" if row.get("code") else str(row["condition"])


def _criteria(record: dict[str, Any]) -> Iterator[Block]:
    for row in record.get("eligibility", ()):
        kinds = (("inclusion", "To be included"), ("exclusion", "Not included"))
        lists = [(heading, row[kind]) for kind, heading in kinds if row.get(kind)]
        for heading, items in lists:
            yield Items(tuple(map(Item, items)), heading)
        if not lists and row.get("criteria"):
            yield Text(row["criteria"])


def _dates(record: dict[str, Any]) -> Iterator[Block]:
    facts = [Fact(label, stated) for name, label in _DATES if (stated := words.date(record, name))]
    if record.get("why_stopped"):
        facts.append(Fact("Why it was stopped", record["why_stopped"]))
    if record.get("last_known_status"):
        facts.append(Fact("Last known status", words.plain(record["last_known_status"].lower())))
    if facts:
        yield Facts(tuple(facts))


def _numbers(connection: duckdb.DuckDBPyConnection, record: dict[str, Any]) -> Iterator[Block]:
    """Its other numbers, and the other records of the same study."""
    numbers = {
        row["identifier"]: row for row in record.get("identifiers", ()) if row["identifier"] != record["trial_id"]
    }
    if numbers:
        yield Items(tuple(Item(_number(row), row.get("url")) for row in numbers.values()))
    others = connection.execute(
        "SELECT trial_id, registry, status, url FROM trials WHERE study_id = ? AND trial_id <> ? ORDER BY trial_id",
        [record.get("study_id"), record["trial_id"]],
    ).fetchall()
    if others:
        lines = (
            Item(f"{trial_id} ({registry}): {words.plain(status)}", url) for trial_id, registry, status, url in others
        )
        yield Items(tuple(lines), "Records of the same study")


def _number(row: dict[str, Any]) -> str:
    about = [part for part in (words.plain((row.get("type") or "").lower()), row.get("domain")) if part]
    return f"{row['identifier']} ({', '.join(about)})" if about else str(row["identifier"])


def _source(connection: duckdb.DuckDBPyConnection, record: dict[str, Any]) -> Iterator[Block]:
    """Where it comes from and how old it is."""
    source = record.get("via") or record["registry"]
    facts = [
        Fact("Record", record["url"], record["url"]),
        Fact("Registry", terms_of(connection, source) or source),
    ]
    if record.get("via"):
        facts.append(Fact("Came through", words.say("{via}, not from the registry itself", via=record["via"])))
    facts.append(Fact("Fetched", f"{record['fetched_at']:%Y-%m-%d}"))
    if missing := record.get("missing_since"):
        facts.append(Fact("Gone from its registry", words.say("since {day}", day=f"{missing:%Y-%m-%d}")))
    if published := published_at(connection):
        facts.append(Fact("Catalogue published", published[:16].replace("T", " ") + " UTC"))
    yield Facts(tuple(facts))
    yield Text("Registry data, not advice: whether somebody can take part, the study team decides.")
