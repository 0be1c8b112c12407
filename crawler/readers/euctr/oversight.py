"""Whom a version of EU CTR names and who watches over the trial: sections B.4, B.5, E.8.7 and N of the form."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from crawler.readers.euctr.form import Entry
from crawler.wording.words import count, lower, stated, yes_or_no
from db.dates import iso_partial_date
from db.design import Oversight
from db.people import Contact

Filed = Mapping[str, str]
"""The values of one country's version by key."""

_OPINION = "N. Ethics Committee Opinion of the trial application"
_OPINION_DATES = (
    "N. Date of Ethics Committee Opinion",
    "N. Date of Ethics Committee Opinion or Application withdrawal",
)
_ADDRESS = ("B.5.3.1", "B.5.3.2", "B.5.3.3", "B.5.3.4")


def contacts(entries: Iterable[Entry]) -> Iterator[Contact]:
    """The contact points of the sponsors, each from the name of its organisation on."""
    points: list[dict[str, str]] = []
    for entry in entries:
        if not entry.key.startswith("B.5.") or entry.language:
            continue
        if not points or entry.key == "B.5.1" or entry.key in points[-1]:
            points.append({})
        points[-1][entry.key] = entry.value
    for point in points:
        contact = Contact(
            "public",
            name=_line(point.get("B.5.2")),
            affiliation=_line(point.get("B.5.1")),
            phone=_line(point.get("B.5.4")),
            email=_line(point.get("B.5.6")),
            address=", ".join(filter(None, (_line(point.get(key)) for key in _ADDRESS))) or None,
        )
        if contact.name or contact.phone or contact.email:
            yield contact


def supporters(entries: Iterable[Entry]) -> Iterator[str]:
    """Who gives money or material."""
    names = (_line(entry.value) for entry in entries if entry.key == "B.4.1" and not entry.language)
    yield from dict.fromkeys(name for name in names if name)


def oversight(versions: Sequence[tuple[str | None, Filed]]) -> Oversight:
    """The data monitoring committee, and the opinion of the ethics committee in each country.

    versions: country and values of each version. The date is that of the first favourable opinion.
    """
    told, favourable = [], []
    for country, values in versions:
        opinion = lower(values.get(_OPINION))
        day = next(filter(None, (stated(values.get(key)) for key in _OPINION_DATES)), None)
        if opinion:
            told.append(": ".join(filter(None, (country, " ".join(filter(None, (opinion, day)))))))
        if opinion == "favourable" and day and iso_partial_date(day).date:
            favourable.append(day)
    return Oversight(
        has_dmc=next((yes_or_no(values["E.8.7"]) for _, values in versions if "E.8.7" in values), None),
        ethics_review="\n".join(dict.fromkeys(told)) or None,
        ethics_approval_date=iso_partial_date(min(favourable)) if favourable else None,
    )


def number_of_arms(versions: Iterable[Filed]) -> int | None:
    """Treatment arms (E.8.2.4) by the first version that says."""
    return next((number for values in versions if (number := count(values.get("E.8.2.4")))), None)


def _line(text: str | None) -> str | None:
    return stated(" ".join(text.split())) if text else None
