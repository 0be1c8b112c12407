"""The trial side: what diseases and findings each trial names, and where."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from importlib import resources
from itertools import islice
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from matcher.content_words import content_words
from matcher.expansion import Expansion
from matcher.mapping import Mapper, clean_tokens
from matcher.processes import in_processes
from matcher.roles import FINDING, ROLES, Roles
from matcher.running import RunningText
from matcher.short_forms import stands_for
from matcher.terminology import Kind, Terminology
from matcher.treatments import treatments

BATCH = 2000
READ = 20_000
"""Trials whose texts one question to the catalogue brings."""
MANY_TRIALS = 6000
"""From here on it pays to start further processes, each of which opens the terminology for itself."""
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
BROADLY = 0.95
"""Score of a name that can mean more than its concept ("scleroderma")."""
OWN_WORDS = "TEXT:"
"""Prefix of a concept that no vocabulary has: a trial's own condition, matched by its words."""
TREATMENT = "TREATMENT:"
"""Prefix of a treatment in its normal form."""


class Named(NamedTuple):
    """A concept that a text names. words: the text's own words for it."""

    concept_id: str
    label: str
    rule: str
    score: float
    words: str


Field = tuple[str, int, Named]
"""Field, position in it from 1, and what is named there."""
_ABBREVIATING = ("title", "keyword", "inclusion")
"""Fields in which an abbreviation may be of a drug, a measure or a study."""


class MappedTrials(NamedTuple):
    """Rows of trial_concepts and of trial_words for some trials."""

    concepts: pa.Table
    words: pa.Table


NOTHING_MAPPED = MappedTrials(_CONCEPTS.empty_table(), _WORDS.empty_table())


class TrialText(NamedTuple):
    """The texts of a trial that are mapped. conditions: name, system and code; interventions: type and names."""

    trial_id: str
    content_hash: str
    titles: tuple[str, ...]
    conditions: tuple[tuple[str, str | None, str | None], ...]
    interventions: tuple[tuple[str | None, tuple[str, ...]], ...]
    keywords: tuple[str, ...]
    mesh: tuple[str, ...]
    mesh_ancestors: tuple[str, ...]
    inclusion: tuple[str, ...]
    exclusion: tuple[str, ...]


class TrialMapper:
    """Maps the texts of trials with the mapper that also reads diagnoses; equal texts are mapped once."""

    def __init__(self, terminology: Terminology, expansion: Expansion | None = None) -> None:
        self.terminology = terminology
        self.mapper = Mapper(terminology)
        self.roles = Roles(terminology, expansion or Expansion(terminology))
        self.running = RunningText(terminology, self.mapper)
        self.of_term = lru_cache(maxsize=100_000)(self._of_term)

    def _of_term(self, text: str) -> tuple[Named, ...]:
        """Concepts of a condition, keyword or heading; its own words where no vocabulary knows it."""
        return self._scan(text, misspelt=False) or self._scan(text, misspelt=True) or (self._own_words(text),)

    def of_text(self, text: str, drop_denied: bool) -> tuple[Named, ...]:
        """Concepts that running text names."""
        terminology = self.terminology
        named: dict[int, Named] = {}
        for concept, words, rule in self.running.named(text, drop_denied):
            if concept not in named:
                named[concept] = Named(terminology.ids[concept], terminology.labels[concept], rule, 1.0, words)
        return tuple(named.values())

    def _scan(self, text: str, misspelt: bool) -> tuple[Named, ...]:
        terminology = self.terminology
        named: dict[int, Named] = {}
        found = clean_tokens(text)
        hits = self.mapper.scan(text, found, misspelt=misspelt, patterns=False)
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

    def rows(self, trial: TrialText) -> Iterator[tuple[str, str, str, str, int, str, float, str, str]]:
        """Rows of trial_concepts without the last two columns. What a trial is for it does not exclude."""
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
            yield trial.trial_id, identifier, label, field, position, rule, score, words, ROLES[role]

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
            for named in self.of_text(title, drop_denied=False):
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
            excluded = _EXCLUDED_ITEM.match(text)
            field = "exclusion" if excluded else "inclusion"
            yield from ((field, position, named) for named in self.of_text(text, drop_denied=not excluded))
        for position, text in enumerate(trial.exclusion, start=1):
            yield from (("exclusion", position, named) for named in self.of_text(text, drop_denied=False))

    def _condition(self, condition: str, system: str | None, code: str | None) -> Sequence[Named]:
        found = list(self.of_term(condition))
        if system and code:
            from matcher.codes import concepts_of_code

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


_EARLIER_STUDY = re.compile(
    r"\brollover\b|\bwho have completed\b|\bcompleted (?:both|the|an?|study|nct|parent|previous|treatment|"
    r"participation|earlier)"
    r"|\bcompleted\b[^.]{0,40}\b(?:stud(?:y|ies)|trial)\b|\bpreviously (?:treated with [A-Z]|enrolled)"
    r"|\btook part in an? (?:earlier|previous|prior)|\bparticipat\w+ in (?:an?|the) (?:earlier|previous|prior|"
    r"parent)",
    re.I,
)
_NEW_ENTRANTS = re.compile(r"\bor\b (?:an? )?new\b|\bnew (?:entrants|adult|participants|patients)", re.I)
_NEW_ONSET = re.compile(r"\bnew[- ]onset\b|\bnewly diagnosed\b|\buntreated\b|\btreatment[- ]naive\b", re.I)
_CHILDREN = re.compile(r"\b(?:child(?:hood|ren)?|pa?ediatric|juvenile|adolescents?|infants?|infancy)\b", re.I)
_YOUNG_PEOPLE = r"(?:children|pa?ediatric|adolescents?|infants|newborns|neonates|toddlers)\b(?![- ]onset)"
_OF_YOUNG_PEOPLE = re.compile(rf"\b{_YOUNG_PEOPLE}", re.I)
_TAKES_YOUNG_PEOPLE = re.compile(rf"\W*(?:\w+ )?{_YOUNG_PEOPLE}", re.I)
_ADULTS = re.compile(r"\badults?\b|\bsurvivors?\b", re.I)
_RELATIVES = re.compile(r"\b(parents?|siblings?|brothers?|sisters?|relatives?|family members?)\b", re.I)
_RELATIVE_KIND = {"brother": "sibling", "sister": "sibling", "family member": "relative"}


def _takes_young_people(trial: TrialText) -> bool:
    """Whether a title or the beginning of a criterion says that those who take part are young."""
    return any(map(_OF_YOUNG_PEOPLE.search, trial.titles)) or any(map(_TAKES_YOUNG_PEOPLE.match, trial.inclusion))


def requirements(trial: TrialText) -> Iterator[Named]:
    """What a trial asks of participants beside a diagnosis, as far as titles and inclusion criteria say it plainly.

    requires:earlier-study (a rollover study), requires:new-onset, admits:children-only or -and-adults,
    admits:parent|sibling|relative. Children only: these words name the people, or a disease of childhood that is new;
    who has a juvenile disease may be grown up.
    """
    parts = (*trial.titles, *trial.inclusion)
    if not any(_NEW_ENTRANTS.search(part) for part in parts):
        match = next(filter(None, map(_EARLIER_STUDY.search, parts)), None)
        if match:
            yield Named("requires:earlier-study", "took part in an earlier study", "text", 1.0, match[0])
    match = next(filter(None, map(_NEW_ONSET.search, parts)), None)
    if match:
        yield Named("requires:new-onset", "newly diagnosed or untreated", "text", 1.0, match[0])
    children = next(filter(None, map(_CHILDREN.search, parts)), None)
    if children and any(_ADULTS.search(part) for part in parts):
        yield Named("admits:children-and-adults", "children and adults", "text", 1.0, children[0])
    elif (children and match) or _takes_young_people(trial):
        yield Named("admits:children-only", "children", "text", 1.0, "children")
    kinds: set[str] = set()
    for part in trial.inclusion:
        for found in _RELATIVES.finditer(part):
            word = found[1].lower().removesuffix("s")
            kind = _RELATIVE_KIND.get(word, word)
            if kind not in kinds:
                kinds.add(kind)
                yield Named(f"admits:{kind}", f"{kind}s of affected people", "text", 1.0, found[0])


_EXCLUDED_ITEM = re.compile(r"\s*(?:excluded?|exclusion|not |no )", re.I)

# Each table is cut down to the wanted trials before it is joined: a whole registry does not fit into the memory that
# the database has while it writes.
_TEXTS = """
WITH own AS (SELECT trial_id, content_hash, brief_title, official_title
             FROM trials SEMI JOIN wanted_trials USING (trial_id)),
     named AS (SELECT trial_id, list([condition, code_system, code] ORDER BY position) AS conditions
               FROM conditions SEMI JOIN wanted_trials USING (trial_id) GROUP BY trial_id),
     tagged AS (SELECT trial_id, list(keyword ORDER BY position) AS keywords
                FROM keywords SEMI JOIN wanted_trials USING (trial_id) GROUP BY trial_id),
     headed AS (SELECT trial_id, list(term ORDER BY position) FILTER (NOT is_ancestor) AS mesh,
                       list(term ORDER BY position) FILTER (is_ancestor) AS ancestors
                FROM mesh_terms SEMI JOIN wanted_trials USING (trial_id) WHERE branch = 'condition' GROUP BY trial_id),
     given AS (SELECT trial_id, list((type, [name] || coalesce(other_names, [])) ORDER BY position) AS interventions
               FROM interventions SEMI JOIN wanted_trials USING (trial_id) GROUP BY trial_id),
     admitted AS (SELECT * FROM eligibility SEMI JOIN wanted_trials USING (trial_id))
SELECT own.*, conditions, interventions, keywords, mesh, ancestors, criteria, inclusion, exclusion
FROM own LEFT JOIN named USING (trial_id) LEFT JOIN given USING (trial_id) LEFT JOIN tagged USING (trial_id)
     LEFT JOIN headed USING (trial_id) LEFT JOIN admitted USING (trial_id)
"""
_SPLIT_CRITERIA = re.compile(r"\b(?:key )?exclusion criteria\b:?|\bexclusion\s*:|\bausschlusskriterien\b", re.I)


def _trial_text(row: tuple[Any, ...]) -> TrialText:
    trial_id, content_hash, brief, official, conditions, interventions, keywords, mesh, ancestors, *criteria = row
    text, *items = criteria
    included, excluded = (tuple(item or ()) for item in items)
    if not included and not excluded and text:
        parts = _SPLIT_CRITERIA.split(text, maxsplit=1)
        included, excluded = (parts[0],), tuple(parts[1:])
    return TrialText(
        trial_id=trial_id,
        content_hash=content_hash,
        titles=tuple(dict.fromkeys(title for title in (brief, official) if title)),
        conditions=tuple((condition, system, code) for condition, system, code in conditions or ()),
        interventions=tuple((kind, tuple(names)) for kind, names in interventions or ()),
        keywords=tuple(keywords or ()),
        mesh=tuple(mesh or ()),
        mesh_ancestors=tuple(ancestors or ()),
        inclusion=included,
        exclusion=excluded,
    )


def read_texts(connection: duckdb.DuckDBPyConnection, trial_ids: Sequence[str]) -> Iterator[TrialText]:
    """Texts of some trials of a catalogue."""
    wanted = pa.table({"trial_id": pa.array(trial_ids, pa.string())})
    cursor = connection.cursor()
    cursor.register("wanted_trials", wanted)
    result = cursor.execute(_TEXTS)
    while rows := result.fetchmany(BATCH):
        yield from map(_trial_text, rows)
    cursor.unregister("wanted_trials")


def has_tables(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the catalogue holds what mapping writes, in its present form."""
    query = """SELECT count(*) FROM duckdb_columns() WHERE database_name = current_database()
               AND (table_name, column_name) IN (('trial_concepts', 'role'), ('trial_words', 'words'))"""
    return connection.execute(query).fetchall() == [(2,)]


@cache
def mapping_version(terminology: str) -> str:
    """Version of the terminology together with that of our code, so that a change of either maps trials anew."""
    digest = hashlib.sha256()
    for file in sorted(resources.files("matcher").iterdir(), key=lambda item: item.name):
        if file.name.endswith((".py", ".tsv")):
            digest.update(file.name.encode() + file.read_bytes())
    return f"{terminology}-{digest.hexdigest()[:8]}"


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
    version = mapping_version(mapper.terminology.version)
    concepts: list[tuple[object, ...]] = []
    words: list[tuple[object, ...]] = []
    for trial in texts:
        concepts += [(*row, trial.content_hash, version) for row in mapper.rows(trial)]
        text = " ".join(
            (
                *trial.titles,
                *(named for named, _, _ in trial.conditions),
                *(names[0] for _, names in trial.interventions),
            )
        )
        words.append((trial.trial_id, sorted(content_words(text)), trial.content_hash, version))
    return MappedTrials(_table(concepts, _CONCEPTS), _table(words, _WORDS))


def _table(rows: list[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    return pa.table(dict(zip(schema.names, columns, strict=True)), schema=schema)


def map_trials(
    connection: duckdb.DuckDBPyConnection,
    progress: Callable[[int, int], None] | None = None,
    terminology: Terminology | None = None,
    workers: int = 1,
) -> int:
    """Map new and changed trials of a writable catalogue into trial_concepts and trial_words; how many were mapped.

    progress: called with (trials done, trials in all) after each batch. Rows of trials that are gone or changed are
    replaced; equal states are left alone. workers: processes that share the work when there are many trials; they are
    started anew, so a script that asks for more than one needs the usual ``if __name__ == "__main__"``.
    """
    from matcher.terminology import default

    is_default = terminology is None
    terminology = terminology or default()
    if not has_tables(connection):  # those of an earlier form
        connection.execute("DROP TABLE IF EXISTS trial_concepts")
    connection.execute(resources.files("matcher").joinpath("schema.sql").read_text(encoding="utf-8"))
    todo = unmapped(connection, mapping_version(terminology.version))
    for table in MappedTrials._fields:
        connection.execute(f"DELETE FROM trial_{table} WHERE trial_id NOT IN (SELECT trial_id FROM trials)")
    batches = _batches(connection, todo)
    if workers > 1 and is_default and len(todo) >= MANY_TRIALS:
        mapped = in_processes(_map_in_process, batches, workers, _mapper_of_process)
    else:
        mapper = TrialMapper(terminology)
        mapped = (map_texts(mapper, batch) for batch in batches)
    done = 0
    for rows in mapped:
        _replace_rows(connection, rows)
        done += len(rows.words)
        if progress is not None:
            progress(done, len(todo))
    return len(todo)


Batch = list[TrialText]


def _batches(connection: duckdb.DuckDBPyConnection, trial_ids: Sequence[str]) -> Iterator[Batch]:
    """Texts of trials in batches; each question to the catalogue reads its tables once, so it asks for many trials."""
    for start in range(0, len(trial_ids), READ):
        texts = read_texts(connection, trial_ids[start : start + READ])
        while batch := list(islice(texts, BATCH)):
            yield batch


@lru_cache(maxsize=1)
def _mapper_of_process() -> TrialMapper:
    from matcher.terminology import default

    return TrialMapper(default())


def _map_in_process(texts: Batch) -> MappedTrials:
    return map_texts(_mapper_of_process(), texts)


def _replace_rows(connection: duckdb.DuckDBPyConnection, rows: MappedTrials) -> None:
    connection.execute("BEGIN")
    for table, mapped in zip(MappedTrials._fields, rows, strict=True):
        connection.register("mapped_rows", mapped)
        connection.execute(f"DELETE FROM trial_{table} WHERE trial_id IN (SELECT trial_id FROM mapped_rows)")
        connection.execute(f"INSERT INTO trial_{table} SELECT * FROM mapped_rows")
        connection.unregister("mapped_rows")
    connection.execute("COMMIT")
