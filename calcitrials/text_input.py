"""Text that a user hands to a command, in a file or on standard input."""

import sys
from pathlib import Path

from calcitrials.errors import WRONG_USAGE, CommandError


def text_of(file: str) -> str:
    """The text of a file, of standard input for "-". Raises CommandError when it cannot be read as UTF-8."""
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode()
    except OSError as error:
        raise CommandError(f"cannot read {file}: {error.strerror}", WRONG_USAGE) from None
    except UnicodeDecodeError:
        raise CommandError(f"{file} is not text in UTF-8", WRONG_USAGE) from None
