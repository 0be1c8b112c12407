"""Peer: the PyPI client ``pycli-trials``, which pages by itself; its data frame into DuckDB.

    python -m bench.harvest.peer_pycli_trials BASE_URL FOLDER      (in an environment with pycli-trials and duckdb)

Its base address is a class attribute, which a subclass replaces; nothing else of it is touched.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.harvest.loading import load_frame


def main(base_url: str, folder: Path) -> None:
    client_class: Any = import_module("pyct.client").ClinicalTrials
    redirected: Any = type("Redirected", (client_class,), {"BASE": base_url})
    began = time.perf_counter()
    trials = load_frame(folder / "peer.duckdb", redirected().get_studies())
    print(json.dumps({"trials": trials, "seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
