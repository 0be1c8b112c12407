"""What is known of one patient that a criterion may ask about: from a text, from codes, from options."""

from collections.abc import Iterable
from typing import NamedTuple

from matcher.assertion.context import Assertion, Course, Span, asserted
from matcher.patient.demographics import combine
from matcher.patient.reader import Understanding
from matcher.results import Patient
from matcher.screening.quantities import Measured, performance, values
from matcher.screening.records import Subject
from matcher.screening.words import drug_name, words
from matcher.text.language import LANGUAGES, language_of
from matcher.text.sentences import flat

_STATES = ((Subject.PREGNANCY, "pregnancy"), (Subject.BREASTFEEDING, "breastfeeding"))
_ENDINGS = "aeious"


class Condition(NamedTuple):
    """A disease or finding that the text names, with what it says of it."""

    concept: int
    assertion: Assertion
    words: str


class Told(NamedTuple):
    """Something that a text says is so, or is not, and its words."""

    holds: bool
    words: str


class Known(NamedTuple):
    """All that is known. drugs: by their names without ending. states: pregnancy and breastfeeding. performance: ECOG
    grade. is_healthy: the text says that this is a healthy volunteer, and names no disease.
    """

    patient: Patient = Patient()
    conditions: tuple[Condition, ...] = ()
    drugs: tuple[tuple[str, Told], ...] = ()
    states: tuple[tuple[Subject, Told], ...] = ()
    measured: tuple[Measured, ...] = ()
    performance: int | None = None
    is_healthy: bool = False


def drug_key(name: str) -> str:
    """A drug's name as it is compared: flat and without what the languages put at its end."""
    return flat(name).strip().rstrip(_ENDINGS)


def known_of(understood: Understanding | None, patient: Patient | None) -> Known:
    """What a text that was read and the options say together; the options come first."""
    if understood is None:
        return Known(patient or Patient())
    text = understood.text
    said = flat(text).replace("’", "'")
    language = language_of(said.split())
    conditions = tuple(
        Condition(concept, mention.assertion, mention.words)
        for mention in understood.mentions
        if not mention.ambiguous
        for concept in mention.concepts
    )
    drugs = tuple((drug_key(one.words), one) for one in _told(text, (m.span() for m in drug_name().finditer(said))))
    present = any(one.assertion is Assertion.PRESENT for one in conditions)
    languages = (language,) if language else LANGUAGES
    healthy = any(words(one)["healthy"].search(said) for one in languages)
    return Known(
        combine(patient, understood.patient), conditions, drugs, tuple(_states(text, said, languages)),
        tuple(values(said)), performance(said), healthy and not present,
    )  # fmt: skip


def _states(text: str, said: str, languages: Iterable[str]) -> Iterable[tuple[Subject, Told]]:
    for subject, kind in _STATES:
        spans = sorted(match.span() for one in languages for match in words(one)[kind].finditer(said))
        found = _told(text, spans)
        if found and len({one.holds for one in found}) == 1:  # what contradicts itself is not known
            yield subject, found[0]


def _told(text: str, spans: Iterable[tuple[int, int]]) -> list[Told]:
    """What a text says of the words at some of its characters, but for what is in doubt, past or of a relative."""
    places = [Span(start, end, Course.ENDS) for start, end in spans]
    if not places:
        return []
    says = asserted(text).assertions(places)
    sure = {Assertion.PRESENT: True, Assertion.NEGATED: False}
    return [
        Told(sure[one], text[place.start : place.end].strip())
        for place, one in zip(places, says, strict=True)
        if one in sure
    ]
