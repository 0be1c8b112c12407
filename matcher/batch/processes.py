"""Pieces of work shared among processes: answers in order, few pieces at once, so that memory stays bounded."""

import gc
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.util import Finalize
from typing import Any, TypeVar

Piece = TypeVar("Piece")
Answer = TypeVar("Answer")
SELDOM = 50_000
"""Objects made and not yet freed before the garbage collector looks at them, in a process that answers a batch."""
LAST = -100
"""Priority of what a process does after all else."""
WAITING = 2
"""Pieces for each process that are under way or done and not yet taken."""


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def open_to_stay(start: Callable[..., Piece], *given: Any) -> Piece:
    """What a process opens for all its life; the garbage collector need not walk it again and again, and seldom needs
    to look for more: answers hold no cycles. Nor does it free all that piece by piece at its end, of which DuckDB's
    binding would report what is left.
    """
    opened = start(*given)
    gc.freeze()
    Finalize(None, os._exit, (0,), exitpriority=LAST)
    gc.set_threshold(SELDOM)
    return opened


def in_processes(
    function: Callable[[Piece], Answer],
    pieces: Iterable[Piece],
    workers: int,
    start: Callable[..., object],
    *given: Any,
) -> Iterator[Answer]:
    """The function's answer for each piece. start: called once in each process, with what is given, to open what it
    needs.

    The processes are started anew, so a script needs the usual ``if __name__ == "__main__"``.
    """
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=open_to_stay, initargs=(start, *given)) as pool:
        under_way: deque[Future[Answer]] = deque()
        try:
            for piece in pieces:
                under_way.append(pool.submit(function, piece))
                if len(under_way) >= WAITING * workers:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()
