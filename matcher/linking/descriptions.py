"""Findings and diseases told in plain words, by words that stand together: "yellowish papules of the neck"."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from matcher.assertion.cues import is_denied_within
from matcher.linking import deposits
from matcher.terminology import Kind, Terminology

WINDOW = 8
"""Words to each side of the first one within which the others must stand."""
RULE = "described"
LIKELY = "described, by context"
"""Rule of a description that counts only beside a disease that makes it likely."""


class Described(NamedTuple):
    """A concept that the tokens from start to before end describe."""

    start: int
    end: int
    concept: int
    rule: str


class Descriptions:
    """Finds the descriptions that the terminology and the table of deposits know."""

    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology
        self._by_word: dict[str, list[int]] = {}
        for number, (_, sets, _) in enumerate(terminology.tables.patterns):
            for word in sets[0]:
                self._by_word.setdefault(word, []).append(number)

    def find(
        self, words: Sequence[str], typed: Sequence[str], parts: Sequence[int], owners: Mapping[int, int]
    ) -> list[Described]:
        """Descriptions in a clause, the shortest of each concept; none of what a name says already.

        words: in their normal form. typed: as typed, but for case and accents. parts: for each the number of its part
        between commas. owners: for the words that names take the concept that they name.
        """
        found = sorted(
            [*self._patterns(words, typed, owners), *self._deposits(words, typed, parts, owners)],
            key=lambda item: (item.end - item.start, item.start),
        )
        named = set(owners.values())
        kept: list[Described] = []
        for item in found:
            if item.concept not in named:
                named.add(item.concept)
                kept.append(item)
        return kept

    def at_site(
        self,
        concept: int,
        start: int,
        end: int,
        words: Sequence[str],
        parts: Sequence[int],
        owners: Mapping[int, int],
    ) -> int | None:
        """The special concept of a deposit whose name, from start to before end, leaves open where it lies."""
        generic = self.terminology.ids[concept]
        if generic not in deposits.GENERIC:
            return None
        near = range(start - deposits.NEAR, end + deposits.NEAR)
        taken = self._taken({index: owners[index] for index in near if index in owners})
        found = deposits.at_site(words, parts, start, end, generic, taken)
        return None if found is None else self.terminology.place_of.get(found)

    def _taken(self, owners: Mapping[int, int]) -> set[int]:
        """Indices of the words that belong to the name of a disease or of a finding."""
        kind = self.terminology.kind
        return {token_index for token_index, owner in owners.items() if kind(owner) in (Kind.DISEASE, Kind.FINDING)}

    def _patterns(self, words: Sequence[str], typed: Sequence[str], owners: Mapping[int, int]) -> Iterator[Described]:
        for token_index, word in enumerate(words):
            for number in self._by_word.get(word, ()):
                concept, sets, _ = self.terminology.tables.patterns[number]
                token_indices = _token_indices(words, token_index, sets)
                if not token_indices or is_denied_within(typed, min(token_indices), max(token_indices)):
                    continue
                if self._open_to(concept, [owners.get(other) for other in token_indices]):
                    yield Described(min(token_indices), max(token_indices) + 1, concept, RULE)

    def _deposits(
        self, words: Sequence[str], typed: Sequence[str], parts: Sequence[int], owners: Mapping[int, int]
    ) -> Iterator[Described]:
        for start, end, substance, concept_id, likely in deposits.find(words, parts, self._taken(owners)):
            concept = self.terminology.place_of.get(concept_id)
            if concept is None:
                continue
            if not is_denied_within(typed, start, end):
                yield Described(start, end, concept, LIKELY if likely else RULE)
            elif not likely and substance not in owners:  # the site says where the substance was looked for
                yield Described(substance, substance + 1, concept, RULE)

    def _open_to(self, concept: int, owners: Sequence[int | None]) -> bool:
        """Whether described words are free: some belong to no name, the others to no disease and to no kin of the
        concept.
        """
        if all(owner is not None for owner in owners):
            return False
        kin = {concept, *(edge.other for edge in self.terminology.edges(concept))}
        return all(
            owner is None or (self.terminology.kind(owner) is not Kind.DISEASE and owner not in kin) for owner in owners
        )


def _token_indices(words: Sequence[str], token_index: int, sets: Sequence[Sequence[str]]) -> list[int]:
    """Where all sets of alternatives occur near a word of the first set; empty when one does not."""
    low, high = max(0, token_index - WINDOW), min(len(words), token_index + WINDOW + 1)
    token_indices = [token_index]
    for alternatives in sets[1:]:
        nearest = [other for other in range(low, high) if other not in token_indices and words[other] in alternatives]
        if not nearest:
            return []
        token_indices.append(min(nearest, key=lambda other: abs(other - token_index)))
    return token_indices
