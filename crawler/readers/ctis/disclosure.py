"""What is published of a trial in CTIS: its documents, and the publications that it names by their PubMed numbers."""

import re
from collections.abc import Iterable, Iterator

from crawler.readers.ctis.document import File, TrialDetails
from crawler.wording.words import marked_up, stated, unique
from db.disclosure import Document, Reference

_PMID = re.compile(r"\d{1,9}", re.A)
_PROTOCOL = re.compile(r"\bprotocol\b", re.I)
_CONSENT = re.compile(r"informed consent", re.I)


def documents(files: Iterable[File]) -> Iterator[Document]:
    """The documents for publication. They are fetched by their numbers, which stand for no address of a file."""
    for file in files:
        kind, title = stated(marked_up(file.document_type_label or "")), stated(marked_up(file.title or ""))
        version = str(file.manual_version or "").strip()
        if file.uuid or title:
            yield Document(
                type=kind,
                document_id=file.uuid,
                comment=", ".join(filter(None, (title, f"version {version}" if version else None))) or None,
                has_protocol=True if _PROTOCOL.search(kind or "") else None,
                has_icf=True if _CONSENT.search(kind or "") else None,
            )


def references(details: TrialDetails) -> Iterator[Reference]:
    """Publications by number, then those of which only an address is stated."""
    numbers = [number for text in unique(details.pubmed_code or ()) for number in _PMID.findall(text)]
    yield from (Reference(pmid=number) for number in dict.fromkeys(numbers))
    for url in unique(details.pubmed_url or ()):
        if not any(re.search(rf"\b{number}\b", url) for number in numbers):
            yield Reference(url=url)
