"""Which concepts of several vocabularies are one and the same: the only place where that is decided.

What is built in is put together as if nothing were loaded; a loaded vocabulary joins it and neither parts nor joins
concepts of it. The surest evidence goes first, over all vocabularies together:

1. a trusted code: the one concept that claims an id (the curated table, Mondo's exact matches, DOID's references);
2. two labels that are the same words, then the same words in any order;
3. a label that is an exact synonym of one other concept, of an earlier vocabulary before a later one, the same words in
   any order last.

A synonym that two concepts share proves nothing, nor does a label that is a synonym of several: those are ambiguities.
Abbreviations never join anything. Beyond codes, at most one concept of each vocabulary (by its ids' prefix) is in one
cluster, for a vocabulary tells its own concepts apart.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from matcher.terminology.model import ConceptRow, Kind, NameKind, Vocabulary
from matcher.text.normalise import bag_key, phrase_key

_SHORT_ABBREVIATION = 4
_SHORTEST_LABEL = 4
_SHORTEST_SYNONYM = 5
"""Shorter names are too often abbreviations to merge vocabularies by."""


_CURATED = "curated"


class Clusters:
    """Concepts that mean the same, as sets that grow."""

    def __init__(self, vocabularies: Sequence[Vocabulary]) -> None:
        self._parent: dict[str, str] = {}
        self._tellers: dict[str, set[str]] = {}
        """By cluster: who tells its concepts from others, a vocabulary by its ids' prefix or the curated table."""
        self._settled: set[str] = set()
        self.include(vocabularies)

    def include(self, vocabularies: Iterable[Vocabulary]) -> None:
        """Add the concepts of some vocabularies, each by itself; the first one of all is the curated table."""
        for vocabulary in vocabularies:
            first = not self._parent
            for concept in vocabulary.concepts:
                if concept.id not in self._parent:
                    self._parent[concept.id] = concept.id
                    self._tellers[concept.id] = {prefix(concept.id), _CURATED} if first else {prefix(concept.id)}

    def __contains__(self, identifier: str) -> bool:
        return identifier in self._parent

    def __iter__(self) -> Iterator[str]:
        return iter(self._parent)

    def root(self, identifier: str) -> str:
        """The id that stands for the cluster."""
        parent = self._parent
        while parent[identifier] != identifier:
            parent[identifier] = parent[parent[identifier]]
            identifier = parent[identifier]
        return identifier

    def join(self, into: str, other: str) -> None:
        """Make one cluster of two."""
        into, other = self.root(into), self.root(other)
        if into != other and not {into, other} <= self._settled:
            self._parent[other] = into
            self._tellers[into] |= self._tellers.pop(other)
            if other in self._settled:
                self._settled.add(into)

    def settle(self, identifiers: Iterable[str]) -> None:
        """Keep the clusters of some concepts as they are to each other: others may join them."""
        self._settled.update(map(self.root, identifiers))

    def join_apart(self, into: str, other: str) -> None:
        """Make one cluster of two unless a vocabulary tells concepts of them apart."""
        into, other = self.root(into), self.root(other)
        if self._tellers[into].isdisjoint(self._tellers[other]):
            self.join(into, other)


def prefix(identifier: str) -> str:
    """The vocabulary of an id."""
    return identifier.partition(":")[0]


def is_abbreviation(name: str) -> bool:
    """A single short word without a small-letter sense: "fop", "SSc", "PHP1A"."""
    return " " not in name and (
        len(name) <= _SHORT_ABBREVIATION or (len(name) <= 7 and sum(char.isupper() for char in name) >= 2)
    )


def merged(vocabularies: Sequence[Vocabulary], words_of: Mapping[str, list[str]]) -> Clusters:
    """The concepts of all vocabularies in clusters. words_of: the words of every label and name.

    What is built in is put together first, as if it were alone; what is loaded joins it and changes nothing in it.
    """
    inside = [vocabulary for vocabulary in vocabularies if not vocabulary.is_loaded]
    clusters = Clusters(inside)
    _merge(inside, words_of, clusters)
    if len(inside) < len(vocabularies):
        clusters.settle(concept.id for vocabulary in inside for concept in vocabulary.concepts)
        clusters.include(vocabulary for vocabulary in vocabularies if vocabulary.is_loaded)
        _merge(vocabularies, words_of, clusters)
    return clusters


def _merge(vocabularies: Sequence[Vocabulary], words_of: Mapping[str, list[str]], clusters: Clusters) -> None:
    """Join the concepts of some vocabularies that are one and the same."""
    concepts = [concept for vocabulary in vocabularies for concept in vocabulary.concepts]
    claims = _claims(vocabularies)
    _join_by_code(claims, clusters)
    ranks, synonyms = _owners(vocabularies, words_of)
    settled = {row.code for vocabulary in vocabularies[:1] for row in vocabulary.codes}
    for key_of in (_in_order, _in_any_order):
        owners: dict[str, list[str]] = defaultdict(list)
        for concept in concepts:
            if concept.id in settled:
                continue  # the curated table says what it is, perhaps by a coarser code
            key = key_of(words_of[concept.label], concept)
            if key:
                owners[key].append(concept.id)
        for first, *others in owners.values():
            for other in others:
                clusters.join_apart(first, other)
    for earlier, key_of in ((True, _in_order), (True, _in_any_order), (False, _in_order), (False, _in_any_order)):
        for concept in concepts:
            key = "" if concept.id in settled else key_of(words_of[concept.label], concept)
            rank = ranks[concept.id]
            called = _called(key, concept.id, synonyms[:rank] if earlier else synonyms[rank + 1 :], clusters)
            if called is not None:
                clusters.join_apart(*sorted((called, concept.id), key=ranks.__getitem__))
    _join_by_code(claims, clusters)  # those whose claimants the names have made one


def _in_order(words: list[str], _: ConceptRow | None = None) -> str:
    key = phrase_key(words)
    return key if len(key) >= _SHORTEST_LABEL else ""


def _in_any_order(words: list[str], concept: ConceptRow | None = None) -> str:
    """Key of a name whatever its order: a disorder is a disease. "Abnormality of the eye" is not the malformation "eye
    abnormalities", so headings have none.
    """
    if concept is not None and concept.kind is Kind.GROUP:
        return ""
    bag = bag_key(["disease" if word == "disorder" else word for word in words])
    return f"bag {bag}" if len(bag) >= _SHORTEST_LABEL else ""


def _owners(
    vocabularies: Sequence[Vocabulary], words_of: Mapping[str, list[str]]
) -> tuple[dict[str, int], Sequence[dict[str, set[str]]]]:
    """The rank of each concept's vocabulary, the supplementary ones last, and by rank the concepts that have a name as
    a synonym.
    """
    ranked = sorted(vocabularies, key=lambda vocabulary: vocabulary.is_supplementary)
    ranks: dict[str, int] = {}
    for rank, vocabulary in enumerate(ranked):
        for concept in vocabulary.concepts:
            ranks.setdefault(concept.id, rank)
    found: list[dict[str, set[str]]] = []
    for vocabulary in ranked:
        synonyms: dict[str, set[str]] = defaultdict(set)
        found.append(synonyms)
        for name in vocabulary.names:
            if name.kind not in (NameKind.LABEL, NameKind.SYNONYM) or is_abbreviation(name.name):
                continue
            if name.id not in ranks:
                continue  # a translation of a concept of another release
            words = words_of[name.name]
            if len(phrase_key(words)) >= _SHORTEST_SYNONYM:
                synonyms[phrase_key(words)].add(name.id)
                synonyms[_in_any_order(words)].add(name.id)
    return ranks, found


def _called(key: str, identifier: str, synonyms: Sequence[Mapping[str, set[str]]], clusters: Clusters) -> str | None:
    """The one other concept that has a name as a synonym, by the first vocabulary that has it as another's."""
    if not key:
        return None
    own = clusters.root(identifier)
    for owners in synonyms:
        called = {clusters.root(owner) for owner in owners.get(key, ())} - {own}
        if called:
            return called.pop() if len(called) == 1 else None
    return None


def _claims(vocabularies: Sequence[Vocabulary]) -> dict[str, set[str]]:
    """Concepts that say of a code that it means them, by the first vocabulary that says so. Beyond the curated table a
    concept with several codes of one vocabulary is another one than each of them.
    """
    claims: dict[str, set[str]] = {}
    for rank, vocabulary in enumerate(vocabularies):
        counts = Counter((row.id, prefix(row.code)) for row in vocabulary.codes)
        own: dict[str, set[str]] = defaultdict(set)
        for row in vocabulary.codes:
            if row.code not in claims and (rank == 0 or counts[row.id, prefix(row.code)] == 1):
                own[row.code].add(row.id)
        claims |= own
    return claims


def _join_by_code(claims: Mapping[str, set[str]], clusters: Clusters) -> None:
    """Join what is said to be the other's concept, where only one concept says so."""
    for code, claimants in claims.items():
        roots = {clusters.root(claimant) for claimant in claimants if claimant in clusters}
        if code in clusters and len(roots) == 1:
            clusters.join(roots.pop(), code)
