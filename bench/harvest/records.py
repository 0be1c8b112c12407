"""Studies for the bench: a file as it is, or several times as many with ids of their own."""

import gzip
import re
from pathlib import Path

_NCT = re.compile(rb"NCT0\d{7}")
MOST_COPIES = 9


def write_records(source: Path, target: Path, copies: int) -> int:
    """Write the studies of a gzipped file ``copies`` times, one a line; the number of studies written.

    Copy k differs from the original in its NCT numbers alone: their first digit, which no real number has used yet,
    becomes k.
    """
    if not 1 <= copies <= MOST_COPIES + 1:
        raise ValueError(f"copies must be between 1 and {MOST_COPIES + 1}")
    studies = 0
    with target.open("wb") as file:
        for copy in range(copies):
            digit = b"NCT%d" % copy
            with gzip.open(source) as lines:
                for line in lines:
                    file.write(_NCT.sub(lambda found, digit=digit: digit + found[0][4:], line))  # type: ignore[misc]
                    studies += 1
    return studies
