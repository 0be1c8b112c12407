"""From what was typed or sent to mentions: concepts with assertions, and what the text says of the patient."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from matcher import bare_findings
from matcher.codes import find_codes, looks_like_code
from matcher.descriptions import LIKELY
from matcher.errors import DiagnosisError
from matcher.expansion import Expansion
from matcher.mapping import Hit, Mapper, clean_tokens
from matcher.mentions import Assertion, Reading, flat
from matcher.normalise import Token
from matcher.patients import stated_patient
from matcher.results import Patient
from matcher.terminology import Kind, Terminology

LONGEST_INPUT = 20_000
"""Characters of one input: a long referral letter has some 6,000."""
RELATED_ENOUGH = 0.3


class Mention(NamedTuple):
    """A diagnosis in the input. concepts: accepted meanings; ambiguous: they are rivals."""

    words: str
    assertion: Assertion
    concepts: tuple[int, ...]
    alternatives: tuple[int, ...]
    rule: str
    score: float
    ambiguous: bool = False
    near: tuple[str, ...] = ()


class Understanding(NamedTuple):
    """All mentions of an input in order, what it says of the patient, and its plain text."""

    text: str
    mentions: tuple[Mention, ...]
    patient: Patient
    relative: str | None
    """What the patient is to an affected relative, "sibling" or "parent", where that is what the text says."""


class Reader:
    """Reads inputs with one terminology and, for conditions that no vocabulary has, the catalogue's own terms."""

    def __init__(self, terminology: Terminology, expansion: Expansion, own_terms: dict[str, int] | None = None) -> None:
        self.terminology = terminology
        self.expansion = expansion
        self.mapper = Mapper(terminology)
        self.own_terms = own_terms or {}

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
        if sum(map(len, items)) > LONGEST_INPUT:
            raise DiagnosisError(
                f"the diagnosis is longer than {LONGEST_INPUT:,} characters: send the diagnosis part only"
            )
        mentions: list[Mention] = []
        texts: list[str] = []
        patient = Patient()
        for item in items:
            if item.startswith(("{", "[")) and '"' in item:
                from matcher.fhir import read_fhir

                resource = read_fhir(item)
                patient = resource.patient
                for condition in resource.conditions:
                    mentions += self._condition(condition.codes, condition.texts, condition.assertion)
                    texts += condition.texts
            else:
                mentions += self.mentions(item)
                texts.append(item)
        mentions = self.resolve(mentions)
        if not any(mention.concepts for mention in mentions):
            self._refuse_unknown_code(items)
        text = "; ".join(texts)
        return Understanding(
            "; ".join(items), tuple(mentions), _merge(patient, stated_patient(text)), affected_relative(text)
        )

    def _refuse_unknown_code(self, items: Sequence[str]) -> None:
        for item in items:
            if looks_like_code(item) and any(char.isdigit() for char in item):
                raise DiagnosisError(
                    f"{item[:40]} is no code or name that the loaded vocabularies know "
                    "(ICD-10, ICD-10-CM, ORPHA, OMIM, HP, MESH, MONDO, DOID)"
                )

    def _condition(
        self, codes: Sequence[tuple[str, str]], texts: Sequence[str], assertion: Assertion
    ) -> Iterable[Mention]:
        """Mentions of one coded condition: all codings and the text together, each concept once."""
        from matcher.codes import concepts_of_code

        seen: set[int] = set()
        for text in texts:
            for mention in self.mentions(text):
                if mention.concepts and mention.concepts[0] in seen:
                    continue
                seen.update(mention.concepts)
                own = mention.assertion if assertion is Assertion.PRESENT else assertion
                yield mention._replace(assertion=own)
        for system, code in codes:
            concepts = tuple(concepts_of_code(self.terminology, system, code))
            related = any(concept in self.expansion.of(known) for known in seen for concept in concepts)
            if not concepts or related:
                continue
            seen.update(concepts)
            yield Mention(f"{system}:{code}", assertion, concepts[:1], concepts[1:], "code", 1.0)

    def mentions(self, text: str) -> list[Mention]:
        """Mentions of a plain text, ambiguous ones still open."""
        codes = find_codes(self.terminology, text)
        rest = masked = text
        for code in codes:
            rest = rest[: code.start] + " " * (code.end - code.start) + rest[code.end :]
            masked = masked[: code.start] + "x" * (code.end - code.start) + masked[code.end :]
        reading = Reading(masked)
        found: list[tuple[int, int, Mention]] = []
        for clause in reading.clauses:
            part = rest[clause.start : clause.end]
            tokens = clean_tokens(part)
            if not tokens:
                continue
            hits = self.mapper.scan(part, tokens)
            for hit in hits:
                start, end = tokens[hit.start].start, tokens[hit.end - 1].end
                found.append((clause.start + start, clause.start + end, self._mention(part[start:end], hit)))
            if not hits:
                found += [(clause.start, clause.end, mention) for mention in self._own(part, tokens)]
            covered = frozenset(place for hit in hits for place in range(hit.start, hit.end))
            for token, concept_id in bare_findings.find(part, tokens, covered):
                concept = self.terminology.place_of.get(concept_id)
                if concept is not None:
                    words = part[token.start : token.end]
                    bare = Mention(words, Assertion.PRESENT, (concept,), (), bare_findings.RULE, 0.9, ambiguous=True)
                    found.append((clause.start + token.start, clause.start + token.end, bare))
        for code in codes:
            rule = "nearest code above" if code.wider else "code"
            several = len(code.concepts) > 1
            coded = Mention(code.code, Assertion.PRESENT, code.concepts, (), rule, 1.0, ambiguous=several)
            found.append((code.start, code.end, coded))
        found.sort(key=lambda item: item[0])
        assertions = reading.assertions([(start, end) for start, end, _ in found])
        mentions = [
            mention._replace(assertion=assertion) for (_, _, mention), assertion in zip(found, assertions, strict=True)
        ]
        if not any(mention.concepts for mention in mentions):
            near = tuple(self.terminology.labels[concept] for concept in self.mapper.near_misses(text))
            mentions = [Mention(text.strip()[:200], Assertion.PRESENT, (), (), "none", 0.0, near=near)]
        return mentions

    def _mention(self, words: str, hit: Hit) -> Mention:
        present = Assertion.PRESENT
        if hit.ambiguous:
            return Mention(words, present, hit.concepts, (), hit.rule, hit.score, ambiguous=True)
        return Mention(words, present, hit.concepts[:1], hit.concepts[1:4], hit.rule, hit.score)

    def _own(self, part: str, tokens: Sequence[Token]) -> list[Mention]:
        """A condition of the catalogue that no vocabulary knows, word for word."""
        words = " ".join(token.text for token in tokens)
        place = self.own_terms.get(words)
        if place is None:
            return []
        return [Mention(part.strip(), Assertion.PRESENT, (place,), (), "own words", 0.9)]

    def resolve(self, mentions: list[Mention]) -> list[Mention]:
        """Let the other diagnoses decide what an ambiguous abbreviation means; where they do not, all meanings stay."""
        size = len(self.terminology.ids)
        context = {
            concept
            for mention in mentions
            if not mention.ambiguous
            for concept in mention.concepts[:1]
            if concept < size
        }
        resolved: list[Mention] = []
        for mention in mentions:
            if not mention.ambiguous:
                resolved.append(mention)
                continue
            if mention.rule in (bare_findings.RULE, LIKELY):
                resolved += self._resolve_bare(mention, context)
                continue
            spelt_out = [concept for concept in mention.concepts if concept in context]
            scores = {concept: self._relatedness(concept, context) for concept in mention.concepts}
            best = spelt_out or [concept for concept, score in scores.items() if score >= RELATED_ENOUGH]
            if len(best) == 1:
                rest = tuple(concept for concept in mention.concepts if concept != best[0])
                resolved.append(
                    mention._replace(
                        concepts=(best[0],), alternatives=rest, ambiguous=False, rule="abbreviation, by context"
                    )
                )
            else:
                resolved.append(mention._replace(score=mention.score * 0.7))
        return resolved

    def _resolve_bare(self, mention: Mention, context: set[int]) -> list[Mention]:
        """A bare finding: accepted when a diagnosis makes it likely, a question when it stands alone, else nothing."""
        if bare_findings.is_made_likely(self.expansion, mention.concepts[0], context):
            return [mention._replace(ambiguous=False)]
        near = tuple(self.terminology.labels[concept] for concept in mention.concepts)
        alone = mention._replace(concepts=(), rule="none", score=0.0, ambiguous=False, near=near)
        return [] if context else [alone]

    def _relatedness(self, concept: int, context: set[int]) -> float:
        expansion = self.expansion
        best = 0.0
        own = expansion.of(concept)
        does = expansion.manifestations(concept)
        for other in context:
            if other in own:
                best = max(best, own[other].weight)
            for finding, reached in expansion.of(other).items():
                if reached.weight >= 0.5 and finding in does and self.terminology.kind(finding) is not Kind.SYMPTOM:
                    best = max(best, min(1.0, does[finding].weight + 0.2) * reached.weight)
            does_other = expansion.manifestations(other)
            if concept in does_other:
                best = max(best, does_other[concept].weight)
        return best


def clean(text: str) -> str:
    """Input without control characters and outer blanks.

    Raises:
        DiagnosisError: nothing but control characters is left over from something.
    """
    kept = "".join(char if char in "\n\r\t" or ord(char) >= 32 else " " for char in text.replace("\x7f", " "))
    kept = kept.replace("\ufeff", "").replace("\u200b", "").strip()
    if text.strip() and not kept:
        raise DiagnosisError("the diagnosis holds nothing but control characters")
    return kept


def _merge(first: Patient, second: Patient) -> Patient:
    return Patient(
        first.age_years if first.age_years is not None else second.age_years,
        first.sex or second.sex,
        first.country or second.country,
    )


_SIBLING_OF = re.compile(
    r"\b(?:brother|sister|sibling|twin)\b (?:of|to)\b|\b(?:has|have|with) an? (?:affected )?(?:brother|sister|"
    r"sibling|twin)\b"
    r"|\b(?:brother|sister|sibling|twin)(?:'s)? (?:has|have|had|was diagnosed|is affected|diagnosed)\b|"
    r"\bfrere d|\bsoeur d"
    r"|\b(?:bruder|schwester) (?:von|eines|einer)\b|\bherman[oa] de\b|\bfratello di\b|\bsorella di\b|"
    r"\birma[o]? de\b|\b(?:broer|zus) van\b"
)
_PARENT_OF = re.compile(
    r"\b(?:mother|father|parents?) of\b|\b(?:son|daughter|child) (?:has|have|was diagnosed|is affected|with)\b|"
    r"\b(?:mere|pere|parents?) d"
    r"|\b(?:mutter|vater|eltern) (?:von|eines|einer)\b|\b(?:madre|padre|mae|pai|moeder|vader) d[ei]\b"
)


def affected_relative(text: str) -> str | None:
    """What the patient is to an affected relative, for trials that take relatives."""
    lower = flat(text)
    if _SIBLING_OF.search(lower):
        return "sibling"
    if _PARENT_OF.search(lower) and re.search(r"\b(?:healthy|unaffected|carrier|asymptomatic)\b", lower):
        return "parent"
    return None
