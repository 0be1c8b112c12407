"""Words and short texts that registries share: placeholders, counts, phases, headlines."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

from db.identifiers import is_junk, usual_form
from db.vocabularies import Phase

# What people type into a required field that they cannot fill (registries leave it standing).
PLACEHOLDERS = frozenset(
    (
        "no entry",
        "nil known",
        "nil",
        "none",
        "none known",
        "none stated",
        "n/a",
        "na",
        "not applicable",
        "not known",
        "not provided",
        "not provided at time of registration",
        "not available",
        "not specified",
        "not stated",
        "not yet known",
        "unknown",
        "pending",
        "tbc",
        "tbd",
        "null",
        "keine angabe",
        "k.a",
        "kein eintrag",
        "nicht zutreffend",
        "nicht anwendbar",
        "nicht verfügbar",
        "entfällt",
        "[---]*",
        "-",
        "--",
        "—",
        ".",
        "",
    )
)
_YES = frozenset(("yes", "y", "ja", "true", "1", "accepts healthy volunteers", "accepted", "allowed"))
_NO = frozenset(
    ("no", "n", "nein", "false", "0", "does not accept healthy volunteers", "no healthy volunteers", "not accepted")
)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,6});")
# Markup that editors of registries leave in texts: line ends, and what changes nothing but the looks.
_BREAK = re.compile(r"<\s*+/?\s*+(?:br|p|li|ul|ol|div)\s*/?\s*>\s*", re.I)
# A line end and a break are one.
_RETURN = re.compile(r"(?:\r\n?|\n)[^\S\r\n]*(?=<\s*+/?\s*+br)", re.I)
_ANY_BREAK = re.compile(r"<\s*+/?\s*+(?:br|p|li|ul|ol|div)\s*/?\s*>[^\S\n]*\n?|\r\n?", re.I)
_LOOKS = re.compile(r"<\s*+/?\s*+(?:b|i|u|em|strong|sub|sup|span|font)(?:\s[^<>]*)?>", re.I)
_COUNT = re.compile(
    r"(?P<count>\d{1,9}|\d{1,3}(?:[,' ]\d{3}){1,2})(?:\.0+)?\s*(?:participants|patients|subjects|people)?", re.I
)
_PLANNED = re.compile(r"(?:Planned|Total|Target)(?: Sample Size| Enrol?lment)?:\s*", re.I)
_PHASE = re.compile(r"(?<![a-z0-9])(?:phase[\s_-]*)?(0|1|2|3|4|iv|iii|ii|i)[ab]{0,2}(?![a-z0-9])", re.I)
_NO_PHASE = re.compile(r"(?:n[/_]?a|not[\s_](?:applicable|specified|selected)|no phase|-)", re.I)
_PHASES = {
    "0": Phase.EARLY_1,
    **dict.fromkeys(("1", "i"), Phase.PHASE_1),
    **dict.fromkeys(("2", "ii"), Phase.PHASE_2),
    **dict.fromkeys(("3", "iii"), Phase.PHASE_3),
    **dict.fromkeys(("4", "iv"), Phase.PHASE_4),
}
_SENTENCE = re.compile(r"(?<=[a-z)][.!?])\s+(?=[A-Z])")
_Value = TypeVar("_Value")


def stated(text: str | None) -> str | None:
    """A text as it is meant: trimmed, entities of a second encoding and markup resolved; None for placeholders."""
    if text is None:
        return None
    text = text.strip()
    if len(text) < 40 and text.rstrip(".").lower() in PLACEHOLDERS:
        return None
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text).strip()
    return (unmarked(text) if "<" in text else text) or None


def unmarked(text: str) -> str:
    """A text without HTML markup: a line end for every break, nothing for bold and the like."""
    return _LOOKS.sub("", _BREAK.sub("\n", text)).strip()


def marked_up(text: str) -> str:
    """A text of entities and HTML as people read it: a line end for every break and every return."""
    text = text.strip()
    if "&" in text:
        text = html.unescape(text)
    if "<" in text or "\r" in text:
        text = _LOOKS.sub("", _ANY_BREAK.sub("\n", _RETURN.sub("", text))).strip()
    return text


def squeeze(text: str) -> str:
    """The text with every run of white space as one blank, none at its ends."""
    return " ".join(text.split())


def known(table: Mapping[str, _Value], field: str, word: str | None, unknown: Counter[str]) -> _Value | None:
    """The harmonised value of a registry's word, whatever its case and marks; one that the table lacks is counted."""
    if word is None:
        return None
    for key in (word, squeeze(word).lower()):
        if key in table:
            return table[key]
    bare = _bare(word)
    for name, value in table.items():
        if _bare(name) == bare:
            return value
    unknown[f"{field}: {word}"] += 1
    return None


@lru_cache(maxsize=4096)
def _bare(word: str) -> str:
    """A word of a list by its letters and digits: "Active, not recruiting" is ACTIVE_NOT_RECRUITING."""
    return "".join(filter(str.isalnum, word.lower()))


def yes_or_no(text: str | None) -> bool | None:
    """What a word says for a truth value, such as whether healthy volunteers are accepted; None where it says none."""
    word = squeeze(text or "").rstrip(".").lower()
    return True if word in _YES else False if word in _NO else None


def count(text: str | None) -> int | None:
    """A number of people: "3060", "1,200", "40 participants"; None for a text that says more than one number."""
    match = _COUNT.fullmatch(text.strip()) if text else None
    return int(re.sub(r"\D", "", match["count"])) if match else None


def sample_size(text: str | None) -> int | None:
    """People planned in the whole trial: of "40; UK: 20", "Planned Sample Size: 120; UK Sample Size: 60" the first."""
    first = _PLANNED.sub("", (text or "").strip()).partition(";")[0]
    return count(first)


def phases(text: str | None, unknown: Counter[str]) -> tuple[Phase, ...]:
    """Phases of "Phase III", "Phase I/II", "PHASE_II_III", "2a" or "Phase 1/Phase 2"; a text with none is counted."""
    if not text or _NO_PHASE.fullmatch(text.strip()):
        return ()
    found = {_PHASES[number.lower()] for number in _PHASE.findall(text.replace("_", " "))}
    if not found:
        unknown[f"phase: {text}"] += 1
    return tuple(sorted(found))


def lower(word: str | None) -> str | None:
    """The word in lower case, as types and purposes are kept."""
    return word.lower() if word else None


def listed(text: str | None, marks: str = ",;\n") -> list[str]:
    """Members of a list written as one text, split at the marks outside brackets, each once, in order."""
    if not text or not any(mark in text for mark in marks):
        return unique([squeeze(text or "")])
    members, depth, member = [], 0, ""
    for sign in text:
        depth = max(0, depth + (sign in "([") - (sign in ")]"))
        if sign in marks and (depth == 0 or sign == "\n"):
            members.append(member)
            member, depth = "", 0
        else:
            member += sign
    return unique(squeeze(member) for member in (*members, member))


def parts(text: str | None, signs: str) -> list[str]:
    """What stands between any of these signs, without the blanks around it.

    They are not searched for: a pattern that begins with blanks tries a long run of them from each of its places.
    """
    return [part.strip() for part in re.split(f"[{re.escape(signs)}]", stated(text) or "")]


def unique(texts: Iterable[str | None]) -> list[str]:
    """The texts that say something, each once whatever its case, in order."""
    first: dict[str, str] = {}
    for text in texts:
        if text and (kept := stated(text)):
            first.setdefault(kept.lower(), kept)
    return list(first.values())


def headline(text: str, longest: int = 200) -> str:
    """A name for something that is only described: the first sentence of its first line, cut at a word."""
    line = squeeze(text.strip().partition("\n")[0])
    sentence = _SENTENCE.split(line, maxsplit=1)[0]
    if len(sentence) <= longest:
        return sentence
    return sentence[:longest].rpartition(" ")[0] + " …"


def numbers_of_a_study(text: str | None) -> list[str]:
    """Identifiers in one field: several may stand in one string; placeholders and test numbers are kept out.

    A number of a known registry comes in its usual form.
    """
    return [usual_form(number) for number in parts(text, ",;\n") if stated(number) and not is_junk(number)]
