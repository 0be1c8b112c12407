"""One concept for one phrase: what a condition as typed, or a mention in a text, is about, in any loaded vocabulary."""

from typing import NamedTuple

from matcher.linking.linker import WIDE_HEAD, EntityLinker, clean_tokens
from matcher.linking.links import EntityLink
from matcher.terminology import Kind, Relation, Terminology, lexical, mesh
from matcher.text.lexical_filters import SAYS_NOTHING
from matcher.text.normalise import STOPWORDS

MOST_STEPS_UP = 3
"""Steps up from a concept to the nearest one that a vocabulary has."""
_JOINS = frozenset({"with", "without", "and", "or", "in", "due", "after", "of", "from", "secondary", "following"})
"""Words behind which something else than the main thing follows."""
_TURNS = frozenset({"related", "induced", "associated"})
"""Words behind which the main thing follows."""


class Linked(NamedTuple):
    """What a phrase is about. id: in the vocabulary asked for; wider: that vocabulary only has a wider concept."""

    id: str
    label: str
    rule: str
    score: float
    wider: bool


def link(
    linker: EntityLinker, phrase: str, vocabulary: str | None = None, most_steps_up: int = MOST_STEPS_UP
) -> Linked | None:
    """The concept that a phrase as a whole is about; None when it is not clear.

    vocabulary: prefix of its ids ("MeSH", "HP", "ICD10CM"); any when not stated. most_steps_up: how many steps up the
    tree a wider concept may stand when the vocabulary lacks the very one.
    """
    hit = _about(linker, phrase)
    if hit is None:
        return None
    terminology = linker.terminology
    concept = hit.concepts[0]
    if vocabulary is None:
        return Linked(terminology.ids[concept], terminology.labels[concept], hit.rule, hit.score, False)
    prefix = vocabulary + ":"
    words = _words(phrase)
    members = [member for meaning in hit.concepts for member in _members(terminology, meaning, prefix)]
    own = max(members, key=lambda member: words == _words(_label(terminology, member)), default=None)
    identifier = own or _nearest(terminology, concept, prefix, most_steps_up, words)
    if identifier is None:
        return None
    return Linked(identifier, _label(terminology, identifier), hit.rule, hit.score, own is None)


def _label(terminology: Terminology, identifier: str) -> str:
    """The name of an id: MeSH's are their own labels, others go by the label of their concept."""
    if identifier.startswith(mesh.PREFIX):
        return identifier.removeprefix(mesh.PREFIX)
    return terminology.labels[terminology.place_of[identifier]]


def _about(linker: EntityLinker, phrase: str) -> EntityLink | None:
    """The hit that names what the phrase is about: a disease before a finding, the main part of the phrase before what
    goes with it ("melanoma and brain metastases", "opioid-induced constipation"), more words before fewer.
    """
    found = clean_tokens(phrase)
    hits = linker.without_wide_heads(found, linker.scan(phrase, found, patterns=False))
    hits = [hit for hit in hits if not hit.ambiguous]
    if not hits:
        return None
    terminology = linker.terminology
    parts = _parts([token.text for token in found])

    def worth(hit: EntityLink) -> tuple[float, ...]:
        words = [token.text for token in found[hit.start : hit.end]]
        content = sum(0.5 if word in SAYS_NOTHING else 1.0 for word in words if word not in STOPWORDS)
        disease = terminology.kind(hit.concepts[0]) in (Kind.DISEASE, Kind.GROUP)
        return (-parts[hit.start], disease, content, hit.score, -hit.start)

    return max(hits, key=worth)


def _parts(words: list[str]) -> list[int]:
    """For each word how far its part of the phrase stands from the main one (0)."""
    parts: list[int] = []
    part = 0
    for word in words:
        if word in _TURNS and parts:
            parts = [part_index + 1 for part_index in parts]
        elif word in _JOINS and parts:
            part += 1
        parts.append(part)
    return parts


def _members(terminology: Terminology, concept: int, prefix: str) -> list[str]:
    """The ids that a concept has in a vocabulary."""
    return [member for member in terminology.tables.members[concept] if member.startswith(prefix)]


def _words(phrase: str) -> frozenset[str]:
    return frozenset(token.text for token in clean_tokens(phrase))


def _nearest(
    terminology: Terminology, concept: int, prefix: str, most_steps_up: int, words: frozenset[str]
) -> str | None:
    """The id, in a vocabulary, of the nearest wider concept that it has; of several the one that the words name."""
    layer, seen = [concept], {concept}
    for _ in range(most_steps_up):
        edges = [
            edge
            for concept_index in layer
            for edge in terminology.edges(concept_index)
            if edge.relation is Relation.IS_A
        ]
        edges.sort(
            key=lambda edge: (
                not words >= _words(terminology.labels[edge.other]),
                not edge.source.startswith(lexical.SOURCE),
            )
        )
        above = [edge.other for edge in edges]
        layer = [concept_index for concept_index in dict.fromkeys(above) if concept_index not in seen]
        seen.update(layer)
        for concept_index in layer:
            identifiers = _members(terminology, concept_index, prefix)
            if identifiers and int(terminology.descendants[concept_index]) <= WIDE_HEAD:
                return identifiers[0]
    return None
