"""What is published of a study in DRKS: publications, documents, and the plan for data of participants.

The export's words are those of its JSON schema 2.0.19 (``publications[].type``).
"""

import re
from collections.abc import Iterable, Iterator

from crawler.readers.drks.people import Part
from crawler.wording.words import lower, stated, yes_or_no
from db.disclosure import Document, IpdSharing, Reference

PMID = re.compile(r"pubmed(?:\.ncbi\.nlm\.nih\.gov|/)/?(\d{4,9})\b|\bPMID:?\s*(\d{4,9})\b", re.I)
DOI = re.compile(r"\b(10\.\d{4,9}/[^\s\"<>,;]+)", re.A)
_REFERENCES = {"RESULT": "result", "LITERATURE": "background"}
WHO_MASKED = {
    "patient_subject": "participant",
    "patient/subject": "participant",
    "investigator_therapist": "investigator",
    "investigator/therapist": "investigator",
    "caregiver": "care_provider",
    "assessor": "outcomes_assessor",
    "data_analyst": "data_analyst",
    "data analyst": "data_analyst",
}


class Publication(Part):
    """A publication or document."""

    description: str | None = None
    link: str | None = None
    type: str | None = None


def references(found: Iterable[Publication]) -> Iterator[Reference]:
    """Publications of results and the literature behind the study."""
    for one in found:
        if one.type in _REFERENCES and (stated(one.description) or stated(one.link)):
            yield reference(stated(one.description), stated(one.link), _REFERENCES[one.type])


def reference(citation: str | None, url: str | None, kind: str | None) -> Reference:
    """A publication, with the numbers that its words or its address state."""
    words = " ".join(filter(None, (citation, url)))
    pmid, doi = PMID.search(words), DOI.search(words)
    return Reference(citation, (pmid[1] or pmid[2]) if pmid else None, doi[1].rstrip(".)") if doi else None, kind, url)


def documents(found: Iterable[Publication]) -> Iterator[Document]:
    """What else is published: the protocol, the abstract, the decision of the ethics committee."""
    for one in found:
        if one.type not in _REFERENCES and (stated(one.description) or stated(one.link)):
            is_protocol = True if one.type == "TRIALPROTOCOL" else None
            yield Document(lower(one.type), stated(one.link), comment=stated(one.description), has_protocol=is_protocol)


def sharing(is_planned: bool | None, description: str | None) -> IpdSharing:
    """The plan for data of participants, as the export says it."""
    return IpdSharing({True: "yes", False: "no", None: None}[is_planned], description)


def sharing_on_page(word: str | None, description: str | None) -> IpdSharing:
    """The same, as the page says it in its own words."""
    is_planned = yes_or_no(word)
    return sharing(is_planned, description) if is_planned is not None else IpdSharing(lower(word), description)


def who_masked(words: Iterable[str]) -> tuple[str, ...]:
    """Who is masked, in the words that all registries share; others stay as they are."""
    return tuple(WHO_MASKED.get(word.lower(), word.lower()) for word in words)
