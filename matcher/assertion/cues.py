"""The cue words of assertions, read from ``cues/<language>.tsv``, and where they stand in a text.

A cue is a pattern of words: ``a|b`` alternatives, ``[a]`` may be left out, ``(...)`` a group, ``word*`` any ending,
``#`` a number, ``####`` a year, ``,`` a comma, ``<name>`` a word group of the language: its own, or the relatives of
`matcher.text.kin`, ``<kin>`` who are so wherever they are named and ``<house>`` who are so beside a possessive. Only:
with an exclamation mark the cue counts only in a text of its language, because its words mean something else in
another one; with a tilde in all but that one ("no" is "in the" in Portuguese).

Assertion: ``negated``, ``uncertain``, ``family``; ``historical`` (it was), ``ended`` (it was and is over), ``gone``
(it has left off: absent, unless it lasts), ``history`` (told as history: past only where it is a thing that ends);
``present`` outweighs these, ``confirmed`` denial and doubt too, and what a ``change`` is of is there whatever is said
of the change; ``settled`` outweighs doubt alone. A ``dated`` thing is past where it is one that ends, the ``latest``
one unless it lasts. ``conditional`` is a doubt that nothing later settles. ``litotes``
denies a denial behind it. ``avoided`` speaks of treatments. ``asks``
says that a question is about something else, ``except`` that a denial of all else follows, or, behind a ``whole``,
what is missing. ``border``, ``turn`` and ``own`` end what others speak of; ``none`` says nothing although its words
look like a cue.

Reach: ``item`` (of a list), ``clause``, ``back`` (also over the end of a sentence), ``near`` and ``word`` (the words
beside it), ``dated`` (where a past time is named), ``person`` and ``kinsman``, ``chunk`` (not beyond its clause),
``beside`` and ``count`` (results, of the diagnosis that they belong to: right before, or with a place between),
``joined`` (only what ends right before), ``list`` (all items before), ``label`` (where the words speak of a diagnosis
that was made), ``lately`` (only what is named right behind, with a past time), ``doubted`` and ``revised`` (settles
what was in doubt), ``exam`` (a result behind a name and a dash), ``named`` (what a pronoun stands for), ``offers``
(possible diseases, behind the colon that parts them from what they explain), ``household`` (the family as a whole,
which may be without it). Before growing a row, look whether one of its words is a common word in another language
("nicht" is a niece in Dutch).
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from importlib import resources
from typing import NamedTuple

from matcher.text.kin import kin_words
from matcher.text.language import LANGUAGES, language_of


def is_year(word: str) -> bool:
    """Whether a word is a year of our time, or a decade: "1998", "1990s"."""
    return word[:4].isdigit() and word[:2] in ("19", "20") and word[4:] in ("", "s")


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
    """A cue in a text: the index of its first word and the one after its last."""

    first: int
    after: int
    senses: tuple[Sense, ...]


class _Node:
    """A node in the network of cue words: the words that lead on, and what the words so far say."""

    __slots__ = ("__dict__", "endings", "senses", "words")

    def __init__(self, senses: tuple[Sense, ...] = ()) -> None:
        self.words: dict[str, list[_Node]] = {}
        self.endings: dict[str, list[_Node]] = {}
        self.senses = senses

    @cached_property
    def may_deny(self) -> bool:
        """Whether a cue says here or further on that something is denied."""
        ways = (*self.words.values(), *self.endings.values())
        return any(map(_denies, self.senses)) or any(node.may_deny for nodes in ways for node in nodes)

    def next(self, word: str) -> "Iterator[_Node]":
        """Where a word of a text leads to."""
        yield from self.words.get(word, ())
        if word.isdigit():
            yield from self.words.get("#", ())
            if is_year(word):
                yield from self.words.get("####", ())
        if self.endings:
            for length in range(_SHORTEST_STEM, len(word) + 1):
                yield from self.endings.get(word[:length], ())

    def lead(self, word: str, to: "_Node") -> None:
        """Let a word of a pattern lead to a node."""
        ways = self.endings if word.endswith("*") else self.words
        ways.setdefault(word.rstrip("*"), []).append(to)

    def absorb(self, other: "_Node") -> None:
        """Lead wherever another node leads, and say what it says."""
        for mine, others in ((self.words, other.words), (self.endings, other.endings)):
            for word, nodes in others.items():
                known = mine.setdefault(word, [])
                known += [node for node in nodes if node not in known]
        self.senses += tuple(sense for sense in other.senses if sense not in self.senses)


class _State(dict[str, "_State | None"]):
    """All nodes that the words of a text have led to. By each word the state behind it, None when no cue goes on with
    it; it learns where a word leads when it first meets it.
    """

    __slots__ = ("_nodes", "_stem_sizes", "_words", "denies", "may_deny", "senses")

    def __init__(self, nodes: Iterable[_Node]) -> None:
        self._nodes = tuple(dict.fromkeys(nodes))
        self._words: frozenset[str] | None = None
        self._stem_sizes: tuple[int, ...] = ()
        self.senses = tuple(dict.fromkeys(sense for node in self._nodes for sense in node.senses))
        self.denies = any(map(_denies, self.senses))
        self.may_deny = any(node.may_deny for node in self._nodes)

    def __missing__(self, word: str) -> "_State | None":
        if len(self) > _MOST_WORDS:
            for known in [known for known, state in self.items() if state is None]:
                del self[known]
        nodes = [child for node in self._nodes for child in node.next(word)] if self._may_lead_on(word) else ()
        found = self[word] = _State(nodes) if nodes else None
        return found

    def _may_lead_on(self, word: str) -> bool:
        """Whether a way begins with a word, as most do not: seen at once for all nodes."""
        if self._words is None:
            stems = {stem for node in self._nodes for stem in node.endings}
            self._words = frozenset(stems.union(*(node.words for node in self._nodes)))
            self._stem_sizes = tuple({len(stem) for stem in stems})
        words = self._words
        return word in words or word.isdigit() or any(word[:size] in words for size in self._stem_sizes)


class _Denying(dict[str, _State | None]):
    """The state behind a word with which a denial may begin, None for others, of every word met."""

    def __missing__(self, word: str) -> _State | None:
        if len(self) > _MOST_WORDS:
            self.clear()
        state = _start()[word]
        found = self[word] = state if state is not None and state.may_deny else None
        return found


_PIECE = re.compile(r"[|()\[\],]|<\w+>|[\w#:][\w#/]*[*-]?")
_SHORTEST_STEM = 3
_HOLLOW = frozenset(("own", "self", "border", "turn", "asks"))
"""Cues that only say who or when; another one may stand in them: "I could" in "I could not find"."""
_LATER = frozenset(("doubted", "revised", "label"))
"""Reaches of cues that deny only what was in doubt before, or what a label said."""
_AROUND = 100
"""Words on either side that tell which language some words are in."""
_MOST_WORDS = 20_000
"""Words that a state remembers."""


class _Group(NamedTuple):
    """Alternatives, each a sequence of words and groups."""

    branches: "list[list[str | _Group]]"
    optional: bool = False


@lru_cache(maxsize=1)
def _start() -> _State:
    """Where every cue begins."""
    groups: dict[str, _Group] = {}
    root = _Node()
    for language in LANGUAGES:
        groups.clear()
        for name, alone in (("kin", True), ("house", False)):
            words = (row.words for row in kin_words(language) if row.alone is alone)
            groups[name] = _parsed("|".join(words), groups)
        for row in _rows(language):
            pattern = _parsed(row["cue"], groups)
            if row["assertion"] == "group":
                groups[row["side"]] = pattern
                continue
            ends = frozenset(filter(None, row["ends"].split("|")))
            needed = {"": "", "!": f"{language}!", "~": f"~{language}"}[row["only"]]
            said = _Node((Sense(row["assertion"], row["side"], row["reach"] or "item", ends, needed),))
            for branch in pattern.branches:
                root.absorb(_leading(branch, said))
    return _State([root])


def _rows(language: str) -> Iterator[dict[str, str]]:
    """The rows of a language's table."""
    table = resources.files("matcher.assertion").joinpath("cues", f"{language}.tsv").read_text(encoding="utf-8")
    return iter(csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


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


def _leading(sequence: "list[str | _Group]", to: _Node) -> _Node:
    """A node from which a sequence leads to another one."""
    for element in reversed(sequence):
        node = _Node()
        if isinstance(element, str):
            node.lead(element, to)
        else:
            for branch in element.branches:
                node.absorb(_leading(branch, to))
            if element.optional:
                node.absorb(to)
        to = node
    return to


def find_cues(words: Sequence[str]) -> list[Cue]:
    """Cues among the words of a text, the longest ones, without overlaps but for those that stand in hollow ones."""
    found: list[Cue] = []
    start = _start()
    free = 0
    for index, state in enumerate(map(start.__getitem__, words)):
        if state is None or index < free:
            continue
        senses, after = state.senses, index + 1
        for next_index in range(after, len(words)):
            state = state[words[next_index]]
            if state is None:
                break
            if state.senses:
                senses, after = state.senses, next_index + 1
        if senses:
            found.append(Cue(index, after, senses))
            free = index + 1 if all(sense.assertion in _HOLLOW for sense in senses) else after
    return found


def counts_in(sense: Sense, language: str) -> bool:
    """Whether a cue counts in a text of a language (empty: not known, most likely English)."""
    if sense.language.endswith("!"):
        return sense.language[:-1] == (language or "en")
    return sense.language[1:] != language or not sense.language


def _denies(sense: Sense) -> bool:
    return sense.assertion == "negated" and sense.reach not in _LATER


_DENYING = _Denying()


def _may_deny(words: Sequence[str]) -> bool:
    """Whether two words that follow each other may begin a denial: most texts hold none, and are read no further."""
    for index, state in enumerate(map(_DENYING.__getitem__, words), start=1):
        if state is not None:
            behind = state[words[index]] if index < len(words) else None
            if state.denies or (behind is not None and behind.may_deny):
                return True
    return False


def is_denied_within(words: Sequence[str], start: int, end: int) -> bool:
    """Whether something is denied between words from start to before end: "thighs negative for calcification".

    words: those of a text, flat.
    """
    words_within = words[start:end]
    if not _may_deny(words_within):
        return False
    denying = [sense for cue in find_cues(words_within) for sense in cue.senses if _denies(sense)]
    if not denying or any(not sense.language for sense in denying):
        return bool(denying)
    language = language_of(words[max(0, start - _AROUND) : end + _AROUND])
    return any(counts_in(sense, language) for sense in denying)
