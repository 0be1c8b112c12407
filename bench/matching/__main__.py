"""How good and how fast the matcher is, beside its rivals on the same inputs in the same run.

    python -m bench.matching [--only PART]... [--quick] [--seed N] [--table FILE]

Needs the shared data beside the repository. Rivals come from PyPI into environments in a cache folder
(CALCITRIALS_BENCH_CACHE), the first time only.
"""

import argparse
import secrets
import tempfile
import time
from pathlib import Path

from bench.matching import ablation, comorbid, reading, trec, unseen, vocabularies
from bench.matching import charts as match_charts
from bench.matching import folds as match_folds
from bench.matching import gold as match_gold
from bench.matching import latency as match_latency
from bench.matching import terms as match_terms
from bench.matching import typos as match_typos
from bench.matching.cache import SHARED
from bench.matching.report import Row, print_table

PARTS = (
    "gold", "unseen", "comorbid", "trec", "reading", "charts", "folds", "vocabularies", "terms", "typos", "latency",
)  # fmt: skip
ON_DEMAND = ("ablation",)
"""Asked for by name only: they take long and say what to build, not how good it is."""
OF_REGISTRY = {
    "unseen": unseen.measure,
    "vocabularies": vocabularies.measure,
    "comorbid": comorbid.measure,
    "trec": trec.measure,
    "reading": reading.measure,
    "terms": match_terms.measure,
    "typos": match_typos.measure,
    "latency": match_latency.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=(*PARTS, *ON_DEMAND), action="append", help="only this part; may be repeated")
    parser.add_argument("--quick", action="store_true", help="no cross-validation, smaller samples for slow scans")
    parser.add_argument("--seed", type=int, help="of all that is drawn at random; a fresh one when not stated")
    parser.add_argument("--table", type=Path, help="file for the table of the ablation, with tabs")
    options = parser.parse_args()
    if not (SHARED / "data").exists():
        print("nothing is measured: the bench needs the shared data in ../shared/data")
        return
    seed = secrets.randbelow(1_000_000) if options.seed is None else options.seed
    chosen = options.only or [part for part in PARTS if not (options.quick and part in ("folds", "vocabularies"))]
    rows: list[Row] = []
    details = [f"seed {seed}"]
    for part in chosen:
        began = time.perf_counter()
        found, said = run(part, seed, options.quick, options.table)
        rows += found
        details += [*said, f"{part}: took {time.perf_counter() - began:.0f} s"]
    print_table(rows, details)


def run(part: str, seed: int, quick: bool, table: Path | None) -> tuple[list[Row], list[str]]:
    """One part of the bench: its rows and its lines of detail."""
    if part == "ablation":
        return ablation.measure(seed, quick, table)
    if part in OF_REGISTRY:
        return OF_REGISTRY[part](seed, quick)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "catalogue"
        facts = match_gold.load_catalogue(folder, seed)
        if part == "charts":
            return match_charts.measure(folder)
        return match_gold.measure(seed, folder, facts) if part == "gold" else match_folds.measure(folder)


if __name__ == "__main__":
    main()
