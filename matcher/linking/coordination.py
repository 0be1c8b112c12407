"""Names that share a word or a part of one: "ectopic calcifications or ossifications", "dermato- and polymyositis"."""

from collections.abc import Iterator, Mapping, Sequence

from matcher.text.lexical_filters import prefix_of
from matcher.text.normalise import Token

CONJUNCTIONS = frozenset({"and", "or", "et", "ou", "und", "oder", "y", "o", "e", "en", "of"})
_SHORTEST_PART = 4
"""Letters that a suspended first part of a word and the part that it shares have at least: "poly- and myositis"."""


def coordinated(words: Sequence[str], token_index: int, key_index: Mapping[str, int]) -> Iterator[tuple[int, int, int]]:
    """(start, end, index of the name) of the words on both sides of the conjunction at an index that are names with
    the word they share: "ectopic calcifications or ossifications", "juvenile and adult dermatomyositis".
    """
    if words[token_index] not in CONJUNCTIONS or not 0 < token_index < len(words) - 1:
        return
    if token_index >= 2:
        name_index = key_index.get(f"{words[token_index - 2]} {words[token_index + 1]}")
        if name_index is not None:
            yield token_index + 1, token_index + 2, name_index
    for length in (2, 3):
        head = words[token_index + 2 : token_index + 1 + length]
        name_index = key_index.get(" ".join([words[token_index - 1], *head])) if head else None
        if name_index is not None:
            yield token_index - 1, token_index, name_index


def slashed(text: str, found: Sequence[Token], key_index: Mapping[str, int]) -> Iterator[tuple[int, int, int]]:
    """(start, end, index of the name) of the first of two words with a slash between them that share what follows:
    "thoracic/lumbar fracture".
    """
    for token_index in range(len(found) - 2):
        if text[found[token_index].end : found[token_index + 1].start] != "/":
            continue
        for length in (1, 2):
            head = [token.text for token in found[token_index + 2 : token_index + 2 + length]]
            name_index = key_index.get(" ".join([found[token_index].text, *head]))
            if name_index is not None and len(head) == length:
                yield token_index, token_index + 1, name_index
                break


def with_suspended_words(text: str, found: Sequence[Token], key_index: Mapping[str, int]) -> list[Token]:
    """The tokens of a clause with those completed that end in a hyphen: "dermato- and polymyositis" names
    dermatomyositis too, "hypoparathyroidism, pseudo-" is pseudohypoparathyroidism.
    """
    if "-" not in text and "/" not in text:
        return list(found)
    result: list[Token] = []
    for token_index, token in enumerate(found):
        hangs = text[token.end : token.end + 1] == "-" and not text[token.end + 1 : token.end + 2].isalnum()
        hangs = hangs or (text[token.end : token.end + 1] == "/" and bool(prefix_of(token.text)))
        if not hangs or len(token.text) < _SHORTEST_PART:
            result.append(token)
            continue
        end = token.end + (text[token.end] == "-")
        if result and text[result[-1].end : token.start].strip() == "," and token.text + result[-1].text in key_index:
            before = result.pop()
            result.append(Token(token.text + before.text, before.start, end))
            continue
        behind = found[token_index + 1 : token_index + 3]
        shared = next((other.text for other in behind if other.text not in CONJUNCTIONS), "")
        wholes = (token.text + shared[cut:] for cut in range(_SHORTEST_PART, len(shared) - _SHORTEST_PART + 1))
        whole = next((word for word in wholes if word != shared and word in key_index), None)
        result.append(token if whole is None else Token(whole, token.start, end))
    return result
