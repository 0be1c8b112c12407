"""The trial side: what diseases and findings each trial names, and where."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain, islice
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from matcher.assertion.criteria import are_denied
from matcher.fingerprints import MAPPING, digest
from matcher.linking.defined_abbreviations import stands_for
from matcher.linking.linker import EntityLinker, clean_tokens
from matcher.linking.links import EntityLink
from matcher.linking.running_text import Name, RunningText
from matcher.terminology import Kind, Terminology
from matcher.terminology.expansion import Expansion
from matcher.text.content_words import content_words
from matcher.text.normalise import Token
from matcher.trials.requirements import requirements
from matcher.trials.roles import FINDING, MENTION, OWN_WORDS, ROLES, TREATMENT, Roles
from matcher.trials.treatments import treatments
from matcher.trials.trial_text import BATCH, Named, TrialText

_CONCEPTS = pa.schema(
    [
        ("trial_id", pa.string()), ("concept_id", pa.string()), ("label", pa.string()), ("field", pa.string()),
        ("position", pa.int32()), ("rule", pa.string()), ("score", pa.float64()), ("words", pa.string()),
        ("role", pa.string()), ("content_hash", pa.string()), ("terminology", pa.string()),
    ]
)  # fmt: skip
_WORDS = pa.schema(
    [
        ("trial_id", pa.string()), ("words", pa.list_(pa.string())), ("content_hash", pa.string()),
        ("terminology", pa.string()),
    ]
)  # fmt: skip
_NAMING = ("concept_id", "label", "field", "position", "rule", "score", "words", "role")
"""Columns of trial_concepts that say what is named; the others say of which trial it is."""
BROADLY = 0.95
"""Score of a name that can mean more than its concept ("scleroderma")."""
BESIDE_ITS_KIND = 0.6
"""How sure it is that a trial means a wide condition that it lists beside a kind of it: worth a look, no more."""


Row = tuple[str, str, str, int, str, float, str, str]
"""A naming as ``_NAMING`` has it."""
Field = tuple[str, int, Named]
"""Field, position in it from 1, and what is named there."""
_NOTHING_NAMED: tuple[tuple[Named, ...], tuple[Named, ...]] = ((), ())
_ABBREVIATING = ("title", "keyword", "inclusion")
"""Fields in which an abbreviation may be of a drug, a measure or a study."""


class MappedTrials(NamedTuple):
    """Rows of trial_concepts and of trial_words for some trials."""

    concepts: pa.Table
    words: pa.Table


NOTHING_MAPPED = MappedTrials(*(pa.Table.from_batches([], schema) for schema in (_CONCEPTS, _WORDS)))


class TrialMapper:
    """Maps the texts of trials with the mapper that also reads diagnoses; equal texts are mapped once."""

    def __init__(self, terminology: Terminology, expansion: Expansion | None = None) -> None:
        self.terminology = terminology
        self.mapper = EntityLinker(terminology)
        self.roles = Roles(terminology, expansion or Expansion(terminology))
        self.running = RunningText(terminology, self.mapper)
        self.of_term = lru_cache(maxsize=100_000)(self._of_term)
        self._of_text: dict[str, tuple[Named, ...]] = {}
        """Concepts that a title or an excluding criterion names, each once, of those that were read and name any."""
        self._of_criterion: dict[str, tuple[tuple[Named, ...], tuple[Named, ...]]] = {}
        """Concepts that an including criterion asks for, and those that it denies."""

    def _of_term(self, text: str) -> tuple[Named, ...]:
        """Concepts of a condition, keyword or heading; its own words where no vocabulary knows it."""
        found = clean_tokens(text)
        readings = (self._named(text, found, hits) for hits in self.mapper.readings_of_term(text, found))
        return next(filter(None, readings), None) or (self._own_words(text),)

    def _read(self, trials: Sequence[TrialText]) -> None:
        """Read titles and criteria of some trials together, equal ones once."""
        asking = {text for trial in trials for text in trial.inclusion}
        others = {text for trial in trials for text in (*trial.titles, *trial.exclusion)}
        self._of_text, self._of_criterion = {}, {}
        for text, names, words in self.running.named_in([*asking | others]):
            if text in others:
                self._of_text[text] = self._distinct(text, names)
            if text in asking:
                denied = are_denied(text, [(name.start, name.end) for name in names], words)
                self._of_criterion[text] = (
                    self._distinct(text, (name for name, said in zip(names, denied, strict=True) if not said)),
                    self._distinct(text, (name for name, said in zip(names, denied, strict=True) if said)),
                )

    def _distinct(self, text: str, names: Iterable[Name]) -> tuple[Named, ...]:
        terminology = self.terminology
        named: dict[int, Named] = {}
        for concept, start, end, rule in names:
            if concept not in named:
                words = text[start:end]
                named[concept] = Named(terminology.ids[concept], terminology.labels[concept], rule, 1.0, words)
        return tuple(named.values())

    def _named(self, text: str, found: Sequence[Token], hits: list[EntityLink]) -> tuple[Named, ...]:
        terminology = self.terminology
        named: dict[int, Named] = {}
        for hit in self.mapper.without_wide_heads(found, hits):
            concept = hit.concepts[0]
            if hit.rule == "abbreviation" and hit is not hits[0] and _is_defined(text, found[hit.start].start):
                continue  # papulopustular rosacea (PPR)
            if concept not in named and not hit.ambiguous:
                words = text[found[hit.start].start : found[hit.end - 1].end]
                named[concept] = Named(
                    terminology.ids[concept], terminology.labels[concept], hit.rule, hit.score, words
                )
        return tuple(named.values())

    def _own_words(self, text: str) -> Named:
        words = " ".join(token.text for token in clean_tokens(text))
        return Named(OWN_WORDS + words, text, "own words", 0.9, text)

    def rows_of(self, trials: Sequence[TrialText]) -> Iterator[list[Row]]:
        """Rows of trial_concepts for each of some trials, what they name and not whose it is. What a trial is for it
        does not exclude.
        """
        self._read(trials)
        return (list(self._rows(trial)) for trial in trials)

    def _rows(self, trial: TrialText) -> Iterator[Row]:
        found = self._supported(list(self._fields(trial))) or [("condition", 0, Named("", "", "", 0.0, ""))]
        roles = self.roles.of([(named.concept_id, field) for field, _, named in found])
        own = self.roles.meant_with(
            named.concept_id
            for (_, _, named), role in zip(found, roles, strict=True)
            if role >= FINDING and named.score > BROADLY
        )
        for (field, position, named), role in zip(found, roles, strict=True):
            identifier, label, rule, score, words = named
            if field == "exclusion" and identifier in own:
                continue  # it excludes a kind of what it is for, or another kind of the wider disease
            if field == "condition" and role == MENTION:
                score *= BESIDE_ITS_KIND
            yield identifier, label, field, position, rule, score, words, ROLES[role]

    def _supported(self, found: list[Field]) -> list[Field]:
        """Without the abbreviations that nothing else of the trial makes likely: in "TAK-063 in healthy volunteers" or
        "BMD" of an osteoporosis trial three letters are no disease. Those in its conditions stand.
        """
        place_of = self.terminology.place_of
        plain = {
            place_of[named.concept_id]
            for field, _, named in found
            if named.concept_id in place_of
            and (field in ("condition", "mesh") or (field in _ABBREVIATING and named.rule != "abbreviation"))
        }
        if not plain and not any(field == "condition" for field, _, _ in found):
            return found
        related = self.roles.expansion.related
        return [
            (field, position, named)
            for field, position, named in found
            if named.rule != "abbreviation"
            or field not in _ABBREVIATING
            or any(related(place_of[named.concept_id], other) for other in plain)
        ]

    def _fields(self, trial: TrialText) -> Iterator[Field]:
        for position, (condition, system, code) in enumerate(trial.conditions, start=1):
            yield from (("condition", position, named) for named in self._condition(condition, system, code))
        title_seen: set[str] = set()
        for position, title in enumerate(trial.titles, start=1):
            for named in self._of_text.get(title, ()):
                if named.concept_id not in title_seen:
                    title_seen.add(named.concept_id)
                    yield "title", position, named
        for field, texts in (
            ("keyword", trial.keywords),
            ("mesh", trial.mesh),
            ("mesh_ancestor", trial.mesh_ancestors),
        ):
            for position, text in enumerate(texts, start=1):
                yield from ((field, position, named) for named in self.of_term(text) if named.rule != "own words")
        yield from (("requirement", position, named) for position, named in enumerate(requirements(trial), start=1))
        for position, form, words in treatments(trial.interventions):
            yield "treatment", position, Named(TREATMENT + form, form, "text", 1.0, words)
        for position, text in enumerate(trial.inclusion, start=1):
            asked, denied = self._of_criterion.get(text, _NOTHING_NAMED)
            yield from (("inclusion", position, named) for named in asked)
            yield from (("exclusion", position, named) for named in denied)
        for position, text in enumerate(trial.exclusion, start=1):
            yield from (("exclusion", position, named) for named in self._of_text.get(text, ()))

    def _condition(self, condition: str, system: str | None, code: str | None) -> Sequence[Named]:
        found = list(self.of_term(condition))
        if system and code:
            from matcher.linking.codes import concepts_of_code

            for concept in concepts_of_code(self.terminology, system, code)[:1]:
                identifier = self.terminology.ids[concept]
                if (
                    all(named.concept_id != identifier for named in found)
                    and self.terminology.kind(concept) != Kind.GROUP
                ):
                    found.append(Named(identifier, self.terminology.labels[concept], "code", 0.9, f"{system} {code}"))
        return found


def _is_defined(text: str, start: int) -> bool:
    """Whether an abbreviation stands in brackets behind the words that it stands for here."""
    before, bracket, _ = text[:start].rpartition("(")
    short = re.match(r"[\w/-]+", text[start:])
    return bool(bracket) and before.strip() != "" and short is not None and stands_for(short[0], before)


def has_tables(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the catalogue holds what mapping writes, in its present form."""
    query = """SELECT count(*) FROM duckdb_columns() WHERE database_name = current_database()
               AND (table_name, column_name) IN (('trial_concepts', 'role'), ('trial_words', 'words'))"""
    return connection.execute(query).fetchall() == [(2,)]


@cache
def mapping_version(terminology: str) -> str:
    """Version of the terminology together with that of what maps, so that a change of either maps trials anew."""
    return f"{terminology}-{digest(MAPPING)[:8]}"


def unmapped(connection: duckdb.DuckDBPyConnection, version: str | None) -> list[str]:
    """Trials without rows for their present state.

    version: count only rows of this `mapping_version`; None takes rows of any (a reader goes on with what is stored).
    """
    if not has_tables(connection):
        return [row[0] for row in connection.execute("SELECT trial_id FROM trials ORDER BY trial_id").fetchall()]
    query = """
        SELECT trial_id FROM trials t ANTI JOIN
               (SELECT trial_id, content_hash FROM trial_words SEMI JOIN trial_concepts USING (trial_id, content_hash)
                WHERE ? IS NULL OR terminology = ?) m
               ON m.trial_id = t.trial_id AND m.content_hash = t.content_hash
        ORDER BY trial_id"""
    return [row[0] for row in connection.execute(query, [version, version]).fetchall()]


def map_texts(mapper: TrialMapper, texts: Iterable[TrialText]) -> MappedTrials:
    """Rows of trial_concepts and trial_words for some trials, as Arrow tables."""
    trials = iter(texts)
    parts: list[MappedTrials] = []
    while batch := list(islice(trials, BATCH)):
        parts.append(_map_batch(mapper, batch))
    return MappedTrials(*map(pa.concat_tables, zip(*parts, strict=True))) if parts else NOTHING_MAPPED


def _map_batch(mapper: TrialMapper, batch: Sequence[TrialText]) -> MappedTrials:
    rows = list(mapper.rows_of(batch))
    owners = np.repeat(np.arange(len(batch)), [len(of_trial) for of_trial in rows])
    columns = [*zip(*chain.from_iterable(rows), strict=True)] or [()] * len(_NAMING)
    state = {
        "trial_id": pa.array([trial.trial_id for trial in batch], pa.string()),
        "content_hash": pa.array([trial.content_hash for trial in batch], pa.string()),
        "terminology": pa.repeat(mapping_version(mapper.terminology.version), len(batch)),
    }
    concepts = dict(zip(_NAMING, columns, strict=True)) | {name: column.take(owners) for name, column in state.items()}
    words = {"words": [sorted(content_words(_heading(trial))) for trial in batch]} | state
    return MappedTrials(
        *(
            pa.table([pa.array(table[name], schema.field(name).type) for name in schema.names], schema=schema)
            for table, schema in ((concepts, _CONCEPTS), (words, _WORDS))
        )
    )


def _heading(trial: TrialText) -> str:
    """What a trial is about, in its own words."""
    conditions = (named for named, _, _ in trial.conditions)
    return " ".join((*trial.titles, *conditions, *(names[0] for _, names in trial.interventions)))
