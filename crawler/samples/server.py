"""Stand-ins of trial registries on loopback: they speak a registry's wire format from bundled records.

A stand-in is a module of this package with ``BASE_PATH`` and ``application``; it is found by that alone,
so a new registry is a new module and nothing else.
"""

import asyncio
import pkgutil
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

import uvicorn
from starlette.applications import Starlette

HOST = "127.0.0.1"


class StandIn(Protocol):
    """What a module of this package offers to be served as a registry.

    BASE_PATH: path of the registry's interface below its host ("/api/v2").
    application: the registry as an ASGI application, over the bundled records or those of a file.
    """

    BASE_PATH: str

    def application(self, records: Path | None = None) -> Starlette:
        """The stand-in; ``records`` replaces the bundled records by those of a file."""
        ...


def stand_ins() -> dict[str, StandIn]:
    """Every stand-in of this package by the name of its registry, sorted."""
    package = import_module(__package__)
    names = sorted(found.name for found in pkgutil.iter_modules(package.__path__) if not found.name.startswith("_"))
    modules = {name: import_module(f"{__package__}.{name}") for name in names}
    return {
        name: cast(StandIn, module)
        for name, module in modules.items()
        if hasattr(module, "BASE_PATH") and hasattr(module, "application")
    }


def listen(port: int = 0) -> socket.socket:
    """A socket that already listens on loopback, so its address may be given out before the server runs.

    port: 0 takes a free one. Raises OSError when the port is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def base_url(stand_in: StandIn, listener: socket.socket) -> str:
    """The address that takes the place of the registry's own."""
    return f"http://{HOST}:{listener.getsockname()[1]}{stand_in.BASE_PATH}"


def http_server(application: Starlette) -> uvicorn.Server:
    """A quiet HTTP server for one stand-in; the process's own logging is left as it is."""
    return uvicorn.Server(
        uvicorn.Config(
            application,
            lifespan="off",
            ws="none",
            log_config=None,
            log_level="error",
            access_log=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=2,
        )
    )


@contextmanager
def serve(*registries: str, records: Mapping[str, Path] | None = None) -> Iterator[dict[str, str]]:
    """Serve stand-ins from a background thread, each on a free loopback port, until the block ends.

    registries: names of stand-ins, all of them when none is given.
    records: a file of records by registry, in place of the bundled ones.
    Yields the base url by registry, e.g. {"ctgov": "http://127.0.0.1:45123/api/v2"}.
    Raises ValueError for a registry without a stand-in and for records that cannot be read.
    """
    known = stand_ins()
    chosen = tuple(dict.fromkeys(registries)) or tuple(known)
    files = dict(records or {})
    if unknown := sorted({*chosen, *files} - set(known)):
        raise ValueError(f"no sample registry named {', '.join(unknown)}; there are: {', '.join(known)}")
    if idle := sorted(set(files) - set(chosen)):
        raise ValueError(f"records given for {', '.join(idle)}, which is not served")
    servers = {name: http_server(known[name].application(files.get(name))) for name in chosen}
    listeners: dict[str, socket.socket] = {}
    try:
        for name in chosen:
            listeners[name] = listen()
        urls = {name: base_url(known[name], listeners[name]) for name in chosen}
        with _running([(servers[name], listeners[name]) for name in chosen]):
            yield urls
    finally:
        for listener in listeners.values():
            listener.close()


@contextmanager
def _running(pairs: list[tuple[uvicorn.Server, socket.socket]]) -> Iterator[None]:
    """Run the servers in one event loop of one thread; both are gone when the block ends."""

    async def run_all() -> None:
        await asyncio.gather(*(server.serve(sockets=[listener]) for server, listener in pairs))

    thread = threading.Thread(target=asyncio.run, args=(run_all(),), name="sample-registries", daemon=True)
    thread.start()
    try:
        yield
    finally:
        for server, _ in pairs:
            server.should_exit = True
        thread.join()
