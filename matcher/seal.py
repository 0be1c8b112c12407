"""What is kept on disk in many files and memory-mapped, sealed: a file whose bits have changed is noticed.

A seal holds of each file the checksum of its bytes, and when the file system says it was last written. A file that was
written since, such as one of a copy or one that is damaged, is read and compared before it is used. All others are not
read, so that opening costs the same however large they are; what a disk forgets without writing, ``verified`` finds.
"""

import tempfile
import zlib
from contextlib import suppress
from pathlib import Path

import msgspec

_NAME = "seal.json"
_CHUNK = 1 << 20


class _Sealed(msgspec.Struct, frozen=True):
    """written: time of the last change (ns since 1970) of bytes and of the file's entry, as the file system says."""

    size: int
    crc32: int
    written: tuple[int, int]


def seal(folder: Path) -> None:
    """Seal all files that are now in a folder and below. Raises OSError."""
    files = (path for path in folder.rglob("*") if path.is_file())
    _write(folder, {path.relative_to(folder).as_posix(): _sealed(path) for path in files})


def is_whole(folder: Path, *, every_file: bool = False) -> bool:
    """Whether the files of a sealed folder are what they were. every_file: read all, whatever the file system says."""
    try:
        kept = msgspec.json.decode((folder / _NAME).read_bytes(), type=dict[str, _Sealed])
        found = {
            name: one if not every_file and _written(folder / name) == one.written else _sealed(folder / name)
            for name, one in kept.items()
        }
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return False
    if any((found[name].size, found[name].crc32) != (one.size, one.crc32) for name, one in kept.items()):
        return False
    if found != kept:
        with suppress(OSError):
            _write(folder, found)  # whole, and in a place of its own: the next one need not read it again
    return True


def _write(folder: Path, sealed: dict[str, _Sealed]) -> None:
    with tempfile.NamedTemporaryFile(dir=folder, prefix=_NAME, delete=False) as draft:
        try:
            draft.write(msgspec.json.encode(sealed))
            draft.flush()
            Path(draft.name).chmod(0o644)
            Path(draft.name).replace(folder / _NAME)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise


def _written(file: Path) -> tuple[int, int]:
    stat = file.stat()
    return stat.st_mtime_ns, stat.st_ctime_ns


def _sealed(file: Path) -> _Sealed:
    written, size, found = _written(file), 0, 0
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK):
            found, size = zlib.crc32(chunk, found), size + len(chunk)
    return _Sealed(size, found, written)
