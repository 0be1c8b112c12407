"""Names made wrong by rule: typing errors, look-alikes that mean something else, and spellings that mean the same."""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from matcher.text.normalise import ROMAN

LETTERS = "abcdefghijklmnopqrstuvwxyz"
_OPPOSITE = {"hypo": "hyper", "hyper": "hypo"}
_ADDED = ("pseudo", "hypo", "hyper", "non-")
_NUMBERS = ("1", "2", "3", "4", "5", "6", "7", "8", "9")
_ROMAN = tuple(ROMAN)[: len(_NUMBERS)]
_TYPE = re.compile(rf"(?<= )(\d{{1,2}}|{'|'.join(sorted(_ROMAN[1:], key=len, reverse=True))})(?=[a-z]?$|,)")
_BRITISH = (
    ("anemi", "anaemi"),
    ("edema", "oedema"),
    ("hemo", "haemo"),
    ("hema", "haema"),
    ("esophag", "oesophag"),
    ("tumor", "tumour"),
    ("pediatric", "paediatric"),
    ("gyneco", "gynaeco"),
    ("ischemi", "ischaemi"),
    ("emia", "aemia"),
    ("fetal", "foetal"),
    ("diarrhea", "diarrhoea"),
    ("generalized", "generalised"),
)


class Decoy(NamedTuple):
    """A phrase that resembles a heading and means something else. rule: affix, sibling type, shared head."""

    phrase: str
    heading: str
    rule: str


def typo(name: str, edits: int, rng: random.Random) -> str:
    """A name with typing errors in its longer words: a letter left out, doubled in, exchanged, or two swapped."""
    letters = list(name)
    for _ in range(edits):
        text = "".join(letters)
        places = [place for word in re.finditer(r"[a-z]{5,}", text) for place in range(*word.span())]
        if not places:
            break
        place = rng.choice(places)
        kind = rng.choice(("drop", "add", "exchange", "swap"))
        if kind == "drop":
            del letters[place]
        elif kind == "add":
            letters.insert(place, rng.choice(LETTERS))
        elif kind == "exchange":
            letters[place] = rng.choice([letter for letter in LETTERS if letter != letters[place]])
        elif place + 1 < len(letters) and letters[place + 1].isalpha():
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
    return "".join(letters)


def typos(names: Mapping[str, str], count: int, rng: random.Random) -> list[tuple[str, str]]:
    """(misspelt, name) pairs: names of ten letters and more with one or two errors that give no other name."""
    long = [name for name in names if len(name) >= 10 and re.search(r"[a-z]{6}", name) and len(name.split()) <= 6]
    made: list[tuple[str, str]] = []
    for name in rng.sample(long, min(len(long), 4 * count)):
        misspelt = typo(name, rng.choice((1, 2)), rng)
        if misspelt != name and misspelt not in names and len(made) < count:
            made.append((misspelt, name))
    return made


def decoys(diseases: Mapping[str, str], names: Mapping[str, str], count: int, rng: random.Random) -> list[Decoy]:
    """Look-alikes of headings by the three rules in equal parts; none is a name of its heading or narrows it by a word.

    diseases: heading by name, of which the headings' own names are resembled. names: everything that is a name.
    """
    plain = {_natural(heading.lower()): heading for heading in sorted(set(diseases.values()))}
    plain = {name: heading for name, heading in plain.items() if re.fullmatch(r"[a-z][a-z0-9 \-]{7,60}", name)}
    typed = [name for name in plain if _TYPE.search(name)]
    heads: dict[str, list[str]] = {}
    for name in plain:
        words = name.split()
        if len(words) in (2, 3) and len(words[-1]) >= 5:
            heads.setdefault(words[-1], []).append(name)
    makers: dict[str, Callable[[], tuple[str, str] | None]] = {
        "affix": lambda: _affixed(rng.choice(list(plain)), rng),
        "sibling type": lambda: _other_type(rng.choice(typed), rng),
        "shared head": lambda: _other_modifier(heads, rng),
    }
    made: dict[str, Decoy] = {}
    for place, (rule, make) in enumerate(makers.items()):
        wanted = count * (place + 1) // len(makers)
        for _ in range(100 * count):
            pair = make() if len(made) < wanted else None
            if pair is None or pair[0] == pair[1]:
                continue
            phrase, target = pair
            if names.get(phrase) != plain[target] and not set(target.split()) <= set(phrase.split()):
                made.setdefault(phrase, Decoy(phrase, plain[target], rule))
    return list(made.values())


def variants(names: Mapping[str, str], count: int, rng: random.Random) -> list[tuple[str, str]]:
    """(spelling, name) pairs that mean the same and stand in no vocabulary: inverted, plural, hyphen, British, typo."""
    plain = [name for name in names if re.fullmatch(r"[a-z][a-z0-9 \-]{7,60}", name) and len(name.split()) <= 5]
    made: list[tuple[str, str]] = []
    for name in rng.sample(plain, min(len(plain), 20 * count)):
        ways = [way for way in _same(name) if way != name and way not in names]
        way = rng.choice(ways) if ways else typo(name, 1, rng)
        if way not in names and len(made) < count:
            made.append((way, name))
    return made


def _affixed(name: str, rng: random.Random) -> tuple[str, str] | None:
    """The longest word with its affix turned round or taken off, or with one put before it."""
    word = max(name.split(), key=len).strip(",")
    if len(word) < 6:
        return None
    for affix, other in _OPPOSITE.items():
        if word.startswith(affix):
            return name.replace(word, other + word[len(affix) :]), name
    if word.startswith("pseudo"):
        return name.replace(word, word[6:]), name
    return name.replace(word, rng.choice(_ADDED) + word), name


def _other_type(name: str, rng: random.Random) -> tuple[str, str] | None:
    """Another number in the place of the type number."""
    found = _TYPE.search(name)
    if found is None:
        return None
    series: Sequence[str] = _NUMBERS if found[0].isdigit() else _ROMAN[1:]
    other = rng.choice([number for number in series if number != found[0]])
    return name[: found.start()] + other + name[found.end() :], name


def _other_modifier(heads: Mapping[str, Sequence[str]], rng: random.Random) -> tuple[str, str] | None:
    """The same last word behind the modifier of another name, of the same head or of another one."""
    head = rng.choice(list(heads))
    target = rng.choice(heads[head])
    other = rng.choice(heads[head] if rng.random() < 0.5 else heads[rng.choice(list(heads))])
    return " ".join([*other.split()[:-1], head]), target


def _natural(heading: str) -> str:
    """ "sclerosis, multiple" as it is spoken."""
    parts = heading.split(", ")
    return f"{parts[1]} {parts[0]}" if len(parts) == 2 and not _TYPE.search(heading) else heading.replace(",", "")


def _same(name: str) -> Iterator[str]:
    """Other spellings: inverted, without hyphens, plural, British, with a roman type number."""
    words = name.split()
    if len(words) == 2:
        yield f"{words[1]}, {words[0]}"
    yield name.replace("-", " ")
    if words[-1].isalpha() and len(words[-1]) > 4 and words[-1][-1] not in "sxyz":
        yield name + "s"
    british = name
    for american, spelt in _BRITISH:
        british = british if spelt in british else british.replace(american, spelt)
    yield british
    numbered = re.fullmatch(r"(.* type )([1-5])", name)
    if numbered:
        yield numbered[1] + _ROMAN[int(numbered[2]) - 1]
