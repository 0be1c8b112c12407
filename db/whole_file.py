"""Files that are there whole or not at all, whatever comes between: a full disk, an interrupt."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A file to write into, which takes the place of ``path`` when the block ends well, and else is removed.

    What is no ordinary file, such as /dev/stdout, is written itself. Raises OSError that names the path.
    """
    is_special = path.exists() and not path.is_file()
    draft = path if is_special else path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield draft
        if not is_special:
            draft.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None
    finally:
        if not is_special:
            draft.unlink(missing_ok=True)
