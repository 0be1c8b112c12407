"""Persons whom a record names, as its registry publishes them: personal data, kept with the present record alone."""

from typing import Annotated

import msgspec

from db.meaning import meaning


class Contact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom to write to or call about a study or one of its sites."""

    kind: Annotated[
        str,
        meaning(
            "central: for the whole study; site: for one site; scientific, public: as the registry divides them; "
            "results: about posted results."
        ),
    ]
    role: Annotated[
        str | None,
        meaning("Role in the registry's words, lower case (contact, principal_investigator, sub_investigator, ...)."),
    ] = None
    name: Annotated[str | None, meaning("Name of the person or office.")] = None
    affiliation: Annotated[str | None, meaning("Organisation of the contact, where stated apart from a site.")] = None
    phone: Annotated[str | None, meaning("Telephone number as published.")] = None
    phone_extension: Annotated[str | None, meaning("Extension to that number.")] = None
    email: Annotated[str | None, meaning("Address for e-mail.")] = None
    address: Annotated[str | None, meaning("Postal address, where the registry gives one for the contact.")] = None
    facility: Annotated[str | None, meaning("Name of the site that the contact is at.")] = None
    location: Annotated[
        int | None, meaning("The site: its position in the table locations; NULL for no site of that table.")
    ] = None


class Official(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who answers for a study as a whole."""

    name: Annotated[str, meaning("Name of the person or office.")]
    role: Annotated[
        str | None,
        meaning(
            "Role in the registry's words, lower case (principal_investigator, study_chair, study_director, ...); "
            "responsible_party: who answers for the record to the registry."
        ),
    ] = None
    affiliation: Annotated[str | None, meaning("Organisation of the person.")] = None
    title: Annotated[str | None, meaning("Official title of the person.")] = None
