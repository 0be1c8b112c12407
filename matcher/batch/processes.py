"""Pieces of work shared among processes: answers in order, few pieces at once, so that memory stays bounded."""

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
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
_CAN_BLOCK = hasattr(signal, "pthread_sigmask")
WAITING = 2
"""Pieces for each process that are under way or done and not yet taken."""
MOST_LOST = 5
"""Pieces in succession at which processes die before the work is given up: it is not the pieces then."""


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
    lost: Callable[[Piece], Answer] | None = None,
) -> Iterator[Answer]:
    """The function's answer for each piece, in order. start: called once in each process, with what is given, to open
    what it needs.

    lost: what stands in for the answer to a piece at which a process has died twice, the second time alone with it.
    Without it the death of a process is an error, `BrokenProcessPool`; so it is where processes die at `MOST_LOST`
    pieces in succession. The processes are started anew, so a script needs the usual ``if __name__ == "__main__"``.
    """
    remaining = iter(pieces)
    under_way: deque[tuple[Piece, Future[Answer]]] = deque()
    lost_in_succession = 0
    while True:
        with worker_processes(workers, start, *given) as pool:
            try:
                yield from _handed_out(pool, function, remaining, workers, under_way)
                return
            except BrokenProcessPool:
                if lost is None:
                    raise
        for piece, answer in _one_by_one([piece for piece, _ in under_way], function, start, *given):
            lost_in_succession = 0 if answer else lost_in_succession + 1
            if lost_in_succession == MOST_LOST:
                raise BrokenProcessPool(f"processes died at {MOST_LOST} pieces of work in succession")
            yield answer.result() if answer else lost(piece)
        under_way.clear()


def _one_by_one(
    pieces: Iterable[Piece], function: Callable[[Piece], Answer], start: Callable[..., object], *given: Any
) -> Iterator[tuple[Piece, Future[Answer] | None]]:
    """Pieces that were under way when a process died, each alone in a process, so that it is seen which kills it; None
    for that one."""
    waiting = deque(pieces)
    while waiting:
        with worker_processes(1, start, *given) as pool:
            tried = 0
            while waiting:
                piece = waiting.popleft()
                try:
                    future = submit(pool, function, piece)
                except BrokenProcessPool:
                    if tried:  # the process died after it had answered: this piece is not what killed it
                        waiting.appendleft(piece)
                        break
                    future = _refused()
                tried += 1
                if isinstance(future.exception(), BrokenProcessPool):
                    yield piece, None
                    break
                yield piece, future


def shared(
    pool: ProcessPoolExecutor, function: Callable[[Piece], Answer], pieces: Iterable[Piece], workers: int
) -> Iterator[Answer]:
    """The function's answer for each piece, in order, by processes that are there already."""
    yield from _handed_out(pool, function, iter(pieces), workers, deque())


def _handed_out(
    pool: ProcessPoolExecutor,
    function: Callable[[Piece], Answer],
    pieces: Iterator[Piece],
    workers: int,
    under_way: deque[tuple[Piece, Future[Answer]]],
) -> Iterator[Answer]:
    """As `shared`. under_way: where pieces stand whose answers were not yielded, in order, also after an error."""
    try:
        for piece in pieces:
            under_way.append((piece, _refused()))
            under_way[-1] = (piece, submit(pool, function, piece))
            if len(under_way) >= WAITING * workers:
                yield _first(under_way)
        while under_way:
            yield _first(under_way)
    finally:
        for _, future in under_way:
            future.cancel()


def _refused() -> Future[Any]:
    """What stands for a piece that a pool did not take, as it was broken by then."""
    future: Future[Any] = Future()
    future.set_exception(BrokenProcessPool())
    return future


def _first(under_way: deque[tuple[Piece, Future[Answer]]]) -> Answer:
    answer = under_way[0][1].result()
    under_way.popleft()
    return answer


def submit(pool: ProcessPoolExecutor, function: Callable[[Piece], Answer], piece: Piece) -> Future[Answer]:
    """Hand a piece to the processes of a pool. A process that is started for it never hears of a Ctrl-C, not even while
    it imports what it needs: the one that started it does.

    Raises BrokenProcessPool where a process has died, also when that is found while another is started, whose pipes are
    closed by then: the system says so in several ways.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if _CAN_BLOCK else None
    try:
        return pool.submit(function, piece)
    except (OSError, EOFError, ValueError) as error:
        raise BrokenProcessPool(f"no process could be started: {error}") from error
    finally:
        if before is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
