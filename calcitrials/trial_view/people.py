"""Whom to ask, and how to take part: contacts, those who answer for a trial, and what its status means for it."""

import re
from collections.abc import Iterator
from typing import Any

from calcitrials.trial_view import words
from calcitrials.trial_view.blocks import Block, Fact, Facts, Item, Items, Text
from db.vocabularies import Status

_WHAT_TO_DO = {
    Status.RECRUITING: "The trial takes participants. To ask whether you can be one, write to or call the study team.",
    Status.NOT_YET_RECRUITING: "The trial takes no participants yet. The study team can say when it will.",
    Status.BY_INVITATION: "The study team invites the participants itself.",
    Status.EXPANDED_ACCESS: "The treatment is given outside a trial: a physician asks those who provide it.",
    Status.ACTIVE_NOT_RECRUITING: "The trial goes on and takes no new participants.",
    Status.SUSPENDED: "The trial has been halted and takes no participants for the time being.",
    Status.COMPLETED: "The trial is over.",
    Status.TERMINATED: "The trial was ended early.",
    Status.WITHDRAWN: "The trial was withdrawn before anybody took part.",
    Status.MOVED: "The record has moved to another registry: what it says of taking part stands there.",
    Status.UNKNOWN: "Whether the trial takes participants is not known. The study team can say.",
}
_STALE = "Whether the trial still takes participants is doubtful, see its status: ask the study team."
_KINDS = {
    "central": "For the whole study",
    "public": "For the public",
    "scientific": "For scientific questions",
    "results": "About the results",
    "site": "At the sites",
}
SITE = "site"


def how_to_take_part(record: dict[str, Any]) -> Iterator[Block]:
    """What the status means for somebody who wants to take part, whom to ask, and who answers for the trial."""
    yield Text(_STALE if record.get("status_is_stale") else _WHAT_TO_DO[Status(record["status"])])
    contacts = record.get("contacts", [])
    sites = record.get("locations", [])
    kinds = list(dict.fromkeys([*_KINDS, *(row["kind"] for row in contacts)]))
    for kind in kinds:
        if rows := [row for row in contacts if row["kind"] == kind]:
            items = [Item(_contact(row, sites), _link(row)) for row in rows]
            yield Items(tuple(items), _KINDS.get(kind, words.capitalised(words.plain(kind))))
    here = [link for link in record.get("links", ()) if (link.get("label") or "").lower().startswith("how to")]
    if here:
        yield Facts(tuple(Fact(link["label"], link["url"], link["url"]) for link in here))
    elif not contacts:
        yield Facts((Fact("No contact in the record, see", record["url"], record["url"]),))
    if facts := [*_responsible(record)]:
        yield Facts(tuple(facts), "Who answers for it")


def _contact(row: dict[str, Any], sites: list[dict[str, Any]]) -> str:
    """A contact in one line; of a site with its city first."""
    number = row.get("location")
    site = sites[number - 1] if number and number <= len(sites) else {}
    place = ", ".join(filter(None, (site.get("city"), site.get("facility") or row.get("facility"))))
    phone = " ext. ".join(filter(None, (row.get("phone"), row.get("phone_extension"))))
    role = (row.get("role") or "").lower()
    name = row.get("name") or row.get("affiliation") or ""
    shown = f"{name} ({words.plain(role)})" if name and role not in ("", "contact") else name
    affiliation = row.get("affiliation") if row.get("affiliation") not in (name, None) else None
    told = ", ".join(filter(None, (shown, affiliation, phone, row.get("email"), row.get("address"))))
    return f"{place}: {told}" if place and row["kind"] == SITE else told


def _link(row: dict[str, Any]) -> str | None:
    if row.get("email"):
        return f"mailto:{row['email']}"
    number = re.sub(r"[^\d+]", "", row.get("phone") or "")
    return f"tel:{number}" if number else None


def _responsible(record: dict[str, Any]) -> Iterator[Fact]:
    lead = [row["name"] for row in record.get("sponsors", ()) if row.get("role") == "lead"]
    others = [row["name"] for row in record.get("sponsors", ()) if row.get("role") != "lead"]
    if lead:
        yield Fact("Sponsor", "; ".join(lead))
    if others:
        yield Fact("With", "; ".join(others))
    for row in record.get("officials", ()):
        role = words.capitalised(words.plain((row.get("role") or "").lower())) or words.say("Official")
        yield Fact(role, ", ".join(filter(None, (row["name"], row.get("title"), row.get("affiliation")))))
