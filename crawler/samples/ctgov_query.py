"""The part of the Essie query language that the ClinicalTrials.gov stand-in understands.

    query := both ("OR" both)*        both := part ("AND"? part)*        part := "NOT" part | term
    term  := "(" query ")" | "quoted phrase" | a run of words | AREA[LastUpdatePostDate]RANGE[from,to]

A quoted phrase is found as it stands, a run of words when the record has all of them; both as whole
words in any case, singular or plural. The real service expands synonyms and searches MeSH terms too,
this one does not.
"""

import datetime as dt
import re
from collections.abc import Callable

from crawler.samples.ctgov_records import Entry, words

Match = Callable[[Entry], bool]

_TOKEN = re.compile(
    r"""\s*(?: (?P<range> AREA\[(?P<area>\w+)\] RANGE\[ \s*(?P<low>[^,\[\]]*?)\s* , \s*(?P<high>[^,\[\]]*?)\s* \] )
            | (?P<phrase> "[^"]*" )
            | (?P<mark> [()] )
            | (?P<word> [^\s()"\[\]]+ ) )\s*""",
    re.VERBOSE,
)
_DEEPEST = 50
"""Brackets and NOTs inside each other; more is no query of a person and would exhaust the stack."""


class QueryError(ValueError):
    """A query that the registry answers with 400; the message says what is wrong with it."""


def parse(text: str, *, ranges_only: bool = False) -> Match:
    """The test that a query makes of a record.

    ranges_only: refuse words and phrases (filter.advanced, where they would search other areas).
    Raises QueryError for what the grammar above does not cover.
    """
    parser = _Parser(_tokens(text), ranges_only)
    match = parser.query()
    if parser.ahead is not None:
        raise QueryError(f"unexpected '{parser.ahead.group().strip()}'")
    return match


def _tokens(text: str) -> list[re.Match[str]]:
    tokens = []
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise QueryError(f"cannot read '{text[position : position + 40].strip()}'")
        tokens.append(token)
        position = token.end()
    return tokens


class _Parser:
    """Recursive descent over the tokens of one query."""

    def __init__(self, tokens: list[re.Match[str]], ranges_only: bool) -> None:
        self.tokens = tokens
        self.place = 0
        self.depth = 0
        self.ranges_only = ranges_only

    @property
    def ahead(self) -> re.Match[str] | None:
        """The next token, None at the end."""
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def sees(self, *symbols: str) -> bool:
        """Whether the next token is one of these operators or brackets."""
        return self.ahead is not None and (self.ahead["word"] or self.ahead["mark"]) in symbols

    def takes(self, symbol: str) -> bool:
        """Step over this operator or bracket if it is next."""
        seen = self.sees(symbol)
        self.place += seen
        return seen

    def query(self) -> Match:
        parts = [self.both()]
        while self.takes("OR"):
            parts.append(self.both())
        return _any_of(parts)

    def both(self) -> Match:
        parts = [self.part()]
        while self.takes("AND") or not (self.ahead is None or self.sees("OR", ")")):
            parts.append(self.part())
        return _all_of(parts)

    def part(self) -> Match:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise QueryError(f"more than {_DEEPEST} levels deep")
        match = _negated(self.part()) if self.takes("NOT") else self.term()
        self.depth -= 1
        return match

    def term(self) -> Match:
        token = self.ahead
        if token is None:
            raise QueryError("unexpected end of the query")
        if self.takes("("):
            match = self.query()
            if not self.takes(")"):
                raise QueryError("a bracket is not closed")
            return match
        if token["range"]:
            self.place += 1
            return _updated_between(token["area"], token["low"], token["high"])
        if self.ranges_only or self.sees(")", "AND", "OR"):
            raise QueryError(f"unexpected '{token.group().strip()}'")
        if token["phrase"]:
            self.place += 1
            return _has_all([words(token["phrase"])])
        return self.word_run()

    def word_run(self) -> Match:
        run = []
        while self.ahead is not None and self.ahead["word"] and not self.sees("AND", "OR", "NOT"):
            run.append(self.ahead["word"])
            self.place += 1
        return _has_all([f" {word} " for word in words(" ".join(run)).split()])


def _any_of(parts: list[Match]) -> Match:
    return parts[0] if len(parts) == 1 else lambda entry: any(part(entry) for part in parts)


def _all_of(parts: list[Match]) -> Match:
    return parts[0] if len(parts) == 1 else lambda entry: all(part(entry) for part in parts)


def _negated(match: Match) -> Match:
    return lambda entry: not match(entry)


def _has_all(phrases: list[str]) -> Match:
    if not phrases or not all(phrase.strip() for phrase in phrases):
        raise QueryError("a term without a word")
    return lambda entry: all(phrase in entry.text for phrase in phrases)


def _updated_between(area: str, low: str, high: str) -> Match:
    """Both ends belong to the range; as at the registry, a record without the field is in no range."""
    if area != "LastUpdatePostDate":
        raise QueryError(f"unknown area name '{area}' (this sample registry knows LastUpdatePostDate)")
    first = "" if low == "MIN" else _date(low)
    last = "9999-12-31" if high == "MAX" else _date(high)
    return lambda entry: entry.updated != "" and first <= entry.updated <= last


def _date(text: str) -> str:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date().isoformat()
    except ValueError:
        raise QueryError(f"'{text}' is no date of the form yyyy-MM-dd") from None
