"""Words that look like a disease and name none that is known: said to be not understood, never passed over."""

import re
from collections.abc import Collection, Iterator, Sequence

from matcher.text.normalise import Token

SHORTEST_DISEASE_WORD = 6
"""Letters of a word whose ending tells a disease."""
SHORT_CLAUSE = 3
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
_GENITIVES = frozenset({"de", "du", "di", "do", "del", "van", "von", "of", "d"})


def unknown_names(
    text: str, found: Sequence[Token], covered: Collection[int], known: Collection[str]
) -> Iterator[tuple[int, int]]:
    """Stretches of the tokens of a clause, (start, end), that look like a disease and stand in no name.

    covered: indices of the tokens that some hit explains. known: all words of the vocabularies.
    """
    words = [token.text for token in found]
    unknown = [
        token_index not in covered and len(word) > 3 and word.isalpha() and word not in known
        for token_index, word in enumerate(words)
    ]
    if True not in unknown:
        return
    named = [unknown[token_index] and _is_a_name(text, found, token_index) for token_index in range(len(words))]
    for token_index, word in enumerate(words):
        if word in _HEADS and token_index not in covered:
            behind = (
                token_index + 2
                if token_index + 1 < len(words) and words[token_index + 1] in _GENITIVES
                else token_index + 1
            )
            if token_index and named[token_index - 1]:
                yield token_index - 1, token_index + 1
            elif behind < len(words) and named[behind]:
                yield token_index, behind + 1
        elif (
            unknown[token_index]
            and _ends_like_a_disease(word)
            and _HEADS.isdisjoint(words[token_index + 1 : token_index + 2])
        ):
            yield token_index, token_index + 1


def _ends_like_a_disease(word: str) -> bool:
    return len(word) >= SHORTEST_DISEASE_WORD and word not in _NONE and bool(_ENDING.fullmatch(word))


def _is_a_name(text: str, found: Sequence[Token], token_index: int) -> bool:
    """Whether a word is written like somebody's name; at the start of a sentence any word is."""
    return text[found[token_index].start].isupper() and (token_index > 0 or len(found) <= SHORT_CLAUSE)
