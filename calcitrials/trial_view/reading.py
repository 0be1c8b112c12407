"""What there is to read about a trial: publications, documents, links, and the data of its participants."""

from collections.abc import Iterator
from typing import Any

from calcitrials.trial_view import words
from calcitrials.trial_view.blocks import Block, Fact, Facts, Item, Items

_TYPES = ("result", "derived", "background")
"""Kinds of references, those that say what came out first."""


def reading(record: dict[str, Any]) -> Iterator[Block]:
    """Publications, those of results first, then links, documents and the plan for data."""
    references = sorted(record.get("references", ()), key=lambda row: _rank(row.get("type")))
    if references:
        yield Items(tuple(Item(_reference(row), _address(row)) for row in references), "Publications")
    if links := record.get("links"):
        yield Items(tuple(Item(row.get("label") or row["url"], row["url"]) for row in links), "Links")
    if documents := record.get("documents"):
        yield Items(tuple(Item(_document(row), row.get("url")) for row in documents), "Documents")
    if facts := tuple(_sharing(record.get("ipd_sharing", [{}])[0])):
        yield Facts(facts, "Data of participants")


def _rank(kind: str | None) -> int:
    return _TYPES.index(kind) if kind in _TYPES else 0 if kind else len(_TYPES)


def _reference(row: dict[str, Any]) -> str:
    kind = words.plain((row.get("type") or "").lower())
    numbers = [f"PMID {row['pmid']}"] if row.get("pmid") else []
    numbers += [f"doi {row['doi']}"] if row.get("doi") else []
    numbers += [words.say("retracted")] if row.get("retractions") else []
    told = row.get("citation") or row.get("url") or ""
    about = ", ".join([*([kind] if kind else []), *(one for one in numbers if one not in told)])
    return f"{told} ({about})" if told and about else told or about


def _address(row: dict[str, Any]) -> str | None:
    if row.get("url"):
        return str(row["url"])
    if row.get("pmid"):
        return f"https://pubmed.ncbi.nlm.nih.gov/{row['pmid']}/"
    return f"https://doi.org/{row['doi']}" if row.get("doi") else None


def _document(row: dict[str, Any]) -> str:
    date = words.date(row, "date") or words.date(row, "uploaded_date")
    parts = (words.say(row.get("type") or "document"), row.get("comment"), row.get("document_id"), date)
    return ", ".join(str(part) for part in parts if part)


def _sharing(row: dict[str, Any]) -> Iterator[Fact]:
    stated = (
        ("Shared", words.plain((row.get("plan_to_share_ipd") or "").lower())),
        ("What", row.get("description")),
        ("With it", ", ".join(map(words.plain, row.get("information_types") or ()))),
        ("When", row.get("time_frame")),
        ("For whom", row.get("access_criteria")),
    )
    yield from (Fact(label, value) for label, value in stated if value)
    if row.get("url"):
        yield Fact("More", row["url"], row["url"])
