"""SIGTERM and Ctrl-C end a command within seconds, in one line that says what they cost.

A signal raises `Interrupted` in the main thread, which frees what it holds on its way out. Where that thread sits in a
library that hears of no signal (a long copy of DuckDB's is one), the process ends after `PATIENCE_S` all the same: a
catalogue bears a kill at any moment, and processes that share in the work end with this one.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

PATIENCE_S = 4.0
"""Seconds from the first signal to the end, however deep the program is in a library."""
FAILED = 1
_SHOW_CURSOR = "\x1b[?25h"
"""A progress bar hides it."""

_cost: Callable[[], str] = lambda: ""  # noqa: E731
_pipe: tuple[int, int] | None = None
_is_interrupted = threading.Event()
_said = threading.Lock()


class Interrupted(BaseException):
    """The user has ended the program. No KeyboardInterrupt, which command line libraries answer for themselves."""


def is_interrupted() -> bool:
    """Whether a signal has come. A library may have made another error of `Interrupted`."""
    return _is_interrupted.is_set()


def listen() -> None:
    """Take SIGTERM and SIGINT from whoever had them; once more after a library has had them. Main thread only."""
    global _pipe
    if _pipe is None:
        _pipe = os.pipe()
        # what a process that ends at once leaves to multiprocessing's cleaner is no news to a user
        sys.warnoptions.append("ignore:resource_tracker:UserWarning")
        os.set_blocking(_pipe[1], False)
        threading.Thread(target=_watch, args=(_pipe[0],), name="signals", daemon=True).start()
    signal.set_wakeup_fd(_pipe[1], warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):  # a shell may have started us with Ctrl-C ignored
        signal.signal(number, _raise)


def leave() -> None:
    """Leave the signals to a library, which has an order of its own to stop in. Main thread only."""
    signal.set_wakeup_fd(-1)


@contextmanager
def costing(cost: Callable[[], str]) -> Iterator[None]:
    """While the block runs, an interruption says this of itself. cost: called when one comes, from any thread."""
    global _cost
    before, _cost = _cost, cost
    try:
        yield
    except BaseException:
        if is_interrupted():
            say()
        raise
    finally:
        _cost = before


def say() -> None:
    """Say in one line, once, that the program was interrupted and what that costs."""
    if not _said.acquire(blocking=False):
        return
    cost = ""
    with suppress(Exception):
        cost = _cost()
    with suppress(OSError, ValueError, AttributeError):
        cursor = _SHOW_CURSOR if sys.stderr.isatty() else ""
        os.write(2, f"{cursor}calcitrials: interrupted{': ' if cost else ''}{cost}\n".encode())


def _raise(number: int, frame: FrameType | None) -> None:
    for again in (signal.SIGTERM, signal.SIGINT):  # what frees things on its way out is not to be broken off
        signal.signal(again, signal.SIG_IGN)
    _is_interrupted.set()
    raise Interrupted


def _watch(pipe: int) -> None:
    ending = {int(signal.SIGTERM), int(signal.SIGINT)}
    while not ending & set(os.read(pipe, 64)):
        pass
    _is_interrupted.set()
    threading.Event().wait(PATIENCE_S)
    say()
    os._exit(FAILED)
