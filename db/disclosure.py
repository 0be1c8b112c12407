"""What has been or will be published of a study: papers, links, documents, data of participants."""

from typing import Annotated

import msgspec

from db.dates import PartialDate
from db.meaning import meaning


class Reference(msgspec.Struct, frozen=True, omit_defaults=True):
    """A publication that a record names."""

    citation: Annotated[str | None, meaning("The publication as the registry cites it.")] = None
    pmid: Annotated[str | None, meaning("Its number in PubMed.")] = None
    doi: Annotated[str | None, meaning("Its DOI, without the address of a resolver, where stated.")] = None
    type: Annotated[
        str | None,
        meaning("background, result, derived (found by the registry, not named by the sponsor), or its own word."),
    ] = None
    url: Annotated[str | None, meaning("Address of the publication, where stated.")] = None
    retractions: Annotated[
        tuple[str, ...], meaning("PMIDs of notices that retract it; their source where they have no PMID.")
    ] = ()


class Link(msgspec.Struct, frozen=True, omit_defaults=True):
    """A page about a study."""

    url: Annotated[str, meaning("Address of the page.")]
    label: Annotated[str | None, meaning("What the page is, as the registry says it.")] = None


class Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document or data set of a study that can be had."""

    type: Annotated[str | None, meaning("What it is, in the registry's words.")] = None
    url: Annotated[str | None, meaning("Address of the document.")] = None
    document_id: Annotated[str | None, meaning("Number of the document at the place that keeps it.")] = None
    comment: Annotated[str | None, meaning("What else the registry says of it.")] = None
    date: Annotated[PartialDate | None, meaning("The document itself")] = None
    uploaded_date: Annotated[PartialDate | None, meaning("Upload to the registry")] = None
    has_protocol: Annotated[bool | None, meaning("Whether it holds the study protocol.")] = None
    has_sap: Annotated[bool | None, meaning("Whether it holds the statistical analysis plan.")] = None
    has_icf: Annotated[bool | None, meaning("Whether it holds the form of informed consent.")] = None
    size_bytes: Annotated[int | None, meaning("Size in bytes.")] = None
    is_ipd: Annotated[
        bool, meaning("Whether it belongs to what is shared of individual participants (data, protocol, code).")
    ] = False


class IpdSharing(msgspec.Struct, frozen=True, omit_defaults=True):
    """Plan to share data of individual participants (IPD)."""

    plan_to_share_ipd: Annotated[str | None, meaning("yes, no, undecided, or the registry's own words.")] = None
    description: Annotated[str | None, meaning("What is shared, and why not.")] = None
    information_types: Annotated[
        tuple[str, ...],
        meaning("What is shared beside the data, lower case (study_protocol, sap, icf, csr, analytic_code)."),
    ] = ()
    time_frame: Annotated[str | None, meaning("When it can be had.")] = None
    access_criteria: Annotated[str | None, meaning("Who can have it, for what, and how.")] = None
    url: Annotated[str | None, meaning("Address that tells more.")] = None
