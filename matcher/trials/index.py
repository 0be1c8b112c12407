"""What the ranking knows of each trial: its concepts by field, its limits, and what it asks of participants."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise

import duckdb
import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from db.countries import Place
from db.stated_status import STATED_STATUS
from matcher import weights
from matcher.terminology import Kind, Terminology
from matcher.terminology.expansion import Expansion
from matcher.trials.indexing import (
    NOTHING_MAPPED,
    OWN_WORDS,
    TREATMENT,
    TrialMapper,
    has_tables,
    map_texts,
    unmapped,
)
from matcher.trials.roles import DISEASE, FIELDS, FINDING, ROLES, UNSAID
from matcher.trials.trial_text import read_texts

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
RoleNumbers = npt.NDArray[np.int8]

_TREATMENT, _EXCLUSION = map(FIELDS.index, ("treatment", "exclusion"))
_NOTHING: frozenset[str] = frozenset()


def field_weight(field: str) -> float:
    """How much it says that a trial names a concept in a field: 1 for a condition, 0 where it admits nobody."""
    return 1.0 if field == "condition" else float(getattr(weights, field.upper(), 0.0))


class Naming(msgspec.Struct, frozen=True, gc=False):
    """A place where a trial names a concept. weight: of its field, times how sure it is. row: of `TrialIndex.words`."""

    concept: int
    field: str
    score: float
    weight: float
    row: int


class Facts(msgspec.Struct, frozen=True, gc=False):
    """What is shown of a trial and decides beside its concepts, as the catalogue says it. stale_reason: of a trial that
    says it is open, why that could hardly be so on the day on which the catalogue was opened.
    """

    trial_id: str
    study_id: str | None
    registry: str
    title: str | None
    status: str
    phase: list[str] | None
    sex: str | None
    min_age_days: int | None
    max_age_until_days: int | None
    ages_are_bands: bool | None
    url: str
    last_update: str | None
    completion_date: str | None
    stale_reason: str | None


class Profile(msgspec.Struct, frozen=True, gc=False):
    """A trial as the ranking sees it.

    diseases, findings: concepts in its conditions and titles, the most specific ones; namings: these, wide headings
    there, and concepts that it names elsewhere (keywords, MeSH, inclusion criteria). asked: its requirements
    ("requires:earlier-study").
    """

    trial_index: int
    diseases: dict[int, Naming]
    findings: dict[int, Naming]
    namings: dict[int, Naming]
    asked: frozenset[str]


_FACTS = f"""
SELECT trial_id, study_id, registry, coalesce(nullif(brief_title, ''), official_title) AS title, status, phase, sex,
       min_age_days, max_age_until_days, ages_are_bands, url, strftime(last_update_date, '%Y-%m-%d') AS last_update,
       strftime(completion_date, '%Y-%m-%d') AS completion_date, status_stale_reason AS stale_reason
FROM trials LEFT JOIN (SELECT trial_id, status_stale_reason FROM ({STATED_STATUS})) USING (trial_id)
"""
_NUMBERED = """CREATE TEMP VIEW numbered_trials AS
SELECT trial_id, content_hash, row_number() OVER (ORDER BY trial_id) - 1 AS trial_index FROM trials"""
_FRESH = """CREATE TEMP VIEW mapped_{name} AS
SELECT trial_index, row_number() OVER () AS number, fresh_{name}.*
FROM fresh_{name} JOIN numbered_trials USING (trial_id)"""
_STORED = """ UNION ALL
SELECT trial_index, t.rowid AS number, t.* FROM trial_{name} t JOIN numbered_trials USING (trial_id, content_hash)
ANTI JOIN fresh_words USING (trial_id)"""
_CONCEPTS = """
SELECT trial_index, number, concept_id, list_position(?, field) - 1 AS field, list_position(?, role) - 1 AS role,
       score, words
FROM mapped_concepts WHERE field <> 'mesh_ancestor'
"""
_WORDS = """
SELECT word, list(trial_index) AS saying
FROM (SELECT unnest(words) AS word, trial_index FROM mapped_words) GROUP BY word
"""


def facts_of(connection: duckdb.DuckDBPyConnection, trial_id: str) -> Facts | None:
    """What a catalogue says of one trial; None where it holds no such trial."""
    row = connection.execute(f"{_FACTS} WHERE trial_id = ?", [trial_id]).fetchone()
    return Facts(*row) if row else None


class TrialIndex:
    """The trials of one catalogue and the concepts that they name, read once.

    A trial goes by its index, its place in the order of ids. A row is one naming of a concept by a trial; rows are
    sorted by trial and field.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, terminology: Terminology, expansion: Expansion) -> None:
        self.terminology = terminology
        self.expansion = expansion
        self._connection = connection.cursor()
        table = self._connection.sql(f"{_FACTS} ORDER BY trial_id").to_arrow_table()
        self.trial_ids: list[str] = table["trial_id"].to_pylist()
        self.facts = [Facts(*row) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]
        self._profiles: dict[int, Profile] = {}
        self._words_of_rows: dict[int, str] = {}
        self.causes = lru_cache(maxsize=50_000)(self._find_causes)
        self._make_views()
        self._index(self._connection.sql(_CONCEPTS, params=[FIELDS, ROLES]).to_arrow_table())
        said = self._connection.sql(_WORDS).to_arrow_table()
        trials = said["saying"].combine_chunks()
        self._saying: Ints = trials.flatten().to_numpy()
        self._words = dict(zip(said["word"].to_pylist(), pairwise(trials.offsets.to_pylist()), strict=True))

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A further connection to the same catalogue."""
        return self._connection.cursor()

    @cached_property
    def file(self) -> str:
        """Path of the database file."""
        query = "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
        ((path,),) = self._connection.execute(query).fetchall()
        return str(path)

    @cached_property
    def trial_index_of(self) -> dict[str, int]:
        """Index of each trial."""
        return {trial_id: trial_index for trial_index, trial_id in enumerate(self.trial_ids)}

    def _make_views(self) -> None:
        """Views of the stored rows that are current, and fresh ones for the trials that have none."""
        missing = unmapped(self._connection, None)
        fresh = NOTHING_MAPPED
        if missing:
            mapper = TrialMapper(self.terminology, self.expansion)
            fresh = map_texts(mapper, read_texts(self._connection, missing))
        is_stored = has_tables(self._connection)
        self._connection.execute(_NUMBERED)
        for name, table in reversed(fresh._asdict().items()):  # words first, by which the stored rows are chosen
            self._connection.register(f"fresh_{name}", table)
            self._connection.execute((_FRESH + (_STORED if is_stored else "")).format(name=name))

    def _index(self, rows: pa.Table) -> None:
        """Keep the rows, sorted by trial and field, else in their own order."""
        ids = rows["concept_id"].combine_chunks().dictionary_encode()
        concepts = self._number(ids.dictionary.to_pylist())[ids.indices.to_numpy()]
        trials, fields = rows["trial_index"].to_numpy(), rows["field"].to_numpy()
        order = np.argsort(rows["number"].to_numpy(), kind="stable")
        order = order[np.argsort((trials * len(FIELDS) + fields)[order], kind="stable")]
        self._order = order[concepts[order] >= 0]
        self._own_words = rows["words"].combine_chunks()
        self._row_scores = rows["score"].to_numpy()[self._order]
        self._row_fields = fields[self._order]
        self._row_concepts = concepts[self._order]
        self._row_roles = rows["role"].to_numpy().astype(np.int8)[self._order]
        self._field_weights = np.array([field_weight(field) for field in FIELDS])
        self._row_weights = self._field_weights[self._row_fields] * self._row_scores
        trials = trials[self._order]
        self._first_rows: list[int] = np.searchsorted(trials, np.arange(len(self.trial_ids) + 1)).tolist()
        named = np.flatnonzero(self._row_roles != UNSAID)
        columns = (self._row_concepts, self._row_fields, self._row_roles, self._row_scores, self._row_weights)
        self._named = [named, *(column[named] for column in columns)]
        self._first_named: list[int] = np.searchsorted(named, self._first_rows).tolist()
        self._post(trials)
        self._asked: dict[int, frozenset[str]] = {}
        for concept, name in self.requirement_names.items():
            for trial_index in self.trials_stating(concept):
                self._asked[trial_index] = self._asked.get(trial_index, _NOTHING) | {name}

    def _post(self, all_trials: Ints) -> None:
        """For each concept the trials that name it, with the weight of the best field and the concept's role; for each
        exclusion, requirement and treatment the trials that state it.
        """
        admitting = np.flatnonzero(self._field_weights[self._row_fields])
        by_concept = admitting[np.argsort(self._row_concepts[admitting], kind="stable")]
        concepts, trials = self._row_concepts[by_concept], all_trials[by_concept]
        is_first = np.ones(len(concepts), dtype=bool)
        is_first[1:] = (concepts[1:] != concepts[:-1]) | (trials[1:] != trials[:-1])
        concepts, self._posted_trials = concepts[is_first], trials[is_first]
        roles = self._row_roles[by_concept]
        naming_weights = np.where(roles != UNSAID, self._row_weights[by_concept], 0.0)
        self._posted_roles, self._posted_weights = (
            np.maximum.reduceat(column, np.flatnonzero(is_first)) for column in (roles, naming_weights)
        )
        self.has_diseases = np.zeros(len(self.trial_ids), dtype=bool)
        self.has_diseases[self._posted_trials[self._posted_roles == DISEASE]] = True
        findings = np.flatnonzero(self._posted_roles == FINDING)
        is_finding = [self.kind(concept) is not Kind.DISEASE for concept in concepts[findings].tolist()]
        self.asks_finding = np.zeros(len(self.trial_ids), dtype=bool)
        self.asks_finding[self._posted_trials[findings[is_finding]]] = True
        self._postings, self._posted = _spans(concepts), np.arange(len(concepts))
        limiting = np.flatnonzero(self._field_weights[self._row_fields] == 0)
        by_concept = limiting[np.argsort(self._row_concepts[limiting], kind="stable")]
        self._limited = all_trials[by_concept]
        self._limits = _spans(self._row_concepts[by_concept])

    def _number(self, ids: Sequence[str]) -> Ints:
        """Number of each concept: its place in the terminology, behind them the catalogue's own terms, the requirements
        and the treatments, -1 for none.
        """
        concept_of, size = self.terminology.place_of, len(self.terminology.ids)
        self.own_terms: dict[str, int] = {}
        self.requirement_names: dict[int, str] = {}
        self.treatment_names: dict[int, str] = {}
        numbers = np.empty(len(ids), dtype=np.int64)
        for number, name in enumerate(ids):
            concept = concept_of.get(name, size + number)
            if self.terminology.holds(concept):
                pass
            elif name.startswith(OWN_WORDS):
                self.own_terms[name.removeprefix(OWN_WORDS)] = concept
            elif name.startswith(TREATMENT):
                self.treatment_names[concept] = name.removeprefix(TREATMENT)
            elif name:
                self.requirement_names[concept] = name
            numbers[number] = concept if name else -1
        return numbers

    @cached_property
    def named_concepts(self) -> frozenset[int]:
        """Every concept that some trial names."""
        return frozenset(self._postings)

    @cached_property
    def own_names(self) -> dict[int, str]:
        """The words of each of the catalogue's own terms."""
        return {concept: words for words, concept in self.own_terms.items()}

    def trials_naming(self, concepts: Iterable[int]) -> tuple[Ints, Floats, RoleNumbers, list[int]]:
        """Trials that name concepts, one concept after the other. For each trial the weight of the naming in its
        profile (0 when it has none) and the concept's role; then how many trials each concept has.
        """
        spans = [self._postings[concept] for concept in concepts]
        rows = np.concatenate([self._posted[start:end] for start, end in spans])
        counts = [end - start for start, end in spans]
        columns = (self._posted_trials, self._posted_weights, self._posted_roles)
        trials, namings, roles = (column[rows] for column in columns)
        return trials, namings, roles, counts

    def count_about(self, concepts: Iterable[int]) -> int:
        """How many trials are about one of these concepts: have it as a disease or a finding."""
        rows = np.concatenate([self._posted[slice(*self._postings[concept])] for concept in concepts])
        return len(np.unique(self._posted_trials[rows[self._posted_roles[rows] >= FINDING]]))

    def _stated(self, trial_index: int, field: int) -> Iterator[tuple[int, int]]:
        """Concepts that a trial names in a field, each with the row of `words`."""
        start, end = self._first_rows[trial_index : trial_index + 2]
        rows = np.flatnonzero(self._row_fields[start:end] == field) + start
        return zip(self._row_concepts[rows].tolist(), rows.tolist(), strict=True)

    def excluded(self, trial_index: int) -> Iterator[tuple[int, int]]:
        """Concepts in a trial's exclusion criteria, each with the row of `words`."""
        return self._stated(trial_index, _EXCLUSION)

    def treatments(self, trial_index: int) -> dict[int, int]:
        """Treatments that a trial gives, each with the row of `words`."""
        return dict(self._stated(trial_index, _TREATMENT))

    def trials_stating(self, concept: int) -> list[int]:
        """Trials that give a treatment, ask for a requirement, or exclude a concept."""
        start, end = self._limits.get(concept, (0, 0))
        found: list[int] = self._limited[start:end].tolist()
        return found

    def is_limited(self, concepts: Iterable[int]) -> Flags:
        """For each trial whether it excludes one of these concepts, or asks for one that is a requirement."""
        limited = np.zeros(len(self.trial_ids), dtype=bool)
        for concept in concepts:
            start, end = self._limits.get(concept, (0, 0))
            limited[self._limited[start:end]] = True
        return limited

    def kind(self, concept: int) -> Kind:
        """Kind of a concept, a disease for the catalogue's own terms."""
        return self.terminology.kind(concept) if self.terminology.holds(concept) else Kind.DISEASE

    def namings(self, trial_index: int) -> list[tuple[int, str, int]]:
        """All places where a trial names a concept, by field: concept, field, row of `words`."""
        start, end = self._first_rows[trial_index : trial_index + 2]
        fields = [FIELDS[field] for field in self._row_fields[start:end].tolist()]
        return list(zip(self._row_concepts[start:end].tolist(), fields, range(start, end), strict=True))

    def words(self, row: int) -> str:
        """The trial's own words for what it names."""
        found = self._words_of_rows.get(row)
        if found is None:
            found = self._words_of_rows[row] = self._own_words[int(self._order[row])].as_py()
        return found

    def content_words(self, trial_index: int) -> frozenset[str]:
        """Content words of a trial's titles, conditions and interventions."""
        rows = self._connection.execute(
            "SELECT words FROM mapped_words WHERE trial_index = ?", [trial_index]
        ).fetchall()
        return frozenset(word for (words,) in rows for word in words)

    def trials_saying(self, word: str) -> Ints:
        """Trials that have a word among their content words."""
        start, end = self._words.get(word, (0, 0))
        return self._saying[start:end]

    def profile(self, trial_index: int) -> Profile:
        """A trial as the ranking sees it, made once."""
        found = self._profiles.get(trial_index)
        if found is None:
            found = self._profiles[trial_index] = self._make_profile(trial_index)
        return found

    def _make_profile(self, trial_index: int) -> Profile:
        start, end = self._first_named[trial_index : trial_index + 2]
        of_role: list[dict[int, Naming]] = [{} for _ in ROLES]
        columns = [column[start:end].tolist() for column in self._named]
        for row, concept, field, role, score, weight in zip(*columns, strict=True):
            of_role[role].setdefault(concept, Naming(concept, FIELDS[field], score, weight, row))
        _, mentions, headings, findings, diseases = of_role
        return Profile(
            trial_index=trial_index,
            diseases=diseases,
            findings=findings,
            namings={**diseases, **findings, **headings, **mentions},
            asked=self._asked.get(trial_index, _NOTHING),
        )

    def _find_causes(self, trial_index: int) -> int:
        """How many unrelated diseases a trial admits: dermatomyositis and its juvenile form count once."""
        distinct: list[Iterable[int]] = []
        for concept in self.profile(trial_index).diseases:
            if not any(concept in other for other in distinct):
                known = self.terminology.holds(concept)
                distinct.append(self.expansion.of(concept) if known else (concept,))
        return len(distinct)

    def places(self) -> list[tuple[str, list[Place]]]:
        """Countries, regions and statuses of the sites of each trial that states any."""
        return self._connection.execute(
            "SELECT trial_id, list(DISTINCT (country, CASE WHEN country IS NULL THEN state END, status)) "
            "FROM locations WHERE country IS NOT NULL OR state IS NOT NULL GROUP BY trial_id"
        ).fetchall()


def _spans(concepts: Ints) -> dict[int, tuple[int, int]]:
    """Where each concept stands in a sorted array."""
    named, starts = np.unique(concepts, return_index=True)
    ends = np.append(starts, len(concepts))[1:]
    return dict(zip(named.tolist(), zip(starts.tolist(), ends.tolist(), strict=True), strict=True))
