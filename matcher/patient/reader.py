"""From what was typed or sent to mentions: concepts with assertions, and what the text says of the patient."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from matcher.assertion.context import AssertedText, Assertion, Course, Span, asserted, says_family_history
from matcher.errors import DiagnosisError
from matcher.linking import bare_findings
from matcher.linking.abbreviations import ABBREVIATION, IN_DOUBT, OTHER_SENSE, language_of_list
from matcher.linking.codes import concepts_of_code, find_codes, looks_like_code
from matcher.linking.courses import Courses
from matcher.linking.defined_abbreviations import is_short_form, stands_for
from matcher.linking.linker import EntityLinker, clean_tokens
from matcher.linking.links import EntityLink
from matcher.linking.unlinkable import unknown_names
from matcher.patient import unused_details
from matcher.patient.demographics import SAME_AGE_YEARS, stated_patient
from matcher.patient.fhir import looks_like_fhir, read_fhir
from matcher.patient.fhir_statements import CodedCondition
from matcher.patient.mention import Mention
from matcher.patient.relatives import affected_relative
from matcher.patient.senses import Senses
from matcher.results import Patient
from matcher.terminology import Kind, Terminology
from matcher.terminology.expansion import Expansion
from matcher.text.language import language_of
from matcher.text.normalise import Token

LONGEST_SHOWN = 60
"""Characters of an input that is not understood that are shown: longer than any name of a disease asked for alone."""
LONGEST_INPUT = 20_000
"""Characters of one input: a long referral letter has some 6,000."""
LOAD_SNOMED = (
    "SNOMED CT is not built in: send the display texts too, or load a table that has its codes, such as Mondo's "
    "mondo_exactmatch_sctid.sssom.tsv (calcitrials terms load FILE), which takes a SNOMED CT licence"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_HANGING_HYPHEN = re.compile(r"\w-(?!\w)")
_SNOMED = re.compile(r"\s*(?:snomed|sct)\b", re.I)
MOST_ALTERNATIVES = 3
"""Other meanings shown beside the one taken; what stands above or below that one is no other meaning."""
LIST_ROUNDS = 3
"""How often a list is gone through, for an abbreviation in it may make the one before it sure."""
SHORT_INPUT, SHORTEST_INPUT = 12, 6
"""Words of an input that is no letter: its abbreviations are what is asked for, even those with another sense."""
_LIST_MARK = re.compile(r"\s*(?:[,;/+&•-]|\n|and|or|et|ou|und|oder|y|o|e|ed|en|of|,\s*(?:and|or))\s*", re.I)
"""What stands between the items of a list."""
_LIKENESS = re.compile(r"[-‐]like\b|[- ]?(?:artig|ähnlich|aehnlich)\w*|-achtige?\b", re.I)
"""Behind the name of a disease, what makes it something else that resembles it."""


Placed = tuple[int, int, Mention]
"""A mention and where it stands in the text: (start, end, mention)."""


class Understanding(NamedTuple):
    """All mentions of an input in order, what it says of the patient, and its plain text."""

    text: str
    mentions: tuple[Mention, ...]
    patient: Patient
    relative: str | None
    """What the patient is to an affected relative, "sibling" or "parent", where that is what the text says."""
    notes: tuple[str, ...] = ()
    """What could not be read, as sentences without the patient's data."""


def no_own_term(words: str) -> None:
    """Of the words of a condition, where no catalogue is open."""
    del words


class PatientReader:
    """Reads inputs with one terminology and, for conditions that no vocabulary has, the catalogue's own terms."""

    def __init__(
        self,
        terminology: Terminology,
        expansion: Expansion,
        own_term: Callable[[str], int | None] = no_own_term,
    ) -> None:
        """own_term: the concept of a condition of the catalogue, by its words."""
        self.terminology = terminology
        self.expansion = expansion
        self.linker = EntityLinker(terminology)
        self._own_term = own_term
        self._courses = Courses(terminology)
        self._senses = Senses(terminology, expansion)

    def read(self, diagnoses: str | Sequence[str]) -> Understanding:
        """Understand free text, a list, codes or FHIR JSON.

        Raises:
            DiagnosisError: empty, too long, nothing but control characters, an unknown code or broken FHIR.
        """
        items = [diagnoses] if isinstance(diagnoses, str) else list(diagnoses)
        items = [clean(item) for item in items]
        items = [item for item in items if item]
        if not items:
            raise DiagnosisError("the diagnosis is empty: type a disease, a finding or a code")
        parts = [read_fhir(item) if looks_like_fhir(item) else item for item in items]
        texts = [text for part in parts for text in ([part] if isinstance(part, str) else part.texts())]
        if sum(map(len, texts)) > LONGEST_INPUT:
            raise DiagnosisError(
                f"the diagnosis is longer than {LONGEST_INPUT:,} characters: send the diagnosis part only"
            )
        mentions: list[Mention] = []
        patient = Patient()
        relative: str | None = None
        notes: list[str] = []
        for part in parts:
            if isinstance(part, str):
                mentions += self.mentions(part)
                continue
            patient = _merge(patient, part.patient)
            relative = relative or part.relative
            notes += part.notes
            for condition in part.conditions:
                mentions += self._condition(condition)
        notes += _only_in_snomed(mentions)
        mentions = self._senses.resolve(mentions)
        if not any(mention.concepts for mention in mentions):
            self._refuse_unknown_code(items)
        text = "; ".join(texts)
        relative = relative or affected_relative(text)
        shown = "; ".join(part if isinstance(part, str) else part.shown() for part in parts)
        return Understanding(
            shown, tuple(mentions), _with_stated(patient, stated_patient(text)), relative, tuple(notes)
        )

    def _refuse_unknown_code(self, items: Sequence[str]) -> None:
        for item in items:
            if looks_like_code(item) and any(char.isdigit() for char in item):
                hint = f"; {LOAD_SNOMED}" if _SNOMED.match(item) else ""
                raise DiagnosisError(
                    f"{item[:40]} is no code or name that the loaded vocabularies know "
                    f"(ICD-10, ICD-10-CM, ORPHA, OMIM, HP, MESH, MONDO, DOID){hint}"
                )

    def _condition(self, condition: CodedCondition) -> Iterable[Mention]:
        """Mentions of one coded condition: all codings and the text together, each concept once."""
        codes, texts, assertion = condition.codes, condition.texts, condition.assertion
        seen: set[int] = set()
        silent: list[Mention] = []
        for text in texts:
            for mention in self.mentions(text):
                if mention.concepts and mention.concepts[0] in seen:
                    continue
                seen.update(mention.concepts)
                doubtful = assertion in (Assertion.PRESENT, Assertion.UNCERTAIN)
                own = mention.assertion if doubtful and mention.assertion is not Assertion.PRESENT else assertion
                if mention.concepts:
                    yield mention._replace(assertion=own)
                else:
                    silent.append(mention._replace(assertion=own))
        for system, code in codes:
            concepts = tuple(concepts_of_code(self.terminology, system, code))
            related = any(concept in self.expansion.of(known) for known in seen for concept in concepts)
            if not concepts or related:
                continue
            seen.update(concepts)
            yield Mention(_code(system, code), assertion, concepts[:1], concepts[1:], "code", 1.0)
        if not seen and not condition.aside:
            unknown = [Mention(_code(system, code), assertion, (), (), "none", 0.0) for system, code in codes]
            yield from silent[:1] or unknown[:1]

    def mentions(self, text: str) -> list[Mention]:
        """Mentions of a plain text, ambiguous ones still open."""
        codes = find_codes(self.terminology, text)
        rest = masked = text
        for code in codes:
            rest = rest[: code.start] + " " * (code.end - code.start) + rest[code.end :]
            masked = masked[: code.start] + "x" * (code.end - code.start) + masked[code.end :]
        language = self.terminology.ordinary_words.language_of(text) or language_of(text.lower().split())
        language = language_of_list(self.terminology, text, language)
        for detail in unused_details.details(text):  # "HER2 negative" denies no cancer
            masked = masked[: detail.start] + "x" * (detail.end - detail.start) + masked[detail.end :]
        asserted_text = asserted(self._without_suspended_hyphens(masked), language)
        found: list[Placed] = []
        for clause in asserted_text.clauses:
            cut_short = rest[clause.end : clause.end + 1] == "."
            found += self._of_clause(rest[clause.start : clause.end + cut_short], clause.start, language)
        for code in codes:
            rule = "nearest code above" if code.wider else "code"
            several = len(code.concepts) > 1
            coded = Mention(code.code, Assertion.PRESENT, code.concepts, (), rule, 1.0, ambiguous=several)
            found.append((code.start, code.end, coded))
        found.sort(key=lambda item: item[0])
        found = self._with_short_forms(text, found)
        for _ in range(LIST_ROUNDS):
            found = self._with_listed(text, found, asserted_text)
        spans = [Span(start, end, self._course(mention.concepts)) for start, end, mention in found]
        assertions = asserted_text.assertions(spans)
        places = [(start, end) for start, end, _ in found]
        unused = unused_details.by_mention(text, places, [bool(mention.concepts) for _, _, mention in found])
        mentions = [
            mention._replace(assertion=assertion, not_used=details)
            for (_, end, mention), assertion, details in zip(found, assertions, unused, strict=True)
            if not (assertion is Assertion.FAMILY and _is_a_cue(mention, text[end:]))
        ]
        told = any(mention.concepts or mention.near for mention in mentions)
        return mentions if told else [self._unknown(_shown(text))]

    def _course(self, concepts: Sequence[int]) -> Course:
        """What becomes of what a mention means; of one that is not understood, that it may end."""
        return self._courses.of(concepts[0]) if concepts else Course.ENDS

    def _of_clause(self, part: str, offset: int, language: str) -> Iterator[Placed]:
        """Mentions in a clause of a text. offset: where it begins; language: of the text."""
        words = self.linker.completed(part, clean_tokens(part))
        if not words:
            return

        def placed(first: int, after: int, mention: Mention) -> Placed:
            return offset + words[first].start, offset + words[after - 1].end, mention

        def said(first: int, after: int) -> str:
            return part[words[first].start : words[after - 1].end]

        hits = self.linker.scan(part, words, language=language)
        for hit in hits:
            likeness = _LIKENESS.match(part, words[hit.end - 1].end)
            named = said(hit.start, hit.end)
            mention = self._mention(named, hit) if likeness is None else self._resembling(named + likeness[0], hit)
            yield placed(hit.start, hit.end, mention)
        if not hits:
            yield from (placed(0, len(words), mention) for mention in self._own(part, words))
        covered = frozenset(token_index for hit in hits for token_index in range(hit.start, hit.end))
        for first, after in unknown_names(part, words, covered, self.terminology.word_set):
            yield placed(first, after, self._unknown(said(first, after)))
        for token, concept_id in bare_findings.find(part, words, covered):
            concept = self.terminology.place_of.get(concept_id)
            if concept is not None:
                bare = Mention(
                    part[token.start : token.end],
                    Assertion.PRESENT,
                    (concept,),
                    (),
                    bare_findings.RULE,
                    0.9,
                    ambiguous=True,
                )
                yield offset + token.start, offset + token.end, bare

    def _resembling(self, words: str, hit: EntityLink) -> Mention:
        """What only looks like a disease ("scleroderma-like changes") is none that is known."""
        near = tuple(self.terminology.labels[concept] for concept in hit.concepts[:1])
        return Mention(words, Assertion.PRESENT, (), (), "none", 0.0, near=near)

    def _unknown(self, words: str) -> Mention:
        """What is not understood, with the names that look most like it."""
        near = tuple(self.terminology.labels[concept] for concept in self.linker.near_misses(words))
        return Mention(words, Assertion.PRESENT, (), (), "none", 0.0, near=near)

    def _with_short_forms(self, text: str, found: list[Placed]) -> list[Placed]:
        """Short forms as the text defines them, where it does so otherwise than the table of abbreviations; without
        those that it defines by words that name no disease ("ojo izquierdo (OI)").
        """
        defined: dict[str, Mention | None] = {}
        for number, (start, after, short) in enumerate(found):
            before = text[:start].rstrip()
            bracketed = before.endswith("(") and text[after : after + 1] == ")"
            if not (bracketed and is_short_form(short.words) and stands_for(short.words, before)):
                continue
            _, end, long = found[number - 1] if number else (0, 0, short)
            if not number or before[end:].strip() != "(":
                if (short.rule == ABBREVIATION or short.rule in IN_DOUBT) and short.words not in defined:
                    defined[short.words] = None
            elif long.concepts and not any(
                self._are_kin(one, other) for one in long.concepts for other in short.concepts
            ):
                defined[short.words] = long
        result: list[Placed] = []
        for start, end, mention in found:
            long_form = defined.get(mention.words, mention)
            if long_form is not None:
                result.append((start, end, long_form._replace(words=mention.words)))
        return result

    def _with_listed(self, text: str, found: list[Placed], asserted_text: AssertedText) -> list[Placed]:
        """Unsure abbreviations that are the whole input, an item in a list of diagnoses or asked about, as sure
        ones.
        """
        size = len(text.split())

        def is_diagnosis(mention: Mention) -> bool:
            kinds = [self.terminology.kind(concept) for concept in mention.concepts if self.terminology.holds(concept)]
            return mention.rule not in IN_DOUBT and bool(kinds) and Kind.SYMPTOM not in kinds

        result: list[Placed] = []
        for number, (start, end, mention) in enumerate(found):
            beside = [(result[-1][1], start, result[-1][2])] if number else []
            beside += [(end, found[number + 1][0], found[number + 1][2])] if number + 1 < len(found) else []
            items = sum(
                is_diagnosis(other) and _LIST_MARK.fullmatch(text, first, after) is not None
                for first, after, other in beside
            )
            other_sense = mention.rule == OTHER_SENSE
            short = size <= (SHORTEST_INPUT if other_sense else SHORT_INPUT)
            if mention.rule in IN_DOUBT and (short or items > other_sense or asserted_text.is_asked_about(start)):
                several = len(mention.concepts) > 1
                first, *others = mention.concepts
                mention = mention._replace(rule=ABBREVIATION, ambiguous=several)
                if not several:
                    mention = mention._replace(concepts=(first,), alternatives=tuple(others))
            result.append((start, end, mention))
        return result

    def _are_kin(self, one: int, other: int) -> bool:
        """Whether two concepts are the same disease, or one is wider or comes of the other."""
        known = self.terminology.holds(max(one, other))
        near = known and {*self.expansion.of(one), *self.expansion.manifestations(one)}
        back = known and {*self.expansion.of(other), *self.expansion.manifestations(other)}
        return one == other or bool(near and back and (other in near or one in back))

    def _without_suspended_hyphens(self, text: str) -> str:
        """A text in which a hyphen that only suspends the rest of a word is no minus ("calcinosis-" is absent)."""
        if _HANGING_HYPHEN.search(text) is None:
            return text
        ends = {token.end for token in self.linker.completed(text, clean_tokens(text)) if text[token.end - 1] == "-"}
        return "".join(" " if offset + 1 in ends else char for offset, char in enumerate(text))

    def _mention(self, words: str, hit: EntityLink) -> Mention:
        present = Assertion.PRESENT
        if hit.ambiguous:
            return Mention(words, present, hit.concepts, (), hit.rule, hit.score, ambiguous=True)
        concept, *others = hit.concepts
        own = self.expansion.of(concept) if self.terminology.holds(concept) else {}
        other_meanings = tuple(other for other in others if other not in own)[:MOST_ALTERNATIVES]
        return Mention(words, present, (concept,), other_meanings, hit.rule, hit.score)

    def _own(self, part: str, tokens: Sequence[Token]) -> list[Mention]:
        """A condition of the catalogue that no vocabulary knows, word for word."""
        words = " ".join(token.text for token in tokens)
        concept_index = self._own_term(words)
        if concept_index is None:
            return []
        return [Mention(part.strip(" ."), Assertion.PRESENT, (concept_index,), (), "own words", 0.9)]


def _is_a_cue(mention: Mention, behind: str) -> bool:
    """Whether an abbreviation says "family history" of what stands behind it, and is no disease."""
    goes_on = behind.lstrip()[:1] not in ("", ",", ";", ".", ")")
    return (mention.rule == ABBREVIATION or mention.rule in IN_DOUBT) and goes_on and says_family_history(mention.words)


def _code(system: str, code: str) -> str:
    """A code with its vocabulary, which some codes bear already ("HP:0003761")."""
    return code if code.upper().startswith(f"{system}:") else f"{system}:{code}"


def _only_in_snomed(mentions: Iterable[Mention]) -> list[str]:
    """What to do about conditions that are there as a SNOMED CT code alone, which no loaded vocabulary knows."""
    alone = sum(1 for mention in mentions if mention.rule == "none" and mention.words.startswith("SNOMED:"))
    if not alone:
        return []
    return [f"{alone} of the conditions {'is' if alone == 1 else 'are'} given by a SNOMED CT code alone: {LOAD_SNOMED}"]


def _shown(text: str) -> str:
    """What is shown of an input that is not understood: all of a name, the beginning of a letter."""
    words = " ".join(text.split())
    if len(words) <= LONGEST_SHOWN:
        return words
    return words[:LONGEST_SHOWN].rpartition(" ")[0] + " …"


def clean(text: str) -> str:
    """Input without control characters and outer blanks.

    Raises:
        DiagnosisError: nothing but control characters is left over from something.
    """
    kept = _CONTROL.sub(" ", text)
    kept = kept.replace("\ufeff", "").replace("\u200b", "").strip()
    if text.strip() and not kept:
        raise DiagnosisError("the diagnosis holds nothing but control characters")
    return kept


def _merge(first: Patient, second: Patient) -> Patient:
    return Patient(
        first.age_years if first.age_years is not None else second.age_years,
        first.sex or second.sex,
        first.country or second.country,
        first.life_stage or second.life_stage,
        first.other_ages if first.age_years is not None else second.other_ages,
    )


def _with_stated(derived: Patient, stated: Patient) -> Patient:
    """A Patient resource with what the texts state. A stated age comes before that of the birth date; where they differ
    both are kept.
    """
    merged = _merge(derived, stated)
    if derived.age_years is None or stated.age_years is None:
        return merged
    ages = (stated.age_years, *stated.other_ages)
    differs = all(abs(derived.age_years - age) > 2 * SAME_AGE_YEARS for age in ages)
    if not differs and not stated.other_ages:
        return merged
    others = (*stated.other_ages, derived.age_years) if differs else stated.other_ages
    return Patient(stated.age_years, merged.sex, merged.country, merged.life_stage, others)
