"""Whom an ISRCTN record names: contacts, the principal investigators among them, and the ethics committees."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from crawler.readers.isrctn.document import children, children_by_name
from crawler.readers.isrctn.fields import parts_of, text
from crawler.wording.words import lower, stated, unique
from db.dates import spoken_partial_date
from db.design import Oversight
from db.people import Contact, Official

READ = frozenset(
    [
        "contact",
        "forename",
        "surname",
        "contactTypes",
        "contactType",
        "contactDetails",
        "address",
        "telephone",
        "email",
        "privacy",
        "ethicsApprovalRequired",
        "ethicsApproval",
        "ethicsCommittees",
        "ethicsCommittee",
        "committeeName",
        "committeeReference",
    ]
)
"""Elements that are read here."""
_KINDS = ("public", "scientific")
_INVESTIGATOR = "principal investigator"
_APPROVED = "approved"


def contacts(record: Element) -> Iterator[Contact]:
    """The contacts of a record but for those that are not to be shown."""
    for person in children(record, "contact"):
        parts = children_by_name(person)
        if (lower(text(parts, "privacy")) or "public") != "public":
            continue
        details = parts_of(parts, "contactDetails")
        types = _types(parts)
        kind = next((kind for kind in _KINDS if kind in types), "central")
        address = ", ".join(unique(text(details, name) for name in ("address", "city", "state", "zip", "country")))
        contact = Contact(
            kind,
            role=", ".join(one.replace(" ", "_") for one in types if one != kind) or None,
            name=_name(parts),
            phone=text(details, "telephone"),
            email=text(details, "email"),
            address=address or None,
        )
        if contact.name or contact.phone or contact.email:
            yield contact


def officials(record: Element) -> Iterator[Official]:
    """The principal investigators."""
    for person in children(record, "contact"):
        parts = children_by_name(person)
        name = _name(parts)
        if name and _INVESTIGATOR in _types(parts) and (lower(text(parts, "privacy")) or "public") == "public":
            yield Official(name, _INVESTIGATOR.replace(" ", "_"))


def _name(parts: dict[str, Element]) -> str | None:
    return " ".join(unique(text(parts, name) for name in ("title", "forename", "surname"))) or None


def _types(parts: dict[str, Element]) -> list[str]:
    return unique(lower(stated(one.text)) for one in children(parts.get("contactTypes"), "contactType"))


def oversight(description: dict[str, Element]) -> Oversight:
    """What the record says of the ethics review: the committees with their decisions, or the text of older records."""
    committees = children(description.get("ethicsCommittees"), "ethicsCommittee")
    told = unique(map(_decision, committees))
    approved = [one.get("statusDate") for one in committees if (one.get("approvalStatus") or "").lower() == _APPROVED]
    days = sorted(filter(None, approved))
    review = "\n".join(told) or text(description, "ethicsApproval") or text(description, "ethicsApprovalRequired")
    return Oversight(ethics_review=review, ethics_approval_date=spoken_partial_date(days[0]) if days else None)


def _decision(committee: Element) -> str | None:
    parts = children_by_name(committee)
    reference = text(parts, "committeeReference")
    status = " ".join(unique((committee.get("approvalStatus"), (committee.get("statusDate") or "")[:10])))
    told = (status, text(parts, "committeeName"), f"ref: {reference}" if reference else None)
    return ", ".join(unique(told)) or None
