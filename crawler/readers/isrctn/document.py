"""An answer of the ISRCTN XML API cut into its records, each parsed on its own.

Cutting before parsing keeps what one broken record, or a body that was not received whole, would take with it. No
document type declaration ever reaches the parser, so entities cannot be declared.
"""

import codecs
import re
import xml.etree.ElementTree as ET
from typing import NamedTuple
from xml.etree.ElementTree import Element

from crawler.formats.encodings import utf8_xml
from crawler.formats.xml import masked, mended

_ROOT = re.compile(
    rb"""<(?P<prefix>(?:[\w.-]+:)?)(?P<name>allTrials|fullTrial)\b(?:(?:[^<>"']|"[^"<]*"|'[^'<]*')*+>|[^<>]*>)"""
)
_BOUNDARY = re.compile(rb"</(?:[\w.-]+:)?fullTrial\s*>\s*<(?:[\w.-]+:)?fullTrial\b")
# What may stand between records; anything else is a piece of a record whose start was lost.
_IGNORABLE = re.compile(rb"(?>\s+|<!--.*?-->|<\?.*?\?>|</(?:[\w.-]+:)?allTrials\s*>)*+", re.S)
_DECLARATION = re.compile(rb"\s*<\?xml[^>]*\?>")


class Answer(NamedTuple):
    """An answer in its parts.

    opening, closing: what a record needs around it to be a document (encoding, namespaces). records: the records as
    they stand, one that does not end up to the next or to the end. rest: what follows the last record.
    is_cut_short: the element that holds the records does not end.
    """

    opening: bytes
    closing: bytes
    records: list[bytes]
    rest: bytes
    is_cut_short: bool

    def parse(self, record: bytes) -> Element:
        """The record as an element; raises ParseError, ValueError or LookupError (encoding) where it is none."""
        try:
            element = ET.fromstring(self.opening + record + self.closing)
        except ET.ParseError:
            element = ET.fromstring(mended(utf8_xml(self.opening + record + self.closing)))
        return element[0] if self.closing else element


def cut(body: bytes) -> Answer | None:
    """The parts of an answer with ``allTrials`` or a single ``fullTrial``; None for anything else."""
    body = _as_declared(body)
    shown = masked(body, _BOUNDARY)
    root = _ROOT.search(shown)
    if root is None:
        return None
    declaration = _DECLARATION.match(body)
    opening = declaration[0].strip() if declaration else b""
    if root["name"] == b"fullTrial":
        records, end = _records(body, shown, root["prefix"], root.start())
        return Answer(opening, b"", records, body[end:], is_cut_short=False)
    closing = b"</" + root["prefix"] + b"allTrials>"
    records, end = _records(body, shown, root["prefix"], root.end())
    is_cut_short = shown.rfind(closing, root.end()) < 0 and not root[0].endswith(b"/>")
    return Answer(opening + root[0], closing, records, body[end:], is_cut_short)


def _records(body: bytes, shown: bytes, prefix: bytes, end: int) -> tuple[list[bytes], int]:
    """The records from a place on, and where the last one ends; one that lost its start tag is a record too."""
    opening, closing = b"<" + prefix + b"fullTrial", b"</" + prefix + b"fullTrial>"
    records = []
    start = shown.find(opening, end)
    while end < len(body):
        gap = body[end : start if start >= 0 else len(body)]
        if _IGNORABLE.fullmatch(gap) is None:
            records.append(gap)
            end += len(gap)
        if start < 0:
            break
        following = shown.find(opening, start + len(opening))
        limit = len(body) if following < 0 else following
        close = shown.find(closing, start, limit)
        end = limit if close < 0 else close + len(closing)
        records.append(body[start:end])
        start = following
    return records, end


def _as_declared(body: bytes) -> bytes:
    """The body without a declaration that does not hold, and UTF-16 as UTF-8."""
    if 0 in body[:4]:
        return utf8_xml(body)
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        is_utf8 = not body.isascii() and bool(body.decode())
    except UnicodeDecodeError:
        is_utf8 = False
    return _DECLARATION.sub(b"", body, count=1) if is_utf8 else body


def _name(element: Element) -> str:
    """Name of an element without its namespace."""
    return element.tag[element.tag.rfind("}") + 1 :]


def children_by_name(element: Element | None) -> dict[str, Element]:
    """The children of an element by name."""
    return {} if element is None else {_name(child): child for child in element}


def children(element: Element | None, name: str) -> list[Element]:
    """The children of an element that have this name, in order."""
    return [] if element is None else [child for child in element if _name(child) == name]
