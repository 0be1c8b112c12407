"""Wider diseases told by a name: "Hypophosphatasia, infantile" is a hypophosphatasia.

Vocabularies that come without a tree (OMIM, Orphanet names) or with one of chapters only (ICD) leave a disease without
the wider one that its own name holds. Such an edge is drawn where no vocabulary draws one to a disease: from a name to
what is left of it without a modifier before it, behind a comma, behind a preposition, or without its number.
"""

from collections.abc import Callable, Iterator, Sequence

from matcher.text.lexical_filters import says_something
from matcher.text.normalise import name_words

SOURCE = "its name"
SHORTEST_HEAD = 6
_BEHIND = frozenset(
    "of with without due in from after by associated related and as affecting involving following complicating "  # noqa: SIM905
    "causing resulting predominantly limited".split()
)
_NO_DISEASE_ALONE = frozenset(
    "sclerosis atrophy dystrophy dysplasia deficiency anomaly malformation palsy degeneration hyperplasia dysfunction "  # noqa: SIM905
    "deformity defect failure insufficiency infection poisoning fracture hypoplasia agenesis paralysis".split()
)
"""Words behind which a modifier makes another disease: multiple sclerosis is no kind of a disease "sclerosis"."""


def wider_names(label: str) -> Iterator[str]:
    """Keys of the names that a label may be a kind of, the longest first."""
    words = name_words(label)
    found: dict[tuple[str, ...], None] = {}
    head = name_words(label.partition(",")[0])
    if len(head) < len(words):
        found[tuple(head)] = None
    for base in (words, head):
        if len(base) > 1 and base[-1][0].isdigit():
            found[tuple(base[:-1])] = None
        cut = next((word_index for word_index, word in enumerate(base) if word_index and word in _BEHIND), None)
        if cut is not None:
            found[tuple(base[:cut])] = None
            base = base[:cut]
        for start in range(1, len(base)):
            found[tuple(base[start:])] = None
    for candidate in sorted(found, key=len, reverse=True):
        if candidate and _names_a_disease(candidate):
            yield " ".join(candidate)


def _names_a_disease(words: Sequence[str]) -> bool:
    if len(words) > 1:
        return any(says_something(word) and word not in _NO_DISEASE_ALONE for word in words)
    return len(words[0]) >= SHORTEST_HEAD and says_something(words[0]) and words[0] not in _NO_DISEASE_ALONE


def wider_concepts(
    labels: Sequence[str], without_wider: Sequence[int], find: Callable[[str], int | None]
) -> Iterator[tuple[int, int]]:
    """(concept, wider concept) for concepts that lack one. find: the concept that a key names, None when none does."""
    for concept_index in without_wider:
        for key in wider_names(labels[concept_index]):
            wider = find(key)
            if wider is not None and wider != concept_index:
                yield concept_index, wider
                break
