"""From the matcher's suggestions to what a page shows: studies in groups, facets with counts, the nearest site."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import msgspec

from calcitrials.web.question import FACETS, Question
from calcitrials.web.shelf import Opened
from calcitrials.web.sites import Site, nearest
from db.places import Point
from db.vocabularies import OPEN_STATUSES
from matcher import Match, Patient, Suggestions

LOOKED_AT = 200
"""Suggestions of one question that are counted and leafed through."""
ON_A_PAGE = 20
RULED_OUT_SHOWN = 50


class Study(msgspec.Struct, frozen=True):
    """A study: its first record and its others. place: where it can be joined, as far as the records say."""

    match: Match
    others: tuple[Match, ...]
    values: dict[str, tuple[str, ...]]
    nearest: Site | None = None

    @property
    def is_open(self) -> bool:
        """Whether a record says that it can be joined, or soon."""
        return any(one.status in OPEN_STATUSES for one in (self.match, *self.others))


class Option(msgspec.Struct, frozen=True):
    """A value of a facet. count: studies that have it and meet what is chosen in the other facets."""

    value: str
    count: int
    chosen: bool


class RuledOut(msgspec.Struct, frozen=True):
    """A trial whose stated limits exclude the patient."""

    trial_id: str
    title: str | None
    reason: str


class Answer(msgspec.Struct, frozen=True):
    """What is shown of one search.

    groups: the studies of this page by the diagnosis that leads to them. total: studies that meet the filters. closed:
    those that would be shown if closed ones were. beyond: suggestions that were not looked at. fallback: the nearest
    trials where nothing meets the filters.
    """

    suggestions: Suggestions
    groups: list[tuple[str, list[Study]]]
    facets: dict[str, list[Option]]
    total: int
    closed: int
    beyond: int
    page: int
    pages: int
    ruled_out: list[RuledOut]
    meanings: list[str]


def answer_to(opened: Opened, question: Question, patient: Patient | None, near: Point | None) -> Answer:
    """The answer to one search. Raises matcher.DiagnosisError."""
    suggestions = opened.suggest(question.diagnosis, patient, limit=LOOKED_AT)
    if not question.is_all and suggestions.fit > LOOKED_AT:  # of very many, the open ones
        suggestions = opened.suggest(question.diagnosis, patient, tuple(OPEN_STATUSES), LOOKED_AT)
    studies = [_study(opened, records) for records in _by_study(suggestions.matches)]
    reachable = list(_within(opened, studies, near, question.distance_km))
    wanted = [study for study in reachable if question.is_all or study.is_open]
    found = [study for study in wanted if _meets(study, question)]
    pages = max(1, -(-len(found) // ON_A_PAGE))
    number = min(question.page, pages)
    shown = found[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    if near:
        shown = [_with_nearest(opened, study, near) for study in shown]
    return Answer(
        suggestions=suggestions,
        groups=_groups(shown),
        facets={name: options for name in FACETS if (options := _options(wanted, question, name))},
        total=len(found),
        closed=sum(_meets(study, question) for study in reachable if not study.is_open) if not question.is_all else 0,
        beyond=max(0, suggestions.fit - len(suggestions.matches)),
        page=number,
        pages=pages,
        ruled_out=_ruled_out(opened, suggestions),
        meanings=_meanings(suggestions),
    )


def _by_study(matches: Sequence[Match]) -> Iterator[list[Match]]:
    studies: dict[str, list[Match]] = {}
    for match in matches:
        studies.setdefault(match.study_id or match.trial_id, []).append(match)
    yield from studies.values()


def _study(opened: Opened, records: list[Match]) -> Study:
    places: dict[str, None] = {}
    kinds: dict[str, None] = {}
    for record in records:
        trial_index = opened.index_of[record.trial_id]
        places |= dict.fromkeys(opened.sites.countries(trial_index))
        kinds |= dict.fromkeys(opened.sites.study_types(trial_index))
    values = {
        "status": tuple(dict.fromkeys(record.status for record in records)),
        "grade": (records[0].grade,),
        "phase": tuple(dict.fromkeys(phase for record in records for phase in record.phase)),
        "study_type": tuple(kinds),
        "place": tuple(places),
        "registry": tuple(dict.fromkeys(record.registry for record in records)),
    }
    return Study(records[0], tuple(records[1:]), values)


def _meets(study: Study, question: Question, but: str = "") -> bool:
    """Whether a study has a chosen value of every facet; ``but`` is not looked at."""
    if not question.facets:
        return True
    return all(
        not chosen or name == but or set(chosen) & set(study.values[name]) for name, chosen in question.facets.items()
    )


def _options(studies: Sequence[Study], question: Question, name: str) -> list[Option]:
    meeting = [study for study in studies if _meets(study, question, but=name)] if question.facets else studies
    counts = Counter(chain.from_iterable([study.values[name] for study in meeting]))
    chosen = question.facets.get(name, ())
    for value in chosen:
        counts.setdefault(value, 0)
    order: Callable[[str], tuple[int, str]] = lambda value: (-counts[value], value)  # noqa: E731
    return [Option(value, counts[value], value in chosen) for value in sorted(counts, key=order)]


def _within(opened: Opened, studies: Sequence[Study], near: Point | None, most_km: float | None) -> Iterator[Study]:
    """Studies with an open site in reach, and those that do not say where all of their open sites are."""
    for study in studies:
        if near is None or most_km is None:
            yield study
            continue
        distances = [site.distance_km for site in _sites(opened, study, near) if site.is_open]
        if not distances or any(distance is None or distance <= most_km for distance in distances):
            yield study


def _sites(opened: Opened, study: Study, near: Point) -> Iterator[Site]:
    for record in (study.match, *study.others):
        yield from opened.sites.of(opened.index_of[record.trial_id], near)


def _with_nearest(opened: Opened, study: Study, near: Point) -> Study:
    return msgspec.structs.replace(study, nearest=nearest(_sites(opened, study, near)))


def _groups(studies: Sequence[Study]) -> list[tuple[str, list[Study]]]:
    groups: dict[str, list[Study]] = {}
    for study in studies:
        groups.setdefault(study.match.leading, []).append(study)
    return list(groups.items())


def _ruled_out(opened: Opened, suggestions: Suggestions) -> list[RuledOut]:
    facts = opened.matcher.catalogue.facts
    return [
        RuledOut(one.trial_id, facts[opened.index_of[one.trial_id]].title, one.reason)
        for one in suggestions.ruled_out[:RULED_OUT_SHOWN]
    ]


def _meanings(suggestions: Suggestions) -> list[str]:
    """What else may have been meant, for a search that found nothing."""
    found: dict[str, None] = {}
    for diagnosis in suggestions.diagnoses:
        found |= dict.fromkeys((*diagnosis.did_you_mean, *(one.label for one in diagnosis.alternatives)))
    return list(found)[:10]
