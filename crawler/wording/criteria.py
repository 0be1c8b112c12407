"""Eligibility criteria as registries write them, split into inclusion and exclusion items.

Registries hold the criteria as one text with headings ("Inclusion Criteria:", "Key exclusion criteria", "Critères de
non-inclusion") and items behind bullets or numbers, or the two sides apart; where they keep them apart, a sponsor may
still have written both into one. Headings are known in English and the six other languages, and as Chinese, Japanese
and Korean registers write them. What an item is, crawler.wording.items tells.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from crawler.wording import items as item_texts
from crawler.wording.words import stated
from db.trial import Eligibility

_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")

# Words that may stand before "inclusion criteria" in any heading, even behind a bullet or without a colon.
_QUALIFIERS = frozenset(
    re.findall(
        r"\S+",
        "key main major general specific additional other further primary principal basic common study trial selection "
        "patient patients subject subjects participant participants important criteria for the and non non- brief "
        "critères criteres critère critere d' d’ de la les des principaux généraux autres spécifiques pour et "
        "kriterien haupt wichtige wichtigste wesentliche allgemeine weitere zusätzliche die der und "
        "criterios criterio los las principales generales otros específicos del no y para "
        "criteri criterio di i principali generali altri specifici e per "
        "critérios critério os principais gerais outros específicos não nao do da "
        "belangrijkste algemene overige aanvullende hoofd en",
    )
)
_CRITERIA = frozenset(
    (
        *("criteria", "kriterien", "critères", "criteres", "critère", "critere", "criterios", "criterio", "criteri"),
        *("critérios", "critério"),
    )
)
_ARTICLES = frozenset(("d'", "d’", "de", "di", "do", "da"))
_NEGATIONS = frozenset(("non", "no", "não", "nao", "niet"))
_COMMON = re.compile(r"(In|Ex)clusion [Cc]riteria ?:")
_TAIL = re.compile(
    r"""
    (?:(?P<side>in|ex|es)clus(?:ions?|ione|ión|ão|ao|ie)
      |(?P<german>ein|aus)schlu(?:ss|ß)
      |(?P<fit>(?P<unfit>in)?(?:[eé]ligib(?:ility|ilité|ilite)|elegg?ibili(?:dade?|tà)))(?!\w))
    (?P<criteria>(?:ary)?-?[^\S\n]*[ck]riteri(?:a|on|um|en))?
    (?P<after>(?:(?!clusion)[^:：\n]){0,70}?)
    [^\w\n:：)]*(?:(?P<colon>[:：])|(?=\n|\Z))
    """,
    re.I | re.X,
)
_TITLE = re.compile(r"(?:(?:key|main) )?(?:inclusion|exclusion)(?: criteria)?\W*", re.I)
_INLINE = re.compile(
    r"""
    (?:(?P<side>in|ex|es)clus(?:ion|ione|ión|ão|ao|ie)|(?P<german>ein|aus)schlu(?:ss|ß))
    (?P<criteria>(?:ary)?-?[^\S\n]*[ck]riteri(?:a|on|um|en))?[^\S\n]*(?:\([^()\n]{1,40}\)[^\S\n]*)?
    (?:[:：]|(?P<list>\.?[^\S\n]*(?=[-*•–][^\S\n]|\(?1[.)][^\S\n])))
    """,
    re.I | re.X,
)
_MARK = re.compile(r"[^\w\n]*(?:\(?(?:\d{1,2}|[a-z]|[IVX]{1,3})[.)][^\S\n]*)?")
_SCOPE = re.compile(r"[^\S\n]*(?:$|for\b|of\b|in\b|\(|\[|[-–—])", re.I)
_LEAD_WORD = re.compile(r"d['’]|[^\s'’]+['’]?", re.I)
_ASIAN = re.compile(
    r"(?P<side>纳入|入选|入組|納入|選択|选择|組み入れ|適格|적합|선정|포함|排除|剔除|除外|제외)"
    r"(?:标准|標準|基準|기준)(?P<colon>[^\S\n]*[:：]|(?=[^\S\n]*(?:\n|\Z)))"
)
_ASIAN_CRITERIA = ("标准", "標準", "基準", "기준")
_ASIAN_EXCLUSION = ("排除", "剔除", "除外", "제외")
# Stems that a plain search finds: inclusion, Einschluss, eligibility. How many letters of the word stand before them;
# of the last one that differs from language to language.
_STEMS = (("clus", 2), ("CLUS", 2), ("schlu", 3), ("SCHLU", 3), ("gibili", None), ("GIBILI", None))
_LONGEST_WORD = 12
_LONGEST_LEAD = 80


class _Heading(NamedTuple):
    """A heading's span in the text, and which items follow it.

    is_general: it speaks of eligibility, of neither side. is_bare: it does not speak of criteria.
    """

    start: int
    end: int
    is_inclusion: bool
    is_general: bool = False
    is_bare: bool = False


class Part(NamedTuple):
    """A piece of the criteria under one heading, or before the first one."""

    start: int
    end: int
    is_inclusion: bool


def split(text: str | None) -> Eligibility:
    """Criteria text as it is, and its items where the text has inclusion or exclusion headings.

    Items keep their order; nested items stand on their own behind their parent. Bullets, numbers and the
    backslashes of escaped punctuation ("\\>") are not part of an item, and white space within it is one blank. What
    stands before the first heading is of the inclusion side. A text without a heading gives the criteria only: which
    side an item belongs to would be a guess.
    """
    if text is None or not text.strip():
        return Eligibility()
    found = parts(text)
    if not found:
        return Eligibility(criteria=text)
    inclusion: list[str] = []
    exclusion: list[str] = []
    for part in found:
        (inclusion if part.is_inclusion else exclusion).extend(_between(text, part.start, part.end))
    return Eligibility(text, tuple(inclusion), tuple(exclusion))


def from_sides(inclusion: str | None, exclusion: str | None) -> Eligibility:
    """Eligibility of a registry that keeps the two sides apart: the criteria text names each side.

    What a sponsor wrote under the other side's heading belongs to that side. "None" and other placeholders are no
    items.
    """
    found: dict[bool, list[str]] = {True: [], False: []}
    texts = []
    for is_inclusion, name, text in ((True, "Inclusion Criteria", inclusion), (False, "Exclusion Criteria", exclusion)):
        text = (text or "").strip()
        if not text:
            continue
        under = parts(text, is_inclusion)
        is_headed = under[0].start > 0 if under else False
        texts.append(text if is_headed else f"{name}:\n\n{text}")
        for part in under or [Part(0, len(text), is_inclusion)]:
            items_of_part = _between(text, part.start, part.end)
            found[part.is_inclusion] += [item for item in items_of_part if stated(item) and not _TITLE.fullmatch(item)]
    return Eligibility("\n\n".join(texts) or None, tuple(found[True]), tuple(found[False]))


def parts(text: str, is_inclusion: bool = True) -> list[Part]:
    """The pieces of a text under its headings; none where it has no heading.

    is_inclusion: the side of what stands before the first heading.
    """
    headings = list(_headings(text))
    if not headings:
        return []
    stops = [heading.start for heading in headings[1:]] + [len(text)]
    under = [Part(heading.end, stop, heading.is_inclusion) for heading, stop in zip(headings, stops, strict=True)]
    first = headings[0].start
    before = text[:first].strip() if first else ""
    return [Part(0, first, is_inclusion), *under] if before and any(map(str.isalpha, before)) else under


def spans(text: str, is_inclusion: bool = True) -> list[Part]:
    """Where the items of a text stand, with their sides; what stands under no heading is of the side that is given."""
    return [
        Part(start, end, part.is_inclusion)
        for part in parts(text, is_inclusion) or [Part(0, len(text), is_inclusion)]
        for start, end in item_texts.spans(text, part.start, part.end)
    ]


def items(text: str) -> list[str]:
    """The items of one side: by bullets and numbers, by lines where there are none."""
    return _between(text, 0, len(text))


def _between(text: str, start: int, end: int) -> list[str]:
    return [_clean(item) for item in item_texts.texts(text, start, end)]


def _clean(item: str) -> str:
    """An item on one line, its escaped punctuation as meant, without the comma that joined it to the next one."""
    if "\n" in item or "  " in item or "\t" in item:
        item = " ".join(item.split())
    if item[-1:] == "," and item[-2:-1] in ".;":
        item = item[:-1]
    return "".join(_ESCAPE.split(item)) if "\\" in item else item


def _headings(text: str) -> Iterator[_Heading]:
    """Headings in order. Looks only around the stems of their words, which a plain search finds fastest."""
    end = 0
    is_sided = False
    is_ascii = text.isascii()
    for kind in _kinds(text, is_ascii):
        if kind < end:
            continue
        if (kind == 0 or text[kind - 1] == "\n") and (common := _COMMON.match(text, kind)):
            yield _Heading(kind, common.end(), common[1] == "In")  # the usual one, without the looks below
            end, is_sided = common.end(), True
            continue
        line = max(text.rfind("\n", max(0, kind - _LONGEST_LEAD - 1), kind) + 1, end, kind - _LONGEST_LEAD - 1)
        heading = _line_heading(text, line, kind) or _inline_heading(text, line, kind)
        if heading is not None and not (heading.is_general and is_sided and heading.is_bare):
            yield heading
            end = heading.end
            is_sided = is_sided or not heading.is_general


def _kinds(text: str, is_ascii: bool) -> list[int]:
    """Where the words of headings may begin: inclusion, exclusion, eligibility, in any of the languages."""
    places = []
    for stem, lead in _STEMS:
        at = text.find(stem)
        while at >= 0:
            kind = _word_start(text, at) if lead is None else at - lead
            if kind >= 0:
                places.append(kind)
            at = text.find(stem, at + len(stem))
    if not is_ascii and any(word in text for word in _ASIAN_CRITERIA):
        places += [match.start() for match in _ASIAN.finditer(text)]
    places.sort()
    return places


def _word_start(text: str, at: int) -> int:
    """Where the word begins that a place lies in."""
    least = max(0, at - _LONGEST_WORD)
    while at > least and text[at - 1].isalpha():
        at -= 1
    return at


def _line_heading(text: str, line: int, kind: int) -> _Heading | None:
    """A heading that begins its line: "Key inclusion criteria", "Exclusion criteria for adults:", "INCLUSION"."""
    if kind - line > _LONGEST_LEAD:
        return None
    if (match := _TAIL.match(text, kind)) is None:
        return _asian_heading(text, kind)
    lead = text[line:kind]
    mark = _MARK.match(lead)
    is_item = mark is not None and any(sign in "*•-–1234567890" for sign in mark[0]) and "**" not in mark[0]
    words = [word.strip(",&/()").lower() for word in _LEAD_WORD.findall(lead[mark.end() if mark else 0 :])]
    foreign = sum(word not in _QUALIFIERS for word in words)
    if foreign > (0 if is_item else 5):
        return None  # "* does not meet the inclusion criteria" is an item
    after, colon = match["after"].strip(), match["colon"]
    are_criteria = bool(match["criteria"]) or not _CRITERIA.isdisjoint(words)
    if not are_criteria and (foreign or after):
        return None  # "Inclusion body myositis"
    if not colon and (foreign or _SCOPE.match(after) is None or (is_item and after)):
        return None
    if match["fit"] and (foreign or not (are_criteria or colon)):
        return None
    return _Heading(line, match.end(), _is_inclusion(match, words), bool(match["fit"]), not are_criteria)


def _asian_heading(text: str, kind: int) -> _Heading | None:
    match = _ASIAN.match(text, kind)
    return _Heading(kind, match.end(), match["side"] not in _ASIAN_EXCLUSION) if match else None


def _inline_heading(text: str, line: int, kind: int) -> _Heading | None:
    """A heading within a line, of a text whose line ends were lost: it needs its colon and a capital or a full stop."""
    match = _INLINE.match(text, kind)
    if match is None:
        return None
    start = kind
    words = []
    for found in reversed(list(_LEAD_WORD.finditer(text, line, kind))):
        if found[0].lower() not in _QUALIFIERS or (text[kind].isupper() and not found[0][0].isupper()):
            break  # "... in the study Exclusion Criteria: ...": the heading begins with its capital
        words.append(found[0].lower())
        start = found.start()
    if not match["criteria"] and _CRITERIA.isdisjoint(words):
        return None
    if match["list"] is not None and not text[start].isupper():
        return None  # "... does not meet the inclusion criteria - unless ..."
    if text[start].islower() and text[line:start].rstrip()[-1:] not in tuple(".;:)"):
        return None
    return _Heading(start, match.end(), _is_inclusion(match, words[::-1]))


def _is_inclusion(match: re.Match[str], lead: list[str]) -> bool:
    """Which side a heading names; French sponsors call exclusion criteria "non-inclusion criteria"."""
    if match["german"]:
        return match["german"].lower() == "ein"
    if match["side"]:
        words = [word for word in lead if word not in _ARTICLES]
        is_negated = bool(words) and words[-1].strip("-(") in _NEGATIONS
        return (match["side"].lower() == "in") != is_negated
    return not match["unfit"]
