"""Whether a criterion holds for a patient, from what is known: true, false or unknown, and why.

A criterion is settled only where its questions say all of it: a word beside them that says more ("severe", "within six
months", "in the eye") leaves it open, though what is known is said beside it. Where such words only say which cases
are meant, the absence of the disease settles it, its presence does not.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from matcher.assertion.context import Assertion
from matcher.ranking.eligibility import stated_age
from matcher.screening.items import Item, Question
from matcher.screening.known import Condition, Known, drug_key
from matcher.screening.quantities import Measured
from matcher.screening.records import Answer, Subject
from matcher.screening.words import drug_classes
from matcher.terminology import weights as steps
from matcher.terminology.expansion import Expansion
from matcher.text.sentences import flat


class Finding(NamedTuple):
    """What is known of a question or criterion. holds: True, False, None. reason: a sentence, or empty."""

    holds: bool | None = None
    reason: str = ""


_OPEN = Finding()
_PERSONS = (Subject.AGE, Subject.SEX)
"""Subjects that often only say of whom a criterion speaks."""
_OF_PREGNANCY = (Subject.PREGNANCY, Subject.BREASTFEEDING, Subject.CONTRACEPTION)


class Facts:
    """Answers criteria from what is known of patients, with one terminology."""

    def __init__(self, expansion: Expansion) -> None:
        self._expansion = expansion
        self._by_subject: dict[Subject, Callable[[Question, Item, Known], Finding]] = {
            Subject.AGE: _age, Subject.SEX: _sex, Subject.PREGNANCY: _state, Subject.BREASTFEEDING: _state,
            Subject.DISEASE: self._disease, Subject.DRUG: _drug, Subject.LABORATORY: _laboratory,
            Subject.PERFORMANCE: _performance,
        }  # fmt: skip

    def answer(self, item: Item, known: Known) -> tuple[Answer | None, str]:
        """The answer to a criterion that follows from what is known, and why; where none follows, what touches it."""
        if item.is_free and (sex := _of_the_other_sex(item, known.patient.sex)):
            return Answer.YES, f"It asks this of {sex} participants."
        findings = [(one, self._of(one, item, known)) for one in item.questions]
        if item.subject not in _PERSONS:
            mine = [finding for one, finding in findings if one.subject not in _PERSONS]
        else:
            mine = [finding for _, finding in findings]
        reason = " ".join(dict.fromkeys(finding.reason for finding in mine if finding.reason))
        if item.subject is Subject.PLAIN:
            return None, reason
        holds, refused = _combined(item, findings)
        reason = reason or (refused if holds is not None else "")
        if holds is None or item.restricted or not item.is_free:
            return None, reason
        if item.rest and not (item.narrowed and (_is_of_persons(item) or (holds is False and not _denies(item)))):
            return None, reason
        return (Answer.YES if holds else Answer.NO), reason

    def label(self, concept: int) -> str:
        """Name of a concept."""
        return self._expansion.terminology.labels[concept]

    def _of(self, question: Question, item: Item, known: Known) -> Finding:
        found = self._by_subject.get(question.subject, _nothing)(question, item, known)
        return found._replace(holds=not found.holds) if question.denied and found.holds is not None else found

    def _disease(self, question: Question, item: Item, known: Known) -> Finding:
        best = _OPEN
        for concept in question.concepts:
            for condition in known.conditions:
                found = self._compared(concept, condition, item.past)
                if found.holds is not None:
                    return found
                best = best if best.reason else found
        return best

    def _compared(self, asked: int, condition: Condition, past_counts: bool) -> Finding:
        """What a disease that the text names says of the one that a criterion asks about."""
        label = self._expansion.terminology.labels[asked]
        is_same = condition.concept == asked
        said = condition.assertion
        if said is Assertion.NEGATED:
            if is_same or self._is_kind_of(asked, condition.concept):
                return Finding(False, f"The text denies {condition.words}.")
            return _OPEN
        is_kind = is_same or self._is_kind_of(condition.concept, asked)
        if not is_kind and asked not in self._expansion.of(condition.concept):
            return _OPEN
        kind = "" if is_same else f", a kind of {label}" if is_kind else f", near {label}"
        if said is Assertion.FAMILY:
            return _OPEN
        if said is Assertion.UNCERTAIN:
            return Finding(None, f"The text is not sure of {condition.words}{kind}.")
        if said is Assertion.HISTORICAL and not past_counts:
            return Finding(None, f"The text tells {condition.words} as past{kind}.")
        return Finding(True if is_kind else None, f"The text names {condition.words}{kind}.")

    def _is_kind_of(self, narrow: int, wide: int) -> bool:
        if not self._expansion.terminology.holds(max(narrow, wide)):
            return False
        how = self._expansion.of(narrow).get(wide)
        return how is not None and how.relation == "broader" and how.weight > steps.GROUP_ABOVE


def _denies(item: Item) -> bool:
    return any(one.denied for one in item.questions)


def _is_of_persons(item: Item) -> bool:
    """Whether a criterion asks about age and sex alone, of which words such as "at screening" change nothing."""
    return all(one.subject in _PERSONS for one in item.questions)


def _of_the_other_sex(item: Item, sex: str | None) -> str:
    """The sex that an inclusion criterion about pregnancy or contraception speaks to, where it is not the patient's:
    "women of childbearing potential must use contraception" asks nothing of a man.
    """
    addressed = {one.sex for one in item.questions if one.subject is Subject.SEX}
    is_absence = item.subject is Subject.CONTRACEPTION or item.restricted or _denies(item)
    is_conditional = item.side == "inclusion" and item.subject in _OF_PREGNANCY and is_absence
    others = addressed - {sex}
    alone = is_conditional and sex in ("female", "male") and len(addressed) == 1 and others and "all" not in others
    return others.pop() if alone else ""


def _combined(item: Item, findings: Sequence[tuple[Question, Finding]]) -> tuple[bool | None, str]:
    """Whether a criterion holds, and the reason where it does not because it is about others: who is of the other sex
    or age is not meant by an exclusion criterion ("pregnant women").
    """
    asked = [(one, finding.holds) for one, finding in findings if one.subject not in _PERSONS]
    persons = [finding for one, finding in findings if one.subject in _PERSONS]
    if not asked:
        return _joined(item, [(one, finding.holds) for one, finding in findings]), ""
    refused = next((finding for finding in persons if finding.holds is False), None)
    holds = _joined(item, asked)
    if refused is not None:
        return (False, refused.reason) if item.side == "exclusion" or holds is False else (None, "")
    return (None if holds and any(finding.holds is None for finding in persons) else holds), ""


def _joined(item: Item, asked: Sequence[tuple[Question, bool | None]]) -> bool | None:
    """What several answers come to: one of several joined by "or" is enough, of several that are denied together one
    that is there; where nothing says how they are joined, only what all say counts.
    """
    values = {holds for _, holds in asked}
    if len(values) == 1:
        return values.pop()
    enough = not all(one.denied for one, _ in asked)
    return enough if item.joined == "either" and enough in values else None


def _nothing(question: Question, item: Item, known: Known) -> Finding:
    return _OPEN


def _age(question: Question, item: Item, known: Known) -> Finding:
    patient = known.patient
    if question.ages is None or patient.age_years is None:
        return _OPEN
    ages = (patient.age_years, *patient.other_ages)
    held = {question.ages.holds(age) for age in ages}
    stated = " or ".join(stated_age(age) for age in ages)
    return Finding(held.pop() if len(held) == 1 else None, f"The patient is {stated} old.")


def _sex(question: Question, item: Item, known: Known) -> Finding:
    if question.sex == "all":
        return Finding(True, "It takes both sexes.")
    sex = known.patient.sex
    return Finding(sex == question.sex, f"The patient is {sex}.") if sex in ("female", "male") else _OPEN


def _state(question: Question, item: Item, known: Known) -> Finding:
    for subject, told in known.states:
        if subject is question.subject:
            return Finding(told.holds, f'The text {"says" if told.holds else "denies"} "{told.words}".')
    return Finding(False, "The patient is male.") if known.patient.sex == "male" else _OPEN


def _drug(question: Question, item: Item, known: Known) -> Finding:
    asked, said = drug_key(question.words), flat(question.words)
    members = [members for names, members in drug_classes() if names.fullmatch(said)]
    told = [one for key, one in known.drugs if key == asked]
    told += [one for _, one in known.drugs if one.holds and any(each.fullmatch(flat(one.words)) for each in members)]
    if not told or len({one.holds for one in told}) > 1:
        return _OPEN
    return Finding(told[0].holds, f"The text {'names' if told[0].holds else 'denies'} {told[0].words}.")


def _laboratory(question: Question, item: Item, known: Known) -> Finding:
    limit = question.limit
    if limit is None:
        return _OPEN
    same = [one for one in known.measured if one.analyte == limit.analyte]
    comparable = {_is_within(one.value, limit) for one in same if one.unit == limit.unit}
    if not same:
        return _OPEN
    stated = ", ".join(f"{one.analyte} {one.value:g} {one.unit}".strip() for one in same)
    return Finding(comparable.pop() if len(comparable) == 1 else None, f"The text says {stated}.")


def _is_within(value: float, limit: Measured) -> bool:
    compared = {"least": value >= limit.value, "most": value <= limit.value, "over": value > limit.value}
    return compared.get(limit.how, value < limit.value)


def _performance(question: Question, item: Item, known: Known) -> Finding:
    if question.grades is None or known.performance is None:
        return _OPEN
    low, high, _ = question.grades
    return Finding(low <= known.performance <= high, f"The text says ECOG {known.performance}.")
