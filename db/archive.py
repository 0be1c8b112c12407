"""Payload archive: what the registries said, kept compressed by registry and crawl, as evidence.

One file for each crawl, ``payloads/<registry>/<crawl_id>.ndjson.zst``: one JSON object a line, each line a
zstd frame of its own, so that a crawl killed in the middle of a write loses that line alone, and
``zstdcat FILE | jq`` or DuckDB's ``read_json`` reads it without this program. A frame carries zstd's checksum, and a
line the SHA-256 of the body: both are verified whenever a payload is read, and a damaged one is named, never used.
"""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec
import zstandard

from db.payload import Payload
from db.trial import sha256

_MAGIC = zstandard.FRAME_HEADER
_CHUNK = 1 << 16


class _Line(msgspec.Struct, omit_defaults=True):
    """A payload as it is stored: text where the body is UTF-8, base64 where it is not.

    sha256: of the body; None in lines of versions that stored none.
    """

    url: str
    fetched_at: dt.datetime
    sha256: str | None = None
    body: str | None = None
    body_base64: bytes | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Line)


class Damaged(NamedTuple):
    """A payload of an archive that is not what was stored. offset: bytes before it in the file."""

    path: Path
    offset: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path.name}, byte {self.offset}: {self.reason}"


class ArchiveWriter:
    """Appends the payloads of one registry in one crawl. Close it when done."""

    def __init__(self, folder: Path, registry: str, crawl_id: str) -> None:
        self.path = archive_path(folder, registry, crawl_id)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("ab")
        self._compressor = zstandard.ZstdCompressor(level=1, write_checksum=True)

    def append(self, payload: Payload) -> None:
        """Store a payload; it survives a kill of the process once this returns."""
        line = _Line(payload.url, payload.fetched_at, sha256(payload.body))
        try:
            line.body = payload.body.decode()
        except UnicodeDecodeError:
            line.body_base64 = payload.body
        self._file.write(self._compressor.compress(_encoder.encode(line) + b"\n"))
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def archive_path(folder: Path, registry: str, crawl_id: str) -> Path:
    """Where the payloads of a registry and crawl stand."""
    return folder / registry / f"{crawl_id}.ndjson.zst"


def read_archive(path: Path, registry: str) -> Iterator[Payload | Damaged]:
    """The payloads of one archive file in the order received, and in their places those that are damaged.

    A last line without its end, as a killed crawl leaves it, is left out.
    """
    with path.open("rb") as file:
        for start, _, frame in _frames(file):
            found = _payload(frame, registry) if isinstance(frame, bytes) else frame
            yield Damaged(path, start, found) if isinstance(found, str) else found


class ArchiveIndex:
    """Payloads of one archive file by their address: the last one stored for an address counts, and none that was
    fetched before ``oldest`` or is damaged."""

    def __init__(self, path: Path, registry: str, oldest: dt.datetime | None = None) -> None:
        self.path, self.registry = path, registry
        self._frames: dict[str, tuple[int, int]] = {}
        with path.open("rb") as file:
            for start, end, frame in _frames(file):
                stored = _payload(frame, registry) if isinstance(frame, bytes) else frame
                if isinstance(stored, Payload) and (oldest is None or stored.fetched_at >= oldest):
                    self._frames[stored.url] = (start, end)

    def __len__(self) -> int:
        return len(self._frames)

    def get(self, url: str) -> Payload | None:
        """The payload that came from this address, None when there is none."""
        if url not in self._frames:
            return None
        start, end = self._frames[url]
        with self.path.open("rb") as file:
            file.seek(start)
            stored = _payload(zstandard.ZstdDecompressor().decompress(file.read(end - start)), self.registry)
        return stored if isinstance(stored, Payload) else None


def _frames(file: BinaryIO) -> Iterator[tuple[int, int, bytes | str]]:
    """Start, end and content of every frame; of a damaged one the reason, and its end is where the next begins."""
    start = 0
    while (frame := _frame(file, start)) is not None:
        content, end = frame
        if isinstance(content, str) or end is None:
            following = _next_frame(file, start + 1)
            if following is None and end is None:
                return  # the crawl was killed while it wrote this line
            yield start, following or start, content if isinstance(content, str) else "its end is missing"
            if following is None:
                return
            start = following
        else:
            yield start, end, content
            start = end


def _frame(file: BinaryIO, start: int) -> tuple[bytes | str, int | None] | None:
    """Content and end of the frame that begins here, the reason where it is damaged; the end is None where the file
    ends before it. None at the end of the file."""
    file.seek(start)
    frame, parts, read = zstandard.ZstdDecompressor().decompressobj(), [], 0
    while not frame.eof:
        chunk = file.read(read or _CHUNK)
        if not chunk:
            return (b"", None) if read else None
        read += len(chunk)
        try:
            parts.append(frame.decompress(chunk))
        except zstandard.ZstdError as error:
            return f"cannot be decompressed: {error}", start
    return b"".join(parts), start + read - len(frame.unused_data)


def _next_frame(file: BinaryIO, start: int) -> int | None:
    """Where the first frame at or after this place begins, by its magic number; None where there is none."""
    file.seek(start)
    window = b""
    while chunk := file.read(_CHUNK):
        window += chunk
        at = window.find(_MAGIC)
        if at >= 0:
            return start + at
        kept = window[-(len(_MAGIC) - 1) :]
        start += len(window) - len(kept)
        window = kept
    return None


def _payload(frame: bytes, registry: str) -> Payload | str:
    """The payload of a line, or what is wrong with it."""
    try:
        stored = _decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return f"is no line of an archive: {error}"
    body = (stored.body_base64 if stored.body is None else stored.body.encode()) or b""
    if stored.sha256 is not None and stored.sha256 != sha256(body):
        return f"its SHA-256 is not the one stored with it ({stored.url})"
    return Payload(registry, stored.url, stored.fetched_at, body)


def archives(folder: Path, registry: str) -> list[Path]:
    """Archive files of a registry, oldest crawl first (crawl ids are time-ordered)."""
    return sorted((folder / registry).glob("*.ndjson.zst"))


class Dropped(NamedTuple):
    """Archives that were removed: files, and their bytes."""

    files: int
    bytes: int


def drop_archives(folder: Path, before: dt.datetime) -> Dropped:
    """Remove the archives of crawls that began before a time (UTC), of all registries.

    A crawl's id says when it began; a file of another name is not an archive and stays.
    """
    files = size = 0
    for path in folder.glob("*/*.ndjson.zst"):
        began = re.match(r"(\d{8}T\d{6})Z-", path.name)
        if began and dt.datetime.strptime(began[1] + "Z", "%Y%m%dT%H%M%S%z") < before:
            size += path.stat().st_size
            path.unlink()
            files += 1
    return Dropped(files, size)
