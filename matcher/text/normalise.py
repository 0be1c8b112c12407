"""One spelling for the many ways a diagnosis is written.

Both sides, the terms of the vocabularies and the words of charts and trials, pass through the same functions, so a rule
here needs to be consistent, not linguistically perfect.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

# Letters that the Unicode decomposition leaves alone.
_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "Œ": "OE", "Æ": "AE", "ß": "ss"}
    | dict.fromkeys("’‘´`ʼ", "'")
    | {"º": "°"}
    | dict(zip("αβγδ", ("alpha", "beta", "gamma", "delta"), strict=True))
)
_SPELT_OUT = frozenset(map(chr, _LETTERS))
_POSSESSIVE = re.compile(r"(?<=[a-z])'s\b")
_LIGATURE = re.compile(r"ae|(?<!hyp)(?<!micr)(?<!macr)(?<!end)oe")
_GERMAN_ADJECTIVE = re.compile(r"(.*(?:isch|lich|iert|kutan|juvenil|artikular))(?:e|er|en|es|em)$")
INITIALS = re.compile(r"(?<![a-z0-9.])[a-z](?:\.[a-z]){2,}(?![a-z0-9])")
"""Initials with full stops, which are one word ("C.R.E.S.T.")."""
_WORD = re.compile(rf"{INITIALS.pattern}|[a-z0-9]+")
_ORDER = re.compile(r"(?<![\w.,/])(?:[123]\s?°(?!\s?[cf]\b)|2/2(?=\s+(?:to\s+)?[a-z]))")
"""Shorthand of charts: "2° hyperparathyroidism", "calcinosis 2/2 dermatomyositis" (secondary to)."""
_ORDERS = {"1": "primary", "2": "secondary", "3": "tertiary"}
_ELISION = re.compile(r"\b(?:d|l|dell|all|nell|sull|qu)'(?=[a-z])")
_LETTERS_DIGITS = re.compile(r"([a-z]{2,})(\d+[a-z]?)$")
_ROMAN_NUMBERS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
ROMAN = {roman: str(value) for value, roman in enumerate(_ROMAN_NUMBERS, start=1)}
"""Arabic numbers by the roman ones."""
ROMAN_NUMBER = "|".join(sorted(ROMAN, key=len, reverse=True))
"""Regular expression of a roman number, the longer ones first."""
_ROMAN_LETTER = re.compile(rf"({ROMAN_NUMBER})([a-d])$")
TYPE_WORDS = frozenset({"type", "typ", "tipo", "types"})
BEFORE_ROMAN = TYPE_WORDS | {"stage", "grade", "class", "stade", "stadium", "group", "grado", "grad", "factor"}
"""Words behind which a letter such as i or v is a number."""
STOPWORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "from",
        "by",
        "with",
        "and",
        "or",
        "as",
        "is",
        "are",
        "was",
        "due",
        "du",
        "de",
        "des",
        "la",
        "le",
        "les",
        "l",
        "d",
        "et",
        "ou",
        "sur",
        "avec",
        "dans",
        "chez",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "ein",
        "eine",
        "und",
        "oder",
        "mit",
        "von",
        "vom",
        "bei",
        "im",
        "am",
        "zu",
        "el",
        "los",
        "las",
        "un",
        "una",
        "y",
        "e",
        "o",
        "con",
        "en",
        "del",
        "al",
        "por",
        "para",
        "il",
        "lo",
        "gli",
        "i",
        "di",
        "da",
        "dei",
        "della",
        "delle",
        "dello",
        "nel",
        "nella",
        "su",
        "do",
        "dos",
        "das",
        "no",
        "na",
        "nos",
        "nas",
        "com",
        "em",
        "um",
        "uma",
        "van",
        "het",
        "een",
        "met",
        "op",
        "bij",
        "ten",
        "ter",
    ]
)
# Endings that say nothing about which disease it is: "migraine, unspecified", "ADHD NOS".
_EMPTY_ENDING = re.compile(
    r"(?:,? (?:unspecified|nos|not otherwise specified|not elsewhere classified|nec|sans precision|nicht naher "
    r"bezeichnet)"
    r"|\s*\[[^\]]*\])$"
)


class Token(NamedTuple):
    """One normalised word with its place in the original text."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """Lower case without accents, Greek letters by name; the length may change."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", _spelt_out(text))
    for char in set(decomposed):
        if unicodedata.combining(char):
            decomposed = decomposed.replace(char, "")
    return _spelt_out(decomposed.casefold())


def _spelt_out(text: str) -> str:
    """A text with its letters that the Unicode decomposition leaves alone in plain ones."""
    return text if _SPELT_OUT.isdisjoint(text) else text.translate(_LETTERS)


@lru_cache(maxsize=200_000)
def normal_word(word: str) -> str:
    """British to American, plural to singular, German adjectives without their endings, one word at a time
    ("haemorrhages" -> "hemorrhage").
    """
    if len(word) < 4 or word[0].isdigit():
        return word
    if len(word) > 4:
        # not where a prefix ends: hypoechoic, but oedema and oesophagus
        word = word.replace("ae", "e") if "oe" not in word else _LIGATURE.sub("e", word)
    word = word.replace("tumour", "tumor").replace("isation", "ization").replace("colour", "color")
    word = (
        word.replace("moural", "moral").replace("fibre", "fiber").replace("sulph", "sulf").replace("signall", "signal")
    )
    if word.endswith(("ised", "ising")) and len(word) > 6:
        word = word[:-3] + "zed" if word.endswith("ised") else word[:-4] + "zing"
    inflected = _GERMAN_ADJECTIVE.match(word)
    if inflected is not None:  # "systemischer Sklerose", "juvenilen"
        return inflected[1]
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


class _FoldedChars(dict[str, str]):
    """What each character comes to."""

    def __missing__(self, char: str) -> str:
        found = self[char] = fold(char)
        return found


_FOLDED_CHARS = _FoldedChars()


def _fold_with_map(text: str) -> tuple[str, list[int] | None]:
    """Folded text, and for every folded character its place in the original (None when they agree)."""
    if text.isascii():
        return text.lower(), None
    pieces = [_FOLDED_CHARS[char] for char in text]
    offsets = [offset for offset, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), offsets


def tokens(text: str) -> list[Token]:
    """The normalised words of a text, in order, each with its place in it.

    "PHP-Ia" gives php, 1a; "type II" gives type, 2; "Raynaud's" gives raynaud; "2°" gives secondary;
    "C.R.E.S.T." gives crest.
    """
    folded, offsets = _fold_with_map(text)
    if "'" in folded:
        folded = _POSSESSIVE.sub("  ", folded)
        folded = _ELISION.sub(lambda match: " " * len(match[0]), folded)
    found: list[Token] = []
    orders = {match.start(): match for match in _ORDER.finditer(folded)} if "°" in folded or "2/2" in folded else {}
    done = 0
    for match in _WORD.finditer(folded):
        start, end = match.span()
        order = orders.get(start)
        if start < done:
            continue
        if order is not None:
            end = done = order.end()
        word = match[0].replace(".", "") if order is None else _ORDERS[match[0]]
        split = None if word.isalpha() or word.isdigit() else _LETTERS_DIGITS.match(word)
        middle = start if split is None else start + len(split[1])
        if offsets is not None:
            start, middle, end = offsets[start], offsets[middle], offsets[end - 1] + 1
        if split is not None:
            found.append(Token(normal_word(split[1]), start, max(middle, start + 1)))
            found.append(Token(split[2], middle, end))
            continue
        found.append(Token(normal_word(word), start, end))
    return _type_numbers(found)


def _type_numbers(found: list[Token]) -> list[Token]:
    """Roman numbers after "type" or at the end of a name as arabic ones, "1 a" joined to "1a"."""
    if len(found) < 2:
        return found
    result: list[Token] = [found[0]]
    last = len(found) - 1
    for index in range(1, len(found)):
        token, before = found[index], result[-1]
        text = token.text
        after_type = before.text in BEFORE_ROMAN
        if text in ROMAN and (after_type or (index == last and text != "i" and len(before.text) > 2)):
            token = Token(ROMAN[text], token.start, token.end)
        elif (match := _ROMAN_LETTER.match(text)) is not None and (after_type or len(before.text) > 2):
            token = Token(ROMAN[match[1]] + match[2], token.start, token.end)
        elif (
            text in "abcd"
            and len(text) == 1
            and before.text.isdigit()
            and len(result) > 1
            and token.start - before.end <= 1
        ):
            typed = result[-2].text in TYPE_WORDS or index == last
            if typed:
                result[-1] = Token(before.text + text, before.start, token.end)
                continue
        result.append(token)
    return result


def phrase_words(found: list[Token]) -> list[str]:
    """Words of a phrase for comparison: without "type" before a number."""
    words = [token.text for token in found]
    return [
        word
        for word_index, word in enumerate(words)
        if not (word in TYPE_WORDS and word_index + 1 < len(words) and words[word_index + 1][0].isdigit())
    ]


def name_words(name: str) -> list[str]:
    """Words of a term in a vocabulary, in order, without empty endings."""
    folded = fold(name).strip()
    shorter = _EMPTY_ENDING.sub("", folded)
    return phrase_words(tokens(shorter if len(shorter) > 3 else folded))


def phrase_key(words: list[str]) -> str:
    """Key of a phrase in its own order."""
    return " ".join(words)


_LETTERED = frozenset(
    {"vitamin", "vitamine", "vitamina", "hepatitis", "hepatite", "epatite", "factor", "influenza", "hemophilia"}
)
"""Words of which there are several kinds, told by a letter."""
_HEADS = frozenset({"disease", "disorder", "syndrome", "condition", "illness"})
_SAME_SUBJECT = {
    "impairment": "insufficiency", "cancer": "neoplasm", "carcinoma": "neoplasm", "tumor": "neoplasm",
    "malignancy": "neoplasm",
    "malignant": "neoplasm", "renal": "kidney", "hepatic": "liver", "cardiac": "heart", "pulmonary": "lung",
    "ocular": "eye",
    "gastric": "stomach", "cutaneous": "skin", "dermal": "skin", "depressive": "depression", "prostatic": "prostate",
    "alcoholic": "alcohol", "pancreatic": "pancreas", "ovarian": "ovary", "cervical": "cervix", "uterine": "uterus",
    "thyroidal": "thyroid", "cerebral": "brain", "esophageal": "esophagus", "colonic": "colon", "infected": "infection",
    "infectious": "infection", "allergic": "allergy", "diabetic": "diabete", "arterial": "artery", "venous": "vein",
    "hypertensive": "hypertension", "psychological": "psychology", "mental": "psychology", "osseous": "bone",
    "muscular": "muscle",
    "nasal": "nose", "dental": "tooth", "vesical": "bladder", "biliary": "bile", "intestinal": "intestine",
    "spinal": "spine",
}  # fmt: skip


def loose_key(words: list[str]) -> str:
    """Key of a phrase by what its words are about: organ nouns for adjectives, one word for tumour words and for
    disease, disorder, syndrome.

    A last resort for whole phrases only: "renal impairment" meets "kidney insufficiency".
    """
    kept = {"disease" if word in _HEADS else _SAME_SUBJECT.get(word, word) for word in bag_key(words).split()}
    return " ".join(sorted(kept)) if any(len(word) >= 4 for word in kept - {"disease"}) else ""


def content_indices(words: Sequence[str]) -> list[int]:
    """Indices of the words that tell something: no stop words but the letter of vitamin D, of hepatitis A."""
    return [
        word_index
        for word_index, word in enumerate(words)
        if word not in STOPWORDS or (len(word) == 1 and word_index > 0 and words[word_index - 1] in _LETTERED)
    ]


def bag_key(words: Sequence[str]) -> str:
    """Key of a phrase whatever its order: inversions ("Ossification, Heterotopic") meet their plain form."""
    return " ".join(sorted({words[word_index] for word_index in content_indices(words)}))


_SOUNDS = (
    ("ph", "f"), ("sch", "sc"), ("ch", "c"), ("qu", "c"), ("ae", "e"), ("oe", "e"), ("h", ""), ("k", "c"), ("z", "c"),
    ("y", "i"), ("j", "i"), ("w", "v"), ("ct", "t"), ("cc", "c"),
)  # fmt: skip


@lru_cache(maxsize=100_000)
def sound(word: str) -> str:
    """A word by letters that all languages write alike: k and z as c, ph as f, y as i, no h, no doubled letters, and
    without what only some speak at its beginning (esclerosis, neumonia).
    """
    for spelt, heard in _SOUNDS:
        word = word.replace(spelt, heard)
    plain = "".join(letter for offset, letter in enumerate(word) if offset == 0 or letter != word[offset - 1])
    silent = plain.startswith(("ps", "pn", "pt")) or (plain.startswith("es") and plain[2:3] not in tuple("aeiou"))
    return plain[1:] if silent else plain
