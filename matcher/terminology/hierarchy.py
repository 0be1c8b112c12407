"""How merged concepts hang together: the edges of all vocabularies, and those that names tell."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from matcher.terminology import lexical
from matcher.terminology.model import Kind, NameKind, Relation, Vocabulary
from matcher.text.normalise import phrase_key

Edge = tuple[int, int, int, float, int]
"""Subject, relation, object, weight, and the place of its source in the list of sources."""


def merged_edges(
    vocabularies: Sequence[Vocabulary], place_of: dict[str, int], kinds: list[int]
) -> tuple[list[Edge], list[str]]:
    """Edges between merged concepts. The curated table has the last word on the hierarchy among its own concepts."""
    curated = {place_of[row.id] for row in vocabularies[0].concepts} if vocabularies else set()
    sources: dict[str, int] = {}
    best: dict[tuple[int, int, int], Edge] = {}
    for rank, vocabulary in enumerate(vocabularies):
        for row in vocabulary.edges:
            if row.subject not in place_of or row.object not in place_of:
                continue
            subject, target, relation = place_of[row.subject], place_of[row.object], row.relation
            if subject == target:
                continue
            if rank and relation is Relation.IS_A:
                if subject in curated and target in curated:
                    continue
                # What stands above a curated concept is curated; other headings only list it.
                if subject in curated or (target in curated and kinds[target] == Kind.GROUP):
                    relation = Relation.IN_GROUP
            key = (subject, int(relation), target)
            source = sources.setdefault(row.source, len(sources))
            if key not in best or best[key][3] < row.weight:
                best[key] = (subject, int(relation), target, row.weight, source)
    return list(best.values()), list(sources)


def is_heading(members: Iterable[str]) -> bool:
    """Whether a concept is one of ICD-10-CM alone: a heading, a side of the body, an encounter."""
    return all(member.startswith("ICD10CM:") for member in members)


def edges_to_curated(
    curated: set[int],
    labels: Sequence[str],
    kinds: Sequence[int],
    names: Mapping[str, Mapping[int, tuple[int, int]]],
    words_of: dict[str, list[str]],
    sources: list[str],
) -> list[Edge]:
    """Edges to a curated concept from others that bear one of its names and are concepts of their own elsewhere:
    subcutaneous calcification (HPO) is calcinosis cutis of a kind.
    """
    sources.append("the curated table (a name of the wider concept)")
    found: list[Edge] = []
    for place, label in enumerate(labels):
        if place in curated or kinds[place] == Kind.GROUP:
            continue
        held = names.get(phrase_key(words_of[label]), {})
        found += [
            (place, int(Relation.IS_A), concept, 1.0, len(sources) - 1)
            for concept, order in held.items()
            if concept in curated and order[1] == 0 and order[0] <= NameKind.SYNONYM
        ]
    return found


def with_lexical_edges(
    curated: set[int],
    labels: Sequence[str],
    kinds: Sequence[int],
    members: Sequence[Sequence[str]],
    names: Mapping[str, Mapping[int, tuple[int, int]]],
    edges: Sequence[Edge],
    sources: list[str],
) -> list[Edge]:
    """The edges, with those told by names for diseases that no vocabulary puts below a disease (ICD headings do not
    count). Where a vocabulary does and the name tells the same, the source says both.
    """
    heading = [is_heading(held) for held in members]
    placed = {
        subject
        for subject, relation, target, _, _ in edges
        if relation != Relation.MANIFESTATION and not (relation == Relation.IS_A and heading[target])
    }
    placed |= curated  # what stands above a curated concept is curated
    diseases = [place for place, kind in enumerate(kinds) if kind == Kind.DISEASE and place not in curated]

    def find(key: str) -> int | None:
        held = names.get(key)
        if not held:
            return None
        concept = min(held, key=held.__getitem__)
        named = held[concept][0] <= NameKind.SYNONYM and kinds[concept] in (Kind.DISEASE, Kind.FINDING)
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


def edge_arrays(edges: Iterable[Edge], size: int) -> dict[str, np.ndarray]:
    """The edges as arrays by their subject (forth) and by their object (back). size: number of concepts."""
    arrays: dict[str, np.ndarray] = {}
    rows = list(edges)
    for side, own, other in (("forth", 0, 2), ("back", 2, 0)):
        order = sorted(rows, key=lambda row: (row[own], row[1], -row[3], row[other]))
        counts = np.bincount([row[own] for row in order], minlength=size) if order else np.zeros(size, dtype=np.int64)
        pointers = np.zeros(size + 1, dtype=np.int32)
        np.cumsum(counts, out=pointers[1:])
        arrays[f"{side}_pointers"] = pointers
        arrays[f"{side}_others"] = np.array([row[other] for row in order], dtype=np.int32)
        arrays[f"{side}_relations"] = np.array([row[1] for row in order], dtype=np.int8)
        arrays[f"{side}_weights"] = np.array([row[3] for row in order], dtype=np.float32)
        arrays[f"{side}_sources"] = np.array([row[4] for row in order], dtype=np.int32)
    return arrays


def descendant_counts(edges: Iterable[Edge], only_icd: Sequence[bool], limit: int = 2000) -> np.ndarray:
    """Number of concepts below each, counted up to a limit, without those that only ICD-10-CM tells apart."""
    children: dict[int, list[int]] = defaultdict(list)
    for subject, relation, target, _, _ in edges:
        if relation in (Relation.IS_A, Relation.ACCEPTS, Relation.IN_GROUP) and not only_icd[subject]:
            children[target].append(subject)
    counts = np.zeros(len(only_icd), dtype=np.int32)
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
