"""What a text says is not to be done to the patient: "avoid intramuscular injections", "surgery is contraindicated"."""

from matcher.assertion.context import asserted
from matcher.text.content_words import content_words

_NOT_A_TREATMENT = frozenset(
    (
        *("trauma", "traumatism", "fall", "sun", "cold", "stress", "smoking", "disease", "patient", "muscle"),
        *("soleil", "froid", "tabac", "sonne", "kalte", "rauchen", "sol", "frio", "tabaco", "sole", "freddo", "fumo"),
        *("zon", "kou", "roken", "kein", "keine", "keinen"),
    )
)
"""What else is to be avoided, in the form of content words."""


def avoided(text: str) -> frozenset[str]:
    """Content words of treatments that the text says to avoid, in the form that trials' words have."""
    found: set[str] = set()
    for start, end in asserted(text).avoided():
        found |= content_words(text[start:end])
    return frozenset(found - _NOT_A_TREATMENT)
