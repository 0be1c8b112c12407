"""Contacts and officials of a study of ClinicalTrials.gov."""

from collections.abc import Iterator

from crawler.readers.ctgov import wire
from crawler.readers.ctgov.results_wire import PointOfContact
from crawler.wording.words import lower
from db.people import Contact, Official


def contacts(module: wire.Locations, results: PointOfContact | None) -> tuple[Contact, ...]:
    """Central contacts, those of each site, and the one for posted results."""
    found = [one for contact in module.central_contacts for one in _contact("central", contact)]
    for position, site in enumerate(module.locations, start=1):
        for contact in site.contacts:
            found += _contact("site", contact, site.facility, position)
    if results is not None and (results.title or results.organization):
        found.append(
            Contact(
                "results",
                name=results.title,
                affiliation=results.organization,
                phone=results.phone,
                phone_extension=results.phone_ext,
                email=results.email,
            )
        )
    return tuple(found)


def _contact(
    kind: str, one: wire.Contact, facility: str | None = None, location: int | None = None
) -> Iterator[Contact]:
    if one.name or one.phone or one.email:
        yield Contact(
            kind,
            lower(one.role),
            one.name,
            phone=one.phone,
            phone_extension=one.phone_ext,
            email=one.email,
            facility=facility,
            location=location,
        )


def officials(module: wire.Locations, responsible: wire.ResponsibleParty | None) -> tuple[Official, ...]:
    """Overall officials, and the person who answers for the record where it is not the sponsor."""
    found = [Official(one.name, lower(one.role), one.affiliation) for one in module.overall_officials if one.name]
    if responsible is not None and (name := responsible.investigator_full_name or responsible.old_name_title):
        affiliation = responsible.investigator_affiliation or responsible.old_organization
        found.append(Official(name, "responsible_party", affiliation, responsible.investigator_title))
    return tuple(found)
