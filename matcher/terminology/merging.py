"""Which concepts of several vocabularies mean the same."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from matcher.terminology.model import ConceptRow, Kind, NameKind, NameRow, Vocabulary
from matcher.text.normalise import bag_key, phrase_key

_SHORT_ABBREVIATION = 4
_SHORTEST_LABEL = 4
_SHORTEST_MERGED = 5
"""Shorter names are too often abbreviations to merge vocabularies by."""


class Clusters:
    """Union of concepts that mean the same, at most one of each vocabulary (by its ids' prefix) unless a code says
    so.
    """

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}
        self.prefixes: dict[str, set[str]] = {}

    def add(self, identifier: str) -> None:
        """Know a concept, alone at first."""
        if identifier not in self.parent:
            self.parent[identifier] = identifier
            self.prefixes[identifier] = {_prefix(identifier)}

    def root(self, identifier: str) -> str:
        """The concept that stands for all that mean the same as this one."""
        while self.parent[identifier] != identifier:
            self.parent[identifier] = self.parent[self.parent[identifier]]
            identifier = self.parent[identifier]
        return identifier

    def join(self, into: str, other: str) -> None:
        """Let two concepts mean the same; the first one's stands for them."""
        into, other = self.root(into), self.root(other)
        if into != other:
            self.parent[other] = into
            self.prefixes[into] |= self.prefixes.pop(other)

    def may_join(self, into: str, identifier: str) -> bool:
        """Whether no concept of the same vocabulary is there yet."""
        return _prefix(identifier) not in self.prefixes[self.root(into)]


def _prefix(identifier: str) -> str:
    return identifier.partition(":")[0]


def is_abbreviation(name: str) -> bool:
    """A single short word without a small-letter sense: "fop", "SSc", "PHP1A"."""
    return " " not in name and (
        len(name) <= _SHORT_ABBREVIATION or (len(name) <= 7 and sum(char.isupper() for char in name) >= 2)
    )


def merge(vocabularies: Sequence[Vocabulary], words_of: dict[str, list[str]]) -> Clusters:
    """The concepts of all vocabularies, those that mean the same joined. words_of: the words of each name."""
    clusters = Clusters()
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
                if name.kind in (NameKind.LABEL, NameKind.SYNONYM) and not is_abbreviation(name.name):
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
        clusters: Clusters,
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
            if owner is None or len(key) < _SHORTEST_MERGED or is_abbreviation(name.name):
                continue
            if self.clusters.may_join(owner, concept.id):
                self.clusters.join(owner, concept.id)
                return
