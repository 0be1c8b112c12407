"""What a criterion asks about: the facts of a patient that would answer it, told from its words.

An item is typed by the words of its language (`matcher.screening.words`) and of English, by the diseases that the
linker finds in it, and by numbers beside what they measure. What is denied in it, the assertion engine says.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from matcher.assertion.context import AssertedText, Assertion, Course, Span
from matcher.assertion.cues import is_denied_within
from matcher.linking.linker import EntityLinker, clean_tokens
from matcher.linking.running_text import RunningText
from matcher.patient.number_words import in_digits
from matcher.screening.quantities import AgeRange, Grades, Measured, age_range, grades, limits
from matcher.screening.records import Subject
from matcher.screening.words import drug_name, languages_of, words
from matcher.text.language import language_of
from matcher.text.sentences import flat, split_words

WHOLE = "criteria"
"""The side of criteria that are not split into items; yes says that all of it is met."""
KEY_LENGTH = 16
"""Hexadecimal digits of a key: enough that two criteria never share one."""
_LEAST_MARKERS = 3
"""Words of a language in an item from which on the item is taken to be in it, whatever the others are in."""
_WORD = re.compile(r"[^\W_]+")

# Which words are looked for first: what they take is not looked at by those behind them.
_NO_SUBJECT = ("time of consent", "gestation", "trial")
_BY_WORDS = (
    ("allergy", Subject.ALLERGY), ("performance", Subject.PERFORMANCE), ("contraception", Subject.CONTRACEPTION),
    ("breastfeeding", Subject.BREASTFEEDING), ("pregnancy", Subject.PREGNANCY), ("protection", Subject.PROTECTION),
    ("insurance", Subject.INSURANCE), ("consent", Subject.CONSENT),
)  # fmt: skip
_PEOPLE = (("anysex", "all"), ("female", "female"), ("male", "male"))
_COUNTED = (Subject.AGE, Subject.LABORATORY, Subject.PERFORMANCE)
"""Subjects of numbers, whose comparing words say what a denial would ("not older than")."""
_COMPARING = ("aged", "between", "range", "least", "most", "over", "under")
"""Kinds of words that stand beside numbers."""
_FOLLOWING = frozenset(
    ("following", "suivants", "suivantes", "folgenden", "folgende", "siguientes", "seguenti", "seguintes", "volgende")
)
_FAR_BEHIND = 150
"""Characters from which on a disease or drug is no longer what an item is mainly about."""
_MILD = (Subject.DISEASE, Subject.DRUG, Subject.SURGERY)
"""Subjects that are not meant where the item says that it is about something else before it names them."""


class Question(NamedTuple):
    """One thing that a criterion asks about. start, end: characters of the flat text. denied: the criterion asks that
    it be absent. concepts: of a disease. names: of a drug, flat. ages, limit: numbers. sex: female, male or all.
    grades: of performance, from and to.
    """

    subject: Subject
    start: int
    end: int
    words: str
    denied: bool = False
    concepts: tuple[int, ...] = ()
    ages: AgeRange | None = None
    limit: Measured | None = None
    sex: str = ""
    grades: Grades | None = None


class Item(NamedTuple):
    """A criterion with its questions in the order of its words.

    rest: its words that belong to no question and are no frame; narrowed: these only say which cases are meant.
    joined: "either", "both", or "" where there is one question or nothing says. restricted: it makes exceptions. past:
    what was counts as well.

    under: the heading before it on its side ("no use of any of the following:"), which may speak of it. wanted: how
    many of the list under that heading it takes: "one", "several", or "" where it does not say. is_free: no heading
    changes what the item says by itself.
    """

    key: str
    side: str
    number: int
    text: str
    subject: Subject
    questions: tuple[Question, ...]
    rest: tuple[str, ...] = ()
    narrowed: bool = False
    joined: str = ""
    restricted: bool = False
    past: bool = False
    under: str = ""
    wanted: str = ""
    is_free: bool = True

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading that asks nothing itself: "Any of the following:"."""
        others = [word for word in self.rest if word not in _FOLLOWING]
        return _is_heading(self.text) and not (others or self.questions or self.restricted)

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """Everything that it asks about, the main subject first."""
        return tuple(dict.fromkeys((self.subject, *(one.subject for one in self.questions))))


def item_key(side: str, text: str) -> str:
    """What the answer to a criterion is kept under: the same as long as no word and no number of it changes."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return hashlib.sha256(f"{side}\n{plain}".encode()).hexdigest()[:KEY_LENGTH]


def unsplit(criteria: str) -> Item:
    """The criteria of a record that holds them as one text, of which nobody can say what is a criterion: one question,
    whether the patient meets all of it.
    """
    return Item(item_key(WHOLE, criteria), WHOLE, 1, criteria.strip(), Subject.PLAIN, ())


class ItemReader:
    """Types criteria with one terminology."""

    def __init__(self, linker: EntityLinker) -> None:
        self._linker = linker
        self._running = RunningText(linker.terminology, linker)

    def read(self, inclusion: Sequence[str], exclusion: Sequence[str]) -> list[Item]:
        """All items of a trial, the inclusion side first."""
        language = _spoken((*inclusion, *exclusion))
        found: list[Item] = []
        for side, texts in (("inclusion", inclusion), ("exclusion", exclusion)):
            heading: Item | None = None
            for number, text in enumerate(texts, start=1):
                item = self.item(text, side, number, language)
                found.append(item if heading is None else _under(item, heading, language))
                heading = item if _is_heading(text) else heading
        return found

    def item(self, text: str, side: str, number: int = 1, language: str = "") -> Item:
        """One criterion. language: of the trial's criteria, for an item that is too short to say its own."""
        language = _spoken((text,), language)
        digits = in_digits(text)
        said = flat(digits).replace("’", "'")
        key = item_key(side, text)
        taken: list[tuple[int, int]] = []
        aside = _claim(said, _NO_SUBJECT, language, taken)
        when = set(_spans(said, "time of consent", language))
        questions = self._questions(digits, said, language, taken)
        plain = [match.start() for one in languages_of(language) for match in words(one)["plain"].finditer(said)]
        questions = _denials(digits, questions, language)
        subject = _main(said, questions, [*plain, *aside.get("trial", ())], bool(aside.get("gestation")))
        beside = [*when, *((one.start, one.end) for one in questions)]
        of_numbers = all(one.subject in _COUNTED for one in questions)
        of_drugs = any(one.subject is Subject.DRUG for one in questions)
        framing = ("past", *(_COMPARING if of_numbers else ()), *(("taking",) if of_drugs else ()))
        rest, narrowed = _rest(said, beside, language, framing)
        return Item(
            key, side, number, text, subject, tuple(questions), rest, narrowed, _joined(said, questions, language),
            _says(said, "unless", language) or _denies_else(said, questions, language), _says(said, "past", language),
        )  # fmt: skip

    def _questions(self, text: str, said: str, language: str, taken: list[tuple[int, int]]) -> list[Question]:
        found: list[Question] = []

        def add(subject: Subject, start: int, end: int, **more: object) -> None:
            if _is_free(start, end, taken):
                taken.append((start, end))
                found.append(Question(subject, start, end, text[start:end].strip(), **more))  # type: ignore[arg-type]

        for kind, subject in _BY_WORDS:
            spans = _spans(said, kind, language)
            if subject is Subject.PERFORMANCE and spans:
                first, last = min(spans)[0], max(spans)[1]
                asked = grades(said[first:], language)
                add(subject, first, max(last, first + asked.end) if asked else last, grades=asked)
                continue
            for start, end in spans:
                add(subject, start, end)
        for limit in limits(said, language):
            add(Subject.LABORATORY, limit.start, limit.end, limit=limit)
        ages = _ages(said, language, taken)
        if ages is not None:
            add(Subject.AGE, ages[1], ages[2], ages=ages[0])
        for start, end, concepts in self._diseases(text, language):
            add(Subject.DISEASE, start, end, concepts=concepts)
        for start, end in _spans(said, "surgery", language):
            add(Subject.SURGERY, start, end)
        for match in drug_name().finditer(said):
            add(Subject.DRUG, *match.span())
        for start, end in _spans(said, "drug", language):
            add(Subject.DRUG, start, end)
        for kind, sex in _PEOPLE:
            for start, end in _spans(said, kind, language):
                add(Subject.SEX, start, end, sex=sex)
        for kind, ages_of in (("adult", _GROWN_UP), ("minor", _UNDER_AGE)):
            for start, end in _spans(said, kind, language):
                if not any(one.subject is Subject.AGE for one in found):
                    add(Subject.AGE, start, end, ages=ages_of)
        return sorted(found, key=lambda one: one.start)

    def _diseases(self, text: str, language: str) -> Iterable[tuple[int, int, tuple[int, ...]]]:
        """Where a criterion names diseases or findings, and their concepts."""
        named: list[tuple[int, int, tuple[int, ...]]] = [
            (name.start, name.end, (name.concept,)) for name in self._running.named(text)
        ]
        if language != "en":
            found = clean_tokens(text)
            hits = self._linker.scan(text, found, misspelt=False, patterns=False, language=language)
            named += [
                (found[hit.start].start, found[hit.end - 1].end, hit.concepts[:1]) for hit in hits if not hit.ambiguous
            ]
        # letters within the number of a study are no disease: AUX-CC-860
        return [one for one in named if not (text[: one[0]].endswith("-") and text[one[0] : one[1]].isupper())]


_DAYS_IN_YEAR = 365.25
_NEAR = 40
"""Characters between an age and the word that says that it is one."""
_PEOPLE_WORDS = ("female", "male", "adult", "minor")
_GROWN_UP = AgeRange(18 * _DAYS_IN_YEAR, float("inf"), 18 * _DAYS_IN_YEAR)
_UNDER_AGE = AgeRange(0.0, 18 * _DAYS_IN_YEAR, 0.0)


def _is_heading(text: str) -> bool:
    return text.rstrip().endswith((":", "："))


def _under(item: Item, heading: Item, language: str) -> Item:
    """An item behind a heading. How far the heading reaches is not told: it is taken to be the end of the side."""
    said = flat(heading.text).replace("’", "'")
    is_one = _says(said, "one", language) and not heading.restricted  # "none of", "no use of any of"
    wanted = "several" if _says(said, "several", language) else "one" if is_one else ""
    is_free = item.side == "exclusion" and wanted != "several" and heading.is_heading
    return item._replace(under=heading.text, wanted=wanted, is_free=is_free)


def _spoken(texts: Sequence[str], otherwise: str = "") -> str:
    """The language of some texts; where too few words say it, the other one, which may be unknown ("")."""
    said = [word for text in texts for word in _WORD.findall(flat(text))]
    language = language_of(said)
    votes = sum(1 for word in said if language_of((word,)) == language)
    return language if votes >= _LEAST_MARKERS else otherwise


def _spans(said: str, kind: str, language: str) -> list[tuple[int, int]]:
    return [match.span() for one in languages_of(language) for match in words(one)[kind].finditer(said)]


def _says(said: str, kind: str, language: str) -> bool:
    return any(words(one)[kind].search(said) for one in languages_of(language))


def _is_free(start: int, end: int, taken: Sequence[tuple[int, int]]) -> bool:
    return not any(start < last and first < end for first, last in taken)


def _claim(said: str, kinds: Sequence[str], language: str, taken: list[tuple[int, int]]) -> dict[str, list[int]]:
    """Take the words that are no subject; where they stand, by kind."""
    found: dict[str, list[int]] = {}
    for kind in kinds:
        for start, end in _spans(said, kind, language):
            taken.append((start, end))
            found.setdefault(kind, []).append(start)
    return found


def _ages(said: str, language: str, taken: Sequence[tuple[int, int]]) -> tuple[AgeRange | None, int, int] | None:
    """The ages that an item is about: a word says so, or they are all that it is."""
    spoken = [span for span in _spans(said, "aged", language) if _is_free(*span, taken)]
    found = age_range(said, language, bool(spoken))
    if found is None:
        return (None, *spoken[0]) if spoken and spoken[0][0] == 0 else None  # "Age is not limited"
    if not _is_free(found[1], found[2], taken):
        return None
    ages, start, end = found
    near = [(first, last) for first, last in spoken if first - _NEAR <= end and start - _NEAR <= last]
    if near:
        beside = [(first, last) for first, last in near if first - 2 <= end and start - 2 <= last]
        return ages, min([start, *(first for first, _ in beside)]), max([end, *(last for _, last in beside)])
    others = (word for word in _WORD.findall(said[:start] + " " + said[end:]) if not _is_frame(word, language))
    return found if all(any(_says(word, kind, language) for kind in _PEOPLE_WORDS) for word in others) else None


def _is_frame(word: str, language: str, beside: Sequence[str] = ()) -> bool:
    """Whether a word says nothing by itself. beside: kinds of words that say nothing there either."""
    kinds = ("frame", *beside)
    return word.isdigit() or any(words(one)[kind].fullmatch(word) for one in languages_of(language) for kind in kinds)


def _denials(text: str, questions: Sequence[Question], language: str) -> list[Question]:
    """The questions with whether the item denies what they name."""
    spans = [Span(one.start, one.end, Course.LASTS) for one in questions]
    asserted = AssertedText(text, language).assertions(spans) if spans else []
    return [
        one._replace(denied=said is Assertion.NEGATED and one.subject not in _COUNTED)
        for one, said in zip(questions, asserted, strict=True)
    ]


def _main(said: str, questions: Sequence[Question], elsewhere: Sequence[int], is_of_birth: bool) -> Subject:
    """The subject that an item is mainly about. elsewhere: where it says that it is about something else."""
    if _is_heading(said):
        return Subject.PLAIN
    weak = [one for one in questions if one.subject is Subject.SEX or one.ages in (_GROWN_UP, _UNDER_AGE)]
    strong = [one for one in questions if one not in weak and not (is_of_birth and one.subject is Subject.AGE)]
    first = min(elsewhere, default=len(said))
    strong = [one for one in strong if one.subject not in _MILD or one.start < min(first, _FAR_BEHIND)]
    if strong:
        return strong[0].subject
    if weak and not elsewhere and not is_of_birth:
        return next((one.subject for one in weak if one.subject is Subject.AGE), weak[0].subject)
    return Subject.PLAIN


def _rest(
    said: str, spans: Iterable[tuple[int, int]], language: str, framing: Sequence[str]
) -> tuple[tuple[str, ...], bool]:
    """The words of an item beside some of its characters that say more than a frame does, and whether they only narrow
    it.
    """
    others = [word for word in _WORD.findall(_without(said, spans)) if not _is_frame(word, language, framing)]
    spoken = [words(one)["narrow"] for one in languages_of(language)]
    return tuple(others), all(any(one.fullmatch(word) for one in spoken) for word in others)


def _without(said: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        said = said[:start] + " " * (end - start) + said[end:]
    return said


def _denies_else(said: str, questions: Sequence[Question], language: str) -> bool:
    """Whether an item seems to deny something and it is not told of which of its questions."""
    if any(one.denied for one in questions):
        return len({one.denied for one in questions if one.subject not in (*_COUNTED, Subject.SEX)}) > 1
    left = _without(said, [(one.start, one.end) for one in questions if one.subject in _COUNTED])
    found = split_words(left).words
    return _says(left, "denial", language) or is_denied_within(found, 0, len(found))


def _joined(said: str, questions: Sequence[Question], language: str) -> str:
    """How several questions are joined."""
    if len(questions) < 2:
        return ""
    between = [said[one.end : other.start] for one, other in pairwise(questions)]
    if any(_says(part, "both", language) for part in between):
        return "both"
    if any(_says(part, "either", language) or part.strip() in (",", ";", "/") for part in between):
        return "either"
    return ""
