"""How merged concepts hang together: the edges of all vocabularies, what of them holds, and those that names tell.

`is-a` comes of a tree's parent, of the curated table, or of a concept's own name; never of a name that two concepts
share. Trees differ in what they mean by it, so an edge is left out that a better witness denies: a finding that bears a
synonym of a disease which a classification places does not place it (HPO has hydrophobia below dysphagia, rabies is
not), and what is no neoplasm in a classification is none because an index lists it there.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from matcher.terminology import lexical, mesh
from matcher.terminology.model import Kind, NameKind, Relation, Vocabulary
from matcher.text.normalise import bag_key, phrase_key

Edge = tuple[int, int, int, float, int]
"""Concept, relation, other concept, weight, place of the source."""


_NARROW = 20
"""Concepts below a heading up to which it is near to each of them."""
_TREE = (Relation.IS_A, Relation.ACCEPTS, Relation.IN_GROUP)


class Claim(NamedTuple):
    """What gives a name to a concept, the better claim first. rank: of the vocabulary, 0 for the curated one."""

    is_supplementary: bool
    kind: int
    rank: int


class Concepts(NamedTuple):
    """What edges are drawn between. keys: the claims of concepts to each name; curated: those of our own table.

    detailed: those that only ICD-10-CM or a supplementary vocabulary tells apart, which make a wider concept no wider.
    """

    labels: Sequence[str]
    kinds: Sequence[int]
    members: Sequence[Sequence[str]]
    keys: Mapping[str, Mapping[int, Claim]]
    curated: frozenset[int]
    detailed: frozenset[int]

    @property
    def headings(self) -> list[bool]:
        """Whether each is one of ICD-10-CM alone: a heading, a side of the body, an encounter."""
        return [all(member.startswith("ICD10CM:") for member in held) for held in self.members]


def edges(
    vocabularies: Sequence[Vocabulary],
    place_of: Mapping[str, int],
    concepts: Concepts,
    words_of: Mapping[str, list[str]],
) -> tuple[list[Edge], list[str]]:
    """All edges and their sources."""
    told, sources = _told(vocabularies, place_of, concepts, words_of)
    told += _to_curated(told, concepts, words_of, sources)
    return _with_lexical(told, concepts, sources), sources


class _Classified:
    """What a classification of diseases knows, and what of it is below its definite terms."""

    def __init__(self, vocabularies: Sequence[Vocabulary], place_of: Mapping[str, int]) -> None:
        self.known: set[int] = set()
        self._below: list[set[int]] = []
        for vocabulary in vocabularies:
            if not vocabulary.definite:
                continue
            self.known |= {place_of[row.id] for row in vocabulary.concepts}
            children: dict[str, list[str]] = defaultdict(list)
            for row in vocabulary.edges:
                children[row.object].append(row.subject)
            for root in vocabulary.definite:
                found, stack = {root}, [root]
                while stack:
                    more = [child for child in children.get(stack.pop(), ()) if child not in found]
                    found.update(more)
                    stack += more
                self._below.append({place_of[identifier] for identifier in found if identifier in place_of})

    def denies(self, subject: int, target: int) -> bool:
        """Whether a concept is known to be none of the definite kind that another one is."""
        return subject in self.known and any(target in below and subject not in below for below in self._below)


def _apart(
    vocabularies: Sequence[Vocabulary], place_of: Mapping[str, int], words_of: Mapping[str, list[str]]
) -> set[str]:
    """Ids of findings that bear a synonym of the disease they were merged with, and another label."""
    labels: dict[int, set[str]] = defaultdict(set)
    rows = [row for vocabulary in vocabularies for row in vocabulary.concepts]
    for row in rows:
        if row.kind is not Kind.FINDING:
            labels[place_of[row.id]].add(bag_key(words_of[row.label]))
    return {
        row.id
        for row in rows
        if row.kind is Kind.FINDING and bag_key(words_of[row.label]) not in labels[place_of[row.id]]
    }


def _told(
    vocabularies: Sequence[Vocabulary],
    place_of: Mapping[str, int],
    concepts: Concepts,
    words_of: Mapping[str, list[str]],
) -> tuple[list[Edge], list[str]]:
    """Edges between merged concepts. The curated table has the last word on the hierarchy among its own concepts, what
    is built in among all that it knows.
    """
    curated, kinds = concepts.curated, concepts.kinds
    classified = _Classified(vocabularies, place_of)
    inside = {
        place_of[row.id] for vocabulary in vocabularies if not vocabulary.is_loaded for row in vocabulary.concepts
    }
    apart = _apart(vocabularies, place_of, words_of)
    below = _below(inside, vocabularies, place_of)
    sources: dict[str, int] = {}
    best: dict[tuple[int, int, int], Edge] = {}
    for rank, vocabulary in enumerate(vocabularies):
        for row in vocabulary.edges:
            if row.subject not in place_of or row.object not in place_of:
                continue
            subject, target, relation = place_of[row.subject], place_of[row.object], row.relation
            if subject == target or (vocabulary.is_loaded and subject in inside and target in below):
                continue
            if rank and relation is Relation.IS_A:
                is_disease = kinds[subject] == Kind.DISEASE and subject in classified.known
                if (is_disease and row.subject in apart) or classified.denies(subject, target):
                    continue
                if subject in curated and target in curated:
                    continue
                if subject in curated or (target in curated and kinds[target] == Kind.GROUP):
                    relation = Relation.IN_GROUP
            key = (subject, int(relation), target)
            source = sources.setdefault(row.source, len(sources))
            if key not in best or best[key][3] < row.weight:
                best[key] = (subject, int(relation), target, row.weight, source)
    return _with_near_headings(list(best.values()), concepts, list(sources)), list(sources)


def _below(inside: set[int], vocabularies: Sequence[Vocabulary], place_of: Mapping[str, int]) -> set[int]:
    """What is built in, and what loaded vocabularies put below it: an edge to such a concept from one that is built in
    would be another way between two that know each other.
    """
    children: dict[int, set[int]] = defaultdict(set)
    for vocabulary in vocabularies:
        for row in vocabulary.edges if vocabulary.is_loaded else ():
            if row.subject in place_of and row.object in place_of:
                children[place_of[row.object]].add(place_of[row.subject])
    found, stack = set(inside), list(inside)
    while stack:
        more = children.get(stack.pop(), set()) - found
        found |= more
        stack += more
    return found


def _with_near_headings(told: Sequence[Edge], concepts: Concepts, sources: Sequence[str]) -> list[Edge]:
    """The edges, where a narrow MeSH heading above a curated disease is a wider disease after all: trials of
    pulmonary fibrosis are filed there. What else stands above a curated concept is curated; other headings list it.
    """
    counts = descendant_counts(told, concepts.detailed, len(concepts.labels))
    held = Counter(
        target for subject, relation, target, *_ in told if relation in _TREE and subject in concepts.curated
    )

    def leads(edge: Edge) -> bool:
        subject, relation, target, _, source = edge
        return (
            relation == Relation.IN_GROUP
            and sources[source].startswith(mesh.SOURCE)
            and subject in concepts.curated
            and concepts.kinds[subject] == concepts.kinds[target] == Kind.DISEASE
            and target not in concepts.curated
            and held[target] == 1  # one above several groups what the curated table keeps apart
            and counts[target] <= _NARROW
        )

    return [(edge[0], int(Relation.IS_A), *edge[2:]) if leads(edge) else edge for edge in told]


def _to_curated(
    told: Iterable[Edge], concepts: Concepts, words_of: Mapping[str, list[str]], sources: list[str]
) -> list[Edge]:
    """Edges to a curated concept from others that bear one of its names and are concepts of their own elsewhere:
    subcutaneous calcification (HPO) is calcinosis cutis of a kind. Not from what stands above it: motor neuron disease
    is no kind of ALS.
    """
    above = {(subject, target) for subject, relation, target, *_ in told if relation in _TREE}
    sources.append("the curated table (a name of the wider concept)")
    found: list[Edge] = []
    for place, label in enumerate(concepts.labels):
        if place in concepts.curated or concepts.kinds[place] == Kind.GROUP:
            continue
        held = concepts.keys.get(phrase_key(words_of[label]), {})
        found += [
            (place, int(Relation.IS_A), concept, 1.0, len(sources) - 1)
            for concept, claim in held.items()
            if concept in concepts.curated
            and claim.rank == 0
            and claim.kind <= NameKind.SYNONYM
            and (concept, place) not in above
        ]
    return found


def _with_lexical(edges: Sequence[Edge], concepts: Concepts, sources: list[str]) -> list[Edge]:
    """The edges, with those told by names for diseases that no vocabulary puts below a disease (ICD headings do not
    count). Where a vocabulary does and the name tells the same, the source says both.
    """
    labels, kinds, curated, heading = concepts.labels, concepts.kinds, concepts.curated, concepts.headings
    placed = {
        subject
        for subject, relation, target, _, _ in edges
        if relation != Relation.MANIFESTATION and not (relation == Relation.IS_A and heading[target])
    }
    placed |= curated  # what stands above a curated concept is curated
    diseases = [place for place, kind in enumerate(kinds) if kind == Kind.DISEASE and place not in curated]

    def find(key: str) -> int | None:
        held = concepts.keys.get(key)
        if not held:
            return None
        concept = min(held, key=held.__getitem__)
        named = held[concept].kind <= NameKind.SYNONYM and kinds[concept] in (Kind.DISEASE, Kind.FINDING)
        return concept if named else None

    sources.append(lexical.SOURCE)
    source = len(sources) - 1
    found = lexical.wider_concepts(labels, diseases, find)
    pairs = {(place, wider) for place, wider in found if not (heading[place] and heading[wider])}
    told = [pair for pair in sorted(pairs) if pair[::-1] not in pairs]
    both: dict[int, int] = {}
    marked: list[Edge] = []
    for subject, relation, target, weight, origin in edges:
        if relation == Relation.IS_A and (subject, target) in pairs:
            if origin not in both:
                both[origin] = len(sources)
                sources.append(f"{lexical.SOURCE}, {sources[origin]}")
            origin = both[origin]
        marked.append((subject, relation, target, weight, origin))
    return marked + [
        (place, int(Relation.IS_A), wider, 1.0, source)
        for place, wider in told
        if place not in placed or heading[place]
    ]


def arrays(edges: Iterable[Edge], size: int) -> dict[str, np.ndarray]:
    """The edges of each concept, forth and back, as columns with pointers to where those of a concept begin."""
    made: dict[str, np.ndarray] = {}
    rows = list(edges)
    for side, own, other in (("forth", 0, 2), ("back", 2, 0)):
        order = sorted(rows, key=lambda row: (row[own], row[1], -row[3], row[other]))
        counts = np.bincount([row[own] for row in order], minlength=size) if order else np.zeros(size, dtype=np.int64)
        pointers = np.zeros(size + 1, dtype=np.int32)
        np.cumsum(counts, out=pointers[1:])
        made[f"{side}_pointers"] = pointers
        made[f"{side}_others"] = np.array([row[other] for row in order], dtype=np.int32)
        made[f"{side}_relations"] = np.array([row[1] for row in order], dtype=np.int8)
        made[f"{side}_weights"] = np.array([row[3] for row in order], dtype=np.float32)
        made[f"{side}_sources"] = np.array([row[4] for row in order], dtype=np.int32)
    return made


def descendant_counts(edges: Iterable[Edge], detailed: Collection[int], size: int, limit: int = 2000) -> np.ndarray:
    """Number of concepts below each, counted up to a limit, without the detailed ones."""
    children: dict[int, list[int]] = defaultdict(list)
    for subject, relation, target, _, _ in edges:
        if relation in _TREE and subject not in detailed:
            children[target].append(subject)
    counts = np.zeros(size, dtype=np.int32)
    for concept in children:
        seen = {concept}
        stack = [concept]
        while stack and len(seen) <= limit:
            for child in children.get(stack.pop(), ()):
                if child not in seen:
                    seen.add(child)
                    stack.append(child)
        counts[concept] = len(seen) - 1
    return counts
