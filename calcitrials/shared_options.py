"""What several command modules share: the option of the catalogue's folder, and the log on stderr."""

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from calcitrials.rows import console_for

CatalogOption = Annotated[
    Path, typer.Option("--catalog", envvar="CALCITRIALS_CATALOG", help="Folder of the catalogue.")
]
DEFAULT_CATALOG = Path("catalog")

console = console_for(sys.stderr)


def log_to_stderr(verbose: bool) -> None:
    """Log lines on stderr: ours always unless a progress bar says it, Scrapy's from warnings on."""
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING)
    level = logging.DEBUG if verbose else logging.WARNING if console.is_terminal else logging.INFO
    for room in ("calcitrials", "crawler", "matcher", "db"):
        logging.getLogger(room).setLevel(level)
