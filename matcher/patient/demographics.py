"""Age, sex and country of the patient as a text states them, not of relatives."""

import datetime as dt
import re
from enum import StrEnum

from matcher.assertion.context import asserted
from matcher.patient.age_patterns import KIN_OR_FAMILY
from matcher.patient.ages import StatedAge, stated_ages
from matcher.patient.births import age_by_birth, age_since
from matcher.patient.number_words import in_digits
from matcher.patient.sex import stated_sex
from matcher.results import Patient
from matcher.text.countries import canonical_country, stated_country
from matcher.text.kin import any_of
from matcher.text.sentences import flat

__all__ = ["AgeGroup", "age_group", "age_since", "canonical_country", "combine", "stated_patient"]

INFANT_YEARS = 2
"""Who is younger is an infant."""
ADULT_YEARS = 19
"""Who is 18 may still be within a limit of 18 years."""
SAME_AGE_YEARS = 1.0
"""Ages that differ by less are one: 7 years and 4 months is 7 years."""
_SIGN = re.compile(r"\s*[♀♂],?\s*")
_DIGIT = re.compile(r"\d")
_NEWBORN = re.compile(
    r"\b(?:newborn|neonate|neonatal (?:boy|girl)|nouveau-nee?|neugeborene[nrs]?|recien nacid[oa]|neonat[oa]|"
    r"recem-nascid[oa]|pasgeboren\w*)\b(?! (?:screening|period))"
)
_ADULT = re.compile(
    r"(?<!not an )(?<!no )\b(?:adult|grown-?up|grown (?:man|woman)|erwachsene[rn]?|adulte|adult[oa]|volwassene?)\b"
    r"(?![ -](?:onset|type|form|und|and|or|et|ou|y|e|en)\b)"
)
_OF_CHILDHOOD = re.compile(r"juvenil|pa?ediatri|child|kinder|kindlich|jugend|enfan|infantil|giovanil")
_CHILD = re.compile(
    r"(?<!as a )(?<!when a )(?<!as an )(?<!with )(?<!of a )\b(?:child|toddler|infant|schoolchild|kleinkind|saugling|"
    r"schulkind|enfant|nourrisson|nin[oa]|lactante|bambin[oa]|lattante|crianca|lactente|peuter|zuigeling|kleuter)\b"
    r"(?![ -](?:onset|bearing|birth|hood|and|or|und|et|ou|y|e|en|of|de|d)\b)"
)
_PARENT = (
    rf"(?:{any_of(('parent',))}|wom[ae]n|female|primi\w+|multi\w+|g\d ?p\d\w*|para \d|femme|dame|mujer|gestante|donna|"
    r"mulher|frau|vrouw|couple)"
)
_BORN_TO = re.compile(
    r"\b(?:(?:born|delivered|nee?|issue?|nacid[oa]|nat[oa]|nascid[oa]|geboren)\b[^.;\n]{0,50}? (?:to|by|from|of|de|"
    r"d[ai]|von|als kind|uit|d['’](?=une? ))"
    r"|(?:infant|baby|newborn|neonate|child|son|daughter|boy|girl) (?:of|to)"
    r"|(?:product|result) of (?:an? |the )?(?:\w+ )?(?:pregnancy|gestation) (?:of|to|in)"
    r"|(?:enfant|fils|fille|nourrisson|nouveau-nee?) (?:de |d['’])(?=une? )|(?:hij[oa]|filh[oa]) de|figli[oa] di|"
    r"(?:kind|sohn|tochter|zoon|dochter) (?:einer|von|van))"
    rf"(?! ?\d)(?= ?[^.;,\n]{{0,50}}\b{_PARENT}\b)"
)
_TO_THE_PARENT = re.compile(
    rf"\b{_PARENT}\b(?: \(?(?:agee? de |aged |of |de |di |von |van |im alter von |com |con )?\d{{1,2}}[- ]?[a-z]+)?"
)
_FAR = 60
"""Characters from "born to" to the word for the mother, within which it is looked for."""


def stated_patient(text: str, today: dt.date | None = None) -> Patient:
    """Age in years, sex and country as far as a text states them of the patient.

    A stated age comes before one that follows from a birth date. Of ages that differ the first one is the age, the
    others are `other_ages`. today: the reference day of birth dates, by default the day it is.
    """
    counted = in_digits(_SIGN.sub(lambda sign: " female " if "♀" in sign[0] else " male ", text)).lstrip()
    relatives, parents = asserted(counted).relatives(), _parents(counted)
    own = _without(counted, [*relatives, *parents])
    lower = flat(own).replace("’", "'")
    said = flat(counted)
    ages = [
        age
        for age in (stated_ages(counted) if _DIGIT.search(counted) else ())
        if not any(start < age.end and age.start < end for start, end in parents)
        and not any(
            start <= age.start < end and KIN_OR_FAMILY.search(said, start, age.start) for start, end in relatives
        )
    ]
    different = _different(ages)
    if not different and _DIGIT.search(lower):
        different = [age for age in (age_by_birth(lower, today),) if age is not None]
    if not different and _NEWBORN.search(lower):
        different = [0.0]
    stage = None if different else _stated_stage(lower)
    return Patient(
        different[0] if different else None,
        stated_sex(own, ages, counted),
        stated_country(own),
        stage,
        tuple(different[1:]),
    )


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with these stretches of it blank."""
    if not spans:
        return text
    own = list(text)
    for start, end in spans:
        own[start:end] = " " * (end - start)
    return "".join(own)


def _parents(text: str) -> list[tuple[int, int]]:
    """What is said of the mother of whom the text is about: "born to a 39-year-old woman"."""
    lower = flat(text)
    spans: list[tuple[int, int]] = []
    for born in _BORN_TO.finditer(lower):
        start = born.end()
        if spans and start < spans[-1][1]:
            continue
        mother = _TO_THE_PARENT.search(lower, start, start + 2 * _FAR)
        if mother is not None:
            spans.append((start, mother.end()))
    return spans


def _different(ages: list[StatedAge]) -> list[float]:
    """The surest of the stated ages, each once, in their order."""
    best = max((age.sureness for age in ages), default=0)
    different: list[float] = []
    for age in ages:
        if age.sureness == best and all(abs(age.years - other) >= SAME_AGE_YEARS for other in different):
            different.append(age.years)
    return different


def _stated_stage(lower: str) -> str | None:
    """Whether the patient is called a grown-up or a child; None where neither, or where the text speaks of both."""
    adult, child = _ADULT.search(lower) is not None, _CHILD.search(lower) is not None
    if adult == child or (adult and _OF_CHILDHOOD.search(lower)):
        return None
    return "adult" if adult else "child"


class AgeGroup(StrEnum):
    """What the age of a patient says of trials that state no limits of age."""

    OPEN = "open"
    INFANT = "infant"
    ADULT = "adult"


def age_group(patient: Patient) -> AgeGroup:
    """Age group of a patient, by age in years or, where none is known, by what the text calls the patient."""
    if patient.age_years is None:
        return AgeGroup.ADULT if patient.life_stage == "adult" else AgeGroup.OPEN
    ages = (patient.age_years, *patient.other_ages)
    if all(age < INFANT_YEARS for age in ages):
        return AgeGroup.INFANT
    return AgeGroup.ADULT if all(age >= ADULT_YEARS for age in ages) else AgeGroup.OPEN


def combine(given: Patient | None, stated: Patient) -> Patient:
    """Options before what the text states."""
    if given is None:
        return stated
    by_option = given.age_years is not None
    known = by_option or stated.age_years is not None
    return Patient(
        given.age_years if by_option else stated.age_years,
        (given.sex or "").lower() or stated.sex,
        canonical_country(given.country) or stated.country,
        None if known else given.life_stage or stated.life_stage,
        given.other_ages if by_option else stated.other_ages,
    )
