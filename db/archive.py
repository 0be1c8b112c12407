"""Payload archive: what the registries said, kept compressed by registry and crawl.

One file for each crawl, ``payloads/<registry>/<crawl_id>.ndjson.zst``: one JSON object a line, each line a
zstd frame of its own, so that a crawl killed in the middle of a write loses that line alone, and
``zstdcat FILE | jq`` or DuckDB's ``read_json`` reads it without this program.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
import zstandard

from db.payload import Payload


class _Line(msgspec.Struct, omit_defaults=True):
    """A payload as it is stored: text where the body is UTF-8, base64 where it is not."""

    url: str
    fetched_at: dt.datetime
    body: str | None = None
    body_base64: bytes | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Line)


class ArchiveWriter:
    """Appends the payloads of one registry in one crawl. Close it when done."""

    def __init__(self, folder: Path, registry: str, crawl_id: str) -> None:
        self.path = archive_path(folder, registry, crawl_id)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("ab")
        self._compressor = zstandard.ZstdCompressor(level=1)

    def append(self, payload: Payload) -> None:
        """Store a payload; it survives a kill of the process once this returns."""
        line = _Line(payload.url, payload.fetched_at)
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


def read_archive(path: Path, registry: str) -> Iterator[Payload]:
    """The payloads of one archive file, in the order received; a torn last line is left out."""
    with path.open("rb") as file:
        for _, _, line in _frames(file):
            yield _payload(_decoder.decode(line), registry)


class ArchiveIndex:
    """Payloads of one archive file by their address: the last one stored for an address counts, and none that was
    fetched before ``oldest``."""

    def __init__(self, path: Path, registry: str, oldest: dt.datetime | None = None) -> None:
        self.path, self.registry = path, registry
        self._frames: dict[str, tuple[int, int]] = {}
        with path.open("rb") as file:
            for start, end, line in _frames(file):
                stored = _decoder.decode(line)
                if oldest is None or stored.fetched_at >= oldest:
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
            line = zstandard.ZstdDecompressor().decompress(file.read(end - start))
        return _payload(_decoder.decode(line), self.registry)


def _frames(file: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """Start, end and content of every whole frame."""
    start, buffered = 0, b""
    while True:
        frame, parts = zstandard.ZstdDecompressor().decompressobj(), []
        end = start
        while not frame.eof:
            chunk = buffered or file.read(1 << 20)
            buffered = b""
            if not chunk:
                return
            try:
                parts.append(frame.decompress(chunk))
            except zstandard.ZstdError:
                return
            end += len(chunk)
        buffered = frame.unused_data
        end -= len(buffered)
        yield start, end, b"".join(parts)
        start = end


def _payload(stored: _Line, registry: str) -> Payload:
    body = stored.body_base64 if stored.body is None else stored.body.encode()
    return Payload(registry, stored.url, stored.fetched_at, body or b"")


def archives(folder: Path, registry: str) -> list[Path]:
    """Archive files of a registry, oldest crawl first (crawl ids are time-ordered)."""
    return sorted((folder / registry).glob("*.ndjson.zst"))
