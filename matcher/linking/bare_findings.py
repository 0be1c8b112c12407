"""Findings named without their site: "calcifications" or "ossifications" and nothing else.

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
_GENITIVES = frozenset(
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
    """Bare findings among the tokens of a clause, with their concept ids.

    covered: indices of the tokens that a known name takes.
    """
    for token_index, token in enumerate(clause):
        concept = None if token_index in covered else _named_by(text, token)
        if concept is None:
            continue
        if _is_free_before(text, clause, token_index, covered) and _is_free_after(text, clause, token_index, covered):
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


def _is_free_before(text: str, clause: Sequence[Token], token_index: int, covered: frozenset[int]) -> bool:
    if token_index == 0 or token_index - 1 in covered:
        return True
    before = clause[token_index - 1]
    is_apart = not text[before.end : clause[token_index].start].isspace()
    return is_apart or before.text in _HARMLESS or (before.text in STOPWORDS and before.text not in _GENITIVES)


def _is_free_after(text: str, clause: Sequence[Token], token_index: int, covered: frozenset[int]) -> bool:
    if token_index + 1 == len(clause) or token_index + 1 in covered:
        return True
    after = clause[token_index + 1]
    if not text[clause[token_index].end : after.start].removeprefix(".").isspace():
        return True
    if after.text in _GENITIVES:
        return token_index + 2 in covered
    return after.text in STOPWORDS or after.text in _HARMLESS
