"""Peer: the PyPI client ``pytrials``, helped over its limit of one page; its studies into DuckDB.

    python -m bench.harvest.peer_pytrials BASE_URL FOLDER      (in an environment with pytrials, pandas and duckdb)

pytrials asks for 1,000 studies at most and knows no paging. It pastes its search expression into the address as it
is, so a page token can ride behind it: that is how it is made to fetch everything, which by itself it cannot. Its
base address is a class attribute, which a subclass replaces. Two parameters that it always sends (markupFormat=legacy
and query.term) are unknown to the stand-in and taken out of the address before the request; nothing else of it
is touched. It returns decoded pages, its documentation goes on with pandas, and DuckDB reads the data frame.
"""

import json
import re
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.harvest.loading import load_frame

NOT_SERVED = re.compile(r"&?(?:markupFormat|query\.term)=[^&]*")


def main(base_url: str, folder: Path) -> None:
    pandas: Any = import_module("pandas")
    utils: Any = import_module("pytrials.utils")
    request = utils.request_ct
    utils.request_ct = lambda url: request(NOT_SERVED.sub("", url))
    client_class: Any = import_module("pytrials.client").ClinicalTrials
    redirected: Any = type("Redirected", (client_class,), {"_BASE_URL": f"{base_url}/"})
    began = time.perf_counter()
    client = redirected()
    frames, token = [], ""
    while True:
        page = client.get_full_studies(f"&pageToken={token}" if token else "", max_studies=1000, fmt="json")
        frames.append(pandas.json_normalize(page["studies"]))
        token = page.get("nextPageToken")
        if not token:
            break
    trials = load_frame(folder / "peer.duckdb", pandas.concat(frames, ignore_index=True))
    print(json.dumps({"trials": trials, "seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
