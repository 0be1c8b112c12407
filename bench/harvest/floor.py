"""The floor: the same pages with the plainest client, then ``read_json`` of the same columns into a table.

    python -m bench.harvest.floor BASE_URL FOLDER

Prints {"trials", "seconds"}: seconds from the first request until the database is written and closed.
"""

import json
import re
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from bench.harvest.loading import load_pages

TOKEN = re.compile(rb'"nextPageToken":"([\w-]+)"')


def main(base_url: str, folder: Path) -> None:
    began = time.perf_counter()
    download(base_url, folder)
    trials = load_pages(folder / "floor.duckdb", folder)
    print(json.dumps({"trials": trials, "seconds": time.perf_counter() - began}))


def download(base_url: str, folder: Path) -> None:
    """Save every page of the registry as it comes, over one connection."""
    url = urlsplit(base_url)
    connection = HTTPConnection(url.netloc)
    token, page = "", 0
    while True:
        connection.request("GET", f"{url.path}/studies?pageSize=1000" + (f"&pageToken={token}" if token else ""))
        body = connection.getresponse().read()
        (folder / f"{page:05}.json").write_bytes(body)
        # the token stands behind the studies, so the last part of a page is enough to look at
        found = TOKEN.search(body[-200:])
        if found is None:
            return
        token, page = found[1].decode(), page + 1


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
