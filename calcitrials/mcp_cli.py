"""The command ``mcp``: the matcher as tools for an assistant."""

from pathlib import Path
from typing import Annotated

import typer

from calcitrials.errors import CommandError


def mcp(
    catalog: Annotated[
        Path, typer.Option("--catalog", envvar="CALCITRIALS_CATALOG", help="Folder of the catalogue.")
    ] = Path("catalog"),
) -> None:
    """Serve search, trial, similar and screen as tools of the Model Context Protocol over stdin and stdout.

    For an assistant on this machine, which starts the command itself. Needs the extra: pip install 'calcitrials[mcp]'.
    """
    try:
        from calcitrials.mcp_server import mcp_server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "mcp":
            raise
        raise CommandError("this needs the extra mcp: pip install 'calcitrials[mcp]'") from None
    mcp_server(catalog).run("stdio")
