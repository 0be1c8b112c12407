"""The checklist of a trial for one patient: limits and criteria with what is known of them, the verdict, what to ask.

A pure function over records: the trial, its typed criteria, what is known, and the user's own answers, which come
before anything that was told from a text.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from db.vocabularies import OPEN_STATUSES, OVER_STATUSES
from matcher.assertion.context import Assertion
from matcher.ranking.eligibility import check, stated_limits
from matcher.ranking.sites import Nearest, within
from matcher.ranking.standing import status_is_stale
from matcher.results import Patient
from matcher.screening.facts import Facts as KnownFacts
from matcher.screening.items import Item
from matcher.screening.known import Known
from matcher.screening.records import Answer, Ask, CheckedItem, Checklist, Effect, Limit, Subject, Verdict
from matcher.trials.facts import Facts

_LIMITS_FIRST = ("status", "age", "sex", "healthy volunteers", "distance", "country")
_DECIDING = (
    Subject.AGE, Subject.SEX, Subject.DISEASE, Subject.PREGNANCY, Subject.BREASTFEEDING, Subject.PERFORMANCE,
    Subject.DRUG, Subject.LABORATORY, Subject.SURGERY, Subject.ALLERGY, Subject.PROTECTION, Subject.PLAIN,
    Subject.CONTRACEPTION, Subject.INSURANCE, Subject.CONSENT,
)  # fmt: skip
"""Subjects in the order in which they are asked: what the chart answers and sends most patients home first, then what
has to be measured or looked up, last what is settled with the patient at the first visit."""


class ScreenedTrial(NamedTuple):
    """What a trial says beside its typed criteria. countries: where it can be joined. nearest: the nearest place where
    that is so from where the patient is; None where nobody asked, or no place is known.
    """

    facts: Facts
    healthy_volunteers: bool | None
    countries: frozenset[str]
    nearest: Nearest | None = None


def checklist(
    trial: ScreenedTrial,
    items: Sequence[Item],
    known: Known,
    answers: Mapping[str, Answer],
    facts: KnownFacts,
    today: dt.date,
    within_km: float | None = None,
) -> Checklist:
    """A trial against a patient. answers: what the user said, by the keys of criteria; others count as left over.
    within_km: how far the nearest site may be, None for any.
    """
    limits = tuple(_limits(trial, known, today, within_km))
    checked = tuple(_checked(item, known, answers, facts) for item in items)
    excluded = [limit.reason or limit.stated for limit in limits if limit.excludes and limit.effect is Effect.NOT_MET]
    excluded += [_excluding(one) for one in checked if one.effect is Effect.NOT_MET]
    waiting = _ask_next(limits, checked)
    is_met = bool(checked) and not waiting  # a record without criteria says too little for a yes
    verdict = Verdict.EXCLUDED if excluded else Verdict.POSSIBLE if is_met else Verdict.UNKNOWN
    keys = {item.key for item in items}
    return Checklist(
        trial.facts.trial_id, trial.facts.title, trial.facts.url, known.patient, verdict, tuple(excluded), limits,
        checked, waiting, sum(1 for key in answers if key not in keys), trial.nearest.site if trial.nearest else None,
    )  # fmt: skip


def effect_of(item: Item, answer: Answer | None) -> Effect:
    """What an answer to a criterion comes to: yes meets an inclusion criterion and breaks an exclusion criterion. One
    of a list of which one is enough does not exclude by itself, nor does one of a list of which several are asked. A
    heading that asks nothing is met.
    """
    if item.is_heading:
        return Effect.MET
    if answer is None or answer is Answer.NOT_SURE:
        return Effect.UNKNOWN
    is_met = (answer is Answer.YES) == (item.side != "exclusion")
    if not is_met and (item.wanted == "several" or (item.wanted and item.side == "inclusion")):
        return Effect.UNKNOWN
    return Effect.MET if is_met else Effect.NOT_MET


def _checked(item: Item, known: Known, answers: Mapping[str, Answer], facts: KnownFacts) -> CheckedItem:
    answer, source = answers.get(item.key), "user"
    follows, reason = facts.answer(item, known)
    if answer is None:
        answer, source = follows, "known" if follows else ""
    elif follows is not None and answer is not Answer.NOT_SURE and answer is not follows:
        reason = f"{reason} Your answer says otherwise."
    labels = tuple(
        facts.label(concept) for one in item.questions if one.subject is Subject.DISEASE for concept in one.concepts
    )
    return CheckedItem(
        item.number, item.side, item.key, item.text, item.subject, item.subjects, tuple(dict.fromkeys(labels)), answer,
        source, reason, effect_of(item, answer), item.under,
    )  # fmt: skip


def _excluding(one: CheckedItem) -> str:
    """A criterion that excludes, as a sentence."""
    side = "meets exclusion" if one.side == "exclusion" else f"does not meet {one.side}".replace(" criteria", "")
    why = "your answer" if one.source == "user" else one.reason.rstrip(".")
    return f"The patient {side} criterion {one.number} ({why}): {one.text}"


def _ask_next(limits: Sequence[Limit], checked: Sequence[CheckedItem]) -> tuple[Ask, ...]:
    """What is open: limits, then criteria that something known touches, then those that decide most."""
    waiting = [
        one for one in limits if one.effect is Effect.UNKNOWN or (one.effect is Effect.NOT_MET and not one.excludes)
    ]
    waiting.sort(key=lambda one: _LIMITS_FIRST.index(one.name))
    open_items = [one for one in checked if one.effect is Effect.UNKNOWN]
    open_items.sort(key=_deciding)
    return (
        *(Ask(one.name, one.reason or one.stated, one.name) for one in waiting),
        *(Ask(one.key, one.text, one.subject.value) for one in open_items),
    )


def _deciding(one: CheckedItem) -> tuple[bool, bool, int, bool]:
    """Where an open criterion stands among the others: the smaller, the sooner it is asked."""
    return one.answer is Answer.NOT_SURE, not one.reason, _DECIDING.index(one.subject), one.side == "exclusion"


def _limits(trial: ScreenedTrial, known: Known, today: dt.date, within_km: float | None) -> list[Limit]:
    """The registry's own limits against the patient."""
    facts, patient = trial.facts, known.patient
    eligibility, _ = check(facts, patient, trial.countries)
    _, age_reason = check(facts, Patient(patient.age_years, None, None, patient.life_stage, patient.other_ages), None)
    stated = stated_limits(facts)
    found = [_status(facts, today)]
    if facts.min_age_days is not None or facts.max_age_until_days is not None:
        found.append(Limit("age", stated.age, Effect(eligibility.age), age_reason or _age_note(facts, eligibility.age)))
    if facts.sex in ("female", "male"):
        refused = f"The trial takes {facts.sex} participants only."
        found.append(Limit("sex", stated.sex, Effect(eligibility.sex), refused if eligibility.sex == "not met" else ""))
    found += _healthy(trial.healthy_volunteers, known)
    if patient.country:
        found.append(_country(patient.country, eligibility.country, trial.countries))
    if within_km is not None:
        found.append(_distance(trial.nearest, within_km))
    return found


def _age_note(facts: Facts, effect: str) -> str:
    if effect == "unknown" and facts.ages_are_bands:
        return "The registry states age bands only, which are wider than the limits of the trial."
    return ""


def _status(facts: Facts, today: dt.date) -> Limit:
    stated = facts.status.replace("_", " ")
    stated += f", record of {facts.last_update}" if facts.last_update else ""
    if facts.status in OVER_STATUSES:
        return Limit("status", stated, Effect.NOT_MET, f"The trial is {facts.status.replace('_', ' ')}.")
    if facts.status not in ("recruiting", "not_yet_recruiting", "expanded_access"):
        by_invitation = facts.status in OPEN_STATUSES
        why = "It takes participants by invitation." if by_invitation else "The record does not say that it recruits."
        return Limit("status", stated, Effect.UNKNOWN, why)
    if status_is_stale(facts, today):
        return Limit("status", stated, Effect.UNKNOWN, "The record says that it is open, and is out of date.")
    return Limit("status", stated, Effect.MET)


def _healthy(admitted: bool | None, known: Known) -> list[Limit]:
    """Whether healthy volunteers are admitted, where that may exclude the one who asks."""
    if admitted is None:
        return []
    stated = "healthy volunteers admitted" if admitted else "no healthy volunteers"
    if admitted or any(one.assertion is Assertion.PRESENT for one in known.conditions):
        return [Limit("healthy volunteers", stated, Effect.MET)]
    if known.is_healthy:
        return [Limit("healthy volunteers", stated, Effect.NOT_MET, "The trial takes no healthy volunteers.")]
    return [Limit("healthy volunteers", stated, Effect.UNKNOWN)]


def _country(country: str, effect: str, countries: frozenset[str]) -> Limit:
    named = sorted(one for one in countries if one and not one.startswith("?"))
    stated = ", ".join(named) or "no country stated"
    why = f"No site in {country} where it can be joined." if effect == "not met" else ""
    return Limit("country", stated, Effect(effect), why, excludes=False)


def _distance(nearest: Nearest | None, within_km: float) -> Limit:
    if nearest is None:
        return Limit("distance", "no place of an open site known", Effect.UNKNOWN)
    stated = f"nearest site {nearest.site.distance_km:.0f} km: {nearest.where}"
    effect, reason = within(nearest, within_km)
    return Limit("distance", stated, Effect(effect), reason)
