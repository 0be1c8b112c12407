"""From a patient's concept to the concepts that trials of it are filed under, each with a cost and its reason."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from matcher.terminology import Kind, Relation, Terminology, weights
from matcher.terminology.model import is_annotated

_TREES = ("MeSH", "HPO", "ICD-10-CM", "Mondo")
_FARTHEST_UP = 3
"""Steps that are followed upwards."""
_ALWAYS = 0.995
"""From here on an edge that is stored as a fraction weighs 1."""
_IS_A, _ACCEPTS, _IN_GROUP, _MANIFESTATION = map(
    int, (Relation.IS_A, Relation.ACCEPTS, Relation.IN_GROUP, Relation.MANIFESTATION)
)  # plain numbers compare quicker than members of an enumeration
_COMES_WITH = {int(relation): relation.name.lower() for relation in (Relation.MANIFESTATION, Relation.COMPLICATION)}


class ConceptPath(msgspec.Struct, frozen=True, gc=False):
    """A concept reached from another one. relation: same, narrower, broader. evidence: source of the weakest step.

    There are millions of them, so the garbage collector is spared to walk them.
    """

    weight: float
    relation: str
    evidence: str


class _Edges:
    """Edges in their order, without a record each; of a few relations only, or of all."""

    def __init__(self, terminology: Terminology, backwards: bool, *relations: Relation) -> None:
        side = "back" if backwards else "forth"
        names = ("others", "relations", "weights", "sources")
        columns = [terminology.arrays[f"{side}_{name}"] for name in names]
        first = terminology.arrays[f"{side}_pointers"]
        self._sources = terminology.tables.sources
        if relations:
            is_wanted = np.isin(columns[1], relations)
            first = _counted(is_wanted, first)
            columns = [column[is_wanted] for column in columns]
        self._columns = [column.data for column in columns]  # whose items are plain numbers
        self._first: list[int] = first.tolist()

    def of(self, concept: int) -> Iterable[tuple[int, int, float, str]]:
        """(other concept, relation, weight, source) for each edge of a concept."""
        start, end = self._first[concept], self._first[concept + 1]
        if start == end:
            return ()
        others, relations, strengths, sources = [column[start:end] for column in self._columns]
        return zip(others, relations, strengths, map(self._sources.__getitem__, sources), strict=True)


def _counted(is_wanted: npt.NDArray[np.bool_], first: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Where the edges of each concept begin among the wanted ones."""
    counted: npt.NDArray[Any] = np.concatenate([[0], np.cumsum(is_wanted)])[first]
    return counted


def _edge_counts(terminology: Terminology, backwards: bool, *relations: Relation) -> npt.NDArray[Any]:
    """How many edges of these relations each concept has."""
    side = "back" if backwards else "forth"
    is_wanted = np.isin(terminology.arrays[f"{side}_relations"], relations)
    return np.diff(_counted(is_wanted, terminology.arrays[f"{side}_pointers"]))


def _having(counts: npt.NDArray[Any]) -> frozenset[int]:
    return frozenset(np.flatnonzero(counts).tolist())


class Expansion:
    """What is reached from each concept, cached by the concept. A catalogue's own words lead to themselves alone."""

    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology
        self.of = lru_cache(maxsize=20_000)(self._of)
        self.manifestations = lru_cache(maxsize=20_000)(self._manifestations)
        self.obligate = lru_cache(maxsize=20_000)(self._obligate)
        self.around = lru_cache(maxsize=50_000)(self._around)
        self.kinds_above = lru_cache(maxsize=50_000)(self._kinds_above)
        self.kin = lru_cache(maxsize=50_000)(self._kin)
        self._holding = _Edges(terminology, False, Relation.IS_A, Relation.ACCEPTS, Relation.IN_GROUP)
        self._all = _Edges(terminology, False)
        self._below = _Edges(terminology, True, Relation.IS_A, Relation.ACCEPTS, Relation.IN_GROUP)
        self._above = _Edges(terminology, False, Relation.IS_A, Relation.ACCEPTS, Relation.SAME_SPECTRUM)
        self.group_members = _having(_edge_counts(terminology, False, Relation.IN_GROUP))
        """Members of a wide group whose trials seldom mean them."""
        self.commonness = _edge_counts(terminology, True, Relation.MANIFESTATION, Relation.COMPLICATION)
        """How many diseases are known to come with each concept."""
        self.manifested = _having(self.commonness)
        self._manifesting = _having(_edge_counts(terminology, False, Relation.MANIFESTATION, Relation.COMPLICATION))
        self._alike = [_Edges(terminology, backwards, Relation.SAME_SPECTRUM) for backwards in (False, True)]

    def is_common(self, concept: int) -> bool:
        """Whether so many diseases come with a concept (hypertension, obesity, pain) that it tells little of any."""
        return self.terminology.holds(concept) and int(self.commonness[concept]) > weights.COMMON

    def _is_group(self, concept: int) -> bool:
        return self.terminology.kind(concept) is Kind.GROUP or int(self.terminology.descendants[concept]) > weights.WIDE

    def _of(self, concept: int) -> dict[int, ConceptPath]:
        if not self.terminology.holds(concept):
            return {concept: ConceptPath(1.0, "same", "the trial's own words")}
        around = self.around(concept)
        reached = {concept: around[concept]}
        self._down(concept, reached)
        for other, how in around.items():
            _keep(reached, other, how)
        return reached

    def _around(self, concept: int) -> dict[int, ConceptPath]:
        """What stands above a concept or beside it, and itself: all that `of` gives as broader or same, sooner."""
        reached = {concept: ConceptPath(1.0, "same", self.terminology.ids[concept])}
        self._up_and_beside(concept, reached)
        return reached

    def _kin(self, concept: int) -> frozenset[int]:
        """A concept and the groups that hold it, two steps up, as long as they are not wide."""
        found = layer = {concept}
        for _ in range(2):
            layer = {
                other
                for member in layer
                for other, *_ in self._holding.of(member)
                if int(self.terminology.descendants[other]) <= weights.WIDEST_KIN
            }
            found = found | layer
        return frozenset(found)

    def _kinds_above(self, concept: int) -> frozenset[int]:
        """What a concept is a kind of, by steps that are not those to wide groups."""
        return frozenset(other for other, how in self.of(concept).items() if how.relation == "broader")

    def _down(self, concept: int, reached: dict[int, ConceptPath]) -> None:
        finding = self.terminology.kind(concept) is not Kind.DISEASE
        step = weights.NEARLY if finding else weights.DOWN
        if not finding and int(self.terminology.descendants[concept]) > weights.WIDE:
            step *= weights.WIDER  # "muscular disease" is most likely another one of its many kinds
        layer = {concept: 1.0}
        while layer:
            below: dict[int, float] = {}
            for parent, weight in layer.items():
                for other, relation, _, source in self._below.of(parent):
                    if other not in reached and len(reached) < weights.MAX_REACHED:
                        below[other] = value = weight * (weights.GROUP_ABOVE if relation == _IN_GROUP else step)
                        reached[other] = ConceptPath(value, "narrower", source)
            layer, step = below, weights.NEARLY

    def _up_and_beside(self, concept: int, reached: dict[int, ConceptPath]) -> None:
        finding = self.terminology.kind(concept) is not Kind.DISEASE
        layer = {concept}
        for depth, weight in enumerate(weights.UP**step for step in range(1, _FARTHEST_UP + 1)):
            above: set[int] = set()
            for child in layer:
                for other, relation, strength, source in self._above.of(child):
                    if relation == _ACCEPTS:
                        _keep(reached, other, ConceptPath(weights.NEARLY, "broader", source))
                    elif relation == _IS_A:
                        if self._is_group(other):
                            _keep(reached, other, ConceptPath(weights.GROUP_ABOVE, "broader", source))
                            continue
                        value = (
                            weights.NEARLY ** (depth + 1) if finding else weight * self._nearness(child, other, source)
                        )
                        _keep(reached, other, ConceptPath(value, "broader", source))
                        above.add(other)
                    elif depth:
                        _keep(reached, other, ConceptPath(weight * weights.NEARLY * strength, "broader", source))
            layer = above
        for side in self._alike:
            for other, _, weight, source in side.of(concept):
                _keep(reached, other, ConceptPath(weights.NEARLY * weight, "same", source))

    def _nearness(self, child: int, parent: int, source: str) -> float:
        """How near a wider disease is beyond one that the name tells or the curated table says."""
        near = weights.WIDER if int(self.terminology.descendants[parent]) > weights.MANY_KINDS else 1.0
        if not source.startswith(_TREES):
            return near
        places = sum(
            relation == _IS_A and origin.startswith(_TREES) for _, relation, _, origin in self._above.of(child)
        )
        return near * weights.BY_TREE * (weights.ONE_OF_SEVERAL if places > 1 else 1.0)

    def _manifestations(self, concept: int) -> dict[int, ConceptPath]:
        """Findings and complications of a disease with how regular they are, inherited from wider diseases at a
        cost.
        """
        found: dict[int, ConceptPath] = {}
        if self._manifesting.isdisjoint(self.around(concept)):  # seen sooner than all that it leads to
            return found
        for disease, how in self.of(concept).items():
            if how.relation == "narrower" or (disease != concept and how.weight < weights.NEAR):
                continue
            factor = 1.0 if disease == concept else weights.NEARLY
            for other, relation, weight, source in self._all.of(disease):
                name = _COMES_WITH.get(relation)
                if name is not None:
                    _keep(found, other, ConceptPath(weight * factor, name, source))
        return found

    def complicates(self, concept: int, disease: int) -> bool:
        """Whether a concept comes of a disease, and not rather the disease of it (renal failure and calciphylaxis come
        with one another; the curated table says which is the complication). What a disease is a kind of it does not
        come with.
        """
        if not self.terminology.holds(max(concept, disease)):
            return False  # the catalogue's own words
        there = self.manifestations(disease).get(concept)
        back = self.manifestations(concept).get(disease)
        if there is None or concept in self.kinds_above(disease):
            return False
        if back is None:
            return True
        return _standing(there) > _standing(back)

    def related(self, one: int, other: int) -> bool:
        """Whether two concepts have to do with one another: wider or narrower, in a common group, or coming with it."""
        return (
            other in self.of(one)
            or one in self.of(other)
            or not self.kin(one).isdisjoint(self.kin(other))
            or other in self.manifestations(one)
            or one in self.manifestations(other)
        )

    def _obligate(self, concept: int) -> tuple[int, ...]:
        """Findings without which the disease is not the disease (calcinosis in CREST): the curated ones of weight 1."""
        return tuple(
            other
            for other, relation, weight, source in self._all.of(concept)
            if relation == _MANIFESTATION and weight >= _ALWAYS and not is_annotated(source)
        )


def _standing(how: ConceptPath) -> tuple[bool, float]:
    return (not is_annotated(how.evidence), how.weight)


def _keep(reached: dict[int, ConceptPath], concept: int, new: ConceptPath) -> None:
    held = reached.get(concept)
    if held is None or held.weight < new.weight:
        reached[concept] = new
