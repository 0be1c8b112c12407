"""Merging vocabularies into one set of concepts with lookup tables."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from matcher.terminology import curated as curated_table
from matcher.terminology import lexical
from matcher.terminology.compiled import Tables, Terminology
from matcher.terminology.model import ANY_LANGUAGE, ConceptRow, Kind, NameKind, NameRow, Relation, Vocabulary
from matcher.terminology.trigrams import NGramIndex
from matcher.text import ordinary_words
from matcher.text.normalise import bag_key, loose_key, name_words, phrase_key, sound

LONGEST_NAME_WORDS = 12
_SHORT_ABBREVIATION = 4
_SHORTEST_SHARED = 3
"""Letters of an abbreviation of one language that counts in the others too."""
_SHORTEST_LABEL = 4
_SHORTEST_MERGED = 5
"""Shorter names are too often abbreviations to merge vocabularies by."""


class _Clusters:
    """Union of concepts that mean the same, at most one of each vocabulary (by its ids' prefix) unless a code says
    so.
    """

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}
        self.prefixes: dict[str, set[str]] = {}

    def add(self, identifier: str) -> None:
        if identifier not in self.parent:
            self.parent[identifier] = identifier
            self.prefixes[identifier] = {_prefix(identifier)}

    def root(self, identifier: str) -> str:
        while self.parent[identifier] != identifier:
            self.parent[identifier] = self.parent[self.parent[identifier]]
            identifier = self.parent[identifier]
        return identifier

    def join(self, into: str, other: str) -> None:
        into, other = self.root(into), self.root(other)
        if into != other:
            self.parent[other] = into
            self.prefixes[into] |= self.prefixes.pop(other)

    def may_join(self, into: str, identifier: str) -> bool:
        return _prefix(identifier) not in self.prefixes[self.root(into)]


def _prefix(identifier: str) -> str:
    return identifier.partition(":")[0]


def _is_abbreviation(name: str) -> bool:
    """A single short word without a small-letter sense: "fop", "SSc", "PHP1A"."""
    return " " not in name and (
        len(name) <= _SHORT_ABBREVIATION or (len(name) <= 7 and sum(char.isupper() for char in name) >= 2)
    )


def _merge(vocabularies: Sequence[Vocabulary], words_of: dict[str, list[str]]) -> _Clusters:
    clusters = _Clusters()
    claims: dict[str, set[str]] = defaultdict(set)
    for vocabulary in vocabularies:
        for row in vocabulary.codes:
            claims[row.code].add(row.id)
    label_owner: dict[str, str] = {}
    name_owner: dict[str, str] = {}
    for vocabulary in vocabularies:
        names: dict[str, list[NameRow]] = defaultdict(list)
        for name in vocabulary.names:
            names[name.id].append(name)
        codes: dict[str, list[str]] = defaultdict(list)
        for code in vocabulary.codes:
            codes[code.id].append(code.code)
        for concept in vocabulary.concepts:
            clusters.add(concept.id)
        targets = _Targets(claims, clusters, words_of, label_owner, name_owner)
        left = [concept for concept in vocabulary.concepts if not targets.join_by_code(concept, codes[concept.id])]
        for owners in targets.owners_of_labels():
            left = [concept for concept in left if not targets.join_by_label(concept, *owners)]
        for concept in left:
            targets.join_by_name(concept, names[concept.id])
        for concept in vocabulary.concepts:
            label_owner.setdefault(phrase_key(words_of[concept.label]), concept.id)
            label_owner.setdefault(_bag(words_of[concept.label]), concept.id)
            for name in names[concept.id]:
                if name.kind in (NameKind.LABEL, NameKind.SYNONYM) and not _is_abbreviation(name.name):
                    name_owner.setdefault(phrase_key(words_of[name.name]), concept.id)
                    name_owner.setdefault(_bag(words_of[name.name]), concept.id)
    return clusters


def _bag(words: list[str]) -> str:
    """Key of a name for merging, whatever its order: a disorder is a disease."""
    return f"bag {bag_key(['disease' if word == 'disorder' else word for word in words])}"


class _Targets:
    """Finds the concept of an earlier vocabulary that a concept is the same as: by code, then by label, then by
    name.
    """

    def __init__(
        self,
        claims: dict[str, set[str]],
        clusters: _Clusters,
        words_of: dict[str, list[str]],
        label_owner: dict[str, str],
        name_owner: dict[str, str],
    ) -> None:
        self.claims = claims
        self.clusters = clusters
        self.words_of = words_of
        self.label_owner = label_owner
        self.name_owner = name_owner

    def join_by_code(self, concept: ConceptRow, codes: list[str]) -> bool:
        claimed = self.claims.get(concept.id, set()) & self.clusters.parent.keys()
        if len(claimed) == 1:
            self.clusters.join(next(iter(claimed)), concept.id)
            return True
        joined = False
        for code in codes:
            if code in self.clusters.parent and len(self.claims[code]) == 1:
                self.clusters.join(code, concept.id)
                joined = True
        return joined

    def owners_of_labels(self) -> Iterable[tuple[dict[str, str], bool]]:
        """Where a label is looked for, the surest place first, and whether in any order of its words."""
        return ((self.label_owner, False), (self.name_owner, False), (self.label_owner, True), (self.name_owner, True))

    def join_by_label(self, concept: ConceptRow, owners: dict[str, str], in_any_order: bool) -> bool:
        words = self.words_of[concept.label]
        key = phrase_key(words)
        if len(key) < _SHORTEST_LABEL:
            return False
        if in_any_order and concept.kind is Kind.GROUP:
            return False  # "abnormality of the eye" is not the malformation "eye abnormalities"
        owner = owners.get(_bag(words) if in_any_order else key)
        if owner is None or not self.clusters.may_join(owner, concept.id):
            return False
        self.clusters.join(owner, concept.id)
        return True

    def join_by_name(self, concept: ConceptRow, names: list[NameRow]) -> None:
        for name in names:
            key = phrase_key(self.words_of[name.name])
            owner = self.label_owner.get(key)
            if owner is None or len(key) < _SHORTEST_MERGED or _is_abbreviation(name.name):
                continue
            if self.clusters.may_join(owner, concept.id):
                self.clusters.join(owner, concept.id)
                return


def _csr(groups: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    pointers = np.zeros(len(groups) + 1, dtype=np.int32)
    np.cumsum([len(group) for group in groups], out=pointers[1:])
    flat = np.fromiter((item for group in groups for item in group), dtype=np.int32, count=int(pointers[-1]))
    return pointers, flat


def compile_terminology(vocabularies: Sequence[Vocabulary], version: str) -> Terminology:
    """Merge vocabularies (the earlier ones win) and build all lookup tables; some 20 s for 200,000 names."""
    texts = {row.label for v in vocabularies for row in v.concepts} | {
        row.name for v in vocabularies for row in v.names
    }
    words_of = {text: name_words(text) for text in texts}
    clusters = _merge(vocabularies, words_of)
    roots: dict[str, int] = {}
    ids: list[str] = []
    labels: list[str] = []
    kinds: list[int] = []
    members: list[list[str]] = []
    for vocabulary in vocabularies:
        for concept in vocabulary.concepts:
            root = clusters.root(concept.id)
            place = roots.get(root)
            if place is None:
                roots[root] = len(ids)
                ids.append(concept.id)
                labels.append(concept.label)
                kinds.append(int(concept.kind))
                members.append([concept.id])
            else:
                members[place].append(concept.id)
    place_of = {identifier: roots[clusters.root(identifier)] for identifier in clusters.parent}
    names = _names(vocabularies, place_of, words_of)
    edges, sources = _edges(vocabularies, place_of, kinds)
    curated = {place_of[row.id] for row in vocabularies[0].concepts} if vocabularies else set()
    edges += _edges_to_curated(curated, labels, kinds, names, words_of, sources)
    edges = _with_lexical_edges(curated, labels, kinds, members, names, edges, sources)
    codes: dict[str, list[int]] = defaultdict(list)
    for vocabulary in vocabularies:
        for row in vocabulary.codes:
            if row.id in place_of and place_of[row.id] not in codes[row.code]:
                codes[row.code].append(place_of[row.id])
    arrays = _name_arrays(names) | _edge_arrays(edges, len(ids)) | ordinary_words.build()
    keys = list(names.keys)
    words = sorted({word for key in keys for word in key.split(" ") if len(word) > 3 and not word[0].isdigit()})
    foreign = [word for word in words if word not in names.english_words]
    sounds = [sound(word) if word in names.english_words else "" for word in words]
    for label, strings in (("key", keys), ("word", words)):
        index = NGramIndex.build(strings)
        arrays[f"{label}_gram_pointers"], arrays[f"{label}_gram_postings"] = index.pointers, index.postings
    arrays["descendants"] = _descendant_counts(edges, [_is_heading(held) for held in members])
    starts: dict[str, int] = {}
    for key in keys:
        parts = key.split(" ")
        if len(parts) > 1:
            start = f"{parts[0]} {parts[1]}"
            starts[start] = max(starts.get(start, 0), len(parts))
    bags = list(names.bags)
    arrays["bag_pointers"], arrays["bag_keys"] = _csr([names.bags[bag] for bag in bags])
    tables = Tables(
        version, tuple(v.info for v in vocabularies), ids, labels, kinds, members, keys, bags, words, foreign, sounds,
        starts, names.abbreviations, names.local_abbreviations, dict(codes), names.patterns, sources, sorted(arrays),
    )  # fmt: skip
    return Terminology(tables, arrays)


class _Names:
    def __init__(self) -> None:
        self.keys: dict[str, dict[int, tuple[int, int]]] = {}
        self.bags: dict[str, list[int]] = {}
        self.abbreviations: dict[str, list[int]] = {}
        self.local_abbreviations: dict[str, dict[str, list[int]]] = {}
        self.patterns: list[tuple[int, list[list[str]], str]] = []
        self.english_words: set[str] = set()


def _names(vocabularies: Sequence[Vocabulary], place_of: dict[str, int], words_of: dict[str, list[str]]) -> _Names:
    names = _Names()
    everyday = curated_table.everyday_names()
    for rank, vocabulary in enumerate(vocabularies):
        labels = (NameRow(row.id, row.label, NameKind.LABEL) for row in vocabulary.concepts)
        curated = rank == 0
        for row in (*vocabulary.names, *labels):
            if row.id not in place_of:
                continue
            concept = place_of[row.id]
            if row.kind is NameKind.WORDS:
                sets = [
                    sorted({" ".join(name_words(word)) for word in part.split("|")}) for part in row.name.split(" ")
                ]
                names.patterns.append((concept, sets, row.language))
                continue
            abbreviation = row.kind is NameKind.ABBREVIATION or (
                not curated and row.kind is not NameKind.LABEL and _is_abbreviation(row.name)
            )
            if abbreviation:
                spelt = row.name if not row.name.islower() else row.name.upper()
                if row.language == "en":
                    held = names.abbreviations.setdefault(spelt, [])
                else:
                    held = names.local_abbreviations.setdefault(row.language, {}).setdefault(spelt, [])
                if concept not in held:
                    held.append(concept)
                continue
            words = words_of[row.name]
            if not words or len(words) > LONGEST_NAME_WORDS:
                continue
            key = phrase_key(words)
            if key in everyday and not curated:
                continue
            if row.language == "en":
                names.english_words.update(words)
            order = (int(row.kind) if rank else min(int(row.kind), NameKind.SYNONYM), rank)
            if curated and row.kind is NameKind.BROAD:
                order = (int(NameKind.BROAD), 0)
            held_key = names.keys.setdefault(key, {})
            if held_key.get(concept) != (int(NameKind.BROAD), 0):  # the curated table says that it is a wide word
                held_key[concept] = min(order, held_key.get(concept, order))
    _share_abbreviations(names)
    for place, key in enumerate(names.keys):
        bag = bag_key(key.split(" "))
        if bag:
            names.bags.setdefault(bag, []).append(place)
    _share_curated(names)
    loose: dict[str, list[int]] = {}
    keys = list(names.keys)
    for place, key in enumerate(keys):
        found = loose_key(key.split(" "))
        if found:
            loose.setdefault(found, []).append(place)
    best = list(names.keys.values())
    for found, places in loose.items():
        # Under a mark of its own among the bags; only where one concept has the better claim to the names that meet.
        claims: dict[int, tuple[int, int]] = {}
        for place in places:
            concept = min(best[place], key=best[place].__getitem__)
            claims[concept] = min(best[place][concept], claims.get(concept, best[place][concept]))
        first, *others = sorted(claims.items(), key=lambda item: item[1])
        if all(order > first[1] for _, order in others):
            names.bags[f"~ {found}"] = sorted(places, key=lambda place: first[0] not in best[place])
    return names


def _share_abbreviations(names: _Names) -> None:
    """Abbreviations of one language count in every text unless they mean something else there; what is no disease in
    most texts of a language stands there without one.
    """
    for language in sorted(names.local_abbreviations):
        for spelt, concepts in names.local_abbreviations[language].items():
            if len(spelt) < _SHORTEST_SHARED:
                continue
            held = names.abbreviations.setdefault(spelt, concepts)
            if held is not concepts and language == ANY_LANGUAGE:
                held += [concept for concept in concepts if concept not in held]
    for language, spelt in curated_table.other_senses():
        names.local_abbreviations.setdefault(language, {}).setdefault(spelt, [])


def _share_curated(names: _Names) -> None:
    """What the curated table says of a name holds for the same words in any order, before what others say."""
    keys = list(names.keys.values())
    for places in names.bags.values():
        if len(places) < 2:
            continue
        curated = {concept: order for place in places for concept, order in keys[place].items() if order[1] == 0}
        for place in places:
            for concept, order in curated.items():
                keys[place][concept] = min(order, keys[place].get(concept, order))


def _name_arrays(names: _Names) -> dict[str, np.ndarray]:
    concepts: list[list[int]] = []
    kinds: list[list[int]] = []
    for held in names.keys.values():
        # what the curated table says of a name comes before what any other vocabulary says
        order = sorted(held, key=lambda concept: (held[concept][1] > 0, held[concept], concept))
        concepts.append(order)
        kinds.append([held[concept][0] for concept in order])
    pointers, flat = _csr(concepts)
    return {"key_pointers": pointers, "key_concepts": flat, "key_kinds": _csr(kinds)[1]}


_Edge = tuple[int, int, int, float, int]


def _edges(
    vocabularies: Sequence[Vocabulary], place_of: dict[str, int], kinds: list[int]
) -> tuple[list[_Edge], list[str]]:
    """Edges between merged concepts. The curated table has the last word on the hierarchy among its own concepts."""
    curated = {place_of[row.id] for row in vocabularies[0].concepts} if vocabularies else set()
    sources: dict[str, int] = {}
    best: dict[tuple[int, int, int], _Edge] = {}
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


def _is_heading(members: Iterable[str]) -> bool:
    """Whether a concept is one of ICD-10-CM alone: a heading, a side of the body, an encounter."""
    return all(member.startswith("ICD10CM:") for member in members)


def _edges_to_curated(
    curated: set[int],
    labels: Sequence[str],
    kinds: Sequence[int],
    names: "_Names",
    words_of: dict[str, list[str]],
    sources: list[str],
) -> list[_Edge]:
    """Edges to a curated concept from others that bear one of its names and are concepts of their own elsewhere:
    subcutaneous calcification (HPO) is calcinosis cutis of a kind.
    """
    sources.append("the curated table (a name of the wider concept)")
    found: list[_Edge] = []
    for place, label in enumerate(labels):
        if place in curated or kinds[place] == Kind.GROUP:
            continue
        held = names.keys.get(phrase_key(words_of[label]), {})
        found += [
            (place, int(Relation.IS_A), concept, 1.0, len(sources) - 1)
            for concept, order in held.items()
            if concept in curated and order[1] == 0 and order[0] <= NameKind.SYNONYM
        ]
    return found


def _with_lexical_edges(
    curated: set[int],
    labels: Sequence[str],
    kinds: Sequence[int],
    members: Sequence[Sequence[str]],
    names: "_Names",
    edges: Sequence[_Edge],
    sources: list[str],
) -> list[_Edge]:
    """The edges, with those told by names for diseases that no vocabulary puts below a disease (ICD headings do not
    count). Where a vocabulary does and the name tells the same, the source says both.
    """
    heading = [_is_heading(held) for held in members]
    placed = {
        subject
        for subject, relation, target, _, _ in edges
        if relation != Relation.MANIFESTATION and not (relation == Relation.IS_A and heading[target])
    }
    placed |= curated  # what stands above a curated concept is curated
    diseases = [place for place, kind in enumerate(kinds) if kind == Kind.DISEASE and place not in curated]

    def find(key: str) -> int | None:
        held = names.keys.get(key)
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
    marked: list[_Edge] = []
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


def _edge_arrays(edges: Iterable[_Edge], size: int) -> dict[str, np.ndarray]:
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


def _descendant_counts(edges: Iterable[_Edge], only_icd: Sequence[bool], limit: int = 2000) -> np.ndarray:
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
