"""Work that takes its time is done in threads, so that the page goes on answering what takes none."""

import os
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar

_Done = TypeVar("_Done")
_Given = TypeVarTuple("_Given")
_Limit: RunVar[anyio.CapacityLimiter] = RunVar("calcitrials_threads")


async def in_thread(work: Callable[[*_Given], _Done], *given: *_Given) -> _Done:
    """Work done in a thread, as soon as one is free: no more run at once than there are processors, and what came first
    is done first. More would only keep each other waiting, the quick ones behind the slow.
    """
    limit = _Limit.get(None)
    if limit is None:
        limit = anyio.CapacityLimiter(max(2, os.cpu_count() or 1))
        _Limit.set(limit)
    return await anyio.to_thread.run_sync(work, *given, limiter=limit)
