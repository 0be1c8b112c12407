"""The cue words of assertions in seven languages, read from ``assertion_cues.tsv``, and where they stand in a text.

A cue is a pattern of words: ``a|b`` alternatives, ``[a]`` may be left out, ``(...)`` a group, ``word*`` any ending,
``#`` a number, ``<kin>`` a word group of the row's language. A language with an exclamation mark: the cue counts only
in a text of that language, because its words mean something else in another one; with a tilde: in all but that one
("no" is "in the" in Portuguese).
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib import resources
from typing import NamedTuple


class Sense(NamedTuple):
    """What a cue says. side: where the words that it speaks of stand. reach: how far. ends: words that end its reach.

    language: "de!" or "~de" where that decides whether the cue counts, else empty.
    """

    assertion: str
    side: str
    reach: str
    ends: frozenset[str]
    language: str


class Cue(NamedTuple):
    """A cue in a text: the place of its first word and the one after its last."""

    first: int
    after: int
    senses: tuple[Sense, ...]


class _Node:
    """A place in the network of cue words: the words that lead on, and what the words so far say."""

    __slots__ = ("endings", "number", "senses", "shared", "words")

    def __init__(self) -> None:
        self.words: dict[str, _Node] = {}
        self.shared: dict[str, list[_Node]] = {}
        self.endings: dict[str, list[_Node]] = {}
        self.number: _Node | None = None
        self.senses: tuple[Sense, ...] = ()

    def next(self, word: str) -> "Iterator[_Node]":
        """Where a word of a text leads to."""
        literal = self.words.get(word)
        if literal is not None:
            yield literal
        yield from self.shared.get(word, ())
        if self.number is not None and word.isdigit():
            yield self.number
        if self.endings:
            for length in range(_SHORTEST_STEM, len(word) + 1):
                yield from self.endings.get(word[:length], ())

    def literal(self, word: str) -> "_Node":
        """The node behind one word of a pattern."""
        if word == "#":
            self.number = self.number or _Node()
            return self.number
        if word.endswith("*"):
            found = self.endings.setdefault(word[:-1], [])
            if not found:
                found.append(_Node())
            return found[0]
        return self.words.setdefault(word, _Node())

    def share(self, word: str, child: "_Node") -> None:
        """Let a word lead to a node that other words lead to as well."""
        where = self.endings if word.endswith("*") else self.shared
        where.setdefault(word.rstrip("*"), []).append(child)


class _Cues(NamedTuple):
    root: _Node
    filler: frozenset[str]
    languages: dict[str, tuple[str, ...]]
    """Languages that a word speaks for."""
    abbreviations: dict[str, frozenset[str]]
    """Words whose full stop ends no sentence: anywhere (""), before a "number", after them as an "ordinal"."""


_PIECE = re.compile(r"[|()\[\]]|<\w+>|[\w#]+\*?")
_SHORTEST_STEM = 3


class _Group(NamedTuple):
    """Alternatives, each a sequence of words and groups."""

    branches: "list[list[str | _Group]]"
    optional: bool = False

    def words(self) -> list[str]:
        """Its words, when every alternative is a single one, else nothing."""
        single = [branch[0] for branch in self.branches if len(branch) == 1 and isinstance(branch[0], str)]
        words = [word for word in single if isinstance(word, str) and word != "#"]
        return words if len(words) == len(self.branches) else []


@lru_cache(maxsize=1)
def _cues() -> _Cues:
    table = resources.files("matcher").joinpath("assertion_cues.tsv").read_text(encoding="utf-8")
    groups: dict[str, dict[str, _Group]] = {}
    root = _Node()
    filler: set[str] = set()
    languages: dict[str, list[str]] = {}
    abbreviations: dict[str, set[str]] = {}
    for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        language = row["language"].strip("!~")
        pattern = _parsed(row["cue"], groups.get(language, {}))
        match row["assertion"]:
            case "group":
                groups.setdefault(language, {})[row["side"]] = pattern
            case "filler":
                filler.update(pattern.words())
            case "marker":
                for word in pattern.words():
                    languages.setdefault(word, []).append(language)
            case "abbreviation":
                abbreviations.setdefault(row["side"], set()).update(pattern.words())
            case assertion:
                ends = frozenset(filter(None, row["ends"].split("|")))
                needed = "" if row["language"] == language else row["language"]
                sense = Sense(assertion, row["side"], row["reach"] or "item", ends, needed)
                for branch in pattern.branches:
                    for node in _grown([root], branch):
                        node.senses = tuple(dict.fromkeys((*node.senses, sense)))
    return _Cues(
        root,
        frozenset(filler),
        {word: tuple(found) for word, found in languages.items()},
        {where: frozenset(found) for where, found in abbreviations.items()},
    )


def _parsed(pattern: str, groups: dict[str, _Group]) -> _Group:
    stack: list[_Group] = [_Group([[]])]
    for piece in _PIECE.findall(pattern):
        if piece in ("(", "["):
            stack.append(_Group([[]], piece == "["))
        elif piece in (")", "]"):
            inner = stack.pop()
            stack[-1].branches[-1].append(inner)
        elif piece == "|":
            stack[-1].branches.append([])
        elif piece[0] == "<":
            stack[-1].branches[-1].append(groups[piece[1:-1]])
        else:
            stack[-1].branches[-1].append(piece)
    return stack[0]


def _grown(nodes: list[_Node], sequence: "list[str | _Group]") -> list[_Node]:
    """The nodes behind a sequence that starts at any of some nodes."""
    for element in sequence:
        if isinstance(element, str):
            nodes = [node.literal(element) for node in nodes]
            continue
        words = element.words()
        if len(words) > 1:
            child = _Node()
            for node in nodes:
                for word in words:
                    node.share(word, child)
            behind = [child]
        else:
            behind = [node for branch in element.branches for node in _grown(nodes, branch)]
        nodes = [*nodes, *behind] if element.optional else behind
    return nodes


def find_cues(words: Sequence[str]) -> list[Cue]:
    """Cues among the words of a text, the longest ones, without overlaps."""
    found: list[Cue] = []
    free = 0
    for place, word in enumerate(words):
        if place < free:
            continue
        first = _first_nodes(word)
        if first:
            after, senses = _longest(first, words, place + 1)
            if senses:
                found.append(Cue(place, after, senses))
                free = after
    return found


@lru_cache(maxsize=20_000)
def _first_nodes(word: str) -> tuple[_Node, ...]:
    return tuple(_cues().root.next(word))


def _longest(nodes: Sequence[_Node], words: Sequence[str], place: int) -> tuple[int, tuple[Sense, ...]]:
    """Where the longest cue ends whose words so far lead to some nodes, and all that it says."""
    said = (place, tuple(sense for node in nodes for sense in node.senses))
    if place < len(words):
        behind = [child for node in nodes for child in node.next(words[place])]
        if behind:
            longer = _longest(behind, words, place + 1)
            if longer[1]:
                return longer
    return said


def is_filler(word: str) -> bool:
    """Whether a word says nothing by itself: "it was", "in 2013", "two years ago"."""
    return word in _cues().filler or word.isdigit()


def abbreviations(where: str) -> frozenset[str]:
    """Words whose full stop ends no sentence: anywhere (""), before a "number", of a number after one ("ordinal")."""
    return _cues().abbreviations[where]


def language_of(words: Iterable[str]) -> str:
    """Language that most function words of a text belong to, empty when there are none."""
    markers = _cues().languages
    votes: dict[str, int] = {}
    for word in words:
        for language in markers.get(word, ()):
            votes[language] = votes.get(language, 0) + 1
    return max(votes, key=votes.__getitem__) if votes else ""


def counts_in(sense: Sense, language: str) -> bool:
    """Whether a cue counts in a text of a language (empty: not known, most likely English)."""
    if sense.language.endswith("!"):
        return sense.language[:-1] == (language or "en")
    return sense.language[1:] != language or not sense.language
