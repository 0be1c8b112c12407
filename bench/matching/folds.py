"""What is left of the gold figures when the disease that is asked for was never curated.

Curated concepts that hang together by is-a and same-spectrum edges (wide groups apart) are one topic. A query's topic
is the one that its relevant trials, or else those that it must not get, list most. Topics are dealt out to folds; for
each fold the terminology is compiled without the curated rows of its topics, and the queries of those topics are asked
of it. Names, codes and edges that other vocabularies have for the same diseases stay.
"""

import hashlib
import json
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import msgspec

import matcher
from bench.matching.cache import current
from bench.matching.gold import GOLD, LIMIT, MARKS, lines, score
from bench.matching.report import OURS, Mark, Row
from bench.matching.scores import canonical
from db.catalogue import Catalogue
from matcher.terminology import Kind, Relation, Terminology, Vocabulary, cache, default, in_use
from matcher.terminology.compile import compile_terminology

FOLDS = 8
HOLDING_TOGETHER = (Relation.IS_A, Relation.SAME_SPECTRUM)


def topics(vocabulary: Vocabulary) -> dict[str, str]:
    """The topic of each concept of a vocabulary, by the id of one of its members."""
    kinds = {concept.id: concept.kind for concept in vocabulary.concepts}
    parent = {identifier: identifier for identifier in kinds}

    def root(identifier: str) -> str:
        while parent[identifier] != identifier:
            identifier = parent[identifier]
        return identifier

    for edge in vocabulary.edges:
        inside = edge.subject in kinds and edge.object in kinds
        if inside and edge.relation in HOLDING_TOGETHER and Kind.GROUP not in (kinds[edge.subject], kinds[edge.object]):
            parent[root(edge.subject)] = root(edge.object)
    return {identifier: root(identifier) for identifier in kinds}


def without(vocabulary: Vocabulary, left_out: Collection[str]) -> Vocabulary:
    """A vocabulary without some concepts and everything that is said of them."""
    return msgspec.structs.replace(
        vocabulary,
        concepts=tuple(row for row in vocabulary.concepts if row.id not in left_out),
        names=tuple(row for row in vocabulary.names if row.id not in left_out),
        codes=tuple(row for row in vocabulary.codes if row.id not in left_out),
        edges=tuple(row for row in vocabulary.edges if row.subject not in left_out and row.object not in left_out),
    )


def topic_of(query: Mapping[str, Any], listed: Mapping[str, Sequence[str]], kinds: Mapping[str, Kind]) -> str | None:
    """The topic that the trials of a query list most, diseases before findings; None when they list nothing curated.

    listed: topics by trial. kinds: Kind.DISEASE for a topic with a disease in it.
    """
    trials = query["relevant"] or dict.fromkeys(query["must_not"], 1)
    votes: Counter[str] = Counter()
    for trial_id, grade in trials.items():
        for topic in listed.get(canonical(trial_id), ()):
            votes[topic] += grade
    return max(votes, key=lambda topic: (kinds[topic] is Kind.DISEASE, votes[topic], topic)) if votes else None


def listed_topics(connection: duckdb.DuckDBPyConnection, topic: Mapping[str, str]) -> dict[str, list[str]]:
    """Topics of the conditions that each trial lists."""
    found: dict[str, list[str]] = defaultdict(list)
    rows = connection.execute("SELECT DISTINCT trial_id, concept_id FROM trial_concepts WHERE field = 'condition'")
    for trial_id, concept in rows.fetchall():
        if concept in topic and topic[concept] not in found[trial_id]:
            found[trial_id].append(topic[concept])
    return found


def deal(counts: Mapping[str, int], folds: int) -> list[list[str]]:
    """Topics in folds of about the same number of queries."""
    dealt: list[list[str]] = [[] for _ in range(folds)]
    filled = [0] * folds
    for topic in sorted(counts, key=lambda name: (-counts[name], name)):
        fold = filled.index(min(filled))
        dealt[fold].append(topic)
        filled[fold] += counts[topic]
    return [fold for fold in dealt if fold]


class Compiler:
    """The built-in terminology without some curated rows; what is compiled is kept in the bench's cache."""

    def __init__(self) -> None:
        self.curated, *self._others = in_use()

    def without(self, left_out: Collection[str]) -> Terminology:
        """The terminology without the curated rows of these concepts."""
        said = json.dumps(sorted(left_out))
        version = f"without-{hashlib.sha256(said.encode()).hexdigest()[:16]}"
        folder = current("terminologies", default().version)
        kept = cache.read(version, folder)
        if kept is not None:
            return kept
        made = compile_terminology([without(self.curated, left_out), *self._others], version)
        cache.write(made, folder)
        return made


def ask(
    connection: duckdb.DuckDBPyConnection, terminology: Terminology, gold: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Answers with another terminology, with which the trials of the (writable) catalogue are mapped anew."""
    matcher.map_trials(connection, terminology=terminology)
    suggests = matcher.Matcher.open(connection, terminology)
    answers = []
    for query in gold:
        patient = msgspec.convert(query.get("patient") or {}, matcher.Patient)
        try:
            found = msgspec.to_builtins(suggests.suggest(query["query"], patient=patient, limit=LIMIT))
        except matcher.DiagnosisError as error:
            found = {"matches": [], "error": str(error)}
        answers.append({"id": query["id"], **found})
    return answers


def measure(catalogue: Path) -> tuple[list[Row], list[str]]:
    """Figures with each query's own disease left out of the curated table, and with no curated row at all."""
    gold = lines(GOLD)
    published = Catalogue(catalogue).published
    assert published is not None
    connection = duckdb.connect(str(shutil.copy(published, catalogue / "folds.duckdb")))
    compiler = Compiler()
    topic = topics(compiler.curated)
    members: dict[str, list[str]] = defaultdict(list)
    for identifier, name in topic.items():
        members[name].append(identifier)
    kind_of = {concept.id: concept.kind for concept in compiler.curated.concepts}
    label_of = {concept.id: concept.label for concept in compiler.curated.concepts}
    kinds = {name: min(kind_of[identifier] for identifier in held) for name, held in members.items()}
    listed = listed_topics(connection, topic)
    asked = {query["id"]: topic_of(query, listed, kinds) for query in gold}
    counts = Counter(name for name in asked.values() if name is not None)
    folds = deal(counts, FOLDS)
    answers: list[dict[str, Any]] = []
    details = [f"folds: {len(counts)} topics in {len(folds)} folds, the left-out ones of a fold together"]
    for fold in folds:
        queries = [query for query in gold if asked[query["id"]] in fold]
        left_out = {identifier for name in fold for identifier in members[name]}
        answers += ask(connection, compiler.without(left_out), queries)
        names = "; ".join(f"{label_of[name]} ({counts[name]})" for name in fold)
        details.append(f"folds: {len(queries)} queries without the curation of {names}")
    rest = [query for query in gold if asked[query["id"]] is None]
    answers += ask(connection, default(), rest)
    details.append(f"folds: {len(rest)} queries have no curated topic and are asked of the whole terminology")
    bare = ask(connection, compiler.without(set(topic)), gold)
    connection.close()
    with tempfile.TemporaryDirectory() as temporary:
        figures, said = _score(answers, Path(temporary) / "folds.jsonl")
        bare_figures, bare_said = _score(bare, Path(temporary) / "bare.jsonl")
    details += [f"folds, disease left out: {line}" for line in said]
    details += [f"folds, nothing curated: {line}" for line in bare_said if line.startswith("  ")]
    marks: dict[str, tuple[str, Mark]] = MARKS
    rows = [Row("disease left out", label, {OURS: figures[name]}) for name, (label, _) in marks.items()]
    rows += [Row("nothing curated", label, {OURS: bare_figures[name]}) for name, (label, _) in marks.items()]
    return rows, details


def _score(answers: Sequence[Mapping[str, Any]], path: Path) -> tuple[dict[str, float], list[str]]:
    path.write_text("".join(json.dumps(answer) + "\n" for answer in answers), encoding="utf-8")
    return score(path)
