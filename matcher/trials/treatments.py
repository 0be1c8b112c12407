"""The treatments that a trial gives, in a form in which equal ones are equal: without dose, form and route."""

import re
from collections.abc import Iterable, Iterator, Sequence

from matcher.text.normalise import STOPWORDS, tokens

LONGEST = 5
"""Words of a treatment's name at most; longer ones describe an arm of the trial."""
_PARTS = re.compile(r"[(),;/+\[\]]|\b(?:and|or|with|plus|versus|vs|followed by|compared (?:to|with))\b", re.I)
_DOSE = re.compile(
    r"(?<![A-Za-z\d-])\d[\d.,]*\s*(?:%|(?:(?:m|mc|u|µ|n|k)?g|ml|l|iu|ie|u|mmol|gy|mci|mbq)?"
    r"(?:\s*/\s*(?:kg|m2|day|d|l|ml))?\b)",
    re.I,
)
_SHAM = re.compile(r"\W*(?:placebo|sham)\b|[^(]*\([^)]*\b(?:placebo|sham)\b", re.I)
_FORMS = """
tablet capsule pill oral orally intravenous intravenously iv subcutaneous subcutaneously sc intramuscular intralesional
intradermal intravitreal intrathecal topical topically local injection injectable infusion cream ointment gel solution
suspension powder drop dose dosage low high daily weekly monthly once twice day week month mg ml kg treatment therapy
administration administered given active arm group drug study medication product open label single multiple level add
"""
_NO_TREATMENT = """
placebo sham saline vehicle control comparator standard usual care observation questionnaire survey sample sampling test
testing examination assessment biopsy scan imaging mri tomography radiography ray xray interview investigational best
supportive no none
"""
_LETTERED = frozenset({"d", "e"})
"""Words that name a vitamin, though a stop word elsewhere."""
_NOT_GIVEN = frozenset({"diagnostic_test", "diagnostic test"})


def treatments(interventions: Iterable[tuple[str | None, Sequence[str]]]) -> Iterator[tuple[int, str, str]]:
    """(position of the intervention from 1, normal form, the trial's own words) of each treatment, once each.

    interventions: type and names, as the registry has them. "KRN23 (burosumab)" gives both names, "topical 25 % sodium
    thiosulphate" sodium thiosulfate; placebo, usual care and examinations give nothing.
    """
    seen: set[str] = set()
    for position, (kind, names) in enumerate(interventions, start=1):
        if kind in _NOT_GIVEN:
            continue
        for name in names:
            for part in () if _SHAM.match(name) else _PARTS.split(_DOSE.sub(" ", name)):
                form = normal_form(part)
                if form and form not in seen:
                    seen.add(form)
                    yield position, form, name


def _words(text: str) -> frozenset[str]:
    return frozenset(token.text for token in tokens(text))


_SAYING_NOTHING = _words(_FORMS) | (STOPWORDS - _LETTERED)
_SAYING_NO = _words(_NO_TREATMENT)


def normal_form(name: str) -> str:
    """One spelling of a treatment's name, its words in alphabetical order; empty when it names none."""
    words = _words(name)
    if not words.isdisjoint(_SAYING_NO):
        return ""
    kept = sorted(words - _SAYING_NOTHING)
    says_something = any(len(word) > 1 and not word.isdigit() for word in kept)
    return " ".join(kept) if says_something and len(kept) <= LONGEST else ""
