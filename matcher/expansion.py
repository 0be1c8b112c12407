"""From a patient's concept to the concepts that trials of it are filed under, each with a cost and its reason."""

from functools import lru_cache

import msgspec

from matcher.terminology import Kind, Relation, Terminology

DOWN = 0.8
"""A trial of one kind of the patient's disease: worth a look, may need a feature that the patient lacks."""
UP = (0.9, 0.75, 0.6)
"""A trial of the wider disease, one, two, three steps up."""
DOWN_FINDING = 0.92
UP_FINDING = 0.95
ACCEPTED_GROUP = 0.95
GROUP_MEMBER = 0.35
GROUP_ABOVE = 0.4
DEEP = 0.95
MAX_DOWN = 4
MAX_REACHED = 600
WIDE = 120
"""A concept with more descendants than this is a heading: it is not followed upwards."""


class Reached(msgspec.Struct, frozen=True, gc=False):
    """A concept reached from another one. relation: same, narrower, broader. evidence: source of the weakest step.

    There are millions of them, so the garbage collector is spared to walk them.
    """

    weight: float
    relation: str
    evidence: str


class Expansion:
    """Reached concepts, cached by starting concept."""

    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology
        self.of = lru_cache(maxsize=20_000)(self._of)
        self.manifestations = lru_cache(maxsize=20_000)(self._manifestations)
        self.obligate = lru_cache(maxsize=20_000)(self._obligate)

    def _is_group(self, concept: int) -> bool:
        return self.terminology.kind(concept) is Kind.GROUP or int(self.terminology.descendants[concept]) > WIDE

    def _of(self, concept: int) -> dict[int, Reached]:
        terminology = self.terminology
        reached = {concept: Reached(1.0, "same", terminology.ids[concept])}
        self._down(concept, reached)
        self._up(concept, reached)
        for backwards in (False, True):
            for edge in terminology.edges(concept, backwards):
                if edge.relation is Relation.SAME_SPECTRUM:
                    _keep(reached, edge.other, Reached(0.9 * edge.weight, "same", edge.source))
        return reached

    def _down(self, concept: int, reached: dict[int, Reached]) -> None:
        terminology = self.terminology
        finding = terminology.kind(concept) is not Kind.DISEASE
        first = DOWN_FINDING if finding else DOWN
        layer = {concept: 1.0}
        for depth in range(MAX_DOWN):
            below: dict[int, float] = {}
            for parent, weight in layer.items():
                for edge in terminology.edges(parent, backwards=True):
                    if edge.relation in (Relation.IS_A, Relation.ACCEPTS):
                        step = first if depth == 0 else DEEP
                    elif edge.relation is Relation.IN_GROUP:
                        step = GROUP_MEMBER
                    else:
                        continue
                    if edge.other not in reached and len(reached) < MAX_REACHED:
                        reached[edge.other] = Reached(weight * step, "narrower", edge.source)
                        below[edge.other] = weight * step
            layer = below

    def _up(self, concept: int, reached: dict[int, Reached]) -> None:
        terminology = self.terminology
        finding = terminology.kind(concept) is not Kind.DISEASE
        layer = {concept}
        for depth, weight in enumerate(UP):
            above: set[int] = set()
            for child in layer:
                for edge in terminology.edges(child):
                    if edge.relation is Relation.ACCEPTS:
                        _keep(reached, edge.other, Reached(ACCEPTED_GROUP, "broader", edge.source))
                    elif edge.relation is Relation.IS_A:
                        if self._is_group(edge.other):
                            _keep(reached, edge.other, Reached(GROUP_ABOVE, "broader", edge.source))
                            continue
                        value = UP_FINDING ** (depth + 1) if finding else weight
                        _keep(reached, edge.other, Reached(value, "broader", edge.source))
                        above.add(edge.other)
                    elif edge.relation is Relation.SAME_SPECTRUM and depth:
                        _keep(reached, edge.other, Reached(weight * 0.9 * edge.weight, "broader", edge.source))
            layer = above

    def _manifestations(self, concept: int) -> dict[int, Reached]:
        """Findings and complications of a disease with how regular they are, inherited from wider diseases at a
        cost.
        """
        found: dict[int, Reached] = {}
        terminology = self.terminology
        start = self.of(concept)
        for disease, how in start.items():
            if how.relation == "narrower" or (disease != concept and how.weight < 0.5):
                continue
            factor = 1.0 if disease == concept else 0.9
            for edge in terminology.edges(disease):
                if edge.relation in (Relation.MANIFESTATION, Relation.COMPLICATION):
                    _keep(found, edge.other, Reached(edge.weight * factor, edge.relation.name.lower(), edge.source))
        return found

    def _obligate(self, concept: int) -> tuple[int, ...]:
        """Findings without which the disease is not the disease (calcinosis in CREST): the curated ones of weight 1."""
        return tuple(
            edge.other
            for edge in self.terminology.edges(concept)
            if edge.relation is Relation.MANIFESTATION and edge.weight >= 0.995 and not edge.source.startswith("HPOA:")
        )


def _keep(reached: dict[int, Reached], concept: int, new: Reached) -> None:
    held = reached.get(concept)
    if held is None or held.weight < new.weight:
        reached[concept] = new
