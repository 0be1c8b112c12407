"""The matcher that commands, pages and jobs call."""

import datetime as dt
import gc
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import duckdb
import msgspec
import numpy as np

from matcher import weights
from matcher.assertion.context import Assertion
from matcher.errors import TrialNotFoundError
from matcher.patient.case import Element, PatientCase, patient_case
from matcher.patient.demographics import AgeGroup, age_group, combine
from matcher.patient.differential import Inference
from matcher.patient.fhir import looks_like_fhir
from matcher.patient.mention import Mention
from matcher.patient.reader import PatientReader, Understanding
from matcher.patient.unused_details import contradiction, details
from matcher.ranking.best_first import Ranker
from matcher.ranking.eligibility import Limits, check
from matcher.ranking.explain import explain_trial
from matcher.ranking.fusion import WHOLE_TEXT, Trials, asked, asked_by_note, fuse, fuse_note, is_note
from matcher.ranking.heads import heads_first, told_of
from matcher.ranking.listed import trials_listing, with_listed
from matcher.ranking.prominence import prominence
from matcher.ranking.reasons import Reasons, concept_id
from matcher.ranking.scoring import Scored, grade_of
from matcher.ranking.sites import Vicinity, nearest_sites, with_site, within
from matcher.ranking.standing import Powers, status_is_stale
from matcher.results import ConceptMatch, Diagnosis, Eligibility, Match, Patient, Query, RuledOut, Suggestions
from matcher.screening.screener import Screener
from matcher.similarity.index import SimilarityIndex, write_wording
from matcher.terminology import Terminology, default
from matcher.terminology import weights as steps
from matcher.terminology.expansion import Expansion
from matcher.text.content_words import content_words
from matcher.trials.facts import Facts
from matcher.trials.index import Flags, Naming, TrialIndex

INDEXING_MEMORY_LIMIT = "768MB"
"""What the database may hold in memory while an index is written; enough, tried, for 605,248 trials."""


class Matcher:
    """Suggests trials of one catalogue for diagnoses."""

    def __init__(self, catalogue: TrialIndex, terminology: Terminology, expansion: Expansion) -> None:
        self.catalogue = catalogue
        self.terminology = terminology
        self.reader = PatientReader(terminology, expansion, catalogue.own_term)
        self.ranker = Ranker(catalogue, terminology, expansion)
        self.scorer = self.ranker.scorer
        self._limits = Limits(catalogue)
        self._expansion = expansion
        self._inference = Inference(terminology, expansion)
        self._told: frozenset[str] | None = None

    @classmethod
    def open(cls, connection: duckdb.DuckDBPyConnection, terminology: Terminology | None = None) -> "Matcher":
        """Read the concepts of a catalogue (it may be read-only); trials without current rows are mapped in memory."""
        with _without_collector():
            terminology = terminology or default()
            expansion = Expansion(terminology)
            return cls(TrialIndex.open(connection, terminology, expansion), terminology, expansion)

    @cached_property
    def screener(self) -> Screener:
        """Checks a single trial's criteria against a patient."""
        return Screener(self.catalogue, self.reader)

    @cached_property
    def similarity(self) -> SimilarityIndex:
        """The words and the meaning of the trials, opened when they are first needed."""
        return SimilarityIndex.open(self.catalogue.cursor())

    def sql(self, question: str) -> duckdb.DuckDBPyRelation | None:
        """A question in SQL over the same catalogue, as DuckDB's relation: ``.fetchall()``, ``.df()``, ``.pl()``."""
        return self.catalogue.cursor().sql(question)

    def suggest(
        self,
        diagnoses: str | Sequence[str],
        *,
        patient: Patient | None = None,
        statuses: Collection[str] = (),
        limit: int = 20,
        explain: str | None = None,
        vicinity: Vicinity | None = None,
    ) -> Suggestions:
        """Trials for one patient.

        diagnoses: free text, a list, codes or FHIR JSON. statuses: only trials with one of these. explain: a trial id
        to say more about, whether it is suggested or not. vicinity: where the patient is, to name the nearest site of
        each trial, and to rule out those that are too far.

        Raises:
            DiagnosisError: the input cannot be read as a diagnosis.
            TrialNotFoundError: ``explain`` names no trial of the catalogue.
        """
        understood = self.reader.read(diagnoses)
        known = combine(patient, understood.patient)
        concepts = patient_case(
            understood, self.terminology, self._expansion, self._inference, self._other_words(understood),
            age_group(known),
        )  # fmt: skip
        is_text = not _is_coded(diagnoses)
        if is_note(understood, is_text):
            elements = (*concepts.diseases, *concepts.findings)
            forward = prominence(understood.text, understood.mentions, elements, self._expansion)
            concepts = concepts._replace(prominence=forward)
        stated = [words for mention in understood.mentions for words in mention.not_used]
        stated += [detail.words for mention in understood.mentions for detail in details(mention.words)]
        wanted, excluded = self._limits.of_status(statuses), self._limits.excluding(known)
        too_far = self._too_far(vicinity)
        excluded[[self.trial_index(trial_id) for trial_id in too_far]] = True
        admitted = wanted & ~excluded
        harmless = self.ranker.harmless(concepts, admitted)
        standing = self.ranker.standing.of(known)
        trials = Trials(
            lambda among: self.ranker.ranked(concepts, among, standing=standing),
            admitted, harmless, lambda: self.ranker.standing.factors(standing),
            lambda scored: self.ranker.leading.meet(scored.links),
        )  # fmt: skip
        if concepts.prominence is None:
            # a coded condition says beside its text what the patient does not have
            is_told = is_text or all(mention.assertion is Assertion.PRESENT for mention in understood.mentions)
            is_one = isinstance(diagnoses, str) and is_told
            listing = self._listing(understood.text, harmless, standing) if is_one else []
            is_aged = concepts.age_group is not AgeGroup.OPEN
            of_concepts = with_listed(trials.ranked(admitted), listing, understood, understood.text, is_aged)
            trials = trials._replace(ranked=lambda among: of_concepts)
            ranked = fuse(asked(understood, self.scorer.label, is_text), lambda: self.similarity, trials)
        else:
            question = asked_by_note(understood, self.scorer.label, concepts.prominence)
            ranked = fuse_note(question, lambda: self.similarity, trials, self.ranker.evidence(concepts))
        matches = self._with_sites(self._matches(ranked, known, limit, stated), vicinity)
        ruled_out: list[RuledOut] = []
        if excluded.any():
            ruled_out = self._ruled_out(
                self.ranker.ranked(concepts, wanted & excluded, weights.POSSIBLE), known, limit, too_far
            )
        suggestions = Suggestions(
            Query(understood.text, known, understood.notes),
            tuple(self._diagnosis(mention) for mention in understood.mentions),
            tuple(matches),
            tuple(ruled_out),
            max(len(matches), self.ranker.fitting(concepts, admitted)),
        )
        if explain is not None:
            lines = explain_trial(self.ranker, self.trial_index(explain), concepts, suggestions)
            return msgspec.structs.replace(suggestions, explanation=lines)
        return suggestions

    def suggest_batch(
        self,
        questions: Iterable[tuple[str | Sequence[str], Patient | None]],
        *,
        statuses: Collection[str] = (),
        limit: int = 20,
    ) -> Iterator[Suggestions]:
        """Suggestions for many patients, in order."""
        for diagnoses, patient in questions:
            yield self.suggest(diagnoses, patient=patient, statuses=statuses, limit=limit)

    def similar(self, trial_id: str, limit: int = 10) -> tuple[Match, ...]:
        """Trials of the same diseases and findings as a trial, best first.

        Raises:
            TrialNotFoundError: the catalogue holds no such trial.
        """
        trial_index = self.trial_index(trial_id)
        profile = self.catalogue.profile(trial_index)

        def elements(namings: dict[int, Naming], finding: bool) -> tuple[Element, ...]:
            return tuple(
                Element(
                    concept, naming.score, finding, self.catalogue.words(naming.said), naming.field, naming.score,
                    self._expansion.of(concept),
                )
                for concept, naming in namings.items()
            )  # fmt: skip

        concepts = PatientCase(
            elements(profile.diseases, False), elements(profile.findings, True), {}, (), None,
            self.catalogue.content_words(trial_index),
        )  # fmt: skip
        others = (scored for scored in self.ranker.ranked(concepts) if scored.trial_index != trial_index)
        return tuple(self._matches(others, Patient(), limit))

    def trial_index(self, trial_id: str) -> int:
        """Index of a trial in the catalogue.

        Raises:
            TrialNotFoundError: there is no such trial.
        """
        found = self.catalogue.trial_index_of(trial_id)
        if found is None:
            found = self.catalogue.trial_index_of(trial_id.strip().upper())
        if found is None:
            raise TrialNotFoundError(f"the catalogue holds no trial {trial_id}")
        return found

    def _listing(self, text: str, harmless: Flags, standing: Powers) -> list[int]:
        """Of the harmless trials those that list the text as a condition, what can be joined soonest first."""
        listing = trials_listing(self.catalogue, text)
        listing = listing[harmless[listing]]
        found: list[int] = listing[np.argsort(standing[listing], kind="stable")].tolist()
        return found

    def _other_words(self, understood: Understanding) -> frozenset[str]:
        """Content words of the input, to prefer trials that use the same ones among equals."""
        return frozenset(word for word in content_words(understood.text[:4000]) if not word.isdigit())

    def _matches(
        self, ranked: Iterable[Scored], patient: Patient, limit: int, stated: Sequence[str] = ()
    ) -> list[Match]:
        """The first trials of a ranking, of which hints alike are left out after some. stated: what the patient's
        words say beside the name of a disease or in it; a trial that states the opposite is not strong.
        """
        matches: list[Match] = []
        hints: dict[int, int] = {}
        why, today = Reasons(self.scorer), dt.date.today()
        if self._told is None:
            self._told = told_of(self.catalogue.cursor())
        for scored in heads_first(ranked, self.catalogue.facts, self._told):
            lead = scored.links[0] if scored.links else None
            if lead and (
                lead.reached.weight <= steps.GROUP_ABOVE
                or (scored.score < weights.POSSIBLE and lead.reached.relation == "broader")
            ):
                alike = hints[lead.naming.concept] = hints.get(lead.naming.concept, 0) + 1
                if alike > weights.ALIKE:
                    continue
            facts = self.catalogue.facts[scored.trial_index]
            countries = self.catalogue.countries_of(scored.trial_index) if patient.country else None
            eligibility, _ = check(facts, patient, countries)
            match = self._match(scored, facts, eligibility, why, today)
            opposite = self._opposite(scored.trial_index, stated) if stated and match.grade == "strong" else None
            matches.append(match if opposite is None else _not_strong(match, *opposite))
            if len(matches) == limit:
                break
        return sorted(matches, key=lambda match: match.grade != "strong") if stated else matches

    def _too_far(self, vicinity: Vicinity | None) -> dict[str, str]:
        """The trials whose nearest site is farther than it may be, with the reason."""
        if vicinity is None or vicinity.within_km is None:
            return {}
        most_km = vicinity.within_km
        judged = nearest_sites(self.catalogue.cursor(), vicinity.here).items()
        found = ((trial_id, within(nearest, most_km)) for trial_id, nearest in judged)
        return {trial_id: reason for trial_id, (effect, reason) in found if effect == "not met"}

    def _with_sites(self, matches: list[Match], vicinity: Vicinity | None) -> list[Match]:
        """Matches with the nearest site of each."""
        if vicinity is None:
            return matches
        sites = nearest_sites(self.catalogue.cursor(), vicinity.here, [match.trial_id for match in matches])
        return [with_site(match, sites.get(match.trial_id), vicinity.within_km) for match in matches]

    def _ruled_out(
        self, ranked: Iterable[Scored], patient: Patient, limit: int, too_far: Mapping[str, str]
    ) -> list[RuledOut]:
        """The first suggestions of a ranking of trials whose stated limits exclude the patient, with the reasons."""
        found: list[RuledOut] = []
        for scored in ranked:
            facts = self.catalogue.facts[scored.trial_index]
            _, reason = check(facts, patient, None)
            reason = reason or too_far.get(facts.trial_id)
            if reason is not None and grade_of(scored) != "weak":
                found.append(RuledOut(facts.trial_id, reason))
                if len(found) == limit:
                    break
        return found

    def _opposite(self, trial_index: int, stated: Sequence[str]) -> tuple[str, str] | None:
        """A detail of the patient and the words of the trial's title or conditions that state its opposite."""
        conditions = (
            self.catalogue.words(said) for _, field, said in self.catalogue.namings(trial_index) if field == "condition"
        )
        return contradiction(stated, "; ".join((self.catalogue.facts[trial_index].title or "", *conditions)))

    def _match(self, scored: Scored, facts: Facts, eligibility: Eligibility, why: Reasons, today: dt.date) -> Match:
        because, path = why.of(scored)
        is_stale = status_is_stale(facts, today)
        return Match(
            trial_id=facts.trial_id,
            study_id=facts.study_id,
            registry=facts.registry,
            title=facts.title,
            status=facts.status,
            phase=tuple(facts.phase or ()),
            score=round(min(1.0, scored.score), 3),
            grade=grade_of(scored),
            leading=self.ranker.leading.diagnosis_of(scored.links).words if scored.links else scored.said or WHOLE_TEXT,
            relation=scored.relation,
            because=because,
            path=path,
            eligibility=eligibility,
            status_is_stale=is_stale,
            status_stale_reason=facts.stale_reason if is_stale else None,
            completion_date=facts.completion_date,
            url=facts.url,
            last_update=facts.last_update,
        )

    def _diagnosis(self, mention: Mention) -> Diagnosis:
        def matched(concepts: Sequence[int]) -> tuple[ConceptMatch, ...]:
            return tuple(
                ConceptMatch(
                    concept_id(self.scorer, concept),
                    self.scorer.label(concept),
                    mention.rule,
                    round(mention.score, 3),
                )
                for concept in concepts
            )

        return Diagnosis(
            mention.words, mention.assertion.value, matched(mention.concepts), matched(mention.alternatives),
            mention.near or (tuple(map(self.scorer.label, mention.concepts)) if mention.ambiguous else ()),
            mention.not_used,
        )  # fmt: skip


def write_index(snapshot: Path) -> None:
    """Lay beside a snapshot what a matcher opens, with all vectors where a model is there.

    Raises:
        DenseModelError: the user's model cannot be run; all else is there then.
    """
    with duckdb.connect(str(snapshot), read_only=True) as connection, _without_collector():
        connection.execute(f"SET memory_limit = '{INDEXING_MEMORY_LIMIT}'")
        terminology = default()
        TrialIndex.open(connection, terminology, Expansion(terminology))
        write_wording(connection, snapshot)


def _not_strong(match: Match, stated: str, opposite: str) -> Match:
    """A match that is no more than possible, for its trial states the opposite of what the patient has."""
    why = f"It says {opposite!r}, the patient's diagnosis {stated!r}."
    score = min(match.score, round(weights.STRONG - 0.001, 3))
    return msgspec.structs.replace(match, grade="possible", score=score, because=(*match.because, why))


def _is_coded(diagnoses: str | Sequence[str]) -> bool:
    """Whether a FHIR resource stands among the diagnoses."""
    return any(map(looks_like_fhir, (diagnoses,) if isinstance(diagnoses, str) else diagnoses))


@contextmanager
def _without_collector() -> Iterator[None]:
    """While many records are made to stay, the garbage collector would only walk them again and again."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
