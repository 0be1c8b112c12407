"""Where a trial is done: its sites by country, those that somebody can join first."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from calcitrials.trial_view import words
from calcitrials.trial_view.blocks import Block, Fact, Facts, Item, Items
from db.countries import is_closed
from db.vocabularies import OPEN_STATUSES

_SAYS_NOTHING = frozenset({"", "unknown"})


def places(record: dict[str, Any]) -> Iterator[Block]:
    """One list a country. A site is called open where it says so, or where it says nothing and the trial is open."""
    by_country: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in record.get("locations", ()):
        by_country[words.say(row.get("country") or "Country not stated")].append(row)
    is_trial_open = record["status"] in OPEN_STATUSES
    alone = []
    in_order = sorted(by_country.items(), key=lambda item: (-_count_open(item[1], is_trial_open), item[0]))
    for country, rows in in_order:
        sites = [row for row in rows if _name(row)]
        if not sites:
            alone.append(_with_status(country, rows[0]))
            continue
        sites.sort(key=lambda row: (not _is_open(row, is_trial_open), _name(row)))
        yield Items(
            tuple(Item(_with_status(_name(row), row)) for row in sites), _heading(country, sites, is_trial_open)
        )
    facts = [Fact("Also in" if len(alone) < len(by_country) else "Countries", ", ".join(alone))] if alone else []
    if removed := record.get("removed_countries"):
        facts.append(Fact("No longer in", ", ".join(map(words.say, removed))))
    if facts:
        yield Facts(tuple(facts))


def _heading(country: str, sites: list[dict[str, Any]], is_trial_open: bool) -> str:
    number, count = len(sites), _count_open(sites, is_trial_open)
    if 0 < count < number:
        return words.say("{country}: {n} open of {number} sites", country=country, n=count, number=number)
    counted = "{country}: {n} site" if number == 1 else "{country}: {n} sites"
    if is_trial_open or any(row.get("status") for row in sites):
        counted += ", open" if count else ", closed" if number == 1 else ", none open"
    return words.say(counted, country=country, n=f"{number:,}")


def _count_open(rows: list[dict[str, Any]], is_trial_open: bool) -> int:
    return sum(_is_open(row, is_trial_open) for row in rows)


def _is_open(row: dict[str, Any], is_trial_open: bool) -> bool:
    status = _status(row)
    return is_trial_open if status in _SAYS_NOTHING else not is_closed(status)


def _status(row: dict[str, Any]) -> str:
    return words.english((row.get("status") or "").lower())


def _with_status(text: str, row: dict[str, Any]) -> str:
    status = _status(row)
    return text if status in _SAYS_NOTHING else f"{text}: {words.say(status)}"


def _name(row: dict[str, Any]) -> str:
    """City, then the site: who looks for a place looks for the city."""
    return ", ".join(filter(None, (row.get("city"), row.get("state"), row.get("facility"))))
