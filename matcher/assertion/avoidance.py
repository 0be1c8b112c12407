"""What a text says is not to be done to the patient: "avoid intramuscular injections", "surgery is contraindicated"."""

import re

from matcher.text.content_words import content_words
from matcher.text.sentences import flat

_BEFORE = re.compile(
    r"\b(?:avoid(?:s|ed|ing)?|refrain from|(?:must|should|can) ?not (?:have|get|receive|be given|undergo)|"
    r"allergic to|allergy to|intoleran(?:t|ce) (?:to|of)|declines|refuses|contraindications? (?:to|for)|"
    r"eviter|contre-indication (?:a|aux|de)|allergie (?:a|aux|gegen)|evitar|alergi(?:a|co|ca) a|evitare|allergi[ac] a|"
    r"kein(?:e|en)? (?=injektion|operation|biopsie))\b(?P<what>[^.;:\n]{0,60})"
)
_AFTER = re.compile(
    r"(?P<what>[^.;:\n]{0,40}?)\b(?:(?:is|are|were)? ?(?:strictly )?contraindicated|(?:must|should|to) be avoided|"
    r"contre-indique(?:e?s?)|a eviter|vermeiden|zu vermeiden|kontraindiziert|contraindicad[ao]s?|"
    r"controindicat[aoei]|te vermijden)\b"
)
_CUES = (
    *("avoid", "refrain", "not ", "lerg", "intoleran", "declines", "refuses", "indic", "indiq", "indiz", "evit"),
    *("kein", "vermei", "vermij"),
)
"""Each match of the patterns holds one of these, and few texts do."""
_NOT_A_TREATMENT = frozenset(
    (
        *("trauma", "traumatism", "fall", "sun", "cold", "stress", "smoking", "disease", "patient", "muscle"),
        *("soleil", "froid", "tabac", "sonne", "kalte", "rauchen", "sol", "frio", "tabaco", "sole", "freddo", "fumo"),
        *("zon", "kou", "roken"),
    )
)
"""What else is to be avoided, in the form of content words."""


def avoided(text: str) -> frozenset[str]:
    """Content words of treatments that the text says to avoid, in the form that trials' words have."""
    lower = flat(text)
    if not any(cue in lower for cue in _CUES):
        return frozenset()
    found: set[str] = set()
    for pattern in (_BEFORE, _AFTER):
        for match in pattern.finditer(lower):
            found |= content_words(text[match.start("what") : match.end("what")])
    return frozenset(found - _NOT_A_TREATMENT)
