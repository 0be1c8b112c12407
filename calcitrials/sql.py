"""Questions in SQL over the published catalogue, on a connection that can do no harm.

Read-only, without access to files or the network, without spilling to disk, and with a time limit: a sort of a
runaway join would otherwise write tens of gigabytes beside the catalogue.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import duckdb

from calcitrials.errors import WRONG_USAGE, CommandError
from db.catalogue import Catalogue

MEMORY_LIMIT = "2GB"
TIME_LIMIT_S = 60.0


class Answer(NamedTuple):
    """Column names and rows, in the order of the query."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def ask(catalogue: Catalogue, sql: str, time_limit_s: float = TIME_LIMIT_S) -> Answer:
    """Run one question. Raises CommandError with DuckDB's own first line when it cannot be answered."""
    try:
        sql.encode()
    except UnicodeEncodeError:
        raise CommandError("the question is not text in UTF-8", WRONG_USAGE) from None
    connection = catalogue.connect()
    try:
        connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        connection.execute("SET temp_directory = ''")  # refused once external access is off
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        with _time_limit(connection, time_limit_s):
            result = connection.execute(sql)
            if result is None:  # DuckDB's answer to an empty text or a comment alone
                raise CommandError("there is no question in this text", WRONG_USAGE)
            return Answer([column[0] for column in result.description or []], result.fetchall())
    except duckdb.InterruptException:
        raise CommandError(f"the question took longer than {time_limit_s:g} s and was stopped") from None
    except duckdb.OutOfMemoryException:
        raise CommandError(f"the question needs more than {MEMORY_LIMIT} of memory and was stopped") from None
    except duckdb.Error as error:
        raise CommandError(_first_lines(error), WRONG_USAGE) from None
    finally:
        connection.close()


@contextmanager
def _time_limit(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _first_lines(error: duckdb.Error) -> str:
    """DuckDB's message without its drawing of the query."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    kept = [line for line in lines if not line.startswith(("LINE ", "^"))]
    return "the question cannot be answered: " + " ".join(kept)
