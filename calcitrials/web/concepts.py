"""The conditions of a catalogue as a tree: what its trials are about, below what is wider in the terminology."""

from collections import defaultdict
from functools import cached_property

import msgspec
import numpy as np

from matcher.terminology import Kind, Relation, Terminology
from matcher.trials.index import TrialIndex
from matcher.trials.roles import FINDING

_TREE = (Relation.IS_A, Relation.ACCEPTS, Relation.IN_GROUP)


class Branch(msgspec.Struct, frozen=True, gc=False):
    """A condition. trials: about it alone; in_all: about it or what stands below it."""

    id: str
    label: str
    trials: int
    in_all: int
    children: tuple["Branch", ...] = ()


class ConceptTree:
    """Which concepts trials are about, and how they hang together."""

    def __init__(self, catalogue: TrialIndex, terminology: Terminology) -> None:
        self._catalogue = catalogue
        self._terminology = terminology
        self._trials: dict[int, frozenset[int]] = {}
        for concept in catalogue.named_among(range(len(terminology.ids))):
            trials, _, roles, _ = catalogue.trials_naming((concept,))
            about = frozenset(trials[np.asarray(roles) >= FINDING].tolist())
            if about:
                self._trials[concept] = about

    def wider(self, concept: int) -> list[int]:
        """Concepts right above one, of those that are no mere group first."""
        above = {edge.other for edge in self._terminology.edges(concept) if edge.relation in _TREE}
        return sorted(above - {concept}, key=lambda one: (self._terminology.kind(one) is Kind.GROUP, one))

    def narrower(self, concept: int) -> list[int]:
        """Concepts right below one that have trials, by their label."""
        below = {edge.other for edge in self._terminology.edges(concept, backwards=True) if edge.relation in _TREE}
        return sorted((one for one in below if one in self.with_trials), key=self._terminology.labels.__getitem__)

    @cached_property
    def with_trials(self) -> dict[int, frozenset[int]]:
        """For each concept that has trials, or has one below it that has: the indexes of all of them."""
        found = {concept: set(trials) for concept, trials in self._trials.items()}
        for concept, trials in self._trials.items():
            seen, stack = {concept}, [concept]
            while stack:
                for wider in self.wider(stack.pop()):
                    if wider not in seen:
                        seen.add(wider)
                        stack.append(wider)
                        found.setdefault(wider, set()).update(trials)
        return {concept: frozenset(trials) for concept, trials in found.items()}

    def place(self, concept_id: str) -> int | None:
        """Number of a concept by its id, None for one without trials."""
        place = self._terminology.place_of.get(concept_id)
        return place if place in self.with_trials else None

    def branch(self, concept: int, depth: int = 0) -> Branch:
        """A concept with those below it, down to a depth."""
        children = tuple(self.branch(one, depth - 1) for one in self.narrower(concept)) if depth else ()
        return Branch(
            self._terminology.ids[concept],
            self._terminology.labels[concept],
            len(self._trials.get(concept, ())),
            len(self.with_trials[concept]),
            tuple(sorted(children, key=lambda child: (-child.in_all, child.label))),
        )

    def trials(self, concept: int) -> list[int]:
        """Indexes of the trials about a concept or what stands below it."""
        return sorted(self.with_trials.get(concept, ()))

    @cached_property
    def by_letter(self) -> dict[str, list[Branch]]:
        """The conditions that trials are about themselves, by the first letter of their labels."""
        letters: dict[str, list[Branch]] = defaultdict(list)
        for concept in sorted(self._trials, key=lambda one: self._terminology.labels[one].lower()):
            letters[self._terminology.labels[concept][:1].upper()].append(self.branch(concept))
        return dict(letters)

    @cached_property
    def roots(self) -> list[Branch]:
        """The widest conditions that have trials, with what stands right below them, the largest first."""
        top = [one for one in self.with_trials if not self.wider(one)]
        # the other trees of the terminology hang headings of their own order above, such as modes of inheritance
        top = [one for one in top if self._terminology.ids[one].startswith("MeSH:")] or top
        found = (self.branch(one, depth=1) for one in top)
        return sorted(found, key=lambda branch: (-branch.in_all, branch.label))
