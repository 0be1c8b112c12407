"""Sentences that other rooms make of parts, in another language: the catalogue holds them with the parts named.

A reason such as `"CREST" is systemic sclerosis: the trial lists as a condition "scleroderma".` is known to the
catalogue as `{part}: the trial lists as a condition "{words}".`, and what stands for a part is translated in its turn.
"""

import re
from collections.abc import Mapping

_NUMBER, _DAY = r"\d[\d,.]*(?:/\d)?", r"\d[\d-]{3,9}"
_SHAPES = {
    "n": _NUMBER,
    "number": _NUMBER,
    "least": _NUMBER + r"(?: \w+)?",
    "most": _NUMBER + r"(?: \w+)?",
    "day": _DAY,
    "km": _NUMBER,
}
"""Parts that are numbers or days, so that a sentence of a registry is not taken for one of ours."""
_PART = re.compile(r"\{(\w+)\}")


class Sentences:
    """The sentences with parts of one catalogue; those with more fixed text are tried first."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._whole = words
        patterned = [key for key in words if _PART.search(key)]
        patterned.sort(key=lambda key: -len(_PART.sub("", key)))
        self._patterns = [(re.compile(_pattern(key), re.DOTALL), words[key]) for key in patterned]

    def whole(self, sentence: str) -> str:
        """A sentence that is known as it stands; any other, such as a registry's, as it is."""
        return self._whole.get(sentence, sentence)

    def translated(self, sentence: str) -> str:
        """A sentence in the language of the catalogue; one that is not known as it is."""
        whole = self._whole.get(sentence)
        if whole is not None:
            return whole
        for pattern, text in self._patterns:
            if match := pattern.fullmatch(sentence):
                parts = {
                    name: self._of_part(part) if part != sentence else part for name, part in match.groupdict().items()
                }
                return _filled(text, parts)
        return sentence

    def _of_part(self, part: str) -> str:
        """A part in the language: words, or a sentence that stands in another one without its stop."""
        said = self.translated(part)
        return said if said != part else self.translated(f"{part}.").removesuffix(".")


def _filled(text: str, parts: Mapping[str, str]) -> str:
    return _PART.sub(lambda found: parts.get(found[1], found[0]), text)


def _pattern(key: str) -> str:
    fixed = _PART.split(key)
    return "".join(
        f"(?P<{text}>{_SHAPES.get(text, '.+?')})" if place % 2 else re.escape(text) for place, text in enumerate(fixed)
    )
