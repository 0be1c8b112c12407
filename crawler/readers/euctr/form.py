"""The text form of a EudraCT protocol, as EU CTR's download writes it: one block for every country version.

A line of the form is a code, a label, a colon and a value; the value of some runs over the lines that follow. Free
text can look just like it ("E.g.: ...", "N. of patients: ..."), so that a line counts only where both its code and its
label stand in the table of the form (form.tsv: the labels of the EU application form, sections A to P).
"""

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from crawler.formats.encodings import decoded, utf8

# Fields of free text or of one entry a line; the rest of the form is of one line each.
_MULTILINE = frozenset(
    (
        *("A.3", "A.3.1", "A.3.2", "A.5.4", "D.3.7", "E.1.1", "E.1.1.1", "E.2.1", "E.2.2", "E.2.3.1", "E.3", "E.4"),
        *("E.5.1", "E.5.1.1", "E.5.2", "E.5.2.1", "E.8.2.3.1", "E.8.6.3", "E.8.8", "F.3.3.6.1", "F.3.3.7.1", "F.5"),
    )
)
_REPEATED = re.compile(r"A\.5\.4|[BDG]\.|E\.1\.2|Sponsor|MedDRA")
_BEHIND_AGES = re.compile(r"F\.[2-5]")
# What follows the protocol's facts in the versions of the register.
_LAST_SECTIONS = ("G.", "H.", "N.", "P.")


def _labels() -> dict[str, dict[str, re.Pattern[str]]]:
    """Labels by code with how they are written, the longest first, as one may begin like another."""
    labels: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("form.tsv").read_text(encoding="utf-8").splitlines():
        code, _, label = line.partition("\t")
        labels.setdefault(code, []).append(label)
    return {
        code: {label: _written(label) for label in sorted(known, key=len, reverse=True)}
        for code, known in labels.items()
    }


def _written(label: str) -> re.Pattern[str]:
    """The label in any case, and with blanks wherever they may be: "(2-11years)", "(2-11 years)"."""
    return re.compile(r"[ \t]*".join(map(re.escape, re.findall(r"[^\W\d]+|\d+|[^\s\w]", label))), re.I)


_LABELS = _labels()
_SHARED_CODES = frozenset(code for code, known in _LABELS.items() if len(known) > 1)
_CODE = re.compile(
    r"(?:B\.3\.1 and B\.3\.2|D\.1\.2 and D\.1\.3|D\.3\.8 to D\.3\.10|E\.6 and E\.7|D\.IMP|[A-HNP](?:\.\d+)+|[A-HNP]\.)"
    r"(?=[ \t:])"
)
_AFTER_LABEL = re.compile(r"\s*(?:\((?P<language>[a-z]{2})\))?\s*(?::(?P<value>.*)|$)", re.S)
_AFTER_QUESTION = re.compile(r"\s*:?(?P<value>.*)", re.S)
# A header stands alone in its lines, and another line of it tells it too where its number is none.
_BLOCK = re.compile(
    rb"Summary(?:[ \t]*(?:\r\n?|\n))+(?=[ \t]*EudraCT Number[ \t]*:"
    rb"(?:[ \t]*\d{4}-\d{6}-\d{2}[ \t]*(?=[\r\n])"
    rb"|[^\r\n]*(?:\r\n?|\n)[ \t]*Sponsor's Protocol Code Number[ \t]*:))"
)
_FIRST = b"Summary"
_WIDEST_MARGIN = 1000
_LONGEST_HEADER = 4000
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HEADER = re.compile(
    r"(?P<label>EudraCT Number|Sponsor's Protocol Code Number|National Competent Authority|Clinical Trial Type"
    r"|Trial Status|Date on which this record was first entered in the EudraCT database|Link)[ \t]*:(?P<value>.*)",
    re.S,
)
_MARGIN = re.compile(r"^([ \t]+)EudraCT Number[ \t]*:", re.M)
_SPONSOR = re.compile(r"(?:B\.)?Sponsor:? (\d+)\s*$")
_TITLE = "MedDRA Classification"
# Separators that stand in values by accident and are no line ends of the form.
_SEPARATORS = re.compile("[\u2028\u2029\u0085\v\f\u00a0\u202f\u205f\u3000\u1680]")
_ABSENT = frozenset(("", "information not present in eudract"))


class Entry(NamedTuple):
    """One filled line of the form. key: its code, with its label where several lines share a code."""

    key: str
    language: str | None
    value: str


class Version(NamedTuple):
    """The protocol as filed in one country: its own bytes, the lines of its header, and those of the form."""

    raw: bytes
    header: dict[str, str]
    entries: list[Entry]
    is_whole: bool


def blocks(body: bytes) -> list[bytes]:
    """Bytes of the country versions of a download; what stands before the first is a preface."""
    if 0 in body[:4] or body.startswith(_MARKS):
        body = utf8(body)
    starts = list(_starts(body))
    return [body[start:end] for start, end in pairwise([*starts, len(body)])]


def _starts(body: bytes) -> Iterator[int]:
    """Where blocks begin. Their first word is looked for, and only then what must stand around it."""
    at = body.find(_FIRST)
    while at >= 0:
        line = max(body.rfind(b"\n", 0, at), body.rfind(b"\r", max(0, at - _WIDEST_MARGIN), at)) + 1
        if not body[line:at].strip(b" \t") and _BLOCK.match(body, at):
            yield line
        at = body.find(_FIRST, at + len(_FIRST))


def version(raw: bytes, is_last: bool = True) -> Version:
    """Read one block.

    is_last: nothing follows it in the download, so that it may have been cut on its way: then its last line does not
    end, or its ages and sexes are there in part.
    """
    text = decoded(raw)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii() or "\v" in text or "\f" in text:
        text = _SEPARATORS.sub(" ", text)
    margin = _MARGIN.search(text, 0, _LONGEST_HEADER)
    lines = (line.removeprefix(margin[1]) for line in text.split("\n")) if margin else iter(text.split("\n"))
    header: dict[str, str] = {}
    for line in lines:
        if match := _HEADER.match(line.lstrip()):
            header.setdefault(match["label"], match["value"].strip())
        elif _form_line(line) is not None:
            break
    entries = _entries(lines)
    stated = [entry for entry in entries if entry.value.lower() not in _ABSENT]
    return Version(raw, header, stated, not is_last or _is_whole(text, entries))


def _is_whole(text: str, entries: Sequence[Entry]) -> bool:
    """Whether the last block of a download was not cut on its way."""
    keys = [entry.key for entry in entries]
    has_half_of_ages = any(key.startswith("F.1") for key in keys) and not any(map(_BEHIND_AGES.match, keys))
    ends = text.rstrip(" \t").endswith("\n") and not has_half_of_ages
    return ends or any(key.startswith(_LAST_SECTIONS) for key in keys)


def _entries(lines: Iterable[str]) -> list[Entry]:
    """Lines of the form with the values that run on; a line that was filled before is free text that looks like it."""
    found: list[Entry] = []
    seen: set[tuple[str, str | None]] = set()
    further: list[str] = []
    begun, runs_on = "", False
    for line in lines:
        known = _known_line(line)
        if known is not None and (known.may_repeat or known.place not in seen):
            if further:
                found[-1] = found[-1]._replace(value="\n".join((begun, *further)).strip())
                further = []
            found.append(known.entry)
            seen.add(known.place)
            runs_on, begun = known.runs_on, known.value
        elif runs_on:
            further.append(line)
    if further:
        found[-1] = found[-1]._replace(value="\n".join((begun, *further)).strip())
    return found


class _KnownLine(NamedTuple):
    """A line of the form. value: with the blanks around it. place: what of the form it fills; may_repeat: more than
    once; runs_on: over further lines.
    """

    entry: Entry
    value: str
    place: tuple[str, str | None]
    may_repeat: bool
    runs_on: bool


@lru_cache(maxsize=8192)
def _known_line(line: str) -> _KnownLine | None:
    """A line of the form, of a sponsor or of a title of MedDRA; None for any other line."""
    line = line.lstrip()
    if sponsor := _SPONSOR.match(line):
        entry: Entry | None = Entry("Sponsor", None, sponsor[1])
    else:
        entry = Entry(_TITLE, None, "") if line.rstrip() == _TITLE else _form_line(line)
    if entry is None:
        return None
    runs_on = entry.key.partition(" ")[0] in _MULTILINE
    stripped = entry._replace(value=entry.value.strip())
    may_repeat = _REPEATED.match(entry.key) is not None
    return _KnownLine(stripped, entry.value, (entry.key, entry.language), may_repeat, runs_on)


@lru_cache(maxsize=8192)
def _form_line(line: str) -> Entry | None:
    """A line of the form, which a title of a section is too; None for any other line. Most lines come in every
    version of every trial ("F.2.1 Female: Yes")."""
    line = line.lstrip()
    code = _CODE.match(line)
    if code is None:
        return None
    rest = line[code.end() :].lstrip(" \t")
    for label, written in _LABELS.get(code[0], {}).items():
        found = written.match(rest)
        after = found and (_AFTER_QUESTION if label.endswith("?") else _AFTER_LABEL).match(rest, found.end())
        if after:
            key = f"{code[0]} {label}" if code[0] in _SHARED_CODES else code[0]
            return Entry(key, after.groupdict().get("language"), after["value"] or "")
    return None
