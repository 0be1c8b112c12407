"""From the matcher's suggestions to what a page shows: studies in groups, facets with counts, the nearest site."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from calcitrials.web.facets import FACETS, Flags
from calcitrials.web.question import Question
from calcitrials.web.shelf import Opened
from calcitrials.web.sites import Site, nearest
from db.places import Point
from db.vocabularies import OPEN_STATUSES
from matcher import Match, Patient, Suggestions

LOOKED_AT = 100
"""Suggestions of one question that are leafed through. Of more that fit all are counted, and narrowing looks at all."""
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
    those that would be shown if closed ones were. listed: those that can be leafed through, the best of them.
    counts_listed: whether the facets count those alone.
    """

    suggestions: Suggestions
    groups: list[tuple[str, list[Study]]]
    facets: dict[str, list[Option]]
    total: int
    closed: int
    listed: int
    counts_listed: bool
    page: int
    pages: int
    ruled_out: list[RuledOut]
    meanings: list[str]


def answer_to(opened: Opened, question: Question, patient: Patient | None, near: Point | None) -> Answer:
    """The answer to one search. Raises matcher.DiagnosisError."""
    facets = opened.facets
    can_join = facets.open()
    among = None if question.is_all else can_join
    survey = opened.survey(question.diagnosis, patient, LOOKED_AT, among)
    is_wide = survey.suggestions.fit > len(survey.suggestions.matches)
    if is_wide and question.facets:
        chosen = facets.meeting(question.facets)
        survey = opened.survey(question.diagnosis, patient, LOOKED_AT, chosen if among is None else among & chosen)
    suggestions = survey.suggestions
    studies = [_study(opened, records) for records in _by_study(suggestions.matches)]
    reachable = list(_within(opened, studies, near, question.distance_km))
    found = [study for study in reachable if _meets(study, question)]
    pages = max(1, -(-len(found) // ON_A_PAGE))
    number = min(question.page, pages)
    shown = found[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    if near:
        shown = [_with_nearest(opened, study, near) for study in shown]
    # how far a site is, and how well a trial fits, is known of those alone that were looked at
    counts_all = is_wide and question.distance_km is None and "grade" not in question.facets
    fitting = survey.fitting if among is None else survey.fitting & among
    met = facets.meeting(question.facets)
    return Answer(
        suggestions=suggestions,
        groups=_groups(shown),
        facets=_all_options(opened, fitting, question) if counts_all else _options_among(reachable, question),
        total=max(len(found), facets.studies(fitting & met)) if counts_all else len(found),
        closed=0 if question.is_all else facets.studies(survey.fitting & met & ~can_join),
        listed=len(found),
        counts_listed=is_wide and not counts_all,
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
    indexes = [opened.index_of[record.trial_id] for record in records]
    values = {
        name: tuple(dict.fromkeys(value for index in indexes for value in opened.facets.of(name, index)))
        for name in FACETS
        if name != "grade"
    }
    return Study(records[0], tuple(records[1:]), {**values, "grade": (records[0].grade,)})


def _meets(study: Study, question: Question, but: str = "") -> bool:
    """Whether a study has a chosen value of every facet; ``but`` is not looked at."""
    if not question.facets:
        return True
    return all(
        not chosen or name == but or set(chosen) & set(study.values[name]) for name, chosen in question.facets.items()
    )


def _options_among(studies: Sequence[Study], question: Question) -> dict[str, list[Option]]:
    """The facets of some studies."""
    counted = {
        name: Counter(value for study in studies if _meets(study, question, but=name) for value in study.values[name])
        for name in FACETS
    }
    return _options(counted, question)


def _all_options(opened: Opened, fitting: Flags, question: Question) -> dict[str, list[Option]]:
    """The facets of all that fit, also of what is not listed."""
    facets = opened.facets
    counted = {
        name: facets.counts(name, fitting & facets.meeting(question.facets, but=name))
        for name in FACETS
        if name != "grade"
    }
    return _options(counted, question)


def _options(counted: Mapping[str, Mapping[str, int]], question: Question) -> dict[str, list[Option]]:
    """Options of each facet, the most frequent first, what is chosen also where nothing has it."""
    found: dict[str, list[Option]] = {}
    for name, counts in counted.items():
        chosen = question.facets.get(name, ())
        all_counts = {**dict.fromkeys(chosen, 0), **counts}
        in_order = sorted(all_counts.items(), key=lambda item: (-item[1], item[0]))
        if in_order:
            found[name] = [Option(value, count, value in chosen) for value, count in in_order]
    return found


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
