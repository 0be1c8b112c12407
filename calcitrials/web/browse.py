"""Looking around without a patient: conditions as a tree, countries, sponsors."""

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import Response

from calcitrials.web.language import country_code
from calcitrials.web.pages import opened, page, speak
from calcitrials.web.rows import leaf
from db.countries import canonical

router = APIRouter()
SPONSORS_ON_A_PAGE = 100
DEPTH = 2
"""Levels of narrower conditions on the page of a condition."""


@router.get("/conditions")
def conditions(request: Request, letter: str = "") -> Response:
    """The tree of conditions from its widest, and all that have trials by their first letter."""
    tree = opened(request).concepts
    letters = sorted(tree.by_letter)
    chosen = letter[:1].upper()
    return page(
        request, "conditions.html", roots=tree.roots, letters=letters, letter=chosen,
        listed=tree.by_letter.get(chosen, []),
    )  # fmt: skip


@router.get("/conditions/{concept_id:path}")
def condition(request: Request, concept_id: str) -> Response:
    """One condition: what is wider and narrower, and the trials of all of it."""
    current = opened(request)
    tree = current.concepts
    place = tree.place(concept_id)
    if place is None:
        raise HTTPException(404)
    trial_ids = [current.trial_ids[index] for index in tree.trials(place)]
    return page(
        request, "condition.html", branch=tree.branch(place, DEPTH),
        wider=[tree.branch(one) for one in tree.wider(place) if one in tree.with_trials],
        leaf=leaf(current, trial_ids, request.query_params.get("page")),
    )  # fmt: skip


@router.get("/countries")
def countries(request: Request) -> Response:
    """Countries with the number of trials that have a site there."""
    language = speak(request)
    counted = [(language.country(name), name, len(trials)) for name, trials in opened(request).by_country.items()]
    return page(request, "countries.html", countries=sorted(counted, key=lambda one: one[0]))


@router.get("/countries/{name}")
def country(request: Request, name: str) -> Response:
    """Trials that have an open site in a country."""
    current = opened(request)
    english = canonical(name) or name
    trial_ids = current.by_country.get(english)
    if not trial_ids:
        raise HTTPException(404)
    found = leaf(current, trial_ids, request.query_params.get("page"))
    return page(request, "country.html", country=english, code=country_code(english), leaf=found)


@router.get("/sponsors")
def sponsors(request: Request) -> Response:
    """Sponsors with the number of their trials, the largest first; some by a part of their name."""
    named = request.query_params.get("named", "")[:80]
    records = opened(request).records
    rows = records.sponsors(named) if named else records.all_sponsors
    return page(request, "sponsors.html", sponsors=rows[:SPONSORS_ON_A_PAGE], named=named, total=len(rows))


@router.get("/sponsors/{name:path}")
def sponsor(request: Request, name: str) -> Response:
    """Trials of a sponsor or collaborator."""
    current = opened(request)
    sql = "SELECT DISTINCT trial_id FROM sponsors WHERE name = ? ORDER BY trial_id"
    trial_ids = [trial_id for (trial_id,) in current.cursor().execute(sql, [name]).fetchall()]
    if not trial_ids:
        raise HTTPException(404)
    found = leaf(current, trial_ids, request.query_params.get("page"))
    return page(request, "sponsor.html", name=name, leaf=found)
