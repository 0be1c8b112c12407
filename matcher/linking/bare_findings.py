"""Findings named without their place: "calcifications" or "ossifications" and nothing else.

In a chart with systemic sclerosis, "calcifications" are those outside bone and vessels; alone, or with an organ
("of the pineal gland"), the word says nothing of that. So a bare word counts only when nothing qualifies it and another
diagnosis of the same text has the finding among its manifestations.
"""

import csv
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import resources

from matcher.terminology.expansion import Expansion
from matcher.text.normalise import STOPWORDS, Token, tokens

RULE = "bare finding, by context"
SHORTEST_CUT = 4
"""Letters of a word that is cut short."""
_OF = frozenset(
    ("of", "in", "de", "des", "du", "d", "dei", "del", "della", "delle", "dos", "das", "do", "da", "der", "den", "von")
) | {"van", "bei", "bij", "chez", "im", "em", "en", "na"}
_HARMLESS = (
    {"multiple", "painful", "extensive", "diffuse", "progressive", "severe", "new", "many", "several", "secondary"}
    | {"has", "had", "have", "developed", "develops", "suffers", "multiples", "douloureuses", "etendues", "diffuses"}
    | {"schmerzhafte", "ausgedehnte", "multiplas", "dolorosas", "extensas", "dolorose", "estese", "dolorosi"}
    | {"pijnlijke", "uitgebreide"}
    | {"without", "not", "san", "ohne", "keine", "sin", "senza", "sem", "zonder", "geen"}
)


@lru_cache(maxsize=1)
def words() -> dict[str, str]:
    """Concept id of each bare word, in the form that ``normalise.tokens`` gives it."""
    table = resources.files("matcher.linking").joinpath("bare_findings.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t")
    return {tokens(row["word"])[0].text: row["concept"] for row in rows}


def find(text: str, clause: Sequence[Token], covered: frozenset[int]) -> Iterable[tuple[Token, str]]:
    """Bare findings among the tokens of a clause, with their concept ids. covered: places that a known name takes."""
    for place, token in enumerate(clause):
        concept = None if place in covered else _named_by(text, token)
        if concept is None:
            continue
        if _is_free_before(text, clause, place, covered) and _is_free_after(text, clause, place, covered):
            yield token, concept


def _named_by(text: str, token: Token) -> str | None:
    """Concept id of a bare word, or of what one is cut short to with a full stop ("no calcif. on X-ray")."""
    known = words()
    if token.text in known or len(token.text) < SHORTEST_CUT or text[token.end : token.end + 1] != ".":
        return known.get(token.text)
    whole = {concept for word, concept in known.items() if word.startswith(token.text)}
    return whole.pop() if len(whole) == 1 else None


def is_made_likely(expansion: Expansion, finding: int, context: Iterable[int]) -> bool:
    """Whether one of the other diagnoses has the finding, or a kind of it, among its manifestations."""
    kinds = expansion.of(finding)
    for disease in context:
        for manifestation in expansion.manifestations(disease):
            if manifestation in kinds or finding in expansion.of(manifestation):
                return True
    return False


def _is_free_before(text: str, clause: Sequence[Token], place: int, covered: frozenset[int]) -> bool:
    if place == 0 or place - 1 in covered:
        return True
    before = clause[place - 1]
    is_apart = not text[before.end : clause[place].start].isspace()
    return is_apart or before.text in _HARMLESS or (before.text in STOPWORDS and before.text not in _OF)


def _is_free_after(text: str, clause: Sequence[Token], place: int, covered: frozenset[int]) -> bool:
    if place + 1 == len(clause) or place + 1 in covered:
        return True
    after = clause[place + 1]
    if not text[clause[place].end : after.start].removeprefix(".").isspace():
        return True
    if after.text in _OF:
        return place + 2 in covered
    return after.text in STOPWORDS or after.text in _HARMLESS
