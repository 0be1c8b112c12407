"""The command ``serve``: the page for clinicians."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from calcitrials.errors import WRONG_USAGE, CommandError


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; others than this machine's own need a token.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 1,
    name: Annotated[
        list[str] | None, typer.Option(help="Name by which browsers call the page behind a proxy; may be repeated.")
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(help="Site whose pages may ask the interfaces for programs (CORS), as https://name; repeatable."),
    ] = None,
    token: Annotated[
        str | None, typer.Option(envvar="CALCITRIALS_TOKEN", help="What visitors must know; better set as a variable.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            envvar="CALCITRIALS_PAGE_DATA",
            help="Folder for watches and the ciphertext of shared notes. Default: `page` in the catalogue.",
        ),
    ] = None,
    catalog: Annotated[
        Path, typer.Option("--catalog", envvar="CALCITRIALS_CATALOG", help="Folder of the catalogue.")
    ] = Path("catalog"),
) -> None:
    """Serve the page: search, checklist, browsing, notes, watches. It shows a newer catalogue without a restart.

    On this machine alone unless told otherwise; for others it demands a token, and a proxy with TLS in front.
    """
    import socket

    import uvicorn

    from calcitrials.web.settings import hand_over, is_loopback, settings_for

    settings = settings_for(catalog, host, tuple(name or ()), token, data, tuple(origin or ()))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            raise CommandError(f"cannot listen on {host}:{port}: {error.strerror}", WRONG_USAGE) from None
        port = listening.getsockname()[1]
    hand_over(settings)
    shown = f"[{host}]" if ":" in host else host
    print(f"calcitrials: the page is at http://{shown}:{port}, Ctrl+C ends it", file=sys.stderr)
    if not is_loopback(host):
        print("calcitrials: it answers only what comes through TLS (X-Forwarded-Proto: https)", file=sys.stderr)
    uvicorn.run(
        "calcitrials.web.app:served", factory=True, host=host, port=port, workers=workers, access_log=False,
        server_header=False, proxy_headers=False, log_level="warning", timeout_graceful_shutdown=10,
    )  # fmt: skip
