"""How far a note puts each of its diagnoses forward.

A long note names many: the one that it is about, others that the patient has beside it, findings on the way. It is
about what it gives as its diagnosis, names again, begins with, or tells the findings of.
"""

import re
from collections.abc import Mapping, Sequence

from matcher import weights
from matcher.assertion.context import Assertion
from matcher.patient.case import Element
from matcher.patient.mention import Mention
from matcher.terminology import weights as steps
from matcher.terminology.expansion import Expansion
from matcher.text.normalise import fold

_GIVEN_AS_DIAGNOSIS = re.compile(
    r"\b(?:diagno[sz]|consist[ae]nt|compatib|compativ|vereinbar|passend|sugg|suger|sospett"
    r"|cas(?:e|o|us)? (?:of|de|di|von|van|d)\b|fall (?:von|einer|eines)\b|geval van\b"
    r"|confirm|conferm|bestatig|bevestig|reveal|revel|rivel)"
    r"\w*\W+(?:\w+\W+){0,4}$"
)
"""Before the name of a disease, in seven languages: it is what somebody found the patient to have."""
_LOOKED_BACK = 60
"""Characters before a name in which such words stand."""
_OPENING = 40
"""Characters of a note before which its first sentence does not end ("Mrs. B., a 50-year-old teacher")."""
_SENTENCE_END = re.compile(r"[.!?](?:\s|$)")
_COUNTED = (Assertion.PRESENT, Assertion.UNCERTAIN, Assertion.HISTORICAL)


def prominence(
    text: str, mentions: Sequence[Mention], elements: Sequence[Element], expansion: Expansion
) -> dict[int, float]:
    """For each concept of a note how far the note puts it forward; 1 is a disease that it names once in passing."""
    flat = fold(text)
    placed = [one for one in _placed(flat, mentions) if one[1].assertion in _COUNTED]
    end = _SENTENCE_END.search(flat, _OPENING)
    opening = end.end() if end else len(flat)
    return {one.concept: _of(one, placed, elements, expansion, flat, opening) for one in elements}


def _placed(flat: str, mentions: Sequence[Mention]) -> list[tuple[int, Mention]]:
    """Each mention with where it stands, -1 where that is not found."""
    found: list[tuple[int, Mention]] = []
    after = 0
    for mention in mentions:
        words = fold(mention.words)
        start = flat.find(words, after)
        start = flat.find(words) if start < 0 else start
        after = max(after, start)
        found.append((start, mention))
    return found


def _of(
    element: Element,
    placed: Sequence[tuple[int, Mention]],
    elements: Sequence[Element],
    expansion: Expansion,
    flat: str,
    opening: int,
) -> float:
    own = [(start, mention) for start, mention in placed if _speaks_of(mention, element)]
    found: float = max(len(own), 1) ** weights.REPEATED
    starts = [start for start, _ in own if start >= 0]
    if any(_GIVEN_AS_DIAGNOSIS.search(flat, max(0, start - _LOOKED_BACK), start) for start in starts):
        found *= weights.PUT_FORWARD
    elif not any(mention.assertion is not Assertion.UNCERTAIN for _, mention in own):
        found *= weights.SAID_UNCERTAIN
    if any(start < opening for start in starts):
        found *= weights.OPENING
    if _tells_of(element, elements, expansion):
        found *= weights.PUT_FORWARD
    if expansion.is_common(element.concept):
        found *= weights.COMMON_IN_NOTE
    if element.finding or _comes_with_many(element.concept, expansion):
        found *= weights.FINDING_IN_NOTE
    return found


def _speaks_of(mention: Mention, element: Element) -> bool:
    """Whether a mention means a concept, or one above or below it."""
    for concept in mention.concepts:
        how = element.reached.get(concept)
        if concept == element.concept:
            return True
        if how is not None and how.weight >= steps.NEAR and how.relation in ("same", "narrower", "broader"):
            return True
    return False


def _comes_with_many(concept: int, expansion: Expansion) -> bool:
    """Whether a disease is more often one of the things that come with others."""
    return expansion.terminology.holds(concept) and int(expansion.commonness[concept]) >= weights.WITH_MANY


def _tells_of(element: Element, elements: Sequence[Element], expansion: Expansion) -> bool:
    """Whether the note tells of something that comes with a disease."""
    if not expansion.terminology.holds(element.concept):
        return False
    does: Mapping[int, object] = expansion.manifestations(element.concept)
    return any(other.concept in does for other in elements if other is not element)
