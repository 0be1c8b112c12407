"""Words that look like a disease and name none that is known: said to be not understood, never passed over."""

import re
from collections.abc import Collection, Iterator, Sequence

from matcher.text.normalise import Token

SHORTEST = 6
"""Letters of a word whose ending tells a disease."""
SHORT = 3
"""Words of a clause that is a name, not a sentence."""
_ENDING = re.compile(
    r".+(?:itis|itides|osis|oses|omas?|omata|opath(?:y|ies?)|opatias?|a?emi[ae]s?|uri[ae]|plasi[ae]s?|trophy|trophies?|"
    r"trofias?|penie?|penia|algi[ae]|lepsy|scleros[ei]|rrh?agi[ae]|rrho?ea)"
)
_HEADS = frozenset(
    {
        "syndrome", "syndrom", "sindrome", "syndroom", "disease", "maladie", "krankheit", "enfermedad", "malattia",
        "doenca", "ziekte", "morbus",
    }
)  # fmt: skip
_NONE = frozenset(
    {"prognosis", "hypnosis", "apoptosis", "mitosis", "meiosis", "osmosis", "symbiosis", "academia", "aroma"}
)
_OF = frozenset({"de", "du", "di", "do", "del", "van", "von", "of", "d"})


def unknown_names(
    text: str, found: Sequence[Token], covered: Collection[int], known: Collection[str]
) -> Iterator[tuple[int, int]]:
    """Stretches of the tokens of a clause, (start, end), that look like a disease and stand in no name.

    covered: places of the tokens that some hit explains. known: all words of the vocabularies.
    """
    words = [token.text for token in found]
    unknown = [
        place not in covered and len(word) > 3 and word.isalpha() and word not in known
        for place, word in enumerate(words)
    ]
    if True not in unknown:
        return
    named = [unknown[place] and _is_a_name(text, found, place) for place in range(len(words))]
    for place, word in enumerate(words):
        if word in _HEADS and place not in covered:
            behind = place + 2 if place + 1 < len(words) and words[place + 1] in _OF else place + 1
            if place and named[place - 1]:
                yield place - 1, place + 1
            elif behind < len(words) and named[behind]:
                yield place, behind + 1
        elif unknown[place] and _ends_like_a_disease(word) and _HEADS.isdisjoint(words[place + 1 : place + 2]):
            yield place, place + 1


def _ends_like_a_disease(word: str) -> bool:
    return len(word) >= SHORTEST and word not in _NONE and bool(_ENDING.fullmatch(word))


def _is_a_name(text: str, found: Sequence[Token], place: int) -> bool:
    """Whether a word is written like somebody's name; at the start of a sentence any word is."""
    return text[found[place].start].isupper() and (place > 0 or len(found) <= SHORT)
