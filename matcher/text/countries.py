"""The country that a text speaks of, by any of its names (db.countries)."""

import re
from functools import lru_cache

from db.countries import all_names, canonical
from matcher.text.sentences import flat

_LIVES = re.compile(
    r"\b(?:lives?(?: and works)?|living|resident|residing|resides?|based|domiciled|settled|habite|vit|reside|residant|"
    r"demeurant|domiciliee?|lebt|wohnt|wohnhaft|lebend|vive|viviendo|residente|radicad[ao]|abita|mora|moradora?|woont|"
    r"wonend|woonachtig)\b(?: (?:in|at|near|of|en|au|aux|a|nel|nei|negli|em|no|na|nos|nas|der|den|the|la|les|el|los|"
    r"[\w-]+,))* "
    r"|\b(?:country|country of residence|residence|pays|land|wohnort|wohnland|pais|paese|residenza|woonplaats) ?: ?"
)
_FROM = re.compile(
    r"(?i:\b(?:from|in|en|au|aux|aus|uit|dal?|dalla|dai|em|no|na|nos|nas|del?|da|do|dos|vienn?e?t? (?:de|du|des)|"
    r"originaire (?:de|du|des))\b(?: (?:the|der|den|dem|la|les|los))?|,|\() ?(?=[A-ZÖÉ])"
)
_ELSEWHERE = re.compile(
    r"\b(?:born|operated|excised|resected|removed|treated|diagnosed|surgery|biopsy|travel\w*|trip|holiday\w*|moved|"
    r"trial|study|studies|emigrated|raised|nee?|opere\w*|operado|operada|operiert|geboren|nacid[ao]|nat[ao]|"
    r"operat[ao]|nascid[ao]|voyage|reise|viaj\w+)\b[^,;.]*$"
)
_NAMED_AFTER = re.compile(
    r"\b(?:hospital\w*|hopital\w*|ospedale|ziekenhuis|krankenhaus|klinik\w*|clini\w+|universi\w+|institut\w*|college|"
    r"centro|cent(?:er|re)|foundation|fundacion|calle|avenida|rue|avenue|street|plaza|place|piazza|via|banco|bank)"
    r"(?: [\w'’]+){0,2} ?$"
)
"""Before a country's name, what only bears it: Hospital del Salvador."""
_WORDS = re.compile(r"[\w.'’-]+(?: [\w.'’-]+){0,4}")


_BEFORE = 60
"""Characters before a country's name that say what it is there for."""


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Country of each of its names, flat."""
    names: dict[str, str] = {}
    for name, english in all_names():
        names.setdefault(flat(name), english)
    return names


def canonical_country(name: str | None) -> str | None:
    """One name for a country's names and codes; other names unchanged."""
    if name is None or not name.strip():
        return None
    return _names().get(flat(name.strip())) or canonical(name) or name.strip()


def is_country(name: str) -> bool:
    """Whether this is a name or code of a country."""
    return flat(name.strip()) in _names() or canonical(name) is not None


def stated_country(text: str) -> str | None:
    """The country that a text says the patient lives in, or comes from."""
    lower = flat(text)
    for pattern, subject in ((_LIVES, lower), (_FROM, text)):
        for match in pattern.finditer(subject):
            before = lower[max(0, match.start() - _BEFORE) : match.start()]
            if pattern is _FROM and (_ELSEWHERE.search(before) or _NAMED_AFTER.search(before)):
                continue
            words = _WORDS.match(lower, match.end())
            found = _longest(words[0]) if words is not None else None
            if found is not None:
                return found
    return None


def _longest(words: str) -> str | None:
    parts = words.split(" ")
    for size in range(len(parts), 0, -1):
        name = " ".join(parts[:size]).rstrip(".")
        if len(name) > 3 or name in ("uk", "usa"):
            found = _names().get(name)
            if found is not None:
                return found
    return None
