"""Questions in SQL over the published catalogue, on a connection that can do no harm.

Read-only, without access to files or the network, without spilling to disk, and with a time limit: a sort of a
runaway join would otherwise write tens of gigabytes beside the catalogue. Rows are handed on as the database finds
them.
"""

import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import duckdb

from calcitrials.errors import WRONG_USAGE, CommandError
from db.catalogue import Catalogue

MEMORY_LIMIT = "1GB"
"""What the database may hold to answer a question."""
PROCESS_MEMORY_BYTES = 3 << 30
"""What the program may hold besides, such as a value of many million parts on its way to be printed."""
TIME_LIMIT_S = 60.0
ROWS_AT_ONCE = 100
GRACE_S = 1.0
"""How long after the time limit a reader who takes nothing is given up."""


class Answer(NamedTuple):
    """Column names, and rows in the order of the query, to be read once and to their end."""

    columns: list[str]
    rows: Iterator[tuple[Any, ...]]


def ask(catalogue: Catalogue, sql: str, time_limit_s: float = TIME_LIMIT_S) -> Answer:
    """Run one question. time_limit_s: seconds until the last row is taken.

    Raises CommandError with DuckDB's own first line when it cannot be answered, also while rows are taken.
    """
    try:
        sql.encode()
    except UnicodeEncodeError:
        raise CommandError("the question is not text in UTF-8", WRONG_USAGE) from None
    rows = _answered(catalogue, sql, time_limit_s)
    columns = [str(name) for name in next(rows)]
    return Answer(columns, rows)


def _answered(catalogue: Catalogue, sql: str, time_limit_s: float) -> Iterator[tuple[Any, ...]]:
    """The names of the columns, then the rows; the first of them are there before the names are handed out."""
    connection = catalogue.connect()
    until = time.monotonic() + time_limit_s
    timer = threading.Timer(time_limit_s, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        connection.execute("SET temp_directory = ''")  # refused once external access is off
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        result = connection.execute(sql)
        if result is None:  # DuckDB's answer to an empty text or a comment alone
            raise CommandError("there is no question in this text", WRONG_USAGE)
        rows = result.fetchmany(ROWS_AT_ONCE)
        yield tuple(column[0] for column in result.description or [])
        while rows:
            yield from rows
            if time.monotonic() >= until:
                raise _took_too_long(time_limit_s)
            rows = result.fetchmany(ROWS_AT_ONCE)
    except duckdb.InterruptException:
        raise _took_too_long(time_limit_s) from None
    except (duckdb.OutOfMemoryException, MemoryError):
        raise CommandError(f"the question needs more than {MEMORY_LIMIT} of memory and was stopped") from None
    except duckdb.Error as error:
        raise CommandError(_first_lines(error), WRONG_USAGE) from None
    finally:
        timer.cancel()
        connection.close()


def _took_too_long(time_limit_s: float) -> CommandError:
    return CommandError(f"the question took longer than {time_limit_s:g} s and was stopped")


@contextmanager
def bounded(time_limit_s: float) -> Iterator[None]:
    """For a program that prints an answer: it ends also where nobody reads what it prints, and holds no more than
    `PROCESS_MEMORY_BYTES`. Main thread only.
    """

    def end(number: int, frame: FrameType | None) -> None:
        with suppress(OSError):
            nowhere = Path("/dev/null").open("w")  # noqa: SIM115 - it takes the place of stdout to the end
            sys.stdout = nowhere
        raise _took_too_long(time_limit_s)

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limits = [PROCESS_MEMORY_BYTES, *(limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY)]
    resource.setrlimit(resource.RLIMIT_DATA, (min(limits), hard))
    signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, time_limit_s + GRACE_S)
    try:
        yield
        sys.stdout.flush()
    except MemoryError:
        raise CommandError(f"a row needs more than {PROCESS_MEMORY_BYTES >> 30} GB of memory") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _first_lines(error: duckdb.Error) -> str:
    """DuckDB's message without its drawing of the query."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    kept = [line for line in lines if not line.startswith(("LINE ", "^"))]
    return "the question cannot be answered: " + " ".join(kept)
