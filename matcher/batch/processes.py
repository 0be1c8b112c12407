"""Pieces of work shared among processes: answers in order, few pieces at once, so that memory stays bounded."""

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import connection, get_context, parent_process
from multiprocessing.util import Finalize
from threading import Thread
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


def worker_processes(workers: int, start: Callable[..., object], *given: Any, niceness: int = 0) -> ProcessPoolExecutor:
    """Processes that share work, started anew when they are first needed.

    start: called once in each, with what is given, to open what it needs. niceness: how far they give way to others.
    They end with the process that started them, however it ends, and leave an interrupt from the keyboard to it.
    """
    return ProcessPoolExecutor(workers, get_context("spawn"), initializer=_begin, initargs=(niceness, start, *given))


def _begin(niceness: int, start: Callable[..., object], *given: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if niceness and hasattr(os, "nice"):
        os.nice(niceness)
    Thread(target=_end_with_parent, daemon=True).start()
    open_to_stay(start, *given)


def _end_with_parent() -> None:
    """A killed process cannot end those that it started, and they would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(0)


def end_processes(pool: ProcessPoolExecutor) -> None:
    """End the processes of a pool at once, whatever they are at."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
    for process in processes:
        process.join()


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
    with worker_processes(workers, start, *given) as pool:
        yield from shared(pool, function, pieces, workers)


def shared(
    pool: ProcessPoolExecutor, function: Callable[[Piece], Answer], pieces: Iterable[Piece], workers: int
) -> Iterator[Answer]:
    """The function's answer for each piece, in order, by processes that are there already."""
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
