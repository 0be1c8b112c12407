"""What is published of a study in ISRCTN: outputs, attached files, older lists of publications, plans for data.

An output is an article, a page or a file; its ``outputType`` says so in a word of the registry (resultsarticle,
protocolfile, trialwebsite). Older records list their publications a line each.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from crawler.readers.isrctn.document import children, children_by_name
from crawler.readers.isrctn.fields import ADDRESS, DOI, PMID, parts_of, text
from crawler.wording.words import listed, lower, unique
from db.dates import PartialDate, spoken_partial_date
from db.disclosure import Document, IpdSharing, Link, Reference

READ = frozenset(
    [
        "outputs",
        "output",
        "externalLink",
        "localFile",
        "description",
        "results",
        "publicationDetails",
        "dataPolicies",
        "dataPolicy",
        "ipdSharingStatement",
        "miscellaneous",
        "ipdSharingPlan",
        "attachedFiles",
        "attachedFile",
        "name",
        "id",
        "length",
        "trialWebsite",
    ]
)
"""Elements that are read here."""
_ARTICLE = re.compile(r"article|publication|abstract|preprint|poster", re.I)
_SITE = re.compile(r"web ?site", re.I)
_RESULT = re.compile(r"result", re.I)
_PROTOCOL = re.compile(r"protocol", re.I)
_SAP = re.compile(r"\bsap\b|statistical ?analysis", re.I)
_CONSENT = re.compile(r"consent|\bicf\b", re.I)


def references(fields: dict[str, Element]) -> Iterator[Reference]:
    """Articles among the outputs, and lines of older lists whose article is not one of them."""
    seen: set[str] = set()
    for output in children(fields.get("outputs"), "output"):
        url, type_ = _url(output), _type(output)
        if url and _ARTICLE.search(type_ or ""):
            found = _reference(url, url, text(children_by_name(output), "description"), type_ or "")
            seen.add(found.pmid or found.doi or url)
            yield found
    for line in listed(text(parts_of(fields, "results"), "publicationDetails"), "\n"):
        address = ADDRESS.search(line)
        found = _reference(line, address[0] if address else None, line, line)
        if (found.pmid or found.doi or found.url or line) not in seen:
            seen.add(found.pmid or found.doi or found.url or line)
            yield found


def _reference(where: str, url: str | None, citation: str | None, kind: str) -> Reference:
    pmid, doi = PMID.search(where), DOI.search(where)
    return Reference(
        citation=citation,
        pmid=pmid[1] if pmid else None,
        doi=doi[1].rstrip(".)") if doi else None,
        type="result" if _RESULT.search(kind) else "protocol" if _PROTOCOL.search(kind) else None,
        url=url.rstrip(".)") if url else None,
    )


def links(fields: dict[str, Element]) -> Iterator[Link]:
    """The page of the study."""
    seen = set()
    for output in children(fields.get("outputs"), "output"):
        words = " ".join(filter(None, (_type(output), text(children_by_name(output), "description"))))
        if (url := _url(output)) and _SITE.search(words) and url not in seen:
            seen.add(url)
            yield Link(url, text(children_by_name(output), "description"))
    site = ADDRESS.search(text(parts_of(fields, "trialDescription"), "trialWebsite") or "")
    if site and site[0] not in seen:
        yield Link(site[0])


def documents(fields: dict[str, Element]) -> Iterator[Document]:
    """Outputs that are neither articles nor the page of the study, and attached files."""
    for output in children(fields.get("outputs"), "output"):
        type_, comment = _type(output), text(children_by_name(output), "description")
        words = " ".join(filter(None, (type_, comment)))
        url, file = _url(output), children_by_name(output).get("localFile")
        if (url or file is not None) and not _ARTICLE.search(type_ or "") and not _SITE.search(words):
            yield _document(
                words, type_, comment, url, file.get("fileId") if file is not None else None,
                file.get("length") if file is not None else None,
                _date(output.get("dateCreated")), _date(output.get("dateUploaded")),
            )  # fmt: skip
    for attached in children(fields.get("attachedFiles"), "attachedFile"):
        parts = children_by_name(attached)
        name, comment = text(parts, "name"), text(parts, "description")
        url = attached.get("downloadUrl")
        if name or url:
            words = " ".join(filter(None, (name, comment)))
            yield _document(words, name, comment, url, text(parts, "id"), text(parts, "length"), None, None)


def _document(
    words: str,
    type_: str | None,
    comment: str | None,
    url: str | None,
    number: str | None,
    size: str | None,
    date: PartialDate | None,
    uploaded: PartialDate | None,
) -> Document:
    return Document(
        type=type_,
        url=url,
        document_id=number,
        comment=comment,
        date=date,
        uploaded_date=uploaded,
        has_protocol=True if _PROTOCOL.search(words) else None,
        has_sap=True if _SAP.search(words) else None,
        has_icf=True if _CONSENT.search(words) else None,
        size_bytes=int(size) if size and size.isascii() and size.isdigit() else None,
    )


def ipd_sharing(fields: dict[str, Element]) -> IpdSharing:
    """Whether data are shared, the statement on it, and the policy that it names."""
    results = parts_of(fields, "results")
    policies = unique(one.text for one in children(results.get("dataPolicies"), "dataPolicy"))
    return IpdSharing(
        plan_to_share_ipd=lower(text(parts_of(fields, "miscellaneous"), "ipdSharingPlan")),
        description=text(results, "ipdSharingStatement"),
        access_criteria="; ".join(policies) or None,
    )


def has_results(fields: dict[str, Element]) -> bool | None:
    """True where an output is named a result; an empty list does not say that there are none."""
    for output in children(fields.get("outputs"), "output"):
        words = [text(children_by_name(output), "description") or "", *output.attrib.values()]
        if any(_RESULT.search(word) for word in words):
            return True
    return None


def _type(output: Element) -> str | None:
    return output.get("outputType") or None


def _url(output: Element) -> str | None:
    link = children_by_name(output).get("externalLink")
    return None if link is None else link.get("url") or text({"externalLink": link}, "externalLink")


def _date(stated: str | None) -> PartialDate | None:
    return spoken_partial_date(stated) if stated else None
