"""What the ranking knows of each trial: its concepts by field, its limits, and what it asks of participants."""

import logging
import shutil
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path

import duckdb
import msgspec
import numpy as np
import numpy.typing as npt

from matcher import weights
from matcher.index_folder import part_of, snapshot_of, write_part
from matcher.seal import is_whole
from matcher.terminology import Kind, Terminology
from matcher.terminology.expansion import Expansion
from matcher.trials.columns import SortedTexts
from matcher.trials.facts import KEPT, TrialFacts
from matcher.trials.roles import FIELDS, FINDING, OWN_WORDS, ROLES, TREATMENT, UNSAID
from matcher.trials.store import FORMAT, Store, load, save

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
RoleNumbers = npt.NDArray[np.int8]

logger = logging.getLogger(__name__)
_TREATMENT, _EXCLUSION = map(FIELDS.index, ("treatment", "exclusion"))


class Naming(msgspec.Struct, frozen=True, gc=False):
    """A place where a trial names a concept. weight: of its field, times how sure it is. said: number of the words
    (`TrialIndex.words`).
    """

    concept: int
    field: str
    score: float
    weight: float
    said: int


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


class TrialIndex:
    """The trials of one catalogue and the concepts that they name, as arrays; a record is made of what is asked for.

    A trial goes by its index, its place in the order of ids. A row is one naming of a concept by a trial; rows are
    sorted by trial and field.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        terminology: Terminology,
        expansion: Expansion,
        store: Store | None = None,
    ) -> None:
        """store: the compiled catalogue; compiled here in memory when there is none.

        Raises KeyError, ValueError when a store is not whole.
        """
        self.terminology = terminology
        self.expansion = expansion
        self._connection = connection.cursor()
        tables, arrays, spans = store = store or _compiled(connection, terminology, expansion)
        self.facts = TrialFacts(store)
        self.trial_ids = store.texts("trial_id")
        self.has_diseases, self.asks_finding = arrays["has_diseases"], arrays["asks_finding"]
        self.statuses, self.status_codes = tables.statuses, arrays["status"]
        self.sexes, self.sex_codes = tables.sexes, arrays["sex"]
        self.min_age_days, self.max_age_until_days = arrays["min_age"], arrays["max_age_until"]
        self._rows, self._row_starts = spans["rows"], arrays["rows_starts"]
        self._named = store.texts("named")
        self._scores: list[float] = arrays["row_scores"].tolist()
        self._field_weights = [weights.of_field(field) for field in FIELDS]
        self._posted_starts = arrays["posted_starts"]
        self._posted = [arrays[f"posted_{name}"] for name in ("trial", "weight", "role")]
        self._posted_weights = arrays["posted_weights"]
        self._limited, self._limited_starts = arrays["limited"], arrays["limited_starts"]
        self._asked, self._asked_starts = arrays["asked"], arrays["asked_starts"]
        self._requirements = tables.requirements
        self._country, self._country_starts = arrays["country"], arrays["country_starts"]
        self._countries = tables.countries
        self._other = store.texts("other")
        self._own_terms = SortedTexts(self._other, arrays["own_terms"])
        self._saying, self._saying_starts = arrays["saying"], arrays["saying_starts"]
        self._content_words = SortedTexts(store.texts("word"))
        self._listing, self._listing_starts = arrays["listing"], arrays["listing_starts"]
        self._listed = SortedTexts(store.texts("listed"))
        self._places = SortedTexts(self.trial_ids)
        self.profile = lru_cache(maxsize=KEPT)(self._make_profile)
        self.causes = lru_cache(maxsize=50_000)(self._find_causes)
        self.words = lru_cache(maxsize=KEPT)(self._find_words)

    @classmethod
    def open(
        cls, connection: duckdb.DuckDBPyConnection, terminology: Terminology, expansion: Expansion
    ) -> "TrialIndex":
        """Map the index beside a snapshot. Where there is none, or none that fits, it is compiled and laid there; where
        that is not possible, or the database is no snapshot, it stays in memory.
        """
        snapshot = snapshot_of(connection)
        if snapshot is None:
            return cls(connection, terminology, expansion)
        field_weights = tuple(map(weights.of_field, FIELDS))
        part = part_of(snapshot, "trials", FORMAT, terminology.version, field_weights)
        if (store := _loaded(part)) is not None:
            try:
                return cls(connection, terminology, expansion, store)
            except (KeyError, ValueError) as error:
                logger.info("the index of trials is made anew: %s", error)
        made = _compiled(connection, terminology, expansion)
        shutil.rmtree(part, ignore_errors=True)
        if write_part(part, lambda folder: save(made, folder)) and (store := _loaded(part)) is not None:
            made = store
        return cls(connection, terminology, expansion, made)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A further connection to the same catalogue."""
        return self._connection.cursor()

    @cached_property
    def file(self) -> str:
        """Path of the database file."""
        query = "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
        ((path,),) = self._connection.execute(query).fetchall()
        return str(path)

    def trial_index_of(self, trial_id: str) -> int | None:
        """Index of a trial, None when there is no such trial."""
        return self._places.place(trial_id)

    def countries_of(self, trial_index: int) -> frozenset[str]:
        """Countries of a trial's sites, each by its one name."""
        codes = self._country[self._span(self._country_starts, trial_index)]
        return frozenset([self._countries[code] for code in codes.tolist()])

    def named_among(self, concepts: Iterable[int]) -> list[int]:
        """Of some concepts those that a trial names."""
        asked = np.fromiter(concepts, np.int64)
        named: list[int] = asked[self._posted_starts[asked + 1] > self._posted_starts[asked]].tolist()
        return named

    def own_term(self, words: str) -> int | None:
        """The concept of a condition that no vocabulary has, None when no trial has one of these words."""
        place = self._own_terms.place(OWN_WORDS + words)
        return None if place is None else len(self.terminology.ids) + place

    def own_name(self, concept: int) -> str:
        """The words of one of the catalogue's own terms, empty for what is none."""
        name = self._name(concept)
        return name.removeprefix(OWN_WORDS) if name.startswith(OWN_WORDS) else ""

    def requirement(self, concept: int) -> str:
        """The name of what trials ask for beside a diagnosis, empty for what is none."""
        name = self._name(concept)
        return name if name in self._requirements else ""

    def is_treatment(self, concept: int) -> bool:
        """Whether a concept is what trials give."""
        return self._name(concept).startswith(TREATMENT)

    def _name(self, concept: int) -> str:
        """The name of a concept that the terminology does not have."""
        place = concept - len(self.terminology.ids)
        return (self._other[place] or "") if 0 <= place < len(self._other) else ""

    def trials_asking(self, requirement: str) -> Flags:
        """For each trial whether it has a requirement."""
        asking = np.zeros(len(self.facts), dtype=bool)
        if requirement in self._requirements:
            places = np.flatnonzero(self._asked == self._requirements.index(requirement))
            asking[np.searchsorted(self._asked_starts, places, side="right") - 1] = True
        return asking

    def trials_naming(self, concepts: Iterable[int]) -> tuple[Ints, Floats, RoleNumbers, list[int]]:
        """Trials that name concepts, one concept after the other. For each trial the weight of the naming in its
        profile (0 when it has none) and the concept's role; then how many trials each concept has.
        """
        spans = [self._span(self._posted_starts, concept) for concept in concepts]
        counts = [span.stop - span.start for span in spans]
        trials, codes, roles = (np.concatenate([column[span] for span in spans]) for column in self._posted)
        return trials.astype(np.int64), self._posted_weights[codes], roles, counts

    def count_about(self, concepts: Iterable[int]) -> int:
        """How many trials are about one of these concepts: have it as a disease or a finding."""
        trials, _, roles = self._posted
        spans = [self._span(self._posted_starts, concept) for concept in concepts]
        about = np.zeros(len(self.facts), dtype=bool)
        for span in spans:
            about[trials[span][roles[span] >= FINDING]] = True
        return int(np.count_nonzero(about))

    def _span(self, starts: Ints, number: int) -> slice:
        start, end = starts[number : number + 2].tolist()
        return slice(start, end)

    def _stated(self, trial_index: int, field: int) -> Iterator[tuple[int, int]]:
        """Concepts that a trial names in a field, each with the number of its words."""
        rows = self._rows[self._span(self._row_starts, trial_index)]
        stated = rows[rows["field"] == field]
        return zip(stated["concept"].tolist(), stated["words"].tolist(), strict=True)

    def excluded(self, trial_index: int) -> Iterator[tuple[int, int]]:
        """Concepts in a trial's exclusion criteria, each with the number of its words."""
        return self._stated(trial_index, _EXCLUSION)

    def treatments(self, trial_index: int) -> dict[int, int]:
        """Treatments that a trial gives, each with the number of its words."""
        return dict(self._stated(trial_index, _TREATMENT))

    def trials_stating(self, concept: int) -> list[int]:
        """Trials that give a treatment, ask for a requirement, or exclude a concept."""
        found: list[int] = self._limited[self._span(self._limited_starts, concept)].tolist()
        return found

    def is_limited(self, concepts: Iterable[int]) -> Flags:
        """For each trial whether it excludes one of these concepts, or asks for one that is a requirement."""
        limited = np.zeros(len(self.facts), dtype=bool)
        asked = np.fromiter(concepts, np.int64)
        starts, ends = self._limited_starts[asked], self._limited_starts[asked + 1]
        for start, end in zip(starts[ends > starts].tolist(), ends[ends > starts].tolist(), strict=True):
            limited[self._limited[start:end]] = True
        return limited

    def kind(self, concept: int) -> Kind:
        """Kind of a concept, a disease for the catalogue's own terms."""
        return self.terminology.kind(concept) if self.terminology.holds(concept) else Kind.DISEASE

    def namings(self, trial_index: int) -> list[tuple[int, str, int]]:
        """All places where a trial names a concept, by field: concept, field, number of the words."""
        rows = self._rows[self._span(self._row_starts, trial_index)].tolist()
        return [(concept, FIELDS[field], said) for concept, said, _, field, _ in rows]

    def _find_words(self, number: int) -> str:
        """The trial's own words for what it names."""
        return self._named[number] or ""

    def content_words(self, trial_index: int) -> frozenset[str]:
        """Content words of a trial's titles, conditions and interventions."""
        places = np.flatnonzero(self._saying == trial_index)
        numbers = np.searchsorted(self._saying_starts, places, side="right") - 1
        return frozenset(self._content_words.texts[number] or "" for number in numbers.tolist())

    def trials_saying(self, word: str) -> Ints:
        """Trials that have a word among their content words."""
        place = self._content_words.place(word)
        found: Ints = self._saying[slice(0, 0) if place is None else self._span(self._saying_starts, place)]
        return found

    def trials_listing(self, text: str) -> Ints:
        """Trials that have a text among their conditions, in large letters or small."""
        place = self._listed.place(self._in_small_letters(text))
        found: Ints = self._listing[slice(0, 0) if place is None else self._span(self._listing_starts, place)]
        return found

    def _in_small_letters(self, text: str) -> str:
        """A text as the database has it in small letters, which knows other rules for other scripts than Python."""
        if text.isascii():
            return text.lower()
        ((small,),) = self.cursor().execute("SELECT lower(?)", [text]).fetchall()
        return str(small)

    def _make_profile(self, trial_index: int) -> Profile:
        """A trial as the ranking sees it."""
        of_role: list[dict[int, Naming]] = [{} for _ in ROLES]
        for concept, said, code, field, role in self._rows[self._span(self._row_starts, trial_index)].tolist():
            if role != UNSAID and concept not in of_role[role]:
                score = self._scores[code]
                of_role[role][concept] = Naming(concept, FIELDS[field], score, self._field_weights[field] * score, said)
        _, mentions, headings, findings, diseases = of_role
        asked = self._asked[self._span(self._asked_starts, trial_index)]
        return Profile(
            trial_index=trial_index,
            diseases=diseases,
            findings=findings,
            namings={**diseases, **findings, **headings, **mentions},
            asked=frozenset([self._requirements[number] for number in asked.tolist()]),
        )

    def _find_causes(self, trial_index: int) -> int:
        """How many unrelated diseases a trial admits: dermatomyositis and its juvenile form count once."""
        distinct: list[Iterable[int]] = []
        for concept in self.profile(trial_index).diseases:
            if not any(concept in other for other in distinct):
                known = self.terminology.holds(concept)
                distinct.append(self.expansion.of(concept) if known else (concept,))
        return len(distinct)


def _loaded(part: Path) -> Store | None:
    """The arrays of a part that is whole."""
    if not part.is_dir():
        return None
    if not is_whole(part):
        logger.info("the index of trials is damaged and made anew")
        return None
    try:
        return load(part)
    except (OSError, EOFError, ValueError) as error:
        logger.info("the index of trials is made anew: %s", error)
        return None


def _compiled(connection: duckdb.DuckDBPyConnection, terminology: Terminology, expansion: Expansion) -> Store:
    from matcher.trials.compiling import compile_store  # a reader that finds an index does without

    return compile_store(connection, terminology, expansion)
