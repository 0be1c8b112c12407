"""What a user hands to a command in a file, or on standard input, which every command calls "-"."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from calcitrials.errors import WRONG_USAGE, CommandError

STDIN = "-"


@contextmanager
def file_of(file: Path) -> Iterator[Path]:
    """A file that can be read more than once; standard input is copied into one. Raises CommandError."""
    if str(file) != STDIN:
        yield file
        return
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder) / "stdin"
        try:
            with copied.open("wb") as copy:
                shutil.copyfileobj(sys.stdin.buffer, copy)
        except OSError as error:
            raise CommandError(f"cannot read {file}: {error.strerror}", WRONG_USAGE) from None
        yield copied


def text_of(file: str) -> str:
    """The text of a file, of standard input for "-". Raises CommandError when it cannot be read as UTF-8."""
    try:
        raw = sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
        return raw.decode()
    except OSError as error:
        raise CommandError(f"cannot read {file}: {error.strerror}", WRONG_USAGE) from None
    except UnicodeDecodeError:
        raise CommandError(f"{file} is not text in UTF-8", WRONG_USAGE) from None
