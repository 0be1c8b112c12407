"""What the ranking knows of each trial: its concepts by field, its limits, and what it asks of participants."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cached_property, lru_cache

import duckdb
import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from matcher.content_words import content_words
from matcher.expansion import Expansion
from matcher.terminology import Kind, Relation, Terminology
from matcher.trials import OWN_WORDS, TrialMapper, concept_rows, read_texts

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FIELDS = ("condition", "title", "mesh", "keyword", "inclusion", "mesh_ancestor", "requirement", "exclusion")
"""Where a trial names a concept; what stands in an earlier field is not looked for in a later one."""
FIELD_WEIGHT = {
    "condition": 1.0, "title": 0.97, "mesh": 0.9, "keyword": 0.8, "inclusion": 0.7, "mesh_ancestor": 0.3,
}  # fmt: skip
_WEIGHTS = np.array([FIELD_WEIGHT.get(field, 0.0) for field in FIELDS])
_FOCUS = ("condition", "title")
_NOTHING: frozenset[str] = frozenset()
_NO_CONCEPTS: frozenset[int] = frozenset()


class Naming(msgspec.Struct, frozen=True, gc=False):
    """A place where a trial names a concept. row: of `Catalogue.words`."""

    concept: int
    field: str
    score: float
    row: int


class Facts(msgspec.Struct, frozen=True, gc=False):
    """What is shown of a trial and decides beside its concepts, as the catalogue says it."""

    trial_id: str
    study_id: str | None
    registry: str
    title: str | None
    status: str
    phase: tuple[str, ...]
    sex: str | None
    min_age_days: int | None
    max_age_until_days: int | None
    ages_are_bands: bool | None
    url: str
    last_update: str | None


class Profile(msgspec.Struct, frozen=True, gc=False):
    """A trial as the ranking sees it.

    diseases, findings: concepts in its conditions and titles, the most specific ones; groups: wide headings there;
    others: concepts that it names elsewhere (keywords, MeSH, inclusion criteria). namings: all of these. excluded:
    concepts in its exclusion criteria. causes: distinct unrelated diseases that it admits. asked: its requirements
    ("requires:earlier-study").
    """

    place: int
    diseases: dict[int, Naming]
    findings: dict[int, Naming]
    groups: dict[int, Naming]
    others: dict[int, Naming]
    namings: dict[int, Naming]
    excluded: dict[int, Naming]
    causes: int
    asked: frozenset[str]


_FACTS = """
SELECT trial_id, study_id, registry, coalesce(nullif(brief_title, ''), official_title) AS title, status, phase, sex,
       min_age_days, max_age_until_days, ages_are_bands, url, strftime(last_update_date, '%Y-%m-%d') AS last_update,
       concat_ws(' ', brief_title, official_title) AS titles
FROM trials ORDER BY trial_id
"""
_PLACES = (
    "WITH places AS (SELECT trial_id, content_hash, row_number() OVER (ORDER BY trial_id) - 1 AS place FROM trials)"
)
_TEXTS = f"""{_PLACES}
SELECT place, string_agg(text, ' ') AS text
FROM (SELECT trial_id, condition AS text FROM conditions UNION ALL SELECT trial_id, name FROM interventions)
     JOIN places USING (trial_id)
GROUP BY place
"""
_CONCEPTS = f"""{_PLACES}
SELECT p.place, c.concept_id, list_position(?, c.field) - 1 AS field, c.rowid AS number, c.score, c.words
FROM {{table}} c JOIN places p ON p.trial_id = c.trial_id AND p.content_hash = c.content_hash
"""


class Catalogue:
    """The trials of one catalogue and the concepts that they name, read once.

    A trial goes by its place in the order of ids. A row is one naming of a concept by a trial; rows are sorted by trial
    and field.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, terminology: Terminology, expansion: Expansion) -> None:
        self.terminology = terminology
        self.expansion = expansion
        self._connection = connection.cursor()
        table = self._connection.sql(_FACTS).to_arrow_table()
        self.trial_ids: list[str] = table["trial_id"].to_pylist()
        self._columns = {name: table[name].combine_chunks() for name in table.column_names}
        self._titles = self._columns.pop("titles")
        texts = self._connection.sql(_TEXTS).to_arrow_table()
        self._texts = texts["text"].combine_chunks()
        self._text_rows = np.full(len(self.trial_ids), -1)
        self._text_rows[texts["place"].to_numpy()] = np.arange(len(texts))
        self.statuses: list[str] = self._columns["status"].to_pylist()
        self._facts: dict[int, Facts] = {}
        self._profiles: dict[int, Profile] = {}
        self._content_words: dict[int, frozenset[str]] = {}
        self._own_words: dict[int, str] = {}
        self._sites = lru_cache(maxsize=50_000)(self._find_sites)
        self._meant = lru_cache(maxsize=50_000)(self._find_meant)
        self._role = lru_cache(maxsize=50_000)(self._find_role)
        self._index(self._concept_rows())

    @cached_property
    def file(self) -> str:
        """Path of the database file."""
        query = "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
        ((path,),) = self._connection.execute(query).fetchall()
        return str(path)

    @cached_property
    def place_of(self) -> dict[str, int]:
        """Place of each trial."""
        return {trial_id: place for place, trial_id in enumerate(self.trial_ids)}

    def _concept_rows(self) -> pa.Table:
        """Stored rows that are current, and fresh ones for the trials that have none."""
        tables: list[pa.Table] = []
        with suppress(duckdb.CatalogException):  # nothing was ever mapped
            tables.append(self._read_concepts("trial_concepts"))
        mapped = np.zeros(len(self.trial_ids), dtype=bool)
        for table in tables:
            mapped[table["place"].to_numpy()] = True
        missing = [self.trial_ids[place] for place in np.flatnonzero(~mapped).tolist()]
        if missing or not tables:
            fresh = concept_rows(TrialMapper(self.terminology), read_texts(self._connection, missing))
            fresh = fresh.append_column("rowid", pa.array(range(len(fresh)), pa.int64()))
            self._connection.register("fresh_concepts", fresh)
            tables.append(self._read_concepts("fresh_concepts"))
            self._connection.unregister("fresh_concepts")
        return pa.concat_tables(tables, promote_options="permissive").combine_chunks()

    def _read_concepts(self, table: str) -> pa.Table:
        return self._connection.sql(_CONCEPTS.format(table=table), params=[FIELDS]).to_arrow_table()

    def _index(self, rows: pa.Table) -> None:
        """Keep the rows, sorted by trial and field, else in their own order."""
        ids = rows["concept_id"].combine_chunks().dictionary_encode()
        concepts = self._number(ids.dictionary.to_pylist())[ids.indices.to_numpy()]
        places, fields = rows["place"].to_numpy(), rows["field"].to_numpy()
        order = np.argsort(rows["number"].to_numpy(), kind="stable")
        order = order[np.argsort((places * len(FIELDS) + fields)[order], kind="stable")]
        self._order = order[concepts[order] >= 0]
        self._words = rows["words"].combine_chunks()
        self._row_scores = rows["score"].to_numpy()[self._order]
        self._row_fields = fields[self._order]
        self._row_concepts = concepts[self._order]
        places = places[self._order]
        self._first_rows = np.searchsorted(places, np.arange(len(self.trial_ids) + 1))
        self._post(places)

    def _post(self, places: Ints) -> None:
        """For each concept the trials that name it, with the weight of the best field."""
        admitting = np.flatnonzero(_WEIGHTS[self._row_fields])
        by_concept = admitting[np.argsort(self._row_concepts[admitting], kind="stable")]
        concepts, places = self._row_concepts[by_concept], places[by_concept]
        is_first = np.ones(len(concepts), dtype=bool)
        is_first[1:] = (concepts[1:] != concepts[:-1]) | (places[1:] != places[:-1])
        concepts, self._posted_places = concepts[is_first], places[is_first]
        self._posted_weights = _WEIGHTS[self._row_fields[by_concept[is_first]]]
        named, starts = np.unique(concepts, return_index=True)
        ends = np.append(starts[1:], len(concepts)).tolist()
        self._postings = dict(zip(named.tolist(), zip(starts.tolist(), ends, strict=True), strict=True))

    def _number(self, ids: Sequence[str]) -> Ints:
        """Number of each concept: its place in the terminology, behind them the catalogue's own terms and the
        requirements, -1 for none.
        """
        place_of, size = self.terminology.place_of, len(self.terminology.ids)
        self.own_terms: dict[str, int] = {}
        self.requirement_names: dict[int, str] = {}
        numbers = np.empty(len(ids), dtype=np.int64)
        for number, name in enumerate(ids):
            place = place_of.get(name, size + number)
            if place < size:
                pass
            elif name.startswith(OWN_WORDS):
                self.own_terms[name.removeprefix(OWN_WORDS)] = place
            elif name:
                self.requirement_names[place] = name
            numbers[number] = place if name else -1
        return numbers

    @cached_property
    def named_concepts(self) -> frozenset[int]:
        """Every concept that some trial names."""
        return frozenset(self._postings)

    @cached_property
    def own_names(self) -> dict[int, str]:
        """The words of each of the catalogue's own terms."""
        return {place: words for words, place in self.own_terms.items()}

    def trials_naming(self, concepts: Iterable[int]) -> tuple[Ints, Floats, list[int]]:
        """Trials that name concepts, one concept after the other, and for each trial the weight of the best field that
        does; then how many trials each concept has.
        """
        spans = [self._postings[concept] for concept in concepts]
        if not spans:
            return np.zeros(0, np.int64), np.zeros(0), []
        places = np.concatenate([self._posted_places[start:end] for start, end in spans])
        weights = np.concatenate([self._posted_weights[start:end] for start, end in spans])
        return places, weights, [end - start for start, end in spans]

    def kind(self, concept: int) -> Kind:
        """Kind of a concept, a disease for the catalogue's own terms."""
        return self.terminology.kind(concept) if concept < len(self.terminology.ids) else Kind.DISEASE

    def namings(self, place: int) -> list[Naming]:
        """All places where a trial names a concept, by field."""
        start, end = self._first_rows[place : place + 2].tolist()
        concepts = self._row_concepts[start:end].tolist()
        fields = self._row_fields[start:end].tolist()
        scores = self._row_scores[start:end].tolist()
        return [
            Naming(concept, FIELDS[field], score, row)
            for row, (concept, field, score) in enumerate(zip(concepts, fields, scores, strict=True), start)
        ]

    def words(self, naming: Naming) -> str:
        """The trial's own words for what it names."""
        found = self._own_words.get(naming.row)
        if found is None:
            found = self._own_words[naming.row] = self._words[int(self._order[naming.row])].as_py()
        return found

    def facts(self, place: int) -> Facts:
        """What is shown of a trial, read once."""
        found = self._facts.get(place)
        if found is None:
            row = {name: column[place].as_py() for name, column in self._columns.items()}
            row["phase"] = tuple(row["phase"] or ())
            found = self._facts[place] = Facts(**row)
        return found

    def content_words(self, place: int) -> frozenset[str]:
        """Content words of a trial's titles, conditions and interventions, read once."""
        found = self._content_words.get(place)
        if found is None:
            text, row = self._titles[place].as_py(), int(self._text_rows[place])
            if row >= 0:
                text += " " + self._texts[row].as_py()
            found = self._content_words[place] = content_words(text)
        return found

    def profile(self, place: int) -> Profile:
        """A trial as the ranking sees it, made once."""
        found = self._profiles.get(place)
        if found is None:
            found = self._profiles[place] = self._make_profile(place)
        return found

    def _make_profile(self, place: int) -> Profile:
        focus: dict[int, Naming] = {}
        elsewhere: dict[int, Naming] = {}
        excluded: dict[int, Naming] = {}
        asked: set[str] = set()
        for naming in self.namings(place):
            if naming.field in _FOCUS:
                focus.setdefault(naming.concept, naming)
            elif naming.field == "exclusion":
                excluded.setdefault(naming.concept, naming)
            elif naming.field == "requirement":
                asked.update(filter(None, [self.requirement_names.get(naming.concept)]))
            else:
                elsewhere.setdefault(naming.concept, naming)
        sites = _NO_CONCEPTS.union(*map(self._sites, focus))
        if sites:
            focus = {concept: naming for concept, naming in focus.items() if self._meant(concept).isdisjoint(sites)}
        if len(focus) > 1 and "admits:children-and-adults" not in asked:
            wider = {other for concept in focus for other in self._wider(concept, focus)}
            focus = {concept: naming for concept, naming in focus.items() if concept not in wider}
        others = {
            concept: naming
            for concept, naming in elsewhere.items()
            if concept not in focus and (not sites or self._meant(concept).isdisjoint(sites))
        }
        diseases, findings, groups = self._roles(focus)
        return Profile(
            place=place,
            diseases=diseases,
            findings=findings,
            groups=groups,
            others=others,
            namings=diseases | findings | groups | others,
            excluded=excluded,
            causes=self._causes(diseases),
            asked=frozenset(asked) if asked else _NOTHING,
        )

    def _find_sites(self, concept: int) -> frozenset[int]:
        """Wide groups of which this is a member that the group's trials do not mean (vessels, brain, tendons)."""
        if concept >= len(self.terminology.ids):
            return _NO_CONCEPTS
        sites: set[int] = set()
        for implied in (concept, *self.expansion.obligate(concept)):
            members = self.expansion.around(implied) & self.expansion.group_members
            reached = self.expansion.of(implied) if members else {}
            for other in members:
                if reached[other].relation != "narrower":
                    sites.update(self._groups_of(other, Relation.IN_GROUP))
        return frozenset(sites)

    def _find_meant(self, concept: int) -> frozenset[int]:
        """A concept with the wide groups whose trials mean it: beside a site of one of them a more specific naming
        explains it ("Calcinosis" beside calcific tendinitis).
        """
        return frozenset((concept, *self._groups_of(concept, Relation.ACCEPTS)))

    def _groups_of(self, concept: int, relation: Relation) -> list[int]:
        if concept >= len(self.terminology.ids):
            return []
        groups = {
            edge.other: edge.relation
            for edge in self.terminology.edges(concept)
            if edge.relation in (Relation.ACCEPTS, Relation.IN_GROUP)
        }
        return [group for group, found in groups.items() if found is relation]

    def _wider(self, concept: int, focus: dict[int, Naming]) -> list[int]:
        """Wider diseases in a focus, which a trial of a special kind does not mean: "Dermatomyositis" in one of
        juvenile ones.
        """
        if concept >= len(self.terminology.ids) or self.kind(concept) is not Kind.DISEASE:
            return []
        around = self.expansion.around(concept)
        found = [other for other in focus if other in around and other != concept]
        return [other for other in found if self.expansion.of(concept)[other].relation == "broader"]

    def _roles(self, focus: dict[int, Naming]) -> tuple[dict[int, Naming], dict[int, Naming], dict[int, Naming]]:
        """Diseases (any of them admits), findings (required beside them) and wide headings."""
        diseases: dict[int, Naming] = {}
        findings: dict[int, Naming] = {}
        groups: dict[int, Naming] = {}
        complications = self._complications(focus) if len(focus) > 1 else ()
        for concept, naming in focus.items():
            role = self._role(concept)
            if role is Kind.SYMPTOM:
                groups[concept] = naming
            elif role is Kind.FINDING or concept in complications:
                findings[concept] = naming
            else:
                (groups if role is Kind.GROUP else diseases)[concept] = naming
        return diseases, findings, groups

    def _find_role(self, concept: int) -> Kind:
        """Kind of a concept where a trial is about it: a heading such as "ectopic calcification" is a finding, one
        such as "connective tissue disease" no limit.
        """
        kind = self.kind(concept)
        if kind is not Kind.GROUP:
            return kind
        above = self.terminology.edges(concept, backwards=True)
        is_finding = any(edge.relation in (Relation.ACCEPTS, Relation.IN_GROUP) for edge in above)
        return Kind.FINDING if is_finding else Kind.GROUP

    def _complications(self, focus: dict[int, Naming]) -> set[int]:
        """Concepts of the focus that others of it come with."""
        able = self.expansion.manifested.intersection(focus)
        if not able:
            return set()
        known = [concept for concept in focus if concept < len(self.terminology.ids)]
        complicates = self.expansion.complicates
        return {concept for concept in able if any(complicates(concept, other) for other in known if other != concept)}

    def _causes(self, diseases: dict[int, Naming]) -> int:
        """How many unrelated diseases a trial admits: dermatomyositis and its juvenile form count once."""
        if len(diseases) < 2:
            return len(diseases)
        distinct: list[Iterable[int]] = []
        for concept in diseases:
            if not any(concept in other for other in distinct):
                known = concept < len(self.terminology.ids)
                distinct.append(self.expansion.of(concept) if known else (concept,))
        return len(distinct)

    def countries(self) -> list[tuple[str, list[str]]]:
        """Countries of each trial that states any."""
        return self._connection.execute(
            "SELECT trial_id, list(DISTINCT country) FROM locations WHERE country IS NOT NULL GROUP BY trial_id"
        ).fetchall()
