"""Names to suggest while a diagnosis is typed: from the terminology in memory, never from elsewhere."""

from bisect import bisect_left
from collections.abc import Collection
from functools import lru_cache

from matcher.terminology import Kind, Terminology
from matcher.text.normalise import fold, name_words, phrase_key

MOST = 8
SHORTEST = 2
_LOOKED_AT = 400
"""Names of one beginning that are weighed."""


class Names:
    """The names of diseases and findings in their order."""

    def __init__(self, terminology: Terminology, named: Collection[int]) -> None:
        self._terminology = terminology
        self._named = named
        self._keys, self._places = _in_order(terminology)

    def beginning(self, typed: str) -> list[str]:
        """Labels of concepts with a name that begins with what is typed: those that trials name first, then the
        shortest name.
        """
        best: dict[int, tuple[bool, int, int]] = {}
        for start in _starts(typed):
            self._weigh(start, best)
        found = sorted(best, key=lambda concept: (best[concept], self._terminology.labels[concept]))
        return [self._terminology.labels[concept] for concept in found[:MOST]]

    def _weigh(self, start: str, best: dict[int, tuple[bool, int, int]]) -> None:
        first = bisect_left(self._keys, start)
        for place in range(first, min(first + _LOOKED_AT, len(self._keys))):
            key = self._keys[place]
            if not key.startswith(start):
                break
            for concept, kind in self._terminology.concepts_of_key(self._places[place])[:1]:
                if self._terminology.kind(concept) is Kind.GROUP:
                    continue
                rank = (concept not in self._named, int(kind), len(key))
                best[concept] = min(best.get(concept, rank), rank)


@lru_cache(maxsize=1)
def _in_order(terminology: Terminology) -> tuple[list[str], list[int]]:
    """The names in their order and the place of each, made once for all snapshots."""
    places = sorted(range(len(terminology.keys)), key=terminology.keys.__getitem__)
    return [terminology.keys[place] for place in places], places


def _starts(typed: str) -> set[str]:
    """Beginnings of names that what is typed may be: with its last word whole, and as the beginning of a word."""
    folded = fold(typed[:200]).split()
    if not folded or len("".join(folded)) < SHORTEST:
        return set()
    before = name_words(" ".join(folded[:-1])) if len(folded) > 1 else []
    return {phrase_key([*before, folded[-1]]), phrase_key(name_words(" ".join(folded)))}
