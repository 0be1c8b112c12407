"""What each concept is to a trial that names it: a disease that admits, a finding that it requires, or less.

Roles are given when a trial is mapped and stored with its concepts, so that a question finds them ready.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from matcher.terminology import Kind, Relation, Terminology
from matcher.terminology.expansion import Expansion

FIELDS = (
    "condition",
    "title",
    "mesh",
    "keyword",
    "inclusion",
    "mesh_ancestor",
    "requirement",
    "treatment",
    "exclusion",
)
"""Where a trial names a concept; what stands in an earlier field is not looked for in a later one."""
OWN_WORDS = "TEXT:"
"""Prefix of a concept that no vocabulary has: a trial's own condition, matched by its words."""
TREATMENT = "TREATMENT:"
"""Prefix of a treatment in its normal form."""
ROLES = ("", "mention", "heading", "finding", "disease")
"""From nothing to the most; the number of a role is its place here."""
UNSAID, MENTION, HEADING, FINDING, DISEASE = range(len(ROLES))
_FOCUS = ("condition", "title")
_NO_CONCEPTS: frozenset[int] = frozenset()


class Roles:
    """Gives the roles of what trials name."""

    def __init__(self, terminology: Terminology, expansion: Expansion) -> None:
        self.terminology = terminology
        self.expansion = expansion
        self._sites = lru_cache(maxsize=50_000)(self._find_sites)
        self._meant = lru_cache(maxsize=50_000)(self._find_meant)
        self._role = lru_cache(maxsize=50_000)(self._find_role)

    def of(self, named: Sequence[tuple[str, str]]) -> list[int]:
        """Role of each naming of one trial, given as concept id and field: of those of one concept the first one in
        the order of fields has it. A condition beside a kind of it is a mention.
        """
        roles = [UNSAID] * len(named)
        focus, elsewhere = self._first_namings(named)
        sites = _NO_CONCEPTS.union(*map(self._sites, focus))
        if sites:
            focus = {concept: row for concept, row in focus.items() if self._meant(concept).isdisjoint(sites)}
        if len(focus) > 1 and ("admits:children-and-adults", "requirement") not in named:
            wider = {other for concept in focus for other in self._wider(concept, focus)}
            for row in (focus[concept] for concept in wider):
                roles[row] = MENTION if named[row][1] == "condition" else UNSAID
            focus = {concept: row for concept, row in focus.items() if concept not in wider}
        for concept, row in elsewhere.items():
            if concept not in focus and (not sites or self._meant(concept).isdisjoint(sites)):
                roles[row] = MENTION
        complications = self._complications(focus) if len(focus) > 1 else _NO_CONCEPTS
        for concept, row in focus.items():
            roles[row] = FINDING if concept in complications else self._role(concept)
        return roles

    def meant_with(self, focus: Iterable[str]) -> frozenset[str]:
        """Ids of what a trial is for and of what that is a kind of."""
        place_of, ids = self.terminology.place_of, self.terminology.ids
        known = [place_of[name] for name in focus if name in place_of]
        above = _NO_CONCEPTS.union(*map(self.expansion.kinds_above, known), known)
        return frozenset(ids[concept] for concept in above)

    def _first_namings(self, named: Sequence[tuple[str, str]]) -> tuple[dict[int, int], dict[int, int]]:
        """Where each concept is named first, in conditions and titles and elsewhere. The trial's own words have
        numbers behind those of the terminology.
        """
        place_of, size = self.terminology.place_of, len(self.terminology.ids)
        own: dict[str, int] = {}
        focus: dict[int, int] = {}
        elsewhere: dict[int, int] = {}
        for row in sorted(range(len(named)), key=lambda row: FIELDS.index(named[row][1])):
            name, field = named[row]
            if name and field not in ("requirement", "treatment", "exclusion"):
                concept = place_of.get(name, -1)
                if concept < 0:
                    concept = own.setdefault(name, size + len(own))
                (focus if field in _FOCUS else elsewhere).setdefault(concept, row)
        return focus, elsewhere

    def _kind(self, concept: int) -> Kind:
        return self.terminology.kind(concept) if self.terminology.holds(concept) else Kind.DISEASE

    def _find_sites(self, concept: int) -> frozenset[int]:
        """Wide groups of which this is a member that the group's trials do not mean (vessels, brain, tendons)."""
        if not self.terminology.holds(concept):
            return _NO_CONCEPTS
        sites: set[int] = set()
        for implied in (concept, *self.expansion.obligate(concept)):
            members = self.expansion.group_members.intersection(self.expansion.around(implied))
            reached = self.expansion.of(implied) if members else {}
            for other in members:
                if reached[other].relation != "narrower":
                    sites.update(self._groups_of(other, Relation.IN_GROUP))
        return frozenset(sites)

    def _find_meant(self, concept: int) -> frozenset[int]:
        """A concept with the wide groups whose trials mean it: beside a site of one of them a more specific naming
        explains it ("Calcinosis" beside calcific tendinitis).
        """
        return frozenset((concept, *self._groups_of(concept, Relation.ACCEPTS)))

    def _groups_of(self, concept: int, relation: Relation) -> list[int]:
        if not self.terminology.holds(concept):
            return []
        groups = {
            edge.other: edge.relation
            for edge in self.terminology.edges(concept)
            if edge.relation in (Relation.ACCEPTS, Relation.IN_GROUP)
        }
        return [group for group, found in groups.items() if found is relation]

    def _wider(self, concept: int, focus: Iterable[int]) -> list[int]:
        """Wider diseases in a focus, which a trial of a special kind does not mean: "Dermatomyositis" in one of
        juvenile ones.
        """
        if not self.terminology.holds(concept) or self._kind(concept) is not Kind.DISEASE:
            return []
        around = self.expansion.around(concept)
        found = [other for other in focus if other in around and other != concept]
        return [other for other in found if self.expansion.of(concept)[other].relation == "broader"]

    def _find_role(self, concept: int) -> int:
        """Role of a concept where a trial is about it: a heading such as "ectopic calcification" is a finding, one
        such as "connective tissue disease" no limit.
        """
        kind = self._kind(concept)
        if kind is Kind.GROUP:
            above = self.terminology.edges(concept, backwards=True)
            is_finding = any(edge.relation in (Relation.ACCEPTS, Relation.IN_GROUP) for edge in above)
            return FINDING if is_finding else HEADING
        return {Kind.DISEASE: DISEASE, Kind.FINDING: FINDING, Kind.SYMPTOM: HEADING}[kind]

    def _complications(self, focus: Iterable[int]) -> frozenset[int]:
        """Concepts of the focus that others of it come with, symptoms aside."""
        able = self.expansion.manifested.intersection(focus)
        known = [concept for concept in focus if self.terminology.holds(concept)]
        complicates = self.expansion.complicates
        return frozenset(
            concept
            for concept in able
            if self._kind(concept) is not Kind.SYMPTOM
            and any(complicates(concept, other) for other in known if other != concept)
        )
