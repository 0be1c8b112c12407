"""Publications, links, documents, shared data and pending results of a study of ClinicalTrials.gov."""

from crawler.readers.ctgov import wire
from crawler.wording.publications import doi
from crawler.wording.words import lower
from db.dates import iso_partial_date
from db.disclosure import Document, IpdSharing, Link, Reference
from db.results import PendingResult

FILES = "https://cdn.clinicaltrials.gov/large-docs"
"""Where the registry keeps documents: <last two digits of the number>/<number>/<file name>."""


def references(module: wire.References | None) -> tuple[Reference, ...]:
    """Publications that the sponsor named, and those that the registry found."""
    return tuple(
        [
            Reference(
                one.citation,
                one.pmid,
                doi(one.citation),
                type=lower(one.type),
                retractions=tuple([text for notice in one.retractions if (text := notice.pmid or notice.source)]),
            )
            for one in (module.references if module else ())
            if one.citation or one.pmid
        ]
    )


def links(module: wire.References | None) -> tuple[Link, ...]:
    """Pages about the study."""
    return tuple([Link(one.url, one.label) for one in (module.see_also_links if module else ()) if one.url])


def documents(
    nct_id: str, module: wire.References | None, section: wire.DocumentSection | None
) -> tuple[Document, ...]:
    """Documents that the registry keeps, and data sets and documents kept elsewhere."""
    found = [
        Document(
            one.label,
            f"{FILES}/{nct_id[-2:]}/{nct_id}/{one.filename}",
            date=iso_partial_date(one.date) if one.date else None,
            uploaded_date=iso_partial_date(one.upload_date[:10]) if one.upload_date else None,
            has_protocol=one.has_protocol,
            has_sap=one.has_sap,
            has_icf=one.has_icf,
            size_bytes=one.size,
        )
        for one in (section.large_document_module.large_docs if section else ())
        if one.filename
    ]
    found += [
        Document(one.type, one.url, one.id, one.comment, is_ipd=True)
        for one in (module.avail_ipds if module else ())
        if one.url or one.id
    ]
    return tuple(found)


def ipd_sharing(module: wire.IpdSharing | None) -> IpdSharing:
    """The plan to share data of individual participants."""
    if module is None:
        return IpdSharing()
    return IpdSharing(
        lower(module.ipd_sharing),
        module.description,
        tuple([word.lower() for word in module.info_types]),
        module.time_frame,
        module.access_criteria,
        module.url,
    )


def pending_results(section: wire.AnnotationSection | None) -> tuple[PendingResult, ...]:
    """Results that were submitted and are still under review."""
    events = section.annotation_module.unposted_annotation.unposted_events if section else ()
    return tuple(
        [
            PendingResult(one.type.lower(), iso_partial_date(one.date) if one.date else None)
            for one in events
            if one.type
        ]
    )
