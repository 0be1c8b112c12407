"""What a screening answers: a trial's limits and criteria against what is known of one patient, and what to ask next.

`Checklist` is the whole answer. The command line prints it and the page renders it as a form; both get it from
`matcher.screening.screener`. Nothing in it says that somebody is eligible: the best that it says is `possible`.
"""

from enum import StrEnum

import msgspec

from matcher.results import Patient, Site


class Subject(StrEnum):
    """What a criterion asks about. PLAIN: something that no single fact of a patient answers."""

    AGE = "age"
    SEX = "sex"
    PREGNANCY = "pregnancy"
    BREASTFEEDING = "breastfeeding"
    CONTRACEPTION = "contraception"
    DISEASE = "disease"
    DRUG = "drug"
    LABORATORY = "laboratory"
    PERFORMANCE = "performance"
    SURGERY = "surgery"
    CONSENT = "consent"
    INSURANCE = "insurance"
    PROTECTION = "legal protection"
    ALLERGY = "allergy"
    PLAIN = "plain"


class Answer(StrEnum):
    """What the user says of a criterion as it is written: that it holds for the patient, that it does not, or neither.

    Yes to an inclusion criterion meets it; yes to an exclusion criterion excludes.
    """

    YES = "yes"
    NO = "no"
    NOT_SURE = "not sure"


class Verdict(StrEnum):
    """excluded: a limit or a criterion says no. possible: all are answered and met. unknown: something is open."""

    EXCLUDED = "excluded"
    POSSIBLE = "possible"
    UNKNOWN = "unknown"


class Effect(StrEnum):
    """What a limit or an answered criterion comes to."""

    MET = "met"
    NOT_MET = "not met"
    UNKNOWN = "unknown"


class Limit(msgspec.Struct, frozen=True):
    """A limit that the registry states in a field of its own.

    name: age, sex, healthy volunteers, status, country or distance. stated: what the record says, for a person to read.
    reason: why it comes to its effect; empty where nothing is known. excludes: whether "not met" excludes; somebody may
    travel to another country.
    """

    name: str
    stated: str
    effect: Effect
    reason: str = ""
    excludes: bool = True


class CheckedItem(msgspec.Struct, frozen=True):
    """One criterion as a question with its answer.

    side: inclusion, exclusion, or criteria for a text that holds both and is not split. number: place on its side, from
    1. key: what the answer is kept under, a hash of side and text: a changed text is
    another question. subject: what it mainly asks about; subjects: all that it asks about. concepts: names of the
    diseases it names. answer, source: what the user said ("user"), or what follows from what is known ("known"), else
    None and "". reason: why, in a sentence; also where nothing follows but something known touches the criterion.
    under: the heading before it ("no use of any of the following:"); the answer is to the criterion as it stands there.
    """

    number: int
    side: str
    key: str
    text: str
    subject: Subject
    subjects: tuple[Subject, ...]
    concepts: tuple[str, ...]
    answer: Answer | None
    source: str
    reason: str
    effect: Effect
    under: str = ""


class Ask(msgspec.Struct, frozen=True):
    """One thing to ask next. key: of a criterion, or the name of a limit."""

    key: str
    text: str
    subject: str


class Checklist(msgspec.Struct, frozen=True):
    """A trial against one patient.

    excluded_by: the limits and criteria that exclude, each as a sentence. ask_next: what is open, most deciding first.
    left_over: how many answers of the user belong to criteria that the record no longer has; they were not used.
    """

    trial_id: str
    title: str | None
    url: str
    patient: Patient
    verdict: Verdict
    excluded_by: tuple[str, ...]
    limits: tuple[Limit, ...]
    items: tuple[CheckedItem, ...]
    ask_next: tuple[Ask, ...]
    left_over: int = 0
    nearest_site: Site | None = None
