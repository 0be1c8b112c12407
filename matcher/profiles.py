"""What the ranking knows of each trial: its concepts by field, its limits, and what it asks of participants."""

from collections import defaultdict
from functools import cached_property
from typing import Any, NamedTuple

import duckdb
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from matcher.expansion import Expansion
from matcher.normalise import STOPWORDS, tokens
from matcher.terminology import Kind, Relation, Terminology
from matcher.trials import FIELDS, OWN_WORDS, TrialMapper, concept_rows, has_table, read_texts, unmapped

FIELD_WEIGHT = {
    "condition": 1.0, "title": 0.97, "mesh": 0.9, "keyword": 0.8, "inclusion": 0.7, "mesh_ancestor": 0.3,
}  # fmt: skip
_FOCUS = ("condition", "title")
OPEN = frozenset({"recruiting", "not_yet_recruiting", "by_invitation", "expanded_access"})


class Naming(NamedTuple):
    """A place where a trial names a concept."""

    concept: int
    field: str
    score: float
    words: str


class Profile(msgspec.Struct, frozen=True):
    """A trial as the ranking sees it.

    diseases, findings: concepts in its conditions and titles, the most specific ones; others: concepts that it names
    elsewhere (keywords, MeSH, inclusion criteria). excluded: concepts in its exclusion criteria. causes: distinct
    unrelated diseases that it admits. asked: its requirements ("requires:earlier-study"). words: content words of
    its title, conditions and interventions.
    """

    place: int
    diseases: dict[int, Naming]
    findings: dict[int, Naming]
    others: dict[int, Naming]
    groups: dict[int, Naming]
    excluded: dict[int, Naming]
    causes: int
    asked: frozenset[str]
    words: frozenset[str]


_COLUMNS = """
SELECT trial_id, study_id, registry, brief_title, official_title, status, phase, sex, min_age_days, max_age_until_days,
       ages_are_bands, url, strftime(last_update_date, '%Y-%m-%d') AS last_update, missing_since IS NOT NULL AS missing
       , concat_ws(' ', c.words, i.words) AS word_source
FROM trials
LEFT JOIN (SELECT trial_id, string_agg(condition, ' ') AS words FROM conditions GROUP BY ALL) c USING (trial_id)
LEFT JOIN (SELECT trial_id, string_agg(name, ' ') AS words FROM interventions GROUP BY ALL) i USING (trial_id)
ORDER BY trial_id
"""


class Catalogue:
    """The trials of one catalogue and the concepts that they name, read once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, terminology: Terminology, expansion: Expansion) -> None:
        self.terminology = terminology
        self.expansion = expansion
        self._connection = connection.cursor()
        table = self._connection.sql(_COLUMNS).to_arrow_table()
        self.table = table.combine_chunks()
        self.trial_ids: list[str] = self.table["trial_id"].to_pylist()
        self._profiles: dict[int, Profile] = {}
        self._columns: dict[str, list[Any]] = {}
        rows = self._concept_table()
        self._index(rows)

    @cached_property
    def place_of(self) -> dict[str, int]:
        """Place of each trial."""
        return {trial_id: place for place, trial_id in enumerate(self.trial_ids)}

    def _concept_table(self) -> pa.Table:
        """Stored rows that are current, and fresh ones for the trials that have none."""
        columns = "trial_id, concept_id, label, field, score, words"
        tables = []
        missing = unmapped(self._connection, None)
        if has_table(self._connection):
            stale = pa.table({"trial_id": pa.array(missing, pa.string())})
            self._connection.register("stale_trials", stale)
            tables.append(
                self._connection.sql(
                    f"SELECT {columns} FROM trial_concepts c ANTI JOIN stale_trials s USING (trial_id) "
                    "SEMI JOIN trials t USING (trial_id) WHERE concept_id <> ''"
                ).to_arrow_table()
            )
            self._connection.unregister("stale_trials")
        if missing:
            fresh = concept_rows(TrialMapper(self.terminology), read_texts(self._connection, missing))
            fresh = fresh.select(["trial_id", "concept_id", "label", "field", "score", "words"])
            tables.append(fresh.filter(pc.not_equal(fresh["concept_id"], "")))
        return pa.concat_tables(tables, promote_options="permissive").combine_chunks()

    def _index(self, rows: pa.Table) -> None:
        """Postings: for each concept the trials that name it; for each trial its rows."""
        ids = rows["concept_id"].combine_chunks().dictionary_encode()
        names: list[str] = ids.dictionary.to_pylist()
        place_of = self.terminology.place_of
        size = len(self.terminology.ids)
        numbers = np.empty(len(names), dtype=np.int64)
        self.own_terms: dict[str, int] = {}
        self.requirement_names: dict[int, str] = {}
        for number, name in enumerate(names):
            place = place_of.get(name)
            if place is None:
                place = size + number
                if name.startswith(OWN_WORDS):
                    self.own_terms[name.removeprefix(OWN_WORDS)] = place
                else:
                    self.requirement_names[place] = name
            numbers[number] = place
        trials = {trial_id: place for place, trial_id in enumerate(self.trial_ids)}
        trial_codes = rows["trial_id"].combine_chunks().dictionary_encode()
        trial_numbers = np.array([trials[name] for name in trial_codes.dictionary.to_pylist()], dtype=np.int64)
        self.row_concepts = numbers[ids.indices.to_numpy(zero_copy_only=False)] if len(rows) else np.zeros(0, np.int64)
        self.row_trials = (
            trial_numbers[trial_codes.indices.to_numpy(zero_copy_only=False)] if len(rows) else np.zeros(0, np.int64)
        )
        self._rows = rows
        fields = rows["field"].combine_chunks().dictionary_encode()
        rank = np.array([FIELDS.index(name) for name in fields.dictionary.to_pylist()], dtype=np.int8)
        self.row_fields = rank[fields.indices.to_numpy(zero_copy_only=False)] if len(rows) else np.zeros(0, np.int8)
        by_trial = np.argsort(self.row_trials, kind="stable")
        self._trial_order = by_trial
        self._trial_pointers = np.searchsorted(self.row_trials[by_trial], np.arange(len(self.trial_ids) + 1))
        named = self.row_fields < FIELDS.index("exclusion")
        order = np.flatnonzero(named)[np.argsort(self.row_concepts[named], kind="stable")]
        self._concept_order = order
        sorted_concepts = self.row_concepts[order]
        unique, starts = np.unique(sorted_concepts, return_index=True)
        ends = np.append(starts[1:], len(sorted_concepts))
        self._postings = {
            int(concept): (int(start), int(end)) for concept, start, end in zip(unique, starts, ends, strict=True)
        }

    @cached_property
    def named_concepts(self) -> frozenset[int]:
        """Every concept that some trial names."""
        return frozenset(self._postings)

    def trials_naming(self, concept: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Trials that name a concept, and the field of each naming."""
        start, end = self._postings.get(concept, (0, 0))
        rows = self._concept_order[start:end]
        return self.row_trials[rows], self.row_fields[rows]

    def kind(self, concept: int) -> Kind:
        """Kind of a concept, a disease for the catalogue's own terms."""
        return self.terminology.kind(concept) if concept < len(self.terminology.ids) else Kind.DISEASE

    def namings(self, place: int) -> list[Naming]:
        """All places where a trial names a concept."""
        rows = self._trial_order[self._trial_pointers[place] : self._trial_pointers[place + 1]]
        scores, words = self._rows["score"], self._rows["words"]
        return [
            Naming(int(self.row_concepts[row]), FIELDS[self.row_fields[row]], scores[row].as_py(), words[row].as_py())
            for row in rows.tolist()
        ]

    def value(self, place: int, column: str) -> Any:
        """A column of trials for one trial."""
        values = self._columns.get(column)
        if values is None:
            values = self._columns[column] = self.table[column].to_pylist()
        return values[place]

    def profile(self, place: int) -> Profile:
        """A trial as the ranking sees it, made once."""
        found = self._profiles.get(place)
        if found is None:
            found = self._profiles[place] = self._make_profile(place)
        return found

    def _make_profile(self, place: int) -> Profile:
        by_field: dict[str, dict[int, Naming]] = defaultdict(dict)
        for naming in self.namings(place):
            by_field[naming.field].setdefault(naming.concept, naming)
        focus: dict[int, Naming] = {}
        for field in _FOCUS:
            for concept, naming in by_field[field].items():
                focus.setdefault(concept, naming)
        sites = self._sites(focus)
        focus = {concept: naming for concept, naming in focus.items() if not self._generic(concept, sites)}
        asked = frozenset(
            self.requirement_names[concept] for concept in by_field["requirement"] if concept in self.requirement_names
        )
        if "admits:children-and-adults" not in asked:
            focus = self._without_wider(focus)
        diseases, findings, groups = self._roles(focus)
        others: dict[int, Naming] = {}
        for field in ("mesh", "keyword", "inclusion", "mesh_ancestor"):
            for concept, naming in by_field[field].items():
                if concept not in focus and not self._generic(concept, sites):
                    others.setdefault(concept, naming)
        return Profile(
            place=place,
            diseases=diseases,
            findings=findings,
            others=others,
            groups=groups,
            excluded=by_field["exclusion"],
            causes=self._causes(diseases),
            asked=asked,
            words=self._words(place),
        )

    def _groups_of(self, concept: int) -> dict[int, Relation]:
        if concept >= len(self.terminology.ids):
            return {}
        return {
            edge.other: edge.relation
            for edge in self.terminology.edges(concept)
            if edge.relation in (Relation.ACCEPTS, Relation.IN_GROUP)
        }

    def _without_wider(self, focus: dict[int, Naming]) -> dict[int, Naming]:
        """Focus without a disease of which a special kind is named too: "Dermatomyositis" in a trial of juvenile
        ones.
        """
        size = len(self.terminology.ids)
        wider: set[int] = set()
        for concept in focus:
            if concept < size and self.kind(concept) is Kind.DISEASE:
                above = self.expansion.of(concept)
                wider |= {other for other in focus if other in above and above[other].relation == "broader"}
        return {concept: naming for concept, naming in focus.items() if concept not in wider}

    def _sites(self, focus: dict[int, Naming]) -> set[int]:
        """Wide groups of which the trial names a member that the group's trials do not mean (vessels, brain,
        tendons).
        """
        size = len(self.terminology.ids)
        sites: set[int] = set()
        for concept in focus:
            if concept >= size:
                continue
            for implied in (concept, *self.expansion.obligate(concept)):
                for other, how in self.expansion.of(implied).items():
                    if how.relation != "narrower":
                        groups = self._groups_of(other)
                        sites |= {group for group, relation in groups.items() if relation is Relation.IN_GROUP}
        return sites

    def _generic(self, concept: int, sites: set[int]) -> bool:
        """Whether a more specific naming explains this one: "Calcinosis" beside calcific tendinitis."""
        if not sites:
            return False
        groups = self._groups_of(concept)
        return concept in sites or any(
            group in sites and relation is Relation.ACCEPTS for group, relation in groups.items()
        )

    def _roles(self, focus: dict[int, Naming]) -> tuple[dict[int, Naming], dict[int, Naming], dict[int, Naming]]:
        """Diseases (any of them admits), findings (required beside them) and wide headings."""
        diseases: dict[int, Naming] = {}
        findings: dict[int, Naming] = {}
        groups: dict[int, Naming] = {}
        complications: set[int] = set()
        for concept in focus:
            if concept < len(self.terminology.ids):
                complications |= self.expansion.manifestations(concept).keys() & focus.keys() - {concept}
        for concept, naming in focus.items():
            kind = self.kind(concept)
            if kind is Kind.SYMPTOM:
                groups[concept] = naming
            elif kind is Kind.FINDING or concept in complications:
                findings[concept] = naming
            elif kind is Kind.GROUP:
                # A heading such as "ectopic calcification" is a finding, one such as "connective tissue disease" no
                # limit.
                above = self.terminology.edges(concept, backwards=True)
                is_finding = any(edge.relation in (Relation.ACCEPTS, Relation.IN_GROUP) for edge in above)
                (findings if is_finding else groups)[concept] = naming
            else:
                diseases[concept] = naming
        return diseases, findings, groups

    def _causes(self, diseases: dict[int, Naming]) -> int:
        """How many unrelated diseases a trial admits: dermatomyositis and its juvenile form count once."""
        distinct: list[set[int]] = []
        for concept in diseases:
            related = set(self.expansion.of(concept)) if concept < len(self.terminology.ids) else {concept}
            if not any(concept in other or not other.isdisjoint({concept}) for other in distinct):
                distinct.append(related)
        return len(distinct)

    def countries(self) -> list[tuple[str, list[str]]]:
        """Countries of each trial that states any."""
        return self._connection.execute(
            "SELECT trial_id, list(DISTINCT country) FROM locations WHERE country IS NOT NULL GROUP BY trial_id"
        ).fetchall()

    def _words(self, place: int) -> frozenset[str]:
        parts = [self.value(place, column) or "" for column in ("brief_title", "official_title", "word_source")]
        return frozenset(
            token.text for token in tokens(" ".join(parts)) if token.text not in STOPWORDS and len(token.text) > 2
        )
