"""Which words of a text each cue speaks of: where a denial, a doubt, a relative or a past begins and ends.

In the manner of NegEx and ConText: cue words with a direction (``cues/<language>.tsv``) and scopes that end at the
borders of clauses. Three things go further. A cue that stands alone in its clause ("excised in 2015, no recurrence")
speaks of the diagnosis before it, over commas and, where the cue allows it, over the end of a sentence. What stands
under a heading ("Family history:") holds until the next one. And a later word outweighs an earlier one: what was cured
and came back is there.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from matcher.assertion.cues import Cue, Sense, counts_in
from matcher.text.language import is_filler, language_of
from matcher.text.normalise import STOPWORDS
from matcher.text.sentences import PUNCTUATION, STOPS

SHORT_ITEM = 5
"""Words of an item of a list; a longer stretch between commas is a clause of its own."""
NEAR = 4
"""Words within which what a bare "not" denies begins."""
FARTHEST = 80
"""Words that a cue reaches in a text that has no sentences."""
MOST_CROSSED = 5
"""Clauses that a cue which stands alone looks back over."""
_BEARERS = frozenset(("in", "bei", "beim", "chez", "bij", "nel", "nella"))
"""Behind these stands who has a finding: "no calcinosis in scleroderma" denies no scleroderma."""
_AGO = frozenset(("ago", "hace", "geleden", "vor", "atras", "fa"))
_AT = frozenset(("at", "aged", "age", "a", "mit", "los", "aos", "ai"))
"""Words between what somebody had and the age when it was."""
_DOUBT_BEHIND = Sense("uncertain", "before", "item", frozenset(), "")
_DOUBT_BEFORE = Sense("uncertain", "after", "item", frozenset(), "")
_MEANS = frozenset(("by", "via", "par", "durch", "mittels", "mediante", "tramite", "door", "middels"))
"""Behind these stands by what something was found out or done: "excluded by aspiration"."""
_SHOWN_BY = _MEANS | {"on", "after", "sur", "nach", "su"}
"""Behind these stands what a denial rests on: "excluded on biopsy"."""
_ASKING = frozenset("?¿")
_BORDERS = frozenset(("border", "turn", "own"))
_ONESELF = frozenset(("own", "self"))
_PLAIN = frozenset(("border", "turn", "own", "self", "join", "none", "all", "test", "asks"))
SAYING = frozenset(("negated", "family", "historical", "uncertain"))
"""What a cue may say of a diagnosis that is not simply there."""
_RIVALS = frozenset(("negated", "historical", "uncertain", "present"))


class Scope(NamedTuple):
    """Words that an assertion holds for. cue: the place of the word that says so, -1 for a heading."""

    first: int
    after: int
    assertion: str
    cue: int


class _Sentence(NamedTuple):
    first: int
    after: int
    ends_line: bool


class Scopes:
    """Works out the scopes of all cues in a text with known mentions."""

    def __init__(self, words: list[str], cues: Sequence[Cue], mentions: Sequence[tuple[int, int]]) -> None:
        self._words = list(words)
        cue_words = {place for cue in cues if _says(cue) for place in range(cue.first, cue.after)}
        cue_words -= {mention[0] for mention in mentions if self._is_a_disease_too(mention, cues)}
        self._mentions = sorted(mention for mention in mentions if not cue_words.issuperset(range(*mention)))
        for place in {place for first, after in mentions for place in range(first, after)}:
            if words[place] in PUNCTUATION:
                self._words[place] = ""
        self._language = ""
        if any(sense.language for cue in cues for sense in cue.senses):
            self._language = language_of(words)
        self._names = [mention for mention in self._mentions if not self._holds_another(mention)]
        self._speaks_of_self = any(sense.assertion == "self" for cue in cues for sense in cue.senses)
        inside = (self._counting(cue) for cue in cues if not self._is_part_of_a_name(cue))
        self._cues = [cue for cue in inside if cue.senses]
        self._from = {cue.first: cue for cue in self._cues}
        self._tests = {after: first for first, after in self._mentions if self._asks_for(after)}
        self._mentions = [mention for mention in self._mentions if mention[1] not in self._tests]
        self._to = {cue.after: cue for cue in reversed(self._cues)}

    def _is_a_disease_too(self, mention: tuple[int, int], cues: Sequence[Cue]) -> bool:
        """Whether a short form that may say "family history" ends its phrase and is the disease: "homozygous FH"."""
        first, after = mention
        ends = after == len(self._words) or self._words[after] in (",", ";", ".", ")")
        said = (sense for cue in cues if (cue.first, cue.after) == mention for sense in cue.senses)
        family = any(sense.assertion == "family" and sense.reach == "person" for sense in said)
        return ends and family and after == first + 1

    def all(self) -> list[Scope]:
        """All scopes; of a text without cues there are none, and nothing more is looked at."""
        if is_plain(self._words, self._cues):
            return []
        self._depths = _depths(self._words)
        self._sentences = list(_sentences(self._words))
        self._firsts = [sentence.first for sentence in self._sentences]
        scopes = list(self._sections())
        revisions: list[tuple[Cue, Sense]] = []
        for cue in self._cues:
            for sense in cue.senses:
                if sense.reach in ("doubted", "revised"):
                    revisions.append((cue, sense))
                elif sense.assertion == "mine" and self._speaks_of_self:
                    scopes += self._of_cue(cue, sense._replace(assertion="family", reach="kinsman"))
                elif sense.assertion in ("negated", "family", "historical", "uncertain", "present", "confirmed"):
                    scopes += self._of_cue(cue, sense)
        for place, word in enumerate(self._words):
            if word in ("?", "¿") and not self._asks_otherwise(place):
                behind = word == "¿" and self._mentioned(place + 1, self._clause_end(place + 1))
                sense = _DOUBT_BEHIND if behind else _DOUBT_BEFORE
                scopes += self._of_cue(Cue(place, place + 1, (sense,)), sense)
        for cue, sense in revisions:
            scopes += self._revised(cue, sense, scopes)
        scopes += self._tests_of_denials()
        return scopes

    def _tests_of_denials(self) -> Iterator[Scope]:
        """Tests that a denial rests on asked for the same: "excluded on skin biopsy and ABCC6 sequencing"."""
        for cue in self._cues:
            denies = any(sense.assertion == "negated" and sense.side != "before" for sense in cue.senses)
            if not denies or not self._is_any(cue.after, _SHOWN_BY):
                continue
            ends = (other.first for other in self._cues if other.first > cue.after and "border" in self._roles(other))
            end = min(self._clause_end(cue.after), next(ends, len(self._words)))
            for after, first in self._tests.items():
                if cue.after < first < end:
                    yield Scope(first, after, "negated", first)

    def _asks_otherwise(self, place: int) -> bool:
        """Whether a question is not about a diagnosis: "is there a trial for calcinosis?"."""
        first = self._sentence(place).first
        return any("asks" in self._roles(cue) for cue in self._cues if first <= cue.first < place)

    def _counting(self, cue: Cue) -> Cue:
        return cue._replace(senses=tuple(sense for sense in cue.senses if counts_in(sense, self._language)))

    def _is_part_of_a_name(self, cue: Cue) -> bool:
        return any(first <= cue.first and cue.after <= after for first, after in self._names)

    def _holds_another(self, mention: tuple[int, int]) -> bool:
        first, after = mention
        return any(first <= other[0] and other[1] <= after for other in self._mentions if other != mention)

    def _asks_for(self, place: int) -> bool:
        """Whether the word before a place names a test, not a diagnosis: "vasculitis screen"."""
        cue = self._from.get(place)
        return cue is not None and any(sense.side == "after" and sense.reach == "word" for sense in cue.senses)

    def _roles(self, cue: Cue) -> set[str]:
        return {sense.assertion for sense in cue.senses}

    # where a cue reaches

    def _of_cue(self, cue: Cue, sense: Sense) -> Iterator[Scope]:
        stretch: tuple[int, int] | None
        match sense.side:
            case "before":
                behind = self._behind(cue, sense)
                alone = sense.reach == "kinsman" and not self._mentioned(*behind)
                stretch = (self._of_named_kinsman(cue, sense) if alone else None) or behind
            case "after" | "either" | "else" | "last":
                stretch = self._nearest(cue, sense)
            case _:
                return
        if stretch is not None and stretch[0] < stretch[1]:
            yield Scope(*stretch, sense.assertion, cue.first)

    def _nearest(self, cue: Cue, sense: Sense) -> tuple[int, int] | None:
        """The side that a cue speaks of which may stand on both sides of it, or stands after."""
        stands_last = self._ends_here(cue.after)
        if sense.side == "else" and not stands_last:
            return self._behind(cue, sense)
        if sense.side == "last" and not self._goes_on_with_nothing(cue.after):
            return None
        start = self._clause_start(cue.first, sense)
        if sense.reach == "word":
            return (self._tests[cue.first], cue.first) if cue.first in self._tests else None
        opens = sense.assertion == "family" and self._follows_nothing(cue) and not self._mentioned(start, cue.first)
        both = sense.side == "either" and not self._is_any(cue.after, _MEANS)
        if both or opens or self._colon(cue) is not None:
            behind = self._behind(cue, sense)
            right = next((first for first, _ in self._mentions if behind[0] <= first < behind[1]), None)
            left = max((after for _, after in self._mentions if start < after <= cue.first), default=None)
            if right is not None and (left is None or right - cue.after < cue.first - left):
                return behind
        return self._before(cue, sense, start)

    def _behind(self, cue: Cue, sense: Sense) -> tuple[int, int]:
        """Words behind a cue, as far as it reaches."""
        last = min(self._sentence(cue.first).after, cue.after + FARTHEST)
        colon = self._colon(cue)
        begin = cue.after + self._is(cue.after, "-") if colon is None else colon + 1
        person = sense.reach in ("person", "kinsman")
        if sense.reach == "word":
            ends = [after for first, after in self._mentions if first == begin]
            return begin, ends[0] if ends else begin
        end = self._reached(begin, last, sense, person)
        if sense.reach == "near" and not self._is_near(begin):
            return begin, begin
        if sense.reach == "dated" and not self._is_dated(cue, begin, end):
            return begin, begin
        return (cue.first if person else begin), end

    def _reached(self, begin: int, last: int, sense: Sense, person: bool) -> int:
        words, depths = self._words, self._depths
        depth = depths[begin - 1]
        place, commas, joined = begin, 0, False
        while place < last:
            word = words[place]
            cue = self._from.get(place)
            if depths[place] < depth or (depths[place] == depth and self._stops(begin, place, cue, person)):
                break
            if depths[place] > depth:
                place += 1
            elif word == "," and not person and sense.reach != "clause":
                if joined or not self._list_goes_on(place, last, commas):
                    break
                commas += 1
                place += 1
            elif word in sense.ends or self._names_the_bearer(begin, place, sense):
                break
            elif cue is not None:
                if joined and self._is_in_doubt(begin, place, cue, sense):
                    break
                joined = joined or "join" in self._roles(cue)
                place = cue.after
            else:
                place += 1
        return place

    def _is_in_doubt(self, begin: int, place: int, cue: Cue, sense: Sense) -> bool:
        """Whether a list of what is denied ends with what is only suspected: "no gout and features suggestive of"."""
        return (
            sense.assertion == "negated"
            and any(other.assertion == "uncertain" and other.side == "before" for other in cue.senses)
            and self._mentioned(begin, place)
        )

    def _colon(self, cue: Cue) -> int | None:
        """The colon behind a cue that begins a clause or is in a heading: "Not present on admission:"."""
        first = self._sentence(cue.first).first
        if not self._follows_nothing(cue) and (cue.first - first > 2 or self._mentioned(first, cue.first)):
            return None
        for place in range(cue.after, min(cue.after + NEAR, len(self._words))):
            if self._words[place] == ":":
                return None if self._mentioned(cue.after, place) else place
            if self._words[place] in PUNCTUATION:
                break
        return None

    def _is_near(self, begin: int) -> bool:
        return any(begin <= first < begin + NEAR for first, _ in self._mentions)

    def _is_dated(self, cue: Cue, begin: int, end: int) -> bool:
        """Whether a time in the past stands behind a cue, or before it and the mention near: "in 1998 she had gout"."""
        if any(map(_is_date, self._words[begin:end])) or self._names_an_age(begin, end):
            return True
        low = max(self._sentence(cue.first).first, cue.first - NEAR)
        return self._is_near(begin) and any(map(_is_date, self._words[low : cue.first]))

    def _names_an_age(self, begin: int, end: int) -> bool:
        """Whether an age stands among words: "had arthritis at 8"."""
        pairs = zip(self._words[begin:end], self._words[begin + 1 : end], strict=False)
        return any(word in _AT and number.isdigit() for word, number in pairs)

    def _stops(self, begin: int, place: int, cue: Cue | None, person: bool) -> bool:
        """Whether a word ends what stands behind a cue, whatever else follows."""
        word = self._words[place]
        if word in PUNCTUATION and word not in ",()":
            return not (person and word in ":-¿")
        if cue is None:
            return False
        if person:
            return not _ONESELF.isdisjoint(self._roles(cue))
        return any(
            sense.assertion in _BORDERS
            and (sense.side != "behind" or self._mentioned(begin, place))
            and (sense.assertion != "own" or place > begin)
            for sense in cue.senses
        )

    def _names_the_bearer(self, begin: int, place: int, sense: Sense) -> bool:
        return (
            sense.assertion == "negated"
            and self._words[place] in _BEARERS
            and self._mentioned(begin, place)
            and any(place < first <= place + 2 for first, _ in self._mentions)
        )

    def _list_goes_on(self, comma: int, last: int, commas: int) -> bool:
        """Whether a list goes on behind a comma: short items, and the last one joined by a conjunction."""
        length = 0
        place = comma + 1
        while place < last:
            word = self._words[place]
            cue = self._from.get(place)
            if word == ",":
                if length > SHORT_ITEM:
                    return False
                commas, length = commas + 1, 0
            elif word in PUNCTUATION:
                return False
            elif cue is not None:
                joins = {sense.side for sense in cue.senses if sense.assertion == "join"}
                if not joins:
                    return False
                return length <= SHORT_ITEM and ("or" in joins or length + commas > 0)
            else:
                length += 1
            place += 1
        return False

    def _before(self, cue: Cue, sense: Sense, start: int) -> tuple[int, int] | None:
        """The clause before a cue; when it says nothing, the nearest earlier one with a diagnosis."""
        edge = cue.first
        everything = any("all" in self._roles(other) for other in self._cues if start <= other.first < edge)
        if not self._mentioned(start, edge):
            last = self._ends_here(cue.after) or (sense.side != "last" and self._goes_on_with_nothing(cue.after))
            alone = last and self._says_nothing(start, edge)
            found = self._earlier(start, sense) if alone and sense.reach != "chunk" else None
            if found is None:
                return None
            start, edge = found
        if self._is(edge, "(") and edge < cue.first and not everything:
            start = max((first for first, after in self._mentions if start <= first and after == edge), default=start)
        while everything and self._is(start - 1, ","):
            start = self._clause_start(start - 1, sense)
        return self._list_start(start, edge, sense), edge

    def _earlier(self, start: int, sense: Sense) -> tuple[int, int] | None:
        """The nearest clause with a mention before the clause that begins at a word."""
        jumps, origin = 0, start
        for _ in range(MOST_CROSSED):
            low = self._sentence(start).first if start < len(self._words) else start
            if start <= low:
                jumps += 1
                if jumps == 1 and not self._says_nothing(start, origin):
                    return None
                asked = self._is(start - 2, "?")
                if (sense.reach != "back" and not asked) or start == 0 or jumps > 2:
                    return None
                if jumps == 2 and not self._says_nothing(start, self._sentence(start).after):
                    return None
            cue = self._to.get(start)
            edge = cue.first if cue is not None and start > low else start - 1
            while edge > 0 and self._words[edge - 1] in PUNCTUATION and self._words[edge - 1] not in STOPS:
                edge -= 1
            start = self._clause_start(edge, sense)
            if self._mentioned(start, edge):
                return start, edge
        return None

    def _clause_start(self, edge: int, sense: Sense) -> int:
        """Where the clause begins that ends before a word."""
        if edge == 0:
            return 0
        depth = self._depths[edge - 1] if edge == len(self._words) else min(self._depths[edge - 1 : edge + 1])
        if self._words[edge - 1] == ")":
            depth = self._depths[edge - 1] - 1
        place = edge
        while place > 0:
            before = place - 1
            if self._depths[before] < depth:
                break
            if self._depths[before] > depth:
                place = before
                continue
            word = self._words[before]
            cue = self._to.get(place)
            if word in PUNCTUATION or word in sense.ends:
                break
            if cue is not None and self._parts(cue, sense) and not self._settles(sense, cue, edge):
                break
            place = cue.first if cue is not None else before
        return place

    def _parts(self, cue: Cue, sense: Sense) -> bool:
        """Whether a cue ends what another one speaks of: a border, or a cue that speaks of the same words otherwise."""
        return any(
            (other.assertion in _BORDERS and other.side != "behind")
            or (
                other.assertion in _RIVALS
                and other.assertion != sense.assertion
                and other.side in ("after", "either")
                and other.reach != "word"
            )
            for other in cue.senses
        )

    def _settles(self, sense: Sense, cue: Cue, edge: int) -> bool:
        """Whether a denial follows on the doubt that it settles: "were considered and excluded"."""
        return (
            sense.assertion == "negated"
            and all(other.assertion in ("uncertain", "present") for other in cue.senses)
            and not self._mentioned(cue.after, edge)
            and not any(word in PUNCTUATION for word in self._words[cue.after : edge])
        )

    def _clause_end(self, place: int) -> int:
        return next((at for at in range(place, len(self._words)) if self._words[at] in PUNCTUATION), len(self._words))

    def _list_start(self, start: int, edge: int, sense: Sense) -> int:
        """Where the list begins whose last items stand in a clause: "A, B and C ruled out"."""
        joined = any("join" in self._roles(cue) for cue in self._cues if start <= cue.first < edge)
        while joined and sense.assertion in ("negated", "uncertain") and self._is(start - 1, ","):
            before = self._clause_start(start - 1, sense)
            cues = any(before <= cue.first < start for cue in self._cues)
            if cues or start - 1 - before > SHORT_ITEM or not self._mentioned(before, start - 1):
                break
            start = before
        return start

    def _of_named_kinsman(self, cue: Cue, sense: Sense) -> tuple[int, int] | None:
        """ "Scleroderma (mother)", "scleroderma: mother": what stands before, when a relative stands alone."""
        if cue.first and self._words[cue.first - 1] in (":", "-", "("):
            return self._earlier(cue.first, sense)
        return None

    def _revised(self, cue: Cue, sense: Sense, scopes: Sequence[Scope]) -> list[Scope]:
        """What was suspected and is not confirmed: "was considered, but the biopsy was negative"."""
        sentence = self._sentence(cue.first)
        start = self._clause_start(cue.first, sense)
        if sense.reach == "doubted":
            tested = any("test" in self._roles(other) for other in self._cues if start <= other.first <= cue.first)
            border = self._to.get(start)
            contrast = border is not None and "border" in self._roles(border)
            if self._mentioned(start, cue.first) or not (tested or contrast):
                return []
        low = sentence.first
        if low and not self._mentioned(low, cue.first):
            low = self._sentence(low - 1).first
        return [
            Scope(scope.first, min(scope.after, cue.first), "negated", cue.first)
            for scope in scopes
            if scope.assertion == "uncertain" and low <= scope.first < cue.first
        ]

    # headings

    def _sections(self) -> Iterator[Scope]:
        """Scopes of headings."""
        section, inline = "", False
        for sentence in self._sentences:
            begin = sentence.first
            heading = self._heading(sentence)
            if heading is not None:
                cue, section = heading
                begin = min(cue.after + 1, sentence.after)
                inline = begin < sentence.after
                if inline and self._is_nothing(begin, sentence.after):
                    section = ""
            elif inline and self._is_unknown_heading(sentence):
                section = ""
            if not section or section == "none":
                continue
            turns = ("own", "self") if section == "family" else ("own", "turn")
            end = next(
                (
                    cue.first
                    for cue in self._cues
                    if begin <= cue.first < sentence.after and not self._roles(cue).isdisjoint(turns)
                ),
                sentence.after,
            )
            if begin < end:
                yield Scope(begin, end, section, -1)
            over = inline and (sentence.ends_line or section == "family")
            if over or end < sentence.after:
                section = ""

    def _heading(self, sentence: _Sentence) -> tuple[Cue, str] | None:
        cue = self._from.get(sentence.first)
        if cue is None:
            return None
        alone = cue.after == sentence.after and sentence.ends_line
        if not alone and not self._is(cue.after, ":") and not self._is(cue.after, "-"):
            return None
        return next(((cue, sense.assertion) for sense in cue.senses if sense.side == "heading"), None)

    def _is_unknown_heading(self, sentence: _Sentence) -> bool:
        """Whether a sentence begins with few words and a colon that name neither a diagnosis nor a relative."""
        first = sentence.first
        for place in range(first + 1, min(first + NEAR, sentence.after)):
            if self._words[place] == ":":
                return not self._mentioned(first, place) and not any(
                    "family" in self._roles(cue) for cue in self._cues if first <= cue.first < place
                )
        return False

    def _is_nothing(self, begin: int, end: int) -> bool:
        """Whether "none", "negative" is all that stands under a heading."""
        cue = self._from.get(begin)
        return cue is not None and "negated" in self._roles(cue) and not self._mentioned(begin, end)

    # small questions

    def _mentioned(self, first: int, after: int) -> bool:
        place = bisect_left(self._mentions, (first, 0))
        return place < len(self._mentions) and self._mentions[place][1] <= after

    def _is(self, place: int, word: str) -> bool:
        return 0 <= place < len(self._words) and self._words[place] == word

    def _is_any(self, place: int, words: frozenset[str]) -> bool:
        return place < len(self._words) and self._words[place] in words

    def _ends_here(self, place: int) -> bool:
        return place == len(self._words) or self._words[place] in PUNCTUATION

    def _follows_nothing(self, cue: Cue) -> bool:
        return cue.first == 0 or self._words[cue.first - 1] in PUNCTUATION

    def _says_nothing(self, first: int, after: int) -> bool:
        place = first
        while place < after:
            word = self._words[place]
            cue = self._from.get(place)
            if cue is not None and cue.after <= after:
                place = cue.after
            elif word in PUNCTUATION or word in STOPWORDS or is_filler(word):
                place += 1
            else:
                return False
        return True

    def _goes_on_with_nothing(self, place: int) -> bool:
        return self._ends_here(place) or place in self._from or self._says_nothing(place, place + 1)

    def _sentence(self, place: int) -> _Sentence:
        return self._sentences[max(0, bisect_right(self._firsts, place) - 1)]


def _says(cue: Cue) -> bool:
    """Whether a cue says something of a diagnosis."""
    return any(sense.assertion in SAYING for sense in cue.senses)


def is_plain(words: Sequence[str], cues: Sequence[Cue]) -> bool:
    """Whether words with these cues ask nothing and say nothing of a diagnosis but its name."""
    return _ASKING.isdisjoint(words) and all(sense.assertion in _PLAIN for cue in cues for sense in cue.senses)


def _is_date(word: str) -> bool:
    return word in _AGO or (word[:4].isdigit() and word[:2] in ("19", "20") and word[4:] in ("", "s"))


def _depths(words: Sequence[str]) -> list[int]:
    """How many brackets each word stands in; the brackets themselves count as inside."""
    depth = 0
    depths: list[int] = []
    for word in words:
        depth = 0 if word in STOPS else depth + (word == "(")
        depths.append(depth)
        if word == ")" and depth:
            depth -= 1
    return depths


def _sentences(words: Sequence[str]) -> Iterator[_Sentence]:
    first = 0
    for place, word in enumerate(words):
        if word in STOPS:
            yield _Sentence(first, place, word == "\n")
            first = place + 1
    if first < len(words) or not words:
        yield _Sentence(first, len(words), True)
