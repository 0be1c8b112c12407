"""What a registry said of one trial, byte for byte, from the payload archive."""

import datetime as dt
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from db.archive import archives, read_archive
from db.payload import Payload
from db.trial import sha256

_CRAWL_TIME = "%Y%m%dT%H%M%SZ"
"""How the name of an archive begins: when its crawl did."""


def find_payload(payloads: Path, registry: str, url: str, fetched_at: dt.datetime) -> Payload | None:
    """The archived answer that came from this address at this time (UTC); None where no whole one is archived.

    registry: as its archive is named, of an aggregator's copy the aggregator.
    """
    for path in _likely_first(archives(payloads, registry), fetched_at):
        for stored in read_archive(path, registry):
            if isinstance(stored, Payload) and stored.url == url and _naive(stored.fetched_at) == _naive(fetched_at):
                return stored
    return None


def own_bytes(payload: Payload, record_sha256: str) -> bytes:
    """The record with this digest in an answer that holds several; the whole answer where it is not told apart."""
    reader = import_module(f"crawler.readers.{payload.registry}")
    split = getattr(reader, "records", None)
    found = (bytes(record) for record in (split(payload.body) if split else ()))
    return next((record for record in found if sha256(record) == record_sha256), payload.body)


def _likely_first(paths: list[Path], fetched_at: dt.datetime) -> Iterator[Path]:
    """Archives of crawls that had begun by then, the last of them first; then the others."""
    begun = f"{_naive(fetched_at):{_CRAWL_TIME}}"
    yield from reversed([path for path in paths if path.name[: len(begun)] <= begun])
    yield from (path for path in paths if path.name[: len(begun)] > begun)


def _naive(time: dt.datetime) -> dt.datetime:
    return time.astimezone(dt.UTC).replace(tzinfo=None) if time.tzinfo else time
