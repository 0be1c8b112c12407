"""Files that a person downloaded by hand, for registries that allow no crawler."""

import datetime as dt
from pathlib import Path

from crawler.harvest import Harvest
from crawler.readers.ictrp import record as ictrp
from db.crawls import CrawlReport


def import_ictrp(harvest: Harvest, path: Path) -> CrawlReport:
    """Import a WHO ICTRP export (XML or CSV, plain or compressed) record by record, in bounded memory.

    The records count as fetched when the file was last written. They never replace what a registry's own spider
    brought. A file that is cut short or damaged leaves the import incomplete. Raises OSError when the file cannot be
    read.
    """
    fetched_at = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    with path.open("rb") as file:
        registry_harvest = harvest.begin("ictrp", f"file: {path.name}", None, archive=False)
        problems: list[str] = []
        for reading in ictrp.stream(file, fetched_at, f"file:{path.name}"):
            registry_harvest.take(reading)
            problems += reading.problems
    return registry_harvest.finish(problems=tuple(problems))
