"""From the rows of a catalogue to the arrays of its trial index.

The database joins, numbers and sorts, within the memory that it has; what comes here are numbers, a column at a time.
"""

import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from db.countries import joinable
from db.stated_status import STATED_STATUS
from matcher import weights
from matcher.terminology import Kind, Terminology
from matcher.terminology.expansion import Expansion
from matcher.trials.columns import NO_TEXT, Array, Texts, coded
from matcher.trials.facts import Facts
from matcher.trials.indexing import NOTHING_MAPPED, TrialMapper, has_tables, map_texts, unmapped
from matcher.trials.roles import DISEASE, FIELDS, FINDING, OWN_WORDS, ROLES, TREATMENT, UNSAID
from matcher.trials.store import ROW, UNSTATED_DAY, Store, Tables
from matcher.trials.trial_text import read_texts

ROWS_AT_ONCE = 100_000
_NUMBERED = """CREATE TEMP TABLE numbered_trials AS
SELECT trial_id, content_hash, (row_number() OVER (ORDER BY trial_id) - 1)::INTEGER AS trial_index FROM trials"""
_FRESH = """CREATE TEMP VIEW mapped_{name} AS
SELECT trial_index, false AS is_stored, row_number() OVER () AS number, fresh_{name}.*
FROM fresh_{name} JOIN numbered_trials USING (trial_id)"""
_STORED = """ UNION ALL
SELECT trial_index, true AS is_stored, t.rowid AS number, t.*
FROM trial_{name} t JOIN numbered_trials USING (trial_id, content_hash) ANTI JOIN fresh_words USING (trial_id)"""
_NAMED = """CREATE TEMP TABLE numbered_names AS
SELECT concept_id, (row_number() OVER (ORDER BY min((is_stored, number))) - 1)::INTEGER AS name
FROM mapped_concepts WHERE field <> 'mesh_ancestor' GROUP BY concept_id"""
_WORDED = """CREATE TEMP TABLE numbered_words AS
SELECT words, (row_number() OVER (ORDER BY words) - 1)::INTEGER AS said
FROM (SELECT DISTINCT words FROM mapped_concepts WHERE field <> 'mesh_ancestor' AND concept_id <> '')"""
_ROWS = """
SELECT trial_index AS trial, name, (list_position(?, field) - 1)::TINYINT AS field,
       (list_position(?, role) - 1)::TINYINT AS role, score, said, number
FROM mapped_concepts JOIN numbered_names USING (concept_id) JOIN numbered_words USING (words)
WHERE field <> 'mesh_ancestor' AND concept_id <> ''
"""
_SAID = """CREATE TEMP TABLE numbered_said AS
SELECT word, (row_number() OVER (ORDER BY word) - 1)::INTEGER AS place
FROM (SELECT DISTINCT unnest(words) AS word FROM mapped_words)"""
_SAYING = """
SELECT place, trial_index AS trial FROM (SELECT unnest(words) AS word, trial_index FROM mapped_words)
JOIN numbered_said USING (word)
"""
_LISTED = """CREATE TEMP TABLE numbered_conditions AS
SELECT listed, (row_number() OVER (ORDER BY listed) - 1)::INTEGER AS place
FROM (SELECT DISTINCT lower(condition) AS listed FROM conditions WHERE condition <> '')"""
_LISTING = """
SELECT DISTINCT place, trial_index AS trial FROM conditions JOIN numbered_trials USING (trial_id)
JOIN numbered_conditions ON listed = lower(condition) ORDER BY place, trial
"""
_SHOWN = {
    "title": "coalesce(nullif(brief_title, ''), official_title)", "url": "coalesce(url, '')",
    "stale_reason": "reason_from_then", "last_update": "last_update_date",
}  # fmt: skip
"""Facts of a trial that are no columns of their name."""
_FACTS = f"""
SELECT trial_id, json_array({", ".join(_SHOWN.get(name, name) for name in Facts.__struct_fields__)})::VARCHAR AS facts,
       status, sex, min_age_days, max_age_until_days, ages_are_bands, last_update_date, stale_from
FROM trials LEFT JOIN (SELECT trial_id, stale_from, reason_from_then FROM ({STATED_STATUS})) USING (trial_id)
ORDER BY trial_id
"""
_OWN = OWN_WORDS.encode()
_READ_BY_SPANS = ("facts_letters", "named_letters")
"""Letters of texts that are looked up trial by trial; the others are looked through."""
_TEXTS, _CODED = ["trial_id", "facts"], ["status", "sex"]
"""Columns of texts, and of the few values that stand as codes."""
_DAYS = {
    "min_age": (pa.float64(), math.nan), "max_age_until": (pa.float64(), math.nan), "age_bands": (pa.int8(), 2),
    "last_update": (pa.int32(), UNSTATED_DAY), "stale_from": (pa.int32(), UNSTATED_DAY),
}  # fmt: skip
"""Kinds of the columns of days and of what goes with them, and what stands for none."""
_SITES = """
SELECT trial_index, list(DISTINCT (country, CASE WHEN country IS NULL THEN state END, status))
FROM locations JOIN numbered_trials USING (trial_id)
WHERE country IS NOT NULL OR state IS NOT NULL GROUP BY trial_index ORDER BY trial_index
"""


def compile_store(connection: duckdb.DuckDBPyConnection, terminology: Terminology, expansion: Expansion) -> Store:
    """The trials of a catalogue and the concepts that they name. Trials without current rows are mapped here."""
    cursor = connection.cursor()
    _make_views(cursor, terminology, expansion)
    trials = _facts(cursor)
    size = len(trials.arrays["min_age"])
    countries = _countries(cursor, size)
    other, concept_of = _names(cursor, terminology)
    rows = _rows(cursor, size, concept_of)
    posted = _postings(rows, size, len(terminology.ids) + len(other), terminology)
    asked = _asked(rows, other, size, len(terminology.ids))
    scores, codes = coded(rows.score)
    saying, words = _saying(cursor)
    listing, conditions = _listing(cursor)
    texts = {**trials.texts, "other": other, "named": _named(cursor), "word": words, "listed": conditions}
    arrays: dict[str, Array] = {
        **trials.arrays, **countries.arrays, **posted, **asked.arrays, **saying, **listing,
        "own_terms": _own_terms(other), "rows_starts": _starts(rows.trial, size), "row_scores": scores,
        **{f"{name}_starts": column.starts for name, column in texts.items()},
    }  # fmt: skip
    letters = {f"{name}_letters": column.letters[:] for name, column in texts.items()}
    spans = {"rows": _joined(rows, codes), **{name: letters.pop(name) for name in _READ_BY_SPANS}}
    arrays |= letters
    statuses, sexes = trials.tables
    (requirements,), (lands,) = asked.tables, countries.tables
    tables = Tables(statuses, sexes, requirements, lands, list(arrays), list(spans))
    return Store(tables, arrays, spans)


class _Part(NamedTuple):
    """Some arrays and texts, and the tables of the codes in them."""

    arrays: dict[str, Array]
    tables: tuple[list[Any], ...]
    texts: Mapping[str, Texts] = MappingProxyType({})


class _Rows(NamedTuple):
    """Columns of the namings, sorted by trial and field."""

    trial: Array
    concept: Array
    field: Array
    role: Array
    score: Array
    said: Array


def _make_views(cursor: duckdb.DuckDBPyConnection, terminology: Terminology, expansion: Expansion) -> None:
    """Views of the stored rows that are current, and fresh ones for the trials that have none; and their numbers."""
    missing = unmapped(cursor, None)
    fresh = NOTHING_MAPPED
    if missing:
        fresh = map_texts(TrialMapper(terminology, expansion), read_texts(cursor, missing))
    is_stored = has_tables(cursor)
    cursor.execute(_NUMBERED)
    for name, table in reversed(fresh._asdict().items()):  # words first, by which the stored rows are chosen
        cursor.register(f"fresh_{name}", table)
        cursor.execute((_FRESH + (_STORED if is_stored else "")).format(name=name))
    for sql in (_NAMED, _WORDED, _SAID, _LISTED):
        cursor.execute(sql)


def _batches(cursor: duckdb.DuckDBPyConnection, sql: str, given: Sequence[object] = ()) -> Iterator[pa.RecordBatch]:
    yield from cursor.sql(sql, params=given).to_arrow_reader(ROWS_AT_ONCE)


def _columns(batches: Iterator[pa.RecordBatch], types: Sequence[Any]) -> list[Array]:
    """Columns of numbers, each as one array. types: of the elements."""
    parts: list[list[Array]] = [[np.zeros(0, kind)] for kind in types]
    for batch in batches:
        for part, column, kind in zip(parts, batch.columns, types, strict=True):
            part.append(column.to_numpy(zero_copy_only=False).astype(kind))
    return [np.concatenate(parts.pop(0)) for _ in types]


class _TextColumns:
    """Columns of texts that come in batches. None of them becomes a string of its own here, and none is kept twice for
    longer than it is joined.
    """

    def __init__(self, columns: int) -> None:
        self._parts: list[list[pa.Array]] = [[] for _ in range(columns)]

    def add(self, columns: Sequence[pa.Array]) -> None:
        """The columns of one batch."""
        for part, column in zip(self._parts, columns, strict=True):
            part.append(column.fill_null(NO_TEXT).cast(pa.large_string()))

    def whole(self) -> list[Texts]:
        """Each column as a whole; here they are forgotten."""
        found = []
        while self._parts:
            part = self._parts.pop(0)
            found.append(_text_column(pa.concat_arrays(part)) if part else Texts.of(()))
        return found


def _text_column(column: pa.Array) -> Texts:
    _, starts, letters = column.buffers()
    found = np.frombuffer(starts, np.int64)[: len(column) + 1]
    return Texts(np.frombuffer(letters or b"", np.uint8)[: int(found[-1])], found)


def _texts(cursor: duckdb.DuckDBPyConnection, sql: str) -> Texts:
    """The only column of a question, which are texts."""
    columns = _TextColumns(1)
    for batch in _batches(cursor, sql):
        columns.add(batch.columns)
    return columns.whole()[0]


def _starts(numbers: Array, size: int) -> Array:
    """Where the rows of each number begin among sorted ones, and at last their end."""
    return np.searchsorted(numbers, np.arange(size + 1)).astype(np.int64)


def _facts(cursor: duckdb.DuckDBPyConnection) -> _Part:
    """What is shown of each trial and decides beside its concepts."""
    texts = _TextColumns(len(_TEXTS))
    codes: dict[str, list[int]] = {name: [] for name in _CODED}
    known: dict[str, dict[Any, int]] = {name: {} for name in codes}
    days: dict[str, list[Array]] = {name: [np.zeros(0, kind.to_pandas_dtype())] for name, (kind, _) in _DAYS.items()}
    for batch in _batches(cursor, _FACTS):
        texts.add(batch.columns[: len(_TEXTS)])
        for name in _CODED:
            codes[name] += [known[name].setdefault(value, len(known[name])) for value in batch[name].to_pylist()]
        for name, column in zip(days, batch.columns[len(_TEXTS) + len(_CODED) :], strict=True):
            kind, unstated = _DAYS[name]
            days[name].append(column.cast(kind).fill_null(unstated).to_numpy())
    arrays: dict[str, Array] = {}
    for name, numbers in codes.items():
        arrays[name] = np.array(numbers, np.min_scalar_type(max(len(known[name]) - 1, 0)))
    for name, columns in days.items():
        arrays[name] = np.concatenate(columns)
    shown = dict(zip(_TEXTS, texts.whole(), strict=True))
    return _Part(arrays, tuple(list(known[name]) for name in _CODED), shown)


def _countries(cursor: duckdb.DuckDBPyConnection, size: int) -> _Part:
    """The countries where each trial can be joined, by their one name."""
    joined = lru_cache(maxsize=ROWS_AT_ONCE)(joinable)
    trials, codes = array("i"), array("i")
    known: dict[str, int] = {}
    found = cursor.execute(_SITES)
    while sites := found.fetchmany(ROWS_AT_ONCE):
        for trial, places in sites:
            for country in sorted(joined(frozenset(places))):
                trials.append(trial)
                codes.append(known.setdefault(country, len(known)))
    starts = _starts(np.array(trials, np.int32), size)
    return _Part({"country": np.array(codes, np.uint16), "country_starts": starts}, (list(known),))


def _names(cursor: duckdb.DuckDBPyConnection, terminology: Terminology) -> tuple[Texts, Array]:
    """The names that the terminology does not have, and the number of the concept of each name, -1 for none."""
    names = [name for (name,) in cursor.execute("SELECT concept_id FROM numbered_names ORDER BY name").fetchall()]
    size = len(terminology.ids)
    concepts = [terminology.place_of.get(name, size + place) if name else -1 for place, name in enumerate(names)]
    other = Texts.of(name if concept >= size else None for name, concept in zip(names, concepts, strict=True))
    return other, np.array(concepts, np.int32)


def _own_terms(other: Texts) -> Array:
    """Where the catalogue's own terms stand among the names, sorted by their words."""
    own = [(name, place) for place in range(len(other)) if (name := other.encoded(place)).startswith(_OWN)]
    return np.array([place for _, place in sorted(own)], np.int32)


def _rows(cursor: duckdb.DuckDBPyConnection, size: int, concept_of: Array) -> _Rows:
    """All namings."""
    types = (np.int32, np.int32, np.int8, np.int8, np.float64, np.int32, np.int64)
    *columns, number = _columns(_batches(cursor, _ROWS, [FIELDS, ROLES]), types)
    order = np.argsort(number, kind="stable")
    del number
    trial, name, field, *_ = columns
    order = order[np.argsort((trial * np.int64(len(FIELDS)) + field)[order], kind="stable")]
    columns[1] = concept_of[name] if len(name) else name
    del trial, name, field
    return _Rows(*(columns.pop(0)[order] for _ in _Rows._fields))


def _joined(rows: _Rows, codes: Array) -> Array:
    """Records of the namings. codes: of their scores."""
    found = np.empty(len(rows.trial), ROW)
    columns = {"concept": rows.concept, "words": rows.said, "score": codes, "field": rows.field, "role": rows.role}
    for name, column in columns.items():
        found[name] = column
    return found


def _postings(rows: _Rows, size: int, concepts: int, terminology: Terminology) -> dict[str, Array]:
    """For each concept the trials that name it, with the weight of the best field and the concept's role; and those
    that exclude it, ask for it or give it.
    """
    field_weights = np.array([weights.of_field(field) for field in FIELDS])
    weight = np.where(rows.role != UNSAID, field_weights[rows.field] * rows.score, 0.0)
    admitting = np.flatnonzero(field_weights[rows.field])
    order = admitting[np.argsort(rows.concept[admitting], kind="stable")]
    concept, trial = rows.concept[order], rows.trial[order]
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = (concept[1:] != concept[:-1]) | (trial[1:] != trial[:-1])
    first = np.flatnonzero(is_first)
    if len(first):
        role, weight = (np.maximum.reduceat(column[order], first) for column in (rows.role, weight))
    else:
        role, weight = rows.role[:0], weight[:0]
    concept, trial = concept[first], trial[first]
    weights_, codes = coded(weight)
    has_diseases, asks_finding = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    has_diseases[trial[role == DISEASE]] = True
    is_no_disease = np.zeros(concepts, dtype=bool)
    is_no_disease[: len(terminology.ids)] = np.array(terminology.kinds) != int(Kind.DISEASE)
    asks_finding[trial[(role == FINDING) & is_no_disease[concept]]] = True
    limiting = np.flatnonzero(field_weights[rows.field] == 0)
    limiting = limiting[np.argsort(rows.concept[limiting], kind="stable")]
    return {
        "posted_starts": _starts(concept, concepts), "posted_trial": trial, "posted_role": role,
        "posted_weight": codes, "posted_weights": weights_, "has_diseases": has_diseases, "asks_finding": asks_finding,
        "limited": rows.trial[limiting], "limited_starts": _starts(rows.concept[limiting], concepts),
    }  # fmt: skip


def _asked(rows: _Rows, other: Texts, size: int, known: int) -> _Part:
    """What each trial asks for, and the names of all that any asks for."""
    names = {
        known + place: name
        for place in range(len(other))
        if (name := other[place]) is not None and not name.startswith((OWN_WORDS, TREATMENT))
    }
    is_limiting = np.array([weights.of_field(field) == 0 for field in FIELDS])[rows.field]
    asking = np.flatnonzero(is_limiting & np.isin(rows.concept, list(names)))
    place_of = np.zeros(known + len(other), np.int32)
    place_of[list(names)] = np.arange(len(names))
    pairs = np.unique(np.stack([rows.trial[asking], place_of[rows.concept[asking]]]), axis=1)
    return _Part(
        {"asked": pairs[1].astype(np.uint16), "asked_starts": _starts(pairs[0], size)}, (list(names.values()),)
    )


def _named(cursor: duckdb.DuckDBPyConnection) -> Texts:
    """The trials' own words for what they name."""
    return _texts(cursor, "SELECT words FROM numbered_words ORDER BY said")


def _saying(cursor: duckdb.DuckDBPyConnection) -> tuple[dict[str, Array], Texts]:
    """For each content word the trials that say it; and the words, sorted."""
    words = _texts(cursor, "SELECT word FROM numbered_said ORDER BY place")
    places, trials = _columns(_batches(cursor, _SAYING), (np.int32, np.int32))
    order = np.lexsort((trials, places))
    return {"saying": trials[order], "saying_starts": _starts(places[order], len(words))}, words


def _listing(cursor: duckdb.DuckDBPyConnection) -> tuple[dict[str, Array], Texts]:
    """For each condition in small letters the trials that list it; and the conditions, sorted."""
    conditions = _texts(cursor, "SELECT listed FROM numbered_conditions ORDER BY place")
    places, trials = _columns(_batches(cursor, _LISTING), (np.int32, np.int32))
    return {"listing": trials, "listing_starts": _starts(places, len(conditions))}, conditions
