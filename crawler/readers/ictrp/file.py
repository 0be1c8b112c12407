"""WHO ICTRP files cut into records: XML export, full CSV without a header row, CSV with one; also gzip and zip.

A file is read once, front to back, in memory that does not grow with it. Records are cut at ``<Trial>`` and at the line
ends outside quotes, so that one which is malformed costs no other.
"""

import codecs
import csv
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import BinaryIO, NamedTuple, cast

from lxml import etree

from crawler.formats.encodings import decoded, utf8
from crawler.formats.xml import masked, mended

# Columns of the full export in their order (it has no header row), by the keys of ``Record.fields``.
FULL_EXPORT = (
    *("trialid", "lastrefreshedon", "secondaryid", "publictitle", "scientifictitle", "webaddress"),
    *(f"publiccontact{part}" for part in ("firstname", "lastname", "address", "email", "tel", "affiliation")),
    *(f"scientificcontact{part}" for part in ("firstname", "lastname", "address", "email", "tel", "affiliation")),
    *("studytype", "studydesign", "phase", "dateregistration", "dateenrollement", "targetsize", "recruitmentstatus"),
    *("primarysponsor", "secondarysponsor", "sourcesupport", "countries", "condition", "intervention"),
    *("inclusionagemin", "inclusionagemax", "inclusiongender", "inclusioncriteria", "exclusioncriteria"),
    *("primaryoutcome", "secondaryoutcome", "bridgingflag", "bridgedtype", "childs", "typeenrollment"),
    *("retrospectiveflag", "resultsactualenrollment", "resultsurllink", "resultssummary", "resultsdateposted"),
    *("resultsdatefirstpublication", "resultsbaselinechar", "resultsparticipantflow", "resultsadverseevents"),
    *("resultsoutcomemeasures", "resultsurlprotocol", "resultsipdplan", "resultsipddescription"),
    *("resultsdatecompleted", "resultsyesno", "ethicsstatus", "ethicsapprovaldate", "ethicscontactname"),
    *("ethicscontactaddress", "ethicscontactphone", "ethicscontactemail"),
)
# Other spellings of the same columns in exports and their header rows.
_SAME = {
    "lastupdated": "lastrefreshedon",
    "secondaryids": "secondaryid",
    "url": "webaddress",
    "secondarysponsors": "secondarysponsor",
    "dateenrollment": "dateenrollement",
    "dateenrolment": "dateenrollement",
    "conditions": "condition",
    "interventions": "intervention",
    "agemin": "inclusionagemin",
    "agemax": "inclusionagemax",
    "gender": "inclusiongender",
    "primaryoutcomes": "primaryoutcome",
    "secondaryoutcomes": "secondaryoutcome",
    "bridgingflagtruefalse": "bridgingflag",
    "children": "childs",
    "typeenrolment": "typeenrollment",
}
_EXCEL = "it is an Excel workbook: save it as CSV or XML"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
LARGEST_RECORD = 16 * 2**20
"""Bytes after which an open quote or element is taken for damage: real records stay below 1 MB."""

_CHUNK = 2**18
_NULL = frozenset(("", "NULL"))
_TRIAL = re.compile(rb"<Trial(?=[\s>])")
_END = re.compile(rb"</Trial\s*>")
_BOUNDARY = re.compile(rb"</Trial\s*>\s*<Trial(?=[\s>])")
_ROOT = re.compile(rb"<Trials_downloaded_from_ICTRP(?=[\s/>])")
_ROOT_END = re.compile(rb"</Trials_downloaded_from_ICTRP\s*>\s*\Z|<Trials_downloaded_from_ICTRP\s*/>\s*\Z")
_ENCODING = re.compile(rb"""<\?xml[^>]*encoding=["']([\w.-]+)["']""")
# A row begins with an identifier and the date of the copy: enough to find back to the rows after a quote left open.
_ROW_START = re.compile(
    rb'"*[A-Za-z]{2,8}[\w/-]*\d[\w/-]*"*[,;\t]"*(?:\d{1,2} [A-Z][a-z]{2,8} \d{4}|\d{4}-\d\d-\d\d)"*[,;\t]'
)
_SEPARATOR = re.compile(rb"sep=[,;\t]?\s*(?:\n|\Z)", re.I)
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
_DAMAGE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, UnicodeError)


class Record(NamedTuple):
    """One record of a file: its own bytes, and its fields by lower-case name without separators, or what ails it.

    is_end_lost: it is the file that is damaged, here or from here on, so that more records may be missing.
    """

    raw: bytes
    fields: dict[str, str]
    damage: str | None = None
    is_end_lost: bool = False


def records(file: BinaryIO) -> Iterator[Record]:
    """Records of a file of any of the forms, told by its content. Damage is a record too; nothing is raised."""
    outer = _peekable(file)
    try:
        yield from _records(outer)
    finally:
        outer.detach()  # the file stays open: it is the caller's


def _records(outer: io.BufferedReader) -> Iterator[Record]:
    try:
        stream = _unpacked(outer)
        head = stream.peek(_CHUNK)[:_CHUNK]
        stream = _as_utf8(stream, head)
        head = stream.peek(_CHUNK)[:_CHUNK].removeprefix(codecs.BOM_UTF8).lstrip()
    except _DAMAGE as error:
        yield Record(b"", {}, f"the file cannot be opened: {error}", is_end_lost=True)
        return
    if head.startswith(b"<"):
        declared = _ENCODING.match(head)
        yield from _xml_records(stream, declared[1].decode() if declared else None)
    elif head:
        yield from _csv_records(stream, head)
    else:
        yield Record(b"", {}, "the file is empty", is_end_lost=True)


@lru_cache(maxsize=1024)
def field_name(name: str) -> str:
    """The key of a column or element, whatever the case and the separators of its name."""
    key = re.sub(r"[^a-z0-9]", "", name.lower())
    return _SAME.get(key, key)


def _peekable(file: BinaryIO) -> io.BufferedReader:
    return io.BufferedReader(cast(io.RawIOBase, file), _CHUNK)


def _unpacked(stream: io.BufferedReader) -> io.BufferedReader:
    head = stream.peek(4)[:4]
    if head.startswith(b"\x1f\x8b"):
        return _peekable(cast(BinaryIO, gzip.GzipFile(fileobj=stream)))
    if head == b"PK\x03\x04":
        archive = zipfile.ZipFile(stream)
        if any(name.startswith("xl/") for name in archive.namelist()):
            raise zipfile.BadZipFile(_EXCEL)
        largest = max(archive.infolist(), key=lambda member: member.file_size)
        return _peekable(cast(BinaryIO, archive.open(largest)))
    if head == _OLD_EXCEL:
        raise zipfile.BadZipFile(_EXCEL)
    return stream


class _Recoded(io.RawIOBase):
    """A stream of another encoding as UTF-8, in pieces."""

    def __init__(self, source: io.BufferedReader, encoding: str) -> None:
        self._source, self._decode, self._left = source, codecs.getincrementaldecoder(encoding)(), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._left and (read := self._source.read(_CHUNK)):
            self._left = self._decode.decode(read).encode()
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count


def _as_utf8(stream: io.BufferedReader, head: bytes) -> io.BufferedReader:
    """The stream in an encoding that has ASCII in it: UTF-16 is recoded as a whole, others record by record."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return io.BufferedReader(_Recoded(stream, "utf-16"), _CHUNK)
    return stream


def _xml_records(stream: io.BufferedReader, declared: str | None) -> Iterator[Record]:
    """Elements ``Trial``, each parsed by itself. declared: the encoding that the file names."""
    pending, found, has_root = b"", False, False
    try:
        while read := stream.read(_CHUNK):
            pending += read
            starts = [match.start() for match in _TRIAL.finditer(masked(pending, _BOUNDARY))]
            if starts:
                has_root = has_root or _ROOT.search(pending, 0, starts[0]) is not None
                found = True
                yield from (_element(pending[start:end], declared) for start, end in pairwise(starts))
                pending = pending[starts[-1] :]
            if len(pending) > LARGEST_RECORD or (not found and len(pending) > 2 * _CHUNK):
                yield Record(pending[:_CHUNK], {}, "no end of a record in sight")
                pending = b""
    except _DAMAGE as error:
        yield Record(pending[:_CHUNK], {}, f"the file is damaged: {error}", is_end_lost=True)
        return
    if found:
        last = _element(pending, declared)
        yield last._replace(is_end_lost=_END.search(masked(pending, _BOUNDARY)) is None)
        if has_root and not last.damage and not _ROOT_END.search(pending):
            yield Record(pending[-_CHUNK:], {}, "the file is cut short behind this record", is_end_lost=True)
    elif not _ROOT_END.search(pending):
        yield Record(pending[:_CHUNK], {}, "the file is no export of WHO ICTRP, or cut short", is_end_lost=True)


def _element(raw: bytes, declared: str | None) -> Record:
    end = _END.search(masked(raw, _BOUNDARY))
    if end is None:
        return Record(raw, {}, "the record is cut short")
    raw = raw[: end.end()]
    try:
        trial = _parsed(utf8(raw, declared))
    except etree.XMLSyntaxError as error:
        return Record(raw, {}, f"not well-formed: {error.msg}")
    return Record(raw, {field_name(leaf.tag): _text(leaf) for leaf in trial if isinstance(leaf.tag, str)})


def _text(leaf: etree._Element) -> str:
    return "\n".join(map(str, leaf.itertext())) if len(leaf) else leaf.text or ""


def _parsed(raw: bytes) -> etree._Element:
    try:
        return etree.fromstring(raw, _PARSER)
    except etree.XMLSyntaxError:
        return etree.fromstring(mended(raw), _PARSER)


def _csv_records(stream: io.BufferedReader, head: bytes) -> Iterator[Record]:
    """Rows; the first tells by its names whether it is a header."""
    separator = _SEPARATOR.match(head)
    first_line = head[separator.end() if separator else 0 :].lstrip().partition(b"\n")[0]
    mark = max(",;\t", key=lambda sign: first_line.count(sign.encode()))
    names: tuple[str, ...] | None = None
    for raw, damage, is_end in _rows(stream):
        is_end_lost = is_end or not raw.endswith(b"\n")
        if damage:
            yield Record(raw, {}, damage, is_end_lost)
            continue
        try:
            cells = _cells(raw, mark)
        except (csv.Error, UnicodeDecodeError) as error:
            yield Record(raw, {}, str(error), is_end_lost)
            continue
        if names is None:
            if not any(cells) or _SEPARATOR.match(raw.removeprefix(codecs.BOM_UTF8)):
                continue
            keys = tuple(map(field_name, cells))
            names = keys if "trialid" in keys else FULL_EXPORT
            if names is keys:
                continue
        while len(cells) > len(names) and not cells[-1].strip():
            del cells[-1]
        if len(cells) == len(names):
            yield Record(raw, {name: cell for name, cell in zip(names, cells, strict=True) if cell not in _NULL})
        elif any(cells):
            yield Record(raw, {}, f"{len(cells)} columns where {len(names)} are expected", is_end_lost)


def _cells(raw: bytes, mark: str) -> list[str]:
    """Cells of one row, which may run over several lines."""
    csv.field_size_limit(LARGEST_RECORD)
    return next(csv.reader([decoded(raw).removeprefix("\ufeff").rstrip("\r\n")], delimiter=mark), [])


def _rows(stream: io.BufferedReader) -> Iterator[tuple[bytes, str | None, bool]]:
    """Bytes of the rows, with what ails them, and whether the file ends with it. An open quote ends where a line
    begins like a row, at the latest."""
    lines: list[bytes] = []
    quotes = size = 0
    try:
        while line := stream.readline(LARGEST_RECORD):
            if quotes % 2 and _ROW_START.match(line):
                yield b"".join(lines), "a quote is left open", False
                lines, quotes, size = [], 0, 0
            lines.append(line)
            quotes += line.count(b'"')
            size += len(line)
            if quotes % 2 == 0 or size > LARGEST_RECORD:
                yield b"".join(lines), "no end of a row in sight" if quotes % 2 else None, False
                lines, quotes, size = [], 0, 0
    except _DAMAGE as error:
        yield b"".join(lines), f"the file is damaged: {error}", True
        return
    if lines:
        yield b"".join(lines), "a quote is left open", True
