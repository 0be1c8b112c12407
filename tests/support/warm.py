"""``calcitrials`` from a process that has imported everything already: most of a short command's time is its start.

A server, started once for a test process, forks for each command. The command has a process, an environment, a folder
and streams of its own and runs ``calcitrials.cli.main``, as the installed program does; tests of signals, locks and
schedules start that program itself (``running.start``).
"""

import atexit
import gc
import importlib
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Any, NamedTuple

PRELOADED = ("calcitrials.cli", "calcitrials.crawling", "calcitrials.matching", "calcitrials.progress")
READ_FROM_THE_ENVIRONMENT = ("crawler.settings",)
"""Modules that look at the environment when they are imported: imported anew for each command."""


class Ended(NamedTuple):
    """How a command ended. status: its exit status, or minus the signal that killed it."""

    status: int
    out: str
    err: str


def run(
    arguments: Sequence[str], env: Mapping[str, str], cwd: Path | None, stdin: str | None, timeout_s: float
) -> Ended:
    """Run ``calcitrials`` with these arguments to its end. Raises TimeoutError."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write((stdin or "").encode())
        given.seek(0)
        request = {
            "arguments": list(arguments),
            "env": dict(env),
            "cwd": os.fspath(cwd or Path.cwd()),
            "largest_file": resource.getrlimit(resource.RLIMIT_FSIZE),
        }
        connection = _server()
        connection.settimeout(timeout_s)
        socket.send_fds(connection, [json.dumps(request).encode()], [given.fileno(), out.fileno(), err.fileno()])
        status = int(connection.recv(64))
        return Ended(status, _text(out), _text(err))


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode()


@cache
def _server() -> socket.socket:
    """The connection to the server, which is started here."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-m", "tests.support.warm", str(theirs.fileno())]
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(command, cwd=root, pass_fds=[theirs.fileno()])
    theirs.close()

    def end() -> None:
        ours.close()  # the server ends with its connection
        process.wait()

    atexit.register(end)
    return ours


def serve(connection: socket.socket) -> None:
    """Fork for each request and answer with the exit status, until the connection is closed."""
    for name in PRELOADED:
        importlib.import_module(name)
    from crawler.registries import spiders
    from matcher.terminology import default

    spiders()
    default()
    gc.freeze()
    while True:
        request, streams, _, _ = socket.recv_fds(connection, 1 << 20, 3)
        if not request:
            return
        child = os.fork()
        if child == 0:
            connection.close()
            status = _command(json.loads(request), streams)
            for output in (sys.stdout, sys.stderr):
                with suppress(OSError, ValueError):
                    output.flush()
            os._exit(status)  # DuckDB's binding would report what the forked process leaves to its parent
        for stream in streams:
            os.close(stream)
        _, ended = os.waitpid(child, 0)
        connection.send(str(os.waitstatus_to_exitcode(ended)).encode())


def _command(request: Mapping[str, Any], streams: Sequence[int]) -> int:
    """Run the command in this process, which is its own; the exit status."""
    from calcitrials.cli import main

    for target, stream in enumerate(streams):
        os.dup2(stream, target)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    resource.setrlimit(resource.RLIMIT_FSIZE, request["largest_file"])
    for name in READ_FROM_THE_ENVIRONMENT:
        sys.modules.pop(name, None)
    sys.argv = ["calcitrials", *request["arguments"]]
    sys.modules["__main__"].__package__ = None  # by which the usage would call itself "python -m"
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
