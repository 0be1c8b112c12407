"""Trials in a list: the few facts that every list of them shows."""

from collections.abc import Sequence
from typing import Any

from calcitrials.web.shelf import Opened
from db.vocabularies import OPEN_STATUSES

ON_A_PAGE = 30


def rows_of(opened: Opened, trial_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Facts of trials, in the same order; ids of no trial are left out."""
    catalogue = opened.matcher.catalogue
    found = (opened.index_of.get(trial_id) for trial_id in trial_ids)
    return [
        {
            "trial_id": facts.trial_id,
            "title": facts.title,
            "status": facts.status,
            "phase": facts.phase or [],
            "last_update": facts.last_update,
            "stale": opened.is_stale(facts),
        }
        for facts in (catalogue.facts[index] for index in found if index is not None)
    ]


def leaf(opened: Opened, trial_ids: Sequence[str], number: str | None) -> dict[str, Any]:
    """One page of a long list, those that can be joined first: its rows, its number, and how many there are."""
    catalogue = opened.matcher.catalogue

    def closed(trial_id: str) -> tuple[bool, str]:
        index = opened.index_of.get(trial_id)
        facts = None if index is None else catalogue.facts[index]
        is_open = facts is not None and facts.status in OPEN_STATUSES and not opened.is_stale(facts)
        return not is_open, trial_id

    pages = max(1, -(-len(trial_ids) // ON_A_PAGE))
    page = min(max(1, int(number)), pages) if number and number.isdecimal() and len(number) < 7 else 1
    shown = sorted(trial_ids, key=closed)[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    return {"rows": rows_of(opened, shown), "page": page, "pages": pages, "total": len(trial_ids)}
