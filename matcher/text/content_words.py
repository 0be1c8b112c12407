"""The content words of a text as a set, quickly for the titles and conditions of trials, which are many and plain."""

import re

from matcher.text.normalise import INITIALS, STOPWORDS, fold, tokens
from matcher.text.plain_words import plain_words

SHORTEST_CONTENT_WORD = 3
MOST_KNOWN = 200_000
"""Words that are remembered: a large registry has fewer in its titles."""
_POSSESSIVE = re.compile(r"(?<=[a-z])'s\b")
_ROMAN = re.compile(r"[ivx]{3,}|[ivx]{2,}[a-d]|xi?[a-d]?")
_NUMBER_AND_LETTER = re.compile(r"[0-9]{2}[^a-z0-9][a-d](?![a-z0-9])")


def content_words(text: str) -> frozenset[str]:
    """Words of three letters or more in their normal form, without stop words: what `read_words` gives."""
    plain = text.lower() if text.isascii() else text.translate(_FOLDED)
    if "'" in plain:
        plain = _POSSESSIVE.sub("  ", plain)
    if "." in plain and INITIALS.search(plain):
        return read_words(text)
    found = {_ALONE[word] for word in plain_words(plain)}
    if "?" in found or "'" in plain or "°" in plain or "2/2" in plain or _NUMBER_AND_LETTER.search(plain):
        return read_words(text)
    found.discard("")
    return frozenset(found)


def read_words(text: str) -> frozenset[str]:
    """The same by reading the text word after word: neighbours make roman numbers, "12 a", "2°", initials of some."""
    return frozenset(
        token.text for token in tokens(text) if len(token.text) >= SHORTEST_CONTENT_WORD and token.text not in STOPWORDS
    )


class _Folded(dict[int, str]):
    """What each character comes to."""

    def __missing__(self, code: int) -> str:
        found = self[code] = fold(chr(code))
        return found


class _Alone(dict[str, str]):
    """What each word of a text comes to: "" when it does not count, "?" when its neighbours decide, or it is two."""

    def __missing__(self, word: str) -> str:
        if len(self) >= MOST_KNOWN:
            self.clear()
        parts = read_words(word)
        found = self[word] = "?" if _ROMAN.fullmatch(word) or len(parts) > 1 else next(iter(parts), "")
        return found


_FOLDED = _Folded()
_ALONE = _Alone()
