"""Whom a DRKS record names, in the registry's JSON export and on its page: contacts, investigators, ethics committees.

The export's words are those of its JSON schema 2.0.19 (``idContactIdType``, ``vote``).
"""

from collections.abc import Iterable, Iterator

import msgspec

from crawler.formats.labelled import Section
from crawler.wording.words import lower, stated, unique
from db.countries import by_code
from db.dates import iso_partial_date, spoken_partial_date
from db.design import Oversight
from db.people import Contact, Official

INVESTIGATOR = "principal_investigator"
_KINDS = {
    "PUBLIC_QUERIES": ("public", None),
    "SCIENTIFIC_QUERIES": ("scientific", None),
    "PRINCIPAL_COORDINATING_INVESTIGATOR": ("central", INVESTIGATOR),
    "PRIMARY_SPONSOR": ("central", "sponsor"),
    "SECONDARY_SPONSOR": ("central", "sponsor"),
    "COLLABORATOR_OTHER_ADDRESS": ("central", "collaborator"),
}
"""Kind and role of a contact by its type; ethics committees are none that somebody would ask."""
_ON_PAGE = {
    "sponsor": ("central", "sponsor"),
    "investigator": ("central", INVESTIGATOR),
    "scientific": ("scientific", None),
    "public": ("public", None),
}
_PARTS = frozenset({"address", "phone", "email", "contact"})
"""Labels of what stands under the heading of a contact."""
_LEAST_LINES = 4
"""Lines of an address in which the second one may be a person: affiliation, person, street, town."""


class Part(msgspec.Struct, rename="camel"):
    """Base of the export's objects: camelCase keys, null for what is absent, unknown keys ignored."""


class Address(Part):
    """A person or an office with its address."""

    affiliation: str | None = None
    title: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    street_and_no: str | None = None
    zip: str | None = None
    city: str | None = None
    country: str | None = None
    phone: str | None = None
    email: str | None = None


class ContactType(Part):
    """What a contact is for."""

    type: str | None = None


class TrialContact(Part):
    """A contact with what it is for."""

    contact: Address | None = None
    id_contact_id_type: ContactType | None = None


class EthicVote(Part):
    """A decision of an ethics committee."""

    contact: Address | None = None
    date_of_vote: str | None = None
    vote: str | None = None


class EthicsCommittee(Part):
    """The ethics committee with its decisions."""

    number: str | None = None
    ethic_votes: list[EthicVote] | None = None


def contacts(found: Iterable[TrialContact]) -> Iterator[Contact]:
    """The contacts of a record of the export."""
    for one in found:
        kind, role = _KINDS.get((one.id_contact_id_type or ContactType()).type or "", (None, None))
        who = one.contact or Address()
        if kind and (stated(who.email) or stated(who.phone) or _name(who)):
            street = unique((who.street_and_no, " ".join(unique((who.zip, who.city))), _country(who.country)))
            yield Contact(
                kind, role, _name(who), stated(who.affiliation), stated(who.phone), None, stated(who.email),
                ", ".join(street) or None,
            )  # fmt: skip


def officials(found: Iterable[TrialContact]) -> Iterator[Official]:
    """The principal or coordinating investigators of a record of the export."""
    for one in found:
        who = one.contact or Address()
        kind = (one.id_contact_id_type or ContactType()).type
        if kind == "PRINCIPAL_COORDINATING_INVESTIGATOR" and (name := _name(who)):
            yield Official(name, INVESTIGATOR, stated(who.affiliation))


def _name(who: Address) -> str | None:
    return " ".join(unique((who.title, who.first_name, who.last_name))) or None


def _country(code: str | None) -> str | None:
    return (by_code(code) or code) if code else None


def oversight(committee: EthicsCommittee | None) -> Oversight:
    """The decisions of the ethics committees and the day of the first approval, of a record of the export."""
    if committee is None:
        return Oversight()
    told, approved = [], []
    for vote in committee.ethic_votes or ():
        word = (lower(vote.vote) or "").replace("_", " ")
        decision = " ".join(filter(None, (word, stated(vote.date_of_vote))))
        told.append(", ".join(unique((decision, (vote.contact or Address()).affiliation))))
        if word == "approved" and stated(vote.date_of_vote):
            approved.append(str(vote.date_of_vote))
    number = stated(committee.number)
    told.append(f"ref: {number}" if number else "")
    day = iso_partial_date(min(approved)) if approved else None
    return Oversight(ethics_review="\n".join(filter(None, told)) or None, ethics_approval_date=day)


def contacts_on_page(found: Iterable[Section]) -> Iterator[Contact]:
    """The contacts of a page: a heading that says what for, and below it the address, telephone and e-mail."""
    key: str | None = None
    parts: dict[str, list[str]] = {}
    for section in (*found, Section("", None, [])):
        if section.key in _PARTS:
            if key is not None:
                parts.setdefault(section.key, section.texts)
            continue
        if key is not None:
            yield from _on_page(key, parts)
        key = section.key if section.key in _ON_PAGE else None
        parts = {"address": section.texts} if key and section.lines else {}


def _on_page(key: str, parts: dict[str, list[str]]) -> Iterator[Contact]:
    kind, role = _ON_PAGE[key]
    lines = parts.get("address", [])
    has_person = len(lines) >= _LEAST_LINES and not any(map(str.isdigit, lines[1]))
    contact = Contact(
        kind, role, lines[1] if has_person else None, lines[0] if lines else None,
        _first(parts.get("phone")), None, _first(parts.get("email")), ", ".join(lines[1 + has_person :]) or None,
    )  # fmt: skip
    if contact.name or contact.phone or contact.email:
        yield contact


def _first(texts: list[str] | None) -> str | None:
    return stated(texts[0]) if texts else None


def officials_on_page(found: Iterable[Contact]) -> Iterator[Official]:
    """The investigators among the contacts of a page."""
    for contact in found:
        if contact.role == INVESTIGATOR and contact.name:
            yield Official(contact.name, INVESTIGATOR, contact.affiliation)


def oversight_on_page(vote: str | None, day: str | None, number: str | None) -> Oversight:
    """What a page says of the ethics review: the decision, its day, and the committee's number for it."""
    word = lower(vote) or ""
    told = (" ".join(filter(None, (word, day))), f"ref: {number}" if number else "")
    is_approved = word in ("approved", "zustimmend", "zustimmende bewertung")
    return Oversight(
        ethics_review="\n".join(filter(None, told)) or None,
        ethics_approval_date=spoken_partial_date(day) if day and is_approved else None,
    )
