"""Progress of a crawl: a bar on a terminal, plain log lines elsewhere. Always on stderr."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from crawler.harvest import Progress as Report

SECONDS_BETWEEN_LINES = 10.0

logger = logging.getLogger(__name__)


@contextmanager
def showing_progress(console: Console) -> Iterator[Report]:
    """What a harvest calls with registry, records received and records expected."""
    if console.is_terminal:
        with _bar(console) as report:
            yield report
    else:
        yield _lines()


@contextmanager
def _bar(console: Console) -> Iterator[Report]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=console, transient=True) as bar:

        def report(registry: str, received: int, expected: int | None) -> None:
            if registry not in tasks:
                tasks[registry] = bar.add_task(registry, total=expected)
            bar.update(tasks[registry], completed=received, total=expected)

        yield report


def _lines() -> Report:
    last: dict[str, float] = {}

    def report(registry: str, received: int, expected: int | None) -> None:
        now = time.monotonic()
        if now - last.get(registry, 0.0) >= SECONDS_BETWEEN_LINES:
            last[registry] = now
            of = "" if expected is None else f" of {expected}"
            logger.info("%s: %d%s records received", registry, received, of)

    return report
