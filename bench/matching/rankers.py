"""Plain rankers of trials, run in an environment of their own: a task as JSON on stdin, ranked ids on stdout.

wratio: RapidFuzz WRatio of the query against every condition, title and keyword, best name a trial, 85 or more.
bm25: BM25 Okapi over all fields. Ties keep the order of the task, which is random.
"""

import json
import re
import sys
from importlib import import_module
from typing import Any

CUTOFF = 85


def wratio(trials: list[tuple[str, list[str], str]], query: str) -> list[str]:
    fuzz, process = import_module("rapidfuzz.fuzz"), import_module("rapidfuzz.process")
    clean = import_module("rapidfuzz.utils").default_process
    owners = [trial_id for trial_id, names, _ in trials for _ in names]
    names = [clean(name) for _, held, _ in trials for name in held]
    best: dict[str, float] = {}
    for _, score, place in process.extract(clean(query), names, scorer=fuzz.WRatio, limit=None, score_cutoff=CUTOFF):
        best[owners[place]] = max(score, best.get(owners[place], 0))
    places = {trial_id: place for place, (trial_id, _, _) in enumerate(trials)}
    return sorted(best, key=lambda trial_id: (-best[trial_id], places[trial_id]))


class BM25:
    def __init__(self, trials: list[tuple[str, list[str], str]]) -> None:
        self._ids = [trial_id for trial_id, _, _ in trials]
        self._index: Any = import_module("rank_bm25").BM25Okapi([_words(text) for _, _, text in trials])

    def rank(self, query: str) -> list[str]:
        scores = self._index.get_scores(_words(query))
        found = [place for place in range(len(self._ids)) if scores[place] > 0]
        return [self._ids[place] for place in sorted(found, key=lambda place: -scores[place])]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def main() -> None:
    task = json.load(sys.stdin)
    trials = task["trials"]
    rank = BM25(trials).rank if task["method"] == "bm25" else lambda query: wratio(trials, query)
    json.dump({name: rank(query)[: task["limit"]] for name, query in task["queries"].items()}, sys.stdout)


if __name__ == "__main__":
    main()
