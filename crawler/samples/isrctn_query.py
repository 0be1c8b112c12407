"""The part of the ISRCTN query language that its stand-in understands.

    query := both ("OR" both)*        both := part ("AND"? part)*        part := "NOT" part | term
    term  := "(" query ")" | (field ":")? ("quoted phrase" | word) | ("lastEdited" | "dateApplied") comparison time
    comparison := "GE" | "GT" | "LE" | "LT"

A phrase is found as whole words in any case, singular or plural, anywhere in a record or in one of its elements.
A time without its time of day limits nothing, without a word about it: as there.
"""

import operator
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from crawler.samples.ctgov_records import words


class Entry(NamedTuple):
    """What a query looks at in a record. text and fields: as ``words`` makes them. times: ISO, by their name."""

    text: str
    fields: Mapping[str, str]
    times: Mapping[str, str]


Match = Callable[[Entry], bool]

COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "GE": operator.ge,
    "GT": operator.gt,
    "LE": operator.le,
    "LT": operator.lt,
}
_TOKEN = re.compile(
    r"""\s*(?: (?P<times>lastEdited|dateApplied) \s+ (?P<comparison>GE|GT|LE|LT) \s+ (?P<time>[\dT:.Z-]+)
            | (?P<field>\w+) : (?= \S )
            | "(?P<phrase>[^"]*)"
            | (?P<mark>[()])
            | (?P<word>[^\s()":]+) )\s*""",
    re.VERBOSE,
)
_WHOLE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.]*Z?")
_DEEPEST = 50


class QueryError(ValueError):
    """A query that cannot be read."""


def parse(text: str) -> Match:
    """The test that a query makes of a record. Raises QueryError."""
    parser = _Parser(text)
    match = parser.query(0)
    if parser.tokens:
        raise QueryError(f"unexpected '{parser.tokens[0][0].strip()}'")
    return match


class _Parser:
    """Recursive descent; ``tokens`` are those still to be read."""

    def __init__(self, text: str) -> None:
        self.tokens: list[re.Match[str]] = []
        position = 0
        while position < len(text):
            token = _TOKEN.match(text, position)
            if token is None:
                raise QueryError(f"cannot read '{text[position : position + 40].strip()}'")
            self.tokens.append(token)
            position = token.end()

    def takes(self, symbol: str) -> bool:
        """Step over this operator or bracket if it is next."""
        is_next = self.sees(symbol)
        if is_next:
            del self.tokens[0]
        return is_next

    def sees(self, *symbols: str) -> bool:
        return bool(self.tokens) and (self.tokens[0]["word"] or self.tokens[0]["mark"]) in symbols

    def query(self, depth: int) -> Match:
        parts = [self.both(depth)]
        while self.takes("OR"):
            parts.append(self.both(depth))
        return lambda entry: any(part(entry) for part in parts)

    def both(self, depth: int) -> Match:
        parts = [self.part(depth)]
        while self.tokens and not self.sees("OR", ")"):
            self.takes("AND")
            parts.append(self.part(depth))
        return lambda entry: all(part(entry) for part in parts)

    def part(self, depth: int) -> Match:
        if depth > _DEEPEST:
            raise QueryError("too many brackets")
        if self.takes("NOT"):
            denied = self.part(depth + 1)
            return lambda entry: not denied(entry)
        if self.takes("("):
            inner = self.query(depth + 1)
            if not self.takes(")"):
                raise QueryError("a bracket is not closed")
            return inner
        if not self.tokens:
            raise QueryError("the query ends too early")
        return self.term(self.tokens.pop(0))

    def term(self, token: re.Match[str]) -> Match:
        if token["times"]:
            return _comparison(token["times"], COMPARISONS[token["comparison"]], token["time"])
        if token["field"]:
            if not self.tokens or self.tokens[0]["field"] or self.tokens[0]["mark"]:
                raise QueryError(f"a value is missing after '{token['field']}:'")
            wanted, field = words(_text(self.tokens.pop(0))), token["field"].lower()
            return lambda entry: wanted in entry.fields.get(field, "")
        wanted = words(_text(token))
        return lambda entry: wanted in entry.text


def _text(token: re.Match[str]) -> str:
    return token["word"] or token["phrase"] or ""


def _comparison(name: str, holds: Callable[[str, str], bool], time: str) -> Match:
    if not _WHOLE_TIME.fullmatch(time):
        return lambda entry: True
    stated = time.rstrip("Z")
    return lambda entry: name in entry.times and holds(entry.times[name].rstrip("Z"), stated)
