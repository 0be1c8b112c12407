"""What is done in a trial: what is given, to whom of the participants, how it is built, and what is measured."""

from collections.abc import Iterator
from typing import Any

from calcitrials.trial_view import words
from calcitrials.trial_view.blocks import Block, Fact, Facts, Item, Items, Text

_OUTCOMES = (("primary", "What is measured first of all"), ("secondary", "What is measured too"), ("other", "And"))


def participants(record: dict[str, Any]) -> str | None:
    """How many take part, and whether that is planned or counted."""
    if record.get("enrollment") is None:
        return None
    kind = words.plain((record.get("enrollment_type") or "").lower())
    number = words.counted(record["enrollment"], "participant")
    return words.say("{number} ({kind})", number=number, kind=kind) if kind else number


def what_is_done(record: dict[str, Any]) -> Iterator[Block]:
    """Interventions, arms, design, outcomes, and the longer description."""
    if given := record.get("interventions"):
        yield Items(tuple(Item(_intervention(row)) for row in given), "What is given or done")
    if arms := record.get("arms"):
        yield Items(tuple(Item(_arm(row)) for row in arms), "Groups of participants")
    if facts := tuple(_design(record)):
        yield Facts(facts, "How it is built")
    for kind, heading in _OUTCOMES:
        if measured := [row for row in record.get("outcomes", ()) if row["kind"] == kind]:
            yield Items(tuple(Item(_outcome(row)) for row in measured), heading)
    if record.get("detailed_description"):
        yield Text(record["detailed_description"])


def _intervention(row: dict[str, Any]) -> str:
    names = _with_kind(row["name"], row)
    others = words.say(", also called {names}", names=", ".join(row["other_names"])) if row.get("other_names") else ""
    return f"{names}{others}" + (f": {row['description']}" if row.get("description") else "")


def _arm(row: dict[str, Any]) -> str:
    label = _with_kind(row["label"], row)
    gets = ", ".join(row.get("interventions") or ())
    told = _told(words.say("gets {what}", what=gets) if gets else "", row.get("description"))
    return f"{label}: {told}" if told else label


def _with_kind(name: str, row: dict[str, Any]) -> str:
    kind = (row.get("type") or "").lower()
    return f"{name} ({words.plain(kind)})" if kind not in ("", "other") else name


def _design(record: dict[str, Any]) -> Iterator[Fact]:
    details: dict[str, Any] = record.get("design_details", [{}])[0]
    oversight: dict[str, Any] = record.get("oversight", [{}])[0]
    model = details.get("intervention_model") or record.get("intervention_model")
    masked = ", ".join(map(words.plain, details.get("who_masked") or ()))
    stated = (
        ("Purpose", words.plain(record.get("primary_purpose"))),
        ("Allocation", words.plain(record.get("allocation"))),
        ("Model", _told(words.plain(model), details.get("intervention_model_description"))),
        ("Observation", words.plain(details.get("observational_model"))),
        ("Looks", words.plain(details.get("time_perspective"))),
        ("Masking", _told(_told(words.plain(record.get("masking")), masked), details.get("masking_description"))),
        ("Arms", str(details.get("number_of_arms") or "")),
        ("Each is followed", details.get("target_duration")),
        ("Sampling", words.plain(details.get("sampling_method"))),
        ("Samples", _told(words.plain(details.get("biospecimen_retention")), details.get("biospecimen_description"))),
        ("Data monitoring committee", words.yes_or_no(oversight.get("has_dmc"))),
        ("Ethics", _ethics(oversight)),
        ("Outside the study", _expanded_access(oversight)),
    )
    yield from (Fact(label, value) for label, value in stated if value)


def _told(word: str, more: str | None) -> str:
    """A word with what is said about it."""
    return "; ".join(filter(None, (word, more)))


def _ethics(oversight: dict[str, Any]) -> str:
    """What the record says of the ethics review, with the day of the approval where it does not name it itself."""
    review = "; ".join((oversight.get("ethics_review") or "").splitlines())
    day = words.date(oversight, "ethics_approval_date")
    return _told(review, words.say("approved {day}", day=day) if day and day not in review else None)


def _expanded_access(oversight: dict[str, Any]) -> str:
    if not oversight.get("has_expanded_access"):
        return ""
    record = oversight.get("expanded_access_nctid")
    return words.say("may be had by expanded access") + (f" ({record})" if record else "")


def _outcome(row: dict[str, Any]) -> str:
    when = f" ({row['time_frame']})" if row.get("time_frame") else ""
    about = row.get("description")
    return f"{row['measure']}{when}" + (f": {about}" if about and about != row["measure"] else "")
