"""Whom a CTIS document names: the sponsors' contacts and the principal investigator of each site."""

from collections.abc import Iterable, Iterator

from crawler.readers.ctis.document import Application, Organisation, Person, SiteAddress, SponsorContact, SponsorEntry
from crawler.wording.words import marked_up, stated, unique
from db.people import Contact


def contacts(sponsors: Iterable[SponsorEntry], application: Application) -> Iterator[Contact]:
    """Contacts of the sponsors, for the public and for scientific questions, then those of the sites."""
    seen = set()
    for sponsor in sponsors:
        for kind, found in (("public", sponsor.public_contacts), ("scientific", sponsor.scientific_contacts)):
            for one in found or ():
                contact = _of_sponsor(kind, one)
                if contact not in seen and (contact.name or contact.phone or contact.email):
                    seen.add(contact)
                    yield contact
    yield from _at_sites(application)


def _of_sponsor(kind: str, one: SponsorContact) -> Contact:
    affiliation = _line((one.organisation or Organisation()).name)
    phone, email = _line(one.telephone), _line(one.functional_email_address)
    return Contact(kind, name=_line(one.functional_name), affiliation=affiliation, phone=phone, email=email)


def _at_sites(application: Application) -> Iterator[Contact]:
    """The investigators. Sites stand first among the places of a trial, in the order of the document."""
    sites = (site for country in application.parts_two or () for site in country.trial_sites or ())
    for position, site in enumerate(sites, 1):
        person = site.person_info or Person()
        name = " ".join(unique((_line(person.first_name), _line(person.last_name)))) or None
        phone, email = _line(person.telephone), _line(person.email)
        if name or phone or email:
            where = site.organisation_address_info or SiteAddress()
            yield Contact(
                "site", "principal_investigator", name, _line(site.department_name), phone, None, email,
                facility=_line((where.organisation or Organisation()).name), location=position,
            )  # fmt: skip


def _line(text: str | None) -> str | None:
    """A text as people read it; None for what people type into a field that they cannot fill."""
    return stated(marked_up(text)) if text else None
