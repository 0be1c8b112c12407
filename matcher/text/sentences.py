"""Words, sentences and clauses of a chart: abbreviations, dates, numbered lists, bullets and wrapped lines included.

These words stand beside the tokens of `matcher.text.normalise` and not in their place: a cue is read as it is spelt and
with the signs that part a sentence, a name without signs and in its normal form, in which "C.R.E.S.T." is one word,
"PHP-Ia" two, "2°" another one and an elided article none. Neither can be had from the other.
"""

import re
import unicodedata

import msgspec

from matcher.text.language import abbreviations


class Clause(msgspec.Struct, frozen=True):
    """A stretch of a text that diagnoses are looked for in at once: a sentence, a line or a part of one."""

    start: int
    end: int


class Words(msgspec.Struct, frozen=True):
    """Words and punctuation of a text in order, flat, each with its position.

    Of the punctuation only what structures is there, in one form: ``. \\n`` end a sentence, ``, ; : - ( )`` part it,
    ``?`` asks of what is before it and ``¿`` of what is behind it. The prefix ``non-`` is another word than "non".
    """

    words: list[str]
    starts: list[int]
    ends: list[int]


class _FlatChars(dict[int, str]):
    """Translation table that learns each character when it first meets it."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        found = self[code] = unicodedata.normalize("NFKD", char)[0].lower()[:1] or char
        return found


_FLAT = _FlatChars()
STOPS = frozenset(".\n")
BREAKS = frozenset(".\n;-?¿")
"""What ends a clause."""
PUNCTUATION = BREAKS | frozenset(",:()")

_TOKEN = re.compile(r"\d+(?:[.,/]\d+)+|[^\W_]+|\([-–−]\)|\(\++\)|(?<!\w)[-–−+]ve\b|\++(?!\w)|[\n.,;:?!()\[\]|•·*–—−¿-]")
_SAME = {"!": ".", "|": ";", "•": ".", "·": ".", "[": "(", "]": ")", "–": "-", "—": "-", "−": "-"}
_ENDS = frozenset((",", ";", "\n", ""))
"""What stands behind a minus that says "absent": "Raynaud +, calcinosis -"."""
_PARTING = frozenset(",;:(")
_CLOSING = STOPS | {")"}
_BLANKS = re.compile(r"[ \t]*")
_WHITE = re.compile(r"\s*")
_WRAPPED_LINE = 45
"""Characters of a line that may go on in the next one."""


def flat(text: str) -> str:
    """Lower case without accents, character by character, so that places stay the same."""
    return text.lower() if text.isascii() else text.translate(_FLAT)


class _Splitter:
    """Collects the words of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self._open = False
        """Whether a bracket of this sentence is open."""
        self.item = 0
        """The number of the list item that was met last."""

    def run(self) -> Words:
        words, starts, ends = self.words, self.starts, self.ends
        for match in _TOKEN.finditer(flat(self.text)):
            sign, (start, end) = match[0], match.span()
            if sign.isalnum() and sign != "non":
                words.append(sign)
                starts.append(start)
                ends.append(end)
            elif sign == "non" and self.text[end : end + 1] == "-" and self.text[end + 1 : end + 2].isalpha():
                self._add("non-", start, end)
            elif sign[-1] == ")" and len(sign) > 1:
                self._add("positive" if "+" in sign else "absent", start, end)
            elif sign[0] == "+":
                self._add("positive", start, end)
            elif sign[1:] == "ve" and not sign[0].isalnum():
                self._add("negative", start, end)
            elif sign[0].isalnum():
                self._add(sign, start, end)
            else:
                self._sign(_SAME.get(sign, sign), start)
        return Words(self.words, self.starts, self.ends)

    def _add(self, word: str, start: int, end: int) -> None:
        self.words.append(word)
        if word in _CLOSING:
            self._open = False
        elif word == "(":
            self._open = True
        self.starts.append(start)
        self.ends.append(end)

    def _next(self, position: int, blanks: re.Pattern[str]) -> str:
        """The first character behind a position that is no blank."""
        found = blanks.match(self.text, position + 1)
        end = found.end() if found else position + 1
        return self.text[end : end + 1]

    def _stop(self, sign: str, position: int) -> None:
        if self.words and self.words[-1] not in STOPS:
            self._add(sign, position, position + 1)

    def _sign(self, sign: str, position: int) -> None:
        before = self.text[position - 1 : position]
        after = self.text[position + 1 : position + 2]
        if sign == "\n":
            self._line_end(position)
        elif sign == ".":
            self._full_stop(position, before, after)
        elif sign in "-*":
            apart = not before.strip() and not after.strip()
            if self.text[position] == "—" or (apart and not self._at_start()):
                self._add("-", position, position + 1)
            elif sign == "-" and after in _ENDS and before not in "\n" and not (after == "\n" and before.isalnum()):
                self._add("absent", position, position + 1)
        elif sign == "?":
            self._question(position, before, after)
        elif sign != "¿" and not self._says_nothing(sign, position):
            self._add(sign, position, position + 1)

    def _says_nothing(self, sign: str, position: int) -> bool:
        """Whether a sign only numbers a list item or begins a row of a table."""
        return self._closes_item_number(position) if sign == ")" else sign == ";" and self._at_start()

    def _closes_item_number(self, position: int) -> bool:
        """Whether a bracket closes the number of a list item: "1)", "(1)"; one that was never opened is left out."""
        if not self._open:
            self._item_number(position)
            return True
        if self.words[-2:-1] != ["("] or self.words[-1] not in ("1", str(self.item + 1)):
            return False
        self.item = int(self.words[-1])
        start = self.starts[-2]
        del self.words[-2:], self.starts[-2:], self.ends[-2:]
        self._open = False
        self._stop(".", start)
        return True

    def _at_start(self) -> bool:
        return not self.words or self.words[-1] in STOPS

    def _line_end(self, position: int) -> None:
        start = self.text.rfind("\n", 0, position) + 1
        follows = self._next(position, _BLANKS)
        wrapped = position - start >= _WRAPPED_LINE and follows.islower() and self.text[position - 1] not in ".:;!?"
        if not wrapped:
            if self.words and self.words[-1] == ".":
                self.words[-1] = "\n"
            self._stop("\n", position)

    def _question(self, position: int, before: str, after: str) -> None:
        if before == "?" and self.words and self.words[-1] == "¿":
            return
        follows = self._next(position, _WHITE)
        if (not before or before in " (,;\n") and (
            after.isalnum() or follows.islower() or self._at_start() or (follows and self.words[-1] in _PARTING)
        ):
            self._add("¿", position, position + 1)
            return
        self._add("?", position, position + 1)
        if not after.strip():
            self._add(".", position, position + 1)

    def _item_number(self, position: int) -> bool:
        """Take a number for that of a list item ("1. ... 2. ..."): it is no word, and a sentence ends before it."""
        if not self.words or not self.words[-1].isdigit() or len(self.words[-1]) > 2 or self.ends[-1] != position:
            return False
        number = int(self.words[-1])
        first = len(self.words) == 1 or self.words[-2] in STOPS or self.words[-2] == ":"
        if not first and not (self.item and number == self.item + 1):
            return False
        self.item = number
        self.words.pop()
        start = self.starts.pop()
        self.ends.pop()
        self._stop(".", start)
        return True

    def _full_stop(self, position: int, before: str, after: str) -> None:
        text = self.text
        if after and not after.isspace() and after not in ")]\"'»”":
            # "sclerosis.No calcinosis" misses a blank; "z.B.", "2.3.2019" do not
            glued = (
                after.isupper()
                and text[position + 2 : position + 3].islower()
                and text[position - 4 : position].isalpha()
            )
            if not glued:
                return
        word = self.words[-1] if self.words and self.ends[-1] == position and before.isalnum() else ""
        if text[position] == "." and word:
            follows = self._next(position, _BLANKS)
            if word.isdigit():
                if self._item_number(position):
                    return
                if len(word) <= 2 and len(self.words) > 1 and self.words[-2] in abbreviations("ordinal"):
                    return
            elif len(word) == 1 and text[position - 2 : position - 1] not in ("'", "’", "/"):
                known = len(self.words) > 1 and len(self.words[-2]) > 2 and self.words[-2].isalpha()
                if follows and not (before.isupper() and known and follows.isupper()):
                    return
            elif (
                (word in abbreviations("") and not self._is_short_for_a_name(position))
                or (word in abbreviations("number") and follows.isdigit())
                or (word in abbreviations("small") and follows.islower())
            ):
                return
        self._stop(".", position)

    def _is_short_for_a_name(self, position: int) -> bool:
        """Whether the word before a full stop is in capitals behind one that is not: "a brother with MS." and "Ms."."""
        begin = self.starts[-1]
        before = self.text[self.starts[-2] : self.ends[-2]] if len(self.starts) > 1 else ""
        return position - begin > 1 and self.text[begin:position].isupper() and before.islower()


def split_words(text: str) -> Words:
    """Words and structuring punctuation of a text."""
    return _Splitter(text).run()


def clauses(found: Words) -> list[Clause]:
    """Sentences, list items, lines, and their parts between semicolons and dashes."""
    result: list[Clause] = []
    first: int | None = None
    for position, word in enumerate(found.words):
        if word in BREAKS:
            if first is not None:
                result.append(Clause(found.starts[first], found.ends[position - 1]))
            first = None
        elif first is None:
            first = position
    if first is not None:
        result.append(Clause(found.starts[first], found.ends[-1]))
    return result
