"""Short forms that a text defines itself: in "primary Sjögren syndrome (PSS)" PSS is not systemic sclerosis.

A short form in brackets stands for the words before it when these hold its letters in order, the first one at the
beginning of a word (Schwartz and Hearst 2003, PMID 12603049), or when its letters are the initials of these words in
any order ("myotonic dystrophy (DM)").
"""

import re

from matcher.text.sentences import flat

_SHORT = re.compile(r"[A-Za-z][A-Za-z0-9/-]{0,8}[A-Za-z0-9]")
_WORD = re.compile(r"[^\W_]+")


def is_short_form(words: str) -> bool:
    """Whether words look like a short form: one piece, at least half of its letters large."""
    letters = [char for char in words if char.isalpha()]
    return _SHORT.fullmatch(words) is not None and 2 * sum(map(str.isupper, letters)) >= len(letters)


def stands_for(short: str, before: str) -> bool:
    """Whether a short form abbreviates the last words of the text before its bracket."""
    letters = [char for char in flat(short) if char.isalnum()]
    words = _WORD.findall(flat(before))[-min(len(letters) + 5, 2 * len(letters)) :]
    return _in_order(letters, words) or _initials(letters, words)


def _in_order(letters: list[str], words: list[str]) -> bool:
    """Schwartz and Hearst: each letter, the last one first, at the nearest place before; the first begins a word."""
    text = " ".join(words)
    offset = len(text)
    for number in range(len(letters) - 1, -1, -1):
        offset = text.rfind(letters[number], 0, offset)
        while number == 0 and offset > 0 and text[offset - 1] != " ":
            offset = text.rfind(letters[0], 0, offset)
        if offset < 0:
            return False
    return True


def _initials(letters: list[str], words: list[str]) -> bool:
    left = [word[0] for word in words]
    for letter in letters:
        if letter not in left:
            return False
        left.remove(letter)
    return True
