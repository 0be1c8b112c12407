"""One concept for one phrase: the disease that a condition as typed, or a mention in a text, is about."""

from matcher.mapping import Hit, Mapper, clean_tokens
from matcher.normalise import STOPWORDS
from matcher.terminology import Kind


def link(mapper: Mapper, phrase: str) -> int | None:
    """The concept that a phrase as a whole is about, None when it is not clear."""
    found = clean_tokens(phrase)
    hits = mapper.without_wide_heads(found, mapper.scan(phrase, found, patterns=False))
    if not hits:
        return None
    terminology = mapper.terminology

    def worth(hit: Hit) -> tuple[float, ...]:
        content = sum(token.text not in STOPWORDS for token in found[hit.start : hit.end])
        disease = terminology.kind(hit.concepts[0]) in (Kind.DISEASE, Kind.GROUP)
        return (not hit.ambiguous, disease, content, hit.score, -hit.start)

    return max(hits, key=worth).concepts[0]
